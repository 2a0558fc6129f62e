"""What being put into a group gives somebody: a seat, administration, or neither.

Administrative global permissions are asked for beside seats because they must not fall to customers on any
version of Jira (licence-risk rule L-08).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dirsync.audit.access import SeatPaths
from dirsync.audit.administration import administration_paths
from dirsync.audit.unread_groups import grants_unread
from dirsync.model.facts import Fact, MissingFact

if TYPE_CHECKING:
    from dirsync.model.estate import Estate


class Gains:
    """Answers for one Estate."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate

    def path(self, group: str, directory: str) -> tuple[str, ...]:
        """Return the names from a group to what it gives, a seat before administration, or nothing.

        Raises `MissingFact` when neither is proven and something keeps one of them open.
        """
        doubts: list[Fact[Any]] = []
        for paths in (self._estate.once(SeatPaths), self._estate.once(administration_paths)):
            if isinstance(paths, Fact):
                doubts.append(paths)
                continue
            found = paths.of_group(group, directory)
            if found.paths:
                return found.paths[0].names
            granting = (name for known in paths.licences.applications for name in known.groups)
            doubts += [*found.doubts, *grants_unread(self._estate, directory, group, granting)]
        if doubts:
            raise MissingFact(doubts[0])
        return ()
