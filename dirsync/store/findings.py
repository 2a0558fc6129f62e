"""What the store keeps of a finding: since when it stands, what it is about, and when it was resolved."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from dirsync.model.findings import Mechanism, OpenFinding, Severity, Subject, SubjectKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Row


def values_of(finding_id: str, known: OpenFinding) -> dict[str, Any]:
    """Return an open finding as the values of its row."""
    told = {
        "subject": asdict(known.subject) if known.subject else None,
        "application": known.application,
        "mapping": known.mapping,
        "mechanism": known.mechanism,
        "severity": known.severity,
    }
    return {
        "id": finding_id,
        "first_seen": known.first_seen,
        "rule": known.rule,
        "is_waived": known.is_waived,
        "is_open": True,
        "told": json.dumps(told, sort_keys=True) if known.subject else None,
        "news_at": known.news_at,
    }


def finding_of(row: Row[Any]) -> OpenFinding:
    """Return what a row says; what an older dirsync did not keep is empty or None."""
    told: Mapping[str, Any] = json.loads(row.told) if row.told else {}
    subject = told.get("subject")
    return OpenFinding(
        row.first_seen,
        row.rule or "",
        is_waived=bool(row.is_waived),
        subject=Subject(**{**subject, "kind": SubjectKind(subject["kind"])}) if subject else None,
        application=told.get("application", ""),
        mapping=told.get("mapping", ""),
        mechanism=Mechanism(told["mechanism"]) if told.get("mechanism") else None,
        severity=Severity(told["severity"]) if told.get("severity") else None,
        news_at=row.news_at or "",
    )
