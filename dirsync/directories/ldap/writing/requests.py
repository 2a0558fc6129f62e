"""The four requests that change a tree (RFC 4511, 4.6 to 4.9), as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

Values = tuple[bytes, ...]


class Do(StrEnum):
    """What becomes of the values of an attribute."""

    ADD = "add"
    DELETE = "delete"
    REPLACE = "replace"
    """Without values: the attribute goes, and need not be there."""


@dataclass(frozen=True, slots=True)
class Modification:
    """One change to one attribute."""

    do: Do
    attribute: str
    values: Values = ()


@dataclass(frozen=True, slots=True)
class Add:
    """Make an entry. What it holds is not shown anywhere: a password may be among it."""

    dn: str
    attributes: tuple[tuple[str, Values], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Modify:
    """Change an entry, all of it or nothing."""

    dn: str
    modifications: tuple[Modification, ...]


@dataclass(frozen=True, slots=True)
class Rename:
    """Give an entry another first part of its name, where it stands. Its old value there goes."""

    dn: str
    new_rdn: str


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove an entry that has none below it."""

    dn: str


Request = Add | Modify | Rename | Delete


def replacing(attribute: str, *values: bytes) -> Modification:
    """Return what leaves an attribute with just these values."""
    return Modification(Do.REPLACE, attribute, values)


def adding(attribute: str, *values: bytes) -> Modification:
    """Return what adds values to those an attribute has."""
    return Modification(Do.ADD, attribute, values)


def deleting(attribute: str, *values: bytes) -> Modification:
    """Return what takes values out of those an attribute has."""
    return Modification(Do.DELETE, attribute, values)
