"""S-06: the switches of public sign-up contradict each other, or the mapping."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from dirsync.audit.evidence import counted, lacking, listed_few, mapping_says, no_customers, rest_on
from dirsync.audit.signup import GLOBAL, SERVICE_MANAGEMENT, SWITCH, project_switches
from dirsync.audit.signup_asked import WANTED, about_estate, asked_about, not_asked, undecided
from dirsync.model.estate import Audience
from dirsync.model.facts import Fact, MissingFact
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.audit.signup import ProjectSwitches
    from dirsync.audit.signup_asked import Asked
    from dirsync.model.estate import Estate, Population

NAMED = 5
"""How many projects that offer sign-up a message names."""
OPEN_QUESTION = "Whether the switches of public sign-up agree can't be said."


class PublicSignupSwitchesDisagree:
    """The switches of public sign-up contradict each other, or what the mapping wants.

    Sign-up has two switches: a global one for all of Jira, and one per service project, which counts only while the
    global one is on. The mapping says what is wanted. They disagree where

    a service project lets anybody raise a request, and the global switch is off: nothing happens today, and the project
    opens unasked on the day when somebody turns sign-up on for another one;

    the global switch is on, and no service project offers sign-up (low where no mapping wants it: any project
    administrator may turn on the other half);

    a mapping wants sign-up, and the global switch is off.

    It costs work and trust rather than seats: customers can't sign up although everybody believes that they can, or
    they can where nobody expects it. That sign-up is on although the mappings say off is told by
    public-signup-on-but-unwanted, and what becomes of mail by unregistered-mail-is-dropped.

    It comes about because two people hold the two switches: the Jira administrator and the project's.

    Remedy. Say in the mapping what is wanted (`public_signup: wanted` or `off`). Then set Jira administration >
    Applications > Jira Service Management > Configuration > Public signup to it, and in each service project Project
    settings > Customer permissions.

    Sources: "Configuring public signup" (confluence.atlassian.com/display/SERVICEDESK020/Configuring+public+signup: two
    steps, and the project's is not offered while the global one is off); "Managing access to your service desk"
    (display/SERVICEDESKSERVER0314). Licence-risk rule S-06.
    """

    id: ClassVar[str] = "public-signup-switches-disagree"
    severity: ClassVar[Severity] = Severity.MEDIUM
    since: ClassVar[str] = "0.1"
    # As public-signup-on-but-unwanted, which rests on the same two switches. Where nobody wants sign-up and it is off,
    # projects that nobody could ask leave nothing undecided.
    decides_seats: ClassVar[bool] = True

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is a service project, a customers mapping, or the estate for the global switch."""
        if not estate.population(Audience.CUSTOMERS):
            yield no_customers(self)
            return
        projects = project_switches(estate)
        try:
            asked = asked_about(estate)
            if asked.why_not and not projects.on():
                # An unknown switch can't contradict anybody here: nobody wants sign-up, and no project offers it.
                yield not_asked(self, asked)
                return
            yield from _Switches(estate.need(GLOBAL), asked, projects).answers()
        except MissingFact as missing:
            yield undecided(self, OPEN_QUESTION, missing.fact)


@dataclass(frozen=True)
class _Switches:
    """Jira's global switch against those of the service projects, and the wish of the mappings."""

    switch: Fact[Any]
    asked: Asked
    projects: ProjectSwitches

    def answers(self) -> Iterator[Finding]:
        if self.switch.value:
            yield self._while_on()
            return
        yield from self._while_off()

    def _while_on(self) -> Finding:
        """Answer where the global switch is on: one project that offers sign-up is enough."""
        if on := self.projects.on():
            what = counted(len(on), "service project offers", "service projects offer")
            message = f"Public sign-up is on in Jira, and {what} it: {listed_few(list(on)[:NAMED], len(on))}."
            return self._resting(replace(about_estate(_RULE, Verdict.PASS, message), count=len(on)), *on.values())
        if self.projects.missing:
            return self._undecided()
        wanted = "wanted, and on in Jira" if self.asked.is_wanted else "on in Jira"
        finding = replace(
            about_estate(_RULE, Verdict.FAIL, f"Public sign-up is {wanted}, but no service project offers it."),
            severity=Severity.MEDIUM if self.asked.is_wanted else Severity.LOW,
            application=SERVICE_MANAGEMENT,
            remedy="Project settings of the service project > Customer permissions: let anyone e-mail or raise a "
            f"request. Or turn sign-up off under {SWITCH}, and write 'public_signup: off' in the mapping.",
        )
        return self._resting(finding, *self.projects.off().values())

    def _while_off(self) -> Iterator[Finding]:
        """Answer where the global switch is off: whoever offers sign-up, or wants it, contradicts it."""
        for key, fact in self.projects.on().items():
            yield self._resting(_offered(key), fact)
        for population in self.asked.meant:
            yield rest_on(_unheard(population), [self.switch], [mapping_says(population, WANTED)])
        if self.projects.missing:
            yield self._undecided()

    def _undecided(self) -> Finding:
        return lacking(self._resting(about_estate(_RULE, Verdict.UNKNOWN, OPEN_QUESTION)), self.projects.missing)

    def _resting(self, finding: Finding, *facts: Fact[Any]) -> Finding:
        return rest_on(finding, [self.switch, *facts], self.asked.evidence)


def _offered(key: str) -> Finding:
    message = (
        f"The service project {key} lets anybody sign up, but public sign-up is off in Jira: it opens on the day when "
        "somebody turns that on."
    )
    remedy = (
        f"Project settings of {key} > Customer permissions: choose who may raise requests without sign-up. Jira may "
        f"show it only while sign-up is on under {SWITCH}; leave it on there if {key} is meant to offer it."
    )
    return replace(about_estate(_RULE, Verdict.FAIL, message), subject=Subject(SubjectKind.PROJECT, key), remedy=remedy)


def _unheard(population: Population) -> Finding:
    name = population.mapping
    message = f"The mapping '{name}' wants public sign-up, but it is off in Jira: no customer can sign up."
    subject = Subject(SubjectKind.MAPPING, name, directory=population.directory)
    remedy = f"Turn it on under {SWITCH}, or write 'public_signup: off' in the mapping '{name}'."
    return replace(about_estate(_RULE, Verdict.FAIL, message), subject=subject, mapping=name, remedy=remedy)


_RULE = PublicSignupSwitchesDisagree()
