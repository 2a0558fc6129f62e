"""The Run as plain data: the contract `dirsync.report/1` that every format is a view of."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from dirsync.model.findings import Confidence, Finding, Severity, Verdict
from dirsync.reports.answer import answer
from dirsync.reports.findings import finding_order, reported_finding
from dirsync.reports.history import reported_past_finding, reported_past_run
from dirsync.reports.people import reported_audience
from dirsync.reports.plain import plain
from dirsync.reports.planned import reported_outcome, reported_plan
from dirsync.reports.seats import reported_seats
from dirsync.reports.supposed import reported_what_if

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.model.facts import Fact
    from dirsync.model.findings import RuleState
    from dirsync.model.run import DirectoryRead, Run
    from dirsync.reports.answer import Answer
    from dirsync.reports.shape import AnswerParts, ReportDocument, ReportedFact, ReportedRule, ReportedSummary
    from dirsync.reports.shape.estate import ReportedDirectory


def document(run: Run, pages: Mapping[str, str] | None = None) -> ReportDocument:
    """Return the report of a Run as JSON-serialisable data in a stable order.

    `pages` maps a rule's id to the text that explains it, kept in the document so that a run rendered a year
    from now explains the rules as they were. Findings: failing ones by severity, waived after open ones, then
    undecided, passed and not applicable. `dirsync.reports.shape` says what each field means.
    """
    findings = sorted(run.audit.findings, key=finding_order)
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
            "host": run.host,
            "local_time": run.local_time,
        },
        "answer": str(answered),
        "answer_parts": _parts(answered),
        "directories": [_directory(read) for read in sorted(run.directories, key=lambda read: read.name)],
        "audiences": [
            reported_audience(people)
            for people in sorted(run.audit.audiences, key=lambda people: (people.audience, people.mapping))
        ],
        "unmapped": {"users": run.audit.unmapped_users, "holding": run.audit.unmapped_holding},
        "applications": [
            reported_seats(seats) for seats in sorted(run.audit.applications, key=lambda seats: seats.key)
        ],
        "summary": _summary(run, findings),
        "rules": [
            _rule(state, (pages or {}).get(state.rule, ""))
            for state in sorted(run.audit.rules, key=lambda state: state.rule)
        ],
        "facts": [_fact(fact) for fact in sorted(run.facts, key=lambda fact: fact.name)],
        "findings": [reported_finding(finding) for finding in findings],
        "resolved": sorted(run.resolved),
        "resolved_findings": [
            reported_past_finding(key, run.resolved_were[key])
            for key in sorted(run.resolved)
            if key in run.resolved_were
        ],
        "plan": reported_plan(run),
        "outcomes": [reported_outcome(outcome) for outcome in run.outcomes],
        "what_if": reported_what_if(run.what_if, run.audit) if run.what_if else None,
        "history": [reported_past_run(past) for past in run.past],
    }


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


def _summary(run: Run, findings: list[Finding]) -> ReportedSummary:
    failing = [finding for finding in findings if finding.is_open_failure]
    by_severity: Counter[Severity] = Counter()
    for finding in failing:
        by_severity[finding.severity] += finding.count
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
