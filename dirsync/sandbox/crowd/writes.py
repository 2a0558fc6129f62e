"""What a Crowd application may change, and in which of its directories a change lands.

Source of the routing: reference notes, 9.1. Where a user is put into a group that only another directory has, the
group is created beside the user, if the application may create groups there (ApplicationService in Crowd's
published javadoc); the notes call the details unsure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.sandbox.crowd.application import USERS_AND_GROUPS
from dirsync.sandbox.crowd.directory import compared
from dirsync.sandbox.crowd.refusals import (
    Refusal,
    group_not_found,
    membership_not_found,
    operation_not_allowed,
    user_not_found,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Mapping as MappingType

    from dirsync.sandbox.crowd.application import Application, Mapping
    from dirsync.sandbox.crowd.directory import Directory, Group, User


def create_user(application: Application, name: str, details: MappingType[str, object]) -> User:
    """Add a user to the first directory that grants it. A twin in any directory is refused.

    Where the application is filtered by access it can't create users any more, and with both filters no groups.
    """
    allowed = _allowed(application, application.mappings, "CREATE_USER")
    if application.access_based_sync:
        raise operation_not_allowed(application.name, "CREATE_USER")
    if application.home_of_user(name):
        raise Refusal(400, "INVALID_USER", f"User <{name}> already exists")
    return allowed[0].directory.add_user(name, details)


def writable_user(application: Application, name: str, operation: str) -> tuple[Directory, User]:
    """Return a user with its directory, or raise 404 or 403."""
    home = application.home_of_user(name)
    if home is None:
        raise user_not_found(name)
    _allowed(application, [home], operation)
    return home.directory, home.directory.user(name)


def rename_user(application: Application, name: str, new_name: str) -> User:
    """Rename a user in its directory; a name taken in any directory is refused."""
    directory, _ = writable_user(application, name, "UPDATE_USER")
    if compared(name) != compared(new_name) and application.home_of_user(new_name):
        raise Refusal(400, "INVALID_USER", f"User <{new_name}> already exists")
    return directory.rename_user(name, new_name)


def expire_all_passwords(application: Application) -> None:
    """Expire every password in the directories where the application may change users."""
    for mapping in _allowed(application, application.mappings, "UPDATE_USER"):
        mapping.directory.expire_passwords()


def create_group(application: Application, name: str, **details: object) -> Group:
    """Add a group to every directory that grants it. A group of that name in any directory is refused."""
    allowed = _allowed(application, application.mappings, "CREATE_GROUP")
    if application.access_based_sync == USERS_AND_GROUPS:
        raise operation_not_allowed(application.name, "CREATE_GROUP")
    if application.homes_of_group(name):
        raise Refusal(400, "INVALID_GROUP", f"Group <{name}> already exists")
    groups = [mapping.directory.add_group(name, **details) for mapping in allowed]
    return groups[0]


def writable_groups(application: Application, name: str, operation: str) -> list[Directory]:
    """Return every directory that holds a group and grants the operation, or raise 404 or 403."""
    homes = application.homes_of_group(name)
    if not homes:
        raise group_not_found(name)
    return [mapping.directory for mapping in _allowed(application, homes, operation)]


def add_member(application: Application, group: str, username: str) -> None:
    """Put a user into a group, in the user's directory."""
    home = application.home_of_user(username)
    if home is None:
        raise user_not_found(username)
    model = application.group(group)
    _allowed(application, [home], "UPDATE_GROUP")
    _ensure_group(application, home, model)
    home.directory.add_member(group, username)


def remove_member(application: Application, group: str, username: str) -> None:
    """Take a user out of a group: where the membership counts, so in all directories when they are aggregated."""
    homes = [mapping for mapping in application.mappings if mapping.directory.find_user(username)]
    if not homes:
        raise user_not_found(username)
    application.group(group)
    counting = homes if application.aggregates else homes[:1]
    _remove_where(
        application,
        [each for each in counting if compared(group) in each.directory.user(username).groups],
        membership_not_found(username, group),
        lambda directory: directory.remove_member(group, username),
    )


def add_child_group(application: Application, parent: str, child: str) -> None:
    """Put a group into a group, in every directory that has both; else beside the child."""
    model = application.group(parent)
    application.group(child)
    allowed = _allowed(application, application.homes_of_group(child), "UPDATE_GROUP")
    with_both = [mapping for mapping in allowed if mapping.directory.find_group(parent)]
    for mapping in with_both or allowed[:1]:
        _ensure_group(application, mapping, model)
        mapping.directory.add_child_group(parent, child)


def remove_child_group(application: Application, parent: str, child: str) -> None:
    """Take a group out of a group, in every directory."""
    application.group(parent)
    application.group(child)
    _remove_where(
        application,
        [
            mapping
            for mapping in application.homes_of_group(parent)
            if compared(child) in mapping.directory.group(parent).children
        ],
        membership_not_found(child, parent),
        lambda directory: directory.remove_child_group(parent, child),
    )


def apply_default_groups(application: Application, username: str) -> None:
    """Put somebody who has just authenticated into the default groups of both levels.

    The directory's are given once per user, the application's at every authentication (reference notes, 9.4; that
    the application's permissions don't matter here, only the directory's, is this sandbox's reading).
    """
    home = application.home_of_user(username)
    if home is None or "UPDATE_GROUP" not in home.directory.allowed_operations:
        return
    user = home.directory.user(username)
    wanted = list(home.default_groups)
    if "autoGroupsAdded" not in user.attributes and home.directory.default_groups:
        wanted += home.directory.default_groups
        user.attributes["autoGroupsAdded"] = ["true"]
    for group in wanted:
        if home.directory.find_group(group) and compared(group) not in user.groups:
            home.directory.add_member(group, username)


def _allowed(application: Application, mappings: Iterable[Mapping], operation: str) -> list[Mapping]:
    allowed = [mapping for mapping in mappings if mapping.allows(operation)]
    if not allowed:
        raise operation_not_allowed(application.name, operation)
    return allowed


def _ensure_group(application: Application, mapping: Mapping, model: Group) -> None:
    if mapping.directory.find_group(model.name) is None:
        _allowed(application, [mapping], "CREATE_GROUP")
        mapping.directory.add_group(model.name, description=model.description, active=model.active)


def _remove_where(
    application: Application, homes: list[Mapping], missing: Refusal, remove: Callable[[Directory], None]
) -> None:
    if not homes:
        raise missing
    for mapping in _allowed(application, homes, "UPDATE_GROUP"):
        remove(mapping.directory)
