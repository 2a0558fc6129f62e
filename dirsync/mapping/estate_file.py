"""`mappings/estate.yaml`: what no route tells, declared by a named person (design, section 5).

A section left out is unknown; an empty list is a declared "none".
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AliasChoices, Field, StrictBool, StrictInt, field_validator, model_validator

from dirsync.mapping.mapping import Day, Name, Words
from dirsync.mapping.wording import PRODUCT_VERSION
from dirsync.model.products import DirectoryMode, DirectoryType  # noqa: TC001 - pydantic reads the annotations

Groups = tuple[Name, ...]


class Declaration(Words):
    """Who vouches for the file, and until when."""

    by: Name
    on: Day
    valid_until: Day


class DeclaredJiraApplication(Words):
    """The declared form of Jira's `/applicationrole`."""

    key: Name
    name: str = ""
    groups: Groups
    default_groups: Groups | None = None
    selected_by_default: StrictBool | None = None
    seats: Annotated[StrictInt, Field(ge=-1)] | None = None
    used: Annotated[StrictInt, Field(ge=0)] | None = None


class ShowsPeople(Words):
    """An entry that names whose people it shows: a Directory, or the Mapping that feeds it one to one."""

    mapping: str = ""
    directory: str = ""

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
    type: Literal[DirectoryType.CROWD, DirectoryType.LDAP, DirectoryType.INTERNAL, DirectoryType.DELEGATING]
    crowd_application: str = ""
    mode: DirectoryMode | None = None
    active: StrictBool = True
    default_groups: Groups | None = None


class PublicSignup(Words):
    """The switches of public sign-up."""

    global_: StrictBool | None = Field(None, alias="global", validation_alias=AliasChoices("global", "global_"))
    projects: dict[str, StrictBool] | None = None
    agent_signup: StrictBool | None = None


class DeclaredJira(Words):
    """What Jira is set to."""

    version: Annotated[str, Field(pattern=PRODUCT_VERSION)] | None = None
    permissions: dict[str, Groups] | None = None
    applications: tuple[DeclaredJiraApplication, ...] | None = None
    user_directories: tuple[DeclaredJiraDirectory, ...] | None = None
    public_signup: PublicSignup | None = None


class DeclaredCrowdMapping(ShowsPeople):
    """A directory as one Crowd application sees it."""

    allow_all_to_authenticate: StrictBool | None = None
    authorised_groups: Groups | None = None
    default_groups: Groups | None = None
    directory_default_groups: Groups | None = None
    allowed_operations: Groups | None = None
    directory_allowed_operations: Groups | None = None


class DeclaredCrowdApplication(Words):
    """A client of Crowd."""

    name: Name
    aggregate_memberships: StrictBool | None = None
    access_based_sync: StrictBool | None = None
    directories: tuple[DeclaredCrowdMapping, ...] | None = None


class DeclaredCrowdDirectory(ShowsPeople):
    """What is true of a Crowd directory in every application."""

    name: Name
    type: Literal[DirectoryType.INTERNAL, DirectoryType.CONNECTOR, DirectoryType.DELEGATING] | None = None
    default_groups: Groups | None = None
    allowed_operations: Groups | None = None


class DeclaredCrowd(Words):
    """What Crowd is set to."""

    applications: tuple[DeclaredCrowdApplication, ...] | None = None
    directories: tuple[DeclaredCrowdDirectory, ...] | None = None


class EstateFile(Words):
    """The whole of `mappings/estate.yaml`. `crowd: none` says that there is no Crowd."""

    version: Literal[1]
    declared: Declaration | None = None
    jira: DeclaredJira | None = None
    crowd: DeclaredCrowd | None = None

    @field_validator("crowd", mode="before")
    @classmethod
    def none_means_no_crowd(cls, given: object) -> object:
        """Turn `crowd: none` into what it declares: no applications, no directories."""
        return {"applications": [], "directories": []} if given == "none" else given
