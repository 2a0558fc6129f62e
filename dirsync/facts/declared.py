"""The declared route: what `mappings/estate.yaml` says, as facts that carry its line and who vouches for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dirsync.model.facts import DECLARATION, Declaration, Fact, declared, observed, unknown
from dirsync.model.names import directory_key, fold
from dirsync.model.products import (
    CrowdApplication,
    CrowdDirectory,
    JiraApplication,
    JiraDirectory,
    ProjectPermission,
    ProjectRole,
    ServiceProject,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
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
GIVEN = ("default_groups", "directory_default_groups")
"""What several entries about one Directory add up to: what one of them gives, somebody there gets."""
SINGLE = (
    *("allow_all_to_authenticate", "authorised_groups", "default_groups_first"),
    *("allowed_operations", "directory_allowed_operations"),
)
"""What several entries about one Directory must say alike."""


def declared_facts(
    estate: DeclaredEstate | None, shows: Mapping[str, str], today: date, ours: Collection[str] = ()
) -> dict[str, Fact[Any]]:
    """Return every fact the file declares, by name; past its `valid_until` all of them are unknown.

    `shows` tells for a Mapping's name in which Directory the products see its people. `ours` are the Crowd applications
    as which dirsync itself asks: an entry that says something of one, but not what it shows, is no word on which
    applications Jira uses.
    """
    if estate is None:
        return {}
    writer = _Writer(estate, shows, today, frozenset(map(fold, ours)))
    if estate.content.jira:
        _jira(estate.content.jira, writer)
    if estate.content.crowd:
        _crowd(estate.content.crowd, writer)
    return writer.facts


def declaration_fact(estate: DeclaredEstate | None) -> dict[str, Fact[Any]]:
    """Return the fact that there is a declaration, by whom and until when, past its day or not; none without a file."""
    if estate is None:
        return {}
    said, document = estate.content.declared, estate.document
    if said is None:
        return {DECLARATION: observed(DECLARATION, None, document.name, "")}
    vouched = Declaration(said.by, said.on, said.valid_until)
    return {DECLARATION: observed(DECLARATION, vouched, document.line("declared"), said.on.isoformat())}


@dataclass
class _Writer:
    """Gives each declared value its provenance."""

    estate: DeclaredEstate
    shows: Mapping[str, str]
    today: date
    ours: frozenset[str]
    """Names of Crowd applications, folded."""
    facts: dict[str, Fact[Any]] = field(default_factory=dict)

    def add(self, name: str, value: object, *path: str | int) -> None:
        """Declare `name`; a value of None was left out and so declares nothing."""
        if value is not None:
            self.say(name, value, self.line(*path))

    def line(self, *path: str | int) -> str:
        """Return where the file says something."""
        return self.estate.document.line(*path)

    def say(self, name: str, value: object, line: str) -> None:
        """Declare `name`, which stands at `line`."""
        declaration = self.estate.content.declared
        if declaration is None:
            self.facts[name] = declared(name, value, f"{line}, declared by nobody named", "")
        elif declaration.valid_until < self.today:
            why = f"{line} declares it, but only until {declaration.valid_until}"
            self.facts[name] = unknown(name, why, f"Check {self.estate.document.name} and move its valid_until.")
        else:
            source = f"{line}, declared by {declaration.by}, valid until {declaration.valid_until}"
            self.facts[name] = declared(name, value, source, declaration.on.isoformat())

    def leave_open(self, name: str, why: str, remedy: str) -> None:
        """Say that the file speaks of `name`, and does not tell it."""
        self.facts[name] = unknown(name, why, remedy)

    def shown(self, entry: ShowsPeople) -> str:
        """Return the key of the Directory an entry shows, or an empty string."""
        return self.shows.get(entry.mapping, "") if entry.mapping else directory_key(entry.directory)


def _jira(jira: DeclaredJira, writer: _Writer) -> None:
    writer.add("jira.version", jira.version, "jira", "version")
    if jira.permissions is not None:
        writer.add("jira.permissions", dict(jira.permissions), "jira", "permissions")
        _administrative_groups(jira.permissions, writer)
    if jira.applications is not None:
        applications = tuple(_application(application) for application in jira.applications)
        writer.add("jira.applications", applications, "jira", "applications")
    writer.add("jira.seats_warn_at", jira.seats_warn_at, "jira", "seats_warn_at")
    if jira.user_directories is not None:
        _user_directories(jira.user_directories, writer)
    if jira.service_projects is not None:
        _service_projects(jira.service_projects, writer)
    if jira.public_signup is not None:
        signup, path = jira.public_signup, ("jira", "public_signup")
        writer.add("jira.public_signup.global", signup.global_, *path, "global")
        writer.add("jira.public_signup.agent_signup", signup.agent_signup, *path, "agent_signup")
        writer.add("jira.public_signup.projects", signup.projects, *path, "projects")


def _administrative_groups(permissions: Mapping[str, tuple[str, ...]], writer: _Writer) -> None:
    """Declare them where both permissions are there: one alone says nothing of who holds the other."""
    lacking = [key for key in ADMINISTRATIVE if key not in permissions]
    if not lacking:
        groups = {group for key in ADMINISTRATIVE for group in permissions[key]}
        writer.add("jira.administrative_groups", tuple(sorted(groups)), "jira", "permissions")
    elif len(lacking) < len(ADMINISTRATIVE):
        line = writer.line("jira", "permissions")
        writer.leave_open(
            "jira.administrative_groups",
            f"{line} does not say which groups hold {lacking[0]}",
            f"Declare {lacking[0]} under jira.permissions in mappings/estate.yaml too ([] if no group holds it).",
        )


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
        JiraDirectory(entry.name, entry.type, writer.shown(entry), entry.crowd_application, entry.mapping)
        for entry in entries
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
        if entry.permissions is not None:
            permissions = tuple(
                ProjectPermission(name.upper(), held.groups, held.roles)
                for name, held in sorted(entry.permissions.items())
                if held.groups or held.roles
            )
            writer.add(f"jira.service_projects[{entry.key}].permissions", permissions, *path, index, "permissions")


def _crowd(crowd: DeclaredCrowd, writer: _Writer) -> None:
    if crowd.applications is not None:
        _crowd_applications(crowd.applications, writer)
        for index, entry in enumerate(crowd.applications):
            _crowd_application_leaves(entry, index, writer)
    if crowd.directories is not None:
        path = ("crowd", "directories")
        directories = tuple(
            CrowdDirectory(entry.name, entry.type, writer.shown(entry), entry.mapping) for entry in crowd.directories
        )
        writer.add("crowd.directories", directories, *path)
        for index, declared_directory in enumerate(crowd.directories):
            leaf = f"crowd.directories[{declared_directory.name}]"
            for key in ("default_groups", "allowed_operations"):
                writer.add(f"{leaf}.{key}", getattr(declared_directory, key), *path, index, key)


def _crowd_applications(entries: tuple[DeclaredCrowdApplication, ...], writer: _Writer) -> None:
    """Declare which applications Jira uses; an entry that is only a remark about one of ours names none of those."""
    of_jira = {fold(known.crowd_application) for known in _declared_directories(writer)}
    remarks = [
        entry
        for entry in entries
        if entry.directories is None and fold(entry.name) in writer.ours and fold(entry.name) not in of_jira
    ]
    listed = tuple(_crowd_application(entry, writer) for entry in entries if entry not in remarks)
    if listed or not entries:
        writer.add("crowd.applications", listed, "crowd", "applications")
        return
    names = ", ".join(f"'{entry.name}'" for entry in remarks)
    writer.leave_open(
        "crowd.applications",
        f"{writer.line('crowd', 'applications')} speaks only of {names}, as which dirsync asks Crowd, and not of what "
        "it shows",
        "Declare the Crowd applications that Jira uses, with their directories, under crowd.applications in "
        "mappings/estate.yaml.",
    )


def _declared_directories(writer: _Writer) -> tuple[DeclaredJiraDirectory, ...]:
    jira = writer.estate.content.jira
    return (jira.user_directories if jira else None) or ()


def _crowd_application(entry: DeclaredCrowdApplication, writer: _Writer) -> CrowdApplication:
    if entry.directories is None:
        return CrowdApplication(entry.name, None)
    return CrowdApplication(entry.name, tuple(writer.shown(mapped) for mapped in entry.directories))


def _crowd_application_leaves(entry: DeclaredCrowdApplication, index: int, writer: _Writer) -> None:
    path = ("crowd", "applications", index)
    leaf = f"crowd.applications[{entry.name}]"
    for key in ("aggregate_memberships", "access_based_sync"):
        writer.add(f"{leaf}.{key}", getattr(entry, key), *path, key)
    for shown in dict.fromkeys(writer.shown(mapped) for mapped in entry.directories or ()):
        for key in (*GIVEN, *SINGLE):
            told = [
                (writer.line(*path, "directories", position, key), getattr(mapped, key))
                for position, mapped in enumerate(entry.directories or ())
                if writer.shown(mapped) == shown and getattr(mapped, key) is not None
            ]
            _merged(f"{leaf}.directories[{shown}].{key}", key, told, writer)


def _merged(name: str, key: str, told: list[tuple[str, Any]], writer: _Writer) -> None:
    """Make one fact of what entries about one Directory tell, each with its line: two audit-only Mappings of one tree.

    An entry that leaves the key out tells nothing, as where it stands alone.
    """
    if not told:
        return
    lines = " and ".join(dict.fromkeys(line for line, _ in told))
    values = [value for _, value in told]
    if key in GIVEN:
        writer.say(name, tuple(dict.fromkeys(group for groups in values for group in groups)), lines)
    elif len({_alike(value) for value in values}) == 1:
        writer.say(name, values[0], lines)
    else:
        writer.facts[name] = unknown(
            name,
            f"two entries of this application show one directory and say different things ({lines})",
            "Let each mapping read a directory of its own (a connection of its own in the settings), or say the same "
            "in both entries.",
        )


def _alike(value: object) -> object:
    return frozenset(value) if isinstance(value, tuple) else value
