"""What docs/ says is what the code does, and no page is left that nothing makes."""

from __future__ import annotations

import re

import pytest
from documented import rules, troubleshooting
from documented.errors_in_code import PACKAGE, kinds, raised
from documented.markdown import cell, escaped
from documents import ROOT, out_of_date

from dirsync.audit.rules import RULES
from dirsync.errors import ExitCode

DOCS = ROOT / "docs"
LINK = re.compile(r"\]\(([^)#:\s]+)?(#[^)\s]+)?\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md"])


def test_every_page_is_as_the_code_has_it_now():
    assert list(out_of_date()) == [], "run: python tests/documents.py"


def test_each_rule_has_a_page_and_no_page_is_of_a_rule_that_is_gone():
    assert {path.stem for path in rules.FOLDER.glob("*.md")} == {"README", *(rule.id for rule in RULES)}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_link_leads_nowhere(page):
    for file, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), f"{page.name} links to {file}"
        if anchor and target.suffix == ".md":
            assert anchor[1:] in anchors(target.read_text(encoding="utf-8")), f"{page.name} links to {file}{anchor}"


def anchors(text: str) -> set[str]:
    """Return the names of a page's headings as GitHub makes them."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in HEADING.findall(text)}


@pytest.mark.parametrize("symptom", troubleshooting.LIKELY, ids=lambda one: one.says)
def test_what_is_likely_is_said_by_the_code(symptom):
    said = re.escape(symptom.says)
    assert [path for path in PACKAGE.rglob("*.py") if re.search(said, joined(path.read_text(encoding="utf-8")))]


def joined(source: str) -> str:
    """Return a source in which a text that is broken over lines stands in one piece."""
    return re.sub(r'"\n\s*f?"', "", source)


def test_there_are_ten_of_the_likely():
    assert len({one.says for one in troubleshooting.LIKELY}) == 10


def test_the_errors_found_in_the_code_are_of_every_kind_that_the_code_makes():
    made_without_words = {"DirsyncError", "Interrupted"}
    assert set(kinds()) - {one.kind for one in raised()} <= made_without_words
    assert {one.code for one in raised()} >= {ExitCode.INVALID, ExitCode.UNREADABLE, ExitCode.REFUSED, ExitCode.LOCKED}


def test_a_message_that_is_chosen_before_it_is_raised_is_found_with_its_own_remedy():
    remedies = {one.message: one.remedy for one in raised()}
    assert remedies["The sandbox did not start within … seconds."].startswith("Look for another program")
    assert remedies["'…' is no address to listen on."].endswith("a name is looked up by nobody here.")
    assert remedies["the password is wrong"] == "Check PASSWORD_FILE, and that BIND_DN names the account meant."


def test_text_is_shown_in_markdown_as_it_stands():
    assert escaped("> a <b> and `<c>_` of x_y and DIRSYNC_A__B, _so_") == (
        "\\> a \\<b> and `<c>_` of x_y and DIRSYNC_A__B, \\_so\\_"
    )
    assert cell("a | b\nc") == "a \\| b c"
