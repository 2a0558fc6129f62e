"""Every exit code can be looked up, in words that say what was done and what to do."""

from __future__ import annotations

import pytest

from dirsync.errors import ExitCode
from dirsync.model.exit_meanings import MEANINGS, WIDTH, named


def test_every_code_has_its_page_in_the_order_of_the_codes():
    assert [meaning.code for meaning in MEANINGS] == sorted(ExitCode)


@pytest.mark.parametrize("meaning", MEANINGS, ids=lambda one: one.name)
def test_a_page_fits_a_terminal_and_says_all_of_it(meaning):
    page = meaning.page()
    assert page.startswith(f"exit-{meaning.code.value}: ")
    assert page.endswith("\n")
    assert "`" not in page
    assert max(map(len, page.splitlines())) <= WIDTH
    flat = " ".join(page.split())
    for text in (meaning.done, *meaning.causes, *meaning.steps):
        assert text in flat
        assert text[0].isupper() or text[0] in "'m"
        assert text.endswith(".")
    assert not meaning.meaning.endswith(".")


def test_a_code_is_found_by_its_name_alone():
    assert named("exit-12") is MEANINGS[8]
    assert [named(word) for word in ("12", "exit-13", "exit-", "EXIT-12", "exit-012")] == [None] * 5
