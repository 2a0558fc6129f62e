"""Who is calling, and the administrator's second login (reference notes on Jira, 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from dirsync.sandbox.jira import replies

if TYPE_CHECKING:
    from dirsync.sandbox.jira.calls import JiraCall


def myself(call: JiraCall) -> Response:
    """Return the caller as a user; the technical account has no e-mail address and no groups."""
    return JSONResponse(replies.caller(call.jira, call.caller, call.base))


def session(call: JiraCall) -> Response:
    """Return the caller's login."""
    address = f"{call.base}/rest/api/latest/user?username={call.caller.name}"
    return JSONResponse({"self": address, "name": call.caller.name, "loginInfo": {"loginCount": 1}})


def nothing_to_end(call: JiraCall) -> Response:
    """End a session or a second login; where each request logs in for itself there is none, and 204 is the answer."""
    del call
    return Response(status_code=204)
