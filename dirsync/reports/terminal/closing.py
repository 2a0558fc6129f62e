"""The last lines: the numbers, what was read, and where the other reports lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from dirsync.model.visible import visible
from dirsync.reports.wording import counted, number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dirsync.reports.terminal.paper import Paper

    Item = Mapping[str, Any]


def write_closing(paper: Paper, document: Item, files: Sequence[str]) -> None:
    """Write the last lines, with the files in which more is told."""
    summary, run = document["summary"], document["run"]
    passed = sum(summary["pass"].values())
    paper.blank()
    parts = [f"{number(sum(summary['fail'].values()))} failing"]
    if summary["new"] or summary["resolved"]:
        parts.append(f"{number(summary['new'])} new, {number(summary['resolved'])} resolved")
    parts += [
        f"{number(summary['unknown'])} undecided",
        f"{number(summary['waived'])} waived",
        f"{number(passed)} passed ({number(summary['pass']['declared'])} resting on declarations)",
    ]
    paper.line("; ".join(parts), "dim")
    read = ", ".join(
        f"{directory['name']} {counted(directory['users'], 'user')}" for directory in document["directories"]
    )
    is_whole = all(directory["complete"] for directory in document["directories"])
    how = "Read whole" if read and is_whole else "Read"
    paper.line(f"Run {run['id']} ({run['mode']}, dirsync {run['version']}). {how}: {read or 'nothing'}.", "dim")
    for file in files:
        # A path broken over two lines can't be copied or clicked.
        paper.console.print(Text(visible(f"Report: {file}"), no_wrap=True, overflow="ignore"), soft_wrap=True)
