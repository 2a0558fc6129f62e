"""Questions about the roles of a project (reference notes on Jira, 6)."""

from __future__ import annotations

from itertools import chain, count
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from dirsync.sandbox.jira.calls import JiraRefusal
from dirsync.sandbox.jira.projects import project_seen, projects_seen, role_numbers
from dirsync.sandbox.seed_jira import SeedRole

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


def projects(call: JiraCall) -> Response:
    """Return the service projects the caller may see; other kinds of project are not imitated."""
    return JSONResponse([_drawn(call, project) for project in projects_seen(call)])


def project(call: JiraCall) -> Response:
    """Return one project."""
    found = _project(call)
    addresses = {name: _address(call, found, number) for name, number in role_numbers(call.jira).items()}
    return JSONResponse({**_drawn(call, found), "roles": addresses})


def all_roles(call: JiraCall) -> Response:
    """Return the roles that every project has."""
    call.require_administrator()
    return JSONResponse([_described(call, name, number) for name, number in role_numbers(call.jira).items()])


def one_role(call: JiraCall) -> Response:
    """Return one of them; nobody acts in it unless a project says so."""
    call.require_administrator()
    return JSONResponse({**_described(call, *_known_role(call)), "actors": []})


def default_actors(call: JiraCall) -> Response:
    """Return who acts in a role of every new project: nobody."""
    call.require_administrator()
    _known_role(call)
    return JSONResponse({"actors": []})


def _known_role(call: JiraCall) -> tuple[str, int]:
    for name, number in role_numbers(call.jira).items():
        if str(number) == call.parts[0]:
            return name, number
    raise JiraRefusal(404, f"Can not find a role with id '{call.parts[0]}'.")


def _described(call: JiraCall, name: str, number: int) -> dict[str, Any]:
    return {"self": f"{call.base}/rest/api/2/role/{number}", "name": name, "id": number, "description": ""}


def _drawn(call: JiraCall, project: Project) -> dict[str, Any]:
    return {
        "self": f"{call.base}/rest/api/2/project/{project.number}",
        "id": str(project.number),
        "key": project.settings.key,
        "name": project.name,
        "projectTypeKey": "service_desk",
    }


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
