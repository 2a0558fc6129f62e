"""What a route tells about Crowd, in Crowd's own names and numbers, before it is said which Directory shows what.

A field is None where the route did not tell it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dirsync.model.facts import Fact, FactState, unknown
from dirsync.model.names import same

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.model.products import DirectoryType, LicenceUse, SyncState


@dataclass(frozen=True, slots=True)
class ToldDirectory:
    """A directory inside Crowd."""

    number: str
    name: str
    type: DirectoryType | None = None
    is_active: bool | None = None
    allowed_operations: tuple[str, ...] | None = None
    default_groups: tuple[str, ...] | None = None
    sync_state: SyncState | None = None


@dataclass(frozen=True, slots=True)
class ToldMapping:
    """A directory as one application sees it; a route knows it by number, by name, or by both."""

    number: str
    name: str = ""
    allow_all_to_authenticate: bool | None = None
    authorised_groups: tuple[str, ...] | None = None
    default_groups: tuple[str, ...] | None = None
    allowed_operations: tuple[str, ...] | None = None
    directory_allowed_operations: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ToldApplication:
    """A client of Crowd, as a list of applications has it."""

    number: str
    name: str
    type: str = ""
    is_active: bool | None = None
    aggregate_memberships: bool | None = None
    access_based_sync: bool | None = None
    mappings: tuple[ToldMapping, ...] | None = None


@dataclass(frozen=True)
class Told:
    """All that one route told; each part is a fact of its own, with where it came from or why it is unknown.

    `mappings` has one for each active application: a tuple of `ToldMapping` in the application's order, or unknown.
    """

    applications: Fact[tuple[ToldApplication, ...]] | Fact[None]
    directories: Fact[tuple[ToldDirectory, ...]] | Fact[None]
    mappings: Mapping[str, Fact[Any]] = field(default_factory=dict)
    aggregation: Mapping[str, Fact[Any]] = field(default_factory=dict)
    filtering: Mapping[str, Fact[Any]] = field(default_factory=dict)
    licences: Mapping[str, Fact[tuple[LicenceUse, ...]] | Fact[None]] = field(default_factory=dict)
    licensed_users: Mapping[str, Fact[tuple[str, ...]] | Fact[None]] = field(default_factory=dict)

    def active_applications(self) -> tuple[ToldApplication, ...]:
        """Return the applications that somebody can log in to; none when nobody told which there are."""
        return tuple(known for known in _value(self.applications) if known.is_active is not False)

    def directory(self, mapping: ToldMapping) -> ToldDirectory:
        """Return the directory of a mapping, as far as it is known."""
        for known in self.all_directories():
            if known.number == mapping.number if mapping.number and known.number else same(known.name, mapping.name):
                return known
        return ToldDirectory(mapping.number, mapping.name or f"number {mapping.number}")

    def mapped(self, application: str) -> tuple[tuple[ToldMapping, ToldDirectory], ...] | None:
        """Return what an application shows, in its order: inactive directories show nobody. None when nobody told."""
        fact = self.mappings.get(application)
        if fact is None or fact.state is FactState.UNKNOWN:
            return None
        pairs = ((mapping, self.directory(mapping)) for mapping in fact.value)
        return tuple((mapping, directory) for mapping, directory in pairs if directory.is_active is not False)

    def all_directories(self) -> tuple[ToldDirectory, ...]:
        """Return the directories that the route listed."""
        return tuple(_value(self.directories))


def _value(fact: Fact[Any]) -> tuple[Any, ...]:
    return fact.value if fact.state is not FactState.UNKNOWN else ()


def untold(name: str, why: str, remedy: str, source: str) -> Fact[None]:
    """Make a fact that a route was asked for and did not tell."""
    fact = unknown(name, why, remedy)
    return Fact(fact.name, fact.state, None, source, "", fact.why, fact.remedy)
