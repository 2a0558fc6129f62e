"""Single sign-on sessions: tokens that stand for a user at one place, as the validation factors describe it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dirsync.sandbox.crowd.directory import compared

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_DURATION = 30 * 60
"""Seconds; Crowd's console shows 30 minutes. A caller may ask for less, never for more (npm client)."""
FIRST_SWEEP = 1000

Factors = frozenset[tuple[str, str]]


@dataclass(slots=True)
class Session:
    """Somebody's session; times in milliseconds since 1970."""

    token: str
    username: str
    factors: Factors
    created: int
    expires: int


@dataclass
class Sessions:
    """All sessions by token, at most one per user and factors: a second login prolongs the first one's session."""

    _by_token: dict[str, Session] = field(default_factory=dict)
    _by_user: dict[str, dict[Factors, Session]] = field(default_factory=dict)
    _next_sweep: int = FIRST_SWEEP

    def open(self, username: str, factors: Mapping[str, str], now: int, duration: int = DEFAULT_DURATION) -> Session:
        """Return the user's session with a new expiry; tokens have 24 characters ending in 00, as recorded."""
        self._sweep(now)
        place = frozenset(factors.items())
        own = self._by_user.setdefault(compared(username), {})
        session = own.get(place)
        if session is None or session.expires <= now:
            session = Session(secrets.token_hex(11) + "00", username, place, now, now)
            own[place] = session
            self._by_token[session.token] = session
        session.expires = now + min(duration, DEFAULT_DURATION) * 1000
        return session

    def find(self, token: str, now: int) -> Session | None:
        """Return a session that is still valid, wherever it was opened."""
        session = self._by_token.get(token)
        if session and session.expires <= now:
            self.close(token)
            return None
        return session

    def validate(self, token: str, factors: Mapping[str, str], now: int) -> Session | None:
        """Return a session that is still valid, and opened under the same factors."""
        session = self.find(token, now)
        return session if session and session.factors == frozenset(factors.items()) else None

    def close(self, token: str) -> None:
        """End a session; an unknown one is as good as ended."""
        session = self._by_token.pop(token, None)
        if session is None:
            return
        own = self._by_user.get(compared(session.username), {})
        if own.get(session.factors) is session:
            del own[session.factors]

    def close_all_of(self, username: str, *, but: str = "") -> None:
        """End a user's sessions, unless one is the one to keep."""
        for session in list(self._by_user.get(compared(username), {}).values()):
            if session.token != but:
                self.close(session.token)

    def _sweep(self, now: int) -> None:
        if len(self._by_token) < self._next_sweep:
            return
        for token in [session.token for session in self._by_token.values() if session.expires <= now]:
            self.close(token)
        self._by_user = {name: own for name, own in self._by_user.items() if own}
        self._next_sweep = max(FIRST_SWEEP, 2 * len(self._by_token))
