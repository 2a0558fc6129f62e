"""The manual page: whole, and such that man shows it without a word of complaint."""

from __future__ import annotations

import shutil
import subprocess
import tomllib

import pytest
from documented.man_page import PAGE, escaped, page
from documents import ROOT

from dirsync.cli.app import app
from dirsync.errors import ExitCode


def test_it_has_every_command_that_is_shown_and_every_exit_code():
    text = page()
    commands = {command.callback.__name__.replace("_", "-"): command.hidden for command in app.registered_commands}
    for name, is_hidden in commands.items():
        assert (f".SS dirsync {escaped(name)}" in text.replace("SYNOPSIS", "")) is not is_hidden
    for code in ExitCode:
        assert f"\n.B {code.value}\n" in text


def test_no_line_is_taken_for_a_request_of_roff_that_is_none():
    requests = {"TH", "SH", "SS", "PP", "TP", "B", "I"}
    lines = page().splitlines()
    assert {line[1:].split()[0] for line in lines if line.startswith(".")} == requests
    assert not [line for line in lines if line.startswith("'")]


def test_what_roff_would_read_otherwise_is_shown_as_it_stands():
    assert escaped(".env  of 'a\\b'\n--x") == "\\&.env of \\(aqa\\eb\\(aq \\-\\-x"


@pytest.mark.parametrize(
    "words", [["groff", "-man", "-ww", "-z"], ["mandoc", "-Tlint", "-Wwarning"]], ids=lambda one: one[0]
)
def test_the_tools_that_show_it_have_nothing_to_say(words):
    if shutil.which(words[0]) is None:
        pytest.skip(f"{words[0]} is not here")
    ran = subprocess.run([*words, str(PAGE)], check=False, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_the_wheel_ships_it_where_man_looks():
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
    assert build["wheel"]["shared-data"] == {str(PAGE.relative_to(ROOT)): "share/man/man1/dirsync.1"}
    assert "/docs" in build["sdist"]["include"]
