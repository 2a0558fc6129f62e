"""The records of an LDIF file (RFC 2849), each with the line it starts on.

The library `ldif` parses a record; what it can't say is where, and it lets some damage pass (stray characters in
base64, a file cut off in a line, references to other files). So a first look at each line comes before it.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
from typing import IO, TYPE_CHECKING

from ldif import LDIFParser

from dirsync.directories.ldap.attribute_names import is_description
from dirsync.directories.ldap.dn import check_dn
from dirsync.directories.ldap.entry import Entry, entry_of
from dirsync.errors import AnswerMalformed

if TYPE_CHECKING:
    from collections.abc import Iterator

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_VERSION = re.compile(rb"version:\s*(\S*)\s*", re.IGNORECASE)
_LONGEST_SHOWN = 60
Line = tuple[int, bytes]
"""The number of a line's first part in the file, and the line without folds."""


class _Record(LDIFParser):  # type: ignore[misc] # the library has no types
    """The library's parser, without its own check of names: a regular expression that refuses some legal ones."""

    def _check_dn(self, dn: str | None, attr_value: str) -> None:
        """Leave names to `check_dn`, which has looked at them already."""


def records(stream: IO[bytes], path: str) -> Iterator[tuple[int, Entry]]:
    """Yield the line and the entry of each record. Raises AnswerMalformed with file and line."""
    for lines in _blocks(_unfolded(stream, path), path):
        yield lines[0][0], _entry(lines, path)


def _broken(path: str, line: int, what: str, remedy: str = "") -> AnswerMalformed:
    return AnswerMalformed(
        f"{path}:{line}: {what}.", remedy or "Export the file again, and check that it was copied whole."
    )


def _unfolded(stream: IO[bytes], path: str) -> Iterator[Line]:
    """Yield lines with their continuations joined and comments left out; an empty one ends a record."""
    number, parts = 0, [b""]
    current = 0
    for raw in stream:
        current += 1
        if not raw.endswith(b"\n"):
            raise _broken(
                path,
                current,
                "the file ends in the middle of a line (its last character is no line break)",
                "If the file is whole, end it with a line break; else export or copy it again.",
            )
        line = raw.rstrip(b"\r\n")
        if current == 1:
            line = line.removeprefix(_BYTE_ORDER_MARK)
        if b"\x00" in line:
            raise _broken(path, current, "there is a zero byte in it: this is no LDIF, or not in UTF-8")
        if line.startswith(b" ") and line.strip():
            if not number or not parts[0]:
                raise _broken(
                    path, current, "the line continues another one (it starts with a space), but there is none"
                )
            parts.append(line[1:])
            continue
        if number and not parts[0].startswith(b"#"):
            yield number, b"".join(parts)
        # a line of nothing but spaces is what editors leave of an empty one
        number, parts = current, [line if line.strip() else b""]
    if number and not parts[0].startswith(b"#"):
        yield number, b"".join(parts)


def _blocks(lines: Iterator[Line], path: str) -> Iterator[list[Line]]:
    block: list[Line] = []
    first = True
    for number, line in lines:
        version = _VERSION.fullmatch(line) if first else None
        first = first and not line
        if version:
            if version[1] != b"1":
                raise _broken(path, number, f"LDIF of version {_shown(version[1])}; only version 1 exists")
        elif line:
            block.append((number, line))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _entry(lines: list[Line], path: str) -> Entry:
    for number, line in lines:
        _check_line(number, line, path)
    start, first = lines[0]
    name = _name(first)
    if name != b"dn":
        raise _broken(path, start, f"a record must begin with 'dn:', not with {_shown(first)}")
    for number, line in lines[1:]:
        if _name(line) == b"dn":
            raise _broken(path, number, "a second 'dn:' in one record; an empty line must stand between records")
        if _name(line) in {b"changetype", b"control"}:
            raise _broken(
                path,
                number,
                "this is a change record; dirsync reads entries, and does not guess what changes amount to",
                "Give it an export of entries, as slapcat or ldapsearch -LLL make them.",
            )
    if len(lines) == 1:
        raise _broken(path, start, "the record has a name and no attributes")
    block = b"".join(_with_known_case(line) + b"\n" for _, line in lines)
    try:
        ((dn, attributes),) = _Record(io.BytesIO(block), encoding=None).parse()
    except ValueError as error:
        raise _broken(path, start, f"the record can't be parsed: {error}") from None
    why = check_dn(dn)
    if why or not dn:
        raise _broken(path, start, f"its name {dn!r} is not a distinguished name: {why or 'it is empty'}")
    return entry_of(dn, attributes.items())


def _check_line(number: int, line: bytes, path: str) -> None:
    description, colon, value = line.partition(b":")
    if not colon:
        raise _broken(path, number, f"there is no ':' in {_shown(line)}")
    if not is_description(description.decode("utf-8", "replace")):
        raise _broken(path, number, f"{_shown(description)} is not the name of an attribute")
    if value.startswith(b"<"):
        raise _broken(
            path,
            number,
            f"the value of {_shown(description)} is to be fetched from a URL, which dirsync never does",
            "Put the value itself into the file.",
        )
    if value.startswith(b":"):
        try:
            base64.b64decode(value[1:].strip(), validate=True)
        except binascii.Error as error:
            raise _broken(path, number, f"the base64 of {_shown(description)} is broken: {error}") from None


def _name(line: bytes) -> bytes:
    return line.partition(b":")[0].strip().lower()


def _with_known_case(line: bytes) -> bytes:
    """Write `DN:` as `dn:`: the grammar ignores case (RFC 2849 with RFC 5234, 2.3), the library does not."""
    return b"dn" + line[2:] if line[:2].lower() == b"dn" and line[2:3] == b":" else line


def _shown(line: bytes) -> str:
    return repr(line[:_LONGEST_SHOWN].decode("utf-8", "backslashreplace"))
