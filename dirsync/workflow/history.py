"""Findings over time: since when each stands, what is new, what is gone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dirsync.model.findings import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.model.run import AuditResult


@dataclass(frozen=True, slots=True)
class Compared:
    """An audit beside the one before it."""

    audit: AuditResult
    failing: Mapping[str, str]
    """Finding id to when it was first seen."""
    resolved: tuple[str, ...]


def compare(audit: AuditResult, open_before: Mapping[str, str], now: str, *, is_complete: bool) -> Compared:
    """Note since when each failure stands. Only a complete audit resolves one: what wasn't looked at isn't gone."""
    findings = tuple(
        replace(found, first_seen=open_before.get(found.id, now), is_new=found.id not in open_before)
        if found.verdict is Verdict.FAIL
        else found
        for found in audit.findings
    )
    failing = {found.id: found.first_seen for found in findings if found.verdict is Verdict.FAIL}
    undecided = {found.rule for found in findings if found.verdict is Verdict.UNKNOWN}
    may_resolve = is_complete and not undecided
    resolved = tuple(sorted(set(open_before) - set(failing))) if may_resolve else ()
    return Compared(replace(audit, findings=findings), failing, resolved)
