"""Which findings a named person has accepted. A waived finding stays in every report; it only stops alarming."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dirsync.model.findings import Finding, SubjectKind, Verdict, Waived
from dirsync.model.names import directory_key, same

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
    named = list(_matches(waiver, finding))
    return waiver.rule == finding.rule and bool(named) and all(named)


def _matches(waiver: Waiver, finding: Finding) -> Iterator[bool]:
    """Yield for everything the waiver names whether the finding is about it."""
    subject = finding.subject
    if waiver.user:
        yield subject.kind is SubjectKind.USER and same(waiver.user, subject.name)
    if waiver.group:
        yield subject.kind is SubjectKind.GROUP and same(waiver.group, subject.name)
    if waiver.directory:
        yield directory_key(waiver.directory) == directory_key(subject.directory)
    if waiver.application:
        is_subject = subject.kind is SubjectKind.APPLICATION and same(waiver.application, subject.name)
        yield is_subject or same(waiver.application, finding.application)
    if waiver.mapping:
        yield same(waiver.mapping, finding.mapping)
