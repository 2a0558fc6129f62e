"""The declared route: what `mappings/estate.yaml` says, as facts that carry its line and who vouches for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dirsync.model.facts import Fact, declared, unknown
from dirsync.model.names import directory_key
from dirsync.model.products import (
    CrowdApplication,
    CrowdDirectory,
    JiraApplication,
    JiraDirectory,
    ProjectRole,
    ServiceProject,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from dirsync.mapping.checked import DeclaredEstate
    from dirsync.mapping.estate_file import (
        DeclaredCrowd,
        DeclaredCrowdApplication,
        DeclaredJira,
        DeclaredJiraApplication,
        DeclaredJiraDirectory,
        DeclaredServiceProject,
        ShowsPeople,
    )

ADMINISTRATIVE = ("ADMINISTER", "SYSTEM_ADMIN")


def declared_facts(estate: DeclaredEstate | None, shows: Mapping[str, str], today: date) -> dict[str, Fact[Any]]:
    """Return every fact the file declares, by name; past its `valid_until` all of them are unknown.

    `shows` tells for a Mapping's name in which Directory the products see its people.
    """
    if estate is None:
        return {}
    writer = _Writer(estate, shows, today)
    if estate.content.jira:
        _jira(estate.content.jira, writer)
    if estate.content.crowd:
        _crowd(estate.content.crowd, writer)
    return writer.facts


@dataclass
class _Writer:
    """Gives each declared value its provenance."""

    estate: DeclaredEstate
    shows: Mapping[str, str]
    today: date
    facts: dict[str, Fact[Any]] = field(default_factory=dict)

    def add(self, name: str, value: object, *path: str | int) -> None:
        """Declare `name`; a value of None was left out and so declares nothing."""
        if value is None:
            return
        declaration = self.estate.content.declared
        line = self.estate.document.line(*path)
        if declaration is None:
            self.facts[name] = declared(name, value, f"{line}, declared by nobody named", "")
        elif declaration.valid_until < self.today:
            why = f"{line} declares it, but only until {declaration.valid_until}"
            self.facts[name] = unknown(name, why, f"Check {self.estate.document.name} and move its valid_until.")
        else:
            source = f"{line}, declared by {declaration.by}, valid until {declaration.valid_until}"
            self.facts[name] = declared(name, value, source, declaration.on.isoformat())

    def shown(self, entry: ShowsPeople) -> str:
        """Return the key of the Directory an entry shows, or an empty string."""
        return self.shows.get(entry.mapping, "") if entry.mapping else directory_key(entry.directory)


def _jira(jira: DeclaredJira, writer: _Writer) -> None:
    writer.add("jira.version", jira.version, "jira", "version")
    if jira.permissions is not None:
        writer.add("jira.permissions", dict(jira.permissions), "jira", "permissions")
        administrative = {group for key in ADMINISTRATIVE for group in jira.permissions.get(key, ())}
        if any(key in jira.permissions for key in ADMINISTRATIVE):
            writer.add("jira.administrative_groups", tuple(sorted(administrative)), "jira", "permissions")
    if jira.applications is not None:
        applications = tuple(_application(application) for application in jira.applications)
        writer.add("jira.applications", applications, "jira", "applications")
    if jira.user_directories is not None:
        _user_directories(jira.user_directories, writer)
    if jira.service_projects is not None:
        _service_projects(jira.service_projects, writer)
    if jira.public_signup is not None:
        signup, path = jira.public_signup, ("jira", "public_signup")
        writer.add("jira.public_signup.global", signup.global_, *path, "global")
        writer.add("jira.public_signup.agent_signup", signup.agent_signup, *path, "agent_signup")
        writer.add("jira.public_signup.projects", signup.projects, *path, "projects")


def _application(application: DeclaredJiraApplication) -> JiraApplication:
    return JiraApplication(
        key=application.key,
        name=application.name or application.key,
        groups=application.groups,
        default_groups=application.default_groups,
        selected_by_default=application.selected_by_default,
        seats=None if application.seats == -1 else application.seats,
        used=application.used,
        is_unlimited=application.seats == -1,  # Jira's own sign for unlimited (jira-jsm.md 1.2)
    )


def _user_directories(entries: tuple[DeclaredJiraDirectory, ...], writer: _Writer) -> None:
    path = ("jira", "user_directories")
    directories = tuple(
        JiraDirectory(entry.name, entry.type, writer.shown(entry), entry.crowd_application) for entry in entries
    )
    writer.add("jira.user_directories", directories, *path)
    for index, entry in enumerate(entries):
        leaf = f"jira.user_directories[{entry.name}]"
        writer.add(f"{leaf}.mode", entry.mode, *path, index, "mode")
        writer.add(f"{leaf}.active", entry.active, *path, index, "active")
        writer.add(f"{leaf}.default_groups", entry.default_groups, *path, index, "default_groups")


def _service_projects(entries: tuple[DeclaredServiceProject, ...], writer: _Writer) -> None:
    path = ("jira", "service_projects")
    writer.add("jira.service_projects", tuple(ServiceProject(entry.key, entry.name) for entry in entries), *path)
    for index, entry in enumerate(entries):
        if entry.roles is not None:
            roles = tuple(ProjectRole(None, name, role.groups, role.users) for name, role in entry.roles.items())
            writer.add(f"jira.service_projects[{entry.key}].roles", roles, *path, index, "roles")


def _crowd(crowd: DeclaredCrowd, writer: _Writer) -> None:
    if crowd.applications is not None:
        applications = tuple(_crowd_application(entry, writer) for entry in crowd.applications)
        writer.add("crowd.applications", applications, "crowd", "applications")
        for index, entry in enumerate(crowd.applications):
            _crowd_application_leaves(entry, index, writer)
    if crowd.directories is not None:
        path = ("crowd", "directories")
        directories = tuple(CrowdDirectory(entry.name, entry.type, writer.shown(entry)) for entry in crowd.directories)
        writer.add("crowd.directories", directories, *path)
        for index, declared_directory in enumerate(crowd.directories):
            leaf = f"crowd.directories[{declared_directory.name}]"
            for key in ("default_groups", "allowed_operations"):
                writer.add(f"{leaf}.{key}", getattr(declared_directory, key), *path, index, key)


def _crowd_application(entry: DeclaredCrowdApplication, writer: _Writer) -> CrowdApplication:
    if entry.directories is None:
        return CrowdApplication(entry.name, None)
    return CrowdApplication(entry.name, tuple(writer.shown(mapped) for mapped in entry.directories))


def _crowd_application_leaves(entry: DeclaredCrowdApplication, index: int, writer: _Writer) -> None:
    path = ("crowd", "applications", index)
    leaf = f"crowd.applications[{entry.name}]"
    for key in ("aggregate_memberships", "access_based_sync"):
        writer.add(f"{leaf}.{key}", getattr(entry, key), *path, key)
    for position, mapped in enumerate(entry.directories or ()):
        for key in (
            "allow_all_to_authenticate",
            "authorised_groups",
            "default_groups",
            "directory_default_groups",
            "allowed_operations",
            "directory_allowed_operations",
        ):
            name = f"{leaf}.directories[{writer.shown(mapped)}].{key}"
            writer.add(name, getattr(mapped, key), *path, "directories", position, key)
