"""What was read from one Directory at one instant, and the proof of how far it got."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dirsync.model.entries import Group, MemberKind, Quarantined, User

WHOLE = ""
"""The selection that means: whatever the Directory holds, whoever asked for it."""


@dataclass(frozen=True, slots=True)
class SearchProof:
    """One search or listing, as the server ended it."""

    what: str
    """The question, e.g. `ou=people,dc=example,dc=org (objectClass=person)`."""
    pages: int
    entries: int
    result: str
    """The server's closing word: `success`, `sizeLimitExceeded`, `HTTP 200`, …"""


@dataclass(frozen=True, slots=True)
class Completeness:
    """Whether the read reached the end, and the evidence. Only a complete one may justify a removal."""

    is_complete: bool
    reason: str = ""
    """Empty when complete; else what ended the read, with who and the limit's name."""
    remedy: str = ""
    server: str = ""
    searches: tuple[SearchProof, ...] = ()
    requests: int = 0
    seconds: float = 0.0
    read_at: str = ""
    """ISO 8601, UTC."""
    cursor: str | None = None
    """The server's own mark of this state (contextCSN, event token), as evidence; None where it has none."""
    notices: tuple[str, ...] = ()
    """What the admin should know although it did the read no harm, such as a server that had to be passed over."""


@dataclass(frozen=True, slots=True)
class LastRead:
    """What the store remembers of the last complete read of a Directory; all zero on a first run."""

    users: int = 0
    groups: int = 0
    hashes: Mapping[str, bytes] = field(default_factory=dict)
    """Immutable id to hash of the raw entry, where the Directory can skip unchanged entries."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a Snapshot holds, each entry once."""

    users: int
    groups: int
    memberships: int


class Spool(Protocol):
    """Where a Directory puts what it reads, record by record, so that no read holds a directory in memory.

    Records may come in any order. A second record of the same id and ref within a selection is the same
    entry met twice (overlapping bases) and is ignored; the same id under another ref is a duplicate id: both
    are quarantined when the Snapshot is made. An empty id, ref or name is quarantined at once.
    """

    def add_user(self, user: User, selection: str = WHOLE) -> None:
        """Take a user that `selection` (a Mapping's name, or WHOLE) asked for."""

    def add_group(self, group: Group, selection: str = WHOLE) -> None:
        """Take a group that `selection` asked for."""

    def add_member(self, group_id: str, ref: str, kind: MemberKind) -> None:
        """Take a direct membership; `ref` is resolved against users' and groups' refs at the end."""

    def quarantine(self, entry: Quarantined) -> None:
        """Leave an entry out by name."""

    def finish(self, completeness: Completeness) -> Snapshot:
        """Close the spool. It takes nothing more."""


class Snapshot(Protocol):
    """Everything read from one Directory at one instant. Iterators are sorted by id and may be taken again.

    `selection` narrows to what one Mapping takes; WHOLE gives each entry once.
    """

    @property
    def directory(self) -> str:
        """The Directory's name."""

    @property
    def completeness(self) -> Completeness:
        """How the read ended."""

    @property
    def quarantined(self) -> Sequence[Quarantined]:
        """What was left out, by name."""

    def counts(self, selection: str = WHOLE) -> Counts:
        """Count users, groups and resolved direct memberships of those groups."""

    def users(self, selection: str = WHOLE) -> Iterator[User]:
        """Yield users by id."""

    def groups(self, selection: str = WHOLE) -> Iterator[Group]:
        """Yield groups by id."""

    def user(self, user_id: str, selection: str = WHOLE) -> User | None:
        """Find a user by immutable id."""

    def user_named(self, username: str, selection: str = WHOLE) -> User | None:
        """Find a user by name, compared as directories compare names."""

    def namesakes(self, selection: str = WHOLE) -> Iterator[str]:
        """Yield the folded usernames that more than one user bears."""

    def group_named(self, name: str, selection: str = WHOLE) -> Group | None:
        """Find a group by name, compared as directories compare names."""

    def members(self, group_id: str, selection: str = WHOLE) -> Iterator[User]:
        """Yield the direct member users that `selection` holds."""

    def child_groups(self, group_id: str) -> Iterator[Group]:
        """Yield the groups that are direct members."""

    def parent_groups(self, group_id: str) -> Iterator[Group]:
        """Yield the groups this group is a direct member of."""

    def groups_of(self, user_id: str) -> Iterator[Group]:
        """Yield the groups a user is a direct member of."""

    def close(self) -> None:
        """Give back what the Snapshot holds outside memory."""
