"""The seed file: its words, checked (the format is described in the package's docstring)."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field, field_validator

from dirsync.sandbox.crowd.admin_seed import SeedCrowdAdmin
from dirsync.sandbox.crowd.events import KEPT_EVENTS, KEPT_SECONDS
from dirsync.sandbox.operations import ALL_OPERATIONS, Operation
from dirsync.sandbox.seed_jira import SeedJira
from dirsync.sandbox.seed_words import Name, Names, People, SeedPart, Version


class SeedCrowdDirectory(People):
    """A directory inside Crowd."""

    name: Name
    type: Literal["internal", "connector", "delegating"] = "internal"
    active: bool = True
    """An inactive one is shown to no application."""
    synchronised: str = ""
    """When it was last fetched from where it comes, as the administrative interface shows it."""
    cached: bool | None = None
    """Left out: a delegating directory is not cached, all others are."""
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
    type: Literal["GENERIC_APPLICATION", "CROWD", "JIRA", "CONFLUENCE", "BITBUCKET", "BAMBOO"] = "GENERIC_APPLICATION"
    active: bool = True
    """Both are shown by the administrative interface, and mean nothing to the others."""
    password: Annotated[str, Field(min_length=1, repr=False)] = "sandbox-only"
    remote_addresses: list[str] | None = None
    aggregate_memberships: bool = False
    access_based_sync: Literal[False, True, "users", "users-and-groups"] = False
    """Who has no access is hidden: users, or users and groups; `true`, as an estate file says, means users."""
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


class SeedEvents(SeedPart):
    """How much of the past `/event` knows, and in which of the forms that a client must expect it tells it."""

    kept: Annotated[int, Field(ge=0)] = KEPT_EVENTS
    kept_seconds: Annotated[int, Field(ge=0)] = KEPT_SECONDS
    alias_event: bool = False
    """An alias was changed lately, which `/event` can't tell."""
    memberships: Literal["changes", "all"] = "changes"
    spelling: Literal["camel", "hyphen"] = "camel"
    operation: Literal["element", "attribute"] = "element"


class SeedCrowd(SeedPart):
    """Crowd."""

    version: Version = "6.0.2"
    admin: SeedCrowdAdmin = SeedCrowdAdmin()
    events: SeedEvents = SeedEvents()
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
