"""Groups outside the part of a Directory that is read: what a look over the whole of it found, as facts.

A group may be inside one that nobody reads, or hold one that nobody reads. Both would open ways to a seat that no
Snapshot shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dirsync.model.snapshot import Snapshot

MOST_OUTER_GROUPS = 500
"""So many groups around some are looked at in one Directory; what needs more needs another base."""


@dataclass(frozen=True, slots=True, order=True)
class OuterGroup:
    """A group that was met in such a look."""

    name: str
    entry: str
    """Its DN as written."""

    def __str__(self) -> str:
        """Return what an admin finds it by."""
        return f"{self.name} ({self.entry})"


def groups_above(directory: str, group: str) -> str:
    """Name the fact which groups of the whole Directory a group is inside of, at any depth (tuple of OuterGroup)."""
    return f"directories[{directory}].groups_above[{group}]"


def groups_inside(directory: str, group: str) -> str:
    """Name the fact which groups that were not read are inside one that was (tuple of OuterGroup)."""
    return f"directories[{directory}].groups_inside[{group}]"


def strangers_below(snapshot: Snapshot, group_ids: Iterable[str]) -> tuple[str, ...]:
    """Return the refs of members, of these groups and of all that are read inside them, that are not read; sorted."""
    waiting = list(dict.fromkeys(group_ids))
    seen, refs = set(waiting), set[str]()
    while waiting:
        group_id = waiting.pop()
        refs.update(snapshot.strangers(group_id))
        children = [child.id for child in snapshot.child_groups(group_id) if child.id not in seen]
        seen.update(children)
        waiting += children
    return tuple(sorted(refs))
