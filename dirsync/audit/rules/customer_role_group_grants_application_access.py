"""L-24: who becomes a customer by a group also takes a seat by it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from dirsync.audit.access import SeatPaths, seen_directories
from dirsync.audit.customer_groups import CustomerGroups
from dirsync.audit.evidence import listed, reads_of, rest_on
from dirsync.audit.seats import memberships_missing
from dirsync.audit.service_projects import (
    CUSTOMER_ROLES,
    Asked,
    Judged,
    each_once,
    groups_told,
    in_project,
    judged,
    roles_called,
    vouched,
)
from dirsync.audit.unread_groups import groups_unread
from dirsync.model.estate import Audience
from dirsync.model.findings import Finding, Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.audit.access import AccessPath, Reach
    from dirsync.model.estate import Estate
    from dirsync.model.facts import Fact
    from dirsync.model.products import ProjectRole, ServiceProject


class CustomerRoleGroupGrantsApplicationAccess:
    """A group in the role of a service project's customers also grants access to a Jira application.

    Whoever is in a group of the role Service Desk Customers may raise requests in the project, which is free. If that
    group is also under Application access, or inside a group that is, everybody in it takes a paid seat as well. It
    costs money unnoticed: who adds a person to it so that they may raise a request buys a seat, and nobody tells them.

    Often the group is that of the agents, who are to raise requests like customers: that is low, and may be accepted
    with a waiver. It is high if customers are in the group, or if it stands in a directory in which everybody is a
    customer, even with nobody in it today. Who of them holds a seat is told by customer-holds-application-access.

    It comes about when jira-users or another default group is entered in the role to let everybody in, or when a group
    of customers is put into a licensed group for something else.

    Remedy. Enter a group without application access in the role under (project) > Project settings > Users and roles,
    or take the last group of the path out of Jira administration > Applications > Application access. If everybody is
    to be a customer, (project) > Project settings > Customer permissions says so without any group.

    Sources: "Users, groups and project roles" (confluence.atlassian.com/display/SERVICEDESK020); "Get list of licensed
    users in Jira server" (confluence.atlassian.com/jirakb/278695452.html: groups of roles take no seat by themselves);
    "Manage group access to applications" (adminjiraserver0906/1217304825.html). Licence-risk rule L-24.
    """

    id: ClassVar[str] = "customer-role-group-grants-application-access"
    severity: ClassVar[Severity] = Severity.LOW
    since: ClassVar[str] = "0.1"
    # who may not administer every project can't know its roles; customers who hold a seat are told without them
    decides_seats: ClassVar[bool] = False

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the project, by role and group; the rest is answered for all projects."""
        asked = Asked(
            self,
            "groups of the customers' role grant application access",
            "No group of the customers' role grants application access",
        )
        question = _Question(estate, CustomerGroups(estate, groups_told(estate, "roles")))
        yield from judged(asked, estate, question.of)


@dataclass
class _Question:
    estate: Estate
    groups: CustomerGroups
    _paths: SeatPaths | None = None

    @property
    def paths(self) -> SeatPaths:
        """The ways to a seat, worked out once; raises `MissingFact` when nobody knows what costs one."""
        self._paths = self._paths or SeatPaths(self.estate)
        return self._paths

    def of(self, project: ServiceProject) -> Judged:
        """Judge the groups that act in the role of a project's customers."""
        fact, roles = roles_called(self.estate, project, CUSTOMER_ROLES)
        if not any(role.groups for role in roles):
            return Judged((fact,))
        failures: list[Finding] = []
        missing: list[Fact[Any]] = []
        for role in roles:
            for group in each_once(role.groups):
                paths, doubts = self._reached(group)
                failures += [self._failed(project, fact, role, group, path) for path in paths]
                missing += doubts
        return Judged((fact, *self.paths.licences.facts), tuple(failures), tuple(missing))

    def _reached(self, group: str) -> tuple[list[AccessPath], list[Fact[Any]]]:
        """Return the shortest path to each application by what any Directory shows, and what is open of the others.

        Open is only what concerns customers: agents who take a seat by the group are meant to.
        """
        theirs = {people.directory for people in self.estate.population(Audience.CUSTOMERS)}
        found: dict[str, AccessPath] = {}
        doubts: dict[str, Fact[Any]] = {}
        for directory in sorted({*seen_directories(self.estate), *theirs}):
            reach = self.paths.of_group(group, directory)
            for path in reach.paths:
                if path.application not in found or len(path.names) < len(found[path.application].names):
                    found[path.application] = path
            if directory in theirs:
                doubts |= {fact.name: fact for fact in self._open(group, directory, reach)}
        is_settled = {known.key for known in self.paths.licences.applications} == found.keys()
        return [found[key] for key in sorted(found)], [] if is_settled else list(doubts.values())

    def _open(self, group: str, directory: str, reach: Reach) -> Iterator[Fact[Any]]:
        """Yield what is open for the customers of a Directory; where it provably has no such group, only the rest."""
        gaps = [*memberships_missing(self.estate, directory), *groups_unread(self.estate, directory, [group])]
        snapshot = self.estate.snapshots.get(directory)
        is_there = snapshot is not None and snapshot.group_named(group) is not None
        yield from (*gaps, *reach.doubts) if gaps or is_there else self.paths.licences.gaps

    def _failed(
        self, project: ServiceProject, fact: Fact[Any], role: ProjectRole, group: str, path: AccessPath
    ) -> Finding:
        rule, standing, licences = CustomerRoleGroupGrantsApplicationAccess, self.groups.of(group), self.paths.licences
        between = path.names[1:-1]
        grants = f"{f'is inside {listed(between)} and so ' if between else ''}grants {licences.named(path.application)}"
        whose = f"It {standing}" if standing.customers else "No customer is known to be in it"
        finding = replace(
            Finding(rule.id, Verdict.FAIL, rule.severity, in_project(project, role.name, group), ""),
            message=f"'{group}' acts in the role '{role.name}' of {project.key}, and {grants}. {whose}.",
            severity=Severity.HIGH if standing.customers else rule.severity,
            application=path.application,
            path=path.names,
            remedy=f"Enter a group without application access in '{role.name}' under {project.key} > Project settings "
            f"> Users and roles, or take '{path.names[-2]}' out of Jira administration > Applications > Application "
            "access.",
        )
        finding = vouched(finding, fact, f"'{group}' acts in '{role.name}'")
        read = {found.directory: None for found in standing.customers}
        return rest_on(finding, licences.facts, reads_of(self.estate, *read))
