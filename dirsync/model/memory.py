"""A Snapshot in memory: for small input, for tests, and the plain reading of what any other Snapshot must do."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from dirsync.model.conditions import CARRIED_BY_NOBODY, REMEDY, groups_meant, left_out_inside
from dirsync.model.entries import Group, MemberKind, Quarantined, User
from dirsync.model.names import fold
from dirsync.model.snapshot import WHOLE, Completeness, Counts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from dirsync.model.addresses import Addresses
    from dirsync.model.conditions import GroupConditions
    from dirsync.model.snapshot import BareUser, Snapshot

Entry = TypeVar("Entry", User, Group)
DUPLICATE_ID = "its id {id!r} is also the id of another entry; acting on either would be a guess"
NO_ID = "it has no id; give it one, or name another attribute as `id` in the mapping"
NO_NAME = "it has no name"


def why_unusable(entry: User | Group) -> str:
    """Return why an entry can't be acted on, or an empty string."""
    if not entry.id.strip():
        return NO_ID
    if not (entry.username if isinstance(entry, User) else entry.name).strip():
        return NO_NAME
    return ""


def in_order(exceptions: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (selection, the one it excepts) so that what is excepted has had its own exceptions first."""
    left = dict(exceptions)
    while left:
        free = [name for name, other in left.items() if other not in left]
        if not free:
            message = f"selections except each other in a circle: {', '.join(sorted(left))}"
            raise ValueError(message)
        for selection in free:
            yield selection, left.pop(selection)


def _ids_by_ref(taken: Mapping[str, Mapping[str, Entry]]) -> dict[str, set[str]]:
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


def undecided(directory: str, completeness: Completeness, troubles: Iterable[str]) -> Completeness:
    """Return how a read ended that reached its end, though it can't be said whom Mappings include or exclude."""
    told = [trouble for trouble in troubles if trouble]
    # what is wrong with conditions by attributes has been told by then, and is no reason to keep the rest back
    is_undecided = completeness.remedy == CARRIED_BY_NOBODY
    if not told or not (completeness.is_complete or is_undecided):
        return completeness
    reasons = ([completeness.reason] if is_undecided else []) + [f"{directory}: {'; '.join(told)}."]
    remedy = f"{CARRIED_BY_NOBODY} {REMEDY}" if is_undecided else REMEDY
    return replace(completeness, is_complete=False, reason="; ".join(reasons), remedy=remedy)


class _Inside(NamedTuple):
    """What is in some groups."""

    people: set[str]
    """What memberships call them."""
    ids: set[str]
    """Of those groups, and of groups in them where these count."""
    groups: set[str]
    """What memberships call whatever may be a group, where these count."""

    def may_hold(self, one: Quarantined) -> bool:
        """Say whether a group of which something was left out is one of them, or in one."""
        return one.id in self.ids or bool({one.entry, fold(one.entry)} & self.groups)


class MemorySpool:
    """A Spool that keeps everything it is given in dictionaries, and nothing for the next read."""

    parts = None

    def __init__(
        self,
        directory: str,
        exceptions: Mapping[str, str] | None = None,
        conditions: Mapping[str, GroupConditions] | None = None,
    ) -> None:
        self._directory = directory
        self._exceptions = exceptions or {}
        self._conditions = conditions or {}
        self._users: dict[str, dict[str, User]] = defaultdict(dict)
        self._groups: dict[str, dict[str, Group]] = defaultdict(dict)
        self._members: dict[tuple[str, str, MemberKind], None] = {}
        self._aliases: dict[str, dict[str, None]] = defaultdict(dict)
        self._expiries: dict[tuple[str, str], datetime] = {}
        self._quarantined: dict[Quarantined, None] = {}
        self._left_out_groups: list[Quarantined] = []
        self._user_refs: dict[str, str] = {}
        self._group_refs: dict[str, str] = {}
        self._duplicate_users: set[str] = set()
        self._duplicate_groups: set[str] = set()
        self._group_names: dict[tuple[str, str], set[str]] = defaultdict(set)

    def add_user(self, user: User, selection: str = WHOLE, expires: datetime | None = None) -> None:
        """See `Spool`."""
        # of what is refused, or met again, nothing is taken, its expiry neither
        if expires and not why_unusable(user) and user.id not in self._users[selection]:
            self._expiries[selection, user.id] = expires
        self._add(user, self._users[selection], self._user_refs, self._duplicate_users)

    def add_group(self, group: Group, selection: str = WHOLE) -> None:
        """See `Spool`."""
        if not why_unusable(group):
            self._group_names[selection, group.id].add(group.name)
        self._add(group, self._groups[selection], self._group_refs, self._duplicate_groups)

    def _add(self, entry: Entry, taken: dict[str, Entry], refs: dict[str, str], duplicates: set[str]) -> None:
        why = why_unusable(entry)
        if why:
            self.quarantine(Quarantined(entry.ref or entry.id, why, entry.id, isinstance(entry, Group)))
            return
        first_ref = refs.setdefault(entry.id, entry.ref)
        if first_ref != entry.ref:
            duplicates.add(entry.id)
            for ref in (first_ref, entry.ref):
                self.quarantine(Quarantined(ref, DUPLICATE_ID.format(id=entry.id), entry.id, isinstance(entry, Group)))
        taken.setdefault(entry.id, entry)

    def add_member(self, group_id: str, ref: str, kind: MemberKind) -> None:
        """See `Spool`."""
        self._members[group_id, ref, kind] = None

    def add_alias(self, ref: str, alias: str) -> None:
        """See `Spool`."""
        self._aliases[alias][ref] = None

    def quarantine(self, entry: Quarantined) -> None:
        """See `Spool`."""
        self._quarantined[entry] = None
        if entry.is_group:
            self._left_out_groups.append(entry)

    def finish(self, completeness: Completeness) -> MemorySnapshot:
        """See `Spool`."""
        for users in self._users.values():
            for duplicate in self._duplicate_users:
                users.pop(duplicate, None)
        for groups in self._groups.values():
            for duplicate in self._duplicate_groups:
                groups.pop(duplicate, None)
        troubles = [self._choose(selection, self._conditions[selection]) for selection in sorted(self._conditions)]
        completeness = undecided(self._directory, completeness, troubles)
        for selection, other in in_order(self._exceptions):
            for user_id in self._users[other]:
                self._users[selection].pop(user_id, None)
        self._let_expire(completeness.read_at)
        return MemorySnapshot(
            self._directory, completeness, tuple(self._quarantined), self._users, self._groups, self._named_by_ref()
        )

    def _choose(self, selection: str, conditions: GroupConditions) -> str:
        """Let the selection hold whom its groups allow; return why that can't be said, or nothing."""
        doubtful = [
            name for duplicate in self._duplicate_groups for name in self._group_names.get((selection, duplicate), ())
        ]
        groups = self._groups[selection]
        meant = groups_meant(selection, conditions, ((one.id, one.name) for one in groups.values()), doubtful)
        excluded = self._inside(meant.exclude, is_nested=conditions.is_nested)
        included = self._inside(meant.include, is_nested=conditions.is_nested)
        for user in list(self._users[selection].values()):
            if user.ref in excluded.people or (conditions.include and user.ref not in included.people):
                self._move_to_whole(user.id, selection)
        troubles = [
            left_out_inside(selection, conditions, self._left_out_groups, inside.may_hold)
            for stated, inside in ((conditions.exclude, excluded), (conditions.include, included))
            if stated
        ]
        return next((trouble for trouble in (meant.trouble, *troubles) if trouble), "")

    def _move_to_whole(self, user_id: str, selection: str) -> None:
        """Take somebody out of a selection; the first that held them tells how they are seen in the whole."""
        first = min(name for name, taken in self._users.items() if user_id in taken)
        self._users[WHOLE].setdefault(user_id, self._users[first][user_id])
        if expires := self._expiries.get((first, user_id)):
            self._expiries.setdefault((WHOLE, user_id), expires)
        del self._users[selection][user_id]

    def _inside(self, group_ids: Collection[str], *, is_nested: bool) -> _Inside:
        """Return who and what is in one of the groups."""
        people = {user.ref for taken in self._users.values() for user in taken.values()}
        ids = _ids_by_ref(self._groups)
        direct: dict[str, list[tuple[str, MemberKind]]] = defaultdict(list)
        for group_id, ref, kind in self._named_by_ref():
            direct[group_id].append((ref, kind))
        refs, groups, seen, left = set[str](), set[str](), set(group_ids), list(group_ids)
        while left:
            for ref, kind in direct[left.pop()]:
                if kind is not MemberKind.GROUP:
                    refs.add(ref)
                if is_nested and kind is not MemberKind.USER:
                    groups.add(ref)
                inner = ids.get(ref, set()) - seen if is_nested and kind is not MemberKind.USER else set()
                if inner and (kind is MemberKind.GROUP or ref not in people):
                    seen |= inner
                    left += inner
        return _Inside(refs, seen, groups)

    def _let_expire(self, read_at: str) -> None:
        if not read_at:
            return
        now = datetime.fromisoformat(read_at)
        for (selection, user_id), expires in self._expiries.items():
            user = self._users[selection].get(user_id)
            if user and expires <= now:
                self._users[selection][user_id] = user._replace(active=False)

    def _named_by_ref(self) -> Iterator[tuple[str, str, MemberKind]]:
        for group_id, ref, kind in self._members:
            if kind is MemberKind.ALIAS:
                yield from ((group_id, meant, MemberKind.USER) for meant in self._aliases.get(ref, ()))
            else:
                yield group_id, ref, kind


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
        self.quarantined = quarantined
        self._users = {name: dict(sorted(taken.items())) for name, taken in users.items()}
        self._groups = {name: dict(sorted(taken.items())) for name, taken in groups.items()}
        user_ids = _ids_by_ref(users)
        group_ids = _ids_by_ref(groups)
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
