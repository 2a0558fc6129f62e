"""The Run as plain data: the contract `dirsync.report/1` that every format is a view of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any

from dirsync.model.findings import Confidence, Finding, Severity, Verdict
from dirsync.reports.answer import answer

if TYPE_CHECKING:
    from dirsync.model.facts import Fact
    from dirsync.model.findings import RuleState
    from dirsync.model.plans import Change, Plan
    from dirsync.model.run import ApplicationSeats, DirectoryRead, Run

SCHEMA = "dirsync.report/1"

_VERDICT_ORDER = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS, Verdict.NOT_APPLICABLE)


def document(run: Run, pages: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the report of a Run as JSON-serialisable data in a stable order.

    `pages` maps a rule's id to the text that explains it, kept in the document so that a run rendered a year
    from now explains the rules as they were. Findings: failing ones by severity, waived after open ones, then
    undecided, passed and not applicable. `plan.digest` is null when the run planned nothing at all.
    """
    findings = sorted(run.audit.findings, key=_finding_order)
    answered = answer(run)
    return {
        "schema": SCHEMA,
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
        "answer_parts": plain(answered),
        "directories": [_directory(read) for read in sorted(run.directories, key=lambda read: read.name)],
        "audiences": [
            plain(people)
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
        "plan": _plan(run.plan, run),
        "outcomes": [
            {
                "change": outcome.change,
                "outcome": outcome.result.value,
                "message": outcome.message,
                "at": outcome.at,
                "target_id": outcome.target_id,
            }
            for outcome in run.outcomes
        ],
    }


def plain(value: object) -> Any:  # noqa: ANN401, PLR0911 - JSON has no closed type in Python; one line per kind of value
    """Return a value as JSON knows it: dataclasses become objects, enums their values, sets sorted lists."""
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {
                str(plain(key)): plain(item) for key, item in sorted(value.items(), key=lambda entry: str(entry[0]))
            }
        case set() | frozenset():
            return sorted((plain(item) for item in value), key=str)
        case list() | tuple():
            return [plain(item) for item in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        case _:
            return value.isoformat() if isinstance(value, date) else str(value)


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


def _directory(read: DirectoryRead) -> dict[str, Any]:
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
        "server": completeness.server,
        "read_at": completeness.read_at,
        "searches": [plain(search) for search in completeness.searches],
        "quarantined": [plain(entry) for entry in read.quarantined],
    }


def _application(seats: ApplicationSeats) -> dict[str, Any]:
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


def _summary(run: Run, findings: list[Finding]) -> dict[str, Any]:
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


def _rule(state: RuleState, page: str) -> dict[str, Any]:
    return {
        "rule": state.rule,
        "state": state.state.value,
        "why": state.why,
        "title": state.title,
        "decides_seats": state.decides_seats,
        "page": page,
    }


def _fact(fact: Fact[Any]) -> dict[str, Any]:
    return {
        "fact": fact.name,
        "state": fact.state.value,
        "value": plain(fact.value),
        "source": fact.source,
        "at": fact.at,
        "why": fact.why,
        "remedy": fact.remedy,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "rule": finding.rule,
        "verdict": finding.verdict.value,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "subject": plain(finding.subject),
        "mapping": finding.mapping,
        "application": finding.application,
        "mechanism": plain(finding.mechanism),
        "path": list(finding.path),
        "message": finding.message,
        "evidence": [plain(evidence) for evidence in finding.evidence],
        "remedy": finding.remedy,
        "waiver": plain(finding.waiver),
        "first_seen": finding.first_seen,
        "missing": list(finding.missing),
        "count": finding.count,
        "is_new": finding.is_new,
    }


def _plan(plan: Plan | None, run: Run) -> dict[str, Any]:
    return {
        "digest": plan.digest if plan else None,
        "base": plain(plan.base) if plan else {},
        "changes": [_change(change) for change in plan.changes] if plan else [],
        "guards": [plain(refusal) for refusal in run.refusals],
        "obstacles": [plain(obstacle) for obstacle in plan.obstacles] if plan else [],
        "unappliable": plain(plan.unappliable) if plan else {},
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "id": change.id,
        "op": change.op.value,
        "directory": change.directory,
        "mapping": change.mapping,
        "user": change.user,
        "user_id": change.user_id,
        "group": change.group,
        "group_id": change.group_id,
        "child_group": change.child_group,
        "before": plain(change.before),
        "after": plain(change.after),
        "reason": change.reason,
        "source_id": change.source_id,
    }
