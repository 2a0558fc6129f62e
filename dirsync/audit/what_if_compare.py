"""Two audits side by side: which failing or undecided findings come, go, or get another answer."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dirsync.audit.audit import STATES
from dirsync.model.findings import Verdict
from dirsync.model.run import ChangedFinding, WhatIfResult

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dirsync.audit.what_if import Supposing
    from dirsync.model.findings import Finding
    from dirsync.model.run import AuditResult

MATTERING = (Verdict.FAIL, Verdict.UNKNOWN)


def compared(before: AuditResult, after: AuditResult, supposing: Supposing, file: str) -> WhatIfResult:
    """Return what differs. Findings are the same by their id; passes alone are not told, they have no subject."""
    now, then = _by_question(before.findings), _by_question(after.findings)
    changing = [
        ChangedFinding(now[key], found)
        for key, found in then.items()
        if key in now and _answer(now[key]) != _answer(found) and (_matters(found) or _matters(now[key]))
    ]
    return WhatIfResult(
        file,
        supposing.supposed,
        after,
        appearing=tuple(found for key, found in then.items() if key not in now and _matters(found)),
        vanishing=tuple(found for key, found in now.items() if key not in then and _matters(found)),
        changing=tuple(changing),
    )


def _by_question(findings: Iterable[Finding]) -> dict[str, Finding]:
    """Return by id the answer that decides: a failure before what is undecided, that before a pass."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        found[finding.id].append(finding)
    return {key: min(alike, key=_weight) for key, alike in found.items()}


def _weight(finding: Finding) -> tuple[int, int]:
    return STATES.index(finding.verdict), -finding.severity.rank


def _matters(finding: Finding) -> bool:
    return finding.verdict in MATTERING


def _answer(finding: Finding) -> tuple[str, str, bool]:
    """Return what makes an answer another one. The severity of what neither fails nor is undecided says nothing."""
    severity = finding.severity if finding.verdict is Verdict.FAIL else ""
    return finding.verdict, severity, finding.waiver is not None
