"""The JSON that the emulated Jira answers with (reference notes on Jira, 1.2, 2.4, 3.4 and 7)."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from dirsync.sandbox.crowd.directory import compared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dirsync.sandbox.crowd.directory import User
    from dirsync.sandbox.jira.view import Caller, Jira, UserDirectory
    from dirsync.sandbox.seed_jira import SeedJiraApplication

Data = dict[str, Any]

ADMINISTRATIVE = ("ADMINISTER", "SYSTEM_ADMIN")
GLOBAL_PERMISSIONS = {
    "ADMINISTER": "Jira Administrators",
    "SYSTEM_ADMIN": "Jira System Administrators",
    "USER_PICKER": "Browse Users",
    "CREATE_SHARED_OBJECTS": "Create Shared Objects",
    "MANAGE_GROUP_FILTER_SUBSCRIPTIONS": "Manage Group Filter Subscriptions",
    "BULK_CHANGE": "Bulk Change",
}
PROJECT_PERMISSIONS = {
    "BROWSE_PROJECTS": "Browse Projects",
    "ADMINISTER_PROJECTS": "Administer Projects",
    "SERVICEDESK_AGENT": "Service Project Agent",
}


def server_info(jira: Jira, base: str) -> Data:
    """Describe the server."""
    numbers = [int(part) for part in jira.settings.version.split(".")]
    return {
        "baseUrl": base,
        "version": jira.settings.version,
        "versionNumbers": [*numbers, 0, 0][: max(3, len(numbers))],
        "deploymentType": "Server",
        "buildNumber": numbers[0] * 100_000,
        "serverTitle": "dirsync sandbox",
    }


def application_role(jira: Jira, application: SeedJiraApplication) -> Data:
    """Draw a Jira application with its seats; unlimited ones have -1."""
    shown = str.lower if jira.settings.lowercase_groups else str
    used = jira.seats_taken(application)
    seats = -1 if application.is_unlimited else application.seats or 0
    return {
        "key": application.key,
        "name": application.name or application.key,
        "groups": [shown(group) for group in application.groups],
        "defaultGroups": [shown(group) for group in application.default_groups],
        "selectedByDefault": application.selected_by_default,
        "defined": True,
        "numberOfSeats": seats,
        "remainingSeats": -1 if application.is_unlimited else max(seats - used, 0),
        "userCount": used,
        "userCountDescription": f"{used} {'user' if used == 1 else 'users'}",
        "hasUnlimitedSeats": application.is_unlimited,
        "platform": application.key == "jira-core",
    }


def brief_user(jira: Jira, user: User, base: str) -> Data:
    """Draw a user as lists show it."""
    return {
        "self": f"{base}/rest/api/2/user?username={quote(user.name, safe='')}",
        "key": jira.key_of(user),
        "name": user.name,
        "emailAddress": user.email,
        "displayName": user.display_name,
        "active": user.active,
        "deleted": False,
        "timeZone": "UTC",
        "locale": "en_GB",
    }


def whole_user(jira: Jira, user: User, base: str, expand: Sequence[str]) -> Data:
    """Draw a user; groups and applications come with their number, and only when expanded with their names."""
    groups, applications = jira.groups_of(user.name), jira.applications_of(user)
    shown_groups = [
        {"name": name, "self": f"{base}/rest/api/2/group?groupname={quote(name, safe='')}"} for name in groups
    ]
    shown_applications = [{"key": each.key, "name": each.name or each.key} for each in applications]
    return {
        **brief_user(jira, user, base),
        "groups": {"size": len(groups), "items": shown_groups if "groups" in expand else []},
        "applicationRoles": {
            "size": len(applications),
            "items": shown_applications if "applicationRoles" in expand else [],
        },
        "expand": "groups,applicationRoles",
    }


def caller(jira: Jira, who: Caller, base: str) -> Data:
    """Draw the caller, as a user of the directories or as the technical account that is in none."""
    user = jira.find_user(who.name)
    if user is not None:
        return whole_user(jira, user, base, ())
    address = f"{base}/rest/api/2/user?username={quote(who.name, safe='')}"
    named = {"self": address, "key": who.name, "name": who.name, "displayName": who.name, "emailAddress": ""}
    nothing = {"size": 0, "items": []}
    return {**named, "active": True, "deleted": False, "groups": nothing, "applicationRoles": nothing}


def user_list_page(jira: Jira, shown: Sequence[User], cursor: str, following: str, most: int, base: str) -> Data:
    """Draw one page of all users; `following` is the cursor of the next, empty on the last."""

    def address(of: str) -> str:
        return f"{base}/rest/api/2/user/list?{urlencode({'cursor': of, 'maxResults': most})}"

    links = {"nextCursor": following, "nextPage": address(following)} if following else {}
    values = [brief_user(jira, user, base) for user in shown]
    return {"self": address(cursor), "maxResults": most, "isLast": not following, **links, "values": values}


def old_group(jira: Jira, name: str, members: Sequence[User], shown: Sequence[User], first: int, base: str) -> Data:
    """Draw a group as Jira did before 10: its members in ranges."""
    users = {
        "size": len(members),
        "items": [brief_user(jira, user, base) for user in shown],
        "max-results": 50,
        "start-index": first,
        "end-index": first + len(shown) - 1 if shown else 0,
    }
    address = f"{base}/rest/api/2/group?{urlencode({'groupname': name})}"
    return {"name": name, "self": address, "users": users, "expand": "users"}


def permissions() -> Data:
    """Draw all permissions there are, without anybody who holds them."""
    kinds = [*((each, "GLOBAL") for each in GLOBAL_PERMISSIONS.items())]
    kinds += [(each, "PROJECT") for each in PROJECT_PERMISSIONS.items()]
    return {
        key: {"id": str(place), "key": key, "name": name, "type": kind, "description": name}
        for place, ((key, name), kind) in enumerate(kinds)
    }


def member_page(
    jira: Jira, group: str, members: Sequence[User], start: int, most: int, base: str, *, with_inactive: bool
) -> Data:
    """Draw one page of a group's members."""

    def address(first: int) -> str:
        query = {
            "includeInactiveUsers": str(with_inactive).lower(),
            "maxResults": most,
            "groupname": group,
            "startAt": first,
        }
        return f"{base}/rest/api/2/group/member?{urlencode(query)}"

    is_last = start + most >= len(members)
    return {
        "self": address(start),
        **({} if is_last else {"nextPage": address(start + most)}),
        "maxResults": most,
        "startAt": start,
        "total": len(members),
        "isLast": is_last,
        "values": [brief_user(jira, user, base) for user in members[start : start + most]],
    }


def groups_picked(jira: Jira, names: Sequence[str], most: int, query: str) -> Data:
    """Draw the group picker: the header tells how many there are in truth."""
    shown = names[:most]
    return {
        "header": f"Showing {len(shown)} of {len(names)} matching groups",
        "total": len(names),
        "groups": [
            {"name": name, "html": _emphasised(name, query), "labels": list(_labels(jira, name))} for name in shown
        ],
    }


def my_permissions(caller: Caller, keys: Sequence[str] = ()) -> Data:
    """Draw the permissions of the caller: the global ones, and those for projects that administrators have."""
    known = {**GLOBAL_PERMISSIONS, **{key: key for key in sorted(caller.permissions) if key not in GLOBAL_PERMISSIONS}}
    held = {key for key in PROJECT_PERMISSIONS if caller.permissions & set(ADMINISTRATIVE)} | caller.permissions
    return {
        "permissions": {
            key: {
                "id": str(place),
                "key": key,
                "name": name,
                "type": "PROJECT" if key in PROJECT_PERMISSIONS else "GLOBAL",
                "description": name,
                "havePermission": key in held,
            }
            for place, (key, name) in enumerate({**known, **PROJECT_PERMISSIONS}.items())
            if not keys or key in keys
        }
    }


def accounts(found: Sequence[tuple[UserDirectory, User]]) -> list[Data]:
    """Draw the accounts that share a username."""
    return [
        {"directoryId": directory.number, "directoryName": directory.name, "userActive": user.active}
        for directory, user in found
    ]


def _labels(jira: Jira, group: str) -> list[Data]:
    labels = []
    if set(jira.permissions_of(group)) & set(ADMINISTRATIVE):
        title = "Users in this group have administrative access"
        labels.append({"text": "Admin", "title": title, "type": "ADMIN"})
    granted = [
        each.name or each.key
        for each in jira.settings.applications
        if compared(group) in {compared(name) for name in each.groups}
    ]
    if granted:
        bold = ", ".join(f"<strong>{escape(name)}</strong>" for name in granted)
        is_single = len(granted) == 1
        text = granted[0] if is_single else "Multiple"
        kind = "SINGLE" if is_single else "MULTIPLE"
        labels.append({"text": text, "title": f"Users in this group have access to {bold}", "type": kind})
    return labels


def _emphasised(name: str, query: str) -> str:
    at = compared(name).find(compared(query)) if query else -1
    if at < 0:
        return escape(name)
    end = at + len(query)
    return f"{escape(name[:at])}<b>{escape(name[at:end])}</b>{escape(name[end:])}"
