"""What became of findings since the run before, rule by rule. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dirsync.reports.grouping import RuleGroup

    Item = Mapping[str, Any]


@dataclass(frozen=True)
class RuleNews:
    """What became of the findings of one rule since the last run."""

    rule: str
    new: int
    still_open: int
    resolved: int

    @property
    def is_failing(self) -> bool:
        """Say whether the page tells of it among what fails."""
        return bool(self.new or self.still_open)


def news(document: Item, failing: Sequence[RuleGroup]) -> list[RuleNews]:
    """Return what is new, still open and resolved, rule by rule; resolved ones only as far as their rule was kept."""
    resolved = Counter(str(finding["rule"]) for finding in document.get("resolved_findings", ()) if finding["rule"])
    told = [
        RuleNews(group.rule, group.new, len(group.findings) - group.new, resolved.pop(group.rule, 0))
        for group in failing
    ]
    return told + [RuleNews(rule, 0, 0, count) for rule, count in sorted(resolved.items())]
