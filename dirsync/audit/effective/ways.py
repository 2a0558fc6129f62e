"""The ways from a group to one Jira application: certain ones, and those that count by some reading only."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from dirsync.audit.access import AccessPath
from dirsync.audit.effective.doubts import Cause, Doubt, about_nesting
from dirsync.audit.effective.groups import may_be_shown
from dirsync.audit.effective.nesting import Climb, Merged, climb, crossing_doubt, merge
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dirsync.audit.effective.accounts import Account
    from dirsync.audit.effective.groups import Nesting
    from dirsync.audit.effective.nesting import GroupGraph
    from dirsync.audit.effective.order import Layer, Place
    from dirsync.model.entries import Group
    from dirsync.model.products import JiraApplication


@dataclass(frozen=True, slots=True)
class Way:
    """A way from a group to a Jira application. The names are put together when asked for: it may be long."""

    climb: Climb
    group_id: str

    @property
    def path(self) -> AccessPath:
        """The proof, from the group on; `path.of(username)` is the whole of it."""
        return AccessPath(self.climb.path(self.group_id))

    @property
    def name(self) -> str:
        """The name it begins with."""
        return self.climb.names[self.group_id]

    @property
    def is_nested(self) -> bool:
        """Whether it leads over a group inside another one."""
        return self.climb.depth[self.group_id] > 0

    @property
    def rank(self) -> tuple[int, str, str]:
        """What makes one way come before another: the shorter one, then the name it begins with."""
        return self.climb.depth[self.group_id], fold(self.name), self.group_id


class Lead(NamedTuple):
    """A group that leads to a Jira application."""

    group_id: str
    way: Way
    doubts: tuple[Doubt, ...] = ()
    """What is open about it."""


@dataclass(frozen=True)
class Ways:
    """The ways to one Jira application, by the nesting of each Directory alone and of all merged."""

    certain: Mapping[Layer, Climb]
    possible: Mapping[Layer, Climb]
    merged: Merged
    graphs: Mapping[Layer, GroupGraph]
    """What is certain of the nesting of each Directory."""
    _leading: dict[Layer, Sequence[Lead]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def surely(self, layer: Layer, group_id: str) -> Way | None:
        """Return the shortest way from a group that counts by every reading."""
        return Way(self.certain[layer], group_id) if group_id in self.certain[layer].names else None

    def maybe(self, place: Place, group: Group) -> tuple[Way, Doubt] | None:
        """Return the shortest way from a group that counts by some reading, and what is open about it."""
        if not may_be_shown(place, group.id):
            return None
        own = self.possible[place.layer]
        if group.id in own.names:
            return Way(own, group.id), about_nesting(place, list(own.upwards(group.id)), self.graphs[place.layer])
        folded = fold(group.name)
        if folded not in self.merged.climb.names:
            return None
        fact = crossing_doubt(group.name, place.layer.directory, self.merged)
        return Way(self.merged.climb, folded), Doubt(Cause.NESTING, fact)

    def leading(self, place: Place) -> Sequence[Lead]:
        """Return the groups of a place that lead to the application: certain ones first, nearest first."""
        if place.layer not in self._leading:
            self._leading[place.layer] = [*self._certainly(place), *self._possibly(place)]
        return self._leading[place.layer]

    def _certainly(self, place: Place) -> Iterator[Lead]:
        certain = self.certain[place.layer]
        return (Lead(group_id, Way(certain, group_id)) for group_id in certain.names)

    def _possibly(self, place: Place) -> list[Lead]:
        certain = self.certain[place.layer].names
        found = [
            Lead(group.id, maybe[0], maybe[1:])
            for group in place.layer.snapshot.groups()
            if group.id not in certain and (maybe := self.maybe(place, group))
        ]
        return sorted(found, key=lambda lead: (*lead.way.rank, lead.group_id))

    def shortest_of(self, account: Account) -> Way | None:
        """Return the shortest way of an account that counts by every reading."""
        groups = account.layer.snapshot.groups_of(account.user.id)
        found = [way for group in groups if (way := self.surely(account.layer, group.id))]
        return min(found, key=attrgetter("rank"), default=None)


def ways_to(application: JiraApplication, nesting: Nesting) -> Ways:
    """Work out every way to an application, for one order of directories."""
    certain, possible = (
        {layer: climb(graph, application.key, application.groups) for layer, graph in graphs.items()}
        for graphs in (nesting.certain, nesting.possible)
    )
    every = merge(list(nesting.possible.values()), application.key, application.groups)
    return Ways(certain, possible, every, nesting.certain)
