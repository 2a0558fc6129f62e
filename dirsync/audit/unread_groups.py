"""Groups that grant something, and that may stand in the part of a Directory's groups that nobody reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dirsync.audit.access import seen_directories
from dirsync.audit.seats import groups_unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dirsync.model.estate import Estate
    from dirsync.model.facts import Fact


def grants_unread(estate: Estate, directory: str, groups: Iterable[str]) -> Iterator[Fact[Any]]:
    """Yield what keeps open whether a group of a Directory is inside one of those that grant something.

    A membership of a group is kept by the outer group, so one that was not read may hold any that was. One that was
    met in another Directory which Jira sees has its place there; of one whose members Jira itself lists it is known
    who is in it, inner groups and all.
    """
    snapshots = [estate.snapshots[known] for known in seen_directories(estate)]
    asked = [
        group
        for group in groups
        if not estate.has(f"jira.members[{group}]") and not any(snapshot.group_named(group) for snapshot in snapshots)
    ]
    yield from groups_unread(estate, directory, asked)
