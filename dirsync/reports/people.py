"""The part of the document about the people of one Mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dirsync.model.run import AudienceCount
    from dirsync.reports.shape.estate import ReportedAudience


def reported_audience(people: AudienceCount) -> ReportedAudience:
    """Return the people of one Mapping."""
    return {
        "audience": people.audience.value,
        "mapping": people.mapping,
        "users": people.users,
        "active": people.active,
        "judged": people.judged,
        "holding": people.holding,
    }
