"""One request to the emulated Jira, and how Jira refuses."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dirsync.sandbox.jira import replies

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from dirsync.sandbox.jira.view import Caller, Jira


class JiraRefusal(Exception):
    """Jira refuses a call."""

    def __init__(
        self, status: int, message: str, headers: Mapping[str, str] | None = None, *, is_login_page: bool = False
    ) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status
        self.message = message
        self.headers = dict(headers or {})
        self.is_login_page = is_login_page
        """Whether a page for people is the answer, whatever was asked."""


@dataclass(frozen=True)
class JiraCall:
    """One authenticated request."""

    jira: Jira
    caller: Caller
    request: Request
    base: str
    """Such as `http://127.0.0.1:8080/jira`."""
    parts: tuple[str, ...] = ()
    """What the path holds where its pattern leaves a gap: keys and numbers."""
    body: bytes = b""

    def json(self) -> Any:  # noqa: ANN401 - bodies hold anything
        """Return the body, or refuse it with 400."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise JiraRefusal(400, "The body is not valid JSON.") from None

    def given(self, name: str, default: str = "") -> str:
        """Return a query parameter."""
        return self.request.query_params.get(name, default)

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a query parameter that is a yes or no, in any case: clients write both `true` and `True`."""
        return self.given(name, str(default)).lower() == "true"

    def number(self, name: str, default: int, most: int) -> int:
        """Return a query parameter that is a number, cut down to `most`."""
        try:
            return max(min(int(self.given(name) or default), most), 0)
        except ValueError:
            raise JiraRefusal(404, f"{name} must be a number") from None

    @property
    def is_administrator(self) -> bool:
        """Say whether the caller may administer Jira."""
        return bool(self.caller.permissions & set(replies.ADMINISTRATIVE))

    def require_system_administrator(self) -> None:
        """Refuse a caller who may not administer the system; administering Jira is not enough."""
        if "SYSTEM_ADMIN" not in self.caller.permissions:
            raise JiraRefusal(403, "Client must be authenticated as a system administrator")

    def require_administrator(self) -> None:
        """Refuse a caller who may not administer Jira."""
        if not self.is_administrator:
            raise JiraRefusal(403, f"The user '{self.caller.name}' must have permission to administer Jira.")
