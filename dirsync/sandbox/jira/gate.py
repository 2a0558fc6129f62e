"""Who may enter Jira, how often, and after how many failed logins only with a CAPTCHA (reference notes on Jira, 7)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dirsync.sandbox.crowd.directory import compared
from dirsync.sandbox.jira.calls import JiraRefusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from dirsync.sandbox.jira.view import Caller, Jira
    from dirsync.sandbox.seed_jira import SeedRateLimit


@dataclass
class Gate:
    """Remembers failed logins, and how often each account has asked; `clock` gives milliseconds."""

    clock: Callable[[], int]
    captcha_after: int | None
    rate_limit: SeedRateLimit | None
    _failures: dict[str, int] = field(default_factory=dict)
    _buckets: dict[str, Bucket] = field(default_factory=dict)

    def enter(self, jira: Jira, authorization: str, base: str) -> Caller:
        """Return who calls, or refuse: 401 for a wrong or missing login, 403 where a CAPTCHA is demanded."""
        scheme, _, credentials = authorization.partition(" ")
        if scheme.lower() == "bearer":
            caller = jira.caller_with_token(credentials.strip())
            if caller is None:
                raise _not_authenticated("AUTHENTICATED_FAILED")
            return caller
        if scheme.lower() != "basic":
            raise _not_authenticated("AUTHENTICATED_FAILED" if authorization else "ANONYMOUS")
        try:
            username, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise _not_authenticated("AUTHENTICATED_FAILED") from None
        return self._with_password(jira, username, password, base)

    def solve_captcha(self, username: str) -> None:
        """Let an account log in by password again, as after a CAPTCHA or a reset of its failed login count."""
        self._failures.pop(compared(username), None)

    def count(self, caller: Caller) -> dict[str, str]:
        """Count a request and return the headers that tell what is left; refuse with 429 when nothing is."""
        if self.rate_limit is None:
            return {}
        bucket = self._buckets.setdefault(
            compared(caller.name), Bucket(self.rate_limit, self.rate_limit.requests, self.clock())
        )
        is_refused = not bucket.take(self.clock())
        headers = bucket.headers(self.clock())
        if is_refused:
            raise JiraRefusal(429, "Rate limit exceeded.", headers)
        return headers

    def _with_password(self, jira: Jira, username: str, password: str, base: str) -> Caller:
        name = compared(username)
        if self.captcha_after is not None and self._failures.get(name, 0) >= self.captcha_after:
            login = f"{base}/login.jsp"
            reason = {
                "X-Authentication-Denied-Reason": f"CAPTCHA_CHALLENGE; login-url={login}",
                "X-Seraph-LoginReason": "AUTHENTICATION_DENIED",
            }
            raise JiraRefusal(403, "AUTHENTICATION_DENIED", reason, is_login_page=True)
        caller = jira.caller_with_password(username, password)
        if caller is not None:
            self.solve_captcha(username)
            return caller
        if jira.knows(username):
            self._failures[name] = self._failures.get(name, 0) + 1
        raise _not_authenticated("AUTHENTICATED_FAILED", is_login_page=True)


@dataclass
class Bucket:
    """Requests an account may still send."""

    limit: SeedRateLimit
    left: int
    filled_at: int

    def take(self, now: int) -> bool:
        """Fill up what has come since, take one, and say whether there was one."""
        interval = self.limit.interval_seconds * 1000
        passed = max(now - self.filled_at, 0) // interval
        self.left = min(self.left + passed * self.limit.fill_rate, self.limit.requests)
        self.filled_at += passed * interval
        has_one = self.left > 0
        self.left -= has_one
        return has_one

    def headers(self, now: int) -> dict[str, str]:
        """Return the headers of every authenticated answer; Retry-After is 0 while requests are left."""
        until_next = self.filled_at + self.limit.interval_seconds * 1000 - now
        return {
            "X-RateLimit-Limit": str(self.limit.requests),
            "X-RateLimit-Remaining": str(self.left),
            "X-RateLimit-Interval-Seconds": str(self.limit.interval_seconds),
            "X-RateLimit-FillRate": str(self.limit.fill_rate),
            "Retry-After": "0" if self.left else str(max(-(-until_next // 1000), 1)),
        }


def _not_authenticated(reason: str, *, is_login_page: bool = False) -> JiraRefusal:
    headers = {"X-Seraph-LoginReason": reason, "WWW-Authenticate": 'Basic realm="Jira"'}
    message = reason if is_login_page else "You are not authenticated. Authentication required."
    return JiraRefusal(401, message, headers, is_login_page=is_login_page)
