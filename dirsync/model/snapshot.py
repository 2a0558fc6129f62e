"""What was read from one Directory at one instant, and the proof of how far it got."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from dirsync.model.names import ANY_NAME, NameRule

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, MutableMapping, Sequence
    from datetime import datetime

    from dirsync.model.addresses import Addresses
    from dirsync.model.entries import Group, MemberKind, Quarantined, User
    from dirsync.model.rest import Continuity

WHOLE = ""
"""The selection that means: whatever the Directory holds, whoever asked for it."""
BareUser = tuple[str, str, str, str, str, str, str, bool, str, str | None]
"""The fields of a `User` in their order, and a mark that tells a Snapshot which groups hold it directly."""


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
    method: str = ""
    """How far an earlier read was built on, in words; empty when everything was read anew."""
    usernames: NameRule = ANY_NAME
    """Which names it takes for accounts, as far as that goes with its kind."""


@dataclass(frozen=True, slots=True)
class LastRead:
    """What the store remembers of the last complete read of a Directory; all zero on a first run."""

    users: int = 0
    groups: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a Snapshot holds, each entry once."""

    users: int
    groups: int
    memberships: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How many entries a part of an answer has, and what became of them."""

    entries: int = 0
    users: int = 0
    groups: int = 0
    left_out: int = 0


class Parts(Protocol):
    """What a Spool still has of earlier reads, part by part, so that what did not change is not taken in again.

    A part is what came together in answer to one question, and is replaced or goes as a whole; its key is bytes that
    mean something to the Directory alone. Of a question's parts only those are in the Snapshot that were begun or
    kept in this read.
    """

    @property
    def notes(self) -> MutableMapping[str, str]:
        """Texts of the Directory from read to read, such as how far a feed of changes has got."""

    @property
    def names_aliases(self) -> bool:
        """Whether a membership that the Snapshot will hold names its member by an alias."""

    def begin(self, question: str, key: bytes) -> None:
        """Let what is added from now on be this part; what it held before is gone."""

    def end(self, tally: Tally, *, is_lasting: bool = True) -> None:
        """Close the part; one that is not lasting is in this Snapshot and not kept for the next read."""

    def resume(self, question: str, key: bytes) -> None:
        """Let what is added from now on be of a part that was closed in this read."""

    def keep(self, question: str, key: bytes) -> Tally | None:
        """Keep a part as it is and return what it came to; None when there is none of this key."""

    def keep_those(self, question: str, keys: Iterable[bytes]) -> None:
        """Keep the parts of these keys; unknown ones are passed over."""

    def keep_all(self, question: str) -> None:
        """Keep whatever there is in answer to a question."""

    def drop(self, question: str, keys: Iterable[bytes]) -> None:
        """Let parts go; unknown keys are passed over."""

    def start_over(self, question: str) -> None:
        """Take back what was begun or kept in answer to a question."""

    def tally(self, question: str) -> Tally:
        """Sum up what is in the Snapshot in answer to a question."""

    def refs(self, question: str, key: bytes) -> frozenset[str]:
        """Return what memberships call the entries of a part from an earlier read."""

    def named(self, question: str, ref: str) -> frozenset[bytes]:
        """Return the keys of the parts that answer a question and have a user of this ref."""

    def are_above(self, refs: Collection[str]) -> bool:
        """Say whether an entry of an earlier read that did not go has a name that ends in one of these."""


class Spool(Protocol):
    """Where a Directory puts what it reads, record by record, so that no read holds a directory in memory.

    Records may come in any order. A second record of the same id and ref within a selection is the same
    entry met twice (overlapping bases) and is ignored; the same id under another ref is a duplicate id: both
    are quarantined when the Snapshot is made. An empty id, ref or name is quarantined at once.
    """

    @property
    def parts(self) -> Parts | None:
        """What is kept from read to read; None where nothing is."""

    def add_user(self, user: User, selection: str = WHOLE, expires: datetime | None = None) -> None:
        """Take a user that `selection` (a Mapping's name, or WHOLE) asked for.

        An active one is so until it `expires`: what is kept for the next read may then be read after that.
        """

    def add_group(self, group: Group, selection: str = WHOLE) -> None:
        """Take a group that `selection` asked for."""

    def add_member(self, group_id: str, ref: str, kind: MemberKind) -> None:
        """Take a direct membership; `ref` is resolved against users' and groups' refs at the end.

        Of kind ALIAS, `ref` is one of the names that `add_alias` gives to users.
        """

    def add_members(self, group_id: str, refs: Iterable[str], kind: MemberKind) -> None:
        """Take direct memberships of one group; cheaper than one after the other."""

    def add_alias(self, ref: str, alias: str) -> None:
        """Take another name by which groups may know the user of this ref, such as a login."""

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

    @property
    def continuity(self) -> Continuity | None:
        """What it knows of earlier reads; None where nothing is kept."""

    def counts(self, selection: str = WHOLE) -> Counts:
        """Count users, groups and resolved direct memberships of those groups."""

    def active_users(self, selection: str = WHOLE) -> int:
        """Count the users who are active."""

    def users(self, selection: str = WHOLE) -> Iterator[User]:
        """Yield users by id."""

    def groups(self, selection: str = WHOLE) -> Iterator[Group]:
        """Yield groups by id."""

    def user(self, user_id: str, selection: str = WHOLE) -> User | None:
        """Find a user by immutable id."""

    def user_named(self, username: str, selection: str = WHOLE) -> User | None:
        """Find a user by name, compared as directories compare names."""

    def users_among(self, user_ids: Collection[str], selection: str = WHOLE) -> Iterator[User]:
        """Yield those of some ids who are there, each once; cheaper than asking for one after the other."""

    def users_named(self, username: str, selection: str = WHOLE) -> Iterator[User]:
        """Yield every user of a name, compared as directories compare names."""

    def users_named_among(self, usernames: Collection[str], selection: str = WHOLE) -> Iterator[User]:
        """Yield by id those who bear one of some names, however these are written; cheaper than one by one."""

    def usernames(self, selection: str = WHOLE) -> Iterator[str]:
        """Yield the folded username of each user, sorted, so that the names of several Directories can be merged."""

    def namesakes(self, selection: str = WHOLE) -> Iterator[str]:
        """Yield the folded usernames that more than one user bears."""

    def addresses(self, selection: str = WHOLE) -> Iterator[tuple[str, str, str]]:
        """Yield (folded e-mail address, folded username, id) of each active user that has an address, sorted.

        So the addresses of several Directories can be merged, and nobody has to be looked up who has one alone.
        """

    def users_at(self, addresses: Addresses, selection: str = WHOLE) -> Iterator[User]:
        """Yield the active users whose e-mail address is one of those."""

    def group_named(self, name: str, selection: str = WHOLE) -> Group | None:
        """Find a group by name, compared as directories compare names."""

    def members(self, group_id: str, selection: str = WHOLE) -> Iterator[User]:
        """Yield the direct member users that `selection` holds."""

    def accounts_in(self, group_id: str, selection: str = WHOLE) -> Iterator[tuple[str, bool]]:
        """Yield (id, whether active) of each of `members`, in no order. It is all that counting needs, and cheaper."""

    def accounts_in_any(self, group_ids: Sequence[str], selection: str = WHOLE) -> Iterator[tuple[str, bool, int]]:
        """Yield (id, whether active, place of the first of the groups that holds it) of each account in one of them.

        Each once and in no order, whatever number of groups there are; groups that are not there hold nobody.
        """

    def members_of_any(self, group_ids: Sequence[str], selection: str = WHOLE) -> Iterator[tuple[User, int]]:
        """Yield the same as (user, place), sorted by place and id."""

    def child_groups(self, group_id: str) -> Iterator[Group]:
        """Yield the groups that are direct members."""

    def strangers(self, group_id: str) -> Iterator[str]:
        """Yield the refs of direct members that are no entry of this Snapshot, sorted: not read, or not there.

        Members that are listed by an alias are not among them: such a one never means a group.
        """

    def nestings(self) -> Iterator[tuple[str, str]]:
        """Yield (id of a group, id of a group that is a direct member of it), sorted."""

    def parent_groups(self, group_id: str) -> Iterator[Group]:
        """Yield the groups this group is a direct member of."""

    def groups_of(self, user_id: str) -> Iterator[Group]:
        """Yield the groups a user is a direct member of."""

    def memberships_of(self, user_ids: Collection[str], selection: str = WHOLE) -> Iterator[tuple[str, str]]:
        """Yield (user id, id of a group it is a direct member of) of those whom `selection` holds, in no order.

        Groups that were left out of the Snapshot may be among them, which `groups_of` does not tell.
        """

    def bare_users(self, selection: str = WHOLE) -> Iterator[BareUser]:
        """Yield what `users` and `memberships_of` tell, by id, at half the cost: nothing is made of it yet.

        Two of the same mark are in the same groups; whether two of different marks are, `groups_marked` tells.
        """

    def bare_users_among(self, user_ids: Collection[str], selection: str = WHOLE) -> Iterator[BareUser]:
        """Yield the same of those of some ids who are there, each once, in no order."""

    def groups_marked(self, mark: str | None) -> Collection[str]:
        """Return the ids of the groups behind a mark of this Snapshot."""

    def keep(self) -> None:
        """Let the next read of this Directory build on this one; does nothing where nothing is kept."""

    def close(self) -> None:
        """Give back what the Snapshot holds outside memory."""
