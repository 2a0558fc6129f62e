"""Which seats single accounts hold, for questions that meet them one by one in a large Directory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dirsync.audit.default_group_question import seat_paths
from dirsync.audit.seats import memberships_missing
from dirsync.model.facts import Fact
from dirsync.model.names import fold

if TYPE_CHECKING:
    from dirsync.audit.access import AccessPath, Reach
    from dirsync.model.entries import User
    from dirsync.model.estate import Estate


@dataclass(frozen=True, slots=True)
class HeldSeats:
    """The seats of one account: proven paths from its groups, one per Jira application, and what is open."""

    paths: tuple[AccessPath, ...] = ()
    doubts: tuple[Fact[Any], ...] = ()


class AccountSeats:
    """The ways to a seat, asked account by account. Held is what each group leads to, never an account."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._paths = seat_paths(estate)
        self._reaches: dict[tuple[str, str], Reach] = {}
        self._gaps: dict[str, tuple[Fact[Any], ...]] = {}

    @property
    def facts(self) -> tuple[Fact[Any], ...]:
        """What says which groups cost a seat; nothing where nobody does."""
        return () if isinstance(self._paths, Fact) else self._paths.licences.facts

    def named(self, key: str) -> str:
        """Return how people call an application."""
        return key if isinstance(self._paths, Fact) else self._paths.licences.named(key)

    def of(self, directory: str, user: User) -> HeldSeats:
        """Return the seats of an active account of a Directory that was read, by that Directory alone."""
        if isinstance(self._paths, Fact):
            return HeldSeats(doubts=(self._paths,))
        found: dict[str, AccessPath] = {}
        doubts: dict[str, Fact[Any]] = {fact.name: fact for fact in self._gaps_of(directory)}
        for group in self._estate.snapshots[directory].groups_of(user.id):
            reach = self._reach(group.name, directory)
            for path in reach.paths:
                shortest = found.setdefault(path.application, path)
                if len(path.names) < len(shortest.names):
                    found[path.application] = path
            doubts |= {fact.name: fact for fact in reach.doubts}
        return HeldSeats(tuple(found[key] for key in sorted(found)), tuple(doubts.values()))

    def _reach(self, group: str, directory: str) -> Reach:
        key = (fold(group), directory)
        if key not in self._reaches and not isinstance(self._paths, Fact):
            self._reaches[key] = self._paths.of_group(group, directory)
        return self._reaches[key]

    def _gaps_of(self, directory: str) -> tuple[Fact[Any], ...]:
        """Return what keeps the memberships of a Directory from being the whole truth."""
        if directory not in self._gaps:
            self._gaps[directory] = tuple(memberships_missing(self._estate, directory))
        return self._gaps[directory]
