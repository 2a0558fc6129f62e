"""A Mapping: which Directory feeds which, for which audience (design, section 5)."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    StrictInt,
    Tag,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from dirsync.mapping.templates import is_template, template
from dirsync.mapping.wording import FINDING_ID, MAPPING_NAME
from dirsync.model.estate import Audience  # noqa: TC001 - pydantic reads the annotations
from dirsync.model.findings import Mechanism  # noqa: TC001 - as above


def _one_or_many(given: object) -> object:
    return [given] if isinstance(given, str) else given


def _written_as_a_day(given: object) -> object:
    """Refuse numbers, which pydantic takes for seconds since 1970."""
    if not isinstance(given, date) and not (isinstance(given, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", given)):
        raise PydanticCustomError("date_type", "a date")
    return given


def _whole_names(bases: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse `[ou=people,dc=example]` without quotes, which YAML cuts at its commas: `dc=example` is everybody."""
    is_cut = len(bases) > 1 and all("," not in base and "=" in base for base in bases)
    if is_cut and any(base.strip().lower().startswith(("ou=", "cn=", "dc=")) for base in bases):
        raise ValueError("these look like one name that YAML has cut at its commas; put each base in quotes")
    return bases


OneOrMany = Annotated[tuple[str, ...], BeforeValidator(_one_or_many, json_schema_input_type=str | tuple[str, ...])]
Bases = Annotated[OneOrMany, AfterValidator(_whole_names)]
Name = Annotated[str, Field(min_length=1)]
Day = Annotated[
    date,
    BeforeValidator(_written_as_a_day),
    WithJsonSchema({"type": "string", "format": "date", "pattern": r"^\d{4}-\d\d-\d\d$"}),
]
Missing = Literal["keep", "deactivate", "remove"]
Told = TypeVar("Told", bool, str)


class Words(BaseModel):
    """What all parts of an admin's file share: nothing unknown is accepted, nothing changes afterwards.

    The text below each field is what editors show of it; see `mappings/*.schema.json`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class PersonAttributes(Words):
    """Which attribute of a user means what; what is left out has the kind's own default."""

    id: str = ""
    """Never changes over a rename. LDAP: entryUUID."""
    username: str = ""
    """What people log in with. LDAP: uid."""


class UserAttributes(PersonAttributes):
    """As `PersonAttributes`, where accounts are also written."""

    email: str = ""
    """LDAP: mail."""
    first_name: str = ""
    """LDAP: givenName."""
    last_name: str = ""
    """LDAP: sn."""
    display_name: str = ""
    """LDAP: displayName."""
    active: str = ""
    """Says whether the account may be used. Left out: the server's own marks of a locked account."""


class ActiveValues(Words):
    """Which values of an attribute mean that the account may be used."""

    attribute: Name
    """The attribute that tells; of several values the first one counts."""
    values: Annotated[dict[str, StrictBool], Field(json_schema_extra={"minProperties": 1})]
    """Its values, true or false for each; case and blanks around them do not count."""
    default: StrictBool | None = None
    """For no value and any other one. Left out: no value means active, and an entry with another one is left out."""

    @field_validator("values")
    @classmethod
    def something_is_told(cls, values: dict[str, bool]) -> dict[str, bool]:
        """Refuse to tell nothing, or two things of one value."""
        return _each_once(values)


class TextValues(Words):
    """What is carried instead of certain values of an attribute."""

    attribute: Name
    """The attribute that tells, or a template; of several values the first one counts."""
    values: Annotated[dict[str, str], Field(json_schema_extra={"minProperties": 1})]
    """Its values, and what is carried for each; case and blanks around them do not count."""
    default: str | None = None
    """For no value and any other one. Left out: another value is carried as it is, and for none the usual applies."""

    @field_validator("attribute")
    @classmethod
    def template_can_be_read(cls, given: str) -> str:
        """Refuse a template that is none."""
        return _readable(given)

    @field_validator("values")
    @classmethod
    def something_is_told(cls, values: dict[str, str]) -> dict[str, str]:
        """Refuse to tell nothing, or two things of one value."""
        return _each_once(values)


def _each_once(values: dict[str, Told]) -> dict[str, Told]:
    if len({value.strip().lower() for value in values}) != len(values) or not values:
        message = "'values' needs at least one value, and each one once, whatever its case"
        raise ValueError(message)
    return values


def _readable(given: str) -> str:
    if is_template(given):
        template(given)
    return given


def _how_it_is_told(given: object) -> str:
    return "values" if isinstance(given, dict | Words) else "attribute"


ActiveTold = Annotated[
    Annotated[str, Tag("attribute")] | Annotated[ActiveValues, Tag("values")], Discriminator(_how_it_is_told)
]
TextTold = Annotated[
    Annotated[str, Tag("attribute")] | Annotated[TextValues, Tag("values")], Discriminator(_how_it_is_told)
]


class SourceAttributes(PersonAttributes):
    """Which attribute of a user means what, or a template of several, such as "{givenName} {sn}" or "{mail|lower}"."""

    email: TextTold = ""
    """LDAP: mail."""
    first_name: TextTold = ""
    """LDAP: givenName."""
    last_name: TextTold = ""
    """LDAP: sn."""
    display_name: TextTold = ""
    """LDAP: displayName."""
    active: ActiveTold = ""
    """Says whether the account may be used. Left out: the server's own marks of a locked account."""

    @field_validator("username", "email", "first_name", "last_name", "display_name")
    @classmethod
    def templates_can_be_read(cls, given: str | TextValues) -> str | TextValues:
        """Refuse a template that is none."""
        return _readable(given) if isinstance(given, str) else given

    @field_validator("id", "active")
    @classmethod
    def is_no_template(cls, given: str | ActiveValues) -> str | ActiveValues:
        """Refuse to make up what must stand in one attribute as it is."""
        if isinstance(given, str) and is_template(given):
            message = f"'{given}' is a template; an id and 'active' are one attribute as it stands"
            raise ValueError(message)
        return given


class GroupAttributes(Words):
    """Which attribute of a group means what; what is left out has the kind's own default."""

    id: str = ""
    """Never changes over a rename. LDAP: entryUUID."""
    name: str = ""
    """LDAP: cn."""
    description: str = ""
    """LDAP: description."""
    email: str = ""
    """The address at which its members are written to, where it is a mailing list too. LDAP: mail."""
    member: OneOrMany = ()
    """One or several. LDAP: member, uniqueMember and memberUid."""


def _each_is_filled(patterns: tuple[str, ...]) -> tuple[str, ...]:
    if not patterns or not all(pattern.strip() for pattern in patterns):
        raise ValueError("name at least one value or pattern, and none that is empty; * stands for anything")
    return patterns


Patterns = Annotated[OneOrMany, AfterValidator(_each_is_filled)]


class PeopleMeant(Words):
    """By what people are included or excluded; * stands for anything, and case does not count."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    attributes: dict[Name, Patterns] = {}
    """Attribute to a value or a list of them, as {employeeType: [staff, "temp*"]}; of several values any one counts.

    LDAP, LDIF: any attribute. Crowd, Jira: username, email, first_name, last_name, display_name, active (true, false).
    """
    groups: OneOrMany = ()
    """A group or a list of them, by name; nested members count where source.groups says nested.

    Each must be among those that source.groups reads: where one is not, nothing is written.
    """

    @model_validator(mode="after")
    def something_is_meant(self) -> PeopleMeant:
        """Refuse to include or exclude by nothing."""
        if not self.attributes and not self.groups:
            raise ValueError("say by what people are chosen: 'attributes', 'groups' or both")
        if self.groups:
            _each_is_filled(self.groups)
        return self


class UsersTaken(Words):
    """Which users the Mapping takes."""

    base: Bases = ()
    """Where they are: one DN or a list. Put a DN in quotes inside [ ]. LDAP needs it; Crowd and Jira have none."""
    filter: str = ""
    """An LDAP filter, such as (objectClass=inetOrgPerson). Left out: the kind's own."""
    include: PeopleMeant | None = None
    """Only people who meet each of these conditions: one value of each attribute, and one of the groups."""
    exclude: PeopleMeant | None = None
    """Nobody who meets one of these conditions, whatever else they meet."""
    except_mapping: str = ""
    """Everybody but those that this other Mapping takes, after its own include and exclude."""
    attributes: SourceAttributes = SourceAttributes()
    """Which attribute means what; what is left out has the kind's own default."""


class GroupsTaken(Words):
    """Which groups the Mapping looks at."""

    base: Bases = ()
    """Where they are: one DN or a list. Put a DN in quotes inside [ ]. LDAP needs it; Crowd and Jira have none."""
    filter: str = ""
    """An LDAP filter, such as (objectClass=groupOfNames). Left out: the kind's own."""
    nested: StrictBool = False
    """Members of member groups count as members."""
    attributes: GroupAttributes = GroupAttributes()
    """Which attribute means what; what is left out has the kind's own default."""


class Source(Words):
    """Where the people come from."""

    directory: Name
    """A directory of the settings: DIRSYNC_DIRECTORIES__NAME__… is `name`; `-` equals `_`, case does not count."""
    users: UsersTaken = UsersTaken()
    """Which users the mapping takes. Left out: all."""
    groups: GroupsTaken | None = None
    """Which groups the mapping looks at. Left out: none, so nothing says who is in which."""


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


ProjectKeys = Annotated[tuple[Name, ...], BeforeValidator(_one_or_many, json_schema_input_type=Name | tuple[Name, ...])]


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


class GuardLimits(Words):
    """How much one plan may do; the number or the share refuses."""

    max_removals: Annotated[StrictInt, Field(ge=0)] = 50
    """People removed or deactivated by one plan."""
    max_removal_share: Annotated[float, Field(strict=True, ge=0, le=1)] = 0.10
    """The same as a share of the people carried over, or how far the source may shrink; counts from 20 people up."""
    max_creations: Annotated[StrictInt, Field(ge=0)] = 500
    """Accounts made by one plan, and organisations."""
    max_adoptions: Annotated[StrictInt, Field(ge=0)] = 20
    """Accounts taken over by one plan: dirsync did not make them, and they bear the name of somebody in the source."""
    max_member_removals: Annotated[StrictInt, Field(ge=0)] = 50
    """Memberships ended by one plan, those in organisations too."""
    protect_users: tuple[str, ...] = ("svc-*",)
    """Usernames; * stands for anything. They may be created and put into groups, nothing else."""
    protect_groups: tuple[str, ...] = ("jira-administrators",)
    """Groups that no plan may touch, not even their members; * stands for anything."""
    require_users: tuple[Name, ...] = ()
    """Usernames that must be there and active in the target once a plan is carried out."""
    require_groups: tuple[Name, ...] = ()
    """Groups that must be there once a plan is carried out, with at least one active member, directly."""


class WaiverEntry(Words):
    """Findings that a named person accepts until a date. Say besides the rule what it is about; names are exact."""

    rule: Name
    """The rule's id; `dirsync rules` lists them."""
    reason: Name
    """Why, for the reviewer."""
    owner: Name
    """The person who accepts it."""
    expires: Day
    """The last day on which it holds, such as 2027-01-31; at most a year ahead."""
    user: str = ""
    """A username."""
    group: str = ""
    """A group's name."""
    directory: str = ""
    """A directory of the settings."""
    application: str = ""
    """Key of a Jira application, such as jira-software."""
    project: str = ""
    """Key of a service project."""
    mapping: str = ""
    """A mapping's name."""
    mechanism: Mechanism | None = None
    """Which of the things called default groups it is about, beside the group or directory."""
    finding: Annotated[str, Field(pattern=FINDING_ID)] = ""
    """The id of one finding, as reports give it; it stays over a rename. The names beside it are for the reader."""


class MappingFile(Words):
    """The whole of one mapping file."""

    version: Literal[1]
    """Of the file format."""
    name: Annotated[str, Field(pattern=MAPPING_NAME)]
    """The mapping's name: letters, digits, '.', '_' and '-'. Reports and --only call it that."""
    audience: Audience
    """Who these people are. Agents take a paid seat, customers must not."""
    source: Source
    """Where the people come from."""
    target: Destination | None = None
    """Where they are carried to. Left out: the mapping is audited only."""
    default_groups: tuple[Name, ...] = ()
    """Every user of this mapping is put into these groups of the target."""
    public_signup: Literal["wanted", "off"] | None = None
    """Whether people may register themselves. Left out: not said, so findings about it may be undecided."""
    guards: GuardLimits = GuardLimits()
    """How much one plan may do before it is refused."""
    waivers: tuple[WaiverEntry, ...] = ()
    """Findings that a named person accepts until a date; or in waivers.yaml, so that somebody else may own them."""


class WaiverFile(Words):
    """The whole of `mappings/waivers.yaml`: waivers kept apart from the mappings, so that others may own them."""

    version: Literal[1] = 1
    """Of the file format."""
    waivers: tuple[WaiverEntry, ...] = ()
    """Findings that a named person accepts until a date."""
