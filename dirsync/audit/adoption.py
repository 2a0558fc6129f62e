"""Taking over an estate that has its failures already: one waiver for each of them, until a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dirsync.audit.rules.audit_incomplete import AuditIncomplete
from dirsync.audit.rules.waiver_expired import WaiverExpired
from dirsync.audit.rules.waiver_not_honoured import WaiverNotHonoured
from dirsync.audit.rules.waiver_unused import WaiverUnused
from dirsync.audit.waivers import names_of
from dirsync.model.findings import SubjectKind, Verdict
from dirsync.model.waivers import Waiver

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from dirsync.model.findings import Finding

ABOUT_WAIVERS = frozenset({WaiverExpired.id, WaiverNotHonoured.id, WaiverUnused.id})
"""Findings about a waiver are mended by whoever writes waivers; a waiver of each would double their number for ever."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """What an audit found, divided into what is accepted now and what is not."""

    waivers: tuple[Waiver, ...]
    """One for each failing finding that nobody had accepted, in the order of the findings."""
    about_waivers: tuple[Finding, ...] = ()
    unread: tuple[Finding, ...] = ()
    """Directories that were not read whole: what they hide is no finding yet, and is not accepted."""
    undecided: int = 0
    """Undecided answers: never accepted, since nobody knows what they would be."""


@dataclass(frozen=True, slots=True)
class Word:
    """The word of the one who accepts: their name, why, and the last day."""

    owner: str
    reason: str
    expires: date


def adoption(findings: Iterable[Finding], word: Word) -> Adoption:
    """Return a waiver for each open failure, each about that finding alone."""
    waivers: dict[str, Waiver] = {}
    about_waivers: list[Finding] = []
    unread: list[Finding] = []
    undecided = 0
    for finding in findings:
        if finding.verdict is Verdict.UNKNOWN:
            undecided += 1
        elif not finding.is_open_failure:
            continue
        elif finding.rule in ABOUT_WAIVERS:
            about_waivers.append(finding)
        elif finding.rule == AuditIncomplete.id and finding.subject.kind is SubjectKind.DIRECTORY:
            unread.append(finding)
        else:
            waivers.setdefault(finding.id, _waiver(finding, word))
    return Adoption(tuple(waivers.values()), tuple(about_waivers), tuple(unread), undecided)


def _waiver(finding: Finding, word: Word) -> Waiver:
    """Return the waiver of one finding: its id, and beside it for the reader what it is about."""
    names = {kind: name for kind, name in names_of(finding).items() if _can_be_written(name)}
    return Waiver(
        finding.rule,
        word.owner,
        word.reason,
        word.expires,
        user=names.get(SubjectKind.USER, ""),
        group=names.get(SubjectKind.GROUP, ""),
        directory=names.get(SubjectKind.DIRECTORY, ""),
        application=names.get(SubjectKind.APPLICATION, ""),
        project=names.get(SubjectKind.PROJECT, ""),
        mapping=names.get(SubjectKind.MAPPING, ""),
        mechanism=finding.mechanism,
        finding=finding.id,
    )


def _can_be_written(name: str) -> bool:
    """Say whether a name is made of whole characters: YAML has no half ones (surrogates)."""
    return not any("\ud800" <= character <= "\udfff" for character in name)
