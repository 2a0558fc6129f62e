"""Public sign-up that is on although the mappings say that nobody wants it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from dirsync.audit.evidence import lacking, listed, mapping_says, no_customers, only_some_mappings, rest_on
from dirsync.audit.signup import GLOBAL, SERVICE_MANAGEMENT, SWITCH, landing, project_switches
from dirsync.audit.signup_seat import AT_SIGNUP, first_seat
from dirsync.model.estate import Audience
from dirsync.model.facts import Evidence, Fact, MissingFact
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.audit.signup import Door
    from dirsync.model.estate import Estate, Population


class PublicSignupOnButUnwanted:
    """Strangers can make accounts for themselves, although the mappings say that this is not wanted.

    Every customers mapping that says something about it says `public_signup: off`, but Jira's global switch is on, and
    so is that of at least one service project. Anybody who finds the portal, or its mail address, makes an account that
    no mapping knows of.

    It costs money where such an account lands in a directory with a default group that grants access to a Jira
    application: each stranger then takes a seat at the first login. Where that is proven the finding is high and shows
    the path. It costs work everywhere: nobody removes these accounts, since dirsync touches only what it made itself.

    It comes about when the switch was turned on for a trial, by an upgrade, or by a project administrator once the
    global one allowed it. While the switches of the projects are unknown, the global one alone fails: any project
    administrator may turn on the other half.

    Remedy. Turn it off in Jira administration > Applications > Jira Service Management > Configuration > Public signup,
    or only for the project in Project settings > Customer permissions. If sign-up is wanted after all, put
    `public_signup: wanted` into the mapping whose directory the accounts belong to.

    Sources: "Configuring public signup" (confluence.atlassian.com/display/SERVICEDESK020/Configuring+public+signup);
    "Managing access to your service desk" (display/SERVICEDESKSERVER0314); "Enabling public signup and CAPTCHA"
    (adminjiraserver/enabling-public-signup-and-captcha-938847032.html). No licence-risk rule has this as its own; see
    L-03 and S-09 for where the accounts land.
    """

    id: ClassVar[str] = "public-signup-on-but-unwanted"
    severity: ClassVar[Severity] = Severity.MEDIUM
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = True

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is a service project, or the estate for Jira's global switch."""
        customers = estate.population(Audience.CUSTOMERS)
        wanting = [population.mapping for population in customers if population.public_signup]
        refusing = [population for population in customers if population.public_signup is False]
        if not customers:
            yield no_customers(self)
        elif wanting:
            yield _about_jira(Verdict.NOT_APPLICABLE, f"Public sign-up is wanted ({listed(wanting)}).")
        elif not refusing:
            yield _about_jira(Verdict.NOT_APPLICABLE, "No customers mapping says 'public_signup: off'.")
        elif estate.is_partial:
            message = "Whether another mapping wants public sign-up can't be said."
            yield lacking(_about_jira(Verdict.UNKNOWN, message), [only_some_mappings()])
        else:
            for finding in _answers(estate):
                said = [mapping_says(population, "public_signup = off") for population in refusing]
                yield replace(finding, evidence=(*said, *finding.evidence))


def _answers(estate: Estate) -> Iterator[Finding]:
    try:
        switch = estate.need(GLOBAL)
    except MissingFact as missing:
        message = "Whether strangers can make accounts for themselves can't be said."
        yield lacking(_about_jira(Verdict.UNKNOWN, message), [missing.fact])
        return
    if not switch.value:
        yield rest_on(_about_jira(Verdict.PASS, "Public sign-up is off in Jira, as the mappings say."), [switch])
        return
    projects = project_switches(estate)
    seat = _seat_of_strangers(estate)
    for key, fact in projects.on().items():
        yield _weighed(rest_on(_project(key), [switch, fact]), seat)
    if projects.missing and projects.on():
        message = "Whether strangers can make accounts through other service projects can't be said."
        yield lacking(_about_jira(Verdict.UNKNOWN, message), projects.missing)
    elif projects.missing:
        message = "Public sign-up is on in Jira, no mapping wants it, and which service projects offer it isn't known."
        remedy = f"Turn it off under {SWITCH}; or write 'public_signup: wanted' in a customers mapping."
        failed = replace(_about_jira(Verdict.FAIL, message), remedy=remedy)
        yield _weighed(rest_on(failed, [switch]), seat)
    elif not projects.on():
        message = "Public sign-up is on in Jira, but in no service project."
        yield rest_on(_about_jira(Verdict.PASS, message), [switch, *projects.off().values()])


@dataclass(frozen=True, slots=True)
class _Seat:
    """The seat that an account made by sign-up takes."""

    jira_directory: str
    path: tuple[str, ...]
    facts: tuple[Fact[Any], ...]
    evidence: tuple[Evidence, ...]


def _seat_of_strangers(estate: Estate) -> _Seat | None:
    """Return the first seat that sign-up is proven to cost; None where there is none, or nobody knows."""
    with suppress(MissingFact):
        landed = landing(estate)
        seat = first_seat(estate, _seen_in(estate, landed), AT_SIGNUP) if landed else None
        if landed and seat:
            return _Seat(landed.jira_directory.name, seat.path, (*landed.facts, *seat.facts), seat.evidence)
    return None


def _seen_in(estate: Estate, landed: Door) -> Iterator[Population]:
    """Yield the populations that the user directory shows: accounts made there share their default groups."""
    known = landed.jira_directory
    shown = {known.directory, *estate.crowd_application_shows(known.crowd_application)}
    return (population for population in estate.populations if population.directory in shown)


def _weighed(finding: Finding, seat: _Seat | None) -> Finding:
    if seat is None:
        return finding
    message = f"{finding.message} Each account lands in '{seat.jira_directory}' and takes a seat."
    return rest_on(replace(finding, severity=Severity.HIGH, message=message, path=seat.path), seat.facts, seat.evidence)


def _project(key: str) -> Finding:
    rule = PublicSignupOnButUnwanted
    message = f"Anybody can make an account through the service project {key}, and no mapping wants that."
    remedy = (
        f"Project settings of {key} > Customer permissions: turn public sign-up off there, or for all projects under "
        f"{SWITCH}. If it is wanted, write 'public_signup: wanted' in a customers mapping."
    )
    subject = Subject(SubjectKind.PROJECT, key)
    return Finding(rule.id, Verdict.FAIL, rule.severity, subject, message, remedy=remedy)


def _about_jira(verdict: Verdict, message: str) -> Finding:
    rule = PublicSignupOnButUnwanted
    subject = Subject(SubjectKind.ESTATE, "estate")
    return Finding(rule.id, verdict, rule.severity, subject, message, application=SERVICE_MANAGEMENT)
