"""Which findings a named person has accepted. A waived finding stays in every report; it only stops alarming."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from dirsync.model.findings import Finding, Subject, SubjectKind, Verdict
from dirsync.model.names import directory_key, fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dirsync.model.waivers import Waiver

A_YEAR: Final = timedelta(days=366)
"""The longest that anybody may accept a finding, from the day of the audit on."""


def holds(waiver: Waiver, today: date) -> bool:
    """Say whether it is a day on which a waiver holds: up to and including its last one, from a year before it on."""
    return not is_over(waiver, today) and not is_too_long(waiver, today)


def is_over(waiver: Waiver, today: date) -> bool:
    """Say whether the last day has passed."""
    return waiver.expires < today


def is_too_long(waiver: Waiver, today: date) -> bool:
    """Say whether the last day is more than a year away; until then the waiver accepts nothing."""
    return waiver.expires > latest(today)


def latest(today: date) -> date:
    """Return the last day that a waiver may name."""
    return date.max if date.max - today < A_YEAR else today + A_YEAR


def covers(waiver: Waiver, finding: Finding) -> bool:
    """Say whether a waiver is about a failing finding, whatever the day. Names compare as directories compare them.

    It must name something besides the rule: one that names nobody would accept everything the rule will ever find. One
    that gives a finding's id is about that finding alone, whatever its subject is called by now.
    """
    if waiver.rule != finding.rule or finding.verdict is not Verdict.FAIL:
        return False
    if waiver.finding:
        return waiver.finding == finding.id
    return names_anything(waiver) and all(_matches(waiver, finding))


def misnames(waiver: Waiver, finding: Finding) -> bool:
    """Say whether the names beside a finding's id are not, or no longer, those of the finding."""
    return bool(waiver.finding) and not all(_matches(waiver, finding))


def may_concern(waiver: Waiver, finding: Finding) -> bool:
    """Say whether what a waiver names may be behind a finding, such as a user behind one about a whole directory."""
    if waiver.rule != finding.rule:
        return False
    return finding.id == waiver.finding or False not in _matches(waiver, finding)


def each_once(waivers: Sequence[Waiver]) -> list[tuple[Waiver, ...]]:
    """Return the waivers that say the same, until the same day, together; in the order in which they are written."""
    alike: dict[str, list[Waiver]] = {}
    for waiver in waivers:
        alike.setdefault(subject_of(waiver).id, []).append(waiver)
    return [tuple(same) for same in alike.values()]


def names_anything(waiver: Waiver) -> bool:
    """Say whether a waiver names something besides the rule, without which it covers nothing."""
    return bool(waiver.finding or named(waiver))


def subject_of(waiver: Waiver) -> Subject:
    """Return what a waiver is about, as the subject of a finding about the waiver itself.

    The id tells waivers apart by what they say and by their last day, never by their place: one that is renewed is
    another one, one that is moved to another file is not.
    """
    names = named(waiver)
    kind, name = next(iter(names.items()), (SubjectKind.ESTATE, "estate"))
    said = [f"{kind}={fold(name)}" for kind, name in names.items()]
    said += [f"mechanism={waiver.mechanism}"] if waiver.mechanism else []
    said += [f"finding={waiver.finding}"] if waiver.finding else []
    return Subject(kind, name, " ".join([waiver.rule, *said, waiver.expires.isoformat()]))


def described(waiver: Waiver) -> str:
    """Return `customer-holds-application-access for user 'ana', directory 'portal'`."""
    parts = [f"{kind} '{name}'" for kind, name in named(waiver).items()]
    parts += [f"mechanism '{waiver.mechanism}'"] if waiver.mechanism else []
    parts += [f"finding '{waiver.finding}'"] if waiver.finding else []
    return f"{waiver.rule} for {', '.join(parts)}" if parts else waiver.rule


def named(waiver: Waiver) -> dict[SubjectKind, str]:
    """Return what the waiver names, the narrowest first."""
    names = {
        SubjectKind.USER: waiver.user,
        SubjectKind.GROUP: waiver.group,
        SubjectKind.PROJECT: waiver.project,
        SubjectKind.DIRECTORY: waiver.directory,
        SubjectKind.APPLICATION: waiver.application,
        SubjectKind.MAPPING: waiver.mapping,
    }
    return {kind: name for kind, name in names.items() if name}


def names_of(finding: Finding) -> dict[SubjectKind, str]:
    """Return the names under which a waiver may name a finding: its subject, and where it is met."""
    subject = finding.subject
    names = {
        # A user directory of Jira is in no Directory; it is named as Jira names it.
        SubjectKind.DIRECTORY: subject.directory,
        SubjectKind.APPLICATION: finding.application,
        SubjectKind.MAPPING: finding.mapping,
    }
    is_elsewhere = subject.kind in {SubjectKind.DIRECTORY, SubjectKind.MAPPING} and names[subject.kind]
    if subject.kind is not SubjectKind.ESTATE and not is_elsewhere:
        names[subject.kind] = subject.name
    return {kind: name for kind, name in names.items() if name}


def _matches(waiver: Waiver, finding: Finding) -> Iterator[bool | None]:
    """Yield for everything the waiver names whether the finding is about it; None where it is about something wider."""
    said = names_of(finding)
    for kind, name in named(waiver).items():
        yield plain_name(kind, name) == plain_name(kind, said[kind]) if kind in said else None
    if waiver.mechanism:
        yield waiver.mechanism == finding.mechanism if finding.mechanism else None


def plain_name(kind: SubjectKind, name: str) -> str:
    """Return the form under which two names of a kind are one name."""
    return fold(directory_key(name) if kind is SubjectKind.DIRECTORY else name)
