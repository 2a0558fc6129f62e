"""L-14: Jira counts other seats than its directories give."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from dirsync.audit.effective.doubts import Cause
from dirsync.audit.effective.from_estate import order_of_jira
from dirsync.audit.effective.of_estate import ADMINISTRATORS, seats_in
from dirsync.audit.evidence import counted, lacking, rest_on
from dirsync.audit.jira_order import ESTATE, gaps, reads_in, settings_of
from dirsync.audit.licences import JIRA_BEFORE_7, licences
from dirsync.model.facts import MissingFact, unknown
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.audit.effective.order import Layer
    from dirsync.audit.effective.seats import SeatCount
    from dirsync.audit.licences import Licences
    from dirsync.model.estate import Estate
    from dirsync.model.facts import Evidence, Fact

CAUSES: Final = {
    Cause.UNREAD: "below a directory that was not read whole",
    Cause.INACTIVE_ABOVE: "below a deactivated account of the same name",
    Cause.AGGREGATION: "in an application of Crowd that may add memberships up",
    Cause.NAMESAKES: "of a name that one directory has twice",
    Cause.SETTING: "in a user directory whose settings nobody told",
    Cause.NESTING: "in groups of which nobody documents whether they nest",
    Cause.MASKED: "masked by another account of the same name",
    Cause.NESTED: "by nested groups, which count only where nesting is enabled",
    Cause.CORE_INCLUDED: "of Jira Core included in another application",
    Cause.ADMINISTRATORS: "administrators without application access, whom one of Atlassian's pages counts",
}
"""Each cause behind `3 users `."""
LESS: Final = (Cause.NESTED,)
"""Causes by which Jira may count fewer than every reading gives."""
MORE: Final = (Cause.MASKED, Cause.CORE_INCLUDED, Cause.ADMINISTRATORS)
"""Causes by which it may count more than any reading gives."""


class SeatCountDisagreesWithJira:
    """Jira counts another number of seats than its directories give, so some are held unseen.

    Jira's own count is what the licence goes by and what is paid. Computed from the directories, in their order and
    with their groups, it should come out the same. Where Jira counts more, accounts take seats that no directory here
    shows: an internal directory that is not read, groups that Jira holds itself, a membership that was taken away in
    Crowd and not yet in Jira. That costs money and hides from every other rule. Where Jira counts fewer, nesting is
    switched off or a directory was not synchronised, and the next synchronisation takes the seats.

    What is open (a name with two accounts, a switch that nobody told) makes a span, and Jira's number within it
    agrees. Beyond it the known causes are tried: nested groups, masked accounts, Jira Core included in other
    applications, and administrators without application access. Since Jira 7 these cost nothing by "Managing global
    permissions", but "Get list of licensed users" still counts them; Jira's number is believed. If they explain the
    difference, it is for information; else it is medium. It never claims to be exact: Jira synchronises once an hour
    unless set otherwise, so look again after that.

    Where a directory was not read whole, and Jira counts more, the answer is unknown: they may be there.

    Remedy. Jira administration > User management > User directories > Synchronise, then audit again. If it stays, see
    under User management > Users, filtered by application access, who is in no directory that dirsync reads, and add
    that directory to the settings.

    Sources: "Get list of licensed users in Jira server"
    (confluence.atlassian.com/jirakb/get-list-of-licensed-users-in-jira-server-278695452.html); "Licensing and
    application access" (adminjiraserver0817/licensing-and-application-access-1071815682.html); "Managing global
    permissions" (adminjiraserver0917/managing-global-permissions-1431246137.html). Licence-risk rule L-14.
    """

    id: ClassVar[str] = "seat-count-disagrees-with-jira"
    severity: ClassVar[Severity] = Severity.MEDIUM
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = False  # it compares numbers; whether customers reach a seat is told without them

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the Jira application."""
        try:
            known = licences(estate)
        except MissingFact as missing:
            message = "Whether Jira counts as many seats as its directories give can't be said."
            yield lacking(_finding(Verdict.UNKNOWN, ESTATE, message), [missing.fact])
            return
        if not known.applications or known.applications[0].key == JIRA_BEFORE_7:
            message = "Jira has no application, so it counts no seats of one."
            yield rest_on(_finding(Verdict.NOT_APPLICABLE, ESTATE, message), known.facts)
            return
        try:
            order = order_of_jira(estate)
        except MissingFact as missing:
            for application in known.applications:
                message = f"Whether Jira counts the seats of {known.named(application.key)} rightly can't be said."
                yield lacking(_about(Verdict.UNKNOWN, application.key, message), [missing.fact])
            return
        layers = [place.layer for place in order.places()]
        reads = reads_in(estate, layers)
        for seats in seats_in(estate):
            yield _Answer(estate, known, seats, layers, reads).finding()


@dataclass(frozen=True)
class _Answer:
    """The answer about one Jira application."""

    estate: Estate
    licences: Licences
    seats: SeatCount
    layers: list[Layer]
    reads: tuple[Evidence, ...]

    def finding(self) -> Finding:
        """Compare, and explain by named causes what does not agree."""
        used = self.seats.application.used
        if used is None:
            message = f"How many seats of {self._name} Jira counts is not known; the directories give {self._span}."
            return lacking(rest_on(self._answer(Verdict.UNKNOWN, message), (), self.reads), [self._untold])
        told = f"Jira counts {counted(used, 'seat')} of {self._name}, the directories give {self._span}{self._causes}"
        beyond = self.seats.unexplained(used)
        if not beyond:
            finding = replace(self._answer(Verdict.PASS, f"{told}."), count=used)
            return rest_on(finding, self._facts, self.reads)
        missing = gaps(self.estate, self.layers, self.seats.application.groups)
        if beyond > 0 and missing:
            message = f"{told}. Whether Jira is right can't be said."
            return lacking(rest_on(self._answer(Verdict.UNKNOWN, message), self._facts, self.reads), missing)
        is_explained = self._lowest <= used <= self._highest
        why = "the causes named explain that" if is_explained else f"nothing known explains {abs(beyond):,} of them"
        finding = replace(
            self._answer(Verdict.FAIL, f"{told}; {why}."),
            severity=Severity.INFO if is_explained else SeatCountDisagreesWithJira.severity,
            remedy="Synchronise (Jira administration > User management > User directories) and audit again. If it "
            "stays, see under Jira administration > User management > Users, filtered by the application, who is in no "
            "directory that dirsync reads.",
        )
        return rest_on(finding, self._facts, self.reads)

    @property
    def _name(self) -> str:
        return self.licences.named(self.seats.application.key)

    @property
    def _span(self) -> str:
        certain, possible = self.seats.certain, self.seats.possible
        return f"{certain:,}" if certain == possible else f"{certain:,} to {possible:,}"

    @property
    def _causes(self) -> str:
        told = [f"{counted(number, 'user')} {CAUSES[cause]}" for cause, number in self.seats.causes.items()]
        return f" ({'; '.join(told)})" if told else ""

    @property
    def _lowest(self) -> int:
        return self.seats.certain - sum(self.seats.causes.get(cause, 0) for cause in LESS)

    @property
    def _highest(self) -> int:
        return self.seats.possible + sum(self.seats.causes.get(cause, 0) for cause in MORE)

    @property
    def _facts(self) -> list[Fact[Any]]:
        known = [self.estate.need(ADMINISTRATORS)] if Cause.ADMINISTRATORS in self.seats.causes else []
        return [*self.licences.facts, *settings_of(self.estate), *known]

    @property
    def _untold(self) -> Fact[None]:
        key = self.seats.application.key
        return unknown(
            f"jira.applications[{key}].used",
            f"nobody says how many seats of {key} are in use",
            "Let dirsync ask Jira (DIRSYNC_JIRA__URL), or declare 'used' under jira.applications in "
            "mappings/estate.yaml.",
        )

    def _answer(self, verdict: Verdict, message: str) -> Finding:
        return _about(verdict, self.seats.application.key, message)


def _about(verdict: Verdict, application: str, message: str) -> Finding:
    found = _finding(verdict, Subject(SubjectKind.APPLICATION, application), message)
    return replace(found, application=application)


def _finding(verdict: Verdict, subject: Subject, message: str) -> Finding:
    rule = SeatCountDisagreesWithJira
    return Finding(rule.id, verdict, rule.severity, subject, message)
