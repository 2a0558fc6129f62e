"""The shape of what the audit found."""

from __future__ import annotations

from dirsync.reports.shape.vocabulary import (
    ConfidenceWord,
    Count,
    Described,
    MechanismWord,
    SeverityWord,
    SubjectWord,
    VerdictWord,
)


class ReportedSubject(Described):
    """Who or what a finding is about."""

    kind: SubjectWord
    name: str
    id: str
    """The immutable id, where there is one: stays the same over a rename."""
    directory: str
    """Where it lives; empty for the estate."""


class ReportedEvidence(Described):
    """One thing a statement rests on."""

    source: str
    """The request, or file:line of the declaration."""
    at: str
    value: str
    """What was seen there."""


class ReportedWaiver(Described):
    """Who accepts a finding."""

    owner: str
    reason: str
    expires: str
    """The last day on which it holds, as YYYY-MM-DD."""
    source: str
    """file:line of the waiver."""


class ReportedFinding(Described):
    """One answer about one subject. Passes are listed per directory, application or estate, never per person."""

    id: str
    """Stays the same from night to night and across renames; not derived from any sentence."""
    rule: str
    verdict: VerdictWord
    severity: SeverityWord
    """What it costs if it fails."""
    confidence: ConfidenceWord
    """`declared` when any of it rests on what a person vouches for."""
    subject: ReportedSubject
    mapping: str
    """Through which mapping; empty when through none."""
    application: str
    """Key of the Jira application whose seats it is about; empty when about none."""
    mechanism: MechanismWord | None
    """Which kind of default group; null when none is involved."""
    path: list[str]
    """The proof that somebody reaches a seat: user, groups, Jira application, in order."""
    message: str
    evidence: list[ReportedEvidence]
    remedy: str
    waiver: ReportedWaiver | None
    """Null when nobody has accepted it, or the date is past."""
    first_seen: str
    """When a run first found this failure; empty for other verdicts."""
    missing: list[str]
    """Of an `unknown`: the facts that would have decided it."""
    count: Count
    """How many subjects a `pass` stands for; 1 for other verdicts."""
    is_new: bool
    """A failure that the run before did not have."""
