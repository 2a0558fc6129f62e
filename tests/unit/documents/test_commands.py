"""Every command and option that README and docs/ speak of is there."""

from __future__ import annotations

import re
from typing import Any

import pytest
import typer
from documented import recipes
from documents import ROOT

from dirsync.cli.app import app

PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"])
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
LINE = re.compile(r"^(?: {4,}|\$ |\s*)(?:uv run )?dirsync (?!\w+:).*$", re.MULTILINE)
SPAN = re.compile(r"`(?:uv run )?(dirsync [^`\n]*)`")
GROUP: Any = typer.main.get_command(app)
SHARED = {name for option in GROUP.params for name in option.opts} | {"--help", "-h"}


def commands(text: str) -> list[str]:
    """Return the lines of code blocks and the code spans that call dirsync."""
    blocks = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
    indented = "\n".join(line for line in text.split("\n") if line.startswith("    "))
    lines = [line for block in (*blocks, indented) for line in LINE.findall(block)]
    return [re.sub(r"\s+#.*$", "", line.strip().removeprefix("$ ")) for line in lines] + SPAN.findall(text)


def unknown_in(command: str) -> list[str]:
    """Return what of a command is not there: its name, or options of it."""
    words = command.replace("uv run ", "").split(">")[0].split()[1:]
    positional = [word for word in words if re.fullmatch(r"[a-z][a-z-]*", word)]
    name = next((word for word in words if word in GROUP.commands), None)
    if name is None:
        own: set[str] = set()
        wrong = positional[:1]
    else:
        own = {option for param in GROUP.commands[name].params for option in param.opts}
        wrong = []
    used = {found for word in words for found in OPTION.findall(word)}
    return [*wrong, *sorted(used - own - SHARED)]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_a_page_speaks_of_is_there(page):
    wrong = {command: unknown_in(command) for command in commands(page.read_text(encoding="utf-8"))}
    assert {command: what for command, what in wrong.items() if what} == {}


def test_a_command_or_option_that_is_not_there_would_be_noticed():
    page = "    dirsync audti --quiet   # x\n\n`dirsync audit --loud`\n\n```\n$ dirsync plan --chekc\n```\n"
    assert [unknown_in(command) for command in commands(page)] == [["--chekc"], ["audti"], ["--loud"]]


def test_every_recipe_is_in_the_index():
    index = (recipes.FOLDER / "README.md").read_text(encoding="utf-8")
    pages = {path.name for path in recipes.FOLDER.glob("*.md")} - {"README.md"}
    assert {name for name in pages if f"({name})" not in index} == set()
    assert len(pages) == 8
