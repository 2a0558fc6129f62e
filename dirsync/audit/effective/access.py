"""Who reaches which Jira application, as Jira's user directories stand in their order.

Everybody whose name stands once is told as the members of the groups stream past, directory by directory; only names
that several accounts bear are looked up one by one. Held are the groups that lead to a seat, and the names that were
met.
"""

from __future__ import annotations

from enum import Enum, auto
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from dirsync.audit.effective.accounts import Account, standings, twins
from dirsync.audit.effective.doubts import (
    Doubt,
    about_readings,
    may_be_hidden,
    may_be_off,
    unread_above,
    unread_fact,
)
from dirsync.audit.effective.groups import Nesting
from dirsync.audit.effective.order import Filtering
from dirsync.audit.effective.ways import Way, Ways, ways_to

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dirsync.audit.effective.accounts import Standing
    from dirsync.audit.effective.order import Layer, Order, Place
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


class Access(NamedTuple):
    """An account that takes a seat, may take one, or would."""

    layer: Layer
    user_id: str
    way: Way
    """The shortest one, from a group that the account is in, or with aggregation a twin of it."""
    hold: Hold = Hold.TAKEN
    doubts: tuple[Doubt, ...] = ()
    """What is open; empty for all but OPEN."""


class EffectiveAccess:
    """The answers for one order of directories and the Jira applications that are asked for.

    Since Jira 7 an application is reached through its groups alone, administrators or not [LICENCE]; `licences` makes
    one of the permissions that counted before. A seat is taken by an active account, once per application, whether or
    not anybody ever logged in.
    """

    def __init__(self, order: Order, applications: Sequence[JiraApplication]) -> None:
        self.order = order
        self._nesting = Nesting(order, (name for known in applications for name in known.groups))
        self._ways: dict[JiraApplication, Ways] = {}
        self._told: dict[tuple[str, JiraApplication], tuple[Access, ...]] = {}

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
        ways, met = self.ways_to(application), set[str]()
        for place in self._nesting.places.values():
            yield from self._of_place(place, ways, met)
        for name in sorted(met):
            key = name, application
            if key not in self._told:
                self._told[key] = tuple(self._of_name(name, ways))
            yield from self._told[key]

    def of(self, username: str, application: JiraApplication) -> tuple[Access, ...]:
        """Return the same for one username; where it is empty no reading gives a seat, but see `gaps`."""
        return tuple(self._of_name(username, self.ways_to(application)))

    def ways_to(self, application: JiraApplication) -> Ways:
        """Return the ways from groups to an application that was asked for, worked out once."""
        if application not in self._ways:
            self._ways[application] = ways_to(application, self._nesting)
        return self._ways[application]

    @cached_property
    def shared_names(self) -> frozenset[str]:
        """The folded usernames that several accounts bear."""
        return frozenset(name for names in self._twins.values() for name in names.values())

    @cached_property
    def _twins(self) -> Mapping[Layer, Mapping[str, str]]:
        """Id to folded name of those whose name other accounts bear too."""
        found: dict[Layer, dict[str, str]] = {layer: {} for layer in self._nesting.places}
        for name in twins(self.order):
            for layer, names in found.items():
                names |= {user.id: name for user in layer.named(name)}
        return found

    def _of_place(self, place: Place, ways: Ways, met: set[str]) -> Iterator[Access]:
        """Yield those whose name stands nowhere else, and note the names of the others."""
        view, layer, twin_names = place.view, place.layer, self._twins[place.layer]
        doubts = (*unread_above(place), *may_be_off(view))
        let_in = _admitted(layer) if view.may_hide_users else None
        is_hidden = Filtering.NONE not in view.filterings and not (
            layer.admission is None or layer.may_have_more_memberships
        )
        leads = [
            (way, (why := (*nesting, *doubts)), Hold.OPEN if why else Hold.TAKEN)
            for _, way, nesting in ways.leading(place)
        ]
        group_ids = [lead.group_id for lead in ways.leading(place)]
        for user_id, is_active, number in layer.snapshot.accounts_in_any(group_ids, layer.selection):
            if user_id in twin_names:
                # An inactive one too: with aggregation its memberships count for the account that decides.
                met.add(twin_names[user_id])
            elif is_active:
                way, why, hold = leads[number]
                if let_in is None or user_id in let_in:
                    yield Access(layer, user_id, way, hold, why)
                elif not is_hidden:
                    yield Access(layer, user_id, way, Hold.OPEN, (*why, may_be_hidden(view)))

    def _of_name(self, username: str, ways: Ways) -> Iterator[Access]:
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

    def _by(self, reading: Standing, ways: Ways) -> tuple[Way, tuple[Doubt, ...]] | None:
        """Return the shortest way that one reading gives, with what makes it doubtful."""
        if not reading.is_active:
            return None
        sure = [way for account in reading.counted if (way := ways.shortest_of(account))]
        if sure:
            return min(sure, key=attrgetter("rank")), ()
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

    def _masked(self, readings: Sequence[Standing], username: str, ways: Ways) -> Iterator[Access]:
        """Yield the accounts below the one that decides."""
        layers = list(self._nesting.places)
        deciding = [layers.index(reading.account.layer) for reading in readings if reading.account]
        for layer in layers[min(deciding) + 1 :] if deciding else ():
            for user in layer.named(username):
                way = ways.shortest_of(Account(layer, user)) if user.active else None
                if way:
                    yield Access(layer, user.id, way, Hold.MASKED)


def _admitted(layer: Layer) -> frozenset[str] | None:
    """Return the ids of those whom Crowd surely lets in; None for everybody."""
    if layer.authorised_ids is None:
        return None
    accounts = layer.snapshot.accounts_in_any(sorted(layer.authorised_ids), layer.selection)
    return frozenset(user_id for user_id, _, _ in accounts)
