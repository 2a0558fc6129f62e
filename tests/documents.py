"""What is made from the code: docs/, parts of the README, the schemas. Rewrite all with `python tests/documents.py`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from documented import exit_codes, man_page, recipes, rules, security, troubleshooting
from schemas import published

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
HELP = re.compile(r"(<!-- help: dirsync (?P<arguments>.*?) -->\n```\n).*?(```)", re.DOTALL)
EXIT_CODES = re.compile(r"(<!-- exit codes -->\n\n).*?(\n\n<!-- end of exit codes -->)", re.DOTALL)


def regenerated(text: str) -> str:
    """Return the README with its generated parts as the code has them now."""
    text = HELP.sub(lambda found: found[1] + help_of(found["arguments"].split()) + found[3], text)
    return EXIT_CODES.sub(lambda found: found[1] + exit_codes.table() + found[2], text)


def help_of(arguments: list[str]) -> str:
    """Return what the command line prints, at 80 columns and without colour."""
    environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "dirsync", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def out_of_date() -> dict[Path, str]:
    """Return the documents that are not as the code would write them: file to what should stand there.

    Pages that show what commands print are made by `recipes.pages` and `exit_codes.page`, which run them.
    """
    wanted = {
        README: regenerated(README.read_text(encoding="utf-8")),
        **published(),
        **rules.pages(),
        man_page.PAGE: man_page.page(),
        security.PAGE: security.page(),
        troubleshooting.PAGE: troubleshooting.page(),
    }
    return {path: text for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text}


if __name__ == "__main__":
    for write in (out_of_date, recipes.pages, lambda: {exit_codes.PAGE: exit_codes.page()}):
        for path, text in write().items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
