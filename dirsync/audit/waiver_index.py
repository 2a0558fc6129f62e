"""Waivers and findings filed by what they name, so that ten thousand of each find one another at once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from dirsync.audit.waivers import covers, holds, may_concern, named, names_of, plain_name
from dirsync.model.findings import Finding, SubjectKind, Verdict, Waived

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from dirsync.model.waivers import Waiver

Key = tuple[str, str, str]
"""A rule, and a kind of name with the name; or `id` with the id of a finding."""
NUMEROUS = frozenset({SubjectKind.USER, SubjectKind.GROUP, SubjectKind.PROJECT})
"""Kinds of which there may be so many undecided answers that they must be filed by name."""
ANY = "any"


class InForce:
    """The waivers that hold on a day."""

    def __init__(self, waivers: Iterable[Waiver], today: date) -> None:
        self._filed: defaultdict[Key, list[Waiver]] = defaultdict(list)
        self._rules: set[str] = set()
        for waiver in waivers:
            if holds(waiver, today):
                self._filed[_key_of(waiver)].append(waiver)
                self._rules.add(waiver.rule)

    def applied_to(self, finding: Finding) -> Finding:
        """Return a failing finding with the waiver that covers it longest; any other finding as it is."""
        if finding.verdict is not Verdict.FAIL or finding.rule not in self._rules:
            return finding
        filed = (waiver for key in _keys_of(finding) for waiver in self._filed.get(key, ()))
        holding = [waiver for waiver in filed if covers(waiver, finding)]
        if not holding:
            return finding
        chosen = max(holding, key=lambda waiver: (waiver.expires, waiver.source))
        return replace(finding, waiver=Waived(chosen.owner, chosen.reason, chosen.expires.isoformat(), chosen.source))


class Answered:
    """What the rules have answered, as the rules about waivers look it up."""

    def __init__(self, answers: Iterable[Finding], waivers: Iterable[Waiver]) -> None:
        """Filed are only answers of rules that one of the waivers names: each is kept under several keys."""
        waived = {waiver.rule for waiver in waivers}
        self._failing: defaultdict[Key, list[Finding]] = defaultdict(list)
        self._undecided: defaultdict[Key, list[Finding]] = defaultdict(list)
        self.rules: set[str] = set()
        """Those that have answered: every rule answers something, if only that it does not apply."""
        for answer in answers:
            self.rules.add(answer.rule)
            if answer.rule not in waived:
                continue
            if answer.verdict is Verdict.FAIL:
                for key in _keys_of(answer):
                    self._failing[key].append(answer)
            elif answer.verdict is Verdict.UNKNOWN:
                for key in _keys_of_undecided(answer):
                    self._undecided[key].append(answer)

    def covered_by(self, waiver: Waiver) -> list[Finding]:
        """Return the failing findings that a waiver is about, whatever the day."""
        return [answer for answer in self._failing.get(_key_of(waiver), ()) if covers(waiver, answer)]

    def undecided_around(self, waiver: Waiver) -> Iterator[Finding]:
        """Yield what is undecided and may concern what a waiver names."""
        names = named(waiver)
        keys = [(waiver.rule, "id", waiver.finding)]
        keys += [
            (waiver.rule, kind, plain_name(kind, names[kind]))
            if kind in NUMEROUS and kind in names
            else (waiver.rule, ANY, kind)
            for kind in SubjectKind
        ]
        found = (answer for key in keys for answer in self._undecided.get(key, ()) if may_concern(waiver, answer))
        yield from {answer.id: answer for answer in found}.values()


def _key_of(waiver: Waiver) -> Key:
    """Return the narrowest of what a waiver names; whatever it covers is filed under that too."""
    if waiver.finding:
        return waiver.rule, "id", waiver.finding
    kind, name = next(iter(named(waiver).items()), (SubjectKind.ESTATE, ""))
    return waiver.rule, kind, plain_name(kind, name)


def _keys_of(finding: Finding) -> Iterator[Key]:
    yield finding.rule, "id", finding.id
    for kind, name in names_of(finding).items():
        yield finding.rule, kind, plain_name(kind, name)


def _keys_of_undecided(finding: Finding) -> Iterator[Key]:
    kind = finding.subject.kind
    yield finding.rule, "id", finding.id
    yield finding.rule, ANY, kind
    if kind in NUMEROUS:
        yield finding.rule, kind, plain_name(kind, finding.subject.name)
