"""A server that answers LDAP requests with what a test has written down, for what real servers seldom say."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

BIND_RESPONSE, EXTENDED_RESPONSE = 0x61, 0x78
_REFERRAL = 0xA3


def ber(tag: int, content: bytes) -> bytes:
    """Return a value of less than 128 bytes."""
    assert len(content) < 128
    return bytes([tag, len(content)]) + content


def result(kind: int, code: int, message: str = "", referral: str = "") -> bytes:
    """Return an LDAPResult (RFC 4511, 4.1.9) as the operation `kind`."""
    urls = ber(_REFERRAL, ber(0x04, referral.encode())) if referral else b""
    return ber(kind, ber(0x0A, bytes([code])) + ber(0x04, b"") + ber(0x04, message.encode()) + urls)


@contextlib.contextmanager
def answering(*answers: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """Yield a port and what arrives there; the n-th request of a client gets the n-th answer, then silence."""
    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)

        def serve() -> None:
            with contextlib.suppress(OSError):
                client, _ = listener.accept()
                with client:
                    client.settimeout(10)
                    for answer in answers:
                        seen.append(client.recv(4096))
                        number = seen[-1][2 : 4 + seen[-1][3]]  # the INTEGER after the header of a short message
                        client.sendall(ber(0x30, number + answer))
                    while data := client.recv(4096):
                        seen.append(data)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1], seen
    thread.join(10)


@contextlib.contextmanager
def unvisited() -> Iterator[str]:
    """Yield the URL of a port, and fail at the end if anybody has been there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"ldap://127.0.0.1:{listener.getsockname()[1]}"
        listener.setblocking(False)
        try:
            listener.accept()
        except BlockingIOError:
            return
        raise AssertionError("somebody followed a referral")
