"""The ways into the emulated Jira, by Bearer token or Basic; errors as Jira and Jira Service Management write them."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from dirsync.sandbox.jira.calls import JiraCall, JiraRefusal

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from dirsync.sandbox.jira.routes import Routes
    from dirsync.sandbox.jira.view import Caller
    from dirsync.sandbox.state import SandboxState


@dataclass(frozen=True)
class JiraDoor:
    """Answers requests to the paths below one base, such as `/jira/rest/api/2/{path}`."""

    state: SandboxState
    routes: Routes

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        await request.body()
        try:
            with self.state.lock:
                caller = self._caller(request.headers.get("Authorization", ""))
                call = JiraCall(self.state.jira, caller, request, f"{request.base_url}jira")
                return self._dispatched(call, request.path_params["path"])
        except JiraRefusal as refusal:
            return JSONResponse(self.refused(refusal), refusal.status, refusal.headers)

    def refused(self, refusal: JiraRefusal) -> dict[str, Any]:
        """Draw a refusal."""
        return {"errorMessages": [refusal.message], "errors": {}}

    def _caller(self, header: str) -> Caller:
        scheme, _, credentials = header.partition(" ")
        caller: Caller | None = None
        if scheme.lower() == "bearer":
            caller = self.state.jira.caller_with_token(credentials.strip())
        elif scheme.lower() == "basic":
            try:
                username, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError):
                username = password = ""
            caller = self.state.jira.caller_with_password(username, password)
        if caller is None:
            reason = "AUTHENTICATED_FAILED" if header else "ANONYMOUS"
            headers = {"X-Seraph-LoginReason": reason, "WWW-Authenticate": 'Basic realm="Jira"'}
            raise JiraRefusal(401, "You are not authenticated. Authentication required.", headers)
        return caller

    def _dispatched(self, call: JiraCall, path: str) -> Response:
        for pattern, answer in self.routes.items():
            found = re.fullmatch(pattern.replace("{}", "([^/]+)"), path)
            if found and call.request.method != "GET":
                raise JiraRefusal(405, f"{call.request.method} is not possible in the sandbox")
            if found:
                return answer(JiraCall(call.jira, call.caller, call.request, call.base, found.groups()))
        raise JiraRefusal(404, f"Nothing is here: {path}")


@dataclass(frozen=True)
class ServiceManagementDoor(JiraDoor):
    """The same, with errors as Jira Service Management writes them."""

    def refused(self, refusal: JiraRefusal) -> dict[str, Any]:
        """Draw a refusal: one message, and the key of its translation."""
        return {"errorMessage": refusal.message, "i18nErrorMessage": {"i18nKey": "sandbox.refused", "parameters": []}}
