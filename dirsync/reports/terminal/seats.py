"""The seats of each Jira application, and what would be other if some settings were others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from dirsync.model.visible import visible
from dirsync.reports.seat_words import computed_words, risk_words
from dirsync.reports.what_if_words import lots, seat_rows
from dirsync.reports.wording import at_least, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.reports.terminal.paper import Paper

    Item = Mapping[str, Any]

_COLUMNS = ("Used", "Limit", "Left", "Customers", "At risk", "Agents")
_TABLE_WIDTH = 66
"""Columns that the table of seats takes with a short name; below, its cells would be cut into letters."""


def write_seats(paper: Paper, document: Item) -> None:
    """Write the table of seats; a list where the terminal is too narrow for one."""
    if not document["applications"]:
        return
    paper.heading("Seats")
    if paper.width < _TABLE_WIDTH:
        for seats in document["applications"]:
            cells = zip(_COLUMNS, _seat_cells(seats), strict=True)
            paper.line(f"{seats['name']}: {', '.join(f'{name.lower()} {cell}' for name, cell in cells)}", indent=2)
        _write_seat_words(paper, document)
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=True, header_style="dim")
    table.add_column("Jira application", overflow="fold")
    for column in _COLUMNS:
        table.add_column(column, justify="right")
    for seats in document["applications"]:
        table.add_row(Text(visible(seats["name"])), *_seat_cells(seats))
    paper.show(table)
    _write_seat_words(paper, document)


def _write_seat_words(paper: Paper, document: Item) -> None:
    """Say by what customers are at risk, and why Jira may count otherwise."""
    for seats in document["applications"]:
        if risk := risk_words(seats):
            paper.item("-", f"{seats['name']}, at risk by {risk}.", 2)
        if computed := computed_words(seats):
            paper.item("-", f"{seats['name']}: {computed}.", 2)


def write_what_if(paper: Paper, document: Item) -> None:
    """Write what would be other; nothing in a run that supposed nothing."""
    what_if = document.get("what_if")
    if not what_if:
        return
    paper.heading(f"What if ({what_if['file']}): what would change; all else here is as it is today")
    for supposed in what_if["supposed"]:
        paper.item("-", f"{supposed['text']}{' (already so)' if supposed['already_so'] else ''}", 2)
    others = [row for row in seat_rows(document) if row.is_other]
    for row in others:
        paper.line(f"{row.application}, {row.what}: {row.now} now, {row.then} then", "bold", 2)
    if not others:
        paper.line("No number of seats would be another one.", indent=2)
    told = lots(document)
    for title, found in told:
        paper.line(f"{title}:", "bold", 2)
        for lot in found:
            paper.item("-", f"{lot.rule} ({lot.becomes}), {number(lot.count)}: {lot.names}", 4)
    if not told:
        paper.line("No finding would be another one.", indent=2)


def _seat_cells(seats: Item) -> tuple[Text, ...]:
    """Return the cells of `_COLUMNS`."""
    return (
        Text(_told(seats["used"])),
        Text("none" if seats.get("is_unlimited") else _told(seats["seats"])),
        Text(_told(seats["remaining"])),
        Text(
            at_least(seats["customers_holding"], is_decided=seats.get("customers_decided", True)),
            "bold red" if seats["customers_holding"] else "",
        ),
        Text(
            at_least(seats["customers_at_risk"], is_decided=seats.get("risk_decided", True)),
            "red" if seats["customers_at_risk"] else "",
        ),
        Text(number(seats["agents_holding"])),
    )


def _told(value: int | None) -> str:
    return "?" if value is None else number(value)
