"""What is made from the code: parts of the README, the schemas. Rewrite all of it with `python tests/documents.py`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from schemas import published

README = Path(__file__).parent.parent / "README.md"
HELP = re.compile(r"(<!-- help: dirsync (?P<arguments>.*?) -->\n```\n).*?(```)", re.DOTALL)
RULES = re.compile(r"(<!-- rules -->\n\n).*?(\n\n<!-- end of rules -->)", re.DOTALL)


def regenerated(text: str) -> str:
    """Return the README with its generated parts as the code has them now."""
    text = HELP.sub(lambda found: found[1] + help_of(found["arguments"].split()) + found[3], text)
    return RULES.sub(lambda found: found[1] + rules_table() + found[2], text)


def help_of(arguments: list[str]) -> str:
    """Return what the command line prints, at 80 columns and without colour."""
    environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "dirsync", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def rules_table() -> str:
    """Return the catalogue of rules as a table."""
    from dirsync.audit.pages import title
    from dirsync.audit.rules import RULES as CATALOGUE

    rows = [f"| `{rule.id}` | {rule.severity} | {title(rule)} |" for rule in CATALOGUE]
    return "\n".join(["| rule | severity | finds |", "|---|---|---|", *rows])


def out_of_date() -> dict[Path, str]:
    """Return the documents that are not as the code would write them: file to what should stand there."""
    wanted = {README: regenerated(README.read_text(encoding="utf-8")), **published()}
    return {path: text for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text}


if __name__ == "__main__":
    for path, text in out_of_date().items():
        path.write_text(text, encoding="utf-8")
