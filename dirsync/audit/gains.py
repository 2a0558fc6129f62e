"""What being put into a group gives somebody: a seat, administration, or neither.

Administrative global permissions are asked for beside seats because they must not fall to customers on any
version of Jira (licence-risk rule L-08).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.audit.access import SeatPaths
from dirsync.model.facts import MissingFact
from dirsync.model.names import fold

if TYPE_CHECKING:
    from dirsync.model.estate import Estate

ADMINISTRATION = "administration of Jira"


class Gains:
    """Answers for one Estate."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._seats: SeatPaths | None = None

    def path(self, group: str, directory: str) -> tuple[str, ...]:
        """Return the names from a group to what it gives, or nothing.

        Raises `MissingFact` when neither a seat nor administration is proven and something keeps that open.
        """
        self._seats = self._seats or SeatPaths(self._estate)
        found = self._seats.of_group(group, directory)
        if found.paths:
            return found.paths[0].names
        administrative = self._administration(group, directory)
        if not administrative and found.doubts:
            raise MissingFact(found.doubts[0])
        return administrative

    def _administration(self, group: str, directory: str) -> tuple[str, ...]:
        names = {fold(name) for name in self._estate.need("jira.administrative_groups").value}
        snapshot = self._estate.snapshots.get(directory)
        start = snapshot.group_named(group) if snapshot else None
        waiting: list[tuple[str, tuple[str, ...]]] = [(start.id if start else "", (group,))]
        seen = {waiting[0][0]}
        while waiting:
            group_id, path = waiting.pop(0)
            if fold(path[-1]) in names:
                return (*path, ADMINISTRATION)
            for parent in snapshot.parent_groups(group_id) if snapshot and group_id else ():
                if parent.id not in seen:
                    seen.add(parent.id)
                    waiting.append((parent.id, (*path, parent.name)))
        return ()
