"""What a server says in a content synchronization, made byte by byte (RFC 4533, 2)."""

from __future__ import annotations

from collections.abc import Iterable

from unit.directories.wire.messages import element

STATE, INFO = b"1.3.6.1.4.1.4203.1.9.1.2", b"1.3.6.1.4.1.4203.1.9.1.4"


def maybe(tag: int, content: bytes | None) -> bytes:
    return b"" if content is None else element(tag, content)


def truth(value: bool | None) -> bytes:  # noqa: FBT001 - a value to write down, not a switch
    return b"" if value is None else element(0x01, b"\xff" if value else b"\0")


def control(oid: bytes, value: bytes, critical: bool | None = None) -> bytes:  # noqa: FBT001 - as above
    return element(0x30, element(0x04, oid) + truth(critical) + element(0x04, value))


def state_value(state: int, uuid: bytes, cookie: bytes | None = None) -> bytes:
    return element(0x30, element(0x0A, bytes([state])) + element(0x04, uuid) + maybe(0x04, cookie))


def state_controls(state: int, uuid: bytes, cookie: bytes | None = None) -> bytes:
    return element(0xA0, control(b"1.2.3", b"other", True) + control(STATE, state_value(state, uuid, cookie)))


def done_value(cookie: bytes | None, refresh_deletes: bool | None = None) -> bytes:  # noqa: FBT001 - as above
    return element(0x30, maybe(0x04, cookie) + truth(refresh_deletes))


def info(value: bytes, name: bytes = INFO) -> bytes:
    """Return the content of an intermediate message."""
    return element(0x80, name) + element(0x81, value)


def id_set(uuids: Iterable[bytes], deletes: bool | None = None, cookie: bytes | None = None) -> bytes:  # noqa: FBT001 - as above
    members = b"".join(element(0x04, uuid) for uuid in uuids)
    return element(0xA3, maybe(0x04, cookie) + truth(deletes) + element(0x31, members))
