"""What every Directory can do: be read. Writing is another type (`dirsync.model.plans.Target`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from dirsync.model.snapshot import WHOLE, LastRead, Snapshot, Spool

if TYPE_CHECKING:
    from dirsync.model.conditions import Conditions


@dataclass(frozen=True, slots=True)
class ActiveValues:
    """Which values of the attribute `active` mean that an account is enabled, in lower case and stripped."""

    values: tuple[tuple[str, bool], ...]
    default: bool | None = None
    """For no value and any other one. None: no value means enabled, and another one can't be read."""


@dataclass(frozen=True, slots=True)
class TextValues:
    """What is carried instead of certain values of one attribute, which are in lower case and stripped."""

    meaning: str
    """Of which of `Attributes` it is, such as `display_name`."""
    values: tuple[tuple[str, str], ...]
    default: str | None = None
    """For no value and any other one. None: those stay as they are."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """Which attribute of an entry means what; an empty string means that nothing does.

    `active` is read as LDAP booleans and the words true/false/yes/no/1/0 are, or as `active_values` say. Empty: the
    dialect decides. All others but `id` may be templates (`dirsync.mapping.templates`).
    """

    id: str = ""
    username: str = ""
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    display_name: str = ""
    active: str = ""
    active_values: ActiveValues | None = None
    organization: str = ""
    text_values: tuple[TextValues, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupAttributes:
    """As `Attributes`, for groups. `member` lists the attributes that hold members; empty means the kind's own."""

    id: str = ""
    name: str = ""
    description: str = ""
    email: str = ""
    member: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Selection:
    """What one Mapping takes from a Directory. `name` is the Mapping's; WHOLE asks for everything (a target).

    Bases and filters may be empty: the kind's defaults apply (LDAP has no default base). `wants_groups` is
    False when the Mapping has no use for groups, so that they need not be read.
    """

    name: str = WHOLE
    user_bases: tuple[str, ...] = ()
    user_filter: str = ""
    attributes: Attributes = field(default_factory=Attributes)
    group_bases: tuple[str, ...] = ()
    group_filter: str = ""
    group_attributes: GroupAttributes = field(default_factory=GroupAttributes)
    wants_groups: bool = True
    conditions: Conditions | None = None
    """Whom of these the Mapping takes; None: all. Who is left out by an attribute is taken for WHOLE instead."""


class Progress(Protocol):
    """Told how far a read or an apply is, so that a terminal can show it."""

    def __call__(self, what: str, done: int, total: int | None = None) -> None:
        """Say that `done` of `total` (None: unknown) records of `what` are through."""


class Directory(Protocol):
    """A place where identities live, and from which they can be read. Reading never changes anything."""

    @property
    def name(self) -> str:
        """Its key: lower case, `_` for `-`."""

    @property
    def kind(self) -> str:
        """Say ldap, crowd, ldif or jira."""

    def read(self, known: LastRead, spool: Spool) -> Snapshot:
        """Read every selection in one pass and return the Snapshot with its Completeness.

        Raises a `DirectoryUnreadable` when nothing could be read (name, password, TLS, rights). A read that
        began and did not reach the end returns a Snapshot that is not complete and says why.
        `known` is what the last complete read held: no users where there were some is not complete either.
        """
