"""L-09 and L-22: customers' directories have groups that grant access to a Jira application."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from dirsync.audit.evidence import counted, lacking, no_customers, rest_on
from dirsync.audit.jira_order import (
    ESTATE,
    access_by_jiras_or_any_order,
    audiences_in,
    gaps,
    reads_in,
    without_a_place,
)
from dirsync.audit.licences import licences
from dirsync.audit.people import Belonging, people_by_directory
from dirsync.model.estate import Audience
from dirsync.model.facts import MissingFact
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict
from dirsync.model.names import directory_key, fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.audit.effective.order import Layer, Place
    from dirsync.audit.effective.ways import Way, Ways
    from dirsync.audit.licences import Licences
    from dirsync.audit.people import People
    from dirsync.model.estate import Estate
    from dirsync.model.facts import Evidence, Fact
    from dirsync.model.products import JiraApplication
    from dirsync.model.snapshot import Snapshot


class GroupFedByBothAudiences:
    """A group that grants a paid seat stands in the customers' directory, where anybody may join it.

    It costs money without anybody giving a seat: Jira knows groups by their names alone. A group under Application
    access grants its seat to the members of every group of that name, whichever directory it is in, and so does a group
    that is nested in it. If agents' and customers' directories both have one, nobody who looks at the agents' group
    sees the customers in it: that is high, even with no member today. If only the customers' directory has it, it is
    medium: nobody needs it there, and an open group, a rule of the LDAP server such as "everyone", or a hand in the
    wrong group fills it.

    Where both audiences share one directory, it counts if people of both are members. Those who hold a seat today
    are told one by one as customer-holds-application-access; this rule is about the group.

    It comes about when groups are carried over by a pattern that is too wide, when the customers' directory is made as
    a copy of the agents', or when Jira's default names (jira-users, jira-software-users) are used in each directory.

    Remedy. Remove the group from the customers' directory (Crowd > Groups > (group) > Remove), or rename it there; if a
    mapping carries it over, narrow target.groups. If agents and customers need one group for permissions, take that one
    out of Jira administration > Applications > Application access and give agents another one.

    Sources: "Group" (confluence.atlassian.com/display/CROWD032/Group: groups of one name are one group); "Get list of
    licensed users in Jira server"
    (confluence.atlassian.com/jirakb/get-list-of-licensed-users-in-jira-server-278695452.html). Licence-risk rules L-09
    and L-22.
    """

    id: ClassVar[str] = "group-fed-by-both-audiences"
    severity: ClassVar[Severity] = Severity.HIGH
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = False

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the group in the customers' Directory, else the Jira application."""
        if not estate.population(Audience.CUSTOMERS):
            yield no_customers(self)
            return
        try:
            known = licences(estate)
        except MissingFact as missing:
            message = "Whether groups that cost a seat stand in the customers' directories can't be said."
            yield lacking(_finding(Verdict.UNKNOWN, ESTATE, message), [missing.fact])
            return
        if not known.applications:
            message = "Jira has no application, so no group costs a seat."
            yield rest_on(_finding(Verdict.NOT_APPLICABLE, ESTATE, message), known.facts)
            return
        effective, _ = access_by_jiras_or_any_order(estate)
        for application in known.applications:
            places = list(effective.order.places())
            yield from _Answers(estate, places, known, application, effective.ways_to(application)).all()


@dataclass(frozen=True)
class _Answers:
    """The findings about one Jira application."""

    estate: Estate
    places: list[Place]
    licences: Licences
    application: JiraApplication
    ways: Ways

    def all(self) -> Iterator[Finding]:
        """Yield a failure per group in a Directory of customers, and one answer for all other groups."""
        fed_by_agents = {fold(way.name): layer for layer, _, way in self._fed(Audience.AGENTS)}
        told: set[tuple[str, str]] = set()
        for layer, group_id, way in self._fed(Audience.CUSTOMERS):
            key = (directory_key(layer.directory), group_id)
            if key not in told:
                told.add(key)
                yield self._failed(layer, group_id, way, fed_by_agents.get(fold(way.name)))
        yield self._rest(has_told=bool(told))

    def _fed(self, audience: Audience) -> Iterator[tuple[Layer, str, Way]]:
        """Yield the groups that surely lead to the application where people of an audience are, or may be put."""
        for place in self.places:
            audiences = audiences_in(self.estate, place.layer)
            for group_id, way, doubts in self.ways.leading(place) if audience in audiences else ():
                if not doubts and (len(audiences) == 1 or self._members(place.layer, group_id, audience)):
                    yield place.layer, group_id, way

    def _members(self, layer: Layer, group_id: str, audience: Audience) -> int:
        """Count the active members that are of an audience, as far as that is known."""
        directory = directory_key(layer.directory)
        those = [each for each in people_by_directory(self.estate, audience) if each.directory == directory]
        return sum(_active_members(layer.snapshot, group_id, people) for people in those)

    def _failed(self, layer: Layer, group_id: str, way: Way, agents: Layer | None) -> Finding:
        names, directory = way.path.names, directory_key(layer.directory)
        members = counted(self._members(layer, group_id, Audience.CUSTOMERS), "active customer")
        where = f"{directory}, where customers are"
        if agents and agents.directory == layer.directory:
            where = f"{directory}, with agents and customers as members"
        elif agents:
            where += f", and in the agents' {directory_key(agents.directory)}"
        message = f"'{names[0]}' grants {self._name} and stands in {where}: {members} in it today."
        subject = Subject(SubjectKind.GROUP, names[0], group_id, directory)
        finding = replace(
            _finding(Verdict.FAIL, subject, message),
            application=self.application.key,
            severity=GroupFedByBothAudiences.severity if agents else Severity.MEDIUM,
            path=names,
            remedy=f"Remove or rename '{names[0]}' in {directory} (Crowd > Groups > '{names[0]}'), and narrow the "
            "target.groups of a mapping that carries it over; or take it out of Jira administration > Applications > "
            "Application access.",
        )
        return rest_on(finding, self.licences.facts, self._reads)

    def _rest(self, *, has_told: bool) -> Finding:
        other = "other " if has_told else ""
        subject = Subject(SubjectKind.APPLICATION, self.application.key)
        layers = self._customers
        missing = (*self.licences.gaps, *gaps(self.estate, layers, self.application.groups), *self._unseen())
        if missing:
            message = f"Whether {other}groups that grant {self._name} stand where customers are can't be said."
            finding = replace(_finding(Verdict.UNKNOWN, subject, message), application=self.application.key)
            return lacking(rest_on(finding, (), self._reads), missing)
        message = f"No {other}group that grants {self._name} stands where customers are."
        finding = replace(_finding(Verdict.PASS, subject, message), application=self.application.key, count=len(layers))
        return rest_on(finding, self.licences.facts, self._reads)

    def _unseen(self) -> Iterator[Fact[Any]]:
        """Yield what is missing of the customers' Directories that Jira is not known to see, or that were not read."""
        shown = {directory_key(layer.directory) for layer in self._customers}
        for directory in sorted({each.directory for each in self.estate.population(Audience.CUSTOMERS)} - shown):
            try:
                self.estate.snapshot(directory)
                yield without_a_place(directory)
            except MissingFact as missing:
                yield missing.fact

    @property
    def _customers(self) -> list[Layer]:
        return [place.layer for place in self.places if Audience.CUSTOMERS in audiences_in(self.estate, place.layer)]

    @property
    def _name(self) -> str:
        return self.licences.named(self.application.key)

    @property
    def _reads(self) -> tuple[Evidence, ...]:
        return reads_in(self.estate, (place.layer for place in self.places))


def _active_members(snapshot: Snapshot, group_id: str, people: People) -> int:
    if people.is_one_selection:
        return sum(is_active for _, is_active in snapshot.accounts_in(group_id, people.selections[0]))
    return sum(
        user.active and people.is_first(user, selection) and people.belonging(user) is Belonging.OURS
        for selection in people.selections
        for user in snapshot.members(group_id, selection)
    )


def _finding(verdict: Verdict, subject: Subject, message: str) -> Finding:
    rule = GroupFedByBothAudiences
    return Finding(rule.id, verdict, rule.severity, subject, message)
