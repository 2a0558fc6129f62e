"""Questions about permissions: the catalogue, and who holds what in a project (reference notes on Jira, 2.3 and 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from dirsync.sandbox.jira import replies
from dirsync.sandbox.jira.calls import JiraRefusal
from dirsync.sandbox.jira.projects import project_seen, role_numbers
from dirsync.sandbox.seed_jira import SeedGrant, SeedPermissionScheme, SeedServiceProject

if TYPE_CHECKING:
    from starlette.responses import Response

    from dirsync.sandbox.jira.calls import JiraCall

FIRST_SCHEME = 10000
FIRST_GRANT = 10100
PORTAL = "sd.customer.portal.only"
SERVICE_MANAGEMENT_SCHEME = SeedPermissionScheme(
    name="Jira Service Management Permission Scheme",
    permissions=[
        SeedGrant(permission="ADMINISTER_PROJECTS", type="projectRole", parameter="Administrators"),
        SeedGrant(permission="BROWSE_PROJECTS", type="projectRole", parameter="Service Desk Team"),
        SeedGrant(permission="BROWSE_PROJECTS", type=PORTAL),
        SeedGrant(permission="CREATE_ISSUES", type=PORTAL),
    ],
)
"""What Service Management gives its projects: customers by the portal, nobody by a group."""


def catalogue(call: JiraCall) -> Response:
    """Return all permissions there are; no groups."""
    call.require_administrator()
    return JSONResponse({"permissions": replies.permissions()})


def schemes(call: JiraCall) -> Response:
    """Return all permission schemes, with what they grant only when asked for."""
    call.require_administrator()
    drawn = [_drawn(call, number, scheme) for number, scheme in _all(call).items()]
    return JSONResponse({"permissionSchemes": drawn})


def scheme(call: JiraCall) -> Response:
    """Return one permission scheme."""
    call.require_administrator()
    found = next((each for each in _all(call).items() if str(each[0]) == call.parts[0]), None)
    if found is None:
        raise JiraRefusal(404, f"Permission scheme with id {call.parts[0]} does not exist.")
    return JSONResponse(_drawn(call, *found))


def scheme_of_project(call: JiraCall) -> Response:
    """Return the permission scheme of a project."""
    project = project_seen(call, call.parts[0])
    if project is None:
        raise JiraRefusal(404, f"No project could be found with key '{call.parts[0]}'.")
    call.require_administrator()
    name = _scheme_named_by(project.settings)
    number, found = next(each for each in _all(call).items() if each[1].name == name)
    return JSONResponse(_drawn(call, number, found))


def _scheme_named_by(project: SeedServiceProject) -> str:
    if project.permissions:
        return f"Permission Scheme for {project.key}"
    return project.permission_scheme or SERVICE_MANAGEMENT_SCHEME.name


def _own_scheme(project: SeedServiceProject) -> SeedPermissionScheme:
    grants = [
        SeedGrant(permission=permission, type=kind, parameter=name)
        for permission, holders in project.permissions.items()
        for kind, names in (("group", holders.groups), ("projectRole", holders.roles))
        for name in names
    ]
    portal = [SeedGrant(permission=permission, type=PORTAL) for permission in ("BROWSE_PROJECTS", "CREATE_ISSUES")]
    return SeedPermissionScheme(name=_scheme_named_by(project), permissions=[*grants, *portal])


def _all(call: JiraCall) -> dict[int, SeedPermissionScheme]:
    own = [_own_scheme(project) for project in call.jira.settings.service_projects if project.permissions]
    listed = [SERVICE_MANAGEMENT_SCHEME, *call.jira.settings.permission_schemes, *own]
    return {FIRST_SCHEME + place: scheme for place, scheme in enumerate(listed)}


def _drawn(call: JiraCall, number: int, scheme: SeedPermissionScheme) -> dict[str, Any]:
    address = f"{call.base}/rest/api/2/permissionscheme/{number}"
    drawn: dict[str, Any] = {"expand": "permissions", "id": number, "self": address, "name": scheme.name}
    if call.given("expand"):
        drawn["permissions"] = [
            _grant(call, address, FIRST_GRANT + place, grant) for place, grant in enumerate(scheme.permissions)
        ]
    return drawn


def _grant(call: JiraCall, scheme: str, number: int, grant: SeedGrant) -> dict[str, Any]:
    holder: dict[str, Any] = {"type": grant.type}
    if grant.type == "projectRole":
        # The holder of this type is told by the role's number; the name only when it is expanded.
        holder["parameter"] = str(role_numbers(call.jira).get(grant.parameter, grant.parameter))
    elif grant.parameter:
        holder["parameter"] = grant.parameter
    address = f"{scheme}/permission/{number}"
    return {"id": number, "self": address, "holder": holder, "permission": grant.permission}
