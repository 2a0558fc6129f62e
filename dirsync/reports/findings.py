"""The part of the document about one finding, and the order in which findings stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.findings import Verdict

if TYPE_CHECKING:
    from dirsync.model.facts import Evidence
    from dirsync.model.findings import Finding, Subject, Waived
    from dirsync.reports.shape.findings import ReportedEvidence, ReportedFinding, ReportedSubject, ReportedWaiver

_VERDICT_ORDER = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS, Verdict.NOT_APPLICABLE)


def finding_order(finding: Finding) -> tuple[int, bool, int, str, str, str, str]:
    """Sort failing ones first, by severity, waived after open ones, then undecided, passed and not applicable."""
    return (
        _VERDICT_ORDER.index(finding.verdict),
        finding.waiver is not None,
        -finding.severity.rank,
        finding.rule,
        finding.subject.directory,
        finding.subject.name,
        finding.id,
    )


def reported_finding(finding: Finding) -> ReportedFinding:
    """Return one finding."""
    return {
        "id": finding.id,
        "rule": finding.rule,
        "verdict": finding.verdict.value,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "subject": _subject(finding.subject),
        "mapping": finding.mapping,
        "application": finding.application,
        "mechanism": finding.mechanism.value if finding.mechanism else None,
        "path": list(finding.path),
        "message": finding.message,
        "evidence": [_evidence(seen) for seen in finding.evidence],
        "remedy": finding.remedy,
        "waiver": _waiver(finding.waiver) if finding.waiver else None,
        "first_seen": finding.first_seen,
        "missing": list(finding.missing),
        "count": finding.count,
        "is_new": finding.is_new,
    }


def _subject(subject: Subject) -> ReportedSubject:
    return {"kind": subject.kind.value, "name": subject.name, "id": subject.id, "directory": subject.directory}


def _evidence(seen: Evidence) -> ReportedEvidence:
    return {"source": seen.source, "at": seen.at, "value": seen.value}


def _waiver(waiver: Waived) -> ReportedWaiver:
    return {"owner": waiver.owner, "reason": waiver.reason, "expires": waiver.expires, "source": waiver.source}
