"""L-02 to L-05: default groups that cost a seat, through any of the six mechanisms."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from dirsync.audit.default_group_question import DefaultGroupQuestion, Gain, seat_paths
from dirsync.audit.evidence import no_customers, rest_on
from dirsync.audit.licences import permissions_decide
from dirsync.model.estate import Audience
from dirsync.model.facts import MissingFact
from dirsync.model.findings import Finding, Mechanism, Severity, Subject, SubjectKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.audit.access import AccessPath
    from dirsync.audit.licences import Licences
    from dirsync.model.estate import Estate

BEFORE_7 = (
    "Before Jira 7.0 there is no application access; customer-default-group-has-jira-users-permission asks what takes "
    "its place."
)
ASKED_ELSEWHERE = (
    "since 7.0 this is application access, and for a Jira before that customer-default-group-has-jira-users-permission "
    "asks"
)


class CustomerDefaultGroupGrantsApplicationAccess:
    """A default group of customers grants access to a Jira application.

    Customers of Jira Service Management cost nothing as long as they have no application access. A default group is
    given to everybody, mostly at the first login or sign-up. If that group is listed under Application access, or
    is nested in a group that is, every customer takes a paid seat from that moment on, one in each application
    reached. Nobody is asked, and nothing shows until the invoice.

    "0 customers hold a seat today" is no comfort: Crowd gives its default groups at the login, so that somebody who
    has not logged in yet is not a member of anything. This rule reads the settings, not the memberships.

    Six settings are called "default groups", and each is asked and answered for itself:

    * jira-application: the default groups of a Jira application. They are given to users whom Jira creates, if the
      application is selected by default. Those of an application that is not selected by default don't count: they
      are given only where somebody chooses the application for a user, which is what they are for.
    * jira-users-permission: before Jira 7 only, and never answered here. There all six are asked by
      customer-default-group-has-jira-users-permission, since permissions and not applications cost the seat.
    * crowd-directory: the default groups of a Crowd directory, given at the first login to any product that uses it.
    * crowd-application: since Crowd 3.1, the default groups of a directory in one Crowd application, given at logins
      through that application. All applications that show the directory count, not only Jira's: the membership is
      the same one.
    * jira-ldap-directory: "Default Group Memberships" of an LDAP or delegating user directory in Jira.
    * mapping: `default_groups` of the dirsync mapping itself.

    Nesting is followed within the directory in which the products see the customers. If only another directory
    nests a group of the same name, the answer is unknown, and both readings are given.

    Remedy. Take the group out of the default groups, in Crowd under Crowd > Applications > (Jira's application) >
    Directories & groups, or Crowd > Directories > (directory) > Options; in Jira under Jira administration >
    Applications > Application access, or User management > User directories. Or take the application access away
    from the group. If customers need a common group, make one that grants nothing. If agents need default groups
    too, give them a Crowd directory of their own.

    Sources: "Managing customers in Jira Service Management"; "Manage group access to applications"
    (confluence.atlassian.com/adminjiraserver0906/manage-group-access-to-applications-1217304825.html);
    "Adding a User" (CROWD024); "Improve license utilization of Atlassian products with Crowd 3.1" (Atlassian's blog).
    Licence-risk rules L-02 (Crowd application), L-03 (Crowd directory), L-04 (Jira's LDAP directory), L-05 (nesting).
    """

    id: ClassVar[str] = "customer-default-group-grants-application-access"
    severity: ClassVar[Severity] = Severity.HIGH
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = True

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the group; where no group is in question, the Directory."""
        populations = estate.population(Audience.CUSTOMERS)
        if not populations:
            yield no_customers(self)
            return
        with suppress(MissingFact):  # the other rule asks for the version; what is known of applications is judged
            is_before_7, version = permissions_decide(estate)
            if is_before_7:
                subject = Subject(SubjectKind.ESTATE, "estate")
                yield rest_on(Finding(self.id, Verdict.NOT_APPLICABLE, self.severity, subject, BEFORE_7), [version])
                return
        paths = seat_paths(estate)
        for population in populations:
            for mechanism in Mechanism:
                question = DefaultGroupQuestion(self, estate, population, mechanism, paths, _access)
                if mechanism is Mechanism.JIRA_USERS_PERMISSION:
                    yield question.not_applicable(ASKED_ELSEWHERE)
                else:
                    yield from question.answers()


def _access(path: AccessPath, licences: Licences) -> Gain:
    name = licences.named(path.application)
    return Gain(f"grants access to {name}", f"take the access to {name} away from '{path.names[-2]}'")
