"""Which accounts mappings of both audiences take out of one source, before they are carried over twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dirsync.model.estate import Audience

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.model.entries import User
    from dirsync.model.estate import Estate, Population
    from dirsync.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class TakenTwice:
    """One account of a source that Mappings of both audiences take."""

    user: User
    customers: Population
    agents: Population


def sources_of_both(estate: Estate) -> tuple[str, ...]:
    """Return the keys of the Directories that Mappings of both audiences read."""
    read = [{population.source for population in estate.population(audience)} for audience in Audience]
    return tuple(sorted(set.intersection(*read)))


def taken_twice(estate: Estate, source: str) -> Iterator[TakenTwice]:
    """Yield each account of a source that both audiences take, once, unless it stands in both their Directories.

    There `shared_names` finds it. Raises `MissingFact` when the source was not read whole, after what was read.
    """
    snapshot = estate.snapshots.get(source)
    sides = [
        [population for population in estate.population(audience) if population.source == source]
        for audience in (Audience.CUSTOMERS, Audience.AGENTS)
    ]
    if snapshot:
        walked, others = sorted(sides, key=lambda side: sum(_size(snapshot, population) for population in side))
        for number, population in enumerate(walked):
            for user in snapshot.users(population.mapping):
                if not _taking(snapshot, walked[:number], user) and _taking(snapshot, others, user):
                    customers, agents = (_taking(snapshot, side, user)[0] for side in sides)
                    if not _stands_in_both(estate, user, customers, agents):
                        yield TakenTwice(user, customers, agents)
    estate.snapshot(source)


def _size(snapshot: Snapshot, population: Population) -> int:
    return snapshot.counts(population.mapping).users


def _taking(snapshot: Snapshot, side: list[Population], user: User) -> list[Population]:
    return [population for population in side if snapshot.user(user.id, population.mapping)]


def _stands_in_both(estate: Estate, user: User, customers: Population, agents: Population) -> bool:
    if customers.directory == agents.directory:
        return False
    shown = [(estate.snapshots.get(each.directory), each.selection) for each in (customers, agents)]
    return all(snapshot and snapshot.user_named(user.username, selection) for snapshot, selection in shown)
