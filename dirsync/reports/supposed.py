"""The part of the document about what would be other if some settings were others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.reports.findings import finding_order, reported_finding
from dirsync.reports.people import reported_audience
from dirsync.reports.seats import reported_seats

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dirsync.model.findings import Finding
    from dirsync.model.run import AuditResult, WhatIfResult
    from dirsync.reports.shape.findings import ReportedFinding
    from dirsync.reports.shape.what_if import ReportedChangedRule, ReportedWhatIf


def reported_what_if(what_if: WhatIfResult, today: AuditResult) -> ReportedWhatIf:
    """Return what would be other than today."""
    audit = what_if.audit
    changing = sorted(what_if.changing, key=lambda changed: finding_order(changed.after))
    return {
        "file": what_if.file,
        "supposed": [
            {"line": each.line, "text": each.text, "already_so": each.is_already_so} for each in what_if.supposed
        ],
        "applications": [reported_seats(seats) for seats in sorted(audit.applications, key=lambda seats: seats.key)],
        "audiences": [
            reported_audience(people)
            for people in sorted(audit.audiences, key=lambda people: (people.audience, people.mapping))
        ],
        "unmapped": {"users": audit.unmapped_users, "holding": audit.unmapped_holding},
        "rules": list(_rules(today, audit)),
        "appearing": _findings(what_if.appearing),
        "vanishing": _findings(what_if.vanishing),
        "changing": [
            {"before": reported_finding(changed.before), "after": reported_finding(changed.after)}
            for changed in changing
        ],
    }


def _findings(findings: Iterable[Finding]) -> list[ReportedFinding]:
    return [reported_finding(finding) for finding in sorted(findings, key=finding_order)]


def _rules(today: AuditResult, then: AuditResult) -> Iterable[ReportedChangedRule]:
    now = {state.rule: state.state for state in today.rules}
    for state in sorted(then.rules, key=lambda state: state.rule):
        if now[state.rule] is not state.state:
            yield {"rule": state.rule, "before": now[state.rule].value, "after": state.state.value}
