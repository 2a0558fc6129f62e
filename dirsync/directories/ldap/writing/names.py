"""Names of entries that are made or renamed (RFC 4514)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.directories.ldap.attribute_names import canonical
from dirsync.directories.ldap.dn import escape_value, fold_value, normal, parse, relative_name

if TYPE_CHECKING:
    from dirsync.directories.ldap.dn import RelativeName


def child_of(base: str, attribute: str, value: str) -> str:
    """Return the name of an entry that stands right below `base`."""
    return f"{attribute}={escape_value(value)},{base}"


def rdn_with(dn: str, attribute: str, value: str) -> str:
    """Return the first part of a name with another value for one of its attributes; empty where it has no such one."""
    assertions = relative_name(dn)
    if canonical(attribute) not in {name for name, _ in assertions}:
        return ""
    return _written(tuple((name, value if name == canonical(attribute) else held) for name, held in assertions))


def renamed_dn(dn: str, new_rdn: str) -> str:
    """Return what an entry is called once its first part is another one. Raises ValueError for a name that is none."""
    return ",".join([new_rdn, *map(_written, parse(dn)[1:])])


def names_itself_by(dn: str, attribute: str, value: str) -> bool:
    """Say whether the first part of a name holds this value, compared as names are."""
    return any(
        name == canonical(attribute) and fold_value(held) == fold_value(value) for name, held in relative_name(dn)
    )


def same_name(one: str, other: str) -> bool:
    """Say whether two ways of writing name one entry. Raises ValueError for a name that is none."""
    return normal(one) == normal(other)


def _written(assertions: RelativeName) -> str:
    return "+".join(f"{name}={escape_value(value)}" for name, value in assertions)
