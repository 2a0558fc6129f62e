"""Lines that break: they pass bytes between a client and a server on 127.0.0.1, but only so many of them."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_LITTLE = 4096
"""Bytes that are passed on at a time, and that a held line takes in before its server must wait."""


@contextlib.contextmanager
def line_cut_after(port: int, answer_bytes: int, *, reset: bool = False, connections: int = 1) -> Iterator[int]:
    """Yield a port that leads to `port` until the server has answered so many bytes; `reset` breaks it off rudely.

    So it does to each of so many connections.
    """

    def pass_on(client: socket.socket, server: socket.socket) -> None:
        up = threading.Thread(target=_pump_up, args=(client, server), daemon=True)
        up.start()
        _pump(server, client, answer_bytes)
        # a socket another thread waits on is not closed by close(): let that thread end first
        client.shutdown(socket.SHUT_RD if reset else socket.SHUT_RDWR)
        server.shutdown(socket.SHUT_RDWR)
        up.join(5)
        if reset:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)

    with _line(port, pass_on, connections) as leads_there:
        yield leads_there


@contextlib.contextmanager
def line_held_after(port: int, answer_bytes: int, meanwhile: Callable[[], object]) -> Iterator[int]:
    """Yield a port that leads to `port`, and holds up the answer after so many bytes until `meanwhile` has returned.

    A server in the middle of a page of some hundred entries is kept there: nobody takes its bytes.
    """

    def pass_on(client: socket.socket, server: socket.socket) -> None:
        up = threading.Thread(target=_pump, args=(client, server), daemon=True)
        up.start()
        _pump(server, client, answer_bytes)
        meanwhile()
        _pump(server, client)
        client.shutdown(socket.SHUT_RDWR)
        up.join(5)

    with _line(port, pass_on) as leads_there:
        yield leads_there


@contextlib.contextmanager
def _line(port: int, pass_on: Callable[[socket.socket, socket.socket], None], connections: int = 1) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)

    def serve() -> None:
        for _ in range(connections):
            serve_one()

    def serve_one() -> None:
        with contextlib.suppress(OSError):  # a client that went first, or never came
            client, _ = listener.accept()
            with client, socket.socket() as server:
                server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _LITTLE)
                server.connect(("127.0.0.1", port))
                pass_on(client, server)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()
        thread.join(10)


def _pump(source: socket.socket, sink: socket.socket, most: int = 1 << 40) -> None:
    """Pass on so many bytes, or all there are."""
    with contextlib.suppress(OSError):
        while most > 0 and (data := source.recv(min(_LITTLE, most))):
            sink.sendall(data)
            most -= len(data)


def _pump_up(client: socket.socket, server: socket.socket) -> None:
    """Pass on what a client asks; when it hangs up, let the server know."""
    _pump(client, server)
    with contextlib.suppress(OSError):
        server.shutdown(socket.SHUT_WR)
