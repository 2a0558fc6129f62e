"""What every Guard is: a reason to refuse a plan, with its sum."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol

from dirsync.model.links import UserLink

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from dirsync.mapping.mapping import GuardLimits
    from dirsync.model.estate import Audience, Estate
    from dirsync.model.links import Link, Links
    from dirsync.model.plans import Change, Op, Plan, Refusal
    from dirsync.model.run import SeatsAfterPlan
    from dirsync.model.snapshot import LastRead, Snapshot
    from dirsync.plan.desired import Feed

AT_ONCE: Final = 10_000
"""People whom the store is asked about together."""


@dataclass(frozen=True, slots=True)
class Allowances:
    """The numbers the admin expects, from `--allow-…`; None: nothing beyond the Mapping's own limits."""

    removals: int | None = None
    creations: int | None = None
    member_removals: int | None = None
    adoptions: int | None = None

    @staticmethod
    def covers(allowed: int | None, number: int) -> bool:
        """Say whether the admin has stated at least this number."""
        return allowed is not None and number <= allowed


@dataclass(frozen=True)
class GuardContext:
    """What Guards may look at. All of it was read before; a Guard asks nobody."""

    plan: Plan
    feeds: Mapping[str, tuple[Feed, ...]]
    targets: Mapping[str, Snapshot]
    limits: Mapping[str, GuardLimits]
    audiences: Mapping[str, Audience]
    """Mapping name to its audience."""
    links: Links
    last_reads: Mapping[str, LastRead]
    estate: Estate
    reach: Callable[[str, str], tuple[str, ...]]
    """(group, directory) to the shortest path of names to a seat or administrative permission, empty when there
    is none; raises `MissingFact` when it can't be said."""
    applications: Mapping[str, str]
    """Target Directory to the Crowd application dirsync itself uses there."""
    allowances: Allowances = Allowances()
    recorded: Iterable[Link] = ()
    """Links that follow from reading alone, gone through as often as wanted; not yet in the store."""
    seats: tuple[SeatsAfterPlan, ...] = ()
    """What the Plan does to the seats of each Jira application; empty where nobody knows what costs one."""
    own_sources: Mapping[str, str] = field(default_factory=dict)
    """Target Directory to why it is its own source."""

    def changes(self, mapping: str, ops: Iterable[Op]) -> list[Change]:
        """Return the Changes of a Mapping that would be written, of certain kinds."""
        wanted = frozenset(ops)
        return [change for change in self.plan.appliable if change.mapping == mapping and change.op in wanted]

    def stored(self, mapping: str) -> int:
        """Count the accounts that the store knows as dirsync's own for a Mapping."""
        return sum(
            self.links.count_users(directory, mapping)
            for directory, feeds in self.feeds.items()
            for feed in feeds
            if feed.name == mapping
        )

    def managed(self, mapping: str) -> int:
        """Count the accounts that dirsync made or adopted for a Mapping, or adopts tonight."""
        return self.stored(mapping) + self._new_tonight[mapping]

    @cached_property
    def _new_tonight(self) -> Counter[str]:
        """How many accounts each Mapping has from tonight on; a pile of a million is gone through once for all."""
        new: Counter[str] = Counter()
        for (directory, mapping), ids in _in_handfuls(self.recorded):
            new[mapping] += len(ids) - sum(1 for _ in self.links.known(directory, mapping, ids))
        return new

    def by_group(self, changes: Iterable[Change]) -> Counter[str]:
        """Count Changes per group name."""
        return Counter(change.group for change in changes)


def _in_handfuls(links: Iterable[Link]) -> Iterator[tuple[tuple[str, str], set[str]]]:
    """Yield people who have an account by these links, some at a time, under Directory and Mapping.

    One link of somebody replaces another, and stands near it.
    """
    waiting: dict[tuple[str, str], set[str]] = defaultdict(set)
    for link in links:
        if isinstance(link, UserLink):
            place = link.directory, link.mapping
            waiting[place].add(link.source_id)
            if len(waiting[place]) >= AT_ONCE:
                yield place, waiting.pop(place)
    yield from waiting.items()


class Guard(Protocol):
    """One reason to refuse a plan. One refusal stops everything before the first write."""

    name: str

    def judge(self, context: GuardContext) -> Iterator[Refusal]:
        """Yield a Refusal for each thing looked at; `refused` tells, `message` shows the sum and the way out."""
