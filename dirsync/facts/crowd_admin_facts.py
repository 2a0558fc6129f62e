"""What a route told about Crowd, as facts in the words of estate.yaml, each with where it came from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from dirsync.facts.crowd_admin_attribution import attribute
from dirsync.facts.crowd_admin_told import untold
from dirsync.facts.ways_to_know import to_declare
from dirsync.model.facts import Fact, FactState, declared, observed, unknown
from dirsync.model.names import fold
from dirsync.model.products import CrowdApplication, CrowdDirectory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dirsync.facts.crowd_admin_attribution import CrowdView, Tie, Ties
    from dirsync.facts.crowd_admin_told import Told, ToldApplication, ToldDirectory, ToldMapping

APPLICATIONS = "crowd.applications"
DIRECTORIES = "crowd.directories"
OF_MAPPING = ("allow_all_to_authenticate", "authorised_groups", "default_groups", "allowed_operations")
OF_DIRECTORY = ("default_groups", "allowed_operations")
GIVEN = ("default_groups", "directory_default_groups")
"""What several directories behind one Directory add up to: what one of them gives, somebody there gets."""


def facts_about(
    told: Told, views: Sequence[CrowdView], estate: Mapping[str, Fact[Any]], url: str
) -> dict[str, Fact[Any]]:
    """Return the facts; `views` and `estate` (the declared facts) say which Directory shows what.

    - `crowd.applications` and `crowd.directories`, with the leaves that `CrowdApplication` and `CrowdDirectory` name
    - `crowd.applications[NAME].directories`: only where it is unknown, with the reason
    - `directories[KEY].crowd_directory`: Crowd's own name of what a Directory of kind crowd shows, or why not
    """
    writer = _Writer(told, attribute(told, views, estate, url))
    writer.applications()
    writer.directories()
    writer.views(views)
    return writer.facts


@dataclass
class _Writer:
    told: Told
    ties: Ties
    facts: dict[str, Fact[Any]] = field(default_factory=dict)

    def applications(self) -> None:
        fact = self.told.applications
        if fact.state is FactState.UNKNOWN:
            self._unknown(APPLICATIONS, fact)
            return
        known = tuple(self._application(application) for application in self.told.active_applications())
        tied = [tie for directory in self._shown() for tie in self.ties.of(directory)]
        self.facts[APPLICATIONS] = _resting_on(observed(APPLICATIONS, known, fact.source, fact.at), tied)
        for application in self.told.active_applications():
            self._application_leaves(application.name)

    def _shown(self) -> list[ToldDirectory]:
        names = [application.name for application in self.told.active_applications()]
        return [directory for name in names for _, directory in self.told.mapped(name) or ()]

    def _application(self, application: ToldApplication) -> CrowdApplication:
        mapped = self.told.mapped(application.name)
        if mapped is None:
            return CrowdApplication(application.name, None, type=application.type)
        keys = dict.fromkeys(tie.directory for _, directory in mapped for tie in self.ties.of(directory))
        return CrowdApplication(
            application.name,
            tuple(keys),
            crowd_directories=tuple(directory.name for _, directory in mapped),
            unattributed=tuple(directory.name for _, directory in mapped if not self.ties.of(directory)),
            type=application.type,
        )

    def _application_leaves(self, name: str) -> None:
        leaf = f"{APPLICATIONS}[{name}]"
        parts = {
            "aggregate_memberships": self.told.aggregation,
            "access_based_sync": self.told.filtering,
            "licence_use": self.told.licences,
            "licensed_users": self.told.licensed_users,
        }
        for key, facts in parts.items():
            if name in facts:
                self.facts[f"{leaf}.{key}"] = replace(facts[name], name=f"{leaf}.{key}")
        mappings = self.told.mappings[name]
        if mappings.state is FactState.UNKNOWN:
            self._unknown(f"{leaf}.directories", mappings)
            return
        for mapping, directory in self.told.mapped(name) or ():
            for tie in self.ties.of(directory):
                self._mapping_leaves(f"{leaf}.directories[{tie.directory}]", mapping, directory, tie, mappings)

    def _mapping_leaves(
        self, leaf: str, mapping: ToldMapping, directory: ToldDirectory, tie: Tie, fact: Fact[Any]
    ) -> None:
        for key in OF_MAPPING:
            self._say(f"{leaf}.{key}", key, getattr(mapping, key), fact, tie)
        for key in OF_DIRECTORY:
            value, source = getattr(directory, key), self.told.directories
            if key == "allowed_operations" and value is None and mapping.directory_allowed_operations is not None:
                value, source = mapping.directory_allowed_operations, fact
            self._say(f"{leaf}.directory_{key}", f"directory_{key}", value, source, tie)

    def directories(self) -> None:
        fact = self.told.directories
        if fact.state is FactState.UNKNOWN:
            self._unknown(DIRECTORIES, fact)
            return
        told = self.told.all_directories()
        entries = tuple(
            CrowdDirectory(
                known.name, known.type, tie.directory if tie else "", tie.mapping if tie else "", known.number
            )
            for known in told
            for tie in (self.ties.of(known) or (None,))
        )
        tied = [tie for known in told for tie in self.ties.of(known)]
        self.facts[DIRECTORIES] = _resting_on(observed(DIRECTORIES, entries, fact.source, fact.at), tied)
        for known in told:
            leaf = f"{DIRECTORIES}[{known.name}]"
            for key in OF_DIRECTORY:
                self._say(f"{leaf}.{key}", f"directory_{key}", getattr(known, key), fact, None)
            self._say(f"{leaf}.active", "active", known.is_active, fact, None)
            if known.sync_state is not None:
                self._say(f"{leaf}.sync_state", "sync_state", known.sync_state, fact, None)

    def views(self, views: Sequence[CrowdView]) -> None:
        for view in views:
            name = f"directories[{view.directory}].crowd_directory"
            if view.directory in self.ties.open:
                unsaid = self.ties.open[view.directory]
                self.facts[name] = unknown(name, unsaid.why, unsaid.remedy)
                continue
            told = self.told.applications
            shown, tie = self.ties.shown_by(view.directory)
            self.facts[name] = _resting_on(observed(name, shown, told.source, told.at), [tie])

    def _unknown(self, name: str, fact: Fact[Any]) -> None:
        self.facts[name] = replace(fact, name=name)

    def _say(self, name: str, key: str, value: object, fact: Fact[Any], tie: Tie | None) -> None:
        """Make a leaf of what `fact` tells, which may not have told this."""
        if fact.state is FactState.UNKNOWN:
            said: Fact[Any] = replace(fact, name=name)
        elif value is None:
            said = untold(name, f"{fact.source} does not tell it", remedy_for(name), fact.source)
        else:
            said = _resting_on(observed(name, value, fact.source, fact.at), [tie] if tie else [])
        known = self.facts.get(name)
        self.facts[name] = said if known is None else _both(known, said, key)


def _both(one: Fact[Any], other: Fact[Any], key: str) -> Fact[Any]:
    """Return what holds where one Directory shows two directories of an application, such as one LDAP tree twice.

    Only a declaration can say that, so that both are declared.
    """
    if FactState.UNKNOWN in (one.state, other.state):
        return one if one.state is FactState.UNKNOWN else other
    sources = "; and ".join(dict.fromkeys((one.source, other.source)))
    if key in GIVEN:
        return replace(one, value=tuple(dict.fromkeys((*one.value, *other.value))), source=sources)
    if _alike(one.value) == _alike(other.value):
        return replace(one, source=sources)
    return unknown(one.name, f"two directories of Crowd that are shown as one differ in this ({sources})")


def _alike(value: object) -> object:
    return frozenset(map(fold, value)) if isinstance(value, tuple) else value


def _resting_on(fact: Fact[Any], ties: Sequence[Tie]) -> Fact[Any]:
    """Return the fact as declared where a declaration says which Directory it is about."""
    said = {tie.declared.source: tie.declared for tie in ties if tie.declared}
    if not said:
        return fact
    at = next(iter(said.values())).at
    return declared(fact.name, fact.value, f"{fact.source}; shown as {'; and '.join(said)}", at)


def remedy_for(name: str) -> str:
    """Return the cheapest way to know what Crowd's REST interface does not tell."""
    database = "Set DIRSYNC_CROWD_ADMIN__DATABASE_URL"
    return f"{database}." if name.endswith("].active") else f"{database}, or {to_declare(name)}."
