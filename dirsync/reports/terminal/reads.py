"""How the directories were read, and what the admin should know of the run itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dirsync.reports.wording import a_few, counted, without_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.reports.terminal.paper import Paper

    Item = Mapping[str, Any]


def write_incomplete(paper: Paper, document: Item) -> None:
    """Write which directories were not read whole, with the reason and the next step."""
    incomplete = [directory for directory in document["directories"] if not directory["complete"]]
    if not incomplete:
        return
    paper.heading("NOT READ WHOLE: what follows is not the whole truth", "bold red")
    for directory in incomplete:
        read = f"{counted(directory['users'], 'user')} and {counted(directory['groups'], 'group')} before it ended"
        why = without_name(directory["reason"], directory["name"])
        paper.line(f"{directory['name']}: {why} ({read})", "red", 2)
        if directory.get("remedy"):
            paper.item("->", directory["remedy"], 4)


def write_notices(paper: Paper, document: Item) -> None:
    """Write what should be known beside the findings, and which entries were left out."""
    quarantined = [
        (directory["name"], directory["quarantined"])
        for directory in document["directories"]
        if directory.get("quarantined")
    ]
    notices = document["run"].get("notices", ())
    if not notices and not quarantined:
        return
    paper.heading("Please note")
    for notice in notices:
        paper.item("-", notice, 2)
    for name, entries in quarantined:
        few = a_few([f"{entry['entry']} ({entry['reason']})" for entry in entries], 3)
        left_out = counted(len(entries), "entry", "entries")
        paper.item("-", f"{left_out} of {name} left out: {few}", 2)
