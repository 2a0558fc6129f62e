"""A Snapshot as some Changes would leave it: everything they do not touch is asked of what was read."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from heapq import merge
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from dirsync.model.entries import Group, User
from dirsync.model.memory_snapshot import bare_users, each_once, groups_marked
from dirsync.model.names import fold
from dirsync.model.plans import Op
from dirsync.model.snapshot import WHOLE, Counts
from dirsync.model.touched import BY_ID, NEW, Edges, Entry, Touched

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from dirsync.model.addresses import Addresses
    from dirsync.model.entries import Quarantined
    from dirsync.model.plans import Change
    from dirsync.model.snapshot import BareUser, Completeness, Snapshot


class ChangedSnapshot:
    """See `Snapshot`. Held is only what the Changes touch, whatever the size of the Directory.

    What a Change adds is in no selection but WHOLE. A group that somebody is put into and that does not exist is taken
    to be made: better one seat counted too many than one overlooked. Other Changes of what does not exist do nothing.
    """

    def __init__(self, base: Snapshot, changes: Iterable[Change]) -> None:
        self._base = base
        self._users: Touched[User] = Touched(attrgetter("username"))
        self._groups: Touched[Group] = Touched(attrgetter("name"))
        self._met: dict[str, Group] = {}
        self._members = Edges()
        self._children = Edges()
        for change in changes:
            self.carry_out(change)

    @property
    def directory(self) -> str:
        """See `Snapshot`."""
        return self._base.directory

    @property
    def completeness(self) -> Completeness:
        """See `Snapshot`."""
        return self._base.completeness

    @property
    def quarantined(self) -> Sequence[Quarantined]:
        """See `Snapshot`."""
        return self._base.quarantined

    @property
    def continuity(self) -> None:
        """See `Snapshot`. Nothing of it is ever kept."""

    def counts(self, selection: str = WHOLE) -> Counts:
        """See `Snapshot`. Everything is walked through."""
        groups = [group.id for group in self.groups(selection)]
        memberships = sum(
            sum(1 for _ in inside) for group in groups for inside in (self.members(group), self.child_groups(group))
        )
        return Counts(sum(1 for _ in self.users(selection)), len(groups), memberships)

    def active_users(self, selection: str = WHOLE) -> int:
        """See `Snapshot`."""
        return sum(user.active for user in self.users(selection))

    def users(self, selection: str = WHOLE) -> Iterator[User]:
        """See `Snapshot`."""
        return self._users.over(self._base.users(selection), selection)

    def groups(self, selection: str = WHOLE) -> Iterator[Group]:
        """See `Snapshot`."""
        return self._groups.over(self._base.groups(selection), selection)

    def user(self, user_id: str, selection: str = WHOLE) -> User | None:
        """See `Snapshot`."""
        if user_id.startswith(NEW) and user_id in self._users:
            return self._users.of(user_id) if selection == WHOLE else None
        found = self._base.user(user_id, selection)
        return self._users.after(found) if found else None

    def user_named(self, username: str, selection: str = WHOLE) -> User | None:
        """See `Snapshot`."""
        return next(self.users_named(username, selection), None)

    def users_named(self, username: str, selection: str = WHOLE) -> Iterator[User]:
        """See `Snapshot`."""
        found = [user for user in self._base.users_named(username, selection) if user.id not in self._users]
        touched = (self.user(user_id, selection) for user_id in self._users.named(username))
        return iter(sorted([*found, *filter(None, touched)], key=BY_ID))

    def users_among(self, user_ids: Collection[str], selection: str = WHOLE) -> Iterator[User]:
        """See `Snapshot`."""
        return filter(None, (self.user(user_id, selection) for user_id in {*user_ids}))

    def users_named_among(self, usernames: Collection[str], selection: str = WHOLE) -> Iterator[User]:
        """See `Snapshot`."""
        folded = {fold(username) for username in usernames}
        return iter(sorted((one for name in folded for one in self.users_named(name, selection)), key=BY_ID))

    def usernames(self, selection: str = WHOLE) -> Iterator[str]:
        """See `Snapshot`."""
        before = (self._base.user(user_id, selection) for user_id in self._users)
        gone = Counter(fold(user.username) for user in before if user)
        after = (self.user(user_id, selection) for user_id in self._users)
        return merge(_without(self._base.usernames(selection), gone), sorted(fold(u.username) for u in after if u))

    def namesakes(self, selection: str = WHOLE) -> Iterator[str]:
        """See `Snapshot`."""
        return (name for name, bearers in groupby(self.usernames(selection)) if sum(1 for _ in bearers) > 1)

    def addresses(self, selection: str = WHOLE) -> Iterator[tuple[str, str, str]]:
        """See `Snapshot`."""
        stay = (known for known in self._base.addresses(selection) if known[2] not in self._users)
        after = (self.user(user_id, selection) for user_id in self._users)
        return merge(
            stay, sorted((fold(u.email), fold(u.username), u.id) for u in after if u and u.active and fold(u.email))
        )

    def users_at(self, addresses: Addresses, selection: str = WHOLE) -> Iterator[User]:
        """See `Snapshot`."""
        stay = (user for user in self._base.users_at(addresses, selection) if user.id not in self._users)
        after = (self.user(user_id, selection) for user_id in self._users)
        those = (user for user in after if user and user.active and addresses.has(user.email))
        return merge(stay, sorted(those, key=BY_ID), key=BY_ID)

    def group_named(self, name: str, selection: str = WHOLE) -> Group | None:
        """See `Snapshot`."""
        found, touched = self._base.group_named(name, selection), self._groups.named(name)
        if selection == WHOLE and (found is None or found.id not in self._groups or found.id in touched):
            bearers = [*filter(None, map(self._groups.of, touched))]
            bearers += [found] if found and found.id not in touched else []
            return min(bearers, key=BY_ID, default=None)
        # The first one of the name bears it no longer, so another one may be the first.
        return next((group for group in self.groups(selection) if fold(group.name) == fold(name)), None)

    def members(self, group_id: str, selection: str = WHOLE) -> Iterator[User]:
        """See `Snapshot`."""
        if self._groups.is_gone(group_id):
            return iter(())
        added = (self.user(user_id, selection) for user_id in sorted(self._members.inside(group_id, is_added=True)))
        ended = self._members.inside(group_id, is_added=False)
        return _together(self._base.members(group_id, selection), added, self._users, ended)

    def accounts_in(self, group_id: str, selection: str = WHOLE) -> Iterator[tuple[str, bool]]:
        """See `Snapshot`."""
        if self._groups.is_gone(group_id):
            return
        ended = self._members.inside(group_id, is_added=False)
        for user_id, is_active in self._base.accounts_in(group_id, selection):
            if user_id not in self._users and user_id not in ended:
                yield user_id, is_active
            elif user_id not in ended and (user := self._users.of(user_id)):
                yield user_id, user.active
        for user_id in self._members.inside(group_id, is_added=True):
            if user := self.user(user_id, selection):
                yield user_id, user.active

    def accounts_in_any(self, group_ids: Sequence[str], selection: str = WHOLE) -> Iterator[tuple[str, bool, int]]:
        """See `Snapshot`."""
        return ((user.id, user.active, place) for user, place in self.members_of_any(group_ids, selection))

    def members_of_any(self, group_ids: Sequence[str], selection: str = WHOLE) -> Iterator[tuple[User, int]]:
        """See `Snapshot`."""
        return each_once(self, group_ids, selection)

    def child_groups(self, group_id: str) -> Iterator[Group]:
        """See `Snapshot`."""
        if self._groups.is_gone(group_id):
            return iter(())
        added = map(self._group, sorted(self._children.inside(group_id, is_added=True)))
        ended = self._children.inside(group_id, is_added=False)
        return _together(self._base.child_groups(group_id), added, self._groups, ended)

    def strangers(self, group_id: str) -> Iterator[str]:
        """See `Snapshot`. Changes are about what is there, so they make nobody a stranger."""
        return iter(()) if self._groups.is_gone(group_id) else self._base.strangers(group_id)

    def nestings(self) -> Iterator[tuple[str, str]]:
        """See `Snapshot`."""
        stay = (step for step in self._base.nestings() if step[1] not in self._children.inside(step[0], is_added=False))
        steps = (step for step, _ in groupby(merge(stay, sorted(self._children.added))))
        return (step for step in steps if not any(map(self._groups.is_gone, step)))

    def parent_groups(self, group_id: str) -> Iterator[Group]:
        """See `Snapshot`."""
        if self._groups.is_gone(group_id):
            return iter(())
        return self._around(group_id, self._base.parent_groups(group_id), self._children)

    def groups_of(self, user_id: str) -> Iterator[Group]:
        """See `Snapshot`."""
        if self._users.is_gone(user_id):
            return iter(())
        return self._around(user_id, self._base.groups_of(user_id), self._members)

    def memberships_of(self, user_ids: Collection[str], selection: str = WHOLE) -> Iterator[tuple[str, str]]:
        """See `Snapshot`."""
        there = (user_id for user_id in {*user_ids} if self.user(user_id, selection))
        return ((user_id, group.id) for user_id in there for group in self.groups_of(user_id))

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
        """See `Snapshot`. What is only supposed is never kept."""

    def close(self) -> None:
        """See `Snapshot`. What was read is closed by whoever read it."""

    def _around(self, inner: str, before: Iterable[Group], edges: Edges) -> Iterator[Group]:
        added = map(self._group, sorted(edges.around(inner, is_added=True)))
        return _together(before, added, self._groups, edges.around(inner, is_added=False))

    def _group(self, group_id: str) -> Group | None:
        if group_id in self._groups:
            return self._groups.of(group_id)
        if group_id not in self._met:  # only groups that the Changes name are looked for
            self._met |= {group.id: group for group in self._base.groups() if group.id == group_id}
        return self._met.get(group_id)

    def carry_out(self, change: Change) -> None:
        """Lay one more Change over the others."""
        user = self._user_of(change) if change.user else None
        group = self._group_of(change) if change.group else None
        child = self.group_named(change.child_group) if change.child_group else None
        if change.op in {Op.ADD_MEMBER, Op.REMOVE_MEMBER}:
            self._carry_out_member(change, user, group)
        elif change.op in {Op.ADD_CHILD_GROUP, Op.REMOVE_CHILD_GROUP}:
            if group and child:
                move = self._children.add if change.op is Op.ADD_CHILD_GROUP else self._children.end
                move(group.id, child.id)
        elif change.user:
            self._carry_out_user(change, user)
        else:
            self._carry_out_group(change, group)

    def _carry_out_member(self, change: Change, user: User | None, group: Group | None) -> None:
        if user and change.op is Op.ADD_MEMBER:
            if group is None:
                group = _made(change.group)
                self._groups.put(group)
            self._members.add(group.id, user.id)
        elif user and group:
            self._members.end(group.id, user.id)

    def _carry_out_user(self, change: Change, user: User | None) -> None:
        if change.op is Op.CREATE_USER:
            user = User(f"{NEW}{fold(change.user)}", fold(change.user), change.user)
        if user and change.op is Op.REMOVE_USER:
            self._users.drop(user.id)
        elif user:
            self._users.put(_as_user(user, change.after))

    def _carry_out_group(self, change: Change, group: Group | None) -> None:
        if change.op is Op.CREATE_GROUP:
            group = _made(change.group)
        if group and change.op is Op.REMOVE_GROUP:
            self._groups.drop(group.id)
        elif group:
            self._groups.put(_as_group(group, change.after))

    def _user_of(self, change: Change) -> User | None:
        made = f"{NEW}{fold(change.user)}"
        if change.user_id or made in self._users:
            return self.user(change.user_id or made)
        return self.user_named(change.user)

    def _group_of(self, change: Change) -> Group | None:
        return (self._group(change.group_id) if change.group_id else None) or self.group_named(change.group)


def _together(
    before: Iterable[Entry], added: Iterable[Entry | None], touched: Touched[Entry], ended: Collection[str]
) -> Iterator[Entry]:
    """Yield each entry of both once, by id, as it will be."""
    stay = (touched.after(entry) for entry in before if entry.id not in ended)
    alike = groupby(merge(filter(None, stay), filter(None, added), key=BY_ID), key=BY_ID)
    return (next(entries) for _, entries in alike)


def _made(name: str) -> Group:
    return Group(f"{NEW}{fold(name)}", fold(name), name)


def _as_user(user: User, after: Mapping[str, str | bool]) -> User:
    return user._replace(**{name: value for name, value in after.items() if name in User._fields})  # type: ignore[arg-type]


def _as_group(group: Group, after: Mapping[str, str | bool]) -> Group:
    return replace(group, **{name: str(after[name]) for name in ("name", "description") if name in after})


def _without(names: Iterable[str], gone: Counter[str]) -> Iterator[str]:
    for name in names:
        if gone[name]:
            gone[name] -= 1
        else:
            yield name
