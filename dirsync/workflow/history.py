"""Findings over time: since when each stands, what is new, what is gone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dirsync.model.findings import Finding, OpenFinding, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from dirsync.model.run import AuditResult


@dataclass(frozen=True, slots=True)
class Compared:
    """An audit beside the one before it."""

    audit: AuditResult
    failing: Mapping[str, OpenFinding]
    """By finding id."""
    resolved: tuple[str, ...]


def compare(audit: AuditResult, open_before: Mapping[str, OpenFinding], now: str, *, is_complete: bool) -> Compared:
    """Note since when each failure stands, and which are gone.

    One whose waiver no longer holds is new again: nobody has accepted it. A finding is resolved only by a complete
    audit, and only when its rule could decide everything: what wasn't looked at isn't gone.
    """
    findings = tuple(
        _dated(found, open_before.get(found.id), now) if found.verdict is Verdict.FAIL else found
        for found in audit.findings
    )
    failing = {
        found.id: OpenFinding(found.first_seen, found.rule, is_waived=found.waiver is not None)
        for found in findings
        if found.verdict is Verdict.FAIL
    }
    undecided = {found.rule for found in findings if found.verdict is Verdict.UNKNOWN}
    gone = {key for key in open_before.keys() - failing.keys() if not _may_stand(open_before[key].rule, undecided)}
    return Compared(replace(audit, findings=findings), failing, tuple(sorted(gone)) if is_complete else ())


def _dated(found: Finding, before: OpenFinding | None, now: str) -> Finding:
    is_new = before is None or (before.is_waived and found.waiver is None)
    return replace(found, first_seen=before.first_seen if before else now, is_new=is_new)


def _may_stand(rule: str, undecided: AbstractSet[str]) -> bool:
    """Say whether a failure of a rule may still be there although nobody met it; of an unknown rule any may."""
    return rule in undecided or (not rule and bool(undecided))
