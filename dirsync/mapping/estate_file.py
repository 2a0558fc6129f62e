"""`mappings/estate.yaml`: what no route tells, declared by a named person (design, section 5).

A section left out is unknown; an empty list is a declared "none".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StrictBool, StrictFloat, StrictInt, field_validator, model_validator

from dirsync.mapping.wording import PRODUCT_VERSION
from dirsync.mapping.words import Day, Name, Words
from dirsync.model.names import fold
from dirsync.model.products import DirectoryMode, DirectoryType  # noqa: TC001 - pydantic reads the annotations

if TYPE_CHECKING:
    from collections.abc import Iterable

Groups = tuple[Name, ...]


def _each_once(names: Iterable[str], what: str) -> None:
    """Refuse a name that stands twice, as the products would: what is said of it would be that of one of the two."""
    first: dict[str, str] = {}
    twice: set[str] = set()
    for name in names:
        key = fold(name)
        if key in first:
            twice.add(first[key])
        first.setdefault(key, name)
    if twice:
        message = f"{', '.join(sorted(twice))} stands twice; describe each {what} once"
        raise ValueError(message)


class Declaration(Words):
    """Who vouches for the file, and until when."""

    by: Name
    """Who vouches for this file."""
    on: Day
    """The day on which it was checked, such as 2026-11-22."""
    valid_until: Day
    """Past this day nothing in this file counts any more, and what it told is unknown."""


class DeclaredJiraApplication(Words):
    """A Jira application and its seats. Declare them where Jira itself can't be asked."""

    key: Name
    """jira-core, jira-software or jira-servicedesk."""
    name: str = ""
    """As people call it."""
    groups: Groups
    """Groups whose members hold a seat."""
    default_groups: Groups | None = None
    """Groups into which Jira puts users who are created for this application."""
    selected_by_default: StrictBool | None = None
    """Whether Jira gives the application to every new user."""
    seats: Annotated[StrictInt, Field(ge=-1)] | None = None
    """What the licence allows; -1 is unlimited."""
    used: Annotated[StrictInt, Field(ge=0)] | None = None
    """Seats in use."""


class ShowsPeople(Words):
    """An entry that names whose people it shows: a Directory, or the Mapping that feeds it one to one."""

    mapping: str = ""
    """The mapping whose people it shows, where it is one to one; else `directory`."""
    directory: str = ""
    """The directory of the settings that shows what the product sees there; else `mapping`."""

    @model_validator(mode="after")
    def only_one_of_both(self) -> ShowsPeople:
        """Refuse an entry that names both."""
        if self.mapping and self.directory:
            message = "name either 'mapping' or 'directory', not both"
            raise ValueError(message)
        return self


class DeclaredJiraDirectory(ShowsPeople):
    """One of Jira's user directories."""

    name: Name
    """As Jira lists it under User management, User directories."""
    type: Literal[DirectoryType.CROWD, DirectoryType.LDAP, DirectoryType.INTERNAL, DirectoryType.DELEGATING]
    """Where Jira gets the people from."""
    crowd_application: str = ""
    """The Crowd application as which Jira logs in; for type crowd."""
    mode: DirectoryMode | None = None
    """What Jira may write: nothing, memberships in its own groups, or everything."""
    active: StrictBool = True
    """Whether it is switched on."""
    default_groups: Groups | None = None
    """Jira's own for this directory (LDAP): groups into which everybody is put at the first login."""


class PublicSignup(Words):
    """The switches of public sign-up."""

    global_: StrictBool | None = Field(None, alias="global")
    """Jira Service Management's own switch (its configuration, Public signup). Off: no project offers sign-up."""
    projects: dict[str, StrictBool] | None = None
    """Key of a service project to true where its customer permissions let anyone raise a request."""
    agent_signup: StrictBool | None = None
    """Jira's public mode: whether its login page makes licensed users."""


class DeclaredRole(Words):
    """Who acts in a role of a project; a list left out is empty."""

    groups: Groups = ()
    """Names of groups."""
    users: tuple[Name, ...] = ()
    """Usernames."""


class DeclaredHolders(Words):
    """Who holds a permission of a project by a group or a role; a list left out is empty."""

    groups: Groups = ()
    """Names of groups."""
    roles: tuple[Name, ...] = ()
    """Names of roles of the project."""


class DeclaredServiceProject(Words):
    """A service project, who acts in its roles, and what its permission scheme grants."""

    key: Name
    """Such as HELP."""
    name: str = ""
    """As people call it."""
    roles: dict[str, DeclaredRole] | None = None
    """Name of a role, such as Service Desk Customers, to who acts in it."""
    permissions: dict[str, DeclaredHolders] | None = None
    """Permission of its scheme, such as BROWSE_PROJECTS, to the groups and roles that hold it. List all that are
    granted to a group or a role: one left out is declared to be granted to none."""


class DeclaredJira(Words):
    """What Jira is set to."""

    version: Annotated[str, Field(pattern=PRODUCT_VERSION)] | None = None
    """Such as "9.12", in quotes. Used when Jira itself can't be asked."""
    permissions: dict[str, Groups] | None = None
    """Global permission (ADMINISTER, SYSTEM_ADMIN; before Jira 7 also JIRA_USERS) to the groups that have it."""
    applications: tuple[DeclaredJiraApplication, ...] | None = None
    """Empty before Jira 7, which had none."""
    seats_warn_at: Annotated[StrictFloat, Field(gt=0, le=1)] | None = None
    """The share of an application's seats from which on its use is a finding. [0.9]"""
    user_directories: tuple[DeclaredJiraDirectory, ...] | None = None
    """In Jira's order, the first on top."""
    public_signup: PublicSignup | None = None
    """The switches of public sign-up."""
    service_projects: tuple[DeclaredServiceProject, ...] | None = None
    """The service projects, where Jira itself can't be asked."""

    @field_validator("service_projects")
    @classmethod
    def each_project_once(
        cls, given: tuple[DeclaredServiceProject, ...] | None
    ) -> tuple[DeclaredServiceProject, ...] | None:
        """Refuse a project that stands twice: its roles would be those of one of the two."""
        _each_once((project.key for project in given or ()), "project")
        return given

    @field_validator("user_directories")
    @classmethod
    def each_user_directory_once(
        cls, given: tuple[DeclaredJiraDirectory, ...] | None
    ) -> tuple[DeclaredJiraDirectory, ...] | None:
        """Refuse a user directory that stands twice: its mode would be that of one of the two."""
        _each_once((directory.name for directory in given or ()), "user directory")
        return given


class DeclaredCrowdMapping(ShowsPeople):
    """A directory as one Crowd application sees it."""

    allow_all_to_authenticate: StrictBool | None = None
    """Whether all its users may log in to the application."""
    authorised_groups: Groups | None = None
    """Groups whose members may log in, when not all users may."""
    default_groups: Groups | None = None
    """Groups into which this application puts everybody of the directory at login."""
    directory_default_groups: Groups | None = None
    """Groups into which the directory itself puts everybody at the first login."""
    default_groups_first: StrictBool | None = None
    """Whether Crowd gives the default groups before it decides who may log in; sign up once, log in and see."""
    allowed_operations: Groups | None = None
    """What the application may write, in Crowd's words: CREATE_USER, UPDATE_USER, …"""
    directory_allowed_operations: Groups | None = None
    """What the directory lets anybody write, in Crowd's words."""


class DeclaredCrowdApplication(Words):
    """A client of Crowd."""

    name: Name
    """As Crowd lists it under Applications."""
    aggregate_memberships: StrictBool | None = None
    """Whether memberships of the same name in several directories are added up."""
    access_based_sync: StrictBool | None = None
    """Whether the application is shown only the users who may log in to it."""
    directories: tuple[DeclaredCrowdMapping, ...] | None = None
    """Its directories, in its order."""


class DeclaredCrowdDirectory(ShowsPeople):
    """What is true of a Crowd directory in every application."""

    name: Name
    """As Crowd lists it under Directories."""
    type: Literal[DirectoryType.INTERNAL, DirectoryType.CONNECTOR, DirectoryType.DELEGATING] | None = None
    """Where Crowd gets the people from."""
    default_groups: Groups | None = None
    """Groups into which the directory itself puts everybody at the first login."""
    allowed_operations: Groups | None = None
    """What the directory lets anybody write, in Crowd's words: CREATE_USER, UPDATE_USER, …"""


class DeclaredCrowd(Words):
    """What Crowd is set to."""

    applications: tuple[DeclaredCrowdApplication, ...] | None = None
    """The Crowd applications that Jira uses."""
    directories: tuple[DeclaredCrowdDirectory, ...] | None = None
    """What is true of a Crowd directory in every application."""

    @field_validator("applications")
    @classmethod
    def each_application_once(
        cls, given: tuple[DeclaredCrowdApplication, ...] | None
    ) -> tuple[DeclaredCrowdApplication, ...] | None:
        """Refuse an application that stands twice: its directories would be those of one of the two."""
        _each_once((application.name for application in given or ()), "application")
        return given

    @field_validator("directories")
    @classmethod
    def each_directory_once(
        cls, given: tuple[DeclaredCrowdDirectory, ...] | None
    ) -> tuple[DeclaredCrowdDirectory, ...] | None:
        """Refuse a directory that stands twice: its default groups would be those of one of the two."""
        _each_once((directory.name for directory in given or ()), "directory")
        return given


class EstateFile(Words):
    """The whole of `mappings/estate.yaml`. `crowd: none` says that there is no Crowd."""

    version: Literal[1]
    """Of the file format."""
    declared: Declaration | None = None
    """Who vouches for this file, and until when."""
    jira: DeclaredJira | None = None
    """What Jira is set to. What is left out is unknown; an empty list says that there is none."""
    crowd: DeclaredCrowd | None = None
    """What Crowd is set to, or none: there is no Crowd. What is left out is unknown; an empty list says none."""

    @field_validator("crowd", mode="before", json_schema_input_type=DeclaredCrowd | Literal["none"] | None)
    @classmethod
    def none_means_no_crowd(cls, given: object) -> object:
        """Turn `crowd: none` into what it declares: no applications, no directories."""
        return {"applications": [], "directories": []} if given == "none" else given
