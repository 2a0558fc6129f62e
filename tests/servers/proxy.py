"""A line that breaks: passes bytes between a client and a server on 127.0.0.1, and cuts after so many of them."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@contextlib.contextmanager
def line_cut_after(port: int, answer_bytes: int, *, reset: bool = False) -> Iterator[int]:
    """Yield a port that leads to `port` until the server has answered so many bytes; `reset` breaks it off rudely."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)
    stop = threading.Event()

    def serve() -> None:
        with contextlib.suppress(OSError):  # a client that went first, or never came
            pass_on()

    def pass_on() -> None:
        client, _ = listener.accept()
        server = socket.create_connection(("127.0.0.1", port))
        with client, server:
            up = threading.Thread(target=_pump, args=(client, server), daemon=True)
            up.start()
            left = answer_bytes
            while left > 0 and not stop.is_set():
                data = server.recv(min(4096, left))
                if not data:
                    break
                client.sendall(data)
                left -= len(data)
            # a socket another thread waits on is not closed by close(): let that thread end first
            client.shutdown(socket.SHUT_RD if reset else socket.SHUT_RDWR)
            server.shutdown(socket.SHUT_RDWR)
            up.join(5)
            if reset:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stop.set()
        listener.close()
        thread.join(10)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(4096):
            sink.sendall(data)
