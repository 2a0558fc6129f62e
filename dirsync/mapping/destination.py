"""Where a mapping carries its people to."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StrictInt, field_validator, model_validator

from dirsync.mapping.attributes import UserAttributes
from dirsync.mapping.templates import is_template, template
from dirsync.mapping.words import Name, OneOrMany, Words, one_or_many

Missing = Literal["keep", "deactivate", "remove"]


class AccountsMade(Words):
    """Where accounts are made in an LDAP or LDIF target, and which of its entries are accounts."""

    base: Name
    """The entry below which accounts are made, right below it, and below which they are looked for."""
    filter: str = ""
    """Which entries below it are accounts, such as (objectClass=inetOrgPerson). Left out: the kind's own."""
    object_classes: OneOrMany = ()
    """Of new accounts. Left out: inetOrgPerson; in Active Directory user."""
    rdn: str = ""
    """The attribute that a new account is named by; it holds the username. Left out: uid; in Active Directory cn."""
    attributes: UserAttributes = UserAttributes()
    """Which attribute means what; what is left out has the kind's own default."""

    @model_validator(mode="after")
    def names_may_stay(self) -> AccountsMade:
        """Refuse to name accounts by what changes while the username does not."""
        changing = ("email", "first_name", "last_name", "display_name", "active")
        meant = [one for one in changing if self.rdn and getattr(self.attributes, one).lower() == self.rdn.lower()]
        if meant and self.attributes.username.lower() != self.rdn.lower():
            message = (
                f"rdn '{self.rdn}' is also the attribute of {meant[0]}; name accounts by one that stays, such as uid"
            )
            raise ValueError(message)
        return self


def _for_every_organization(given: object) -> object:
    return {"*": given} if isinstance(given, str | list | tuple) else given


ProjectKeys = Annotated[tuple[Name, ...], BeforeValidator(one_or_many, json_schema_input_type=Name | tuple[Name, ...])]


class OrganizationsCarried(Words):
    """Organisations of Jira Service Management: who belongs to them, and which service projects serve them."""

    attribute: Name
    """Of a person in the source, such as o: its first value is the organisation. Or a template, such as "{o|upper}"."""
    names: dict[str, str] = {"*": "*"}
    """Pattern of that value to the name in Jira, as in groups: the first that fits decides, the rest is left out."""
    service_projects: Annotated[
        dict[str, ProjectKeys],
        BeforeValidator(
            _for_every_organization, json_schema_input_type=Name | tuple[Name, ...] | dict[str, ProjectKeys]
        ),
    ] = {}
    """Keys of the service projects that serve them: one list for all, or one for each pattern of the name in Jira."""
    missing: Literal["keep", "remove"] = "keep"
    """What becomes of an organisation that dirsync made and to which nobody of the source belongs any more."""

    @field_validator("attribute")
    @classmethod
    def template_can_be_read(cls, given: str) -> str:
        """Refuse a template that is none."""
        if is_template(given):
            template(given)
        return given

    @field_validator("names")
    @classmethod
    def stars_are_matched(cls, names: dict[str, str]) -> dict[str, str]:
        """Refuse a right side with more `*` than its left side gives it."""
        for pattern, name in names.items():
            if name.count("*") > pattern.count("*"):
                message = f"organisation '{name}' has more '*' than its pattern '{pattern}'"
                raise ValueError(message)
            if not name.strip():
                message = f"the organisations matching '{pattern}' need a name in Jira"
                raise ValueError(message)
        return names


GroupClass = Literal["groupOfNames", "groupOfUniqueNames", "posixGroup", "group"]


class Destination(Words):
    """Where they are carried to."""

    directory: Name
    """A directory of the settings, not the source."""
    users: AccountsMade | None = None
    """Where accounts are made. LDAP and LDIF need it; the other kinds know no places."""
    groups_base: str = ""
    """The entry below which groups are made and looked for. LDAP and LDIF need it where there are groups."""
    group_class: GroupClass | None = None
    """Of new groups. Left out: groupOfNames; in Active Directory group. The class says how members are listed."""
    groups: dict[str, str] = {}
    """The source groups carried over: pattern to name in the target; the n-th * right is what the n-th * left matched.

    The first pattern that fits a group decides.
    """
    organizations: OrganizationsCarried | None = None
    """Organisations of Jira Service Management, for customers only. Jira itself is written to (DIRSYNC_JIRA__URL)."""
    missing: Missing = "keep"
    """What becomes of the account of somebody who is no longer in the source; only accounts that are dirsync's own."""
    missing_after: Annotated[StrictInt, Field(ge=1)] = 2
    """Complete `sync` reads, at least 20 hours apart, in which somebody must be missing. 1: at once."""
    missing_groups: Literal["keep", "remove"] = "keep"
    """What becomes of a carried group that is no longer in the source."""
    returning: Literal["reactivate", "ignore"] = "reactivate"
    """Who is active in the source again, of those that dirsync itself deactivated. ignore: the account stays so."""
    new_password: Literal["random", "none"] = "random"
    """Of new accounts. random: nobody knows it, people reset it. none: the account gets no password."""

    @field_validator("groups")
    @classmethod
    def stars_are_matched(cls, groups: dict[str, str]) -> dict[str, str]:
        """Refuse a right side with more `*` than its left side gives it."""
        for pattern, name in groups.items():
            if name.count("*") > pattern.count("*"):
                message = f"group '{name}' has more '*' than its pattern '{pattern}'"
                raise ValueError(message)
            if not name.strip():
                message = f"the groups matching '{pattern}' need a name in the target"
                raise ValueError(message)
        return groups
