"""Service Management's organisations and customers of a service project (reference notes on Jira, 5.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from dirsync.sandbox.crowd.directory import compared
from dirsync.sandbox.jira import replies
from dirsync.sandbox.jira.calls import JiraRefusal
from dirsync.sandbox.jira.service_calls import page, require_service_management, required_desk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.responses import Response

    from dirsync.sandbox.crowd.directory import User
    from dirsync.sandbox.jira.calls import JiraCall
    from dirsync.sandbox.seed_jira import SeedOrganization

Data = dict[str, Any]


def customers(call: JiraCall) -> Response:
    """Return the customers named in a service project's list; with open access everybody may be one, unlisted."""
    require_service_management(call)
    project = required_desk(call)
    wanted = compared(call.given("query"))
    found = [
        user
        for user in _users(call, project.settings.customers)
        if any(wanted in compared(text) for text in (user.display_name, user.name, user.email))
    ]
    return page(call, f"servicedesk/{project.desk}/customer", [_person(call, user) for user in found])


def organizations(call: JiraCall) -> Response:
    """Return all organisations."""
    require_service_management(call)
    return page(call, "organization", [_drawn(call, *each) for each in enumerate(_all(call), 1)])


def organization(call: JiraCall) -> Response:
    """Return one organisation."""
    require_service_management(call)
    number, found = _wanted(call)
    return JSONResponse(_drawn(call, number, found))


def users_of_organization(call: JiraCall) -> Response:
    """Return who belongs to an organisation."""
    require_service_management(call)
    number, found = _wanted(call)
    return page(call, f"organization/{number}/user", [_person(call, user) for user in _users(call, found.users)])


def organizations_of_desk(call: JiraCall) -> Response:
    """Return the organisations of a service project."""
    require_service_management(call)
    project = required_desk(call)
    names = {compared(name) for name in project.settings.organizations}
    found = [_drawn(call, *each) for each in enumerate(_all(call), 1) if compared(each[1].name) in names]
    return page(call, f"servicedesk/{project.desk}/organization", found)


def _all(call: JiraCall) -> list[SeedOrganization]:
    return call.jira.settings.organizations


def _wanted(call: JiraCall) -> tuple[int, SeedOrganization]:
    for number, found in enumerate(_all(call), 1):
        if str(number) == call.parts[0]:
            return number, found
    raise JiraRefusal(404, f"The organisation with id {call.parts[0]} does not exist.")


def _drawn(call: JiraCall, number: int, organization: SeedOrganization) -> Data:
    address = f"{call.base}/rest/servicedeskapi/organization/{number}"
    return {"id": str(number), "name": organization.name, "_links": {"self": address}}


def _users(call: JiraCall, names: Iterable[str]) -> list[User]:
    return [user for user in map(call.jira.find_user, names) if user is not None]


def _person(call: JiraCall, user: User) -> Data:
    drawn = replies.brief_user(call.jira, user, call.base)
    shown = {key: drawn[key] for key in ("name", "key", "emailAddress", "displayName", "active", "timeZone")}
    return {**shown, "_links": {"jiraRest": drawn["self"], "self": drawn["self"], "avatarUrls": {}}}
