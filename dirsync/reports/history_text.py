"""Past runs for a terminal: one line per run, newest first, and how findings and the seats of customers went."""

from __future__ import annotations

from datetime import datetime
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from dirsync.reports.history_findings import resolved_lines, standing_lines
from dirsync.reports.history_trends import BARS, findings_lines, seats_lines
from dirsync.reports.wording import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import tzinfo

    Item = Mapping[str, Any]

_SHORT = {
    0: "0 done", 1: "1 error", 2: "2 wrong", 3: "3 unread", 4: "4 refused", 5: "5 failed", 10: "10 findings",
    11: "11 pending", 12: "12 undecided", 75: "75 locked", 130: "130 stopped",
}  # fmt: skip
_COLUMNS = ("Run", "Started", "Mode", "Result", "Whole", "Failing", "New", "Gone", "Waived", "Changes")
_LEFT = 6
"""So many columns hold words; the others hold numbers and are set to the right."""
_LETTERS = {"critical": "C", "high": "H", "medium": "M", "low": "L", "info": "I"}
DIGITS = "0123456789"
"""What bars are drawn with where they can't be spelled: each digit is a tenth of the highest."""


def history_text(document: Item, width: int = 80, zone: tzinfo | None = None, *, is_ascii: bool = False) -> str:
    """Return `dirsync.history/1` as text; `zone` None is the machine's own. Too narrow a table becomes a list.

    `is_ascii` draws bars as digits, from 0 for nothing to 9 for the highest.
    """
    runs: Sequence[Item] = document["runs"]
    if not runs:
        return "The store holds no run yet. Run 'dirsync audit' first.\n"
    bars = DIGITS if is_ascii else BARS
    drawn = [findings_lines(runs, width, bars), seats_lines(runs, width, zone, bars)]
    paragraphs = [
        *(_runs(runs, width, zone), _legend(runs), *drawn),
        ["  0 is nothing, 9 the highest of the line"] if is_ascii and any(drawn) else [],
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
    years = {_local(run, zone).year for run in runs}
    rows = _rows(runs, zone, "%m-%d" if len(years) == 1 else "%Y-%m-%d", with_offset=not is_one_offset)
    widths = [max(len(row[place]) for row in (_COLUMNS, *rows)) for place in range(len(_COLUMNS))]
    gap = next((gap for gap in (2, 1) if sum(widths) + gap * (len(widths) - 1) <= width), 0)
    offset = f" (UTC{_colon(offsets.pop())})" if is_one_offset else ""
    if not gap:
        rows = _rows(runs, zone, "%Y-%m-%d", with_offset=not is_one_offset)
        return [f"Runs, newest first; local time{offset}", *(line for row in rows for line in _as_list(row))]
    title = f"Runs, newest first; local time{f' {years.pop()}' if len(years) == 1 else ''}{offset}"
    return [title, *((" " * gap).join(_aligned(row, widths)).rstrip() for row in (_COLUMNS, *rows))]


def _rows(runs: Sequence[Item], zone: tzinfo | None, day: str, *, with_offset: bool) -> list[tuple[str, ...]]:
    names = _short([run["id"] for run in runs])
    return [(name, *_cells(run, zone, day, with_offset=with_offset)) for name, run in zip(names, runs, strict=True)]


def _aligned(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [
        cell.ljust(width) if place < _LEFT else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]


def _as_list(row: Sequence[str]) -> list[str]:
    name, started, mode, result, *rest = row
    told = [f"{name.lower()} {cell}" for name, cell in zip(_COLUMNS[4:], rest, strict=True) if cell]
    return [f"{started} {mode}, run {name}", "; ".join(filter(None, (f"  {result}", ", ".join(told))))]


def _short(ids: Sequence[str]) -> list[str]:
    """Return the ends of ids, which `dirsync report` and `dirsync undo` take; the whole ids where two end alike."""
    ends = [one.rpartition("-")[2] for one in ids]
    return ends if len(set(ends)) == len(ends) else list(ids)


def _cells(run: Item, zone: tzinfo | None, day: str, *, with_offset: bool) -> tuple[str, ...]:
    at = _local(run, zone)
    started = at.strftime(f"{day} %H:%M") + (_colon(at.strftime("%z")) if with_offset else "")
    if run["exit_code"] is None:
        return (started, run["mode"], "no result", *("" for _ in _COLUMNS[4:]))
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
    return [*lines, "  Run: the end of its id; 'dirsync report' and 'dirsync undo' take it"]
