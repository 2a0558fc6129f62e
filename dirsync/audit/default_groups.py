"""The six mechanisms that are all called "default groups", each asked for the people of one Mapping.

Sources: `Mechanism`; "Adding a User" (CROWD024), the Crowd 3.1 notes on application default groups, "Managing
Global Permissions" (JIRA063) for groups with JIRA Users, "Manage group access to applications" (adminjiraserver0906).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dirsync.audit.crowd import showing, why_not_shown
from dirsync.audit.evidence import mapping_says
from dirsync.audit.licences import ADMINISTRATIVE, LOGIN, granted, permissions_decide
from dirsync.audit.unnamed_directories import unnamed
from dirsync.audit.untold import choice_untold, defaults_untold
from dirsync.model.facts import Evidence, Fact, FactState, MissingFact, unknown
from dirsync.model.findings import Mechanism
from dirsync.model.names import fold
from dirsync.model.products import DirectoryType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from dirsync.model.estate import Estate, Population
    from dirsync.model.products import CrowdApplication, CrowdDirectory, JiraDirectory

HAVE_DEFAULT_GROUPS = frozenset({DirectoryType.LDAP, DirectoryType.CONNECTOR, DirectoryType.DELEGATING})
"""Types of Jira user directory with the setting "Default Group Memberships"."""


@dataclass(frozen=True, slots=True)
class DefaultGroup:
    """One group that a mechanism gives away, and what says so."""

    name: str
    facts: tuple[Fact[Any], ...] = ()
    evidence: tuple[Evidence, ...] = ()
    how: str = ""
    """When somebody is put into it, as the end of a sentence."""
    doubt: Fact[Any] | None = None
    """Set where it is not known whether the mechanism gives the group to anybody."""


@dataclass
class Given:
    """What one mechanism gives to the people of one population."""

    groups: list[DefaultGroup] = field(default_factory=list)
    facts: list[Fact[Any]] = field(default_factory=list)
    """Everything that was asked and answered, also where it gave no group."""
    evidence: list[Evidence] = field(default_factory=list)
    missing: list[Fact[Any]] = field(default_factory=list)
    not_applicable: str = ""
    """Why the mechanism does not exist here; the lists are then empty, but for the facts that say so."""

    def take(self, fact: Fact[Any], how: str) -> None:
        """Add the groups that a fact names."""
        self.facts.append(fact)
        self.groups += [DefaultGroup(name, (fact,), how=how) for name in fact.value]

    def ask(self, estate: Estate, name: str, how: str) -> None:
        """Add the groups of a leaf, or what keeps it unknown."""
        try:
            self.take(estate.need(name), how)
        except MissingFact as missing:
            self.missing.append(missing.fact)


def default_groups(estate: Estate, population: Population, mechanism: Mechanism) -> Given:
    """Return what a mechanism gives to a population: groups (each once), what is missing, or why it doesn't exist."""
    given = Given()
    try:
        _MECHANISMS[mechanism](estate, population, given)
    except MissingFact as missing:
        given.missing.append(missing.fact)
    given.groups = list(_each_once(given.groups))
    return given


def _each_once(groups: Iterable[DefaultGroup]) -> Iterator[DefaultGroup]:
    by_name: dict[str, list[DefaultGroup]] = {}
    for group in groups:
        by_name.setdefault(fold(group.name), []).append(group)
    for _, alike in sorted(by_name.items()):
        # What is certain in one place is not made doubtful by another.
        certain = [group for group in alike if group.doubt is None] or alike[:1]
        facts = tuple({fact.name: fact for group in certain for fact in group.facts}.values())
        evidence = tuple(evidence for group in certain for evidence in group.evidence)
        yield DefaultGroup(certain[0].name, facts, evidence, certain[0].how, certain[0].doubt)


def _jira_application(estate: Estate, _: Population, given: Given) -> None:
    """Only applications that are selected by default count: others are given by somebody's explicit choice."""
    is_before_7, version = permissions_decide(estate) if estate.has("jira.version") else (False, None)
    if is_before_7 and version:
        given.facts.append(version)
        given.not_applicable = "before Jira 7.0 there are no applications with default groups; permissions decide"
        return
    fact = estate.need("jira.applications")
    given.facts.append(fact)
    for application in estate.applications():
        if application.selected_by_default is False:
            continue
        if application.default_groups is None:
            given.missing.append(defaults_untold(application))
            continue
        doubt = choice_untold(application) if application.selected_by_default is None else None
        how = f"as soon as Jira creates the account, since {application.key} is selected by default"
        given.groups += [DefaultGroup(name, (fact,), how=how, doubt=doubt) for name in application.default_groups]


def _jira_users_permission(estate: Estate, _: Population, given: Given) -> None:
    is_before_7, version = permissions_decide(estate)
    given.facts.append(version)
    if not is_before_7:
        given.not_applicable = "since 7.0 this is application access: the permission JIRA Users no longer exists"
        return
    permissions = estate.need("jira.permissions")
    given.facts.append(permissions)
    told = {key.upper() for key in permissions.value}
    if told.isdisjoint(LOGIN) and permissions.state is FactState.DECLARED:
        why = "nobody says which groups hold JIRA Users"
        given.missing.append(unknown("jira.permissions[JIRA_USERS]", why, "Declare JIRA_USERS under jira.permissions."))
    administrative = {fold(group) for group in granted(permissions.value, ADMINISTRATIVE)}
    untold = [key for key in ADMINISTRATIVE if key not in told] if permissions.state is FactState.DECLARED else []
    doubt = _may_be_administrative(untold[0]) if untold else None
    how = "as soon as Jira creates the account: new users join the groups with the permission JIRA Users"
    given.groups += [
        DefaultGroup(group, (version, permissions), how=how, doubt=doubt)
        for group in granted(permissions.value, LOGIN)
        if fold(group) not in administrative
    ]


def _may_be_administrative(permission: str) -> Fact[None]:
    return unknown(
        f"jira.permissions[{permission}]",
        f"nobody says which groups hold {permission}, and nobody joins a group with JIRA Users that holds it too",
        f"Declare {permission} under jira.permissions in mappings/estate.yaml ({permission}: [] if no group holds it).",
    )


def _crowd_directory(estate: Estate, population: Population, given: Given) -> None:
    leaves = [f"crowd.directories[{entry.name}].default_groups" for entry in _crowd_entries(estate, population)]
    try:
        showing = _showing(estate, population, given)
        leaves += [f"{leaf}.directory_default_groups" for leaf in _mapped(showing, population)]
    except MissingFact as missing:
        given.missing.append(missing.fact)
    if not leaves and not given.missing:
        _nobody_shows(estate, population, given)
    known = [leaf for leaf in leaves if estate.has(leaf)]
    # One Crowd directory has one list of default groups, wherever it was read: one place that tells is enough.
    if known:
        given.missing.clear()
    for leaf in known or leaves:
        given.ask(estate, leaf, "at the first login, to any product that uses the Crowd directory")


def _crowd_application(estate: Estate, population: Population, given: Given) -> None:
    leaves = _mapped(_showing(estate, population, given), population)
    if not leaves and not given.missing:
        _nobody_shows(estate, population, given)
    for leaf in leaves:
        given.ask(estate, f"{leaf}.default_groups", "at a login through that Crowd application")


def _crowd_entries(estate: Estate, population: Population) -> list[CrowdDirectory]:
    known: tuple[CrowdDirectory, ...] = ()
    if estate.has("crowd.directories"):
        known = estate.need("crowd.directories").value
    return [
        entry for entry in known if entry.directory == population.directory and not population.is_beside(entry.mapping)
    ]


def _showing(estate: Estate, population: Population, given: Given) -> tuple[CrowdApplication, ...]:
    """Return the Crowd applications that show these people; note those of which nobody says what they show."""
    found = showing(estate, population.directory)
    given.missing += found.unsaid
    return found.applications


def _mapped(applications: Iterable[CrowdApplication], population: Population) -> list[str]:
    return [f"crowd.applications[{known.name}].directories[{population.directory}]" for known in applications]


def _nobody_shows(estate: Estate, population: Population, given: Given) -> None:
    given.not_applicable = why_not_shown(estate, population.directory)
    given.facts.append(estate.need("crowd.applications"))


def _jira_ldap_directory(estate: Estate, population: Population, given: Given) -> None:
    is_crowd = estate.kinds.get(population.directory) == "crowd"
    if is_crowd and not estate.has("jira.user_directories"):
        given.not_applicable = "Jira sees people of Crowd through Crowd; such a directory has no default memberships"
        return
    showing = [
        known for known in estate.jira_directories_showing(population.directory, population) if _is_asked(estate, known)
    ]
    given.facts.append(estate.need("jira.user_directories"))
    if not showing:
        given.missing += _may_show(estate, population)
    if not showing and not given.missing:
        given.not_applicable = f"no user directory in Jira that shows {population.directory} has default memberships"
        return
    for shown in showing:
        given.ask(estate, _leaf(shown), "at the first login to Jira")


def _may_show(estate: Estate, population: Population) -> list[Fact[Any]]:
    """Return what is missing where a user directory that nobody names may be the one of these people."""
    is_crowd = estate.kinds.get(population.directory) == "crowd"
    # People of Crowd appear in Jira through Crowd; once that is shown, no LDAP directory is theirs as well.
    if is_crowd and any(estate.jira_directories_showing(population.directory)):
        return []
    return list(unnamed(estate, lambda known: _is_asked(estate, known)))


def _is_asked(estate: Estate, shown: JiraDirectory) -> bool:
    return shown.type in HAVE_DEFAULT_GROUPS or estate.has(_leaf(shown))


def _leaf(shown: JiraDirectory) -> str:
    return f"jira.user_directories[{shown.name}].default_groups"


def _mapping(_: Estate, population: Population, given: Given) -> None:
    names = ", ".join(population.default_groups)
    given.evidence.append(mapping_says(population, f"default_groups = [{names}]"))
    how = "as soon as dirsync carries them over"
    given.groups += [DefaultGroup(name, evidence=tuple(given.evidence), how=how) for name in population.default_groups]


_MECHANISMS: Mapping[Mechanism, Callable[[Estate, Population, Given], None]] = {
    Mechanism.JIRA_APPLICATION: _jira_application,
    Mechanism.JIRA_USERS_PERMISSION: _jira_users_permission,
    Mechanism.CROWD_DIRECTORY: _crowd_directory,
    Mechanism.CROWD_APPLICATION: _crowd_application,
    Mechanism.JIRA_LDAP_DIRECTORY: _jira_ldap_directory,
    Mechanism.MAPPING: _mapping,
}
