"""Single sign-on sessions: tokens that stand for a user. Kept as small as the calls that exist for them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from dirsync.sandbox.crowd.directory import compared

DEFAULT_DURATION = 30 * 60
"""Seconds; Crowd's console shows 30 minutes."""


@dataclass(slots=True)
class Session:
    """Somebody's session; times in milliseconds since 1970."""

    token: str
    username: str
    created: int
    expires: int


@dataclass
class Sessions:
    """All sessions by token, at most one per user: a second login prolongs the first one's session."""

    _by_token: dict[str, Session] = field(default_factory=dict)
    _by_user: dict[str, Session] = field(default_factory=dict)

    def open(self, username: str, now: int, duration: int = DEFAULT_DURATION) -> Session:
        """Return the user's session with a new expiry; tokens have 24 characters ending in 00, as recorded."""
        session = self._by_user.get(compared(username))
        if session is None or session.expires <= now:
            session = Session(secrets.token_hex(11) + "00", username, now, now)
            self._by_user[compared(username)] = session
            self._by_token[session.token] = session
        session.expires = now + duration * 1000
        return session

    def find(self, token: str, now: int) -> Session | None:
        """Return a session that is still valid."""
        session = self._by_token.get(token)
        if session and session.expires <= now:
            self.close(token)
            return None
        return session

    def close(self, token: str) -> None:
        """End a session; an unknown one is as good as ended."""
        session = self._by_token.pop(token, None)
        if session and self._by_user.get(compared(session.username)) is session:
            del self._by_user[compared(session.username)]

    def close_all_of(self, username: str, *, but: str = "") -> None:
        """End a user's session, unless it is the one to keep."""
        session = self._by_user.get(compared(username))
        if session and session.token != but:
            self.close(session.token)
