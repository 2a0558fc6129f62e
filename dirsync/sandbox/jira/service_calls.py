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
DESKS_AT_ONCE = 50
VERSION = "5.12.0"


def info(call: JiraCall) -> Response:
    """Tell the version of Jira Service Management."""
    _require_service_management(call)
    platform = call.jira.settings.version
    return JSONResponse({"version": VERSION, "platformVersion": platform, "isLicensedForUse": True})


def desks(call: JiraCall) -> Response:
    """Return one page of the service projects the caller may see."""
    _require_service_management(call)
    found = projects_seen(call)
    start = call.number("start", 0, len(found))
    limit = call.number("limit", DESKS_AT_ONCE, DESKS_AT_ONCE) or DESKS_AT_ONCE
    return JSONResponse(_page(call, found, start, limit))


def desk(call: JiraCall) -> Response:
    """Return one service project, by the id of its desk or as `projectId:10000`."""
    _require_service_management(call)
    (wanted,) = call.parts
    for project in projects_seen(call):
        if wanted in {str(project.desk), f"projectId:{project.number}"}:
            return JSONResponse(_drawn(call, project))
    raise JiraRefusal(404, "The service desk you are trying to view does not exist.")


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


def _require_service_management(call: JiraCall) -> None:
    if not has_service_management(call.jira):
        raise JiraRefusal(404, "Nothing is here: Jira Service Management is not installed.")
    if OPT_IN not in call.request.headers:
        raise JiraRefusal(412, f"This method is experimental. Send the header {OPT_IN} to use it.")


def _page(call: JiraCall, found: Sequence[Project], start: int, limit: int) -> dict[str, Any]:
    shown = found[start : start + limit]
    is_last = start + limit >= len(found)
    links = {"self": _desks_address(call, start, limit), "base": call.base, "context": "/jira"}
    if not is_last:
        links["next"] = _desks_address(call, start + limit, limit)
    if start:
        links["prev"] = _desks_address(call, max(start - limit, 0), limit)
    return {
        "_expands": [],
        "size": len(shown),
        "start": start,
        "limit": limit,
        "isLastPage": is_last,
        "_links": links,
        "values": [_drawn(call, project) for project in shown],
    }


def _desks_address(call: JiraCall, start: int, limit: int) -> str:
    return f"{call.base}/rest/servicedeskapi/servicedesk?{urlencode({'start': start, 'limit': limit})}"


def _drawn(call: JiraCall, project: Project) -> dict[str, Any]:
    return {
        "id": str(project.desk),
        "projectId": str(project.number),
        "projectName": project.name,
        "projectKey": project.settings.key,
        "_links": {"self": f"{call.base}/rest/servicedeskapi/servicedesk/{project.desk}"},
    }
