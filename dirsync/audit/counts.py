"""How many people, seats held and seats at risk: the numbers beside the findings."""

from __future__ import annotations

from collections import Counter, defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING

from dirsync.audit.access import SeatPaths, seen_directories
from dirsync.audit.effective.of_estate import seats_in
from dirsync.audit.outside import outside
from dirsync.audit.people import people_by_directory
from dirsync.audit.rules.customer_default_group_grants_application_access import (
    CustomerDefaultGroupGrantsApplicationAccess,
)
from dirsync.audit.rules.customer_default_group_has_jira_users_permission import (
    CustomerDefaultGroupHasJiraUsersPermission,
)
from dirsync.audit.seats import seats_of
from dirsync.model.estate import Audience
from dirsync.model.facts import MissingFact
from dirsync.model.findings import Mechanism, Verdict
from dirsync.model.run import ApplicationSeats, AtRisk, AudienceCount, ComputedSeats

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from dirsync.audit.people import People
    from dirsync.audit.seats import Seats
    from dirsync.model.estate import Estate, Population
    from dirsync.model.findings import Finding
    from dirsync.model.products import JiraApplication

GIVEN_AT_NEXT_LOGIN = frozenset(
    {Mechanism.CROWD_DIRECTORY, Mechanism.CROWD_APPLICATION, Mechanism.JIRA_LDAP_DIRECTORY, Mechanism.MAPPING}
)
"""Mechanisms that act on people who exist already; the other two only act when Jira creates an account."""
GIVE_A_SEAT = frozenset({CustomerDefaultGroupGrantsApplicationAccess.id, CustomerDefaultGroupHasJiraUsersPermission.id})
"""The rules whose failures are default groups that cost a seat: one since Jira 7, one before."""


class Census:
    """Counts for one Estate. Each question about seats is worked out once."""

    def __init__(self, estate: Estate) -> None:
        """Where nobody knows what costs a seat, people are counted and nobody is judged."""
        self._estate = estate
        self._paths: SeatPaths | None = None
        self._seats: dict[tuple[Population, ...], tuple[Seats, ...]] = {}
        with suppress(MissingFact):
            self._paths = estate.once(SeatPaths)

    def audiences(self) -> tuple[AudienceCount, ...]:
        """Count the people of each Mapping, in the order of the Mappings; whoever several name counts for one."""
        counts = {
            count.mapping: count
            for audience in Audience
            for people in people_by_directory(self._estate, audience)
            for count in self._count(people)
        }
        return tuple(counts[population.mapping] for population in self._estate.populations)

    def unmapped(self) -> tuple[int, int]:
        """Count the accounts that Jira sees and no Mapping names, and those of them proven to hold a seat."""
        found = [outside(self._estate, directory, self._paths) for directory in seen_directories(self._estate)]
        return sum(each.users for each in found), sum(each.holding for each in found)

    def applications(self, findings: Sequence[Finding]) -> tuple[ApplicationSeats, ...]:
        """Count the seats of each Jira application: held by customers, at risk, held by agents."""
        return tuple(self._application(application, findings) for application in self._applications())

    def _application(self, application: JiraApplication, findings: Sequence[Finding]) -> ApplicationSeats:
        giving = _giving(findings, application)
        acting = {mechanism: giving[mechanism] for mechanism in giving if mechanism in GIVEN_AT_NEXT_LOGIN}
        return ApplicationSeats(
            application.key,
            application.name or application.key,
            application.seats,
            application.used,
            application.is_unlimited,
            self._holding(Audience.CUSTOMERS, application),
            self._at_risk(application, set().union(*acting.values())),
            self._holding(Audience.AGENTS, application),
            customers_decided=self._is_decided(application),
            risk_decided=not any(
                finding.rule in GIVE_A_SEAT
                and finding.verdict is Verdict.UNKNOWN
                and finding.application in {"", application.key}
                for finding in findings
            ),
            at_risk_by=tuple(
                AtRisk(mechanism, self._at_risk(application, acting.get(mechanism, ())))
                for mechanism in Mechanism
                if mechanism in giving
            ),
            computed=self._computed(application),
        )

    def _applications(self) -> tuple[JiraApplication, ...]:
        return self._paths.licences.applications if self._paths else ()

    def _seats_of(self, people: People) -> tuple[Seats, ...]:
        """Return the answers about some people, one per application."""
        if self._paths and people.populations not in self._seats:
            self._seats[people.populations] = tuple(
                seats_of(people, application, self._paths) for application in self._applications()
            )
        return self._seats.get(people.populations, ())

    def _count(self, people: People) -> Iterator[AudienceCount]:
        answers = self._seats_of(people)
        held = [seats.held for seats in answers]
        holding = frozenset[str]().union(*held)
        # Where something is missing nobody is cleared: decided are only those who hold a seat of every application.
        decided = frozenset.intersection(*held) if any(seats.gaps for seats in answers) else None
        doubtful = frozenset[str]().union(*(seats.doubtful for seats in answers))
        if people.is_one_selection and len(people.populations) == 1 and people.snapshot:
            (one,) = people.populations
            users = people.snapshot.counts(one.selection).users
            judged = len(decided) if decided is not None else people.active - len(doubtful)
            yield AudienceCount(
                one.audience, one.mapping, users, people.active, judged if self._paths else 0, len(holding)
            )
            return
        tally: Counter[tuple[str, str]] = Counter()
        for user in people.users():
            is_judged = user.id in decided if decided is not None else user.active and user.id not in doubtful
            told = {
                "users": True,
                "active": user.active,
                "judged": is_judged and self._paths is not None,
                "holding": user.id in holding,
            }
            mapping = people.mapping_of(user)
            tally.update((mapping, what) for what, is_so in told.items() if is_so)
        for population in people.populations:
            yield AudienceCount(
                population.audience,
                population.mapping,
                *(tally[population.mapping, what] for what in ("users", "active", "judged", "holding")),
            )

    def _holding(self, audience: Audience, application: JiraApplication) -> int:
        return sum(
            len(seats.held)
            for people in people_by_directory(self._estate, audience)
            for seats in self._seats_of(people)
            if seats.application == application
        )

    def _is_decided(self, application: JiraApplication) -> bool:
        return not any(
            seats.gaps or seats.doubts or seats.unnamed_doubts
            for people in people_by_directory(self._estate, Audience.CUSTOMERS)
            for seats in self._seats_of(people)
            if seats.application == application
        )

    def _at_risk(self, application: JiraApplication, giving: Collection[str]) -> int:
        """Count the active customers without a seat in the Directories where a default group gives one."""
        return sum(
            people.active - sum(len(seats.held) for seats in self._seats_of(people) if seats.application == application)
            for people in people_by_directory(self._estate, Audience.CUSTOMERS)
            if people.directory in giving
        )

    def _computed(self, application: JiraApplication) -> ComputedSeats | None:
        """Return what the directories give, in their order; None where nobody tells that."""
        try:
            counted = next(seats for seats in seats_in(self._estate) if seats.application == application)
        except MissingFact:
            return None
        causes = {cause.value: number for cause, number in counted.causes.items()}
        beyond = None if application.used is None else counted.unexplained(application.used)
        return ComputedSeats(counted.certain, counted.possible, causes, beyond)


def _giving(findings: Sequence[Finding], application: JiraApplication) -> dict[Mechanism, set[str]]:
    """Return the mechanisms that give customers a seat, and in which Directories."""
    giving: dict[Mechanism, set[str]] = defaultdict(set)
    for finding in findings:
        is_about_it = finding.rule in GIVE_A_SEAT and finding.application == application.key
        if is_about_it and finding.verdict is Verdict.FAIL and finding.mechanism:
            giving[finding.mechanism].add(finding.subject.directory)
    return giving
