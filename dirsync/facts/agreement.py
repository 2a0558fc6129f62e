"""Whether two routes say the same: each fact is compared as its kind demands, and only in what both of them tell.

Names of groups compare as the products compare them; Jira's database keeps them in lower case (jira-jsm.md 1.2). The
order matters for directories only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dirsync.model.names import fold, same
from dirsync.model.versions import version_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from dirsync.model.products import (
        CrowdApplication,
        CrowdDirectory,
        JiraApplication,
        JiraDirectory,
        ProjectPermission,
        ProjectRole,
        ServiceProject,
    )

NEVER_COMPARED: Final = (".sync_state", ".licence_use", ".licensed_users")
"""Ends of names whose values change by the minute, or that products count in ways of their own."""
IN_PART: Final = "jira-rest"
"""Lists the service projects that its account may see, and of the applications only those that are licensed."""


def agree(name: str, one: Any, other: Any, routes: frozenset[str] = frozenset()) -> bool:  # noqa: ANN401 - values of facts
    """Say whether two values of a fact can both be true; `routes` are the two that told them."""
    if name.endswith(NEVER_COMPARED):
        return True
    comparison = _STRUCTURES.get(name)
    if name.startswith("jira.service_projects[") and name.endswith(".roles"):
        comparison = _roles
    if name.startswith("jira.service_projects[") and name.endswith(".permissions"):
        comparison = _project_permissions
    return comparison(one, other, routes) if comparison else _alike(one) == _alike(other)


def _alike(value: object) -> object:
    """Return the form under which two plain values are one: names without their order, and as the products compare."""
    if isinstance(value, str):
        return fold(value)
    if isinstance(value, (tuple, list, frozenset, set)):
        return frozenset(map(_alike, value))
    return value


def _version(one: str, other: str, _: frozenset[str]) -> bool:
    """Say whether one version is the other in more detail: 9.12 and 9.12.8 are one."""
    parts = [version_numbers(version) for version in (one, other)]
    length = min(map(len, parts))
    return fold(one) == fold(other) if length == 0 else parts[0][:length] == parts[1][:length]


def _permissions(one: Mapping[str, Iterable[str]], other: Mapping[str, Iterable[str]], _: frozenset[str]) -> bool:
    """Compare the permissions that both name: a declaration may leave some out, a database those that nobody holds."""
    return all(_folded(one[key]) == _folded(other[key]) for key in one.keys() & other.keys())


def _applications(one: Iterable[JiraApplication], other: Iterable[JiraApplication], routes: frozenset[str]) -> bool:
    first, second = ({known.key: known for known in told} for told in (one, other))
    both = first.keys() & second.keys()
    if not all(_same_application(first[key], second[key]) for key in both):
        return False
    if IN_PART in routes and "jira-database" in routes:
        return True  # the database keeps rows of applications that are licensed no longer
    alone = {**first, **second}.items()
    return not any(known.groups for key, known in alone if key not in both)


def _same_application(one: JiraApplication, other: JiraApplication) -> bool:
    told: list[tuple[object, object]] = [
        (one.selected_by_default, other.selected_by_default),
        (_seats(one), _seats(other)),
        (_folded_if_told(one.default_groups), _folded_if_told(other.default_groups)),
    ]
    return _folded(one.groups) == _folded(other.groups) and all(
        left == right for left, right in told if left is not None and right is not None
    )


def _seats(application: JiraApplication) -> int | str | None:
    return "unlimited" if application.is_unlimited else application.seats


def _folded_if_told(names: Iterable[str] | None) -> frozenset[str] | None:
    return None if names is None else _folded(names)


def _user_directories(one: Iterable[JiraDirectory], other: Iterable[JiraDirectory], _: frozenset[str]) -> bool:
    """Compare in order."""
    first, second = list(one), list(other)
    return len(first) == len(second) and all(map(_same_directory, first, second))


def _same_directory(one: JiraDirectory, other: JiraDirectory) -> bool:
    told = [(one.crowd_application, other.crowd_application), (one.directory, other.directory)]
    return (
        same(one.name, other.name)
        and one.type == other.type
        and all(same(left, right) for left, right in told if left and right)
    )


def _service_projects(one: Iterable[ServiceProject], other: Iterable[ServiceProject], routes: frozenset[str]) -> bool:
    """Compare the keys; of a list that may be a part of all, only that the other has them too."""
    first, second = ({fold(known.key) for known in told} for told in (one, other))
    return first <= second or second <= first if IN_PART in routes else first == second


def _roles(one: Iterable[ProjectRole], other: Iterable[ProjectRole], _: frozenset[str]) -> bool:
    """Compare the groups in each role; users stand there by names or by keys."""
    first, second = ({fold(role.name): _folded(role.groups) for role in told if role.groups} for told in (one, other))
    return first == second


def _project_permissions(
    one: Iterable[ProjectPermission], other: Iterable[ProjectPermission], _: frozenset[str]
) -> bool:
    """Compare the groups with each permission, and the roles where both routes say their names."""
    first, second = list(one), list(other)
    has_names = not any(role.isdecimal() for told in (*first, *second) for role in told.roles)
    return _holders(first, has_names) == _holders(second, has_names)


def _holders(told: Iterable[ProjectPermission], has_names: bool) -> dict[str, frozenset[str]]:  # noqa: FBT001 - asked for above
    holders = {
        known.name.upper(): frozenset(
            {f"group {fold(name)}" for name in known.groups}
            | {f"role {fold(name)}" for name in known.roles if has_names}
        )
        for known in told
    }
    return {permission: those for permission, those in holders.items() if those}


def _crowd_applications(one: Iterable[CrowdApplication], other: Iterable[CrowdApplication], _: frozenset[str]) -> bool:
    """Compare the applications that both name: a declaration names those of Jira only. None at all means no Crowd."""
    first, second = ({fold(known.name): known for known in told} for told in (one, other))
    smaller, larger = sorted((first, second), key=len)
    return (
        bool(smaller) == bool(larger)
        and smaller.keys() <= larger.keys()
        and all(_same_crowd_application(smaller[name], larger[name]) for name in smaller)
    )


def _same_crowd_application(one: CrowdApplication, other: CrowdApplication) -> bool:
    if one.directories is None or other.directories is None or (one.unattributed and other.unattributed):
        return True
    if not one.unattributed and not other.unattributed:
        return one.directories == other.directories
    # What nobody attributes may be any of those that the other names besides; more than those it can't be.
    whole, part = (one, other) if other.unattributed else (other, one)
    return set(part.directories or ()) <= set(whole.directories or ()) and len(part.directories or ()) + len(
        part.unattributed
    ) <= len(whole.directories or () if whole.crowd_directories is None else whole.crowd_directories)


def _crowd_directories(one: Iterable[CrowdDirectory], other: Iterable[CrowdDirectory], _: frozenset[str]) -> bool:
    """Compare the directories that both name: a declaration names those that matter. None at all means no Crowd."""
    first, second = ({fold(known.name): known for known in told} for told in (one, other))
    smaller, larger = sorted((first, second), key=len)
    return (
        bool(smaller) == bool(larger)
        and smaller.keys() <= larger.keys()
        and all(
            left == right
            for name, known in smaller.items()
            for left, right in ((known.type, larger[name].type), (known.directory, larger[name].directory))
            if left and right
        )
    )


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(map(fold, names))


_STRUCTURES: Final[Mapping[str, Callable[[Any, Any, frozenset[str]], bool]]] = {
    "jira.version": _version,
    "jira.permissions": _permissions,
    "jira.applications": _applications,
    "jira.user_directories": _user_directories,
    "jira.service_projects": _service_projects,
    "crowd.applications": _crowd_applications,
    "crowd.directories": _crowd_directories,
}
