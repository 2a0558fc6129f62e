"""All ways into the emulated Jira, by path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from dirsync.sandbox.jira import routes
from dirsync.sandbox.jira.door import JiraDoor, PluginDoor, ServiceManagementDoor
from dirsync.sandbox.jira.pages import SIGNUP_PATH, Pages

if TYPE_CHECKING:
    from dirsync.sandbox.state import SandboxState

METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"]


def jira_routes(state: SandboxState) -> list[Route]:
    """Return the routes below `/jira`: the interfaces for programs, and a few pages for people."""
    platform = JiraDoor(state, routes.PLATFORM)
    plugins = state.jira.settings.plugins
    doors = {
        "/jira/rest/api/2": platform,
        "/jira/rest/api/latest": platform,
        "/jira/rest/servicedeskapi": ServiceManagementDoor(state, routes.SERVICE_MANAGEMENT),
        "/jira/rest/servicedesk/1": JiraDoor(state, routes.SERVICE_MANAGEMENT_INSIDE),
        "/jira/rest/crowd/1": PluginDoor(state, routes.EMBEDDED_CROWD),
        "/jira/rest/crowd/latest": PluginDoor(state, routes.EMBEDDED_CROWD),
        "/jira/rest/plugins/applications/1.0": PluginDoor(state, routes.APPLICATIONS),
        "/jira/rest/auth/1": JiraDoor(state, routes.SESSION),
        "/jira/rest/auth/latest": JiraDoor(state, routes.SESSION),
    }
    if "bootstrapi" in plugins:
        doors["/jira/rest/bootstrapi/1"] = PluginDoor(state, routes.BOOTSTRAPI)
    if "extender" in plugins:
        doors["/jira/rest/extender/1.0"] = PluginDoor(state, routes.EXTENDER)
    pages = Pages(state)
    return [
        *(Route(f"{base}/{{path:path}}", door.answer, methods=METHODS) for base, door in doors.items()),
        Route("/jira/login.jsp", pages.login, methods=["GET", "POST"]),
        Route(f"/jira/{SIGNUP_PATH}", pages.signup),
        Route("/jira/secure/{path:path}", pages.behind_login, methods=["GET", "POST"]),
        Route("/jira/plugins/servlet/{path:path}", pages.behind_login),
    ]
