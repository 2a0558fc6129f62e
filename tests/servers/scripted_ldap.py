"""An LDAP server that sends exactly the entries a test wrote down: for faults that no decent server would commit."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from unit.directories.wire.messages import DONE, ENTRY, element, entry, message

from dirsync.directories.ldap.wire.ber import length_at
from dirsync.directories.ldap.wire.frames import Frames

PAGED_RESULTS = b"1.2.840.113556.1.4.319"
BIND, BIND_DONE, UNBIND = 0x60, 0x61, 0x42


@dataclass(frozen=True)
class ScriptedPage:
    """What it sends to one search. Without a cookie the control does not come back."""

    entries: Sequence[tuple[str, Mapping[str, Sequence[str]]]] = ()
    cookie: bytes | None = b""
    code: int = 0


@dataclass(frozen=True)
class SearchAsked:
    """A search as it came over the line; `number` counts from 0, `cookie` is None where it was not paged."""

    number: int
    base: str
    attributes: tuple[str, ...]
    cookie: bytes | None


Answer = Callable[[SearchAsked], ScriptedPage]


@contextlib.contextmanager
def scripted_ldap(root: Mapping[str, Sequence[str]], answer: Answer) -> Iterator[str]:
    """Yield the URL of a server that lets everybody in, shows `root` as its root entry, and answers searches so."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError, EOFError):  # a client that went first
            connection, _ = listener.accept()
            with connection:
                _serve(connection, root, answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield "ldap://127.0.0.1:{1}".format(*listener.getsockname())
    finally:
        listener.close()
        thread.join(10)


def _serve(connection: socket.socket, root: Mapping[str, Sequence[str]], answer: Answer) -> None:
    searches = 0
    for number, kind, data, _, content, stop, end in Frames(connection.recv).messages():
        if kind == UNBIND:
            return
        if kind == BIND:
            connection.sendall(message(number, BIND_DONE, _result(0)))
            continue
        asked = _asked(data, content, stop, end, searches)
        page = answer(asked) if asked.base else ScriptedPage([("", root)], None)
        searches += bool(asked.base)
        connection.sendall(_sent(number, page))


def _asked(data: bytes, content: int, stop: int, end: int, number: int) -> SearchAsked:
    # SearchRequest (RFC 4511, 4.5.1): base, scope, aliases, size, time, types only, filter, attributes
    base, *_, attributes = _parts(data, content, stop)
    names = tuple(data[slice(*name)].decode() for name in _parts(data, *attributes))
    cookie = None
    for controls in _parts(data, stop, end):
        for control in _parts(data, *controls):
            oid, *_, value = _parts(data, *control)
            if data[slice(*oid)] == PAGED_RESULTS:
                (asked,) = _parts(data, *value)
                _, (first, last) = _parts(data, *asked)
                cookie = data[first:last]
    return SearchAsked(number, data[slice(*base)].decode(), names, cookie)


def _parts(data: bytes, position: int, end: int) -> list[tuple[int, int]]:
    """Return where the content of each element begins and ends."""
    found = []
    while position < end:
        length, start = length_at(data, position + 1, end)
        position = start + length
        found.append((start, position))
    return found


def _result(code: int) -> bytes:
    return element(0x0A, bytes([code])) + element(0x04, b"") * 2


def _sent(number: int, page: ScriptedPage) -> bytes:
    sent = b"".join(
        message(
            number,
            ENTRY,
            entry(
                name.encode(),
                {key.encode(): [value.encode() for value in values] for key, values in attributes.items()},
            ),
        )
        for name, attributes in page.entries
    )
    controls = b""
    if page.cookie is not None:
        value = element(0x30, element(0x02, b"\x00") + element(0x04, page.cookie))
        controls = element(0xA0, element(0x30, element(0x04, PAGED_RESULTS) + element(0x04, value)))
    return sent + message(number, DONE, _result(page.code), controls)
