"""L-01: customers who take a seat today."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from dirsync.audit.access import SeatPaths
from dirsync.audit.evidence import counted, lacking, listed_few, no_customers, reads_of, rest_on
from dirsync.audit.people import people_by_directory
from dirsync.audit.seats import Seats, seats_of
from dirsync.model.entries import User
from dirsync.model.estate import Audience
from dirsync.model.facts import MissingFact
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.audit.access import Holder
    from dirsync.audit.people import People
    from dirsync.audit.seats import Doubt
    from dirsync.model.estate import Estate
    from dirsync.model.facts import Evidence, Fact

NAMED: Final = 5
"""How many of the groups around somebody's own the message names; the path has them all."""


class CustomerHoldsApplicationAccess:
    """A free customer occupies a paid seat.

    A customer of Jira Service Management is an ordinary user without access to any Jira application, and costs
    nothing. An active user who is a member of one of the groups under Application access, directly or through
    nested groups, counts as a licensed user: one seat per application, however many of its groups lead there, and
    whether or not they have ever logged in. Before Jira 7 the permissions JIRA Users, ADMINISTER and SYSTEM_ADMIN
    count instead.

    It comes about through default groups (see customer-default-group-grants-application-access), a group that was
    opened to an application later, a group nested into another one, a sign-up through Jira's login page instead of
    the portal, or somebody who once was an agent.

    What Jira itself answers (the members of the groups under Application access) proves a seat too, even if no
    directory shows the membership. Where the same name also exists in a directory that is not the customers', Jira
    does not say which account it means, and the answer is unknown for that person. So it is for everybody in a
    directory that was not read whole, or for whose people Jira keeps memberships of its own (local groups, internal
    and delegating directories), except those for whom a path is proven.

    Of one directory and application the first 10,000 holders are named, the nearest to the seat first, and whoever a
    waiver names. Beyond them one finding for each group counts those who hold their seat through it.

    Remedy. Remove the customer from the first group of the path, or the group from the next one: in Crowd under
    Crowd > Groups > (group) > Members, for groups of Jira under Jira administration > User management > Groups. Then
    mend what put them there, or they come back. If they are agents, move them to the agents' directory.

    Sources: "Get list of licensed users in Jira server"
    (confluence.atlassian.com/jirakb/get-list-of-licensed-users-in-jira-server-278695452.html); "Licensing and
    application access" (adminjiraserver0817/licensing-and-application-access-1071815682.html); "Managing customers"
    (confluence.atlassian.com/display/SERVICEDESK021/Managing+customers). Licence-risk rule L-01.
    """

    id: ClassVar[str] = "customer-holds-application-access"
    severity: ClassVar[Severity] = Severity.CRITICAL
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = True

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the user, or the group whose members can't be judged."""
        everybody = people_by_directory(estate, Audience.CUSTOMERS)
        if not everybody:
            yield no_customers(self)
            return
        try:
            paths = estate.once(SeatPaths)
        except MissingFact as missing:
            for people in everybody:
                message = f"Whether customers in {people.directory} hold a seat can't be said."
                yield lacking(_finding(Verdict.UNKNOWN, _directory(people), message), [missing.fact])
            return
        for people in everybody:
            if not paths.licences.applications:
                message = f"{people.directory}: Jira has no application, so there is no seat to hold."
                no_seats = _finding(Verdict.NOT_APPLICABLE, _directory(people), message)
                yield rest_on(no_seats, paths.licences.facts)
                continue
            reads = reads_of(estate, people.directory)
            for application in paths.licences.applications:
                yield from _Answers(people, paths, seats_of(people, application, paths), people.active, reads).all()


@dataclass(frozen=True)
class _Answers:
    """The findings about the customers in one Directory and one Jira application."""

    people: People
    paths: SeatPaths
    seats: Seats
    active: int
    """How many of the people are active."""
    reads: tuple[Evidence, ...]
    _failures: dict[str, Finding] = field(default_factory=dict, init=False, repr=False, compare=False)
    """By the fact that proves it: what everybody's failure has in common, so that it is held once."""

    def all(self) -> Iterator[Finding]:
        """Yield a failure per holder, an unknown per doubt, and one answer for everybody else."""
        for holder in self.seats.holders:
            yield self._holds(holder)
        for example, number in self.seats.unnamed:
            yield self._hold_too(example, number)
        for doubt in self.seats.doubts:
            yield self._doubtful(doubt)
        if self.seats.unnamed_doubts:
            yield self._doubtful_too(self.seats.unnamed_doubts)
        rest = self.active - len(self.seats.held) - len(self.seats.doubtful)
        if self.seats.gaps:
            message = f"Whether {'other ' if self.seats.held else ''}customers in {self._where} can't be said."
            yield lacking(self._finding(Verdict.UNKNOWN, _directory(self.people), message), self.seats.gaps)
        elif rest or not self.active:
            yield self._free(rest)

    @property
    def _where(self) -> str:
        return f"{self.people.directory} hold a seat of {self._application}"

    @property
    def _application(self) -> str:
        return self.paths.licences.named(self.seats.application.key)

    def _holds(self, holder: Holder) -> Finding:
        user, names = holder.user, holder.path.names
        around = names[2:-1]
        inside = f", which is inside {listed_few(around[:NAMED], len(around))}" if around else ""
        says = "Jira itself lists" if holder.fact else "Groups put"
        message = (
            f"{says} the customer '{user.username}' in '{names[1]}'{inside}: a seat of {self._application} is taken."
        )
        return replace(
            self._failure(holder.fact),
            subject=self._user(holder),
            message=message,
            mapping=self.people.mapping_of(user),
            path=names,
            remedy=f"Remove '{user.username}' from '{names[1]}', or '{names[1]}' from "
            f"{f'{names[2]!r}' if inside else f'the access to {self._application}'}; then mend what put them there.",
        )

    def _hold_too(self, example: Holder, number: int) -> Finding:
        way, group = example.way, example.way.names[0]
        message = (
            f"{counted(number, 'more active customer')} in {self.people.directory} beyond those that are named here, in"
            f" '{group}': a seat of {self._application} each."
        )
        return replace(
            self._failure(example.fact),
            subject=Subject(SubjectKind.GROUP, group, directory=self.people.directory),
            message=message,
            path=way.names,
            count=number,
            remedy=f"Take '{group}' off the access to {self._application}, or the customers out of it; then mend what"
            " put them there.",
        )

    def _doubtful_too(self, number: int) -> Finding:
        who = f"{counted(number, 'more customer')} in {self.people.directory}, beyond those that are named here,"
        message = f"Whether {who} take a seat of {self._application} can't be said. Of one of those who are named:"
        told = [doubt.fact for doubt in self.seats.doubts]
        finding = replace(self._finding(Verdict.UNKNOWN, _directory(self.people), message), count=number)
        return lacking(rest_on(finding, (), self.reads), told[:1])

    def _failure(self, fact: Fact[Any] | None) -> Finding:
        key = fact.name if fact else ""
        if key not in self._failures:
            facts = (*self.paths.licences.facts, *((fact,) if fact else ()))
            self._failures[key] = rest_on(self._finding(Verdict.FAIL, _directory(self.people), ""), facts, self.reads)
        return self._failures[key]

    def _doubtful(self, doubt: Doubt) -> Finding:
        about, directory = doubt.about, self.people.directory
        if isinstance(about, User):
            subject = Subject(SubjectKind.USER, about.username, about.id, directory)
            who = f"the customer '{about.username}' takes"
        else:
            subject = Subject(SubjectKind.GROUP, about.name, about.id, directory)
            who = f"{counted(len(doubt.people), 'active customer')} in '{about.name}' take"
        message = f"Whether {who} a seat of {self._application} can't be said."
        return lacking(rest_on(self._finding(Verdict.UNKNOWN, subject, message), (), self.reads), [doubt.fact])

    def _free(self, count: int) -> Finding:
        message = (
            f"{counted(count, 'active customer')} in {self.people.directory} without a seat of {self._application}."
        )
        finding = replace(self._finding(Verdict.PASS, _directory(self.people), message), count=count)
        return rest_on(finding, self.paths.licences.facts, self.reads)

    def _user(self, holder: Holder) -> Subject:
        return Subject(SubjectKind.USER, holder.user.username, holder.user.id, self.people.directory)

    def _finding(self, verdict: Verdict, subject: Subject, message: str) -> Finding:
        mapping = self.people.populations[0].mapping if len(self.people.populations) == 1 else ""
        return replace(_finding(verdict, subject, message), application=self.seats.application.key, mapping=mapping)


def _directory(people: People) -> Subject:
    return Subject(SubjectKind.DIRECTORY, people.directory, directory=people.directory)


def _finding(verdict: Verdict, subject: Subject, message: str) -> Finding:
    rule = CustomerHoldsApplicationAccess
    return Finding(rule.id, verdict, rule.severity, subject, message)
