"""One execution of dirsync, whole: what every report is made from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.errors import ExitCode
    from dirsync.model.entries import Quarantined
    from dirsync.model.estate import Audience
    from dirsync.model.facts import Fact
    from dirsync.model.findings import Finding, RuleState
    from dirsync.model.plans import Outcome, Plan, Refusal
    from dirsync.model.snapshot import Completeness, Counts


class Mode(StrEnum):
    """What a run was asked to do."""

    AUDIT = "audit"
    PLAN = "plan"
    APPLY = "apply"
    SYNC = "sync"
    REHEARSAL = "rehearsal"
    """`sync --dry-run`: everything but the writes."""


@dataclass(frozen=True, slots=True)
class DirectoryRead:
    """How the read of one Directory went."""

    name: str
    kind: str
    completeness: Completeness
    counts: Counts
    quarantined: tuple[Quarantined, ...] = ()


@dataclass(frozen=True, slots=True)
class AudienceCount:
    """The people of one Mapping: how many, how many active, decided, and holding a seat."""

    audience: Audience
    mapping: str
    users: int
    active: int
    judged: int
    """How many of them every seat question could be decided for."""
    holding: int


@dataclass(frozen=True, slots=True)
class ApplicationSeats:
    """The seats of one Jira application; None where nobody told."""

    key: str
    name: str
    seats: int | None
    used: int | None
    is_unlimited: bool
    customers_holding: int
    customers_at_risk: int
    """Active customers without a seat who would be given one by a default group at the next login or sign-up."""
    agents_holding: int
    customers_decided: bool = True
    """False when it can't be said of some customers whether they hold a seat: the number is then the least."""
    risk_decided: bool = True
    """False when it can't be said of some default group whether it gives a seat."""


@dataclass(frozen=True, slots=True)
class AuditResult:
    """What the audit found out, before anything is planned."""

    findings: tuple[Finding, ...] = ()
    rules: tuple[RuleState, ...] = ()
    audiences: tuple[AudienceCount, ...] = ()
    unmapped_users: int = 0
    unmapped_holding: int = 0
    applications: tuple[ApplicationSeats, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One execution, kept in the Store. Times are ISO 8601 in UTC."""

    id: str
    started_at: str
    finished_at: str
    version: str
    mode: Mode
    mappings_digest: str
    exit_code: ExitCode
    directories: tuple[DirectoryRead, ...] = ()
    audit: AuditResult = AuditResult()
    facts: tuple[Fact[Any], ...] = ()
    plan: Plan | None = None
    refusals: tuple[Refusal, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    resolved: tuple[str, ...] = ()
    """Ids of findings that failed last time and no longer do; only from a complete audit."""
    notices: tuple[str, ...] = ()
    """Things the admin should know that no rule asks: passwords sent in clear, skipped people, settled changes."""


@dataclass(frozen=True, slots=True)
class PastRun:
    """One run as the history knows it. Times are ISO 8601 in UTC.

    One that never finished has no `finished_at`, no `exit_code` and an empty `summary`: it was killed, or it is
    still under way.
    """

    id: str
    mode: str
    started_at: str
    finished_at: str
    exit_code: int | None
    is_complete: bool
    """Every Directory was read whole."""
    summary: Mapping[str, Any]
    """See `dirsync.store.summaries.summary_of`."""
