"""Faults on purpose, for tests: rules that strike at chosen requests, before or after they take effect.

A rule matches by method and path; among its matches it strikes from the `first` one on, `times` times (None: for
ever). The first rule that strikes is the only one.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

Connections = Mapping[object, asyncio.Transport]
"""Open connections by the caller's address and port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong, and when. Several effects of one rule are combined where that makes sense."""

    path: str = ".*"
    """Regular expression, searched for in `path?query`, e.g. `/search.*entity-type=user`."""
    method: str = ".*"
    """Regular expression that the whole method matches."""
    first: int = 1
    times: int | None = 1
    latency: float = 0.0
    """Seconds to wait before anything else."""
    status: int | None = None
    """Answer with this instead of asking the product (429, 503, …), with `headers`, `body` and `content_type`."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Added to the answer, or replacing what it has."""
    without_headers: frozenset[str] = frozenset()
    """Names of headers taken out of the answer."""
    body: bytes | None = None
    """Replaces the body."""
    edit_body: Callable[[bytes], bytes] | None = None
    """Changes the product's own body."""
    content_type: str | None = None
    drop: Literal["", "before", "after"] = ""
    """Close the connection without an answer: before or after the product has acted."""
    cut_body_after: int | None = None
    """Send only so many bytes of the promised body, then close the connection."""


class Faults:
    """The rules in force; all methods may be called from any thread while the sandbox runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Fault] = []
        self._seen: dict[int, int] = {}
        self._struck: dict[int, int] = {}

    def add(self, fault: Fault) -> Fault:
        """Put a rule in force, behind those already there."""
        with self._lock:
            self._rules.append(fault)
        return fault

    def clear(self) -> None:
        """Drop all rules; their counts are forgotten too."""
        with self._lock:
            self._rules.clear()
            self._seen.clear()
            self._struck.clear()

    def struck(self, fault: Fault) -> int:
        """Return how often a rule has struck, so that a test can tell that it did."""
        with self._lock:
            return self._struck.get(id(fault), 0)

    def strike(self, method: str, target: str) -> Fault | None:
        """Return the rule that strikes at this request, and count it."""
        chosen: Fault | None = None
        with self._lock:
            for rule in self._rules:
                if not re.fullmatch(rule.method, method) or not re.search(rule.path, target):
                    continue
                seen = self._seen[id(rule)] = self._seen.get(id(rule), 0) + 1
                is_due = seen >= rule.first and (rule.times is None or seen < rule.first + rule.times)
                if is_due and chosen is None:
                    chosen = rule
                    self._struck[id(rule)] = self._struck.get(id(rule), 0) + 1
        return chosen


@dataclass(frozen=True)
class FaultyApp:
    """Stands between the network and the products, and makes the rules come true."""

    app: ASGIApp
    faults: Faults
    connections: Connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or not."""
        query = scope["query_string"].decode("ascii", "replace")
        fault = self.faults.strike(scope["method"], scope["path"] + (f"?{query}" if query else ""))
        if fault is None:
            await self.app(scope, receive, send)
            return
        if fault.latency:
            await asyncio.sleep(fault.latency)
        if fault.drop == "before":
            self._hang_up(scope)
            return
        answer = _Collected()
        if fault.status is None:
            await self.app(scope, receive, answer.take)
        if fault.drop == "after":
            self._hang_up(scope)
            return
        await _send_spoilt(fault, answer, send)

    def _hang_up(self, scope: Scope) -> None:
        # ASGI has no word for it: returning without an answer would make uvicorn send a 500.
        self.connections[scope["client"]].abort()


@dataclass
class _Collected:
    """An answer held back, so that it can be spoilt as a whole."""

    status: int = 200
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.lower(): value for name, value in message["headers"]}
        else:
            self.body += message.get("body", b"")


async def _send_spoilt(fault: Fault, answer: _Collected, send: Send) -> None:
    body = bytes(answer.body) if fault.body is None else fault.body
    if fault.edit_body:
        body = fault.edit_body(body)
    headers = answer.headers | ({b"content-length": str(len(body)).encode()} if body else {})
    changed = dict(fault.headers)
    if fault.content_type:
        changed["content-type"] = fault.content_type
    headers |= {name.lower().encode(): value.encode() for name, value in changed.items()}
    for name in fault.without_headers:
        headers.pop(name.lower().encode(), None)
    await send({"type": "http.response.start", "status": fault.status or answer.status, "headers": [*headers.items()]})
    is_whole = fault.cut_body_after is None or fault.cut_body_after >= len(body)
    part = body if is_whole else body[: fault.cut_body_after]
    # Left unfinished, uvicorn closes the connection: the caller sees fewer bytes than were promised.
    await send({"type": "http.response.body", "body": part, "more_body": not is_whole})
