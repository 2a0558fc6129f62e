"""What a server family must say about itself, so that nothing else needs to know which one it talks to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dirsync.directories.ldap.dialects.writing import USUAL, Writing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from dirsync.directories.interface import Attributes, GroupAttributes
    from dirsync.directories.ldap.entry import Entry


CHECK_THE_LINE = "Check the server's log and the line to it, then run again."


@dataclass(frozen=True, slots=True)
class RootDse:
    """What a server says about itself before anybody asks for entries (RFC 4512, 5.1)."""

    object_classes: frozenset[str] = frozenset()
    """Lower case."""
    naming_contexts: tuple[str, ...] = ()
    controls: frozenset[str] = frozenset()
    """OIDs of the controls it offers; empty where it does not tell."""
    capabilities: frozenset[str] = frozenset()
    vendor: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """What the administrator of the server calls a limit, and how it is raised for one account, `{bind_dn}`."""

    name: str
    remedy: str


@dataclass(frozen=True, slots=True)
class PrimaryGroup:
    """A membership that stands with the user alone: no group lists it."""

    user_attributes: tuple[str, ...]
    group_attributes: tuple[str, ...]
    key_of_group: Callable[[Entry], bytes]
    """What users name the group by; empty where it has none."""
    key_named_by_user: Callable[[Entry], bytes]
    """The key of the user's group; empty where the entry is no account. Raises ValueError where it does not tell."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """The habits of one family of servers."""

    name: str
    recognises: Callable[[RootDse], bool]
    attributes: Attributes
    """What an empty field of a mapping's `attributes` means here."""
    group_attributes: GroupAttributes
    user_filter: str
    group_filter: str
    activity_attributes: tuple[str, ...]
    """What `is_active` looks at; asked for although no mapping names them, since most are operational."""
    is_active: Callable[[Entry, datetime], bool]
    """Whether an account was enabled when it was read (UTC), where the mapping names no `active` attribute.

    Raises ValueError, in words, where the entry does not tell.
    """
    expires: Callable[[Entry], datetime | None] | None
    """When (UTC) an account that is enabled by those attributes ceases to be; None where none of them is a date."""
    cursor_attribute: str
    """Attribute of the suffix that marks the server's state; empty when there is none."""
    expects_reference: Callable[[str], bool]
    """Whether a reference to this URL is normal here, and hides no entry that was asked for."""
    size_limit: Limit
    time_limit: Limit
    remedies: Mapping[int, str]
    """Other result codes that have a cure of their own here."""
    primary_group: PrimaryGroup | None = None
    version_attribute: str = ""
    """Changes whenever an entry does, so that parts of it can be known to belong together; empty: nothing does."""
    values_limit: Limit = Limit("its limit of values in one answer", "Have that limit raised for this account.")
    """What a server that gives an attribute in parts calls its limit."""
    hang_up_remedy: str = CHECK_THE_LINE
    """What to look at when the connection was lost; `{bind_dn}` as in `Limit`."""
    writing: Writing = USUAL
    """How accounts and groups are made, renamed and switched off here."""
