"""What the emulated Jira sees of its user directories, and who takes a seat.

The first active directory that holds a username decides, and only that directory's memberships count
(Atlassian's "Managing Multiple Directories"; reference notes on Jira, 3.1 and 3.3). A seat is taken by every active
user who is in one of the application's groups, nested groups included.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dirsync.sandbox.crowd.application import Memo
from dirsync.sandbox.crowd.directory import compared
from dirsync.sandbox.jira.gate import Gate
from dirsync.sandbox.jira.organizations import Organizations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dirsync.sandbox.crowd.application import Application
    from dirsync.sandbox.crowd.directory import User
    from dirsync.sandbox.seed_jira import SeedJira, SeedJiraApplication

FIRST_APPLICATION_ROLES = 7
"""Application roles exist since Jira 7.0."""
FIRST_USER_KEY = 10100


@dataclass(frozen=True, slots=True)
class UserDirectory:
    """One of Jira's user directories: what a Crowd application sees, or people of Jira's own."""

    name: str
    application: Application
    is_active: bool = True
    is_nested: bool = True
    number: int = 0
    """Jira's id of it: the internal directory has 1, all others come from 10000 on (reference notes, 3.3 and 4.2)."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent the request, and the global permissions held."""

    name: str
    permissions: frozenset[str]


@dataclass
class Jira:
    """Jira's settings and its view of people."""

    settings: SeedJira
    directories: tuple[UserDirectory, ...]
    clock: Callable[[], int]
    _keys: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Prepare what is worked out from the directories."""
        self.active = tuple(directory for directory in self.directories if directory.is_active)
        self.memo = Memo(mapping.directory for directory in self.active for mapping in directory.application.mappings)
        self.gate = Gate(self.clock, self.settings.captcha_after, self.settings.rate_limit)
        self.organizations = Organizations(self.settings, self.find_user)

    @property
    def has_application_roles(self) -> bool:
        """Say whether this Jira is new enough for application roles."""
        return self.is_at_least(FIRST_APPLICATION_ROLES)

    def is_at_least(self, *version: int) -> bool:
        """Say whether this Jira is of a version or a later one."""
        return tuple(int(part) for part in self.settings.version.split(".")) >= version

    def caller_with_token(self, token: str) -> Caller | None:
        """Return who holds a personal access token."""
        credentials = self.settings.credentials
        if hmac.compare_digest(credentials.token.encode(), token.encode()):
            return Caller(credentials.username, frozenset(credentials.permissions))
        return None

    def caller_with_password(self, username: str, password: str) -> Caller | None:
        """Return the technical account or a person, if the password is right."""
        credentials = self.settings.credentials
        if compared(username) == compared(credentials.username):
            is_right = hmac.compare_digest(credentials.password.encode(), password.encode())
            return Caller(credentials.username, frozenset(credentials.permissions)) if is_right else None
        user = self.find_user(username)
        if user is None or not user.active or user.password is None:
            return None
        if not hmac.compare_digest(user.password.encode(), password.encode()):
            return None
        groups = {compared(group) for group in self.groups_of(user.name)}
        held = (
            permission
            for permission, holders in self.settings.permissions.items()
            if groups & {compared(holder) for holder in holders}
        )
        return Caller(user.name, frozenset(held))

    def knows(self, username: str) -> bool:
        """Say whether there is an account of that name, the technical one included."""
        is_technical = compared(username) == compared(self.settings.credentials.username)
        return is_technical or self.home_of(username) is not None

    def home_of(self, username: str) -> UserDirectory | None:
        """Return the directory that decides about a username."""
        return next((each for each in self.active if each.application.home_of_user(username)), None)

    def find_user(self, username: str) -> User | None:
        """Return the effective user of that name."""
        home = self.home_of(username)
        return home.application.user(username) if home else None

    def find_user_by_key(self, key: str) -> User | None:
        """Return the user with Jira's key, such as JIRAUSER10100."""
        return next((user for user in self.users() if self.key_of(user) == key), None)

    def key_of(self, user: User) -> str:
        """Return Jira's key of a user: given when Jira first shows the account, kept over renames."""
        return self._keys.setdefault(user.key, f"JIRAUSER{FIRST_USER_KEY + len(self._keys)}")

    def users(self) -> list[User]:
        """Return everybody Jira knows, by name; of twins the effective one."""

        def work_out() -> list[User]:
            found: dict[str, User] = {}
            for directory in self.active:
                for user in directory.application.users():
                    found.setdefault(compared(user.name), user)
            return [found[name] for name in sorted(found)]

        return self.memo.get("users", work_out)

    def users_by_key(self) -> list[User]:
        """Return everybody in an order that means nothing and does not change when somebody comes or goes."""
        return self.memo.get("by key", lambda: sorted(self.users(), key=lambda user: user.key))

    def duplicates(self) -> dict[str, list[tuple[UserDirectory, User]]]:
        """Return by username the accounts of several directories that Jira calls duplicates, the effective one first.

        More than one is active, or the only active one is not the effective one (reference notes, 3.3).
        """
        held: dict[str, list[tuple[UserDirectory, User]]] = {}
        for directory in self.active:
            for user in directory.application.users():
                held.setdefault(compared(user.name), []).append((directory, user))
        return {name: held[name] for name in sorted(held) if _are_duplicates([user for _, user in held[name]])}

    def group_names(self) -> list[str]:
        """Return the names of all groups, as the first directory that has each writes it."""

        def work_out() -> list[str]:
            found: dict[str, str] = {}
            for directory in self.active:
                for group in directory.application.groups():
                    found.setdefault(compared(group.name), group.name)
            return [found[name] for name in sorted(found)]

        return self.memo.get("groups", work_out)

    def has_group(self, name: str) -> bool:
        """Say whether any directory holds a group of that name."""
        return any(each.application.homes_of_group(name) for each in self.active)

    def members(self, group: str, *, with_inactive: bool = False) -> list[User]:
        """Return a group's effective members by name, those of nested groups included."""

        def work_out() -> list[User]:
            found = [
                user
                for directory in self.active
                if directory.application.homes_of_group(group)
                for user in directory.application.members(group, nested=directory.is_nested)
                if (with_inactive or user.active) and self.home_of(user.name) is directory
            ]
            return sorted(found, key=lambda user: compared(user.name))

        return self.memo.get(("members", compared(group), with_inactive), work_out)

    def groups_of(self, username: str) -> list[str]:
        """Return the names of the groups a user is effectively in."""
        home = self.home_of(username)
        if home is None:
            return []
        return [group.name for group in home.application.groups_of(username, nested=home.is_nested)]

    def application(self, key: str) -> SeedJiraApplication | None:
        """Return a licensed application."""
        return next((each for each in self.settings.applications if each.key == key), None)

    def applications_of(self, user: User) -> list[SeedJiraApplication]:
        """Return the applications in which a user takes a seat."""
        groups = {compared(group) for group in self.groups_of(user.name)} if user.active else set()
        return [each for each in self.settings.applications if groups & {compared(group) for group in each.groups}]

    def seats_taken(self, application: SeedJiraApplication) -> int:
        """Count the seats: several groups of one application are one seat."""
        if application.used is not None:
            return application.used
        key = ("seats", application.key, tuple(application.groups))
        return self.memo.get(
            key, lambda: len({user.key for group in application.groups for user in self.members(group)})
        )

    def set_groups(self, key: str, groups: Sequence[str], default_groups: Sequence[str]) -> None:
        """Replace the groups of a licensed application."""
        changed = {"groups": list(groups), "default_groups": list(default_groups)}
        applications = [
            each.model_copy(update=changed) if each.key == key else each for each in self.settings.applications
        ]
        self.settings = self.settings.model_copy(update={"applications": applications})

    def version_hash(self) -> str:
        """Return the ETag of the application roles, which changes with their groups."""
        described = [(each.key, each.groups, each.default_groups) for each in self.settings.applications]
        return hashlib.sha256(repr(described).encode()).hexdigest()[:32]

    def permissions_of(self, group: str) -> Iterable[str]:
        """Return the global permissions granted to a group directly."""
        return [
            permission
            for permission, holders in self.settings.permissions.items()
            if compared(group) in {compared(holder) for holder in holders}
        ]


def _are_duplicates(accounts: Sequence[User]) -> bool:
    active = sum(user.active for user in accounts)
    return active > 1 or (active == 1 and not accounts[0].active)
