"""What being put into a group gives somebody: a seat, administration, or neither.

Administrative global permissions are asked for beside seats because they must not fall to customers on any
version of Jira (licence-risk rule L-08).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.audit.access import SeatPaths
from dirsync.audit.effective.nesting import NO_GROUPS, climb, graph_of
from dirsync.model.facts import MissingFact
from dirsync.model.names import fold

if TYPE_CHECKING:
    from dirsync.audit.effective.nesting import Climb
    from dirsync.model.estate import Estate

ADMINISTRATION = "administration of Jira"


class Gains:
    """Answers for one Estate."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._seats: SeatPaths | None = None
        self._climbs: dict[str, Climb] = {}

    def path(self, group: str, directory: str) -> tuple[str, ...]:
        """Return the names from a group to what it gives, or nothing.

        Raises `MissingFact` when neither a seat nor administration is proven and something keeps that open.
        """
        self._seats = self._seats or self._estate.once(SeatPaths)
        found = self._seats.of_group(group, directory)
        if found.paths:
            return found.paths[0].names
        administrative = self._administration(group, directory)
        if not administrative and found.doubts:
            raise MissingFact(found.doubts[0])
        return administrative

    def _administration(self, group: str, directory: str) -> tuple[str, ...]:
        names = self._estate.need("jira.administrative_groups").value
        if fold(group) in {fold(name) for name in names}:
            return (group, ADMINISTRATION)
        if directory not in self._climbs:
            snapshot = self._estate.snapshots.get(directory)
            graph = graph_of(directory, snapshot, {fold(name) for name in names}) if snapshot else NO_GROUPS
            self._climbs[directory] = climb(graph, ADMINISTRATION, names)
        climbed = self._climbs[directory]
        group_id = climbed.by_name.get(fold(group))
        return climbed.path(group_id) if group_id else ()
