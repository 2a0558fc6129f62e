"""Requests as LDIF change records (RFC 2849), for somebody else to carry out. Pure."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from dirsync.directories.ldap.writing.requests import Add, Modify, Rename

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.directories.ldap.writing.requests import Request

VERSION = b"version: 1\n\n"
_LONGEST_LINE = 76
_LAST_ASCII = 0x7F
_NEVER = frozenset(b"\x00\n\r")
_NOT_FIRST = frozenset(b":<")


def change_record(request: Request) -> bytes:
    """Return a request as a record, with the empty line that ends it."""
    return b"".join(_line(name, value) for name, value in _lines(request)) + b"\n"


def remark(text: str) -> bytes:
    """Return a comment; what is not ASCII in it is written as escapes."""
    words = text.encode("ascii", "backslashreplace").decode().replace("\r", " ").replace("\n", " ")
    return f"# {words}\n".encode()


def _lines(request: Request) -> Iterator[tuple[str, bytes]]:
    yield "dn", request.dn.encode()
    match request:
        case Add(_, attributes):
            yield "changetype", b"add"
            for name, values in attributes:
                yield from ((name, value) for value in values)
        case Modify(_, modifications):
            yield "changetype", b"modify"
            for one in modifications:
                yield one.do.value, one.attribute.encode()
                yield from ((one.attribute, value) for value in one.values)
                yield "-", b""
        case Rename(_, new_rdn):
            yield "changetype", b"modrdn"
            yield "newrdn", new_rdn.encode()
            yield "deleteoldrdn", b"1"
        case _:
            yield "changetype", b"delete"


def _line(name: str, value: bytes) -> bytes:
    if name == "-":
        return b"-\n"
    line = f"{name}:".encode() + (b" " + value if _is_safe(value) else b": " + base64.b64encode(value))
    parts = [line[:_LONGEST_LINE]]
    parts += [line[at : at + _LONGEST_LINE - 1] for at in range(_LONGEST_LINE, len(line), _LONGEST_LINE - 1)]
    return b"\n ".join(parts) + b"\n"


def _is_safe(value: bytes) -> bool:
    """Say whether a value may stand as it is: a SAFE-STRING, and without the blanks at its ends that readers strip."""
    if not value:
        return True
    is_text = all(byte <= _LAST_ASCII and byte not in _NEVER for byte in value)
    return is_text and value[0] not in _NOT_FIRST and value == value.strip()
