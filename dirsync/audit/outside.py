"""Accounts that Jira sees and no Mapping names, counted once for the finding and for the numbers beside it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from dirsync.audit.people import takes
from dirsync.model.snapshot import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.audit.access import Holder, SeatPaths
    from dirsync.model.entries import User
    from dirsync.model.estate import Estate, Population
    from dirsync.model.snapshot import Snapshot

NAMED = 5
"""How many accounts are told by name; the others are counted."""
AT_ONCE = 500
"""Accounts asked for in one question: one question each would take most of the time of an audit."""


@dataclass(frozen=True, slots=True)
class Outside:
    """The accounts of one Directory that no Mapping names, active or not, as far as the Directory was read."""

    users: int = 0
    active: int = 0
    names: tuple[str, ...] = ()
    """Usernames of the first few, by id."""
    holding: int = 0
    """How many of them are proven to hold a seat."""
    first_holder: Holder | None = None


def outside(estate: Estate, directory: str, paths: SeatPaths | None) -> Outside:
    """Count the accounts of a Directory that no Mapping names; without `paths` nobody is proven to hold a seat.

    A Mapping names the accounts it takes from its source and those of its target, whole ("audiences come from the
    mappings that read from it or write to it", design, section 5).
    """
    snapshot = estate.snapshots.get(directory)
    if snapshot is None or mapped_whole(estate, directory):
        return Outside()
    users = active = 0
    names: list[str] = []
    for user in _unnamed(estate, directory, snapshot):
        users += 1
        active += user.active
        if len(names) < NAMED:
            names.append(user.username)
    holding: set[str] = set()
    first_holder: Holder | None = None
    for holder in _holders(estate, directory, paths) if paths and users else ():
        holding.add(holder.user.id)
        first_holder = first_holder or holder
    return Outside(users, active, tuple(names), len(holding), first_holder)


def mapped_whole(estate: Estate, directory: str) -> tuple[Population, ...]:
    """Return the populations that a Directory is, whoever is in it: those of the Mappings that write to it."""
    return tuple(
        population
        for population in estate.populations
        if population.directory == directory and population.selection == WHOLE
    )


def _holders(estate: Estate, directory: str, paths: SeatPaths) -> Iterator[Holder]:
    for application in paths.licences.applications:
        for holder in paths.holders(application, directory):
            if not _is_named(estate, directory, holder.user):
                yield holder


def cleared_by_jira(estate: Estate, directory: str, group: str) -> bool:
    """Say whether Jira told who is in a group, and no account of the Directory that no Mapping names is."""
    name, snapshot = f"jira.members[{group}]", estate.snapshots.get(directory)
    if snapshot is None or not estate.has(name):
        return False
    met = (snapshot.user_named(username) for username in estate.need(name).value)
    return all(_is_named(estate, directory, user) for user in met if user)


def _unnamed(estate: Estate, directory: str, snapshot: Snapshot) -> Iterator[User]:
    """Yield the accounts that no Mapping names, by id."""
    selections = sorted(
        {one.selection for one in estate.populations if one.directory == directory}
        | {one.mapping for one in estate.populations if one.source == directory}
    )
    everybody = snapshot.counts().users
    if any(snapshot.counts(selection).users == everybody for selection in selections):
        return  # a selection is a part of the whole; this one is all of it
    met = snapshot.users()
    while those := {user.id: user for user in islice(met, AT_ONCE)}:
        for selection in selections:
            for named in [user.id for user in snapshot.users_among(those, selection)]:
                del those[named]
        yield from those.values()


def _is_named(estate: Estate, directory: str, user: User) -> bool:
    snapshot = estate.snapshots[directory]
    return any(
        (population.directory == directory and takes(estate, population, user))
        or (population.source == directory and snapshot.user(user.id, population.mapping) is not None)
        for population in estate.populations
    )
