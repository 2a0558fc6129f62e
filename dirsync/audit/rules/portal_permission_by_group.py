"""L-25: customers have permissions of a service project by a group or by their role, and not by the portal."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from dirsync.audit.customer_groups import CustomerGroups
from dirsync.audit.evidence import listed, reads_of, rest_on
from dirsync.audit.service_projects import (
    CUSTOMER_ROLES,
    PROJECTS,
    Asked,
    Judged,
    each_once,
    groups_told,
    in_project,
    is_called,
    judged,
    vouched,
)
from dirsync.model.facts import unknown
from dirsync.model.findings import Finding, Severity, Verdict
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dirsync.model.estate import Estate
    from dirsync.model.facts import Fact
    from dirsync.model.products import ProjectPermission, ServiceProject

ADMINISTER: Final = "ADMINISTER_PROJECTS"
"""Whoever holds it may put anybody into any role of the project."""


class PortalPermissionByGroup:
    """A permission scheme gives customers permissions by a group or by their role, not by the portal.

    Jira Service Management wants permissions of customers granted to the security type "Service Desk Customer - Portal
    Access" (in the database sd.customer.portal.only). It reads the role of the customers to know who they are, and lets
    them into the portal and not into Jira. Granted to a group of customers, or to their role itself, the same
    permission reaches them in Jira as well, and some functions of the service project are switched off.

    It costs money in the end: people who may browse the project turn up in Jira's lists and pickers beside the agents,
    and when they then "can't get in", somebody gives their group application access, a paid seat for each.

    A group is the customers' if an active customer is in it, directly or through a group inside it, or if it stands in
    a directory in which everybody is a customer. It is low; high where the permission is to administer the project.
    What is granted to anyone, or to everybody who is logged in, is granted to agents and customers alike and is not
    asked here.

    It comes about when a scheme of another kind of project is used for a service project, or when a group was added to
    the scheme because a customer could not see a request.

    Remedy. Under (project) > Project settings > Permissions > Edit permissions remove the group, or the customers'
    role, from the permissions named, and grant them to "Service Desk Customer - Portal Access". A scheme may be used
    by other projects too: it says so at its top.

    Sources: "Customizing Jira Service Management permissions" (adminjiraserver0906/1217304957.html); "Using custom
    permission schemes" (confluence.atlassian.com/jirakb/838416400.html); Jira's REST API, permissionscheme.
    Licence-risk rule L-25.
    """

    id: ClassVar[str] = "portal-permission-by-group"
    severity: ClassVar[Severity] = Severity.LOW
    since: ClassVar[str] = "0.1"
    # no permission of a project takes a seat, and only administrators may read the schemes
    decides_seats: ClassVar[bool] = False

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the project, by group or role; the rest is answered for all projects."""
        groups = CustomerGroups(estate, groups_told(estate, "permissions"))
        asked = Asked(
            self,
            "customers have permissions by a group or by their role",
            "No permission is granted to a group of customers or to their role",
        )
        yield from judged(asked, estate, lambda project: _of(estate, project, groups))


def _of(estate: Estate, project: ServiceProject, groups: CustomerGroups) -> Judged:
    fact = estate.need(f"{PROJECTS}[{project.key}].permissions")
    failures: list[Finding] = []
    missing: list[Fact[Any]] = []
    for role, permissions in _by_holder((held, held.roles) for held in fact.value).items():
        if role.isdecimal():
            missing.append(_nameless(fact, project, role))
        elif is_called(role, CUSTOMER_ROLES):
            failures.append(_failed(project, fact, ("role", role), permissions, "the customers' own"))
    for group, permissions in _by_holder((held, held.groups) for held in fact.value).items():
        standing = groups.of(group)
        if standing.customers:
            failed = _failed(project, fact, ("group", group), permissions, f"which {standing}")
            failures.append(rest_on(failed, (), reads_of(estate, *(found.directory for found in standing.customers))))
        else:
            missing += standing.doubts
    return Judged((fact,), tuple(failures), tuple(missing))


def _by_holder(granted: Iterable[tuple[ProjectPermission, tuple[str, ...]]]) -> dict[str, list[str]]:
    """Return the permissions of each holder, as the holder is first spelt."""
    spelt: dict[str, str] = {}
    found: dict[str, list[str]] = defaultdict(list)
    for permission, holders in granted:
        for holder in each_once(holders):
            found[spelt.setdefault(fold(holder), holder)].append(permission.name)
    return found


def _failed(
    project: ServiceProject, fact: Fact[Any], holder: tuple[str, str], permissions: list[str], whose: str
) -> Finding:
    rule, (kind, name) = PortalPermissionByGroup, holder
    what = f"{', '.join(permissions)} to the {kind} '{name}'"
    finding = replace(
        Finding(rule.id, Verdict.FAIL, rule.severity, in_project(project, kind, name), ""),
        message=f"The permission scheme of {project.key} grants {what}, {whose}.",
        severity=Severity.HIGH if ADMINISTER in permissions else rule.severity,
        remedy=f"Under {project.key} > Project settings > Permissions take the {kind} '{name}' out of "
        f"{listed(permissions)}, and grant what customers need to 'Service Desk Customer - Portal Access'.",
    )
    return vouched(finding, fact, f"grants {what}")


def _nameless(fact: Fact[Any], project: ServiceProject, role: str) -> Fact[None]:
    return unknown(
        fact.name,
        f"the permission scheme of {project.key} grants something to the role with the number {role}, and nobody says "
        "what that is called",
        f"Let dirsync see the roles of {project.key}: give its account 'Administer Projects' there, or set "
        "DIRSYNC_JIRA__DATABASE_URL.",
    )
