"""Service Management's organisations and customers of a service project (reference notes on Jira, 5.1).

Who may do what is in Atlassian's description of the interface: whoever is no agent sees the organisations of which
they are members and changes none, and to remove one takes an administrator besides. An administrator of the sandbox
is an agent too. That a body which names nobody is refused with 400 is inferred.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from dirsync.sandbox.crowd.directory import compared
from dirsync.sandbox.jira import replies
from dirsync.sandbox.jira.calls import JiraRefusal
from dirsync.sandbox.jira.projects import is_agent
from dirsync.sandbox.jira.service_calls import page, require_service_management, required_desk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dirsync.sandbox.crowd.directory import User
    from dirsync.sandbox.jira.calls import JiraCall
    from dirsync.sandbox.jira.organizations import Organization

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
    """Return the organisations that the caller may see."""
    require_service_management(call)
    return page(call, "organization", [_drawn(call, each) for each in _seen(call)])


def create_organization(call: JiraCall) -> Response:
    """Make an organisation, also where another one has that name."""
    require_service_management(call)
    _require_agent(call)
    name = _body(call).get("name")
    if not isinstance(name, str) or not name.strip():
        raise JiraRefusal(400, "An organisation needs a name.")
    return JSONResponse(_drawn(call, call.jira.organizations.make(name.strip())), 201)


def organization(call: JiraCall) -> Response:
    """Return one organisation."""
    require_service_management(call)
    return JSONResponse(_drawn(call, _wanted(call, call.parts[0])))


def remove_organization(call: JiraCall) -> Response:
    """Remove an organisation, whoever is in it."""
    require_service_management(call)
    call.require_administrator()
    call.jira.organizations.remove(_wanted(call, call.parts[0]).number)
    return Response(status_code=204)


def users_of_organization(call: JiraCall) -> Response:
    """Return who belongs to an organisation."""
    require_service_management(call)
    found = _wanted(call, call.parts[0])
    known = {user.key: user for user in call.jira.users()}
    people = [known[key] for key in found.members if key in known]
    return page(call, f"organization/{found.number}/user", [_person(call, user) for user in people])


def add_users(call: JiraCall) -> Response:
    """Put people into an organisation, all that are named or none; who is in it already counts."""
    require_service_management(call)
    _require_agent(call)
    found = _wanted(call, call.parts[0])
    found.members.update((user.key, None) for user in _named(call))
    return Response(status_code=204)


def remove_users(call: JiraCall) -> Response:
    """Take people out of an organisation; who is not in it counts."""
    require_service_management(call)
    _require_agent(call)
    found = _wanted(call, call.parts[0])
    for user in _named(call):
        found.members.pop(user.key, None)
    return Response(status_code=204)


def organizations_of_desk(call: JiraCall) -> Response:
    """Return the organisations of a service project."""
    require_service_management(call)
    project = required_desk(call)
    found = [_drawn(call, each) for each in _seen(call) if project.settings.key in each.projects]
    return page(call, f"servicedesk/{project.desk}/organization", found)


def add_to_desk(call: JiraCall) -> Response:
    """Let a service project serve an organisation; one that it serves already counts."""
    require_service_management(call)
    project = required_desk(call)
    _require_agent(call)
    _wanted(call, _body(call).get("organizationId")).projects.add(project.settings.key)
    return Response(status_code=204)


def remove_from_desk(call: JiraCall) -> Response:
    """End that; an organisation that it does not serve counts."""
    require_service_management(call)
    project = required_desk(call)
    _require_agent(call)
    _wanted(call, _body(call).get("organizationId")).projects.discard(project.settings.key)
    return Response(status_code=204)


def _require_agent(call: JiraCall) -> None:
    if not is_agent(call):
        raise JiraRefusal(403, "You are not an agent of any service project.")


def _seen(call: JiraCall) -> list[Organization]:
    caller = None if is_agent(call) else call.jira.find_user(call.caller.name)
    known = call.jira.organizations.all()
    return known if is_agent(call) else [each for each in known if caller and caller.key in each.members]


def _body(call: JiraCall) -> Data:
    body = call.json()
    if not isinstance(body, dict):
        raise JiraRefusal(400, "The body is not a JSON object.")
    return body


def _named(call: JiraCall) -> list[User]:
    """Return whom the body names. Clients of Cloud send `accountIds` besides, which mean nobody here."""
    names = _body(call).get("usernames")
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise JiraRefusal(400, "The body names nobody.")
    found = {name: call.jira.find_user(name) for name in names}
    if unknown := [name for name, user in found.items() if user is None]:
        raise JiraRefusal(400, f"The following users do not exist: {', '.join(unknown)}")
    return [user for user in found.values() if user]


def _wanted(call: JiraCall, number: object) -> Organization:
    found = call.jira.organizations.get(int(str(number))) if str(number).isdecimal() else None
    if found is None or found not in _seen(call):
        raise JiraRefusal(404, f"The organisation with id {number} does not exist.")
    return found


def _drawn(call: JiraCall, found: Organization) -> Data:
    address = f"{call.base}/rest/servicedeskapi/organization/{found.number}"
    return {"id": str(found.number), "name": found.name, "_links": {"self": address}}


def _users(call: JiraCall, names: Iterable[str]) -> list[User]:
    return [user for user in map(call.jira.find_user, names) if user is not None]


def _person(call: JiraCall, user: User) -> Data:
    drawn = replies.brief_user(call.jira, user, call.base)
    shown = {key: drawn[key] for key in ("name", "key", "emailAddress", "displayName", "active", "timeZone")}
    return {**shown, "_links": {"jiraRest": drawn["self"], "self": drawn["self"], "avatarUrls": {}}}
