"""Facts: values with provenance. What is neither observed nor declared is unknown, and says why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from datetime import date

T = TypeVar("T")
DECLARED_ROUTE = "declared"
"""The route of what stands in `mappings/estate.yaml`."""
DECLARATION = "estate.declared"
"""The fact that there is such a file, with a `Declaration`; None where it names nobody."""


class FactState(StrEnum):
    """How sure a fact is."""

    OBSERVED = "observed"
    DECLARED = "declared"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a finding rests on: where it was seen, when, and what was seen there."""

    source: str
    at: str
    value: str


@dataclass(frozen=True, slots=True)
class Declaration:
    """Who vouches for `mappings/estate.yaml`, since when, and until when."""

    by: str
    on: date
    valid_until: date

    def __str__(self) -> str:
        """Return it as a reviewer reads it."""
        return f"{self.by} on {self.on}, valid until {self.valid_until}"


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """One fact. `value` is meaningful only when the state is not unknown; `why` only when it is.

    `name` is the path of the fact, in the vocabulary of `mappings/estate.yaml`:
    `jira.applications`, `crowd.applications[jira-customers].directories[customers].default_groups`.
    """

    name: str
    state: FactState
    value: T
    source: str = ""
    """A request (`GET https://…/applicationrole`) or a place (`mappings/estate.yaml:12, declared by … until …`)."""
    at: str = ""
    why: str = ""
    remedy: str = ""
    """For an unknown one: the cheapest way to know."""
    route: str = ""
    """Which way it came: `jira-rest`, `jira-database`, …, or `DECLARED_ROUTE`; empty before the ways are merged."""
    confirmed_by: tuple[Fact[Any], ...] = ()
    """What other routes told that is the same."""
    contradicted_by: tuple[Fact[Any], ...] = ()
    """What other routes told that can't be true as well; this is the one that is trusted most."""

    def evidence(self, shown: str = "") -> Evidence:
        """Return the fact as evidence; `shown` replaces the value's own text."""
        return Evidence(self.source, self.at, shown or f"{self.name} = {_text(self.value)}")


def _text(value: object) -> str:
    if isinstance(value, (tuple, list, frozenset, set)):
        return "[" + ", ".join(str(item) for item in sorted(value, key=str)) + "]"
    return str(value)


def observed(name: str, value: T, source: str, at: str) -> Fact[T]:
    """Make a fact that a product or directory told us."""
    return Fact(name, FactState.OBSERVED, value, source, at)


def declared(name: str, value: T, source: str, at: str) -> Fact[T]:
    """Make a fact that a person vouches for in estate.yaml."""
    return Fact(name, FactState.DECLARED, value, source, at)


def unknown(name: str, why: str, remedy: str = "") -> Fact[None]:
    """Make a fact nobody told us, with the reason."""
    return Fact(name, FactState.UNKNOWN, None, why=why, remedy=remedy)


class MissingFact(Exception):
    """Raised by `Estate.need`: the question at hand can't be answered, others still can."""

    def __init__(self, fact: Fact[None]) -> None:
        super().__init__(fact.why)
        self.fact = fact
