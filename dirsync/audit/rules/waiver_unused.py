"""Waivers that hold and cover nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from dirsync.audit.evidence import counted, lacking, only_some_mappings, rest_on
from dirsync.audit.waivers import covers, described, each_once, may_concern, names_anything, subject_of
from dirsync.mapping.wording import did_you_mean
from dirsync.model.facts import Evidence, Fact, unknown
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.model.estate import Estate
    from dirsync.model.waivers import Waiver


class WaiverUnused:
    """A waiver covers no failing finding, so it is mistyped or no longer needed.

    A waiver names its rule and its subject exactly: no patterns, compared as directories compare names. One that covers
    nothing is either done with, because what it accepted was mended, or it never worked, because the rule, the user or
    the directory is spelt differently, or because it names nothing but a rule, which would accept everything the rule
    will ever find.

    It costs money later: a waiver that waits for nothing accepts, unseen, the next customer of that name who takes a
    seat.

    Where the rule could not be decided for what the waiver names, or a run looked only at some of the mappings
    (`--only`), nobody can say whether the waiver is needed, and the answer is unknown. A waiver of this rule itself is
    not judged.

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
        holding = [
            same for same in each_once(estate.waivers) if same[0].expires >= estate.today and same[0].rule != self.id
        ]
        used: list[Evidence] = []
        for same in holding:
            finding = self._unused(estate, same[0])
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

    def _unused(self, estate: Estate, waiver: Waiver) -> Finding | None:
        """Return why a waiver covers nothing, as far as that can be said; None when it covers something."""
        what, delete = f"The waiver of {described(waiver)}", f"or delete it ({waiver.source})."
        # Every rule answers something, if only that it does not apply; this one is the last and has not answered yet.
        rules = sorted({answer.rule for answer in estate.answers})
        if waiver.rule not in rules:
            hint = did_you_mean(waiver.rule, rules) or "; 'dirsync rules' lists them"
            message = f"{what} covers nothing: no rule is called '{waiver.rule}'{hint}"
            return self._failed(waiver, f"{message.rstrip('?')}.", f"Correct the rule's name, {delete}")
        if not names_anything(waiver):
            message = f"{what} covers nothing: besides the rule it names nothing."
            names = "user, group, project, directory, application or mapping"
            return self._failed(waiver, message, f"Name what it is about ({names}), {delete}")
        answers = [answer for answer in estate.answers if answer.rule == waiver.rule]
        if any(answer.verdict is Verdict.FAIL and covers(waiver, answer) for answer in answers):
            return None
        if missing := list(_missing(estate, waiver)):
            message = f"Whether {what[0].lower()}{what[1:]} is still needed can't be said."
            return lacking(Finding(self.id, Verdict.UNKNOWN, self.severity, subject_of(waiver), message), missing)
        message = f"{what} covers no failing finding; {waiver.owner} gave it until {waiver.expires} ({waiver.reason})."
        return self._failed(waiver, message, f"If a name in it is mistyped, correct it; {delete}")

    def _failed(self, waiver: Waiver, message: str, remedy: str) -> Finding:
        return Finding(self.id, Verdict.FAIL, self.severity, subject_of(waiver), message, remedy=remedy)


def _missing(estate: Estate, waiver: Waiver) -> Iterator[Fact[None]]:
    """Yield what keeps open whether the waiver covers something."""
    if estate.is_partial:
        yield only_some_mappings()
    undecided = [
        answer for answer in estate.answers if answer.verdict is Verdict.UNKNOWN and may_concern(waiver, answer)
    ]
    for name in sorted({name for answer in undecided for name in answer.missing or (waiver.rule,)}):
        yield unknown(name, f"The rule {waiver.rule} is undecided there: {undecided[0].message}", undecided[0].remedy)
