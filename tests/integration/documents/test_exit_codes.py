"""docs/exit-codes.md: each command is run, exits with that code, and prints what stands there."""

from __future__ import annotations

import pytest
from documented.exit_code_examples import EXAMPLES, example_of
from documented.exit_codes import INTRODUCTION, PAGE, section

from dirsync.model.exit_meanings import MEANINGS


@pytest.mark.parametrize("meaning", MEANINGS, ids=lambda one: one.name)
def test_the_section_of_a_code_is_what_its_command_does(meaning):
    assert section(meaning, example_of(meaning.code)) in PAGE.read_text(encoding="utf-8"), (
        "run: python tests/documents.py"
    )


def test_there_is_nothing_else_on_the_page():
    text = PAGE.read_text(encoding="utf-8")
    assert text.startswith(INTRODUCTION)
    assert text.count("\n## ") == len(MEANINGS) == len(EXAMPLES)
