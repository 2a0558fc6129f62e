"""A server that sends exactly the bytes a test wrote down: for every fault that no decent server would commit."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import pytest


@dataclass(frozen=True)
class Asked:
    """One request as it came over the line."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def params(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))


@dataclass(frozen=True)
class Slow:
    """Bytes that come after a while."""

    seconds: float
    answer: bytes


TLS_HELLO = b"\x16\x03"
HANG_UP = b""
"""No answer at all: the line is closed."""
Step = bytes | Slow
Script = Sequence[Step] | Callable[[Asked], Step]


def answer(
    body: object = b"",
    status: int = 200,
    content_type: str = "application/json",
    *,
    crowd: str | None = "Crowd/6.0.2",
    **headers: str,
) -> bytes:
    """Write an answer; a body that is not bytes or text becomes JSON. `retry_after=` becomes `Retry-After`."""
    raw = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    fields = {"Content-Type": content_type, "Content-Length": str(len(raw)), "Connection": "close"}
    if crowd:
        fields["X-Embedded-Crowd-Version"] = crowd
    fields |= {name.replace("_", "-").title(): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} Status\r\n{head}\r\n".encode() + raw


@dataclass
class ScriptedServer:
    """Answers from a script, one connection after the other. After the script's end it hangs up."""

    script: Script
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    def __post_init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:{1}".format(*self._socket.getsockname())
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening: whoever asks now is refused the connection."""
        self._stopped.set()
        # close() alone would not wake the thread that waits in accept()
        socket.create_connection(self._socket.getsockname()).close()
        self._thread.join(timeout=10)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection:
                if self._stopped.is_set():
                    return
                asked = _read(connection)
                if asked is None:
                    continue
                self.asked.append(asked)
                step = self._step(asked)
                if isinstance(step, Slow):
                    time.sleep(step.seconds)
                try:
                    connection.sendall(step.answer if isinstance(step, Slow) else step)
                    # A close while bytes wait unread would reach the client as a reset.
                    connection.shutdown(socket.SHUT_WR)
                except OSError:
                    continue

    def _step(self, asked: Asked) -> Step:
        if callable(self.script):
            return self.script(asked)
        number = len(self.asked) - 1
        return self.script[number] if number < len(self.script) else HANG_UP


def _read(connection: socket.socket) -> Asked | None:
    raw = b""
    while b"\r\n\r\n" not in raw:
        more = connection.recv(65536)
        if not more:
            return None
        raw += more
        if raw.startswith(TLS_HELLO):
            return Asked("TLS", "/", {}, raw)
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    method, target, _ = first.split(" ", 2)
    return Asked(method, target, headers, body)


@pytest.fixture
def script() -> Iterator[Callable[[Script], ScriptedServer]]:
    """Start a server from a script; it ends with the test."""
    servers: list[ScriptedServer] = []

    def start(steps: Script) -> ScriptedServer:
        servers.append(ScriptedServer(steps))
        return servers[-1]

    yield start
    for server in servers:
        if not server._stopped.is_set():
            server.stop()
