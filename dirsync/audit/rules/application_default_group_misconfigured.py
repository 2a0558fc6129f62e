"""L-11: default groups of an application that don't do what they are for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from dirsync.audit.evidence import lacking, listed, rest_on
from dirsync.audit.jira_order import ESTATE
from dirsync.audit.licences import JIRA_BEFORE_7, licences
from dirsync.audit.untold import defaults_untold
from dirsync.model.facts import MissingFact
from dirsync.model.findings import Finding, Mechanism, Severity, Subject, SubjectKind, Verdict
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.audit.licences import Licences
    from dirsync.model.estate import Estate
    from dirsync.model.products import JiraApplication


class ApplicationDefaultGroupMisconfigured:
    """A Jira application has several default groups, none, or one that is not its own.

    Whoever is given a Jira application, by an administrator or because it is selected by default, is put into its
    default groups. That does what it should where there is exactly one, and where that one is under Application access
    for the same application; Atlassian advises just that.

    Several default groups (low) put a new user into groups that nobody meant, and each of them may be given more
    permissions later. None (low) means that giving the application gives nothing: the new agent can't log in to it, and
    somebody helps by adding another group to it, which is how groups for everybody come to cost seats. It is medium
    while the application is also selected by default, since then it happens with every new user. A default group that
    is not under Application access of the application (medium) grants it at most through nesting; if it is listed for
    another one, a new user costs a seat there, unseen by whoever chose.

    It comes about when groups are renamed or taken out of an application and the list of defaults is not looked at.

    Remedy. Jira administration > Applications > Application access > (application): keep one default group, and let it
    be one of the groups listed there. Customers need none: see customer-default-group-grants-application-access for
    what default groups give to them.

    Sources: "Manage group access to applications"
    (confluence.atlassian.com/adminjiraserver0906/manage-group-access-to-applications-1217304825.html); Jira's REST API,
    applicationrole (defaultGroups, groups). Licence-risk rule L-11.
    """

    id: ClassVar[str] = "application-default-group-misconfigured"
    severity: ClassVar[Severity] = Severity.LOW
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = False  # it is about agents' start; what default groups give customers is told apart

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the Jira application."""
        try:
            known = licences(estate)
        except MissingFact as missing:
            message = "Whether the default groups of Jira's applications are sound can't be said."
            yield lacking(_finding(Verdict.UNKNOWN, ESTATE, message), [missing.fact])
            return
        if not known.applications or known.applications[0].key == JIRA_BEFORE_7:
            message = "Jira has no application, so there are no default groups of one."
            yield rest_on(_finding(Verdict.NOT_APPLICABLE, ESTATE, message), known.facts)
            return
        for application in known.applications:
            yield rest_on(_Answer(known, application).finding(), known.facts)


@dataclass(frozen=True, slots=True)
class _Answer:
    """The answer about one Jira application."""

    licences: Licences
    application: JiraApplication

    def finding(self) -> Finding:
        if self.application.default_groups is None:
            message = f"Whether the default groups of {self._name} are sound can't be said."
            return lacking(self._about(Verdict.UNKNOWN, message), [defaults_untold(self.application)])
        defaults = {fold(group): group for group in self.application.default_groups}
        own = {fold(group) for group in self.application.groups}
        strangers = [group for folded, group in defaults.items() if folded not in own]
        problems = [*self._number(len(defaults), list(defaults.values())), *map(self._stranger, strangers)]
        if not problems:
            message = f"{self._name} has one default group, {listed(defaults.values())}, which grants access to it."
            return self._about(Verdict.PASS, message)
        is_worse = strangers or (not defaults and self.application.selected_by_default)
        severity = Severity.MEDIUM if is_worse else ApplicationDefaultGroupMisconfigured.severity
        return replace(
            self._about(Verdict.FAIL, f"{self._name} {'; '.join(problems)}."),
            severity=severity,
            remedy=f"Jira administration > Applications > Application access > {self._name}: keep one default group, "
            "and let it be one of the groups listed there.",
        )

    def _number(self, number: int, names: list[str]) -> Iterator[str]:
        if number > 1:
            yield f"has {number} default groups ({listed(names)}), so new users are put into all of them"
        if number == 0 and self.application.selected_by_default:
            yield "has no default group and is selected by default, so new users are given it and can't use it"
        elif number == 0:
            yield "has no default group, so giving it to somebody gives nothing"

    def _stranger(self, group: str) -> str:
        elsewhere = [
            self.licences.named(known.key)
            for known in self.licences.applications
            if fold(group) in {fold(name) for name in known.groups}
        ]
        instead = f" and costs a seat of {', '.join(elsewhere)} instead" if elsewhere else ""
        return f"has the default group '{group}', which is not among the groups with access to it{instead}"

    @property
    def _name(self) -> str:
        return self.licences.named(self.application.key)

    def _about(self, verdict: Verdict, message: str) -> Finding:
        key = self.application.key
        found = _finding(verdict, Subject(SubjectKind.APPLICATION, key), message)
        return replace(found, application=key, mechanism=Mechanism.JIRA_APPLICATION)


def _finding(verdict: Verdict, subject: Subject, message: str) -> Finding:
    rule = ApplicationDefaultGroupMisconfigured
    return Finding(rule.id, verdict, rule.severity, subject, message)
