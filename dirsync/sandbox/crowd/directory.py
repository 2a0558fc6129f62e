"""One directory in memory: users, groups and memberships, indexed both ways, so that no question scans everybody.

Names compare as Crowd compares them, without regard to case, and are kept as given.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from dirsync.sandbox.crowd.entities import (
    MUST_CHANGE_PASSWORD,
    Group,
    User,
    changed_attributes,
    checked_name,
    compared,
)
from dirsync.sandbox.crowd.events import GroupEvent, MembershipEvent, UserEvent
from dirsync.sandbox.crowd.refusals import (
    Refusal,
    group_not_found,
    membership_exists,
    membership_not_found,
    user_not_found,
)
from dirsync.sandbox.operations import ALL_OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from dirsync.sandbox.crowd.events import Operation, What


__all__ = ["Directory", "Group", "User", "compared"]


class Directory:
    """A directory of users and groups. Not safe for several threads by itself: see `SandboxState.lock`."""

    def __init__(
        self,
        number: int,
        name: str,
        clock: Callable[[], int],
        default_groups: Iterable[str] = (),
        allowed_operations: Iterable[str] = ALL_OPERATIONS,
        *,
        is_cached: bool = True,
    ) -> None:
        self.number = number
        self.name = name
        self.is_cached = is_cached
        """Whether Crowd keeps a copy: without one nothing can be read incrementally (CWD-4714)."""
        self.clock = clock
        self.default_groups = tuple(default_groups)
        self.allowed_operations = frozenset(allowed_operations)
        self.users: dict[str, User] = {}
        self.groups: dict[str, Group] = {}
        self.version = 0
        """Grows with every change, so that what was worked out from this directory can be remembered until then."""
        self.record: Callable[[What], None] = lambda _: None
        """Is told every change that Crowd's event log knows; what a directory starts with is no change."""
        self._name_of_key: dict[str, str] = {}

    def find_user(self, name: str) -> User | None:
        """Return the user of that name."""
        return self.users.get(compared(name))

    def find_user_by_key(self, key: str) -> User | None:
        """Return the user with that key."""
        return self.users.get(self._name_of_key.get(key, ""))

    def find_group(self, name: str) -> Group | None:
        """Return the group of that name."""
        return self.groups.get(compared(name))

    def user(self, name: str) -> User:
        """Return the user of that name, or raise USER_NOT_FOUND."""
        if user := self.find_user(name):
            return user
        raise user_not_found(name)

    def group(self, name: str) -> Group:
        """Return the group of that name, or raise GROUP_NOT_FOUND."""
        if group := self.find_group(name):
            return group
        raise group_not_found(name)

    def add_user(self, name: str, details: Mapping[str, object], identity: str = "") -> User:
        """Add a user; `details` are fields of `User`. `identity` is the second half of the key, if it matters."""
        if self.find_user(checked_name(name, "USER")):
            raise Refusal(400, "INVALID_USER", f"User <{name}> already exists in directory <{self.name}>")
        now = self.clock()
        user = User(name, f"{self.number}:{identity or uuid.uuid4()}", created=now, updated=now)
        self._fill(user, details)
        self.users[compared(name)] = user
        self._name_of_key[user.key] = compared(name)
        self._record_user("CREATED", user, {})
        return user

    def update_user(self, name: str, **details: object) -> User:
        """Change fields of a user, but not its name."""
        user = self.user(name)
        held = user.attributes
        self._fill(user, details)
        user.updated = self.clock()
        self._record_user("UPDATED", user, held)
        return user

    def set_password(self, name: str, password: str | None) -> None:
        """Set a password, or none that lets anybody in; it is fresh then, and no event."""
        user = self.user(name)
        attributes = {key: values for key, values in user.attributes.items() if key != MUST_CHANGE_PASSWORD}
        self._fill(user, {"password": password, "attributes": attributes})

    def expire_passwords(self) -> None:
        """Have everybody choose a new password."""
        for user in self.users.values():
            if user.password is not None:
                user.attributes[MUST_CHANGE_PASSWORD] = ["true"]
        self.version += 1

    def rename_user(self, name: str, new_name: str) -> User:
        """Give a user another name; key and memberships stay."""
        user, old, new = self.user(name), compared(name), compared(checked_name(new_name, "USER"))
        if new != old and new in self.users:
            raise Refusal(400, "INVALID_USER", f"User <{new_name}> already exists in directory <{self.name}>")
        del self.users[old]
        self.users[new] = user
        for group in user.groups:
            members = self.groups[group].users
            del members[old]
            members[new] = None
        old_name, user.name, user.updated = user.name, new_name, self.clock()
        self._name_of_key[user.key] = new
        self.version += 1
        self._record_user("UPDATED", user, user.attributes, old_name)
        return user

    def remove_user(self, name: str) -> None:
        """Remove a user and its memberships."""
        user = self.user(name)
        for group in user.groups:
            del self.groups[group].users[compared(name)]
        del self.users[compared(name)]
        del self._name_of_key[user.key]
        self.version += 1
        self._record_user("DELETED", user, user.attributes)

    def add_group(self, name: str, **details: object) -> Group:
        """Add a group; `details` are fields of `Group`."""
        if self.find_group(checked_name(name, "GROUP")):
            raise Refusal(400, "INVALID_GROUP", f"Group <{name}> already exists in directory <{self.name}>")
        now = self.clock()
        group = Group(name, created=now, updated=now)
        self._fill(group, details)
        self.groups[compared(name)] = group
        self._record_group("CREATED", group, {})
        return group

    def update_group(self, name: str, **details: object) -> Group:
        """Change fields of a group, but not its name."""
        group = self.group(name)
        held = group.attributes
        self._fill(group, details)
        group.updated = self.clock()
        self._record_group("UPDATED", group, held)
        return group

    def remove_group(self, name: str) -> None:
        """Remove a group and every membership it is part of."""
        group, key = self.group(name), compared(name)
        for user in group.users:
            del self.users[user].groups[key]
        for child in group.children:
            self.groups[child].parents.pop(key, None)
        for parent in group.parents:
            self.groups[parent].children.pop(key, None)
        del self.groups[key]
        self.version += 1
        self._record_group("DELETED", group, group.attributes)

    def add_member(self, group_name: str, username: str) -> None:
        """Put a user into a group."""
        group, user = self.group(group_name), self.user(username)
        if compared(username) in group.users:
            raise membership_exists(username, group_name)
        group.users[compared(username)] = None
        user.groups[compared(group_name)] = None
        self.version += 1
        self.record(MembershipEvent(operation="CREATED", child=user.name, parent=group.name))

    def remove_member(self, group_name: str, username: str) -> None:
        """Take a user out of a group."""
        group, user = self.group(group_name), self.user(username)
        if compared(username) not in group.users:
            raise membership_not_found(username, group_name)
        del group.users[compared(username)]
        del user.groups[compared(group_name)]
        self.version += 1
        self.record(MembershipEvent(operation="DELETED", child=user.name, parent=group.name))

    def add_child_group(self, parent_name: str, child_name: str, *, cycle_allowed: bool = False) -> None:
        """Put a group into a group; refuses what would make a group its own member, unless told otherwise."""
        parent, child = self.group(parent_name), self.group(child_name)
        if compared(child_name) in parent.children:
            raise membership_exists(child_name, parent_name)
        if not cycle_allowed and compared(parent_name) in self.closure(compared(child_name)):
            message = f"Group <{child_name}> can't become a child of <{parent_name}>: this would make a cycle"
            raise Refusal(400, "INVALID_MEMBERSHIP", message)
        parent.children[compared(child_name)] = None
        child.parents[compared(parent_name)] = None
        self.version += 1
        self.record(MembershipEvent(operation="CREATED", child=child.name, parent=parent.name, is_group=True))

    def remove_child_group(self, parent_name: str, child_name: str) -> None:
        """Take a group out of a group."""
        parent, child = self.group(parent_name), self.group(child_name)
        if compared(child_name) not in parent.children:
            raise membership_not_found(child_name, parent_name)
        del parent.children[compared(child_name)]
        del child.parents[compared(parent_name)]
        self.version += 1
        self.record(MembershipEvent(operation="DELETED", child=child.name, parent=parent.name, is_group=True))

    def closure(self, group: str) -> set[str]:
        """Return the compared names of a group and of everything nested in it, through cycles too."""
        found, open_ends = {group}, [group]
        while open_ends:
            fresh = set(self.groups[open_ends.pop()].children) - found
            found |= fresh
            open_ends.extend(fresh)
        return found

    def _record_user(self, operation: Operation, user: User, held: Mapping[str, list[str]], old_name: str = "") -> None:
        stored, deleted = changed_attributes(held, user.attributes)
        copy = replace(user, password=None, attributes={}, groups={})
        self.record(UserEvent(operation=operation, user=copy, stored=stored, deleted=deleted, old_name=old_name))

    def _record_group(self, operation: Operation, group: Group, held: Mapping[str, list[str]]) -> None:
        stored, deleted = changed_attributes(held, group.attributes)
        users = group.users if operation == "DELETED" else {}
        copy = replace(group, attributes={}, users=users, children={}, parents={})
        self.record(GroupEvent(operation=operation, group=copy, stored=stored, deleted=deleted))

    def _fill(self, entry: User | Group, details: Mapping[str, object]) -> None:
        for detail, value in details.items():
            setattr(entry, detail, value)
        self.version += 1
