"""Starting and stopping the sandbox: Starlette under uvicorn, on loopback only, in a thread of its own."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Self

from dirsync.errors import UsageInvalid
from dirsync.sandbox.faults import Faults, FaultyApp

if TYPE_CHECKING:
    from asyncio import Transport
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType

    from starlette.types import ASGIApp, Receive, Scope, Send
    from uvicorn import Server

    from dirsync.sandbox.faults import Fault
    from dirsync.sandbox.seed import Seed
    from dirsync.sandbox.state import SandboxState

REMEMBERED_REQUESTS = 100_000
START_SECONDS = 30.0
STOP_SECONDS = 10.0
NOTICED_WITHIN = 0.5
"""Seconds in which Ctrl-C is noticed at the latest."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request that reached the sandbox, whatever became of it. `query` is still percent-encoded."""

    method: str
    path: str
    query: str


@dataclass(frozen=True, slots=True)
class Where:
    """The address to listen on; port 0 takes any free one."""

    port: int = 0
    host: str = "127.0.0.1"
    is_remote_allowed: bool = False
    """Whether the address may be one that other machines reach: the sandbox's passwords are no secrets."""


LOOPBACK = Where()


@dataclass
class RunningSandbox:
    """A sandbox at work; also a context manager that stops it."""

    crowd_url: str
    """Such as `http://127.0.0.1:40001/crowd`: what goes into a Crowd client as its server's URL."""
    jira_url: str
    state: SandboxState
    faults: Faults
    _requests: deque[Request]
    _server: Server = field(repr=False)
    _thread: threading.Thread = field(repr=False)

    @property
    def requests(self) -> tuple[Request, ...]:
        """Return what was asked so far, oldest first; only the last 100,000 are kept."""
        return tuple(self._requests)

    def forget_requests(self) -> None:
        """Start the list of requests afresh."""
        self._requests.clear()

    def stop(self) -> None:
        """Close all connections and end the thread. A second call does nothing."""
        self._server.should_exit = True
        self._thread.join(STOP_SECONDS)

    def __enter__(self) -> Self:
        """Return the sandbox itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()


def start(seed: Seed, where: Where = LOOPBACK) -> RunningSandbox:
    """Start the sandbox and return once it answers.

    Raises `UsageInvalid` if the address is not loopback and need be, the port is taken, or the extra `sandbox` is
    not installed.
    """
    if not all(find_spec(package) for package in ("starlette", "uvicorn")):
        message = "The sandbox needs starlette and uvicorn, which are not installed."
        raise UsageInvalid(message, "Install dirsync-connector[sandbox].")
    import uvicorn

    from dirsync.sandbox.state import state_from

    listener = _listener(where)
    state, faults, requests = state_from(seed), Faults(), deque[Request](maxlen=REMEMBERED_REQUESTS)
    protocol, connections = _watched_protocol()
    app = _Remembering(FaultyApp(_products(state, seed), faults, connections), requests)
    config = uvicorn.Config(
        app,
        http=protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), name="dirsync-sandbox", daemon=True)
    host = f"[{where.host}]" if ":" in where.host else where.host
    address = f"http://{host}:{listener.getsockname()[1]}"
    thread.start()
    _wait_until_started(server, thread)
    return RunningSandbox(f"{address}/crowd", f"{address}/jira", state, faults, requests, server, thread)


def serve_forever(
    seed: Seed, tell: Callable[[str], None], where: Where = LOOPBACK, faults: Iterable[Fault] = ()
) -> None:
    """Run the sandbox until Ctrl-C; `tell` gets the lines to print. Raises what `start` raises."""
    with start(seed, where) as sandbox:
        rules = [sandbox.faults.add(fault) for fault in faults]
        for line in _welcome(seed, sandbox):
            tell(line)
        if rules:
            tell(f"Rules for faults in force: {len(rules)}. Not every answer is a good one.")
        try:
            wait_for_the_end()
        except KeyboardInterrupt:
            tell("Stopped.")


def _welcome(seed: Seed, sandbox: RunningSandbox) -> Iterator[str]:
    """Yield where the products are and how to log in; the passwords of a sandbox are no secrets."""
    yield f"Crowd: {sandbox.crowd_url}"
    for application in seed.crowd.applications:
        shown = ", ".join(mapped.directory for mapped in application.directories) or "nothing"
        yield f"       application {application.name}, password {application.password}, shows {shown}"
    yield f"       administrator {seed.crowd.admin.username}, password {seed.crowd.admin.password}"
    yield f"Jira:  {sandbox.jira_url}"
    credentials = seed.jira.credentials
    yield f"       token {credentials.token}, or username {credentials.username}, password {credentials.password}"
    yield "Everything is kept in memory only. Stop with Ctrl-C."


def wait_for_the_end() -> None:
    """Wait until Ctrl-C.

    In short waits: a signal that comes between Python's look for one and the wait itself does not end the wait.
    """
    never = threading.Event()
    while not never.wait(NOTICED_WITHIN):
        pass


def _listener(where: Where) -> socket.socket:
    address, port = "127.0.0.1" if where.host == "localhost" else where.host, where.port
    try:
        is_loopback = ipaddress.ip_address(address).is_loopback
    except ValueError:
        message = f"'{where.host}' is no address to listen on."
        raise UsageInvalid(message, "Use 127.0.0.1 or ::1; a name is looked up by nobody here.") from None
    if not is_loopback and not where.is_remote_allowed:
        message = f"The sandbox listens on this machine only, not on '{where.host}': its passwords are no secrets."
        raise UsageInvalid(message, "Use 127.0.0.1 or ::1, or add --allow-remote if other machines must reach it.")
    # asyncio switches Nagle's algorithm off only where the protocol is named; else each answer waits 40 ms.
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
    except (OSError, OverflowError) as error:
        listener.close()
        message = f"The sandbox can't listen on {address} port {port}: {error}."
        raise UsageInvalid(message, "Choose another port, or 0 for any free one.") from None
    return listener


def _products(state: SandboxState, seed: Seed) -> ASGIApp:
    from starlette.applications import Starlette
    from starlette.routing import Route

    from dirsync.sandbox.crowd.admin_door import admin_doors
    from dirsync.sandbox.crowd.door import CrowdDoor
    from dirsync.sandbox.jira.doors import METHODS, jira_routes

    crowd = CrowdDoor(state)
    doors = {
        "/crowd/rest/usermanagement/1": crowd.answer,
        "/crowd/rest/usermanagement/latest": crowd.answer,
        **{base: door.answer for base, door in admin_doors(state, seed.crowd).items()},
    }
    of_crowd = [Route(f"{base}/{{path:path}}", door, methods=METHODS) for base, door in doors.items()]
    return Starlette(routes=[*of_crowd, *jira_routes(state)])


def _watched_protocol() -> tuple[type[Any], dict[object, Any]]:
    """Return uvicorn's HTTP protocol and its open connections, by the caller's address, for faults to cut."""
    from uvicorn.protocols.http.h11_impl import H11Protocol
    from uvicorn.protocols.utils import get_remote_addr

    connections: dict[object, Any] = {}

    class Watched(H11Protocol):
        def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
            self.address = get_remote_addr(transport)
            connections[self.address] = transport
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            connections.pop(self.address, None)
            super().connection_lost(exc)

    return Watched, connections


@dataclass(frozen=True)
class _Remembering:
    """Notes every request before anything happens to it."""

    app: ASGIApp
    requests: deque[Request]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = scope["query_string"].decode("ascii", "replace")
        self.requests.append(Request(scope["method"], scope["path"], query))
        await self.app(scope, receive, send)


def _wait_until_started(server: Server, thread: threading.Thread) -> None:
    end = time.monotonic() + START_SECONDS
    while not server.started:
        if time.monotonic() > end or not thread.is_alive():
            message = f"The sandbox did not start within {START_SECONDS:.0f} seconds."
            raise UsageInvalid(message, "Look for another program that blocks loopback connections.")
        time.sleep(0.01)
