"""L-02 to L-05: default groups that cost a seat, through any of the six mechanisms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from dirsync.audit.access import SeatPaths
from dirsync.audit.default_groups import DefaultGroup, Given, default_groups
from dirsync.audit.evidence import counted, lacking, listed, no_customers, reads_of, rest_on
from dirsync.audit.licences import JIRA_BEFORE_7
from dirsync.model.estate import Audience
from dirsync.model.facts import Fact, MissingFact
from dirsync.model.findings import Finding, Mechanism, Severity, Subject, SubjectKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dirsync.audit.access import AccessPath
    from dirsync.audit.licences import Licences
    from dirsync.model.estate import Estate, Population

CLEAR_IT = {
    Mechanism.JIRA_APPLICATION: "Jira administration > Applications > Application access: clear the default "
    "application, or make a group without access its default",
    Mechanism.JIRA_USERS_PERMISSION: "Jira administration > System > Global permissions: revoke JIRA Users from "
    "'{group}', or keep customers from being created by Jira",
    Mechanism.CROWD_DIRECTORY: "Crowd > Directories > (the directory of {directory}) > Options > Default groups: "
    "remove '{group}'; what a product needs goes into the default groups of its own application",
    Mechanism.CROWD_APPLICATION: "Crowd > Applications > (the application Jira uses) > Directories & groups > Default "
    "groups of {directory}: remove '{group}'",
    Mechanism.JIRA_LDAP_DIRECTORY: "Jira administration > User management > User directories > (the directory of "
    "{directory}) > Edit > Default Group Memberships: remove '{group}'",
    Mechanism.MAPPING: "remove '{group}' from default_groups of the mapping '{mapping}'",
}


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
    * jira-users-permission: before Jira 7, every new user joins the groups with the permission JIRA Users (unless
      they also hold an administrative one). Since 7.0 application access has taken its place.
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
    "Adding a User" (CROWD024); "Improve license utilization of Atlassian products with Crowd 3.1" (Atlassian's blog);
    "Managing Global Permissions" (confluence.atlassian.com/display/JIRA063/Managing+Global+Permissions).
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
        paths = _paths(estate)
        for population in populations:
            for mechanism in Mechanism:
                yield from _Question(estate, population, mechanism, paths).answers()


def _paths(estate: Estate) -> SeatPaths | Fact[Any]:
    try:
        return SeatPaths(estate)
    except MissingFact as missing:
        return missing.fact


@dataclass(frozen=True)
class _Question:
    """One mechanism, asked for the people of one Mapping."""

    estate: Estate
    population: Population
    mechanism: Mechanism
    paths: SeatPaths | Fact[Any]
    """Or what is missing to know them."""

    def answers(self) -> Iterator[Finding]:
        """Yield a Finding per group that reaches a seat or may, and one for all that don't."""
        given = default_groups(self.estate, self.population, self.mechanism)
        directory = self.population.directory
        if given.not_applicable:
            message = f"{directory}, {self.mechanism}: {given.not_applicable}."
            yield rest_on(self._about_directory(Verdict.NOT_APPLICABLE, message), given.facts)
            return
        harmless: list[DefaultGroup] = []
        for group in given.groups:
            findings = list(self._judge(group))
            yield from findings
            if not findings:
                harmless.append(group)
        if given.missing:
            message = f"Which default groups the customers in {directory} get by {self.mechanism} can't be said."
            yield lacking(self._about_directory(Verdict.UNKNOWN, message), given.missing)
        if harmless or not (given.groups or given.missing):
            yield self._passed(given, harmless)

    def _judge(self, group: DefaultGroup) -> Iterator[Finding]:
        """Yield nothing for a group that provably reaches no application."""
        if isinstance(self.paths, Fact):
            yield self._undecided(group, (self.paths,))
            return
        reach = self.paths.of_group(group.name, self.population.directory)
        for path in reach.paths:
            if group.doubt:
                finding = replace(self._undecided(group, (group.doubt,)), path=path.names, application=path.application)
                yield rest_on(finding, self.paths.licences.facts)
            else:
                yield self._failed(group, path, self.paths.licences)
        if reach.doubts and not reach.paths:
            yield self._undecided(group, reach.doubts)

    def _failed(self, group: DefaultGroup, path: AccessPath, licences: Licences) -> Finding:
        population, name = self.population, licences.named(path.application)
        nested = f" through {listed(path.names[1:-1])}" if path.is_nested else ""
        clear = CLEAR_IT[self.mechanism].format(
            group=group.name, directory=population.directory, mapping=population.mapping
        )
        finding = replace(
            self._about_group(group, Verdict.FAIL),
            severity=Severity.CRITICAL if path.application == JIRA_BEFORE_7 else Severity.HIGH,
            message=f"'{group.name}' is a default group of the customers in {population.directory} ({self.mechanism}) "
            f"and grants access to {name}{nested}: everybody takes a seat {group.how}.",
            application=path.application,
            path=path.names,
            remedy=f"{clear}. Or take the access to {name} away from '{path.names[-2]}'.",
        )
        nesting = reads_of(self.estate, population.directory) if path.is_nested else ()
        return rest_on(finding, (*group.facts, *licences.facts), (*group.evidence, *nesting))

    def _undecided(self, group: DefaultGroup, missing: Sequence[Fact[Any]]) -> Finding:
        message = f"Whether the default group '{group.name}' ({self.mechanism}) gives customers a seat can't be said."
        finding = replace(self._about_group(group, Verdict.UNKNOWN), message=message)
        return lacking(rest_on(finding, group.facts, group.evidence), missing)

    def _passed(self, given: Given, harmless: Sequence[DefaultGroup]) -> Finding:
        directory = self.population.directory
        if not harmless:
            message = f"{directory}, {self.mechanism}: customers get no default group."
            return rest_on(self._about_directory(Verdict.PASS, message), given.facts, given.evidence)
        names = listed(group.name for group in harmless)
        message = f"{directory}, {self.mechanism}: {counted(len(harmless), 'default group')} ({names}), no seat."
        finding = replace(self._about_directory(Verdict.PASS, message), count=len(harmless))
        licence_facts = () if isinstance(self.paths, Fact) else self.paths.licences.facts
        evidence = (*given.evidence, *reads_of(self.estate, directory))
        return rest_on(finding, (*given.facts, *licence_facts), evidence)

    def _about_group(self, group: DefaultGroup, verdict: Verdict) -> Finding:
        directory = self.population.directory
        snapshot = self.estate.snapshots.get(directory)
        known = snapshot.group_named(group.name) if snapshot else None
        subject = Subject(SubjectKind.GROUP, group.name, known.id if known else "", directory)
        return replace(self._about_directory(verdict, ""), subject=subject)

    def _about_directory(self, verdict: Verdict, message: str) -> Finding:
        directory = self.population.directory
        return Finding(
            CustomerDefaultGroupGrantsApplicationAccess.id,
            verdict,
            CustomerDefaultGroupGrantsApplicationAccess.severity,
            Subject(SubjectKind.DIRECTORY, directory, directory=directory),
            message,
            mapping=self.population.mapping,
            mechanism=self.mechanism,
        )
