"""L-13: hardly any seat is left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from dirsync.audit.evidence import counted, lacking, rest_on
from dirsync.audit.jira_order import ESTATE
from dirsync.audit.licences import JIRA_BEFORE_7, licences
from dirsync.model.facts import MissingFact, unknown
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.audit.licences import Licences
    from dirsync.model.estate import Estate
    from dirsync.model.facts import Evidence, Fact
    from dirsync.model.products import JiraApplication

THRESHOLD: Final = "jira.seats_warn_at"
WARN_AT: Final = 0.9
"""The share of the seats from which on it fails, where nobody says another one."""


class SeatsNearlyExhausted:
    """The seats of a Jira application are nearly used up, so the next accounts cost a bigger licence.

    Licences are sold in steps. The first user above the step costs the whole next one, and until it is bought Jira
    refuses whatever needs the application, for agents as well. A few customers who slip into a seat are enough. Who
    sees it coming can look for seats that nobody needs first: customer-holds-application-access,
    inactive-user-still-licensed and people-outside-every-mapping find them.

    It fails from 90 % of the seats on, or from the share that jira.seats_warn_at in mappings/estate.yaml says. An
    application without a limit is not asked. Jira's own count of seats in use decides.

    It comes about by growth, by a default group that gives a seat to everybody who is new, and by accounts of leavers
    that stay active.

    Remedy. Take seats back: Jira administration > Applications > Application access shows the groups that grant them;
    remove who needs none, or deactivate leavers in their directory. Or buy the next step and enter the licence under
    Jira administration > Applications > Versions & licenses.

    Sources: Jira's REST API, applicationrole (numberOfSeats, userCount, hasUnlimitedSeats); "Licensing and application
    access" (adminjiraserver0817/licensing-and-application-access-1071815682.html). Licence-risk rule L-13.
    """

    id: ClassVar[str] = "seats-nearly-exhausted"
    severity: ClassVar[Severity] = Severity.HIGH
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = False  # it compares numbers; whether customers reach a seat is told without them

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the Jira application."""
        try:
            known = licences(estate)
        except MissingFact as missing:
            message = "How many seats are left can't be said."
            yield lacking(_finding(Verdict.UNKNOWN, ESTATE, message), [missing.fact])
            return
        if not known.applications or known.applications[0].key == JIRA_BEFORE_7:
            message = "Jira has no application, so there are no seats of one."
            yield rest_on(_finding(Verdict.NOT_APPLICABLE, ESTATE, message), known.facts)
            return
        for application in known.applications:
            yield _answer(estate, known, application)


def _answer(estate: Estate, known: Licences, application: JiraApplication) -> Finding:
    name = known.named(application.key)
    if application.is_unlimited:
        message = f"{name} has no limit of seats."
        return rest_on(_about(Verdict.NOT_APPLICABLE, application, message), known.facts)
    if application.seats is None or application.used is None:
        message = f"How many seats of {name} are left can't be said."
        return lacking(_about(Verdict.UNKNOWN, application, message), list(_untold(application)))
    seats, used, share, said = application.seats, application.used, *_threshold(estate)
    told = f"{used:,} of {counted(seats, 'seat')} of {name} are in use"
    numbers = known.facts[0].evidence(f"{application.key}: {counted(seats, 'seat')}, {used:,} in use")
    if used < seats and used / seats < share:
        finding = replace(_about(Verdict.PASS, application, f"{told}, less than {share:.0%}."), count=used)
        return rest_on(finding, known.facts, [numbers, *said])
    left = "none is left" if used >= seats else f"{seats - used:,} left, and {share:.0%} or more is nearly all"
    finding = replace(
        _about(Verdict.FAIL, application, f"{told}: {left}."),
        remedy=f"Take seats of {name} back from those who need none (Jira administration > Applications > Application "
        "access shows the groups), or enter a bigger licence under Versions & licenses there.",
    )
    return rest_on(finding, known.facts, [numbers, *said])


def _threshold(estate: Estate) -> tuple[float, tuple[Evidence, ...]]:
    """Return the share and who says so. It is a wish and no fact about Jira, so it makes nothing declared."""
    if not estate.has(THRESHOLD):
        return WARN_AT, ()
    told = estate.need(THRESHOLD)
    return told.value, (told.evidence(),)


def _untold(application: JiraApplication) -> Iterator[Fact[Any]]:
    for field in ("seats", "used"):
        if getattr(application, field) is None:
            yield unknown(
                f"jira.applications[{application.key}].{field}",
                f"nobody says '{field}' of {application.key}",
                f"Let dirsync ask Jira (DIRSYNC_JIRA__URL), or declare '{field}' under jira.applications in "
                "mappings/estate.yaml.",
            )


def _about(verdict: Verdict, application: JiraApplication, message: str) -> Finding:
    found = _finding(verdict, Subject(SubjectKind.APPLICATION, application.key), message)
    return replace(found, application=application.key)


def _finding(verdict: Verdict, subject: Subject, message: str) -> Finding:
    rule = SeatsNearlyExhausted
    return Finding(rule.id, verdict, rule.severity, subject, message)
