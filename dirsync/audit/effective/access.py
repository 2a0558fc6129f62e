"""Who reaches which Jira application, as Jira's user directories stand in their order.

Everybody whose name stands once is told group by group, as the groups' members stream past; only names that several
accounts bear are looked up one by one. Held are the groups that lead to a seat and, for one directory at a time, the
ids of those who were met.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from dirsync.audit.access import AccessPath
from dirsync.audit.effective.accounts import Account, standings, twins
from dirsync.audit.effective.doubts import (
    Cause,
    Doubt,
    about_nesting,
    about_readings,
    may_be_hidden,
    may_be_off,
    unread_above,
    unread_fact,
)
from dirsync.audit.effective.groups import Nesting, may_be_shown
from dirsync.audit.effective.nesting import Climb, Merged, climb, crossing_doubt, merge
from dirsync.audit.effective.order import Filtering
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dirsync.audit.effective.accounts import Standing
    from dirsync.audit.effective.nesting import GroupGraph
    from dirsync.audit.effective.order import Layer, Order, Place
    from dirsync.model.entries import Group
    from dirsync.model.facts import Fact
    from dirsync.model.products import JiraApplication


class Hold(Enum):
    """Whether an account takes a seat."""

    TAKEN = auto()
    """By every reading."""
    OPEN = auto()
    """By some reading."""
    MASKED = auto()
    """By none, but it would if no other account of its name stood before it [ORDER-J]. Whoever removes that other
    account, or moves its directory, gives the seat back."""


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
    def is_nested(self) -> bool:
        """Whether it leads over a group inside another one."""
        return self.climb.depth[self.group_id] > 0

    @property
    def rank(self) -> tuple[int, str, str]:
        """What makes one way come before another: the shorter one, then the name it begins with."""
        return self.climb.depth[self.group_id], fold(self.climb.names[self.group_id]), self.group_id


class Access(NamedTuple):
    """An account that takes a seat, may take one, or would."""

    layer: Layer
    user_id: str
    way: Way
    """The shortest one, from a group that the account is in, or with aggregation a twin of it."""
    hold: Hold = Hold.TAKEN
    doubts: tuple[Doubt, ...] = ()
    """What is open; empty for all but OPEN."""


@dataclass(frozen=True)
class _Ways:
    """The ways to one Jira application, by the nesting of each Directory alone and of all merged."""

    application: str
    certain: Mapping[Layer, Climb]
    possible: Mapping[Layer, Climb]
    merged: Merged
    graphs: Mapping[Layer, GroupGraph]
    """What is certain of the nesting of each Directory."""

    def surely(self, layer: Layer, group_id: str) -> Way | None:
        """Return the shortest way from a group that counts by every reading."""
        return Way(self.certain[layer], group_id) if group_id in self.certain[layer].names else None

    def maybe(self, place: Place, group: Group) -> tuple[Way, Doubt] | None:
        """Return the shortest way from a group that counts by some reading, and what is open about it."""
        if not may_be_shown(place, group.id):
            return None
        own = self.possible[place.layer]
        if group.id in own.names:
            return Way(own, group.id), about_nesting(place, own.steps(group.id), self.graphs[place.layer])
        folded = fold(group.name)
        if folded not in self.merged.climb.names:
            return None
        fact = crossing_doubt(group.name, place.layer.directory, self.merged)
        return Way(self.merged.climb, folded), Doubt(Cause.NESTING, fact)


class EffectiveAccess:
    """The answers for one order of directories and the Jira applications that are asked for.

    Since Jira 7 an application is reached through its groups alone, administrators or not [LICENCE]; `licences` makes
    one of the permissions that counted before. A seat is taken by an active account, once per application, whether or
    not anybody ever logged in.
    """

    def __init__(self, order: Order, applications: Sequence[JiraApplication]) -> None:
        self.order = order
        self._nesting = Nesting(order, (name for known in applications for name in known.groups))

    @cached_property
    def gaps(self) -> tuple[Fact[Any], ...]:
        """What keeps everybody else from being cleared: directories not read whole, memberships not known whole."""
        layers = list(self._nesting.places)
        found = [fact for layer in layers for fact in layer.missing]
        found += [unread_fact(layer) for layer in layers if not layer.is_whole]
        return tuple({fact.name: fact for fact in found}.values())

    def accounts(self, application: JiraApplication) -> Iterator[Access]:
        """Yield every account that takes a seat of an application, may take one or would.

        Of the accounts of one name at most one takes a seat, or may; only where none does may several be masked.
        """
        ways, met = self._ways(application), set[str]()
        for place in self._nesting.places.values():
            yield from self._of_place(place, ways, met)
        for name in sorted(met):
            yield from self._of_name(name, ways)

    def of(self, username: str, application: JiraApplication) -> tuple[Access, ...]:
        """Return the same for one username; where it is empty no reading gives a seat, but see `gaps`."""
        return tuple(self._of_name(username, self._ways(application)))

    @cached_property
    def _twins(self) -> Mapping[Layer, Mapping[str, str]]:
        """Id to folded name of those whose name other accounts bear too."""
        found: dict[Layer, dict[str, str]] = {layer: {} for layer in self._nesting.places}
        for name in twins(self.order):
            for layer, names in found.items():
                names |= {user.id: name for user in layer.named(name)}
        return found

    def _ways(self, application: JiraApplication) -> _Ways:
        certain, possible = (
            {layer: climb(graph, application.key, application.groups) for layer, graph in graphs.items()}
            for graphs in (self._nesting.certain, self._nesting.possible)
        )
        every = merge(list(self._nesting.possible.values()), application.key, application.groups)
        return _Ways(application.key, certain, possible, every, self._nesting.certain)

    def _of_place(self, place: Place, ways: _Ways, met: set[str]) -> Iterator[Access]:
        """Yield those whose name stands nowhere else, and note the names of the others."""
        view, layer, twin_names = place.view, place.layer, self._twins[place.layer]
        doubts = (*unread_above(place), *may_be_off(view))
        let_in = _admitted(layer) if view.may_hide_users else None
        is_hidden = Filtering.NONE not in view.filterings and not (
            layer.admission is None or layer.may_have_more_memberships
        )
        seen: set[str] = set()
        for group_id, way, nesting in _leading(place, ways):
            why = (*nesting, *doubts)
            hold = Hold.OPEN if why else Hold.TAKEN
            for user_id, is_active in layer.snapshot.accounts_in(group_id, layer.selection):
                if user_id in twin_names:
                    # An inactive one too: with aggregation its memberships count for the account that decides.
                    met.add(twin_names[user_id])
                    continue
                if not is_active or user_id in seen:
                    continue
                seen.add(user_id)
                if let_in is None or user_id in let_in:
                    yield Access(layer, user_id, way, hold, why)
                elif not is_hidden:
                    yield Access(layer, user_id, way, Hold.OPEN, (*why, may_be_hidden(view)))

    def _of_name(self, username: str, ways: _Ways) -> Iterator[Access]:
        """Answer for one name by every reading of whom it means."""
        readings = standings(self.order, username)
        held = [(reading, *found) for reading in readings if (found := self._by(reading, ways))]
        if not held:
            yield from self._masked(readings, username, ways)
            return
        reading, way, _ = held[0]
        account = reading.counted[0]
        nesting = [doubt for _, _, each in held for doubt in each]
        if len(held) == len(readings) and not nesting:
            yield Access(account.layer, account.user.id, way)
            return
        doubts = tuple(dict.fromkeys([*nesting, *about_readings(username, readings)]))
        yield Access(account.layer, account.user.id, way, Hold.OPEN, doubts)

    def _by(self, reading: Standing, ways: _Ways) -> tuple[Way, tuple[Doubt, ...]] | None:
        """Return the shortest way that one reading gives, with what makes it doubtful."""
        if not reading.is_active:
            return None
        sure = [way for account in reading.counted if (way := _shortest_sure(account, ways))]
        if sure:
            return min(sure, key=_rank), ()
        maybe = [
            found
            for account in reading.counted
            for group in account.layer.snapshot.groups_of(account.user.id)
            if (found := ways.maybe(self._nesting.places[account.layer], group))
        ]
        if not maybe:
            return None
        way, doubt = min(maybe, key=lambda each: each[0].rank)
        return way, (doubt,)

    def _masked(self, readings: Sequence[Standing], username: str, ways: _Ways) -> Iterator[Access]:
        """Yield the accounts below the one that decides."""
        layers = list(self._nesting.places)
        deciding = [layers.index(reading.account.layer) for reading in readings if reading.account]
        for layer in layers[min(deciding) + 1 :] if deciding else ():
            for user in layer.named(username):
                way = _shortest_sure(Account(layer, user), ways) if user.active else None
                if way:
                    yield Access(layer, user.id, way, Hold.MASKED)


def _leading(place: Place, ways: _Ways) -> Iterator[tuple[str, Way, tuple[Doubt, ...]]]:
    """Yield the groups of a place that lead to the application: certain ones first, nearest first."""
    layer, certain = place.layer, ways.certain[place.layer]
    for group_id in certain.names:
        yield group_id, Way(certain, group_id), ()
    open_ways = [
        (group.id, *found)
        for group in layer.snapshot.groups()
        if group.id not in certain.names and (found := ways.maybe(place, group))
    ]
    for group_id, way, doubt in sorted(open_ways, key=lambda each: (*each[1].rank, each[0])):
        yield group_id, way, (doubt,)


def _admitted(layer: Layer) -> frozenset[str] | None:
    """Return the ids of those whom Crowd surely lets in; None for everybody."""
    if layer.authorised_ids is None:
        return None
    members = (layer.snapshot.accounts_in(group_id, layer.selection) for group_id in layer.authorised_ids)
    return frozenset(user_id for accounts in members for user_id, _ in accounts)


def _shortest_sure(account: Account, ways: _Ways) -> Way | None:
    groups = account.layer.snapshot.groups_of(account.user.id)
    found = [way for group in groups if (way := ways.surely(account.layer, group.id))]
    return min(found, key=_rank, default=None)


def _rank(way: Way) -> tuple[int, str, str]:
    return way.rank
