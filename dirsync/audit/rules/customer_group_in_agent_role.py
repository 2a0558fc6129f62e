"""L-23: customers act as agents of a service project."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from dirsync.audit.customer_groups import CustomerGroups
from dirsync.audit.evidence import reads_of, rest_on
from dirsync.audit.service_projects import (
    TEAM_ROLES,
    Asked,
    Judged,
    each_once,
    groups_told,
    in_project,
    is_called,
    judged,
    roles_called,
    vouched,
)
from dirsync.model.findings import Finding, Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.audit.customer_groups import Standing
    from dirsync.model.estate import Estate
    from dirsync.model.facts import Fact
    from dirsync.model.products import ProjectRole, ServiceProject

WORKING_ROLES: Final = (*TEAM_ROLES, "Service Desk Collaborators", "Administrators")
"""Roles of those who work in the project; of these only the team's must be there."""


class CustomerGroupInAgentRole:
    """Customers act in the role of a service project's agents, because a group of theirs is in it.

    The permission scheme of a service project goes by roles: the Service Desk Team sees all requests and answers them,
    Administrators may change the project. A group of customers in such a role gives all of this to every customer in
    it. It costs money next: they are shown as agents, and somebody who mends that they can't work gives the group
    access to Jira Service Management, which is a paid seat for each of them.

    A group is the customers' if an active customer is in it, directly or through a group inside it, or if it stands in
    a directory in which everybody is a customer, even with nobody in it today: whoever is put into it there becomes an
    agent. Asked are the roles Service Desk Team (Service Project Team, Service Management Team), Service Desk
    Collaborators and Administrators, for their groups; people who were entered one by one are not asked about. Whether
    nesting over several directories puts customers into the group is documented by nobody, so that it is unknown.

    It comes about when a group such as "everybody" is entered in the wrong role, when a group of the same name is
    carried over into the customers' directory, or when customers are put into a group of the team for one request.

    Remedy. Take the group out of the role under (project) > Project settings > Users and roles, and enter one that has
    agents only. If both audiences have a group of that name, rename the customers' (Crowd > Groups > (group)).

    Sources: "Users, groups and project roles" (confluence.atlassian.com/display/SERVICEDESK020); "Customizing Jira
    Service Management permissions" (adminjiraserver0906/1217304957.html). Licence-risk rule L-23.
    """

    id: ClassVar[str] = "customer-group-in-agent-role"
    severity: ClassVar[Severity] = Severity.HIGH
    since: ClassVar[str] = "0.1"
    # a role takes no seat by itself, and who may not administer every project can't know its roles
    decides_seats: ClassVar[bool] = False

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the project, by role and group; the rest is answered for all projects."""
        groups = CustomerGroups(estate, groups_told(estate, "roles"))
        asked = Asked(self, "customers act as agents", "No group of customers acts as agents")
        yield from judged(asked, estate, lambda project: _of(estate, project, groups))


def _of(estate: Estate, project: ServiceProject, groups: CustomerGroups) -> Judged:
    missing: list[Fact[Any]] = []
    failures: list[Finding] = []
    fact, _ = roles_called(estate, project, TEAM_ROLES)
    for role in fact.value:
        for group in each_once(role.groups) if is_called(role.name, WORKING_ROLES) else ():
            standing = groups.of(group)
            if standing.customers:
                failures.append(_failed(estate, project, fact, role, group, standing))
            else:
                missing += standing.doubts
    return Judged((fact,), tuple(failures), tuple(missing))


def _failed(
    estate: Estate, project: ServiceProject, fact: Fact[Any], role: ProjectRole, group: str, standing: Standing
) -> Finding:
    rule = CustomerGroupInAgentRole
    message = f"'{group}' acts in the role '{role.name}' of {project.key}, and it {standing}."
    remedy = (
        f"Take '{group}' out of '{role.name}' under {project.key} > Project settings > Users and roles, and enter a "
        "group that has agents only; or rename the group of that name in the customers' directory."
    )
    subject = in_project(project, role.name, group)
    finding = replace(Finding(rule.id, Verdict.FAIL, rule.severity, subject, message), remedy=remedy)
    finding = vouched(finding, fact, f"'{group}' acts in '{role.name}'")
    return rest_on(finding, (), reads_of(estate, *(found.directory for found in standing.customers)))
