"""The way into the emulated Jira: `/rest/api/2/…`, by Bearer token or Basic, errors as Jira writes them."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from dirsync.sandbox.crowd.directory import compared
from dirsync.sandbox.jira import replies

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from dirsync.sandbox.crowd.directory import User
    from dirsync.sandbox.jira.view import Caller, Jira
    from dirsync.sandbox.state import SandboxState

MEMBERS_AT_ONCE = 50
USERS_AT_ONCE = 1000


class JiraRefusal(Exception):
    """Jira refuses a call."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status
        self.message = message
        self.headers = dict(headers or {})


@dataclass(frozen=True)
class JiraCall:
    """One authenticated request."""

    jira: Jira
    caller: Caller
    request: Request
    base: str
    """Such as `http://127.0.0.1:8080/jira`."""

    def given(self, name: str, default: str = "") -> str:
        """Return a query parameter."""
        return self.request.query_params.get(name, default)

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a query parameter that is a yes or no, in any case: clients write both `true` and `True`."""
        return self.given(name, str(default)).lower() == "true"

    def number(self, name: str, default: int, most: int) -> int:
        """Return a query parameter that is a number, cut down to `most`."""
        try:
            return max(min(int(self.given(name) or default), most), 0)
        except ValueError:
            raise JiraRefusal(404, f"{name} must be a number") from None

    def require_administrator(self) -> None:
        """Refuse a caller who may not administer Jira."""
        if not self.caller.permissions & set(replies.ADMINISTRATIVE):
            raise JiraRefusal(403, f"The user '{self.caller.name}' must have permission to administer Jira.")


@dataclass(frozen=True)
class JiraDoor:
    """Answers requests to `/jira/rest/api/{version}/{path}`."""

    state: SandboxState

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        await request.body()
        path = request.path_params["path"]
        try:
            with self.state.lock:
                caller = self._caller(request.headers.get("Authorization", ""))
                call = JiraCall(self.state.jira, caller, request, f"{request.base_url}jira")
                return _dispatched(call, path)
        except JiraRefusal as refusal:
            body = {"errorMessages": [refusal.message], "errors": {}}
            return JSONResponse(body, refusal.status, refusal.headers)

    def _caller(self, header: str) -> Caller:
        scheme, _, credentials = header.partition(" ")
        caller: Caller | None = None
        if scheme.lower() == "bearer":
            caller = self.state.jira.caller_with_token(credentials.strip())
        elif scheme.lower() == "basic":
            try:
                username, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError):
                username = password = ""
            caller = self.state.jira.caller_with_password(username, password)
        if caller is None:
            reason = "AUTHENTICATED_FAILED" if header else "ANONYMOUS"
            headers = {"X-Seraph-LoginReason": reason, "WWW-Authenticate": 'Basic realm="Jira"'}
            raise JiraRefusal(401, "You are not authenticated. Authentication required.", headers)
        return caller


def _dispatched(call: JiraCall, path: str) -> Response:
    key = path.removeprefix("applicationrole/")
    if key != path:
        answer: Callable[[JiraCall], Response] | None = lambda call: _application_role(call, key)  # noqa: E731 - one of many
    else:
        answer = ROUTES.get(path)
    if answer is None:
        raise JiraRefusal(404, f"Nothing is here: {path}")
    if call.request.method != "GET":
        raise JiraRefusal(405, f"{call.request.method} is not possible in the sandbox")
    return answer(call)


def _server_info(call: JiraCall) -> Response:
    return JSONResponse(replies.server_info(call.jira, call.base))


def _application_roles(call: JiraCall) -> Response:
    _require_roles(call)
    roles = [replies.application_role(call.jira, each) for each in call.jira.settings.applications]
    return JSONResponse(roles, headers=_etag(call))


def _application_role(call: JiraCall, key: str) -> Response:
    _require_roles(call)
    application = call.jira.application(key)
    if application is None:
        raise JiraRefusal(404, f"No application role with key '{key}' exists.")
    return JSONResponse(replies.application_role(call.jira, application), headers=_etag(call))


def _require_roles(call: JiraCall) -> None:
    if not call.jira.has_application_roles:
        raise JiraRefusal(404, f"Jira {call.jira.settings.version} has no application roles; they came with 7.0.")
    call.require_administrator()


def _etag(call: JiraCall) -> dict[str, str]:
    return {"ETag": f'"{call.jira.version_hash()}"'}


def _group_members(call: JiraCall) -> Response:
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


def _groups_picker(call: JiraCall) -> Response:
    query = call.given("query")
    excluded = {compared(name) for name in call.request.query_params.getlist("exclude")}
    names = [
        name for name in call.jira.group_names() if compared(query) in compared(name) and compared(name) not in excluded
    ]
    most = call.number("maxResults", PICKED_GROUPS, len(names)) if call.given("maxResults") else PICKED_GROUPS
    return JSONResponse(replies.groups_picked(call.jira, names, most, query))


def _my_permissions(call: JiraCall) -> Response:
    keys = [key for key in call.given("permissions").split(",") if key]
    return JSONResponse(replies.my_permissions(call.caller, keys))


def _user(call: JiraCall) -> Response:
    username, key = call.given("username"), call.given("key")
    if not username and not key:
        raise JiraRefusal(400, "Either the 'username' or the 'key' query parameter needs to be provided")
    user = call.jira.find_user(username) if username else call.jira.find_user_by_key(key)
    if user is None:
        raise JiraRefusal(404, f"The user named '{username or key}' does not exist")
    expand = [part.strip() for part in call.given("expand").split(",")]
    return JSONResponse(replies.whole_user(call.jira, user, call.base, expand))


def _user_search(call: JiraCall) -> Response:
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


PICKED_GROUPS = 20
USERS_BY_DEFAULT = 50
EVERYBODY = "."
"""Jira's way to ask for all users; an empty name is refused."""
ROUTES: Mapping[str, Callable[[JiraCall], Response]] = {
    "serverInfo": _server_info,
    "applicationrole": _application_roles,
    "group/member": _group_members,
    "groups/picker": _groups_picker,
    "mypermissions": _my_permissions,
    "user": _user,
    "user/search": _user_search,
}
