"""What a `sync` now would do about one person: their part of a plan that was made for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.explained import CountedMissing, Tonight
from dirsync.model.links import UserLink
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dirsync.mapping.checked import Mapping
    from dirsync.model.conflicts import Conflict
    from dirsync.model.explained import Remembered
    from dirsync.model.links import Link
    from dirsync.model.plans import Change, Obstacle, Plan
    from dirsync.workflow.explain.finding import Found


def tonight(
    accounts: Sequence[Found],
    remembered: Sequence[Remembered],
    plan: Plan,
    recorded: Iterable[Link],
    mappings: Sequence[Mapping],
) -> Tonight:
    """Return what of the plan, and of the links that follow from reading, is about the one with these accounts."""
    theirs = _Theirs(accounts, remembered, mappings)
    changes = tuple(change for change in plan.changes if theirs.has_change(change))
    links = [link for link in recorded if isinstance(link, UserLink) and theirs.has_link(link)]
    known = {(link.directory, link.mapping, link.source_id) for link in remembered}
    return Tonight(
        changes=changes,
        obstacles=tuple(obstacle for obstacle in plan.obstacles if theirs.has_obstacle(obstacle)),
        adopted=tuple(link for link in links if (link.directory, link.mapping, link.source_id) not in known),
        missing=tuple(_counted(links, mappings)),
        unappliable={
            directory: why
            for directory, why in plan.unappliable.items()
            if directory in {change.directory for change in changes}
        },
        conflicts=tuple(conflict for conflict in plan.conflicts.listed if theirs.has_conflict(conflict)),
    )


def _counted(links: Sequence[UserLink], mappings: Sequence[Mapping]) -> Iterator[CountedMissing]:
    for link in links:
        target = next((mapping.content.target for mapping in mappings if mapping.name == link.mapping), None)
        if link.missed and target:
            yield CountedMissing(
                link.directory, link.mapping, link.username, link.missed, target.missing_after, target.missing
            )


class _Theirs:
    """Says what is about one person."""

    def __init__(
        self, accounts: Sequence[Found], remembered: Sequence[Remembered], mappings: Sequence[Mapping]
    ) -> None:
        self._sources = {mapping.name: mapping.source for mapping in mappings}
        self._ids = {(one.directory, one.id) for one in accounts if one.id}
        self._ids |= {(self._sources.get(link.mapping, ""), link.source_id) for link in remembered}
        self._names = {fold(one.username) for one in accounts if one.username}
        self._directories = {one.directory for one in accounts}

    def has_change(self, change: Change) -> bool:
        return (change.directory, change.user_id) in self._ids or self._is_source_of(change.mapping, change.source_id)

    def has_link(self, link: UserLink) -> bool:
        return (link.directory, link.target_id) in self._ids or self._is_source_of(link.mapping, link.source_id)

    def has_obstacle(self, obstacle: Obstacle) -> bool:
        """Compare names, since an obstacle has no id; where they have no account on either side it is not theirs."""
        sides = {obstacle.directory, self._sources.get(obstacle.mapping, "")}
        return fold(obstacle.name) in self._names and bool(sides & self._directories)

    def has_conflict(self, conflict: Conflict) -> bool:
        return any((claim.source, claim.user_id) in self._ids for claim in conflict.claims)

    def _is_source_of(self, mapping: str, source_id: str) -> bool:
        return (self._sources.get(mapping), source_id) in self._ids
