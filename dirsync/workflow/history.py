"""Findings over time: since when each stands, what is new, what is gone; and the runs before this one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from dirsync.model.findings import Finding, OpenFinding, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.model.run import AuditResult, PastRun
    from dirsync.store.runs import Runs
    from dirsync.workflow.resolving import Judged

PAST_RUNS = 30
"""So many runs before this one are kept in its report, for the trend: a month of nights."""


@dataclass(frozen=True, slots=True)
class Compared:
    """An audit beside the one before it."""

    audit: AuditResult
    failing: Mapping[str, OpenFinding]
    """By finding id."""
    resolved: tuple[str, ...]


def compare(audit: AuditResult, open_before: Mapping[str, OpenFinding], now: str, judged: Judged) -> Compared:
    """Note since when each failure stands, and which are gone, as far as the audit saw enough to say so.

    One whose waiver no longer holds is new again: nobody has accepted it.
    """
    findings = tuple(
        _dated(found, open_before.get(found.id), now) if found.verdict is Verdict.FAIL else found
        for found in audit.findings
    )
    failing = {
        found.id: _kept(found, open_before.get(found.id), now) for found in findings if found.verdict is Verdict.FAIL
    }
    gone = {key for key in open_before.keys() - failing.keys() if judged.is_gone(open_before[key])}
    return Compared(replace(audit, findings=findings), failing, tuple(sorted(gone)))


def _dated(found: Finding, before: OpenFinding | None, now: str) -> Finding:
    is_new = before is None or (before.is_waived and found.waiver is None)
    return replace(found, first_seen=before.first_seen if before else now, is_new=is_new)


def _kept(found: Finding, before: OpenFinding | None, now: str) -> OpenFinding:
    return OpenFinding(
        found.first_seen,
        found.rule,
        is_waived=found.waiver is not None,
        subject=found.subject,
        application=found.application,
        mapping=found.mapping,
        mechanism=found.mechanism,
        severity=found.severity,
        news_at=now if found.is_new or before is None else before.news_at,
    )


def ended_before(history: Runs) -> tuple[PastRun, ...]:
    """Return the last runs that have ended, newest first. The one under way has not."""
    newest = history.history(2 * PAST_RUNS)  # some may have been killed
    return tuple(run for run in newest if run.finished_at)[:PAST_RUNS]


def local(moment: str) -> str:
    """Return a moment by the clock on this machine's wall: ISO 8601 with the offset from UTC."""
    return datetime.fromisoformat(moment).astimezone().isoformat()
