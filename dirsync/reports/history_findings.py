"""What became of findings, for a terminal: which stand and since when, rule by rule, and which are resolved."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dirsync.model.visible import visible
from dirsync.reports.wording import counted, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import tzinfo

    Item = Mapping[str, Any]

_MOST_RESOLVED = 10
_UNNAMED = "of a rule that was not kept"
_ORDER = ("critical", "high", "medium", "low", "info", None)


def standing_lines(document: Item, zone: tzinfo | None) -> list[str]:
    """Return one line for each rule that fails: how many findings are new, stood before, are waived, and since when."""
    by_rule: defaultdict[str, list[Item]] = defaultdict(list)
    for finding in document["open"]:
        by_rule[finding["rule"] or _UNNAMED].append(finding)
    rules = sorted(by_rule.items(), key=lambda item: (_ORDER.index(_worst(item[1])), item[0]))
    lines = [f"  {' '.join(filter(None, (_worst(found), rule)))}: {_numbers(found, zone)}" for rule, found in rules]
    return ["Findings that stand, as they were last looked at", *lines] if lines else []


def _worst(findings: Sequence[Item]) -> str | None:
    severities = {finding["severity"] for finding in findings}
    return next((severity for severity in _ORDER if severity in severities), None)


def _numbers(findings: Sequence[Item], zone: tzinfo | None) -> str:
    waived = sum(finding["is_waived"] for finding in findings)
    new = sum(finding["is_new"] and not finding["is_waived"] for finding in findings)
    still = len(findings) - waived - new
    parts = [
        f"{number(count)} {word}" for count, word in ((new, "new"), (still, "still open"), (waived, "waived")) if count
    ]
    since = min(finding["first_seen"] for finding in findings)
    return f"{', '.join(parts)}; {'the oldest ' if len(findings) > 1 else ''}first seen {_day(since, zone)}"


def resolved_lines(document: Item, zone: tzinfo | None) -> list[str]:
    """Return the findings that were resolved last, newest first."""
    resolved: Sequence[Item] = document["resolved"]
    if not resolved:
        return []
    lines = list(_resolved(resolved[:_MOST_RESOLVED], zone))
    rest = len(resolved) - len(lines)
    more = [f"  and {counted(rest, 'earlier one')}: see --json"] if rest else []
    return ["Resolved, as complete audits saw it, newest first", *lines, *more]


def _resolved(resolved: Sequence[Item], zone: tzinfo | None) -> Iterator[str]:
    for finding in resolved:
        subject = finding["subject"]
        about = f"{subject['kind']} {visible(subject['name'])}" if subject else "of an older dirsync"
        where = f" in {subject['directory']}" if subject and subject["directory"] not in {"", subject["name"]} else ""
        stood = f"(stood since {_day(finding['first_seen'], zone)})"
        yield f"  {_day(finding['resolved_at'], zone)}  {finding['rule'] or _UNNAMED}: {about}{where} {stood}"


def _day(at: str, zone: tzinfo | None) -> str:
    return f"{datetime.fromisoformat(at).astimezone(zone):%Y-%m-%d}"
