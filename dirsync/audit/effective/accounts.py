"""Which account a username means: that of the first directory that holds the name, whoever else bears it below."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from heapq import merge
from typing import TYPE_CHECKING

from dirsync.audit.effective.order import Filtering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.audit.effective.order import Layer, Order, View
    from dirsync.model.entries import User


@dataclass(frozen=True, slots=True)
class Account:
    """A user in one layer of an order."""

    layer: Layer
    user: User


@dataclass(frozen=True, slots=True)
class Standing:
    """One reading of whom a username means."""

    view: View | None = None
    """The user directory that decides; None where nobody bears the name."""
    account: Account | None = None
    """None too where it is `unseen`."""
    counted: tuple[Account, ...] = ()
    """The accounts whose memberships count: with aggregation those of the lower layers of the view too."""

    unseen: Layer | None = None
    """The directory in which it may be, read in part or not at all; then there is no account."""

    @property
    def is_active(self) -> bool:
        """Whether the account that decides is known to be active."""
        return self.account is not None and self.account.user.active


ABSENT = Standing()


class _Search(Enum):
    """How far the search from the top has come."""

    NOT_FOUND = auto()
    FOUND_INACTIVE = auto()
    """By one reading Jira goes on to the first active account."""


def standings(order: Order, username: str) -> tuple[Standing, ...]:
    """Return every reading of whom a username means; one, where nothing is open.

    Jira takes the first active user directory that holds the name [ORDER-J], Crowd the first directory [MANY]. A
    twin that is inactive on top: inside a Crowd application it decides [EFFECTIVE, CWD-5179]. Over Jira's user
    directories Atlassian's pages contradict each other, the top account decides [HANDLE] or the first active one
    does [HEALTH], so both readings stand.
    """
    found: dict[Standing, None] = {}
    searches = {_Search.NOT_FOUND}
    for view in order.views:
        readings = tuple(_in_view(view, username))
        going_on: set[_Search] = set()
        if _Search.NOT_FOUND in searches:
            found |= {reading: None for reading in readings if reading is not ABSENT}
            going_on |= {_Search.NOT_FOUND for reading in readings if reading is ABSENT}
            going_on |= {
                _Search.FOUND_INACTIVE for reading in readings if reading is not ABSENT and not reading.is_active
            }
        if _Search.FOUND_INACTIVE in searches:
            found |= {reading: None for reading in readings if reading.unseen or reading.is_active}
            going_on |= {_Search.FOUND_INACTIVE for reading in readings if not reading.is_active}
        searches = going_on
    if _Search.NOT_FOUND in searches:
        found[ABSENT] = None
    return tuple(found)


def _in_view(view: View, username: str) -> Iterator[Standing]:
    """Yield the readings inside one user directory; ABSENT where it may show nobody of that name."""
    if False in view.is_active:
        yield ABSENT
    if True not in view.is_active:
        return
    for position, layer in enumerate(view.layers):
        users = layer.named(username)
        for user in users:
            yield from _shown(view, Account(layer, user), view.layers[position + 1 :])
        if users:
            return
        if not layer.is_whole:
            yield Standing(view, unseen=layer)
    yield ABSENT


def _shown(view: View, first: Account, below: tuple[Layer, ...]) -> Iterator[Standing]:
    """Yield the readings of a name whose first account is known. If it is hidden, the name is [SYNC]."""
    lets_in = first.layer.may_authenticate(first.user) if view.may_hide_users else ()
    if False in lets_in:
        yield ABSENT
    if Filtering.NONE in view.filterings or True in lets_in:
        twins = (Account(layer, user) for layer in below for user in layer.named(first.user.username))
        counted = {True: (first, *twins), False: (first,)}
        for is_aggregating in view.aggregates:
            yield Standing(view, first, counted[is_aggregating])


def twins(order: Order) -> Iterator[str]:
    """Yield each folded username that several accounts bear, in order.

    Names come sorted from every layer and are merged, so that nothing grows with the directories. Two users of one
    name in one Directory are twins too.
    """
    streams = [place.layer.snapshot.usernames(place.layer.selection) for place in order.places()]
    last = told = None
    for name in merge(*streams):
        if name == last and name != told:
            told = name
            yield name
        last = name
