"""Who of an audience reaches no Jira application at all, as far as Jira's order, its groups and its own lists tell.

A person is a username: an account of theirs in another directory counts if Jira takes that one. Held are the ids of
those who take a seat, and the names that Jira lists itself; whoever is without one streams past.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from dirsync.audit.effective.access import Hold
from dirsync.audit.effective.doubts import unread_above, unread_fact
from dirsync.audit.effective.of_estate import administrators_of
from dirsync.audit.jira_order import access_by_jiras_or_any_order, gaps, nowhere, without_a_place
from dirsync.audit.people import Belonging
from dirsync.model.facts import unknown
from dirsync.model.names import directory_key, fold
from dirsync.model.snapshot import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dirsync.audit.effective.access import Access
    from dirsync.audit.effective.doubts import Doubt
    from dirsync.audit.effective.order import Layer, Place
    from dirsync.audit.licences import Licences
    from dirsync.audit.people import People
    from dirsync.model.entries import User
    from dirsync.model.estate import Estate
    from dirsync.model.facts import Fact

BEST_FIRST: Final = (Hold.TAKEN, Hold.OPEN, Hold.MASKED)


class Standing(Enum):
    """What somebody is to Jira's applications."""

    HAS = auto()
    """Takes a seat of at least one."""
    ADMINISTERS = auto()
    """Takes none, and works in Jira all the same: since Jira 7 administration needs no application."""
    OPEN = auto()
    """By some reading."""
    MASKED = auto()
    """By the groups of their own account, but Jira takes another account of the name, which reaches none."""
    WITHOUT = auto()


class Judged(NamedTuple):
    """The answer about one person."""

    standing: Standing
    doubts: tuple[Fact[Any], ...] = ()
    """What is open; empty for all but OPEN."""


class _Twin(NamedTuple):
    """Another account of somebody's name."""

    key: tuple[str, str]
    """Key of its Directory, and its id."""
    hold: Hold | None
    doubts: tuple[Fact[Any], ...]


class Reached:
    """Answers for one Estate: who reaches any of Jira's applications."""

    def __init__(self, estate: Estate, licences: Licences) -> None:
        self.estate = estate
        self.licences = licences
        self.groups = tuple(group for known in licences.applications for group in known.groups)
        effective, self._missing_order = access_by_jiras_or_any_order(estate)
        self.order = effective.order
        self._places = list(self.order.places())
        self._shared_names = effective.shared_names
        whole = (place.layer for place in self._places if place.layer.selection == WHOLE)
        self._shown_whole = {directory_key(layer.directory) for layer in whole}
        told = [f"jira.members[{group}]" for group in self.groups if estate.has(f"jira.members[{group}]")]
        self.lists: tuple[Fact[Any], ...] = tuple(estate.need(name) for name in told)
        """Whom Jira itself lists in the groups, active users only."""
        self.is_listed_whole = len(told) == len(self.groups) and not licences.gaps
        """Whether nobody else reaches an application, whatever the directories say."""
        self._listed = {fold(username) for fact in self.lists for username in fact.value}
        self._holds: dict[str, dict[str, Hold]] = {}
        self._doubts: dict[tuple[str, str], tuple[Doubt, ...]] = {}
        for application in licences.applications:
            for access in effective.accounts(application):
                self._note(access)
        self._administrators = {
            (directory_key(access.layer.directory), access.user_id)
            for access in effective.accounts(administrators_of(estate))
            if access.hold is Hold.TAKEN
        }

    def _note(self, access: Access) -> None:
        """Keep the best that an account holds, and why what is open is so."""
        directory = directory_key(access.layer.directory)
        held = self._holds.setdefault(directory, {})
        held[access.user_id] = min(access.hold, held.get(access.user_id, access.hold), key=BEST_FIRST.index)
        if access.doubts:
            self._doubts.setdefault((directory, access.user_id), access.doubts)

    def judged(self, people: People, user: User) -> Judged:
        """Say what one of the people is to Jira's applications."""
        twins = list(self._twins(people, user))
        proven = self._proven(people, user, twins)
        if proven:
            return Judged(proven)
        if people.belonging(user) is Belonging.CONTESTED:
            return Judged(Standing.OPEN, (_audience_untold(people, user),))
        if self.is_listed_whole:
            return Judged(Standing.WITHOUT)
        doubts = [doubt.fact for doubt in self._doubts.get((people.directory, user.id), ())]
        doubts += [fact for twin in twins for fact in twin.doubts]
        if doubts:
            return Judged(Standing.OPEN, tuple(doubts))
        is_masked = self._holds.get(people.directory, {}).get(user.id) is Hold.MASKED
        return Judged(Standing.MASKED if is_masked else Standing.WITHOUT)

    def _proven(self, people: People, user: User, twins: Sequence[_Twin]) -> Standing | None:
        """Say what Jira, or every reading of the directories, gives to the person whatever is open."""
        own = self._holds.get(people.directory, {}).get(user.id)
        is_taken = Hold.TAKEN in {own, *(twin.hold for twin in twins)}
        if is_taken or fold(user.username) in self._listed:
            return Standing.HAS
        accounts = {(people.directory, user.id), *(twin.key for twin in twins)}
        return None if accounts.isdisjoint(self._administrators) else Standing.ADMINISTERS

    def _twins(self, people: People, user: User) -> Iterator[_Twin]:
        """Yield what other accounts of the name hold, and what is open; not all memberships may be known of one."""
        if people.directory in self._shown_whole and fold(user.username) not in self._shared_names:
            return
        for place in self._places:
            for twin in place.layer.named(user.username):
                key = (directory_key(place.layer.directory), twin.id)
                if key != (people.directory, user.id):
                    hold = self._holds.get(key[0], {}).get(twin.id)
                    doubts = tuple(doubt.fact for doubt in self._doubts.get(key, ()))
                    yield _Twin(key, hold, doubts or place.layer.missing)

    def missing(self, people: People) -> tuple[Fact[Any], ...]:
        """Return what keeps those who seem to reach nothing from being known to."""
        if self.is_listed_whole:
            return ()
        own = [place for place in self._places if directory_key(place.layer.directory) == people.directory]
        found = [*self.licences.gaps, *self._missing_order]
        if nowhere(self.order, people.directory):
            found.append(without_a_place(people.directory))
        found += [fact for place in own for fact in self._unread_around(place)]
        found += gaps(self.estate, (place.layer for place in own), self._untold_groups)
        return tuple({fact.name: fact for fact in found}.values())

    @property
    def _untold_groups(self) -> list[str]:
        """The groups of which Jira did not list the members."""
        return [group for group in self.groups if not self.estate.has(f"jira.members[{group}]")]

    @staticmethod
    def _unread_around(place: Place) -> Iterator[Fact[Any]]:
        """Yield the directories in which another account of any name may stand that Jira takes, or adds up."""
        yield from (doubt.fact for doubt in unread_above(place))
        layers: tuple[Layer, ...] = place.view.layers if True in place.view.aggregates else ()
        yield from (unread_fact(layer) for layer in layers if not layer.is_whole and layer is not place.layer)


def _audience_untold(people: People, user: User) -> Fact[None]:
    return unknown(
        f"audience[{user.username}]",
        f"{people.directory} holds both agents and customers, and the mappings don't tell whose account "
        f"'{user.username}' is",
        "Give agents and customers a directory each, or take the account out of one of the mappings.",
    )
