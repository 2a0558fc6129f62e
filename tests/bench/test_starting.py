"""How long `dirsync --version` and `dirsync --help` take beside a Python that does nothing (`tests/run --bench`)."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.measuring import Contender, machine, table
from bench.test_reading import compiled

from dirsync import __version__

ROUNDS = 25


def test_quick_answers_beside_bare_python(tmp_path: Path, capsys) -> None:
    command = str(Path(sys.executable).with_name("dirsync"))
    yardstick = Contender("python -c pass", [sys.executable, "-c", "pass"], lambda out: not out)
    version = Contender("dirsync --version", [command, "--version"], lambda out: out == f"dirsync {__version__}\n")
    help_page = Contender("dirsync --help", [command, "--help"], lambda out: out.startswith("Usage: dirsync "))
    typer = Contender("python -c 'import typer'", [sys.executable, "-c", "import typer"], lambda out: not out)
    rows = table(yardstick, [version, help_page, typer], compiled(tmp_path), ROUNDS)
    with capsys.disabled():
        print(f"\n\nStarting on {machine()}:\n", *rows, sep="\n")
