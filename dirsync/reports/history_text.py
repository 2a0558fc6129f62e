"""Past runs for a terminal: one line per run, newest first, and how the seats of customers went."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from dirsync.model.visible import visible
from dirsync.reports.history_findings import resolved_lines, standing_lines
from dirsync.reports.wording import at_least, counted, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import tzinfo

    Item = Mapping[str, Any]

_SHORT = {
    0: "0 done", 1: "1 error", 2: "2 wrong", 3: "3 unread", 4: "4 refused", 5: "5 failed", 10: "10 findings",
    11: "11 pending", 12: "12 undecided", 75: "75 locked", 130: "130 stopped",
}  # fmt: skip
_COLUMNS = ("Started", "Mode", "Result", "Whole", "Failing", "New", "Gone", "Waived", "Changes")
_LEFT = 5
"""So many columns hold words; the others hold numbers and are set to the right."""
_LETTERS = {"critical": "C", "high": "H", "medium": "M", "low": "L", "info": "I"}
_BARS = "▁▂▃▄▅▆▇█"
_MOST_BARS = 40
_MOST_CHANGES = 10


def history_text(document: Item, width: int = 80, zone: tzinfo | None = None) -> str:
    """Return `dirsync.history/1` as text; `zone` None is the machine's own. Too narrow a table becomes a list."""
    runs: Sequence[Item] = document["runs"]
    if not runs:
        return "The store holds no run yet. Run 'dirsync audit' first.\n"
    paragraphs = [
        *(_runs(runs, width, zone), _legend(runs), _seats(runs, width, zone)),
        *(standing_lines(document, zone), resolved_lines(document, zone)),
    ]
    if document["total"] > len(runs):
        shown = f"The newest {number(len(runs))} of {number(document['total'])} runs; --last N shows more."
        paragraphs.append([shown])
    return "\n\n".join("\n".join(_fitting(lines, width)) for lines in paragraphs if lines) + "\n"


def _fitting(lines: list[str], width: int) -> Iterator[str]:
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()) + 2)
        yield from wrap(line, width, subsequent_indent=indent, drop_whitespace=False) if len(line) > width else [line]


def _runs(runs: Sequence[Item], width: int, zone: tzinfo | None) -> list[str]:
    offsets = {_local(run, zone).strftime("%z") for run in runs}
    is_one_offset = len(offsets) == 1
    rows = [_cells(run, zone, with_offset=not is_one_offset) for run in runs]
    widths = [max(len(row[place]) for row in (_COLUMNS, *rows)) for place in range(len(_COLUMNS))]
    gap = next((gap for gap in (2, 1) if sum(widths) + gap * (len(widths) - 1) <= width), 0)
    title = f"Runs, newest first; local time{f' (UTC{_colon(offsets.pop())})' if is_one_offset else ''}"
    if not gap:
        return [title, *(line for row in rows for line in _as_list(row))]
    return [title, *((" " * gap).join(_aligned(row, widths)).rstrip() for row in (_COLUMNS, *rows))]


def _aligned(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [
        cell.ljust(width) if place < _LEFT else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]


def _as_list(row: Sequence[str]) -> list[str]:
    started, mode, result, *rest = row
    told = [f"{name.lower()} {cell}" for name, cell in zip(_COLUMNS[3:], rest, strict=True) if cell]
    return [f"{started} {mode}", f"  {result}; {', '.join(told)}"]


def _cells(run: Item, zone: tzinfo | None, *, with_offset: bool) -> tuple[str, ...]:
    at = _local(run, zone)
    started = f"{at:%Y-%m-%d %H:%M}" + (_colon(at.strftime("%z")) if with_offset else "")
    if run["exit_code"] is None:
        return (started, run["mode"], "no result", *("" for _ in _COLUMNS[3:]))
    findings = run["findings"] or {"fail": {}}
    return (
        started,
        run["mode"],
        _SHORT.get(run["exit_code"], str(run["exit_code"])),
        "yes" if run["complete"] else "NO",
        _failing(findings["fail"]),
        *(number(findings.get(name, 0)) for name in ("new", "resolved", "waived")),
        number(run["changes_made"]),
    )


def _failing(fail: Mapping[str, int]) -> str:
    return " ".join(f"{number(fail[name])}{letter}" for name, letter in _LETTERS.items() if fail.get(name)) or "none"


def _local(run: Item, zone: tzinfo | None) -> datetime:
    return datetime.fromisoformat(run["started_at"]).astimezone(zone)


def _colon(offset: str) -> str:
    return f"{offset[:3]}:{offset[3:5]}"


def _legend(runs: Sequence[Item]) -> list[str]:
    """Explain the words the table uses, and only those."""
    meanings = {run["exit_code"]: run["meaning"] for run in runs}
    lines = [f"  {_SHORT.get(code, code)}: {meanings[code]}" for code in sorted(meanings.keys() - {None})]
    lines += [f"  no result: {meanings[None]}"] if None in meanings else []
    used = {name for run in runs if run["findings"] for name, count in run["findings"]["fail"].items() if count}
    letters = ", ".join(f"{letter} {name}" for name, letter in _LETTERS.items() if name in used)
    lines += [f"  Failing: {letters}; waived ones apart"] if letters else []
    return lines


def _seats(runs: Sequence[Item], width: int, zone: tzinfo | None) -> list[str]:
    oldest_first = [run for run in reversed(runs) if run["applications"]]
    names = {seats["key"]: seats["name"] for run in oldest_first for seats in run["applications"]}
    lines: list[str] = []
    changes: list[tuple[datetime, str]] = []
    for key, name in sorted(names.items()):
        series = [
            (_local(run, zone), seats) for run in oldest_first for seats in run["applications"] if seats["key"] == key
        ]
        lines += [f"  {visible(name)}", *_trends([seats for _, seats in series], width)]
        changes += _changes(name, series)
    if not lines:
        return []
    title = "Seats that customers hold, and customers at risk of one; oldest first"
    return [title, *lines, *_told_changes(changes)]


def _trends(series: Sequence[Item], width: int) -> list[str]:
    numbers = [(_held(series[-1]), "customers_holding"), (_at_risk(series[-1]), "customers_at_risk")]
    longest = max(len(shown) for shown, _ in numbers)
    room = max(1, min(_MOST_BARS, width - longest - len("    at risk now    ")))
    return [
        f"    {word:<11} {shown:>{longest}}  {_bars([seats[field] for seats in series], room)}"
        for word, (shown, field) in zip(("held now", "at risk now"), numbers, strict=True)
    ]


def _bars(values: Sequence[int], room: int) -> str:
    """Draw values from 0 to the highest; of several that must share a bar the highest shows."""
    per_bar = -(-len(values) // room)
    drawn = [max(values[start : start + per_bar]) for start in range(0, len(values), per_bar)]
    top = max(drawn)
    # anything above 0 must not look like 0
    return "".join(_BARS[-(-value * (len(_BARS) - 1) // top) if top else 0] for value in drawn)


def _changes(name: str, series: Sequence[tuple[datetime, Item]]) -> Iterator[tuple[datetime, str]]:
    for (_, before), (at, after) in pairwise(series):
        parts = [
            f"{word} {shown(before)} -> {shown(after)}"
            for word, shown in (("held", _held), ("at risk", _at_risk))
            if shown(before) != shown(after)
        ]
        if parts:
            yield at, f"{at:%Y-%m-%d %H:%M}  {visible(name)}: {', '.join(parts)}"


def _told_changes(changes: list[tuple[datetime, str]]) -> list[str]:
    newest_first = [line for _, line in sorted(changes, reverse=True)]
    lines = [f"  {line}" for line in newest_first[:_MOST_CHANGES]]
    rest = len(newest_first) - len(lines)
    return lines + ([f"  and {counted(rest, 'earlier change')}: see --json"] if rest else [])


def _held(seats: Item) -> str:
    return at_least(seats["customers_holding"], is_decided=seats.get("customers_decided") is not False)


def _at_risk(seats: Item) -> str:
    return at_least(seats["customers_at_risk"], is_decided=seats.get("risk_decided") is not False)
