"""Questions about the roles of a project (reference notes on Jira, 6)."""

from __future__ import annotations

from itertools import chain, count
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from dirsync.sandbox.jira.calls import JiraRefusal
from dirsync.sandbox.jira.projects import project_seen, role_numbers
from dirsync.sandbox.seed import SeedRole

if TYPE_CHECKING:
    from starlette.responses import Response

    from dirsync.sandbox.jira.calls import JiraCall
    from dirsync.sandbox.jira.projects import Project

FIRST_ACTOR = 10300


def roles(call: JiraCall) -> Response:
    """Return the project's roles by name, with the address of each."""
    project = _project(call)
    return JSONResponse({name: _address(call, project, number) for name, number in role_numbers(call.jira).items()})


def role(call: JiraCall) -> Response:
    """Return who acts in one role; those who may not administer the project are told that it is not there."""
    project = _project(call)
    _, wanted = call.parts
    named = next((known for known in role_numbers(call.jira).items() if str(known[1]) == wanted), None)
    if named is None or not call.is_administrator:
        raise JiraRefusal(404, f"Can not retrieve a role actor for project '{project.settings.key}': no such role.")
    name, number = named
    return JSONResponse(
        {
            "self": _address(call, project, number),
            "name": name,
            "id": number,
            "description": "",
            "actors": _actors(call, project.settings.roles.get(name, SeedRole())),
        }
    )


def _project(call: JiraCall) -> Project:
    key = call.parts[0]
    project = project_seen(call, key)
    if project is None:
        raise JiraRefusal(404, f"No project could be found with key '{key}'.")
    return project


def _address(call: JiraCall, project: Project, number: int) -> str:
    return f"{call.base}/rest/api/2/project/{project.number}/role/{number}"


def _actors(call: JiraCall, settings: SeedRole) -> list[dict[str, Any]]:
    numbers = count(FIRST_ACTOR)
    groups = ((name, name, "atlassian-group-role-actor") for name in settings.groups)
    users = ((name, _display_name(call, name), "atlassian-user-role-actor") for name in settings.users)
    return [
        {"id": next(numbers), "displayName": shown, "type": kind, "name": name}
        for name, shown, kind in chain(groups, users)
    ]


def _display_name(call: JiraCall, username: str) -> str:
    user = call.jira.find_user(username)
    return user.display_name if user else username
