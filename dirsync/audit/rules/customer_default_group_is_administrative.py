"""L-08: default groups of customers that administer Jira."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from dirsync.audit.administration import WHERE, administration_paths
from dirsync.audit.default_group_question import DefaultGroupQuestion, Gain, Prize
from dirsync.audit.evidence import no_customers
from dirsync.model.estate import Audience
from dirsync.model.findings import Finding, Mechanism, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.audit.access import AccessPath
    from dirsync.audit.licences import Licences
    from dirsync.model.estate import Estate

ADMINISTRATION_OF_JIRA: Final = Prize(
    "the administration of Jira", "administers Jira", "none administrative", is_application=False
)


class CustomerDefaultGroupIsAdministrative:
    """A default group of customers administers Jira.

    A default group is given to everybody. If it holds one of the global permissions Jira Administrators (ADMINISTER) or
    Jira System Administrators (SYSTEM_ADMIN), or is nested in a group that does, then every customer who logs in
    administers Jira: reads every project, grants access to anybody, themselves included, and changes where Jira gets
    its people from. That is a breach on every version of Jira, whether or not such a group costs a seat. Before Jira 7
    it costs one for each customer as well; since then an administrator takes none, until they give it to themselves.

    The six mechanisms that are called "default groups" are those that customer-default-group-grants-application-access
    explains, and each is asked for itself. Nesting is followed within the directory in which the products see the
    customers; if only another directory nests a group of the same name, the answer is unknown, with both readings.

    It comes about when somebody puts the customers' group under Global permissions to let them browse users, when a
    group for everybody is nested into jira-administrators for a day, or when default groups are copied from the agents'
    directory.

    Which groups administer Jira is taken from the labels of Jira's group picker, from Jira's database, or from
    jira.permissions in mappings/estate.yaml; what one of them tells is enough.

    Remedy. Revoke the permission from the group under Jira administration > System > Global permissions, and take the
    group out of the default groups: in Crowd under Crowd > Applications > (Jira's application) > Directories & groups,
    or Crowd > Directories > (directory) > Options; in Jira under Jira administration > Applications > Application
    access, or User management > User directories. Then see in Jira's audit log what has been changed since.

    Sources: "Managing global permissions" (adminjiraserver0917/managing-global-permissions-1431246137.html); "Managing
    Global Permissions" (confluence.atlassian.com/display/JIRA063/Managing+Global+Permissions); Jira's REST API,
    groups/picker (labels of type ADMIN); "Managing customers in Jira Service Management". Licence-risk rule L-08.
    """

    id: ClassVar[str] = "customer-default-group-is-administrative"
    severity: ClassVar[Severity] = Severity.CRITICAL
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = True  # who administers Jira gives seats away; two declared lines decide it

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the group; where no group is in question, the Directory."""
        populations = estate.population(Audience.CUSTOMERS)
        if not populations:
            yield no_customers(self)
            return
        paths = administration_paths(estate)
        for population in populations:
            for mechanism in Mechanism:
                question = DefaultGroupQuestion(
                    self, estate, population, mechanism, paths, _permission, ADMINISTRATION_OF_JIRA
                )
                yield from question.answers()


def _permission(path: AccessPath, _: Licences) -> Gain:
    revoke = f"revoke Jira Administrators and Jira System Administrators from '{path.names[-2]}' under {WHERE}"
    return Gain("holds an administrative global permission", revoke)
