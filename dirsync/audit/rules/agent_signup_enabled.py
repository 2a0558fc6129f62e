"""S-07: Jira's own sign-up for users, beside that for customers."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from dirsync.audit.default_groups import default_groups
from dirsync.audit.evidence import no_customers, rest_on
from dirsync.audit.signup import SERVICE_MANAGEMENT
from dirsync.audit.signup_asked import about_estate, asked_about, not_asked, undecided
from dirsync.audit.signup_landing import Landings
from dirsync.audit.signup_seat import AT_SIGNUP, Seat, first_seat
from dirsync.model.estate import Audience
from dirsync.model.facts import Fact, MissingFact
from dirsync.model.findings import Finding, Mechanism, Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from dirsync.model.estate import Estate, Population

AGENT_SIGNUP = "jira.public_signup.agent_signup"
PUBLIC_MODE = "Jira administration > System > General configuration > Edit settings > Mode"
"""Where Jira's public mode is."""


class AgentSignupEnabled:
    """Jira's login page makes accounts that take a seat, beside the sign-up for customers.

    Jira Service Management has two sign-up forms. That of the portal makes customers, who take no seat. That of Jira's
    own login page makes users: it is there while Jira is in public mode, and it gives the default applications, with a
    seat each. Customers who find their way to the login page, for instance by a link to an issue or to an article,
    sign up as users.

    It costs money at once: one seat for each stranger, until the licence is full and nobody can log in. The path shows
    it where a default group is known to grant access. If no Jira application is given to new users by default, no seat
    is proven, and the finding is medium.

    It comes about because public mode was turned on for the portal's sake. The portal doesn't need it.

    It fails wherever public mode is on while there are customers. Where customers don't sign up at all, a mode that
    nobody tells is not asked for.

    Remedy. Jira administration > System > General configuration > Edit settings: set Mode to Private. Customers sign up
    at the portal all the same.

    Sources: "Enabling public signup and CAPTCHA"
    (adminjiraserver/enabling-public-signup-and-captcha-938847032.html: two forms, and the customers' needs no public
    mode). No REST interface tells the mode; it is declared as jira.public_signup.agent_signup. Licence-risk rule S-07.
    """

    id: ClassVar[str] = "agent-signup-enabled"
    severity: ClassVar[Severity] = Severity.HIGH
    since: ClassVar[str] = "0.1"
    # Each account costs a seat. Only a declaration tells the mode, but it is one line, asked for only where customers
    # sign up; Jira shows it to every administrator.
    decides_seats: ClassVar[bool] = True

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the estate."""
        customers = estate.population(Audience.CUSTOMERS)
        if not customers:
            yield no_customers(self)
        else:
            yield _answer(estate, customers)


def _answer(estate: Estate, customers: tuple[Population, ...]) -> Finding:
    try:
        mode = estate.need(AGENT_SIGNUP)
    except MissingFact as missing:
        return _untold(estate, missing.fact)
    if mode.value:
        return _failed(estate, mode, customers)
    message = "Jira is not in public mode: its login page makes no accounts."
    return rest_on(about_estate(_RULE, Verdict.PASS, message), [mode])


def _untold(estate: Estate, mode: Fact[Any]) -> Finding:
    question = "Whether Jira's login page makes accounts that take a seat can't be said."
    try:
        asked = asked_about(estate)
    except MissingFact:
        return undecided(_RULE, question, mode)
    if asked.why_not:
        untold = f"{asked.why_not} Nobody says whether Jira is in public mode, which this rule then doesn't ask for."
        return not_asked(_RULE, replace(asked, why_not=untold))
    return asked.resting(undecided(_RULE, question, mode))


def _failed(estate: Estate, mode: Fact[Any], customers: tuple[Population, ...]) -> Finding:
    seat = _seat(estate, customers)
    so = ""
    if seat:
        so = " Each of them takes a seat."
    elif _gives_no_application(estate, customers[0]):
        so = " No Jira application gives new users a default group, so no seat is proven."
    finding = replace(
        about_estate(
            _RULE, Verdict.FAIL, f"Jira is in public mode: anybody can make an account on Jira's own login page.{so}"
        ),
        severity=Severity.MEDIUM if so and not seat else Severity.HIGH,
        application=SERVICE_MANAGEMENT,
        path=seat.path if seat else (),
        remedy=f"{PUBLIC_MODE}: Private. Customers sign up at the portal all the same.",
    )
    with suppress(MissingFact):
        finding = asked_about(estate).resting(finding)
    finding = rest_on(finding, [mode])
    return rest_on(finding, seat.facts, seat.evidence) if seat else finding


def _seat(estate: Estate, customers: tuple[Population, ...]) -> Seat | None:
    """Return the seat that such an account is proven to take: by default applications, or by where it is made."""
    given_by_jira = first_seat(estate, customers[:1], (Mechanism.JIRA_APPLICATION, Mechanism.JIRA_USERS_PERMISSION))
    return given_by_jira or first_seat(estate, Landings(estate, customers).people(), AT_SIGNUP)


def _gives_no_application(estate: Estate, population: Population) -> bool:
    given = default_groups(estate, population, Mechanism.JIRA_APPLICATION)
    return not (given.groups or given.missing or given.not_applicable)


_RULE = AgentSignupEnabled()
