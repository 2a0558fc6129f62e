"""docs/rules: a page for each rule, from its docstring and from the examples it is tested with, and an index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from documented.markdown import cell, escaped
from ruamel.yaml import YAML

from dirsync.audit.pages import explanation, title
from dirsync.audit.rules import RULES
from dirsync.audit.rules.interface import Rule

FOLDER = Path(__file__).parent.parent.parent / "docs" / "rules"
EXAMPLES = Path(__file__).parent.parent / "examples"
VERDICTS = {
    "fail": "It fails",
    "pass": "It passes",
    "unknown": "It can't be said",
    "not_applicable": "It does not apply",
}
DECIDES = {True: "yes", False: ""}
HEADINGS = (("Remedy. ", "## Remedy"), ("Sources: ", "## Sources"))
NAMED = re.compile(
    r"(?<![\w/-])(" + "|".join(sorted((rule.id for rule in RULES), key=len, reverse=True)) + r")(?![\w-])"
)
INDEX = """\
# What the audit asks

Every rule answers `pass`, `fail`, `unknown` or `not_applicable`, never by guessing: what nobody tells is unknown. The
severity is that of a failing finding; some pages say when it is another one. "Decides" marks the rules whose `unknown`
makes the [exit code 12](../exit-codes.md#exit-12). `dirsync explain RULE` prints a page.

| rule | severity | decides | finds |
|---|---|---|---|
"""


def pages() -> dict[Path, str]:
    """Return every file of the folder and what is to stand in it."""
    return {FOLDER / "README.md": _index(), **{FOLDER / f"{rule.id}.md": page(rule) for rule in RULES}}


def _index() -> str:
    rows = (
        f"| [`{rule.id}`]({rule.id}.md) | {rule.severity} | {DECIDES[rule.decides_seats]} | {cell(title(rule))} |"
        for rule in RULES
    )
    return INDEX + "\n".join(rows) + "\n"


def page(rule: Rule) -> str:
    """Return the page of one rule."""
    decides = "yes: left `unknown`, it makes the exit code 12" if rule.decides_seats else "no"
    head = [
        f"# {rule.id}",
        f"**{escaped(title(rule))}.**",
        f"Severity: {rule.severity}. Since: {rule.since}. Decides about seats or sign-up: {decides}.",
    ]
    text = "\n\n".join([*head, *_paragraphs(rule), *_cases(rule)])
    return NAMED.sub(lambda found: _linked(found[1], rule), text).replace(f"# [{rule.id}]", f"# {rule.id}") + "\n"


def _linked(name: str, rule: Rule) -> str:
    return name if name == rule.id else f"[{name}]({name}.md)"


def _paragraphs(rule: Rule) -> Iterator[str]:
    for found in explanation(rule).split("\n\n"):
        paragraph = found
        heading = next(((start, line) for start, line in HEADINGS if paragraph.startswith(start)), None)
        if heading:
            yield heading[1]
            paragraph = paragraph.removeprefix(heading[0])
        yield escaped(f"{paragraph[0].upper()}{paragraph[1:]}")


def _cases(rule: Rule) -> Iterator[str]:
    """Yield what the rule is tested with, in words: each file of tests/examples begins with a sentence about it."""
    for verdict, heading in VERDICTS.items():
        files = sorted((EXAMPLES / rule.id / verdict).glob("*.yaml"))
        if files:
            yield f"## {heading}"
            yield "\n".join(f"* {escaped(_about(file))}" for file in files)


def _about(file: Path) -> str:
    return " ".join(str(YAML(typ="safe").load(file)["about"]).split())
