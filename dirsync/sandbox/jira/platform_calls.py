"""Questions to the emulated Jira itself: server, applications, groups, users (reference notes on Jira, 1-3 and 7)."""

from __future__ import annotations

import base64
import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from dirsync.sandbox.crowd.directory import compared
from dirsync.sandbox.jira import replies
from dirsync.sandbox.jira.calls import JiraRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.responses import Response

    from dirsync.sandbox.crowd.directory import User
    from dirsync.sandbox.jira.calls import JiraCall
    from dirsync.sandbox.jira.view import UserDirectory

MEMBERS_AT_ONCE = 50
USERS_AT_ONCE = 1000
PICKED_GROUPS = 20
USERS_BY_DEFAULT = 50
FIRST_DUPLICATES = (8, 19)
FIRST_USER_LIST = (10, 0)
"""In the published description of 10.3; since when is not established (reference notes on Jira, unknowns 11)."""
LISTED_USERS = 2000
RANGE = re.compile(r"users\[(\d{1,9}):(\d{1,9})\]")
EVERYBODY = "."
"""Jira's way to ask for all users; an empty name is refused."""


def server_info(call: JiraCall) -> Response:
    """Tell the version."""
    return JSONResponse(replies.server_info(call.jira, call.base))


def group_members(call: JiraCall) -> Response:
    """Return one page of a group's members."""
    group = call.given("groupname")
    if not group:
        raise JiraRefusal(400, "The query parameter 'groupname' is required.")
    call.require_administrator()
    if not call.jira.has_group(group):
        raise JiraRefusal(404, f"The group named '{group}' does not exist.")
    with_inactive = call.flag("includeInactiveUsers", default=False)
    members = call.jira.members(group, with_inactive=with_inactive)
    start = call.number("startAt", 0, len(members))
    most = call.number("maxResults", MEMBERS_AT_ONCE, MEMBERS_AT_ONCE) or MEMBERS_AT_ONCE
    page = replies.member_page(call.jira, group, members, start, most, call.base, with_inactive=with_inactive)
    return JSONResponse(page)


def groups_picker(call: JiraCall) -> Response:
    """Return groups whose name holds what was typed, with their labels."""
    query = call.given("query")
    excluded = {compared(name) for name in call.request.query_params.getlist("exclude")}
    names = [
        name for name in call.jira.group_names() if compared(query) in compared(name) and compared(name) not in excluded
    ]
    most = call.number("maxResults", PICKED_GROUPS, len(names)) if call.given("maxResults") else PICKED_GROUPS
    return JSONResponse(replies.groups_picked(call.jira, names, most, query))


def my_permissions(call: JiraCall) -> Response:
    """Tell what the caller may."""
    keys = [key for key in call.given("permissions").split(",") if key]
    return JSONResponse(replies.my_permissions(call.caller, keys))


def duplicates_counted(call: JiraCall) -> Response:
    """Count the usernames that several accounts share."""
    return JSONResponse({"count": len(_duplicates(call))})


def duplicates_listed(call: JiraCall) -> Response:
    """Return the accounts that share a username; to have them counted afresh is for system administrators."""
    duplicates = _duplicates(call)
    if call.flag("flush", default=False) and "SYSTEM_ADMIN" not in call.caller.permissions:
        raise JiraRefusal(403, "Only system administrators may flush the cache of duplicate users.")
    return JSONResponse({name: replies.accounts(accounts) for name, accounts in duplicates.items()})


def user_list(call: JiraCall) -> Response:
    """Return one page of everybody, in no order that means anything; no total. There is none before Jira 10."""
    if not call.jira.is_at_least(*FIRST_USER_LIST):
        raise JiraRefusal(404, "Nothing is here.")
    call.require_administrator()
    everybody, cursor = call.jira.users_by_key(), call.given("cursor")
    try:
        after = base64.b64decode(cursor, altchars=b"-_", validate=True).decode()
    except ValueError:
        raise JiraRefusal(400, "The cursor is not valid.") from None
    start = bisect_right(everybody, after, key=lambda user: user.key)
    most = call.number("maxResults", LISTED_USERS, LISTED_USERS) or LISTED_USERS
    shown = everybody[start : start + most]
    is_last = start + most >= len(everybody)
    following = "" if is_last else base64.urlsafe_b64encode(shown[-1].key.encode()).decode()
    return JSONResponse(replies.user_list_page(call.jira, shown, cursor, following, most, call.base))


def group(call: JiraCall) -> Response:
    """Return a group with its members, `expand=users[0:49]` of them at once: Jira's older way, gone from 10.0 on."""
    if call.jira.is_at_least(*FIRST_USER_LIST):
        raise JiraRefusal(405, "Only POST and DELETE are possible here.")
    name = call.given("groupname")
    call.require_administrator()
    if not call.jira.has_group(name):
        raise JiraRefusal(404, f"The group named '{name}' does not exist.")
    wanted = RANGE.fullmatch(call.given("expand"))
    first, last = (int(wanted[1]), int(wanted[2])) if wanted else (0, MEMBERS_AT_ONCE - 1)
    last = min(last, first + MEMBERS_AT_ONCE - 1)
    members = call.jira.members(name)
    is_expanded = call.given("expand").startswith("users")
    shown = members[first : last + 1] if is_expanded else []
    return JSONResponse(replies.old_group(call.jira, name, members, shown, first, call.base))


def _duplicates(call: JiraCall) -> Mapping[str, Sequence[tuple[UserDirectory, User]]]:
    if not call.jira.is_at_least(*FIRST_DUPLICATES):
        raise JiraRefusal(404, "Nothing is here; duplicate users are listed from 8.19 on.")
    call.require_administrator()
    return call.jira.duplicates()


def show_user(call: JiraCall) -> Response:
    """Return one user by name or key."""
    username, key = call.given("username"), call.given("key")
    if not username and not key:
        raise JiraRefusal(400, "Either the 'username' or the 'key' query parameter needs to be provided")
    user = call.jira.find_user(username) if username else call.jira.find_user_by_key(key)
    if user is None:
        raise JiraRefusal(404, f"The user named '{username or key}' does not exist")
    expand = [part.strip() for part in call.given("expand").split(",")]
    return JSONResponse(replies.whole_user(call.jira, user, call.base, expand))


def user_search(call: JiraCall) -> Response:
    """Return users by a part of their name or address."""
    username = call.given("username")
    if not username:
        raise JiraRefusal(400, "The username query parameter was not provided")
    wanted = "" if username == EVERYBODY else compared(username)
    with_active = call.flag("includeActive", default=True)
    with_inactive = call.flag("includeInactive", default=False)
    found = [
        user
        for user in call.jira.users()
        if (with_active if user.active else with_inactive) and _mentions(user, wanted)
    ]
    start = call.number("startAt", 0, len(found))
    most = call.number("maxResults", USERS_BY_DEFAULT, USERS_AT_ONCE)
    return JSONResponse([replies.brief_user(call.jira, user, call.base) for user in found[start : start + most]])


def _mentions(user: User, wanted: str) -> bool:
    return any(wanted in compared(text) for text in (user.name, user.display_name, user.email))
