"""One directory in memory: users, groups and memberships, indexed both ways, so that no question scans everybody.

Names compare as Crowd compares them, without regard to case, and are kept as given.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

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

LONGEST_NAME = 255
"""Crowd could not store more (npm client atlassian-crowd-client refuses it for that reason)."""


def compared(name: str) -> str:
    """Return the form under which Crowd takes two names for one."""
    return name.lower()


@dataclass(slots=True)
class User:
    """An account. `groups` holds the compared names of the groups it is directly in."""

    name: str
    key: str
    """`<directory number>:<uuid>`; stays when the user is renamed."""
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    display_name: str = ""
    active: bool = True
    password: str | None = field(default=None, repr=False)
    created: int = 0
    """Milliseconds since 1970, as `updated`."""
    updated: int = 0
    attributes: dict[str, list[str]] = field(default_factory=dict)
    groups: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class Group:
    """A group. `users`, `children` and `parents` hold compared names, in the order of their arrival."""

    name: str
    description: str = ""
    active: bool = True
    created: int = 0
    updated: int = 0
    attributes: dict[str, list[str]] = field(default_factory=dict)
    users: dict[str, None] = field(default_factory=dict)
    children: dict[str, None] = field(default_factory=dict)
    parents: dict[str, None] = field(default_factory=dict)


def checked_name(name: str, kind: str) -> str:
    """Return a name Crowd would store, else raise `Refusal` INVALID_USER or INVALID_GROUP."""
    problem = ""
    if not name:
        problem = "must not be empty"
    elif name != name.strip():
        problem = "may not contain leading or trailing whitespace"
    elif len(name) > LONGEST_NAME:
        problem = f"may not be longer than {LONGEST_NAME} characters"
    if problem:
        raise Refusal(400, f"INVALID_{kind}", f"{kind.capitalize()} name {problem}")
    return name


class Directory:
    """A directory of users and groups. Not safe for several threads by itself: see `SandboxState.lock`."""

    def __init__(
        self,
        number: int,
        name: str,
        clock: Callable[[], int],
        default_groups: Iterable[str] = (),
        allowed_operations: Iterable[str] = ALL_OPERATIONS,
    ) -> None:
        self.number = number
        self.name = name
        self.clock = clock
        self.default_groups = tuple(default_groups)
        self.allowed_operations = frozenset(allowed_operations)
        self.users: dict[str, User] = {}
        self.groups: dict[str, Group] = {}
        self.version = 0
        """Grows with every change, so that what was worked out from this directory can be remembered until then."""
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
        return user

    def update_user(self, name: str, **details: object) -> User:
        """Change fields of a user, but not its name."""
        user = self.user(name)
        self._fill(user, details)
        user.updated = self.clock()
        return user

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
        user.name, user.updated = new_name, self.clock()
        self._name_of_key[user.key] = new
        self.version += 1
        return user

    def remove_user(self, name: str) -> None:
        """Remove a user and its memberships."""
        user = self.user(name)
        for group in user.groups:
            del self.groups[group].users[compared(name)]
        del self.users[compared(name)]
        del self._name_of_key[user.key]
        self.version += 1

    def add_group(self, name: str, **details: object) -> Group:
        """Add a group; `details` are fields of `Group`."""
        if self.find_group(checked_name(name, "GROUP")):
            raise Refusal(400, "INVALID_GROUP", f"Group <{name}> already exists in directory <{self.name}>")
        now = self.clock()
        group = Group(name, created=now, updated=now)
        self._fill(group, details)
        self.groups[compared(name)] = group
        return group

    def update_group(self, name: str, **details: object) -> Group:
        """Change fields of a group, but not its name."""
        group = self.group(name)
        self._fill(group, details)
        group.updated = self.clock()
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

    def add_member(self, group_name: str, username: str) -> None:
        """Put a user into a group."""
        group, user = self.group(group_name), self.user(username)
        if compared(username) in group.users:
            raise membership_exists(username, group_name)
        group.users[compared(username)] = None
        user.groups[compared(group_name)] = None
        self.version += 1

    def remove_member(self, group_name: str, username: str) -> None:
        """Take a user out of a group."""
        group, user = self.group(group_name), self.user(username)
        if compared(username) not in group.users:
            raise membership_not_found(username, group_name)
        del group.users[compared(username)]
        del user.groups[compared(group_name)]
        self.version += 1

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

    def remove_child_group(self, parent_name: str, child_name: str) -> None:
        """Take a group out of a group."""
        parent, child = self.group(parent_name), self.group(child_name)
        if compared(child_name) not in parent.children:
            raise membership_not_found(child_name, parent_name)
        del parent.children[compared(child_name)]
        del child.parents[compared(parent_name)]
        self.version += 1

    def closure(self, group: str) -> set[str]:
        """Return the compared names of a group and of everything nested in it, through cycles too."""
        found, open_ends = {group}, [group]
        while open_ends:
            fresh = set(self.groups[open_ends.pop()].children) - found
            found |= fresh
            open_ends.extend(fresh)
        return found

    def _fill(self, entry: User | Group, details: Mapping[str, object]) -> None:
        for detail, value in details.items():
            setattr(entry, detail, value)
        self.version += 1
