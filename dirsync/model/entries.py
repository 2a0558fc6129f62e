"""People, groups and memberships as they were read."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class User(NamedTuple):
    """One account as its Directory shows it; a tuple, since a million frozen dataclasses take a second longer to make.

    `id` never changes over a rename (entryUUID, nsUniqueId, objectGUID, Crowd's key; a Crowd too old for
    keys gives the folded name). `ref` is what memberships of the same Directory call it: the normalised DN
    in LDAP, the folded username in Crowd.
    """

    id: str
    ref: str
    username: str
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    display_name: str = ""
    active: bool = True
    organization: str = ""
    """What the source calls the organisation somebody belongs to; read only for a Mapping that has a use for it."""


@dataclass(frozen=True, slots=True)
class Group:
    """One group; `id` and `ref` as in `User`."""

    id: str
    ref: str
    name: str
    description: str = ""
    email: str = ""
    """The address at which its members are written to, where it is a mailing list too. Crowd's groups have none."""


class MemberKind(StrEnum):
    """What a membership points to; LDAP does not tell, so its members are `ANY`."""

    USER = "user"
    GROUP = "group"
    ANY = "any"
    ALIAS = "alias"
    """A user, by a name that is no ref: a login (RFC 2307), or the primary group's own name for its people."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An entry left out by name, because acting on it would be a guess. It never stops the others."""

    entry: str
    """What the admin can find it by: its DN, its username, its line."""
    reason: str
    id: str = ""
    """Its immutable id where it has one. Whoever bears it is not missing, so it keeps its account."""
    is_group: bool = field(default=False, compare=False)
    """True when it is known to be a group: memberships may then be incomplete, and none is ended on that ground."""
