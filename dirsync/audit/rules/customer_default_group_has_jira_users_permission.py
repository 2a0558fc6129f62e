"""L-06: before Jira 7, default groups that hold a permission which costs a seat."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from dirsync.audit.default_group_question import DefaultGroupQuestion, Gain, seat_paths
from dirsync.audit.evidence import lacking, no_customers, rest_on
from dirsync.audit.licences import permissions_decide
from dirsync.model.estate import Audience
from dirsync.model.facts import MissingFact
from dirsync.model.findings import Finding, Mechanism, Severity, Subject, SubjectKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.audit.access import AccessPath
    from dirsync.audit.licences import Licences
    from dirsync.model.estate import Estate

SINCE_7 = "Since 7.0 this is application access: see customer-default-group-grants-application-access."


class CustomerDefaultGroupHasJiraUsersPermission:
    """A default group of customers holds a permission that costs a seat before Jira 7.

    Before Jira 7 there are no applications with groups of their own. Whoever holds one of the global permissions JIRA
    Users, JIRA Administrators (ADMINISTER) or JIRA System Administrators (SYSTEM_ADMIN) may log in and takes a seat.
    If a default group of customers holds one, or is nested in a group that does, every customer costs a seat from the
    first login on; with one of the two administrative permissions every customer also administers Jira.

    Before Jira 7 a group gets new members in one more way than later: everybody whom Jira creates joins the groups
    with JIRA Users, unless they hold an administrative permission too. That is the mechanism jira-users-permission;
    the others (crowd-directory, crowd-application, jira-ldap-directory, mapping) are those that
    customer-default-group-grants-application-access explains, and each is answered for itself. Since Jira 7.0 the
    permission JIRA Users is gone, and this rule does not apply.

    The version comes from Jira itself or from jira.version in mappings/estate.yaml; the groups that hold each
    permission from jira.permissions there, since no REST API of Jira tells them.

    Remedy. Take the group out of the default groups, or revoke the permission from it under Jira administration >
    System > Global permissions. Customers need neither: they use the portal. If the group with JIRA Users takes
    everybody whom Jira creates, let customers come from a directory of their own (Crowd or LDAP), not from Jira.

    Sources: "Managing Global Permissions" (confluence.atlassian.com/display/JIRA063/Managing+Global+Permissions);
    "Managing customers in Jira Service Management"; "Managing global permissions"
    (adminjiraserver0917/managing-global-permissions-1431246137.html), which no longer knows JIRA Users.
    Licence-risk rule L-06.
    """

    id: ClassVar[str] = "customer-default-group-has-jira-users-permission"
    severity: ClassVar[Severity] = Severity.CRITICAL
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = True

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the group; where no group is in question, the Directory or the estate."""
        populations = estate.population(Audience.CUSTOMERS)
        if not populations:
            yield no_customers(self)
            return
        about_all = Finding(
            self.id, Verdict.NOT_APPLICABLE, self.severity, Subject(SubjectKind.ESTATE, "estate"), SINCE_7
        )
        try:
            is_before_7, version = permissions_decide(estate)
        except MissingFact as missing:
            message = "Whether this is a Jira before 7.0, in which permissions cost seats, can't be said."
            undecided = replace(about_all, verdict=Verdict.UNKNOWN, message=message)
            yield lacking(undecided, [missing.fact])
            return
        if not is_before_7:
            yield rest_on(about_all, [version])
            return
        paths = seat_paths(estate)
        for population in populations:
            for mechanism in Mechanism:
                yield from DefaultGroupQuestion(self, estate, population, mechanism, paths, _permission).answers()


def _permission(path: AccessPath, licences: Licences) -> Gain:
    group = path.names[-2]
    held = " and ".join(licences.permissions_of(group))
    where = "under Jira administration > System > Global permissions"
    return Gain(f"holds the permission {held}", f"revoke {held} from '{group}' {where}")
