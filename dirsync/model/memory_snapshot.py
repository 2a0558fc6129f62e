"""A Snapshot over dictionaries, and what such a one answers from simpler questions."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, TypeVar

from dirsync.model.entries import Group, MemberKind, Quarantined, User
from dirsync.model.names import fold
from dirsync.model.snapshot import WHOLE, Completeness, Counts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from dirsync.model.addresses import Addresses
    from dirsync.model.rest import Continuity
    from dirsync.model.snapshot import BareUser, Snapshot

Entry = TypeVar("Entry", User, Group)


class MemorySnapshot:
    """A Snapshot over dictionaries."""

    def __init__(
        self,
        directory: str,
        completeness: Completeness,
        quarantined: tuple[Quarantined, ...],
        users: dict[str, dict[str, User]],
        groups: dict[str, dict[str, Group]],
        members: Iterable[tuple[str, str, MemberKind]],
    ) -> None:
        self.directory = directory
        self.completeness = completeness
        self.continuity: Continuity | None = None
        self.quarantined = quarantined
        self._users = {name: dict(sorted(taken.items())) for name, taken in users.items()}
        self._groups = {name: dict(sorted(taken.items())) for name, taken in groups.items()}
        user_ids = ids_by_ref(users)
        group_ids = ids_by_ref(groups)
        self._member_ids: dict[str, set[str]] = defaultdict(set)
        self._child_ids: dict[str, set[str]] = defaultdict(set)
        self._strangers: dict[str, set[str]] = defaultdict(set)
        known_groups = {group_id for taken in groups.values() for group_id in taken}
        for group_id, ref, kind in members:
            if group_id not in known_groups:
                continue
            if kind is not MemberKind.GROUP and ref in user_ids:
                self._member_ids[group_id] |= user_ids[ref]
            elif kind is not MemberKind.USER and ref in group_ids:
                self._child_ids[group_id] |= group_ids[ref]
            elif ref not in user_ids and ref not in group_ids:
                self._strangers[group_id].add(ref)

    def _taken(self, taken: dict[str, dict[str, Entry]], selection: str) -> dict[str, Entry]:
        if selection != WHOLE:
            return taken.get(selection, {})
        merged: dict[str, Entry] = {}
        for name in sorted(taken):
            merged = {**taken[name], **merged}
        return dict(sorted(merged.items()))

    def counts(self, selection: str = WHOLE) -> Counts:
        """See `Snapshot`."""
        groups = self._taken(self._groups, selection)
        memberships = sum(len(self._member_ids[group]) + len(self._child_ids[group]) for group in groups)
        return Counts(len(self._taken(self._users, selection)), len(groups), memberships)

    def active_users(self, selection: str = WHOLE) -> int:
        """See `Snapshot`."""
        return sum(user.active for user in self.users(selection))

    def users(self, selection: str = WHOLE) -> Iterator[User]:
        """See `Snapshot`."""
        yield from self._taken(self._users, selection).values()

    def groups(self, selection: str = WHOLE) -> Iterator[Group]:
        """See `Snapshot`."""
        yield from self._taken(self._groups, selection).values()

    def user(self, user_id: str, selection: str = WHOLE) -> User | None:
        """See `Snapshot`."""
        return self._taken(self._users, selection).get(user_id)

    def user_named(self, username: str, selection: str = WHOLE) -> User | None:
        """See `Snapshot`."""
        return next(self.users_named(username, selection), None)

    def users_named(self, username: str, selection: str = WHOLE) -> Iterator[User]:
        """See `Snapshot`."""
        folded = fold(username)
        return (user for user in self.users(selection) if fold(user.username) == folded)

    def users_among(self, user_ids: Collection[str], selection: str = WHOLE) -> Iterator[User]:
        """See `Snapshot`."""
        taken = self._taken(self._users, selection)
        return (taken[user_id] for user_id in {*user_ids} & taken.keys())

    def users_named_among(self, usernames: Collection[str], selection: str = WHOLE) -> Iterator[User]:
        """See `Snapshot`."""
        folded = {fold(username) for username in usernames}
        return (user for user in self.users(selection) if fold(user.username) in folded)

    def usernames(self, selection: str = WHOLE) -> Iterator[str]:
        """See `Snapshot`."""
        yield from sorted(fold(user.username) for user in self.users(selection))

    def namesakes(self, selection: str = WHOLE) -> Iterator[str]:
        """See `Snapshot`."""
        bearers = Counter(fold(user.username) for user in self.users(selection))
        yield from sorted(name for name, number in bearers.items() if number > 1)

    def addresses(self, selection: str = WHOLE) -> Iterator[tuple[str, str, str]]:
        """See `Snapshot`."""
        told = ((fold(user.email), fold(user.username), user.id) for user in self.users(selection) if user.active)
        yield from sorted(each for each in told if each[0])

    def users_at(self, addresses: Addresses, selection: str = WHOLE) -> Iterator[User]:
        """See `Snapshot`."""
        return (user for user in self.users(selection) if user.active and addresses.has(user.email))

    def group_named(self, name: str, selection: str = WHOLE) -> Group | None:
        """See `Snapshot`."""
        folded = fold(name)
        return next((group for group in self.groups(selection) if fold(group.name) == folded), None)

    def members(self, group_id: str, selection: str = WHOLE) -> Iterator[User]:
        """See `Snapshot`."""
        taken = self._taken(self._users, selection)
        yield from (taken[user_id] for user_id in sorted(self._member_ids.get(group_id, ())) if user_id in taken)

    def accounts_in(self, group_id: str, selection: str = WHOLE) -> Iterator[tuple[str, bool]]:
        """See `Snapshot`."""
        return ((user.id, user.active) for user in self.members(group_id, selection))

    def accounts_in_any(self, group_ids: Sequence[str], selection: str = WHOLE) -> Iterator[tuple[str, bool, int]]:
        """See `Snapshot`."""
        return ((user.id, user.active, place) for user, place in self.members_of_any(group_ids, selection))

    def members_of_any(self, group_ids: Sequence[str], selection: str = WHOLE) -> Iterator[tuple[User, int]]:
        """See `Snapshot`."""
        return each_once(self, group_ids, selection)

    def child_groups(self, group_id: str) -> Iterator[Group]:
        """See `Snapshot`."""
        taken = self._taken(self._groups, WHOLE)
        yield from (taken[child] for child in sorted(self._child_ids.get(group_id, ())))

    def strangers(self, group_id: str) -> Iterator[str]:
        """See `Snapshot`."""
        yield from sorted(self._strangers.get(group_id, ()))

    def nestings(self) -> Iterator[tuple[str, str]]:
        """See `Snapshot`."""
        yield from sorted((parent, child) for parent, children in self._child_ids.items() for child in children)

    def parent_groups(self, group_id: str) -> Iterator[Group]:
        """See `Snapshot`."""
        yield from (group for group in self.groups() if group_id in self._child_ids.get(group.id, ()))

    def groups_of(self, user_id: str) -> Iterator[Group]:
        """See `Snapshot`."""
        yield from (group for group in self.groups() if user_id in self._member_ids.get(group.id, ()))

    def memberships_of(self, user_ids: Collection[str], selection: str = WHOLE) -> Iterator[tuple[str, str]]:
        """See `Snapshot`."""
        among = {*user_ids} & self._taken(self._users, selection).keys()
        known = self._taken(self._groups, WHOLE)
        return ((one, group_id) for group_id in known for one in among & self._member_ids.get(group_id, set()))

    def bare_users(self, selection: str = WHOLE) -> Iterator[BareUser]:
        """See `Snapshot`."""
        return bare_users(self, self.users(selection), selection)

    def bare_users_among(self, user_ids: Collection[str], selection: str = WHOLE) -> Iterator[BareUser]:
        """See `Snapshot`."""
        return bare_users(self, self.users_among(user_ids, selection), selection)

    def groups_marked(self, mark: str | None) -> Collection[str]:
        """See `Snapshot`."""
        return groups_marked(mark)

    def keep(self) -> None:
        """See `Snapshot`."""

    def close(self) -> None:
        """See `Snapshot`."""


def ids_by_ref(taken: Mapping[str, Mapping[str, Entry]]) -> dict[str, set[str]]:
    """Return whom a ref may mean: where two names fold to one, a membership is taken for both."""
    ids: dict[str, set[str]] = defaultdict(set)
    for entries in taken.values():
        for entry in entries.values():
            ids[entry.ref].add(entry.id)
    return ids


def each_once(snapshot: Snapshot, group_ids: Iterable[str], selection: str) -> Iterator[tuple[User, int]]:
    """Yield what `Snapshot.members_of_any` gives, asking for the members of one group after the other."""
    met: set[str] = set()
    for place, group_id in enumerate(group_ids):
        for user in snapshot.members(group_id, selection):
            if user.id not in met:
                met.add(user.id)
                yield user, place


def bare_users(snapshot: Snapshot, users: Iterable[User], selection: str) -> Iterator[BareUser]:
    """Yield what `Snapshot.bare_users` tells of some users; `groups_marked` reads the marks."""
    there = {user.id: user for user in users}
    inside: dict[str, list[str]] = defaultdict(list)
    for user_id, group_id in snapshot.memberships_of(there, selection):
        inside[user_id].append(group_id)
    return ((*user, json.dumps(sorted(inside[user.id]))) for user in there.values())


def groups_marked(mark: str | None) -> Collection[str]:
    """Return the ids behind a mark that `bare_users` gave."""
    ids: list[str] = json.loads(mark or "[]")
    return ids
