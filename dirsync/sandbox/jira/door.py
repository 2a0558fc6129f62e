"""The ways into the emulated Jira, by Bearer token or Basic; errors as Jira and Jira Service Management write them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from dirsync.sandbox.jira.calls import JiraCall, JiraRefusal
from dirsync.sandbox.jira.pages import login_refused

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from dirsync.sandbox.jira.routes import Routes
    from dirsync.sandbox.state import SandboxState


@dataclass(frozen=True)
class JiraDoor:
    """Answers requests to the paths below one base, such as `/jira/rest/api/2/{path}`."""

    state: SandboxState
    routes: Routes

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        body = await request.body()
        base = f"{request.base_url}jira"
        headers: dict[str, str] = {}
        try:
            with self.state.lock:
                jira = self.state.jira
                caller = jira.gate.enter(jira, request.headers.get("Authorization", ""), base)
                headers = jira.gate.count(caller)
                call = JiraCall(jira, caller, request, base, body=body)
                response = self._dispatched(call, request.path_params["path"])
        except JiraRefusal as refusal:
            if refusal.is_login_page:
                return login_refused(refusal)
            response = JSONResponse(self.refused(refusal), refusal.status, refusal.headers)
        response.headers.update(headers)
        return response

    def refused(self, refusal: JiraRefusal) -> dict[str, Any]:
        """Draw a refusal."""
        return {"errorMessages": [refusal.message], "errors": {}}

    def _dispatched(self, call: JiraCall, path: str) -> Response:
        is_known = False
        for asked, answer in self.routes.items():
            method, _, pattern = asked.rpartition(" ")
            found = re.fullmatch(pattern.replace("{}", "([^/]+)"), path)
            if found and (method or "GET") == call.request.method:
                return answer(replace(call, parts=found.groups()))
            is_known |= found is not None
        if is_known:
            raise JiraRefusal(405, f"{call.request.method} is not possible in the sandbox")
        raise JiraRefusal(404, f"Nothing is here: {path}")


@dataclass(frozen=True)
class ServiceManagementDoor(JiraDoor):
    """The same, with errors as Jira Service Management writes them."""

    def refused(self, refusal: JiraRefusal) -> dict[str, Any]:
        """Draw a refusal: one message, and the key of its translation."""
        return {"errorMessage": refusal.message, "i18nErrorMessage": {"i18nKey": "sandbox.refused", "parameters": []}}


@dataclass(frozen=True)
class PluginDoor(JiraDoor):
    """The same, with errors as Atlassian's own REST library writes them: for what stands beside Jira's interface."""

    def refused(self, refusal: JiraRefusal) -> dict[str, Any]:
        """Draw a refusal: one message, and the status once more."""
        return {"message": refusal.message, "status-code": refusal.status}
