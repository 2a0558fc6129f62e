"""The state of one sandbox: Crowd's directories and applications, and Jira's view of them, behind one lock."""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dirsync.sandbox.crowd.application import Application, Mapping
from dirsync.sandbox.crowd.directory import Directory, compared
from dirsync.sandbox.crowd.event_calls import EventStyle
from dirsync.sandbox.crowd.events import EventLog
from dirsync.sandbox.crowd.sessions import Sessions
from dirsync.sandbox.jira.view import Jira, UserDirectory
from dirsync.sandbox.operations import ALL_OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Mapping as MappingType

    from dirsync.sandbox.seed import Seed, SeedCrowdApplication, SeedEvents
    from dirsync.sandbox.seed_jira import SeedJiraDirectory
    from dirsync.sandbox.seed_words import People

FIRST_DIRECTORY = 32769
"""Crowd numbers what it stores from here on: the left part of keys in recorded answers."""
FIRST_USER_DIRECTORY = 10000
"""Jira numbers its user directories from here on, but for the internal one."""
SEED_KEYS = uuid.UUID("6f2b1c1e-6d0f-5f0a-9a55-9d9d2a1f0c11")


def now() -> int:
    """Return the time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


@dataclass
class SandboxState:
    """Everything the emulated products hold. Change it only while holding `lock`; the servers do so too."""

    crowd_version: str
    directories: dict[str, Directory]
    applications: dict[str, Application]
    """By compared name."""
    jira: Jira
    events: EventLog
    event_style: EventStyle
    clock: Callable[[], int] = now
    sessions: Sessions = field(default_factory=Sessions)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def crowd_number(self) -> tuple[int, ...]:
        """Crowd's version as numbers, to compare."""
        return tuple(int(part) for part in self.crowd_version.split("."))

    def directory(self, name: str) -> Directory:
        """Return one of Crowd's directories."""
        return self.directories[compared(name)]

    def application(self, name: str) -> Application:
        """Return one of Crowd's applications."""
        return self.applications[compared(name)]

    def jira_directory(self, name: str) -> Directory:
        """Return a directory that Jira holds itself."""
        return next(each for each in self.jira.directories if each.name == name).application.mappings[0].directory


def state_from(seed: Seed, clock: Callable[[], int] = now) -> SandboxState:
    """Build the state a sandbox starts with."""
    directories = {
        compared(each.name): _directory(
            FIRST_DIRECTORY + place,
            each.name,
            each,
            clock,
            seed.crowd.default_groups_of(each.name),
            seed.crowd.operations_of(each.name),
            is_cached=each.type != "delegating" if each.cached is None else each.cached,
        )
        for place, each in enumerate(seed.crowd.directories)
    }
    shown = {compared(each.name): directories[compared(each.name)] for each in seed.crowd.directories if each.active}
    applications = {compared(each.name): _application(each, shown) for each in seed.crowd.applications}
    user_directories = tuple(
        _user_directory(place, each, applications, clock) for place, each in enumerate(seed.jira.user_directories)
    )
    events = EventLog(clock, seed.crowd.events.kept, seed.crowd.events.kept_seconds, seed.crowd.events.alias_event)
    for directory in directories.values():
        directory.record = events.recorder(directory.number)
    return SandboxState(
        crowd_version=seed.crowd.version,
        directories=directories,
        applications=applications,
        jira=Jira(seed.jira, user_directories, clock),
        clock=clock,
        events=events,
        event_style=_event_style(seed.crowd.events),
    )


def _event_style(seed: SeedEvents) -> EventStyle:
    return EventStyle(
        hyphenated=seed.spelling == "hyphen",
        operation_in_tag=seed.operation == "attribute",
        whole_memberships=seed.memberships == "all",
    )


def _directory(
    number: int,
    name: str,
    people: People,
    clock: Callable[[], int],
    default_groups: Iterable[str] = (),
    allowed_operations: Iterable[str] = ALL_OPERATIONS,
    *,
    is_cached: bool = True,
) -> Directory:
    directory = Directory(number, name, clock, default_groups, allowed_operations, is_cached=is_cached)
    for group in people.groups:
        directory.add_group(group.name, description=group.description, active=group.active)
    for group in people.groups:
        for child in dict.fromkeys(map(compared, group.groups)):
            directory.add_child_group(group.name, child, cycle_allowed=True)
    for user in people.users:
        details = {
            "email": user.email,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "display_name": user.display_name or f"{user.first_name} {user.last_name}".strip() or user.username,
            "active": user.active,
            "password": user.password,
            "attributes": {key: list(values) for key, values in user.attributes.items()},
        }
        identity = uuid.uuid5(SEED_KEYS, f"{name}/{compared(user.username)}")
        directory.add_user(user.username, details, str(identity))
        for membership in dict.fromkeys(map(compared, user.groups)):
            directory.add_member(membership, user.username)
    return directory


def _application(seed: SeedCrowdApplication, directories: MappingType[str, Directory]) -> Application:
    return Application(
        name=seed.name,
        password=seed.password,
        remote_addresses=None if seed.remote_addresses is None else tuple(seed.remote_addresses),
        aggregates=seed.aggregate_memberships,
        access_based_sync="users" if seed.access_based_sync is True else seed.access_based_sync or "",
        mappings=tuple(
            Mapping(
                directories[compared(each.directory)],
                each.allow_all_to_authenticate,
                tuple(each.authorised_groups),
                tuple(each.default_groups),
                frozenset(each.allowed_operations),
            )
            for each in seed.directories
            if compared(each.directory) in directories
        ),
    )


def _user_directory(
    place: int, seed: SeedJiraDirectory, applications: MappingType[str, Application], clock: Callable[[], int]
) -> UserDirectory:
    if seed.type == "crowd":
        application = applications[compared(seed.crowd_application)]
    else:
        own = Mapping(_directory(place + 1, seed.name, seed, clock))
        application = Application(seed.name, (own,))
    return UserDirectory(
        name=seed.name,
        application=application,
        is_active=seed.active,
        is_nested=seed.nested_groups,
        number=1 if seed.type == "internal" else FIRST_USER_DIRECTORY + place,
    )
