"""Which attribute of an entry means what, as a mapping says it."""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import Discriminator, Field, StrictBool, Tag, field_validator

from dirsync.mapping.templates import is_template, template
from dirsync.mapping.words import Name, OneOrMany, Words

Told = TypeVar("Told", bool, str)


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
