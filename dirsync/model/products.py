"""What Jira and Crowd are set to: the shapes that the facts about them have.

Leaves that a route may leave open (modes, default groups, permissions) are facts of their own, named below
the structure's path, so that each has its own provenance; see `dirsync/facts/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DirectoryMode(StrEnum):
    """What Jira may write to a user directory (Jira administration > User directories)."""

    READ_ONLY = "read-only"
    READ_ONLY_LOCAL_GROUPS = "read-only-local-groups"
    READ_WRITE = "read-write"


class DirectoryType(StrEnum):
    """What kind of user directory Jira or Crowd has."""

    CROWD = "crowd"
    LDAP = "ldap"
    INTERNAL = "internal"
    DELEGATING = "delegating"
    CONNECTOR = "connector"


@dataclass(frozen=True, slots=True)
class JiraApplication:
    """A licensed Jira application. Fact `jira.applications` is a tuple of these.

    `groups` grant access and so a seat; `default_groups` are those given to users created with the
    application selected; `None` means that the route did not say.
    """

    key: str
    groups: tuple[str, ...]
    default_groups: tuple[str, ...] | None = None
    selected_by_default: bool | None = None
    name: str = ""
    seats: int | None = None
    """None when unlimited or not told; see `is_unlimited`."""
    used: int | None = None
    is_unlimited: bool = False


@dataclass(frozen=True, slots=True)
class JiraDirectory:
    """A user directory of Jira, in Jira's order. Fact `jira.user_directories` is a tuple of these.

    Its leaves are facts `jira.user_directories[NAME].mode`, `.active` and `.default_groups`.
    """

    name: str
    type: DirectoryType
    directory: str
    """Key of the dirsync Directory that shows what Jira sees there; empty when none was named."""
    crowd_application: str = ""
    mapping: str = ""
    """The Mapping by which the Directory was named: of an audit-only one Jira sees no more than its people."""
    held_in: str = ""
    """Key of the Directory of kind jira that reads out of Jira itself what it holds of `directory`, which is another
    one; empty where none does."""


@dataclass(frozen=True, slots=True)
class CrowdApplication:
    """A Crowd application and the Directories mapped to it, in its order. Fact `crowd.applications`.

    Leaves: `crowd.applications[NAME].aggregate_memberships`, `.access_based_sync`, and for each mapped
    Directory D `crowd.applications[NAME].directories[D].default_groups`, `.directory_default_groups`,
    `.allow_all_to_authenticate`, `.authorised_groups`, `.allowed_operations`, `.directory_allowed_operations`, and
    `.default_groups_first`, which only somebody who tried can tell: whether they are given before Crowd decides who may
    log in.
    """

    name: str
    directories: tuple[str, ...] | None
    """Keys of dirsync Directories; None when the route did not say which."""
    crowd_directories: tuple[str, ...] | None = None
    """Crowd's own names of the active directories mapped to it, in its order; None when the route did not say."""
    unattributed: tuple[str, ...] = ()
    """Those of them of which nobody says which Directory shows them: they may hold anybody's people."""
    type: str = ""
    """Crowd's own word for what logs in as it, such as JIRA or CONFLUENCE; empty when the route did not say."""

    @property
    def shows_several(self) -> bool:
        """Whether it shows several directories of Crowd, as far as is known; two Directories may show one of them."""
        shown = self.directories if self.crowd_directories is None else self.crowd_directories
        return len(set(shown or ())) > 1


@dataclass(frozen=True, slots=True)
class CrowdDirectory:
    """A directory inside Crowd. Fact `crowd.directories`.

    Leaves: `crowd.directories[NAME].default_groups`, `.allowed_operations`, `.active`, `.sync_state` (a `SyncState`).
    One that several Directories show stands once for each.
    """

    name: str
    type: DirectoryType | None
    directory: str
    """Key of the dirsync Directory that shows it; empty when none was named."""
    mapping: str = ""
    """The Mapping by which the Directory was named, as for `JiraDirectory`."""
    number: str = ""
    """Crowd's own, with which the keys of its users begin; empty when the route did not say."""


@dataclass(frozen=True, slots=True)
class SyncState:
    """When Crowd last fetched a directory from where it comes. Fact `crowd.directories[NAME].sync_state`."""

    is_running: bool | None = None
    started: str = ""
    """As Crowd writes it, as `ended`; empty when it did not say."""
    ended: str = ""
    status: str = ""
    """Crowd's own words for how it went."""


@dataclass(frozen=True, slots=True)
class LicenceUse:
    """Seats of a product as Crowd counts them. Fact `crowd.applications[NAME].licence_use` is a tuple of these."""

    jira_type: str
    """Which Jira application, in Crowd's words; empty where Crowd does not tell them apart."""
    used: int
    limit: int | None = None
    """None when unlimited or not told."""
    used_by_crowd: int | None = None
    """How many of them are held by users of Crowd's own directories."""


@dataclass(frozen=True, slots=True)
class DuplicateAccount:
    """One of several accounts that share a username in Jira.

    Fact `jira.duplicated_users` maps each such username to its accounts, in the order Jira gives them, which says
    nothing about the order of the directories.
    """

    directory_id: int | None
    directory: str
    """The name of Jira's user directory."""
    is_active: bool


@dataclass(frozen=True, slots=True)
class ProjectRole:
    """A role of one project, and who acts in it."""

    id: int | None
    name: str
    groups: tuple[str, ...] = ()
    users: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProjectPermission:
    """Who holds one permission of a project by a group or a role; holders of other kinds are left out."""

    name: str
    """Jira's key of it, such as BROWSE_PROJECTS."""
    groups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    """Names of roles of the project; its number, in digits, where the route did not say the name."""


@dataclass(frozen=True, slots=True)
class ServiceProject:
    """A service project (service desk). Fact `jira.service_projects` is a tuple of these.

    Leaves: `jira.service_projects[KEY].roles`, a tuple of `ProjectRole`; `.permissions`, a tuple of
    `ProjectPermission`, none that neither a group nor a role holds; `.open_access`, whether everybody with an
    account may raise requests; `.customer_role_misconfigured`, what Jira says of the role of its customers. Whether
    people may sign up for it is in `jira.public_signup.projects` (key to yes or no).
    """

    key: str
    name: str = ""
    id: int | None = None
    """Of the service desk, which is another number than the project's."""
