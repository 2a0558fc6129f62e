"""One execution of dirsync, whole: what every report is made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.errors import ExitCode
    from dirsync.model.entries import Quarantined
    from dirsync.model.estate import Audience
    from dirsync.model.facts import Fact
    from dirsync.model.findings import Finding, Mechanism, OpenFinding, RuleState
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
    UNDO = "undo"
    UNDO_PLAN = "undo-plan"
    """`undo` without `--apply`: what it would do."""


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
class AtRisk:
    """What one mechanism would do to customers by its default groups."""

    mechanism: Mechanism
    customers: int
    """Active customers without a seat who would be given one at the next login, or when they are carried over."""


@dataclass(frozen=True, slots=True)
class ComputedSeats:
    """The seats of one Jira application as the directories give them, whatever Jira itself counts."""

    at_least: int
    """Usernames that take a seat by every reading."""
    at_most: int
    """Those that take one by some reading."""
    causes: Mapping[str, int] = field(default_factory=dict)
    """Why Jira may count otherwise, with the users concerned: see `Cause`."""
    unexplained: int | None = None
    """How far Jira's own count is beyond what the open questions allow, below 0 where it counts fewer; None where its
    count is not known."""


@dataclass(frozen=True, slots=True)
class SeatsAfterPlan:
    """What the appliable Changes of a Plan do to the seats of one Jira application."""

    application: str
    agents_gaining: int = 0
    customers_gaining: int = 0
    others_gaining: int = 0
    """Of no audience, or of both."""
    may_gain: int = 0
    """How many of all those take one by some reading only."""
    freed: int = 0
    """Seats that are taken now and no longer then."""
    left: int | None = None
    """Seats that are left before; None where there is no limit, or nobody told."""

    @property
    def gaining(self) -> int:
        """How many take a seat that they don't surely take now, at most."""
        return self.agents_gaining + self.customers_gaining + self.others_gaining

    @property
    def over_tier(self) -> int | None:
        """How many of them find no seat left; None as `left`.

        Seats that the same Plan frees come too late: access is given before it is taken away.
        """
        return None if self.left is None else min(self.gaining, max(0, self.gaining - self.left))


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
    at_risk_by: tuple[AtRisk, ...] = ()
    """Every mechanism that gives a seat, in the order of `Mechanism`. Somebody may stand under several."""
    computed: ComputedSeats | None = None
    """None where nobody told in which order Jira's directories stand."""
    after_plan: SeatsAfterPlan | None = None
    """None where nothing was planned."""


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
class Supposed:
    """One thing that a what-if supposes."""

    line: str
    """`file:line`."""
    text: str
    is_already_so: bool = False
    """It changes nothing."""


@dataclass(frozen=True, slots=True)
class ChangedFinding:
    """One question with another answer: verdict, severity, or both."""

    before: Finding
    after: Finding


@dataclass(frozen=True, slots=True)
class WhatIfResult:
    """What would be other if some settings were others; see `dirsync.audit.what_if`."""

    file: str
    supposed: tuple[Supposed, ...]
    audit: AuditResult
    """The audit as it would be. Its findings were never met, so none has a day on which it was first seen."""
    appearing: tuple[Finding, ...] = ()
    """Failing or undecided then, and not met now."""
    vanishing: tuple[Finding, ...] = ()
    """Failing or undecided now, and not met then."""
    changing: tuple[ChangedFinding, ...] = ()


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
    what_if: WhatIfResult | None = None
    """Beside the real audit; such a run is not kept."""
    host: str = ""
    """The machine it ran on, as that machine calls itself."""
    local_time: str = ""
    """When it finished by the clock on the wall there: ISO 8601 with the offset from UTC."""
    past: tuple[PastRun, ...] = ()
    """The finished runs before it that its trend shows, newest first."""
    resolved_were: Mapping[str, OpenFinding] = field(default_factory=dict)
    """What the findings in `resolved` were, by id."""


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
