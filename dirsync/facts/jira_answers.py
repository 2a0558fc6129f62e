"""Jira's answers as facts' values; every shape is checked, because what is missing must not look like "none"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, TypeGuard

from dirsync.errors import AnswerMalformed
from dirsync.model.products import DuplicateAccount, JiraApplication
from dirsync.model.versions import version_numbers

if TYPE_CHECKING:
    from dirsync.http import Answer

UNLIMITED = -1
"""What Jira puts into seat counts where a licence has no limit (jira-jsm.md 1.2)."""
LONGEST_NUMBER = 19
"""Digits of an id at most: Jira counts them in 64 bits, and Python turns no text of thousands of digits into one."""
GLOBAL_PERMISSIONS = frozenset(
    {
        "USE",
        "ADMINISTER",
        "SYSTEM_ADMIN",
        "USER_PICKER",
        "CREATE_SHARED_OBJECTS",
        "MANAGE_GROUP_FILTER_SUBSCRIPTIONS",
        "BULK_CHANGE",
    }
)
"""For a Jira that does not say of what type a permission is (keys: jira-jsm.md 2.1 and 2.2)."""
PROXY_REMEDY = "See what stands between dirsync and Jira."


def version_from(answer: Answer) -> str:
    """Return `9.12.8` out of serverInfo, or `5.12.3` out of servicedeskapi/info."""
    version = _object(answer).get("version")
    if not isinstance(version, str) or not version_numbers(version):
        malformed(answer, "names no version")
    return version


def account_permissions_from(answer: Answer) -> tuple[str, ...]:
    """Return the keys of the global permissions the caller holds, out of mypermissions; those for projects are not."""
    permissions = _object(answer).get("permissions")
    if not isinstance(permissions, dict) or not all(
        isinstance(permission, dict) and isinstance(permission.get("havePermission"), bool)
        for permission in permissions.values()
    ):
        malformed(answer, "does not say which permissions this account holds")
    held = (
        key
        for key, permission in permissions.items()
        if permission["havePermission"] and permission.get("type", _type_of(key)) == "GLOBAL"
    )
    return tuple(sorted(held))


def _type_of(permission: str) -> str:
    return "GLOBAL" if permission in GLOBAL_PERMISSIONS else "PROJECT"


def applications_from(answer: Answer) -> tuple[JiraApplication, ...]:
    """Return the licensed applications out of applicationrole; all but key and groups may be missing."""
    body = answer.json()
    if not is_record_list(body):
        malformed(answer, "is not a list of applications")
    return tuple(_application(answer, role) for role in body)


def _application(answer: Answer, role: dict[str, Any]) -> JiraApplication:
    key, groups = role.get("key"), role.get("groups")
    if not isinstance(key, str) or not key:
        malformed(answer, "has an application without a key")
    if not _is_names(groups):
        malformed(answer, f"does not say which groups have access to {key}")
    defaults, selected = role.get("defaultGroups"), role.get("selectedByDefault")
    seats, unlimited = whole_number(role.get("numberOfSeats")), role.get("hasUnlimitedSeats")
    is_unlimited = unlimited is True or (unlimited is None and UNLIMITED in (seats, role.get("remainingSeats")))
    name = role.get("name")
    return JiraApplication(
        key=key,
        groups=tuple(groups),
        default_groups=tuple(defaults) if _is_names(defaults) else None,
        selected_by_default=selected if isinstance(selected, bool) else None,
        name=name if isinstance(name, str) else "",
        seats=None if is_unlimited or seats is None or seats < 0 else seats,
        used=whole_number(role.get("userCount")),
        is_unlimited=is_unlimited,
    )


def duplicated_users_from(answer: Answer) -> dict[str, tuple[DuplicateAccount, ...]]:
    """Return by username the accounts that share it, out of user/duplicated/list.

    The shape is that of Atlassian's page "Finding duplicate user accounts"; the OpenAPI of 10.3 types the answer as
    something else, wrongly (jira-jsm.md 3.3).
    """
    body = _object(answer)
    return {username: _accounts(answer, username, accounts) for username, accounts in body.items()}


def _accounts(answer: Answer, username: str, accounts: object) -> tuple[DuplicateAccount, ...]:
    if not is_record_list(accounts) or not accounts:
        malformed(answer, f"does not list the accounts of '{username}'")
    for account in accounts:
        if not isinstance(account.get("directoryName"), str) or not isinstance(account.get("userActive"), bool):
            malformed(answer, f"has an account of '{username}' without its directory or without 'userActive'")
    return tuple(
        DuplicateAccount(whole_number(account.get("directoryId")), account["directoryName"], account["userActive"])
        for account in accounts
    )


def _object(answer: Answer) -> dict[str, Any]:
    body = answer.json()
    if not isinstance(body, dict):
        malformed(answer, "is not a JSON object")
    return body


def is_record_list(value: object) -> TypeGuard[list[dict[str, Any]]]:
    """Say whether a value is a list of JSON objects."""
    return isinstance(value, list) and all(isinstance(record, dict) for record in value)


def _is_names(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def whole_number(value: object) -> int | None:
    """Return a number of JSON that is whole, else None; true is no number."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def malformed(answer: Answer, what: str) -> NoReturn:
    """Raise that an answer has not the shape Jira documents."""
    raise AnswerMalformed(f"{answer.question}: the answer {what}.", PROXY_REMEDY)
