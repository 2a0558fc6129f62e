"""What somebody has accepted, as a reviewer reads it: one line for each promise, not for each finding. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from dirsync.reports.grouping import is_failing, is_waived, severity_rank
from dirsync.reports.wording import a_few

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Item = Mapping[str, Any]

WAIVER_EXPIRED = "waiver-expired"


@dataclass(frozen=True)
class Acceptance:
    """Waived findings of one rule that one owner accepted for one reason until one day."""

    findings: tuple[Item, ...]

    @property
    def waiver(self) -> Item:
        """The waiver of the first; they differ in `source` only."""
        waiver: Item = self.findings[0]["waiver"]
        return waiver

    @property
    def severity(self) -> str:
        """The worst that is accepted."""
        return max((str(finding["severity"]) for finding in self.findings), key=severity_rank)

    @property
    def written_in(self) -> str:
        """Where it stands: `file:line`, of many the first."""
        return a_few(list(dict.fromkeys(finding["waiver"]["source"] for finding in self.findings)), at_most=2)


def acceptances(findings: Iterable[Item]) -> tuple[Acceptance, ...]:
    """Put waived findings together; what ends first stands first, an unreadable day before all."""
    alike: defaultdict[tuple[str, ...], list[Item]] = defaultdict(list)
    for finding in findings:
        if is_waived(finding):
            waiver = finding["waiver"]
            alike[finding["rule"], waiver["owner"], waiver["reason"], waiver["expires"]].append(finding)
    found = [Acceptance(tuple(own)) for own in alike.values()]
    return tuple(
        sorted(
            found,
            key=lambda each: (_last_day(each.waiver["expires"]), -severity_rank(each.severity), each.waiver["owner"]),
        )
    )


def lapsed(findings: Sequence[Item]) -> list[Item]:
    """Return the findings that tell of waivers past their last day."""
    return [finding for finding in findings if finding["rule"] == WAIVER_EXPIRED and is_failing(finding)]


def _last_day(expires: str) -> date:
    try:
        return date.fromisoformat(expires[:10])
    except ValueError:
        return date.min
