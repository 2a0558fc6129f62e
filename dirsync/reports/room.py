"""How much of its long lists the page shows, so that fifty thousand findings still open at once. Pure.

Each list gets as much as the others until the room is full, so that a short list is never cut for a long one. Whoever
has no row of their own is still there by name; what has not even that is counted, and the CSV report has it all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dirsync.reports.grouping import severity_rank

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dirsync.reports.grouping import RuleGroup

    Item = Mapping[str, Any]

CASES = 150
"""Ways in which findings come about that the page shows with path, remedy and evidence."""
ROWS = 3_000
"""Subjects that it shows with id, day and evidence."""
NAMES = 100_000
"""Subjects that it shows by name."""


@dataclass(frozen=True)
class Listed:
    """One list of findings as far as it is shown."""

    rows: Sequence[Item]
    names: Sequence[Item]
    left_out: int


@dataclass(frozen=True)
class Room:
    """How many cases of each rule, and rows and names of each list, fit on the page."""

    cases: int
    rows: int
    names: int

    def shown(self, findings: Sequence[Item]) -> Listed:
        """Divide a list into what is shown in full, what by name, and what is only counted."""
        by_name = findings[self.rows : self.rows + self.names]
        return Listed(findings[: self.rows], by_name, len(findings) - len(findings[: self.rows]) - len(by_name))

    def others(self, group: RuleGroup) -> tuple[Item, ...]:
        """Return the findings of the cases that are not shown in full, the costliest first."""
        rest = (finding for case in group.cases[self.cases :] for finding in case.findings)
        return tuple(sorted(rest, key=lambda finding: -severity_rank(finding["severity"])))


def room_for(groups: Sequence[RuleGroup]) -> Room:
    """Share the page out between the rules it shows."""
    cases = share((len(group.cases) for group in groups), CASES)
    lists = [len(case.findings) for group in groups for case in group.cases[:cases] if case.is_several]
    lists += [sum(len(case.findings) for case in group.cases[cases:]) for group in groups]
    rows = share(lists, ROWS)
    return Room(cases, rows, share((size - rows for size in lists if size > rows), NAMES))


def share(sizes: Iterable[int], room: int) -> int:
    """Return how much of each list may be shown so that all fit into the room; never less than one of each."""
    shortest_first = sorted(sizes)
    left = room
    for place, size in enumerate(shortest_first):
        each = left // (len(shortest_first) - place)
        if size > each:
            return max(each, 1)
        left -= size
    return room
