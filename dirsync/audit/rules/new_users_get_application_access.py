"""L-10: an application that Jira gives to everybody it creates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from dirsync.audit.access import AccessPath, SeatPaths, seen_directories
from dirsync.audit.effective.from_estate import order_of_jira
from dirsync.audit.effective.new_users import landings
from dirsync.audit.evidence import lacking, listed, reads_of, rest_on
from dirsync.audit.jira_order import ESTATE, directories_in
from dirsync.audit.licences import JIRA_BEFORE_7
from dirsync.audit.unread_groups import grants_unread
from dirsync.audit.untold import choice_untold, defaults_untold
from dirsync.model.estate import Audience
from dirsync.model.facts import MissingFact, unknown
from dirsync.model.findings import Finding, Mechanism, Severity, Subject, SubjectKind, Verdict
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dirsync.audit.effective.new_users import Landing
    from dirsync.model.estate import Estate
    from dirsync.model.facts import Fact
    from dirsync.model.products import JiraApplication

PUBLIC_MODE: Final = "jira.public_signup.agent_signup"
NO_CHOICE = "Before Jira 7.0 no application is selected: new users join the groups with JIRA Users instead, see {}."
BEFORE_7: Final = NO_CHOICE.format("customer-default-group-has-jira-users-permission")


class NewUsersGetApplicationAccess:
    """Jira gives an application to everybody it creates, so that each new account takes a seat unasked.

    An application that is selected by default is given to every user who is created without a choice of applications:
    by a script or an import that leaves `applicationKeys` out, by an administrator who does not look, and by the
    sign-up of Jira's own login page (public mode). Such a user is put into the default groups of the application, and
    with them takes a paid seat. Customers of the portal need none, and cost nothing without it.

    It is medium while nobody is known to be created that way. It is high where it must happen: public mode is on, so
    that every stranger who signs up at the login page takes a seat; or the directory in which Jira makes accounts is
    one of customers. Nobody has to be licensed today for that. The portal's own sign-up gives no application; that it
    and public mode are taken for one another is how people come to pay for customers.

    It comes about with the installation, which selects the first application; later applications are selected by one
    click. What counts is where the default groups lead, nesting included: an application whose default groups grant
    nothing gives nothing, and is told by application-default-group-misconfigured.

    Remedy. Jira administration > Applications > Application access: clear the default application. Let scripts and
    imports that make customers send `applicationKeys: []` to POST /rest/api/2/user. Turn public mode off under Jira
    administration > System > General configuration > Mode.

    Sources: "Manage group access to applications"
    (confluence.atlassian.com/adminjiraserver0906/manage-group-access-to-applications-1217304825.html); Jira's REST API,
    applicationrole (selectedByDefault) and user (applicationKeys); "Enabling public signup and CAPTCHA"
    (adminjiraserver/enabling-public-signup-and-captcha-938847032.html); in practice "Service Desk: new users signing up
    consume a seat on the license" and "Change default Jira group" (community.atlassian.com, qaq-p/801349 and 633245).
    Licence-risk rule L-10.
    """

    id: ClassVar[str] = "new-users-get-application-access"
    severity: ClassVar[Severity] = Severity.MEDIUM
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = True

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the Jira application."""
        try:
            paths = estate.once(SeatPaths)
        except MissingFact as missing:
            message = "Whether new users take a seat unasked can't be said."
            yield lacking(_finding(Verdict.UNKNOWN, ESTATE, message), [missing.fact])
            return
        applications = paths.licences.applications
        if not applications or applications[0].key == JIRA_BEFORE_7:
            message = BEFORE_7 if applications else "Jira has no application to give to anybody."
            yield rest_on(_finding(Verdict.NOT_APPLICABLE, ESTATE, message), paths.licences.facts)
            return
        homes = _homes(estate)
        for application in applications:
            yield _Question(estate, paths, application, homes).answer()


@dataclass(frozen=True, slots=True)
class _Homes:
    """Where Jira makes accounts."""

    directories: tuple[str, ...]
    """By every reading one of these; where Jira may write nowhere, or nobody can say, all that were read."""
    is_known: bool = False
    """Whether Jira surely makes accounts, and in one of them."""
    facts: tuple[Fact[Any], ...] = ()
    missing: tuple[Fact[Any], ...] = ()
    """What keeps other directories possible."""


def _homes(estate: Estate) -> _Homes:
    try:
        found = landings(order_of_jira(estate))
    except MissingFact as missing:
        return _Homes(seen_directories(estate), missing=(missing.fact,))
    directories = directories_in(landing.layer for landing in found if landing.layer)
    facts = (estate.need(name) for landing in found for name in _settings(estate, landing) if estate.has(name))
    is_known = all(landing.layer for landing in found)
    return _Homes(directories or seen_directories(estate), is_known, tuple(facts))


def _settings(estate: Estate, landing: Landing) -> Iterator[str]:
    """Yield the names of the facts that let Jira make accounts there."""
    yield "jira.user_directories"
    for known in estate.jira_directories():
        if landing.view and landing.layer and known.name == landing.view.name:
            yield f"jira.user_directories[{known.name}].mode"
            mapped = f"crowd.applications[{known.crowd_application}].directories[{landing.layer.directory}]"
            yield from (f"{mapped}.allowed_operations", f"{mapped}.directory_allowed_operations")


@dataclass(frozen=True, slots=True)
class _Question:
    """The question about one Jira application."""

    estate: Estate
    paths: SeatPaths
    application: JiraApplication
    homes: _Homes

    def answer(self) -> Finding:
        application = self.application
        if application.selected_by_default is False:
            message = f"{self._name} is not selected by default: who is created gets it only by somebody's choice."
            return rest_on(self._about(Verdict.PASS, message), self.paths.licences.facts)
        choice = [choice_untold(application)] if application.selected_by_default is None else []
        if application.default_groups is None:
            return self._undecided([*choice, defaults_untold(application)])
        followed = [self._followed(group) for group in application.default_groups]
        proven = [path for path, _ in followed if path]
        doubts = [fact for _, missing in followed for fact in missing]
        if not proven and not doubts:
            message = f"{self._name} has no default group that grants anything, so its selection gives nothing."
            return rest_on(self._about(Verdict.PASS, message), self.paths.licences.facts, self._reads)
        if choice or not proven:
            return self._undecided([*choice, *([] if proven else doubts)])
        return self._failed(min(proven, key=lambda path: (len(path.names), path.names)), proven)

    def _followed(self, group: str) -> tuple[AccessPath | None, Sequence[Fact[Any]]]:
        """Return the way from a default group to a seat that holds wherever Jira makes the account, or what is open."""
        for granting in (self.application, *self.paths.licences.applications):
            if fold(group) in {fold(name) for name in granting.groups}:
                return AccessPath((group, granting.key)), ()
        reaches = [self.paths.of_group(group, directory) for directory in self.homes.directories]
        if self.homes.is_known and all(reach.paths for reach in reaches):
            return reaches[0].paths[0], ()
        doubts = [fact for reach in reaches if not reach.paths for fact in reach.doubts]
        names = [name for known in self.paths.licences.applications for name in known.groups]
        doubts += [
            fact for directory in self.homes.directories for fact in grants_unread(self.estate, directory, group, names)
        ]
        if any(reach.paths for reach in reaches):
            doubts.append(_home_untold(group))
        return None, [*doubts, *self.homes.missing]

    def _failed(self, path: AccessPath, proven: Sequence[AccessPath]) -> Finding:
        groups = listed(dict.fromkeys(each.names[0] for each in proven))
        worse = list(self._made_worse())
        message = (
            f"{self._name} is selected by default: whoever is created without a choice of applications is put into "
            f"{groups} and takes a seat of {self.paths.licences.named(path.application)}."
        )
        finding = replace(
            self._about(Verdict.FAIL, " ".join([message, *(why for why, _ in worse)])),
            severity=Severity.HIGH if worse else NewUsersGetApplicationAccess.severity,
            path=path.names,
            remedy=f"Jira administration > Applications > Application access: clear {self._name} as a default "
            "application. Until then let whatever makes customers send 'applicationKeys: []'"
            + (", and turn public mode off (System > General configuration > Mode)." if self._is_public else "."),
        )
        facts = [*self.paths.licences.facts, *(fact for _, known in worse for fact in known)]
        return rest_on(finding, facts, self._reads if path.is_nested else ())

    def _made_worse(self) -> Iterator[tuple[str, Sequence[Fact[Any]]]]:
        """Yield why accounts are made that way already; what is unknown makes nothing worse."""
        if self._is_public:
            why = "Jira's public mode is on: strangers who sign up at its login page take one each."
            yield why, [self.estate.need(PUBLIC_MODE)]
        customers = {people.directory for people in self.estate.population(Audience.CUSTOMERS)}
        if self.homes.is_known and customers.issuperset(self.homes.directories):
            why = f"Jira makes accounts in {', '.join(self.homes.directories)}, where customers are."
            yield why, self.homes.facts

    @property
    def _is_public(self) -> bool:
        return self.estate.has(PUBLIC_MODE) and bool(self.estate.need(PUBLIC_MODE).value)

    def _undecided(self, missing: Sequence[Fact[Any]]) -> Finding:
        message = f"Whether new users are given {self._name} unasked can't be said."
        return lacking(rest_on(self._about(Verdict.UNKNOWN, message), self.paths.licences.facts), missing)

    @property
    def _reads(self) -> tuple[Any, ...]:
        return reads_of(self.estate, *self.homes.directories)

    @property
    def _name(self) -> str:
        return self.paths.licences.named(self.application.key)

    def _about(self, verdict: Verdict, message: str) -> Finding:
        key = self.application.key
        found = _finding(verdict, Subject(SubjectKind.APPLICATION, key), message)
        return replace(found, application=key, mechanism=Mechanism.JIRA_APPLICATION)


def _home_untold(group: str) -> Fact[None]:
    return unknown(
        "jira.new_users.directory",
        f"'{group}' leads to a seat only by groups of a directory, and nobody can say in which one Jira makes accounts",
        "Declare jira.user_directories with each mode, in Jira's order, in mappings/estate.yaml.",
    )


def _finding(verdict: Verdict, subject: Subject, message: str) -> Finding:
    rule = NewUsersGetApplicationAccess
    return Finding(rule.id, verdict, rule.severity, subject, message)
