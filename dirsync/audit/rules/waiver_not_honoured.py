"""Waivers that can't be followed: nobody can tell what they accept, or they would hold for too long."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from dirsync.audit.evidence import counted, rest_on
from dirsync.audit.waivers import A_YEAR, described, each_once, is_over, is_too_long, latest, names_anything, subject_of
from dirsync.mapping.wording import did_you_mean
from dirsync.model.facts import Evidence
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from dirsync.model.estate import Estate
    from dirsync.model.waivers import Waiver

NAMES = "user, group, project, directory, application or mapping, or the id of a finding"


class WaiverNotHonoured:
    """A waiver can't be followed: its rule doesn't exist, it names nothing, or it is for over a year.

    A waiver is a person's word about one finding, for a time. One whose rule does not exist, or that names nothing
    beside its rule, can't be read for what it accepts. One whose last day is more than a year away (366 days) is no
    decision for a time but one for ever, and nobody would be asked again. None of them is followed: what they were
    meant to accept goes on failing, with its exit code, and this rule says which line of which file is why.

    It costs money when a waiver "until 2099" outlives everybody who knew its reason, and the seats it accepted are
    paid for every year.

    A file that is no YAML, an unknown key, a missing owner or a day that is none are another matter: these are mistakes
    in the file, told with line and column before anything is read (exit code 2). One whose last day has passed is the
    rule waiver-expired, whatever else is wrong with it.

    Remedy. Correct the rule or the name, set a day within the year, or delete the waiver. The place is in the evidence.

    Sources: the waivers of the mappings folder themselves (`waivers:` in a mapping, or mappings/waivers.yaml). No
    licence-risk rule has this as its own.
    """

    id: ClassVar[str] = "waiver-not-honoured"
    severity: ClassVar[Severity] = Severity.MEDIUM
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = False

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is what the waiver names. Looks at which other rules have answered."""
        everything = Subject(SubjectKind.ESTATE, "estate")
        # Every rule answers something, if only that it does not apply; these two have not answered yet.
        rules = {answer.rule for answer in estate.answers} | {self.id, "waiver-expired", "waiver-unused"}
        judged = [same for same in each_once(estate.waivers) if not is_over(same[0], estate.today)]
        followed: list[Evidence] = []
        for same in judged:
            places = [Evidence(waiver.source, "", described(waiver)) for waiver in same]
            finding = self._not_followed(estate, rules, same)
            if finding:
                yield rest_on(finding, (), places)
            else:
                followed += places
        if not judged:
            yield Finding(self.id, Verdict.NOT_APPLICABLE, self.severity, everything, "There is no waiver of today.")
        elif followed:
            message = f"{counted(len(followed), 'waiver')} can be followed."
            passed = Finding(self.id, Verdict.PASS, self.severity, everything, message, count=len(followed))
            yield rest_on(passed, (), followed)

    def _not_followed(self, estate: Estate, rules: Collection[str], same: tuple[Waiver, ...]) -> Finding | None:
        waiver, what = same[0], f"The waiver of {described(same[0])} accepts nothing"
        delete = f"or delete it ({', '.join(one.source for one in same)})."
        if waiver.rule not in rules:
            meant = did_you_mean(waiver.rule, sorted(rules)).rstrip("?") or "; 'dirsync rules' lists them"
            message = f"{what}: no rule is called '{waiver.rule}'{meant}."
            return self._failed(waiver, message, f"Correct the rule's name, {delete}")
        if not names_anything(waiver):
            message = f"{what}: besides the rule it names nothing."
            return self._failed(waiver, message, f"Name what it is about ({NAMES}), {delete}")
        if is_too_long(waiver, estate.today):
            message = (
                f"{what}: {waiver.owner} gave it until {waiver.expires}, which is more than a year "
                f"({A_YEAR.days} days) away ({waiver.reason})."
            )
            return self._failed(waiver, message, f"Set 'expires' to {latest(estate.today)} or before, {delete}")
        return None

    def _failed(self, waiver: Waiver, message: str, remedy: str) -> Finding:
        return Finding(self.id, Verdict.FAIL, self.severity, subject_of(waiver), message, remedy=remedy)
