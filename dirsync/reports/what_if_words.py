"""What would be other, as people read it: seats side by side, findings by rule."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dirsync.reports.seat_words import span
from dirsync.reports.wording import a_few, at_least, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Item = Mapping[str, Any]

_VERDICTS = {"fail": "fails", "unknown": "is undecided", "pass": "passes", "not_applicable": "does not apply"}
_WHAT = ("customers holding a seat", "customers at risk", "agents holding a seat", "seats computed")
_NAMES = 5


@dataclass(frozen=True)
class Row:
    """One number about the seats of an application, now and then."""

    application: str
    what: str
    now: str
    then: str

    @property
    def is_other(self) -> bool:
        """Say whether it would be another one."""
        return self.now != self.then


@dataclass(frozen=True)
class Lot:
    """Findings of one rule that share what becomes of them."""

    rule: str
    count: int
    becomes: str
    names: str
    """The first few whom it is about."""
    findings: tuple[Item, ...]


def seat_rows(document: Item) -> list[Row]:
    """Return the seats side by side, application by application."""
    then = {seats["key"]: seats for seats in document["what_if"]["applications"]}
    both = [(seats, then[seats["key"]]) for seats in document["applications"] if seats["key"] in then]
    return [
        Row(now["name"], *told)
        for now, supposed in both
        for told in zip(_WHAT, _cells(now), _cells(supposed), strict=True)
    ]


def _cells(seats: Item) -> tuple[str, ...]:
    """Return what belongs to each of `_WHAT`."""
    return (
        at_least(seats["customers_holding"], is_decided=seats["customers_decided"]),
        at_least(seats["customers_at_risk"], is_decided=seats["risk_decided"]),
        number(seats["agents_holding"]),
        span(seats["computed"]) if seats["computed"] else "?",
    )


def lots(document: Item) -> list[tuple[str, list[Lot]]]:
    """Return the findings that would be gone, come, or get another answer; without those of which there is none."""
    what_if = document["what_if"]
    changes = defaultdict[str, list[Any]](list)
    for changed in what_if["changing"]:
        changes[_becomes(changed["before"], changed["after"])].append(changed["after"])
    told = [
        ("Would be gone", _by_rule(what_if["vanishing"], "")),
        ("Would come", _by_rule(what_if["appearing"], "")),
        ("Would be answered otherwise", [lot for words in sorted(changes) for lot in _by_rule(changes[words], words)]),
    ]
    return [(title, found) for title, found in told if found]


def _becomes(before: Item, after: Item) -> str:
    if before["verdict"] == after["verdict"] and before["severity"] != after["severity"]:
        return f"{before['severity']} > {after['severity']}"
    words = [_VERDICTS[one["verdict"]] + (" (waived)" if one["waiver"] else "") for one in (before, after)]
    return " > ".join(words)


def _by_rule(findings: Iterable[Item], becomes: str) -> list[Lot]:
    of_rule: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for finding in findings:
        state = becomes or (finding["severity"] if finding["verdict"] == "fail" else "undecided")
        of_rule[finding["rule"], state].append(finding)
    return [
        Lot(rule, len(found), state, a_few(_names(found), _NAMES), tuple(found))
        for (rule, state), found in of_rule.items()
    ]


def _names(findings: Sequence[Item]) -> list[str]:
    return list(dict.fromkeys(finding["subject"]["name"] for finding in findings))
