"""Groups outside the part of a Directory that is read: what a look over the whole of it found, as facts.

A group may be inside one that nobody reads, or hold one that nobody reads. Both would open ways to a seat that no
Snapshot shows.
"""

from __future__ import annotations

from dataclasses import dataclass

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
