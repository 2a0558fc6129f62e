"""How findings and the seats of customers went from run to run, as bars of one line for a terminal."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from dirsync.model.visible import visible
from dirsync.reports.wording import at_least, counted, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import tzinfo

    Item = Mapping[str, Any]

BARS = "▁▂▃▄▅▆▇█"
_MOST_BARS = 40
_MOST_CHANGES = 10
_SEVERITIES = ("critical", "high", "medium", "low", "info")


def findings_lines(runs: Sequence[Item], width: int, bars: str) -> list[str]:
    """Return one line for each severity that any run found, and one for all where there are several."""
    series = [run["findings"]["fail"] for run in reversed(runs) if run["findings"]]
    met = [severity for severity in _SEVERITIES if any(fail.get(severity) for fail in series)]
    values = {severity: [fail.get(severity, 0) for fail in series] for severity in met}
    if len(met) > 1:
        values["all"] = [sum(fail.values()) for fail in series]
    if not values or len(series) == 1:
        return []
    lines = _trends([(name, number(told[-1]), told) for name, told in values.items()], "  ", width, bars)
    return ["Findings that fail, without waived ones; oldest first", *lines]


def seats_lines(runs: Sequence[Item], width: int, zone: tzinfo | None, bars: str) -> list[str]:
    """Return how many seats customers hold and are at risk of, by Jira application, and when that changed."""
    oldest_first = [run for run in reversed(runs) if run["applications"]]
    names = {seats["key"]: seats["name"] for run in oldest_first for seats in run["applications"]}
    lines: list[str] = []
    changes: list[tuple[datetime, str]] = []
    for key, name in sorted(names.items()):
        series = [
            (datetime.fromisoformat(run["started_at"]).astimezone(zone), seats)
            for run in oldest_first
            for seats in run["applications"]
            if seats["key"] == key
        ]
        lines += [f"  {visible(name)}", *_of_application([seats for _, seats in series], width, bars)]
        changes += _changes(name, series)
    if not lines:
        return []
    title = "Seats that customers hold, and customers at risk of one; oldest first"
    return [title, *lines, *_told_changes(changes)]


def _of_application(series: Sequence[Item], width: int, bars: str) -> list[str]:
    numbers = [
        ("held now", _held(series[-1]), [seats["customers_holding"] for seats in series]),
        ("at risk now", _at_risk(series[-1]), [seats["customers_at_risk"] for seats in series]),
    ]
    return _trends(numbers, "    ", width, bars)


def _trends(series: Sequence[tuple[str, str, Sequence[int]]], indent: str, width: int, bars: str) -> list[str]:
    """Return a line for each name, its newest value as shown, and its values."""
    name_width = max(len(name) for name, _, _ in series)
    longest = max(len(shown) for _, shown, _ in series)
    room = max(1, min(_MOST_BARS, width - longest - len(indent) - name_width - len("   ")))
    return [
        f"{indent}{name:<{name_width}} {shown:>{longest}}  {_drawn(values, room, bars)}"
        for name, shown, values in series
    ]


def _drawn(values: Sequence[int], room: int, bars: str) -> str:
    """Draw values from 0 to the highest; of several that must share a bar the highest shows."""
    per_bar = -(-len(values) // room)
    drawn = [max(values[start : start + per_bar]) for start in range(0, len(values), per_bar)]
    top = max(drawn)
    # anything above 0 must not look like 0
    return "".join(bars[-(-value * (len(bars) - 1) // top) if top else 0] for value in drawn)


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
