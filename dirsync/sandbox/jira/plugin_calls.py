"""Two other people's apps that tell what Jira itself does not (reference notes on Jira, 2.3 and 4.2).

BootstrAPI keeps its directories by name and so loses their order; it leaves out the mode, and hands out the password
of a Crowd directory. IT-Lab's Extender tells the order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.responses import Response

    from dirsync.sandbox.jira.calls import JiraCall
    from dirsync.sandbox.jira.view import UserDirectory
    from dirsync.sandbox.seed_jira import SeedJiraDirectory

APP_PASSWORD = "SANDBOX-APP-PASSWORD-that-nobody-may-log"


def global_permissions(call: JiraCall) -> Response:
    """Return the global permissions by group."""
    call.require_administrator()
    groups: dict[str, list[str]] = {}
    for permission, holders in call.jira.settings.permissions.items():
        for group in holders:
            groups.setdefault(group, []).append(permission)
    return JSONResponse({"groups": groups})


def directories_by_name(call: JiraCall) -> Response:
    """Return the user directories by name: those of type crowd in full, all others as generic."""
    call.require_system_administrator()
    both = zip(call.jira.directories, call.jira.settings.user_directories, strict=True)
    drawn = {held.name: _directory(held, settings) for held, settings in both}
    return JSONResponse({name: drawn[name] for name in sorted(drawn)})


def licenses(call: JiraCall) -> Response:
    """Return the licences; how many users each allows is never filled."""
    call.require_administrator()
    described = {"type": "COMMERCIAL", "organization": "Example organisation", "description": "Sandbox"}
    products = [each.name or each.key for each in call.jira.settings.applications]
    return JSONResponse([{"products": [product], **described} for product in products])


def directories_in_order(call: JiraCall) -> Response:
    """Return the user directories with their place, from 1 on."""
    call.require_administrator()
    return JSONResponse(
        [
            {"id": held.number, "name": held.name, "active": held.is_active, "position": place}
            for place, held in enumerate(call.jira.directories, 1)
        ]
    )


def _directory(held: UserDirectory, settings: SeedJiraDirectory) -> dict[str, Any]:
    described = {"id": held.number, "name": held.name, "description": "", "active": held.is_active}
    if settings.type != "crowd":
        return {"type": "generic", **described}
    server = {
        "url": "http://crowd.example.org/crowd",
        "appUsername": settings.crowd_application,
        "appPassword": APP_PASSWORD,
        "connectionTimeoutInMillis": 10_000,
        "maxConnections": 20,
    }
    advanced = {"enableNestedGroups": held.is_nested, "enableIncrementalSync": True, "updateSyncIntervalInMinutes": 60}
    return {"type": "crowd", **described, "server": server, "advanced": advanced}
