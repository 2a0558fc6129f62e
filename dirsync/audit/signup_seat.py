"""The seat that a new account takes, where a default group proves one."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dirsync.audit.access import SeatPaths
from dirsync.audit.default_groups import default_groups
from dirsync.audit.evidence import reads_of
from dirsync.model.facts import MissingFact
from dirsync.model.findings import Mechanism

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dirsync.model.estate import Estate, Population
    from dirsync.model.facts import Evidence, Fact

AT_SIGNUP = (
    Mechanism.CROWD_DIRECTORY,
    Mechanism.CROWD_APPLICATION,
    Mechanism.JIRA_LDAP_DIRECTORY,
    Mechanism.JIRA_USERS_PERMISSION,
)
"""Mechanisms that reach an account made by sign-up: it gets no application's default groups ("Enabling public signup
and CAPTCHA"), and no Mapping carries it over."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat, by the names of the path that leads to it."""

    path: tuple[str, ...]
    facts: tuple[Fact[Any], ...]
    evidence: tuple[Evidence, ...] = ()


def first_seat(estate: Estate, populations: Iterable[Population], mechanisms: Iterable[Mechanism]) -> Seat | None:
    """Return the first seat that a new account among some people is proven to take; None for none, or nobody knows."""
    asked = tuple(mechanisms)
    with suppress(MissingFact):
        paths = estate.once(SeatPaths)
        for population in populations:
            for group in (each for known in asked for each in default_groups(estate, population, known).groups):
                reached = paths.of_group(group.name, population.directory).paths
                if reached and group.doubt is None:
                    nesting = reads_of(estate, population.directory) if reached[0].is_nested else ()
                    return Seat(reached[0].names, (*group.facts, *paths.licences.facts), nesting)
    return None
