"""What a Crowd application sees of its directories: the first directory that holds a name decides.

Source of the rules: Atlassian's "Understanding How Crowd Manages Multiple Directories" and "Effective Memberships
with Multiple Directories" (in the reference notes, 9.1 and 9.2). Without aggregation a name that also stands in a
lower directory is masked there, and its memberships there don't count; the same holds for groups in groups.

With access-based synchronisation those without access are hidden from the application (9.3): users only, or users
and groups. Where a directory has authorised groups, these and what is nested in them have access.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeVar, cast

from dirsync.sandbox.crowd.directory import compared
from dirsync.sandbox.crowd.refusals import group_not_found, user_not_found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dirsync.sandbox.crowd.directory import Directory, Group, User

Result = TypeVar("Result")

USERS_AND_GROUPS = "users-and-groups"


@dataclass(frozen=True, slots=True)
class Mapping:
    """A directory as one application sees it."""

    directory: Directory
    allow_all_to_authenticate: bool = True
    authorised_groups: tuple[str, ...] = ()
    default_groups: tuple[str, ...] = ()
    allowed_operations: frozenset[str] = frozenset()

    def allows(self, operation: str) -> bool:
        """Say whether an operation is on; it must be on both levels."""
        return operation in self.allowed_operations and operation in self.directory.allowed_operations


class Memo:
    """Remembers answers until one of the directories behind them changes."""

    LARGEST = 64
    """Each answer may be a list of everybody, so only a few are kept."""

    def __init__(self, directories: Iterable[Directory]) -> None:
        self.directories = tuple(directories)
        self._versions: tuple[int, ...] = ()
        self._answers: dict[object, object] = {}

    def get(self, question: object, work_out: Callable[[], Result]) -> Result:
        """Return the remembered answer, or work it out."""
        versions = tuple(directory.version for directory in self.directories)
        if versions != self._versions or len(self._answers) >= self.LARGEST:
            self._answers.clear()
            self._versions = versions
        if question not in self._answers:
            self._answers[question] = work_out()
        return cast("Result", self._answers[question])


@dataclass
class Application:
    """A client of Crowd, and its view of the directories."""

    name: str
    mappings: tuple[Mapping, ...]
    password: str = field(default="", repr=False)
    remote_addresses: tuple[str, ...] | None = None
    aggregates: bool = False
    access_based_sync: Literal["", "users", "users-and-groups"] = ""
    """What this application is shown of only where it has access to it (reference notes, 9.3)."""

    def __post_init__(self) -> None:
        """Prepare what is worked out from the fields."""
        self.memo = Memo(mapping.directory for mapping in self.mappings)
        given = self.remote_addresses
        self._networks = None if given is None else [ipaddress.ip_network(each, strict=False) for each in given]

    def accepts_calls_from(self, address: str) -> bool:
        """Say whether the caller's address is among the Remote Addresses."""
        if self._networks is None:
            return True
        return any(ipaddress.ip_address(address) in network for network in self._networks)

    def home_of_user(self, name: str) -> Mapping | None:
        """Return the first mapping whose directory holds a user of that name, unless the user is hidden."""
        return self._home(compared(name)) if self._shows_user(compared(name)) else None

    def homes_of_group(self, name: str) -> list[Mapping]:
        """Return all mappings whose directory holds a group of that name, unless the group is hidden."""
        return self._homes(compared(name)) if self._shows_group(compared(name)) else []

    def user(self, name: str) -> User:
        """Return the user of that name, or raise USER_NOT_FOUND."""
        if home := self.home_of_user(name):
            return home.directory.user(name)
        raise user_not_found(name)

    def user_by_key(self, key: str) -> User | None:
        """Return the user with that key, unless a user of the same name in a higher directory masks it."""
        for mapping in self.mappings:
            if user := mapping.directory.find_user_by_key(key):
                return user if self.home_of_user(user.name) is mapping else None
        return None

    def group(self, name: str) -> Group:
        """Return the group of that name as the first directory has it, or raise GROUP_NOT_FOUND."""
        if homes := self.homes_of_group(name):
            return homes[0].directory.group(name)
        raise group_not_found(name)

    def users(self) -> list[User]:
        """Return everybody, twins once, by name."""
        return self.memo.get("users", lambda: self._first_of((each.directory.users for each in self.mappings), "user"))

    def groups(self) -> list[Group]:
        """Return all groups, those of equal name once, by name."""
        return self.memo.get(
            "groups", lambda: self._first_of((each.directory.groups for each in self.mappings), "group")
        )

    def members(self, name: str, *, nested: bool) -> list[User]:
        """Return the users of a group, by name."""

        def work_out() -> list[User]:
            groups = self._closure(compared(name), self._children) if nested else {compared(name)}
            users = sorted(set().union(*(self._users_in(group) for group in groups)))
            return [self.user(each) for each in users if self._shows_user(each)]

        return self.memo.get(("members", compared(name), nested), work_out)

    def child_groups(self, name: str, *, nested: bool) -> list[Group]:
        """Return the groups inside a group, by name; never the group itself."""
        return self._reachable(compared(name), self._children, nested=nested)

    def parent_groups(self, name: str, *, nested: bool) -> list[Group]:
        """Return the groups that a group is in, by name; never the group itself."""
        return self._reachable(compared(name), self._parents, nested=nested)

    def groups_of(self, username: str, *, nested: bool) -> list[Group]:
        """Return the groups that a user is in, by name."""
        groups = self._groups_of_user(compared(username))
        if nested:
            groups = set().union(groups, *(self._closure(group, self._parents) for group in groups))
        return [self.group(group) for group in sorted(groups) if self._shows_group(group)]

    def is_member(self, username: str, group: str, *, nested: bool) -> bool:
        """Say whether a user is in a group, without listing the group."""
        return any(compared(each.name) == compared(group) for each in self.groups_of(username, nested=nested))

    def may_authenticate(self, username: str) -> bool:
        """Say whether a user may use this application."""
        home = self.home_of_user(username)
        if home is None:
            return False
        authorised = {compared(group) for group in home.authorised_groups}
        return home.allow_all_to_authenticate or any(
            compared(group.name) in authorised for group in self.groups_of(username, nested=True)
        )

    def _home(self, user: str) -> Mapping | None:
        return next((mapping for mapping in self.mappings if user in mapping.directory.users), None)

    def _homes(self, group: str) -> list[Mapping]:
        return [mapping for mapping in self.mappings if group in mapping.directory.groups]

    def _shows_user(self, user: str) -> bool:
        if not self.access_based_sync:
            return True
        home = self._home(user)
        return home is not None and (home.allow_all_to_authenticate or user in self._with_access(home)[1])

    def _shows_group(self, group: str) -> bool:
        if self.access_based_sync != USERS_AND_GROUPS:
            return True
        return any(each.allow_all_to_authenticate or group in self._with_access(each)[0] for each in self._homes(group))

    def _with_access(self, mapping: Mapping) -> tuple[set[str], set[str]]:
        """Return the authorised groups of a mapping with all that is nested in them, and the users in these."""

        def work_out() -> tuple[set[str], set[str]]:
            groups = set().union(
                *(self._closure(group, self._children) for group in map(compared, mapping.authorised_groups))
            )
            return groups, set().union(*(self._users_in(group) for group in groups))

        return self.memo.get(("access", mapping.directory.number), work_out)

    def _first_of(self, layers: Iterable[dict[str, Result]], kind: Literal["user", "group"]) -> list[Result]:
        first: dict[str, Result] = {}
        for layer in layers:
            first = layer | first
        shows = self._shows_user if kind == "user" else self._shows_group
        return [first[name] for name in sorted(first) if shows(name)]

    def _users_in(self, group: str) -> set[str]:
        found: set[str] = set()
        for mapping in self._homes(group):
            users = mapping.directory.groups[group].users
            if self.aggregates or mapping is self.mappings[0]:
                found.update(users)
            else:
                found.update(user for user in users if self._home(user) is mapping)
        return found

    def _children(self, group: str) -> set[str]:
        return {
            child
            for mapping in self._homes(group)
            for child in mapping.directory.groups[group].children
            if self.aggregates or self._homes(child)[0] is mapping
        }

    def _parents(self, group: str) -> set[str]:
        homes = self._homes(group)
        counting = homes if self.aggregates else homes[:1]
        return {parent for mapping in counting for parent in mapping.directory.groups[group].parents}

    def _groups_of_user(self, user: str) -> set[str]:
        homes = [mapping for mapping in self.mappings if user in mapping.directory.users]
        counting = homes if self.aggregates else homes[:1]
        return {group for mapping in counting for group in mapping.directory.users[user].groups}

    def _reachable(self, group: str, step: Callable[[str], set[str]], *, nested: bool) -> list[Group]:
        found = self._closure(group, step) - {group} if nested else step(group)
        return [self.group(each) for each in sorted(found) if self._shows_group(each)]

    @staticmethod
    def _closure(group: str, step: Callable[[str], set[str]]) -> set[str]:
        # Merged groups of equal name can form a cycle even where no single directory has one.
        found, open_ends = {group}, [group]
        while open_ends:
            fresh = step(open_ends.pop()) - found
            found |= fresh
            open_ends.extend(fresh)
        return found
