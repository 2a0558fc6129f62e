"""Waivers that hold and cover nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from dirsync.audit.evidence import counted, lacking, only_some_mappings, rest_on
from dirsync.audit.waiver_index import Answered
from dirsync.audit.waivers import described, each_once, holds, misnames, names_anything, subject_of
from dirsync.model.facts import Evidence, Fact, unknown
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.model.estate import Estate
    from dirsync.model.waivers import Waiver


class WaiverUnused:
    """A waiver covers no failing finding, or another than it says: it is mistyped or no longer needed.

    A waiver names its rule and its subject exactly: no patterns, compared as directories compare names. One that covers
    nothing is either done with, because what it accepted was mended, or it never worked, because the user or the
    directory is spelt differently.

    A waiver that gives a finding's id goes on covering that finding when its subject is renamed. The names beside the
    id are for whoever reads the file, so this rule tells when they are no longer those of the finding.

    It costs money later: a waiver that waits for nothing accepts, unseen, the next customer of that name who takes a
    seat.

    Where the rule could not be decided for what the waiver names, or a run looked only at some of the mappings
    (`--only`), nobody can say whether the waiver is needed, and the answer is unknown. A waiver of this rule itself is
    not judged, and one that can't be followed is the rule waiver-not-honoured.

    Remedy. Correct the name, or delete the waiver. The place is in the evidence.

    Sources: the waivers of the mappings folder themselves (`waivers:` in a mapping, or mappings/waivers.yaml). No
    licence-risk rule has this as its own.
    """

    id: ClassVar[str] = "waiver-unused"
    severity: ClassVar[Severity] = Severity.LOW
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = False

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is what the waiver names. Asked last of all: it looks at every other answer."""
        everything = Subject(SubjectKind.ESTATE, "estate")
        answered = Answered(estate.answers, estate.waivers)
        holding = [
            same
            for same in each_once(estate.waivers)
            if holds(same[0], estate.today) and names_anything(same[0]) and same[0].rule in answered.rules
        ]
        used: list[Evidence] = []
        for same in holding:
            finding = self._unused(estate, answered, same)
            places = [Evidence(waiver.source, "", described(waiver)) for waiver in same]
            if finding:
                yield rest_on(finding, (), places)
            else:
                used += places
        if not holding:
            yield Finding(self.id, Verdict.NOT_APPLICABLE, self.severity, everything, "No waiver holds today.")
        elif used:
            message = f"{counted(len(used), 'waiver covers', 'waivers cover')} a failing finding."
            passed = Finding(self.id, Verdict.PASS, self.severity, everything, message, count=len(used))
            yield rest_on(passed, (), used)

    def _unused(self, estate: Estate, answered: Answered, same: tuple[Waiver, ...]) -> Finding | None:
        """Return why a waiver covers nothing, as far as that can be said; None when it covers something."""
        waiver, places = same[0], ", ".join(one.source for one in same)
        what = f"The waiver of {described(waiver)}"
        covered = answered.covered_by(waiver)
        if covered and misnames(waiver, covered[0]):
            subject = covered[0].subject
            message = f"{what} covers the finding of that id, which is about {subject.kind} '{subject.name}' by now."
            return self._failed(
                waiver, message, f"See whether that is who was meant, and correct the names in {places}."
            )
        if covered:
            return None
        if missing := list(_missing(estate, answered, waiver)):
            message = f"Whether {what[0].lower()}{what[1:]} is still needed can't be said."
            return lacking(Finding(self.id, Verdict.UNKNOWN, self.severity, subject_of(waiver), message), missing)
        message = f"{what} covers no failing finding; {waiver.owner} gave it until {waiver.expires} ({waiver.reason})."
        return self._failed(waiver, message, f"If a name in it is mistyped, correct it; or delete it ({places}).")

    def _failed(self, waiver: Waiver, message: str, remedy: str) -> Finding:
        return Finding(self.id, Verdict.FAIL, self.severity, subject_of(waiver), message, remedy=remedy)


def _missing(estate: Estate, answered: Answered, waiver: Waiver) -> Iterator[Fact[None]]:
    """Yield what keeps open whether the waiver covers something."""
    if estate.is_partial:
        yield only_some_mappings()
    undecided = list(answered.undecided_around(waiver))
    for name in sorted({name for answer in undecided for name in answer.missing or (waiver.rule,)}):
        yield unknown(name, f"The rule {waiver.rule} is undecided there: {undecided[0].message}", undecided[0].remedy)
