"""Questions to the emulated Jira Service Management: `/rest/servicedeskapi/…` and its customer permissions.

The page of the list, the opt-in header and the fields follow the reference notes on Jira, 5.1 and 5.2. That 412 is
the answer where the header lacks is inferred there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse

from dirsync.sandbox.jira.calls import JiraRefusal
from dirsync.sandbox.jira.projects import has_service_management, project_seen, projects_seen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from dirsync.sandbox.jira.calls import JiraCall
    from dirsync.sandbox.jira.projects import Project

OPT_IN = "X-ExperimentalApi"
AT_ONCE = 50
VERSION = "5.12.0"


def info(call: JiraCall) -> Response:
    """Tell the version of Jira Service Management."""
    require_service_management(call)
    platform = call.jira.settings.version
    return JSONResponse({"version": VERSION, "platformVersion": platform, "isLicensedForUse": True})


def desks(call: JiraCall) -> Response:
    """Return one page of the service projects the caller may see."""
    require_service_management(call)
    return page(call, "servicedesk", [_drawn(call, project) for project in projects_seen(call)])


def desk(call: JiraCall) -> Response:
    """Return one service project, by the id of its desk or as `projectId:10000`.

    PyPI jira asks this one without opting in, and so gets an answer.
    """
    _require_installed(call)
    return JSONResponse(_drawn(call, required_desk(call)))


def request_security(call: JiraCall) -> Response:
    """Return the customer permissions of a project, and the global switch of public sign-up."""
    if not has_service_management(call.jira):
        raise JiraRefusal(404, "Nothing is here.")
    (key,) = call.parts
    project = project_seen(call, key)
    if project is None:
        raise JiraRefusal(404, f"No project could be found with key '{key}'.")
    call.require_administrator()
    signup = call.jira.settings.public_signup
    return JSONResponse(
        {
            "id": project.desk,
            "projectName": project.name,
            "autocompleteEnabled": False,
            "manageEnabled": True,
            "serviceDeskOpenAccess": project.settings.open_access,
            "serviceDeskPublicSignup": signup.projects.get(project.settings.key, False),
            "globalPublicSignup": signup.global_,
            "customerRoleMisconfigured": project.settings.customer_role_misconfigured,
            "canAdministerJIRA": True,
            "portalId": project.desk,
            "portalUrl": f"{call.base}/servicedesk/customer/portal/{project.desk}",
        }
    )


def require_service_management(call: JiraCall) -> None:
    """Refuse where Service Management is not there, or the caller has not opted in."""
    _require_installed(call)
    if OPT_IN not in call.request.headers:
        raise JiraRefusal(412, f"This method is experimental. Send the header {OPT_IN} to use it.")


def _require_installed(call: JiraCall) -> None:
    if not has_service_management(call.jira):
        raise JiraRefusal(404, "Nothing is here: Jira Service Management is not installed.")


def required_desk(call: JiraCall) -> Project:
    """Return the service project that the path names, by the id of its desk or as `projectId:10000`."""
    wanted = call.parts[0]
    for project in projects_seen(call):
        if wanted in {str(project.desk), f"projectId:{project.number}"}:
            return project
    raise JiraRefusal(404, "The service desk you are trying to view does not exist.")


def page(call: JiraCall, path: str, found: Sequence[dict[str, Any]]) -> Response:
    """Return one page of a list that stands at `path` below `/rest/servicedeskapi`."""
    start = call.number("start", 0, len(found))
    limit = call.number("limit", AT_ONCE, AT_ONCE) or AT_ONCE
    shown = found[start : start + limit]
    is_last = start + limit >= len(found)

    def address(first: int) -> str:
        return f"{call.base}/rest/servicedeskapi/{path}?{urlencode({'start': first, 'limit': limit})}"

    links = {"self": address(start), "base": call.base, "context": "/jira"}
    if not is_last:
        links["next"] = address(start + limit)
    if start:
        links["prev"] = address(max(start - limit, 0))
    return JSONResponse(
        {
            "_expands": [],
            "size": len(shown),
            "start": start,
            "limit": limit,
            "isLastPage": is_last,
            "_links": links,
            "values": shown,
        }
    )


def _drawn(call: JiraCall, project: Project) -> dict[str, Any]:
    return {
        "id": str(project.desk),
        "projectId": str(project.number),
        "projectName": project.name,
        "projectKey": project.settings.key,
        "_links": {"self": f"{call.base}/rest/servicedeskapi/servicedesk/{project.desk}"},
    }
