"""The seed file: its words, checked (the format is described in the package's docstring)."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from dirsync.sandbox.operations import ALL_OPERATIONS, Operation

Name = Annotated[str, Field(min_length=1, max_length=255)]
Names = list[Name]


class SeedPart(BaseModel):
    """What every part of a seed has in common: no unknown keys, no conversion of types, no change afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _number_as_text(given: object) -> object:
    """Read an unquoted number as text where a version stands, since `version: 9.12` is what people write."""
    return str(given) if isinstance(given, int | float) and not isinstance(given, bool) else given


Version = Annotated[str, BeforeValidator(_number_as_text), Field(pattern=r"^\d+(\.\d+)*$")]


class SeedUser(SeedPart):
    """One account. Without a password nobody can authenticate as it."""

    username: Name
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    display_name: str = ""
    active: bool = True
    password: str | None = Field(None, repr=False)
    groups: Names = []
    attributes: dict[str, list[str]] = {}


class SeedGroup(SeedPart):
    """One group; `groups` are its children."""

    name: Name
    description: str = ""
    active: bool = True
    groups: Names = []


class People(SeedPart):
    """Users and groups of one directory."""

    users: list[SeedUser] = []
    groups: list[SeedGroup] = []


class SeedCrowdDirectory(People):
    """A directory inside Crowd."""

    name: Name
    type: Literal["internal", "connector", "delegating"] = "internal"
    default_groups: Names = []
    allowed_operations: list[Operation] = list(ALL_OPERATIONS)


class SeedCrowdMapping(SeedPart):
    """A directory as one Crowd application sees it; what it says of the directory itself holds everywhere."""

    directory: Annotated[Name, Field(validation_alias=AliasChoices("directory", "mapping"))]
    allow_all_to_authenticate: bool = True
    authorised_groups: Names = []
    default_groups: Names = []
    allowed_operations: list[Operation] = list(ALL_OPERATIONS)
    directory_default_groups: Names = []
    directory_allowed_operations: list[Operation] = list(ALL_OPERATIONS)


class SeedCrowdApplication(SeedPart):
    """A client of Crowd."""

    name: Name
    password: Annotated[str, Field(min_length=1, repr=False)] = "sandbox-only"
    remote_addresses: list[str] | None = None
    aggregate_memberships: bool = False
    access_based_sync: Literal[False] = False
    """Known so that an estate file reads; filtering people by access is not imitated."""
    directories: list[SeedCrowdMapping] = []

    @field_validator("remote_addresses")
    @classmethod
    def addresses_are_addresses(cls, given: list[str] | None) -> list[str] | None:
        """Refuse what is neither an address nor a network."""
        for address in given or []:
            try:
                ipaddress.ip_network(address, strict=False)
            except ValueError:
                message = f"'{address}' is no IP address and no network such as 10.0.0.0/8"
                raise ValueError(message) from None
        return given


class SeedCrowd(SeedPart):
    """Crowd."""

    version: Version = "6.0.2"
    directories: list[SeedCrowdDirectory] = []
    applications: list[SeedCrowdApplication] = []

    def default_groups_of(self, directory: str) -> list[str]:
        """Return the directory-level default groups of a directory, wherever the seed says them."""
        said = [each.default_groups for each in self.directories if each.name.lower() == directory.lower()]
        said += [each.directory_default_groups for each in self._mapped(directory)]
        return list(dict.fromkeys(group for groups in said for group in groups))

    def operations_of(self, directory: str) -> list[Operation]:
        """Return the directory-level operations: those that every place which speaks of them allows."""
        said = [each.allowed_operations for each in self.directories if each.name.lower() == directory.lower()]
        said += [each.directory_allowed_operations for each in self._mapped(directory)]
        return [operation for operation in ALL_OPERATIONS if all(operation in allowed for allowed in said)]

    def _mapped(self, directory: str) -> list[SeedCrowdMapping]:
        mapped = [each for application in self.applications for each in application.directories]
        return [each for each in mapped if each.directory.lower() == directory.lower()]


class SeedCredentials(SeedPart):
    """Who may call Jira besides its own people: a technical account that is in none of the directories."""

    token: Annotated[str, Field(min_length=1, repr=False)] = "sandbox-jira-token"
    username: Name = "dirsync"
    password: Annotated[str, Field(min_length=1, repr=False)] = "sandbox-jira-password"
    permissions: Names = ["ADMINISTER"]


class SeedJiraApplication(SeedPart):
    """A licensed Jira application."""

    key: Name
    name: str = ""
    groups: Names = []
    default_groups: Names = []
    selected_by_default: bool = False
    seats: Annotated[int, Field(ge=-1)] | None = None
    used: Annotated[int, Field(ge=0)] | None = None

    @property
    def is_unlimited(self) -> bool:
        """Say whether the licence has no limit."""
        return self.seats is None or self.seats < 0


class SeedJiraDirectory(People):
    """One of Jira's user directories; type `crowd` shows what a Crowd application sees."""

    name: Name
    type: Literal["crowd", "internal", "ldap", "delegating"]
    crowd_application: str = ""
    mode: Literal["read-only", "read-only-local-groups", "read-write"] = "read-write"
    active: bool = True
    nested_groups: bool = True
    default_groups: Names = []
    directory: str = ""
    mapping: str = ""
    """The last three are known so that an estate file reads; no call the sandbox answers shows them."""

    @model_validator(mode="after")
    def people_stand_where_they_live(self) -> SeedJiraDirectory:
        """Refuse a Crowd directory without its application or with people of its own, and the reverse."""
        message = ""
        if self.type == "crowd" and not self.crowd_application:
            message = f"'{self.name}' is of type crowd, so it needs crowd_application"
        elif self.type == "crowd" and (self.users or self.groups):
            message = f"'{self.name}' is of type crowd: its users and groups belong under crowd.directories"
        elif self.type != "crowd" and self.crowd_application:
            message = f"'{self.name}' is of type {self.type}, so crowd_application has no meaning"
        if message:
            raise ValueError(message)
        return self


class SeedRole(SeedPart):
    """Who acts in a role of a project."""

    groups: Names = []
    users: Names = []


class SeedServiceProject(SeedPart):
    """A service project; `roles` are by name."""

    key: Annotated[Name, Field(pattern=r"^[A-Z][A-Z0-9_]+$")]
    name: str = ""
    roles: dict[str, SeedRole] = {}
    open_access: bool = False
    customer_role_misconfigured: bool = False


class SeedPublicSignup(SeedPart):
    """The switches of public sign-up; what is left out is off."""

    global_: Annotated[bool, Field(alias="global")] = False
    projects: dict[str, bool] = {}
    agent_signup: bool = False
    """Known so that an estate file reads; no call the sandbox answers shows it."""


class SeedJira(SeedPart):
    """Jira."""

    version: Version = "9.12"
    credentials: SeedCredentials = SeedCredentials()
    permissions: dict[str, Names] = {}
    applications: list[SeedJiraApplication] = []
    user_directories: list[SeedJiraDirectory] = []
    service_projects: list[SeedServiceProject] = []
    public_signup: SeedPublicSignup = SeedPublicSignup()


class Seed(SeedPart):
    """All that a sandbox starts with. Build it from YAML with `parse_seed`, or from data with `model_validate`."""

    version: Literal[1] = 1
    declared: dict[str, Any] | None = None
    """Who vouches for an estate file; means nothing here."""
    jira: SeedJira = SeedJira()
    crowd: SeedCrowd = SeedCrowd()

    @field_validator("crowd", mode="before")
    @classmethod
    def none_means_no_crowd(cls, given: object) -> object:
        """Read `crowd: none` as estate.yaml does."""
        return {} if given == "none" else given
