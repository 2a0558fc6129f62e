"""Findings as people read them: by rule, and within a rule by the way it comes about.

Five thousand customers who reach a seat through the same group are one case with five thousand names, not five
thousand findings to scroll through. Nothing is dropped: every finding is in exactly one case.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dirsync.model.findings import Severity
from dirsync.reports.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Item = Mapping[str, Any]

_PLURALS = {"directory": "directories"}


@dataclass(frozen=True)
class Case:
    """Findings of one rule that differ in nothing but their subject. All fields but `findings` hold for each."""

    findings: tuple[Item, ...]
    message: str
    """The finding's own; of several, with `…` where the subject's name stands."""
    remedy: str
    path: tuple[str, ...]
    """The AccessPath; of several, it begins with their number: `312 users`."""
    evidence: tuple[Item, ...]
    """What all of them rest on."""
    own_evidence: Mapping[str, tuple[Item, ...]]
    """Finding id to what only that one rests on."""

    @property
    def first(self) -> Item:
        """The finding that speaks for what they share: severity, confidence, application, mechanism, mapping."""
        return self.findings[0]

    @property
    def is_several(self) -> bool:
        """Say whether more than one subject is affected in this way."""
        return len(self.findings) > 1


@dataclass(frozen=True)
class RuleGroup:
    """One rule with the cases found. Counts over all findings are made once: templates ask for every case."""

    rule: str
    title: str
    page: str
    why: str
    cases: tuple[Case, ...]
    findings: tuple[Item, ...] = field(repr=False)

    @cached_property
    def severity(self) -> str:
        """The worst one found."""
        return max((str(finding["severity"]) for finding in self.findings), key=severity_rank)

    @cached_property
    def new(self) -> int:
        """How many were not there last time."""
        return sum(bool(finding.get("is_new")) for finding in self.findings)

    @cached_property
    def affected(self) -> str:
        """How many subjects of which kind: `312 users`."""
        return subjects_of(self.findings)


def severity_rank(severity: str) -> int:
    """Return 0 for info up to 4 for critical."""
    return Severity(severity).rank


def is_failing(finding: Item) -> bool:
    """Say whether a finding fails and nobody has accepted that."""
    return finding["verdict"] == "fail" and not finding["waiver"]


def is_waived(finding: Item) -> bool:
    """Say whether a finding fails and somebody has accepted it."""
    return finding["verdict"] == "fail" and bool(finding["waiver"])


def by_rule(document: Item, findings: Iterable[Item]) -> tuple[RuleGroup, ...]:
    """Group findings, the costliest rule first, then the one that affects most, then by name."""
    rules = {rule["rule"]: rule for rule in document["rules"]}
    grouped: defaultdict[str, list[Item]] = defaultdict(list)
    for finding in findings:
        grouped[finding["rule"]].append(finding)
    groups = [
        RuleGroup(
            rule=rule,
            title=rules.get(rule, {}).get("title", ""),
            page=rules.get(rule, {}).get("page", ""),
            why=rules.get(rule, {}).get("why", ""),
            cases=cases_of(own),
            findings=tuple(own),
        )
        for rule, own in grouped.items()
    ]
    return tuple(sorted(groups, key=lambda group: (-severity_rank(group.severity), -_size(group.findings), group.rule)))


def cases_of(findings: Sequence[Item]) -> tuple[Case, ...]:
    """Put findings that differ only in their subject together; the costliest case first, then the largest."""
    alike: defaultdict[tuple[object, ...], list[Item]] = defaultdict(list)
    for finding in findings:
        alike[_likeness(finding)].append(finding)
    cases = [_case(own) for own in alike.values()]
    return tuple(sorted(cases, key=lambda case: (-severity_rank(case.first["severity"]), -_size(case.findings))))


def _unnamed(finding: Item) -> int:
    """Return how many people a finding stands for whom its rule does not name any more; 0 for one about its subject."""
    number = int(finding.get("count", 1))
    return number if number > 1 and finding["verdict"] in {"fail", "unknown"} else 0


def _size(findings: Sequence[Item]) -> int:
    return sum(_unnamed(finding) or 1 for finding in findings)


def subjects_of(findings: Sequence[Item]) -> str:
    """Count the subjects of findings in the words of their kind: `312 users`, `3 subjects` when they are mixed."""
    if all(each["subject"]["kind"] == "estate" for each in findings):
        return "the estate as a whole"
    subjects = {
        (each["subject"]["kind"], each["subject"]["directory"], each["subject"]["name"])
        for each in findings
        if not _unnamed(each)
    }
    unnamed = sum(map(_unnamed, findings))
    kinds = {kind for kind, _, _ in subjects} | ({"user"} if unnamed else set())
    kind = kinds.pop() if len(kinds) == 1 else "subject"
    return counted(len(subjects) + unnamed, kind, _PLURALS.get(kind, ""))


def shown_path(case: Case, application_names: Mapping[str, str]) -> tuple[str, ...]:
    """Return a case's path with the Jira application at its end by name: `ana > jira-users > Jira Software`."""
    if not reaches_application(case, application_names):
        return case.path
    return (*case.path[:-1], application_names.get(case.path[-1], case.path[-1]))


def reaches_application(case: Case, application_names: Mapping[str, str]) -> bool:
    """Say whether the path ends in a Jira application, and not in a group or role."""
    return bool(case.path) and (case.path[-1] == case.first["application"] or case.path[-1] in application_names)


def _likeness(finding: Item) -> tuple[object, ...]:
    name = finding["subject"]["name"]
    return (
        finding["severity"],
        finding["confidence"],
        finding["application"],
        finding["mechanism"],
        finding["mapping"],
        finding["subject"]["kind"],
        finding["subject"]["directory"],
        _path_from(finding),
        _without(name, finding["message"]),
        _without(name, finding["remedy"]),
        tuple(finding["missing"]),
    )


def _path_from(finding: Item) -> tuple[str, ...]:
    path = tuple(finding["path"])
    return ("", *path[1:]) if path and path[0] == finding["subject"]["name"] else path


def _without(name: str, text: str) -> str:
    """Put `…` where a name stands as a word of its own. No pattern: compiling one for each name took minutes."""
    if not name or name not in text:
        return text
    pieces, told, at = [], 0, text.find(name)
    while at >= 0:
        end = at + len(name)
        if _is_inside_a_word(text[at - 1 : at]) or _is_inside_a_word(text[end : end + 1]):
            at = text.find(name, at + 1)
        else:
            pieces.append(text[told:at])
            told, at = end, text.find(name, end)
    return "…".join([*pieces, text[told:]])


def _is_inside_a_word(neighbour: str) -> bool:
    return neighbour.isalnum() or neighbour == "_"


def _case(findings: list[Item]) -> Case:
    first = findings[0]
    if len(findings) == 1:
        evidence = tuple(first["evidence"])
        return Case(tuple(findings), first["message"], first["remedy"], tuple(first["path"]), evidence, {})
    shared = [each for each in first["evidence"] if all(each in finding["evidence"] for finding in findings[1:])]
    own = {finding["id"]: tuple(each for each in finding["evidence"] if each not in shared) for finding in findings}
    name = first["subject"]["name"]
    path = _path_from(first)
    return Case(
        findings=tuple(findings),
        message=_without(name, first["message"]),
        remedy=_without(name, first["remedy"]),
        path=(subjects_of(findings), *path[1:]) if path and not path[0] else path,
        evidence=tuple(shared),
        own_evidence={finding: evidence for finding, evidence in own.items() if evidence},
    )
