"""Where the people of a mapping come from, and which of them it takes."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, StrictBool, model_validator

from dirsync.mapping.attributes import GroupAttributes, SourceAttributes
from dirsync.mapping.words import Name, OneOrMany, Words


def _whole_names(bases: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse `[ou=people,dc=example]` without quotes, which YAML cuts at its commas: `dc=example` is everybody."""
    is_cut = len(bases) > 1 and all("," not in base and "=" in base for base in bases)
    if is_cut and any(base.strip().lower().startswith(("ou=", "cn=", "dc=")) for base in bases):
        raise ValueError("these look like one name that YAML has cut at its commas; put each base in quotes")
    return bases


Bases = Annotated[OneOrMany, AfterValidator(_whole_names)]


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
