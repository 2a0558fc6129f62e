"""The document on a terminal, for an admin at 8 a.m.: the answer, what limits it, what to do about it."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

from rich.console import Console

from dirsync.reports.terminal.closing import write_closing
from dirsync.reports.terminal.conflicts import write_conflicts
from dirsync.reports.terminal.findings import write_failing, write_undecided, write_waived
from dirsync.reports.terminal.paper import Paper
from dirsync.reports.terminal.plan import write_guards, write_outcomes, write_plan
from dirsync.reports.terminal.reads import write_incomplete, write_notices
from dirsync.reports.terminal.seats import write_seats, write_what_if

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SECTIONS = (
    write_incomplete,
    write_notices,
    write_seats,
    write_what_if,
    write_failing,
    write_undecided,
    write_waived,
    write_plan,
    write_conflicts,
    write_guards,
    write_outcomes,
)


class TerminalReport:
    """Plain text of the given width; with colour only when asked for."""

    name = "terminal"
    suffix = ".txt"

    def __init__(self, width: int = 80, *, is_coloured: bool = False, files: Sequence[str] = ()) -> None:
        self.width = width
        self.is_coloured = is_coloured
        self.files = tuple(files)
        """Where the other reports of this run lie; named in the last lines."""

    def render(self, document: Mapping[str, Any]) -> bytes:
        """Return the text in UTF-8. Names can't do anything to the terminal; see `visible`."""
        text = StringIO()
        console = Console(
            file=text,
            width=self.width,
            force_terminal=self.is_coloured,
            color_system="standard" if self.is_coloured else None,
            no_color=not self.is_coloured,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
            _environ={},  # the caller has judged the terminal; the variables must not overrule it
        )
        paper = Paper(console)
        paper.line(document["answer"], "bold")
        for section in _SECTIONS:
            section(paper, document)
        write_closing(paper, document, self.files)
        return "\n".join(line.rstrip() for line in text.getvalue().splitlines()).encode() + b"\n"
