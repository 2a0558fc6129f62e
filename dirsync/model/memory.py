"""A Spool in memory: for small input, for tests, and the plain reading of what any other Spool must do."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from dirsync.model.conditions import CARRIED_BY_NOBODY, REMEDY, groups_meant, left_out_inside
from dirsync.model.entries import Group, MemberKind, Quarantined, User
from dirsync.model.memory_snapshot import MemorySnapshot, ids_by_ref
from dirsync.model.names import fold
from dirsync.model.snapshot import WHOLE, Completeness

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from dirsync.model.conditions import GroupConditions

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

    def add_members(self, group_id: str, refs: Iterable[str], kind: MemberKind) -> None:
        """See `Spool`."""
        for ref in refs:
            self.add_member(group_id, ref, kind)

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
        ids = ids_by_ref(self._groups)
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
