"""Whose people are whose: everybody of one audience in one Directory, each once, whatever number of Mappings say so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from heapq import merge
from typing import TYPE_CHECKING

from dirsync.model.snapshot import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.model.addresses import Addresses
    from dirsync.model.entries import User
    from dirsync.model.estate import Audience, Estate, Population
    from dirsync.model.snapshot import Snapshot


class Belonging(Enum):
    """What an account in a Directory is to an audience."""

    OURS = "ours"
    THEIRS = "theirs"
    CONTESTED = "contested"
    """Both audiences name the Directory, and their sources don't tell whose the account is."""


@dataclass(frozen=True)
class People:
    """The people of some populations that have their audience and their Directory in common."""

    estate: Estate
    populations: tuple[Population, ...]

    @property
    def directory(self) -> str:
        """Key of the Directory in which the products see them."""
        return self.populations[0].directory

    @property
    def audience(self) -> Audience:
        """Who they are."""
        return self.populations[0].audience

    @property
    def snapshot(self) -> Snapshot | None:
        """What was read of that Directory, whole or not; None when nothing was."""
        return self.estate.snapshots.get(self.directory)

    @property
    def selections(self) -> tuple[str, ...]:
        """Which records of the Snapshot they are; a population that is the whole Directory covers the others."""
        named = tuple(population.selection for population in self.populations)
        return (WHOLE,) if WHOLE in named else named

    def users(self) -> Iterator[User]:
        """Yield those that are not known to be the other audience's, active or not, each once."""
        for selection in self.selections:
            yield from self.users_of(selection)

    def users_of(self, selection: str) -> Iterator[User]:
        """Yield those of `users` whom this selection is the first to hold, sorted by id."""
        return self._first_and_ours(self.snapshot.users(selection) if self.snapshot else iter(()), selection)

    def _first_and_ours(self, users: Iterator[User], selection: str) -> Iterator[User]:
        if self.is_one_selection:
            return users
        return (
            user for user in users if self.is_first(user, selection) and self.belonging(user) is not Belonging.THEIRS
        )

    def users_at(self, addresses: Addresses) -> Iterator[User]:
        """Yield the active ones of `users` whose e-mail address is one of those."""
        for selection in self.selections:
            found = self.snapshot.users_at(addresses, selection) if self.snapshot else iter(())
            yield from self._first_and_ours(found, selection)

    @cached_property
    def is_one_selection(self) -> bool:
        """Whether they are everybody whom one selection holds, so that nobody need be looked at to know it."""
        return len(self.selections) == 1 and not self._rivals

    @cached_property
    def active(self) -> int:
        """How many of `users` are active."""
        if self.is_one_selection and self.snapshot:
            return self.snapshot.active_users(self.selections[0])
        return sum(user.active for user in self.users())

    def usernames(self) -> Iterator[str]:
        """Yield the folded names of all whom the selections hold, sorted; some may be the other audience's."""
        return merge(*(self.snapshot.usernames(selection) for selection in self.selections if self.snapshot))

    def named(self, username: str) -> User | None:
        """Find one of them by name, compared as directories compare names; of namesakes the one with the first id."""
        snapshot = self.snapshot
        found = (snapshot.user_named(username, selection) for selection in self.selections) if snapshot else ()
        return next((user for user in found if user and self.belonging(user) is not Belonging.THEIRS), None)

    def is_first(self, user: User, selection: str) -> bool:
        """Say whether a user met under a selection was not met under an earlier one."""
        if len(self.selections) == 1:
            return True
        return next((found for found in self.selections if self._has(user, found)), selection) == selection

    def mapping_of(self, user: User) -> str:
        """Return the Mapping that names a user: the first whose source has them, else the first that may."""
        if len(self.populations) == 1:
            return self.populations[0].mapping
        named = [population for population in self.populations if takes(self.estate, population, user)]
        fed = (population for population in named if feeds(self.estate, population, user.username))
        return next(fed, (named or self.populations)[0]).mapping

    def belonging(self, user: User) -> Belonging:
        """Say whose an account is that one of the selections holds.

        Where both audiences share the Directory, the Mapping whose source has a user of that name decides.
        """
        rivals = [population for population in self._rivals if takes(self.estate, population, user)]
        if not rivals:
            return Belonging.OURS
        mine = [population for population in self.populations if takes(self.estate, population, user)]
        is_mine = any(feeds(self.estate, population, user.username) for population in mine)
        is_theirs = any(feeds(self.estate, population, user.username) for population in rivals)
        if is_mine == is_theirs:
            return Belonging.CONTESTED
        return Belonging.OURS if is_mine else Belonging.THEIRS

    @cached_property
    def _rivals(self) -> tuple[Population, ...]:
        return tuple(
            population
            for population in self.estate.populations
            if population.audience is not self.audience and population.directory == self.directory
        )

    def _has(self, user: User, selection: str) -> bool:
        snapshot = self.snapshot
        return snapshot is not None and snapshot.user(user.id, selection) is not None


def people_by_directory(estate: Estate, audience: Audience) -> tuple[People, ...]:
    """Return the people of an audience, one `People` per Directory, in the order of the Directories' keys."""
    populations = estate.population(audience)
    directories = sorted({population.directory for population in populations})
    return tuple(
        People(estate, tuple(population for population in populations if population.directory == directory))
        for directory in directories
    )


def takes(estate: Estate, population: Population, user: User) -> bool:
    """Say whether an account of a population's Directory is one of its people."""
    if population.selection == WHOLE:
        return True
    snapshot = estate.snapshots.get(population.directory)
    return snapshot is not None and snapshot.user(user.id, population.selection) is not None


def feeds(estate: Estate, population: Population, username: str) -> bool:
    """Say whether the source of a population's Mapping has a user of that name for it."""
    source = estate.snapshots.get(population.source)
    return source is not None and source.user_named(username, population.mapping) is not None
