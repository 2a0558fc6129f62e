"""docs/recipes: what their commands print. The pages are written by hand; what stands below a `run` is made here.

`<!-- estate: office -->` or `demo` says in which folder; `<!-- run CODE[, stdout][, first N lines]: dirsync … -->` what
is run there, with which exit code, and how much of it is shown (also `last N lines`). `<!-- file: NAME -->` stands
before a file that dirsync must be content with.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from documented.desk import Desk, demo_with_sandbox, office
from documented.exit_code_examples import LEFT_OUT

FOLDER = Path(__file__).parent.parent.parent / "docs" / "recipes"
ESTATE = re.compile(r"<!-- estate: (office|demo) -->")
RUN = re.compile(
    r"(?P<head><!-- run (?P<code>\d+)(?P<stdout>, stdout)?(?:, (?P<which>first|last) (?P<lines>\d+) lines)?: dirsync"
    r" (?P<words>[^\n]*?) -->\n```\n).*?(?P<end>```)",
    re.DOTALL,
)
FILE = re.compile(r"<!-- file: (\S+) -->\n```\w*\n(.*?)```", re.DOTALL)
HOME, PROGRAM = "/etc/dirsync", "/opt/dirsync/bin/dirsync"
"""Where an admin has the settings and dirsync itself."""


def pages() -> dict[Path, str]:
    """Return every page with what its commands print now."""
    return {path: page(path) for path in sorted(FOLDER.glob("*.md"))}


def page(path: Path) -> str:
    """Return one page with what its commands print now."""
    text = path.read_text(encoding="utf-8")
    estate = ESTATE.search(text)
    if estate is None:
        return text
    with TemporaryDirectory() as folder, _desk(estate[1], Path(folder).resolve()) as desk:
        return RUN.sub(lambda found: found["head"] + _shown(desk, found) + found["end"], text)


def files(path: Path) -> dict[str, str]:
    """Return the files that a page shows."""
    return dict(FILE.findall(path.read_text(encoding="utf-8")))


@contextmanager
def _desk(estate: str, folder: Path) -> Iterator[Desk]:
    if estate == "office":
        yield office(folder)
        return
    with demo_with_sandbox(folder) as (desk, _sandbox):
        yield desk


def _shown(desk: Desk, found: re.Match[str]) -> str:
    words = found["words"]
    said = desk.run(*words.split(), expected=int(found["code"]), home=HOME, is_stderr_shown=not found["stdout"])
    lines = said.rstrip("\n").split("\n")
    most = int(found["lines"] or len(lines))
    if len(lines) > most:
        lines = [LEFT_OUT, *lines[-most:]] if found["which"] == "last" else [*lines[:most], LEFT_OUT]
    program = str(Path(sys.executable).with_name("dirsync"))
    text = "\n".join([f"$ dirsync {words}", *lines])
    return text.replace(f"{sys.executable} -m dirsync", PROGRAM).replace(program, PROGRAM) + "\n"
