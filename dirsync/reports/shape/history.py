"""The shape of `dirsync.history/1`, which `dirsync history --json` prints.

`mappings/history.schema.json` is generated from it. The report holds its runs too, for the trend. What is said in
`dirsync.reports.shape` holds here: only additions.
"""

from __future__ import annotations

from typing import Literal

# pydantic resolves the annotations of this module, so they are imported for real
from dirsync.reports.shape.findings import ReportedSubject  # noqa: TC001 - as above
from dirsync.reports.shape.vocabulary import Count, CountBySeverity, Described, ExitNumber, SeverityWord


class PastCounts(Described):
    """How many findings a run had of which kind."""

    fail: CountBySeverity
    """Failures by severity, without waived ones."""
    unknown: Count
    """Findings that could not be decided."""
    new: Count
    """Failures, not waived, that the run before did not have."""
    resolved: Count
    """Failures of the run before that were gone."""
    waived: Count


class PastSeats(Described):
    """The seats of one Jira application in one run. Null: the version of dirsync that made it did not tell."""

    key: str
    name: str
    seats: int | None
    """What the licence allowed; null when unlimited or not told."""
    used: int | None
    """As Jira itself counted; null when not told."""
    customers_holding: int
    """Customers who held a seat: at least so many when `customers_decided` is false."""
    customers_at_risk: int
    """Active customers without a seat whom a default group would have given one: at least so many when
    `risk_decided` is false."""
    customers_decided: bool | None
    risk_decided: bool | None


class ReportedPastRun(Described):
    """The numbers of one run."""

    id: str
    """`dirsync report ID` renders it again."""
    mode: str
    """What was asked for: audit, plan, apply, sync, rehearsal, undo, undo-plan."""
    started_at: str
    """ISO 8601 in UTC."""
    finished_at: str | None
    """Null when it ended without a result, or is still under way; so are the next ones."""
    exit_code: ExitNumber | None
    meaning: str
    """What the exit code says, in words."""
    complete: bool | None
    """Every Directory was read whole."""
    findings: PastCounts | None
    """Null also when the version of dirsync that made it did not count."""
    applications: list[PastSeats]
    planned: Count
    """Changes in its plan."""
    changes_made: Count
    """Changes that were carried out."""
    outcomes: dict[str, Count]
    """How all of them ended: outcome to number."""
    refused: list[str]
    """The guards that refused its plan."""


class ReportedPastFinding(Described):
    """What the history keeps of a finding that fails or failed."""

    id: str
    rule: str | None
    """Null, as the subject and the severity, where an older dirsync kept it."""
    severity: SeverityWord | None
    subject: ReportedSubject | None
    mapping: str
    application: str
    mechanism: str | None
    first_seen: str
    """ISO 8601 in UTC."""


class OpenPastFinding(ReportedPastFinding):
    """A finding that failed when it was last looked at."""

    is_waived: bool
    """Somebody has accepted it."""
    is_new: bool
    """The newest finished run is the one that brought it."""


class ResolvedPastFinding(ReportedPastFinding):
    """A finding that a complete audit no longer found."""

    resolved_at: str
    """When that audit ended."""


class HistoryDocument(Described):
    """Past runs, and what became of findings. Within /1 fields are only added, so accept unknown ones."""

    schema: Literal["dirsync.history/1"]
    total: Count
    """How many runs the store holds."""
    runs: list[ReportedPastRun]
    """The newest ones, newest first: see `--last`."""
    open: list[OpenPastFinding]
    """The oldest first."""
    resolved: list[ResolvedPastFinding]
    """Of the last year, the newest first."""
