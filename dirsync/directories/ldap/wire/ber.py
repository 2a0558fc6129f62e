"""Lengths in BER as LDAP restricts it (RFC 4511, 5.1): definite only, and checked before anything is sliced.

Python cuts a slice at the end of the data without a word, so that a length that lies would give a wrong value;
every reader here is told where its surroundings end, and refuses to leave them.
"""

from __future__ import annotations

OCTET_STRING, SEQUENCE, SET, INTEGER, BOOLEAN, ENUMERATED = 0x04, 0x30, 0x31, 0x02, 0x01, 0x0A
SHORT = 0x7F
"""The largest length of the short form, and the mask that counts the bytes of the long one (X.690, 8.1.3)."""
_MOST_LENGTH_BYTES = 4
"""Four bytes of length are 4 GiB: more than any message may have."""


class Malformed(ValueError):
    """The bytes are no LDAP; the message says what is wrong with them."""


def length_at(data: bytes, position: int, end: int) -> tuple[int, int]:
    """Return the length written at `position`, and the position after it. What it spans must not pass `end`."""
    if position >= end:
        raise Malformed("a length is missing")
    first = data[position]
    position += 1
    if first <= SHORT:
        length = first
    else:
        count = first & SHORT
        if not 1 <= count <= _MOST_LENGTH_BYTES or position + count > end:
            raise Malformed(f"a length of {count} bytes")
        length = int.from_bytes(data[position : position + count], "big")
        position += count
    if position + length > end:
        raise Malformed(f"a part of {length:,} bytes, where {max(end - position, 0):,} are left")
    return length, position


def element_at(data: bytes, position: int, end: int, tag: int) -> tuple[int, int]:
    """Return where the content of the element at `position` begins and ends; it must have this tag."""
    if position >= end:
        raise Malformed(f"an element 0x{tag:02x} is missing")
    if data[position] != tag:
        raise Malformed(f"an element 0x{data[position]:02x} where 0x{tag:02x} must be")
    length, start = length_at(data, position + 1, end)
    return start, start + length


def integer_at(data: bytes, position: int, end: int) -> tuple[int, int]:
    """Return the non-negative INTEGER at `position`, and the position after it."""
    start, stop = element_at(data, position, end, INTEGER)
    value = int.from_bytes(data[start:stop], "big", signed=True)
    if start == stop or value < 0:
        raise Malformed("a number that is none")
    return value, stop


def encoded(tag: int, content: bytes) -> bytes:
    """Return an element, its length written the shortest way."""
    length = len(content)
    if length <= SHORT:
        return bytes((tag, length)) + content
    length_bytes = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, SHORT + 1 + len(length_bytes))) + length_bytes + content


def encoded_number(value: int) -> bytes:
    """Return a non-negative INTEGER, written the shortest way."""
    return encoded(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))
