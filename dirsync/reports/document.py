"""The Run as plain data: the contract `dirsync.report/1` that every format is a view of."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from dirsync.model.findings import Confidence, Finding, Severity, Verdict
from dirsync.reports.answer import answer
from dirsync.reports.plain import plain
from dirsync.reports.planned import reported_outcome, reported_plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.model.facts import Evidence, Fact
    from dirsync.model.findings import RuleState, Subject, Waived
    from dirsync.model.run import ApplicationSeats, AudienceCount, DirectoryRead, Run
    from dirsync.reports.answer import Answer
    from dirsync.reports.shape import AnswerParts, ReportDocument, ReportedFact, ReportedRule, ReportedSummary
    from dirsync.reports.shape.estate import ReportedApplication, ReportedAudience, ReportedDirectory
    from dirsync.reports.shape.findings import ReportedEvidence, ReportedFinding, ReportedSubject, ReportedWaiver

_VERDICT_ORDER = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS, Verdict.NOT_APPLICABLE)


def document(run: Run, pages: Mapping[str, str] | None = None) -> ReportDocument:
    """Return the report of a Run as JSON-serialisable data in a stable order.

    `pages` maps a rule's id to the text that explains it, kept in the document so that a run rendered a year
    from now explains the rules as they were. Findings: failing ones by severity, waived after open ones, then
    undecided, passed and not applicable. `dirsync.reports.shape` says what each field means.
    """
    findings = sorted(run.audit.findings, key=_finding_order)
    answered = answer(run)
    return {
        "schema": "dirsync.report/1",
        "run": {
            "id": run.id,
            "started_at": run.started_at,
            "finished_at": run.finished_at,
            "version": run.version,
            "mode": run.mode.value,
            "mappings_digest": run.mappings_digest,
            "exit_code": int(run.exit_code),
            "notices": list(run.notices),
        },
        "answer": str(answered),
        "answer_parts": _parts(answered),
        "directories": [_directory(read) for read in sorted(run.directories, key=lambda read: read.name)],
        "audiences": [
            _audience(people)
            for people in sorted(run.audit.audiences, key=lambda people: (people.audience, people.mapping))
        ],
        "unmapped": {"users": run.audit.unmapped_users, "holding": run.audit.unmapped_holding},
        "applications": [_application(seats) for seats in sorted(run.audit.applications, key=lambda seats: seats.key)],
        "summary": _summary(run, findings),
        "rules": [
            _rule(state, (pages or {}).get(state.rule, ""))
            for state in sorted(run.audit.rules, key=lambda state: state.rule)
        ],
        "facts": [_fact(fact) for fact in sorted(run.facts, key=lambda fact: fact.name)],
        "findings": [_finding(finding) for finding in findings],
        "resolved": sorted(run.resolved),
        "plan": reported_plan(run),
        "outcomes": [reported_outcome(outcome) for outcome in run.outcomes],
    }


def _finding_order(finding: Finding) -> tuple[int, bool, int, str, str, str, str]:
    return (
        _VERDICT_ORDER.index(finding.verdict),
        finding.waiver is not None,
        -finding.severity.rank,
        finding.rule,
        finding.subject.directory,
        finding.subject.name,
        finding.id,
    )


def _parts(answered: Answer) -> AnswerParts:
    return {
        "limits": list(answered.limits),
        "statement": answered.statement,
        "further": list(answered.further),
        "aside": list(answered.aside),
    }


def _directory(read: DirectoryRead) -> ReportedDirectory:
    completeness = read.completeness
    return {
        "name": read.name,
        "kind": read.kind,
        "complete": completeness.is_complete,
        "reason": completeness.reason,
        "remedy": completeness.remedy,
        "users": read.counts.users,
        "groups": read.counts.groups,
        "memberships": read.counts.memberships,
        "requests": completeness.requests,
        "seconds": round(completeness.seconds, 3),
        "cursor": completeness.cursor,
        "method": completeness.method,
        "server": completeness.server,
        "read_at": completeness.read_at,
        "searches": [
            {"what": search.what, "pages": search.pages, "entries": search.entries, "result": search.result}
            for search in completeness.searches
        ],
        "quarantined": [
            {"entry": left_out.entry, "reason": left_out.reason, "id": left_out.id, "is_group": left_out.is_group}
            for left_out in read.quarantined
        ],
    }


def _audience(people: AudienceCount) -> ReportedAudience:
    return {
        "audience": people.audience.value,
        "mapping": people.mapping,
        "users": people.users,
        "active": people.active,
        "judged": people.judged,
        "holding": people.holding,
    }


def _application(seats: ApplicationSeats) -> ReportedApplication:
    knows_both = seats.seats is not None and seats.used is not None and not seats.is_unlimited
    return {
        "key": seats.key,
        "name": seats.name or seats.key,
        "seats": seats.seats,
        "used": seats.used,
        "remaining": (seats.seats or 0) - (seats.used or 0) if knows_both else None,
        "is_unlimited": seats.is_unlimited,
        "customers_holding": seats.customers_holding,
        "customers_at_risk": seats.customers_at_risk,
        "customers_decided": seats.customers_decided,
        "risk_decided": seats.risk_decided,
        "agents_holding": seats.agents_holding,
    }


def _summary(run: Run, findings: list[Finding]) -> ReportedSummary:
    failing = [finding for finding in findings if finding.is_open_failure]
    by_severity = Counter(finding.severity for finding in failing)
    passed: Counter[Confidence] = Counter()
    for finding in findings:
        if finding.verdict is Verdict.PASS:
            passed[finding.confidence] += finding.count
    by_verdict = Counter(finding.verdict for finding in findings)
    return {
        "fail": {severity.value: by_severity[severity] for severity in Severity},
        "unknown": by_verdict[Verdict.UNKNOWN],
        "pass": {confidence.value: passed[confidence] for confidence in Confidence},
        "not_applicable": by_verdict[Verdict.NOT_APPLICABLE],
        "new": sum(finding.is_new for finding in failing),
        "resolved": len(run.resolved),
        "waived": sum(finding.verdict is Verdict.FAIL and finding.waiver is not None for finding in findings),
    }


def _rule(state: RuleState, page: str) -> ReportedRule:
    return {
        "rule": state.rule,
        "state": state.state.value,
        "why": state.why,
        "title": state.title,
        "decides_seats": state.decides_seats,
        "page": page,
    }


def _fact(fact: Fact[Any]) -> ReportedFact:
    return {
        "fact": fact.name,
        "state": fact.state.value,
        "value": plain(fact.value),
        "source": fact.source,
        "at": fact.at,
        "why": fact.why,
        "remedy": fact.remedy,
    }


def _finding(finding: Finding) -> ReportedFinding:
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
