"""Which findings a named person has accepted. A waived finding stays in every report; it only stops alarming."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dirsync.model.findings import Finding, Subject, SubjectKind, Verdict, Waived
from dirsync.model.names import directory_key, fold, same

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from dirsync.model.waivers import Waiver


def waived(finding: Finding, waivers: Sequence[Waiver], today: date) -> Finding:
    """Return a failing finding with the waiver that covers it longest; any other finding as it is.

    A waiver holds up to and including its last day. It must name something besides the rule: one that names nobody
    would accept everything the rule will ever find.
    """
    if finding.verdict is not Verdict.FAIL:
        return finding
    holding = [waiver for waiver in waivers if waiver.expires >= today and covers(waiver, finding)]
    if not holding:
        return finding
    chosen = max(holding, key=lambda waiver: (waiver.expires, waiver.source))
    return replace(finding, waiver=Waived(chosen.owner, chosen.reason, chosen.expires.isoformat(), chosen.source))


def covers(waiver: Waiver, finding: Finding) -> bool:
    """Say whether a waiver is about a finding, whatever the day. Names compare as directories compare them."""
    return waiver.rule == finding.rule and names_anything(waiver) and all(_matches(waiver, finding))


def may_concern(waiver: Waiver, finding: Finding) -> bool:
    """Say whether what a waiver names may be behind a finding, such as a user behind one about a whole directory."""
    return waiver.rule == finding.rule and False not in _matches(waiver, finding)


def each_once(waivers: Sequence[Waiver]) -> list[tuple[Waiver, ...]]:
    """Return the waivers that say the same, until the same day, together; in the order in which they are written."""
    alike: dict[str, list[Waiver]] = {}
    for waiver in waivers:
        alike.setdefault(subject_of(waiver).id, []).append(waiver)
    return [tuple(same) for same in alike.values()]


def names_anything(waiver: Waiver) -> bool:
    """Say whether a waiver names something besides the rule, without which it covers nothing."""
    return bool(_named(waiver))


def subject_of(waiver: Waiver) -> Subject:
    """Return what a waiver is about, as the subject of a finding about the waiver itself.

    The id tells waivers apart by what they say and by their last day, never by their place: one that is renewed is
    another one, one that is moved to another file is not.
    """
    named = _named(waiver)
    kind, name = next(iter(named.items()), (SubjectKind.ESTATE, "estate"))
    said = [f"{kind}={fold(name)}" for kind, name in named.items()]
    return Subject(kind, name, " ".join([waiver.rule, *said, waiver.expires.isoformat()]))


def described(waiver: Waiver) -> str:
    """Return `customer-holds-application-access for user 'ana', directory 'portal'`."""
    named = ", ".join(f"{kind} '{name}'" for kind, name in _named(waiver).items())
    return f"{waiver.rule} for {named}" if named else waiver.rule


def _named(waiver: Waiver) -> dict[SubjectKind, str]:
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


def _matches(waiver: Waiver, finding: Finding) -> Iterator[bool | None]:
    """Yield for everything the waiver names whether the finding is about it; None where it is about something wider."""
    subject = finding.subject
    for kind, name in _named(waiver).items():
        if kind is SubjectKind.DIRECTORY:
            # A user directory of Jira is in no Directory; it is named as Jira names it.
            said = subject.directory or (subject.name if subject.kind is kind else "")
            yield _agrees(directory_key(name), directory_key(said))
        elif kind is SubjectKind.MAPPING:
            yield _agrees(name, finding.mapping)
        elif subject.kind is kind:
            yield same(name, subject.name)
        elif kind is SubjectKind.APPLICATION:
            yield _agrees(name, finding.application)
        else:
            yield None


def _agrees(named: str, said: str) -> bool | None:
    return same(named, said) if said else None
