"""Persons whom several Mappings take: by what they are one, who answers for them, what another order would change."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Agreement(StrEnum):
    """By what accounts that several Mappings take look like one person (closed vocabulary of the report)."""

    ID = "id"
    """One account of one Directory."""
    USERNAME = "username"
    """Accounts of several ids whose names are one name to a directory."""
    EMAIL = "email"
    """Active accounts of several ids whose addresses are one, without regard to case."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One Mapping that takes one account."""

    mapping: str
    directory: str
    """The target."""
    source: str
    """The Directory the account is read from."""
    user: str
    """Its username there."""
    user_id: str
    """Its immutable id there."""
    answers: bool
    """Whether it is this Mapping, and no other one, that says what the person's account on the target is like."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Accounts that look like one person and that several Mappings take, intended or not."""

    by: tuple[Agreement, ...]
    """All they agree by, the strongest first, which is what it is counted under."""
    name: str
    """The username; the folded address where they agree by that alone."""
    claims: tuple[Claim, ...]
    """By target, then in the order of the Mappings."""
    in_jira: str
    """The target whose account Jira goes by; empty where there is but one, where no order decides, or none is known."""
    wins: str
    """Who wins, in words."""
    flips: str
    """What another order would change, in words; empty where it would change nothing."""

    @property
    def targets(self) -> tuple[str, ...]:
        """The targets on which a Mapping answers for them, sorted: two are two accounts of one person."""
        return tuple(sorted({claim.directory for claim in self.claims if claim.answers}))


@dataclass(frozen=True, slots=True)
class Conflicts:
    """Everybody whom several Mappings take; by agreement, then by name."""

    counts: Mapping[Agreement, int] = field(default_factory=dict)
    """How many there are by their strongest agreement, none left out; agreements without any are not in it."""
    listed: tuple[Conflict, ...] = ()
    """Of each agreement all of them, up to `dirsync.plan.conflicts.LISTED`."""
