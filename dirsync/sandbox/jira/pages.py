"""What of Jira is for people: HTML pages that a program meets by mistake, and two that scripts ask on purpose."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, RedirectResponse

from dirsync.sandbox.jira.calls import JiraRefusal

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from dirsync.sandbox.state import SandboxState

TOKEN = "sandbox-xsrf-token"
LOGIN_FORM = (
    '<form id="login-form" action="{action}" method="post"><input name="os_username">'
    '<input name="os_password" type="password"><button>Log In</button></form>'
)
SIGNUP_PATH = "servicedesk/customer/user/signup"


def page(title: str, body: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a page; `body` is HTML already."""
    head = f'<meta charset="utf-8"><meta id="atlassian-token" name="atlassian-token" content="{TOKEN}">'
    document = f"<!doctype html><html><head>{head}<title>{escape(title)}</title></head><body>{body}</body></html>"
    return HTMLResponse(document, status, headers)


def login_refused(refusal: JiraRefusal) -> Response:
    """Return the page of a login by Basic authentication that failed."""
    title = "Forbidden (403)" if refusal.status == 403 else "Unauthorized (401)"  # noqa: PLR2004 - a status
    body = f"<h1>{title}</h1><p>Basic Authentication Failure - Reason : {escape(refusal.message)}</p>"
    return page(title, body, refusal.status, refusal.headers)


class Pages:
    """Answers requests outside the REST interfaces."""

    def __init__(self, state: SandboxState) -> None:
        self.state = state

    async def login(self, request: Request) -> Response:
        """Return the login form, whoever asks."""
        return page("Log in - Jira", LOGIN_FORM.format(action=escape(f"{request.base_url}jira/login.jsp")))

    async def signup(self, request: Request) -> Response:
        """Return the form of the customers' sign-up where it is on, else 404: what scanners look for."""
        del request
        with self.state.lock:
            is_on = self.state.jira.settings.public_signup.global_
        if not is_on:
            return page("Not found", "<h1>Page not found</h1>", 404)
        return page("Sign up", '<form method="post"><input name="email"><input name="fullname"></form>')

    async def behind_login(self, request: Request) -> Response:
        """Send everybody to the login form, but administrators to their page.

        The page is the same for all paths: what stands on Jira's own administration pages is not imitated.
        """
        base = f"{request.base_url}jira"
        with self.state.lock:
            jira = self.state.jira
            try:
                caller = jira.gate.enter(jira, request.headers.get("Authorization", ""), base)
            except JiraRefusal as refusal:
                if refusal.is_login_page:
                    return login_refused(refusal)
                return RedirectResponse(f"{base}/login.jsp?os_destination={request.url.path}", 302)
        if not caller.permissions & {"ADMINISTER", "SYSTEM_ADMIN"}:
            return page("Access denied", "<h1>You do not have permission to see this page</h1>", 403)
        return page("Administration - Jira", "<h1>Administration</h1>")
