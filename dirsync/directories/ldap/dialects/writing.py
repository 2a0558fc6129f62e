"""What a server family must say about itself for accounts and groups to be made, renamed and switched off there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dirsync.model.names import ANY_NAME, NameRule


class PasswordWay(StrEnum):
    """How an account gets its password."""

    BY_REQUEST = "request"
    """The request of RFC 3062, after the account is made: the server hashes it, whatever else it is set to."""
    BY_ATTRIBUTE = "userPassword"
    """With the account; the server always hashes it."""
    BY_DOMAIN = "unicodePwd"
    """With the account, over TLS only; without one the account must be disabled ([MS-ADTS] 3.1.1.3.1.5.1)."""


@dataclass(frozen=True, slots=True)
class Writing:
    """The habits of one family of servers, where a mapping names nothing else."""

    object_classes: tuple[str, ...] = ("inetOrgPerson",)
    rdn: str = "uid"
    """Attribute by which an account is named; it holds the username, which no other account has."""
    group_class: str = "groupOfNames"
    group_needs_member: bool = True
    """Whether such a group can't be without a member (RFC 4519, 3.5)."""
    switch: str = ""
    """Attribute that disables an account where the mapping names no `active`; empty: nothing does."""
    password: PasswordWay = PasswordWay.BY_REQUEST
    named_after_username: tuple[str, ...] = ()
    """Attributes `name@domain` that follow when an account of that name is renamed."""
    takes_names_ahead: bool = True
    """Whether a group may list the new name of an account before it is renamed: 389-DS, whose own plugin lets groups
    follow, refuses the rename then."""
    keeps_memberships: bool = False
    """Whether the server itself changes every group when a member is renamed or removed, as surely as it does that."""
    usernames: NameRule = ANY_NAME
    """Which it takes; it holds where the dialect's own attribute is the username."""
    group_login: str = ""
    """Attribute that every group must have beside its name, and that holds the same."""


USUAL = Writing()
"""What nearly every LDAP server understands."""
