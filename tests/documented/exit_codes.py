"""docs/exit-codes.md and the README's table, from `dirsync.model.exit_meanings` and real runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from documented.exit_code_examples import Example, example_of

from dirsync.model.exit_meanings import MEANINGS, Meaning

PAGE = Path(__file__).parent.parent.parent / "docs" / "exit-codes.md"
QUOTED = re.compile(r"'(dirsync [^']+|--[^']+)'")
INTRODUCTION = """\
# Exit codes

What a script may rely on. When several apply, the first of 5, 3, 4, 10, 12, 11 is taken. `dirsync explain exit-3`
prints the page of one. systemd's unit from `dirsync deploy systemd` counts 10, 11 and 12 as success: the job did its
work, whatever it found. Each output below was printed by that very command; dates, ids and what is left out (`[...]`)
apart.
"""


def table() -> str:
    """Return the README's table."""
    rows = [f"| [{one.code.value}](docs/exit-codes.md#{one.name}) | {one.meaning} |" for one in MEANINGS]
    return "\n".join(["| code | meaning |", "|---|---|", *rows])


def section(meaning: Meaning, example: Example) -> str:
    """Return the section of one code."""
    head = [f"## {meaning.name}", "", f"**{_sentence(meaning.meaning)}** {meaning.done}", ""]
    return "\n".join([*map(as_code, [*head, *_lists(meaning)]), *_shown(example)])


def page() -> str:
    """Return the whole page; runs every example, which takes half a minute."""
    return "\n".join([INTRODUCTION, *(section(one, example_of(one.code)) for one in MEANINGS)])


def as_code(text: str) -> str:
    """Put commands and options that stand in single quotes into code spans."""
    return QUOTED.sub(r"`\1`", text)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _lists(meaning: Meaning) -> Iterator[str]:
    yield "How it comes about:"
    yield ""
    yield from (f"* {cause}" for cause in meaning.causes)
    yield ""
    yield "What to do:"
    yield ""
    yield from (f"{number}. {step}" for number, step in enumerate(meaning.steps, 1))
    yield ""


def _shown(example: Example) -> Iterator[str]:
    yield f"For example. {example.before}"
    yield ""
    yield "```"
    yield f"$ dirsync {example.command}"
    yield example.excerpt
    yield "```"
    yield ""
