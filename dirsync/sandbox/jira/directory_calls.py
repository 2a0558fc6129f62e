"""Jira's user directories as its embedded Crowd tells them, undocumented (reference notes on Jira, 4.2).

For system administrators only, in JSON only. Neither type, nor mode, nor order: the list goes by number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from dirsync.sandbox.jira.calls import JiraRefusal
from dirsync.sandbox.jira.pages import page

if TYPE_CHECKING:
    from starlette.responses import Response

    from dirsync.sandbox.jira.calls import JiraCall
    from dirsync.sandbox.jira.view import UserDirectory
    from dirsync.sandbox.seed_jira import SeedJiraDirectory

SYNC_MINUTES = 60


def directories(call: JiraCall) -> Response:
    """Return name, address and state of synchronisation of every directory."""
    if refused := _without_json(call):
        return refused
    call.require_system_administrator()
    return JSONResponse({"directories": [_drawn(call, *each) for each in _all(call)]})


def directory(call: JiraCall) -> Response:
    """Return one of them."""
    if refused := _without_json(call):
        return refused
    call.require_system_administrator()
    for held, settings in _all(call):
        if str(held.number) == call.parts[0]:
            return JSONResponse(_drawn(call, held, settings))
    raise JiraRefusal(404, f"No directory with id {call.parts[0]} exists.")


def _without_json(call: JiraCall) -> Response | None:
    if "application/json" in call.request.headers.get("Accept", "").lower():
        return None
    return page("Oops, you've found a dead link.", "<h1>No writer for this type (XML)</h1>", 500)


def _all(call: JiraCall) -> list[tuple[UserDirectory, SeedJiraDirectory]]:
    both = zip(call.jira.directories, call.jira.settings.user_directories, strict=True)
    return sorted(both, key=lambda each: each[0].number)


def _drawn(call: JiraCall, held: UserDirectory, settings: SeedJiraDirectory) -> dict[str, Any]:
    address = f"{call.base}/rest/crowd/latest/directory/{held.number}"
    drawn: dict[str, Any] = {"name": held.name, "links": [{"href": address, "rel": "self"}]}
    if settings.type in {"crowd", "ldap"}:
        hour = SYNC_MINUTES * 60 * 1000
        drawn["sync"] = {"syncStatus": "directory.caching.sync.full.success", "currentStartTime": 0}
        drawn["sync"]["lastStartTime"] = call.jira.clock() // hour * hour
    return drawn
