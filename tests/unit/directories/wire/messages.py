"""LDAP messages made byte by byte, the short way, with lengths in their longest form, or as Active Directory does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

ENTRY, DONE = 0x64, 0x65
ENTRY_UUID = b"00000000-0000-4000-8000-000000000001"
ANA = {b"uid": [b"ana"], b"mail": [b"ana@example.org", b"a@example.org"], b"entryUUID": [ENTRY_UUID]}


def element(tag: int, content: bytes, long_by: int = 0) -> bytes:
    """Return tag, length and content; `long_by` writes the length in at least that many bytes behind the first."""
    size = max((len(content).bit_length() + 7) // 8, long_by)
    if len(content) < 0x80 and not long_by:
        return bytes([tag, len(content)]) + content
    return bytes([tag, 0x80 | size]) + len(content).to_bytes(size, "big") + content


def entry(
    name: bytes, attributes: Mapping[bytes, Iterable[bytes]], long_by: int = 0, *, short_strings: bool = False
) -> bytes:
    """Return what a SearchResultEntry holds. With `short_strings`, `long_by` is for what holds other elements only."""
    of_strings = 0 if short_strings else long_by
    listed = b"".join(
        element(
            0x30,
            element(0x04, description, of_strings)
            + element(0x31, b"".join(element(0x04, value, of_strings) for value in values), long_by),
            long_by,
        )
        for description, values in attributes.items()
    )
    return element(0x04, name, of_strings) + element(0x30, listed, long_by)


def message(number: int, kind: int, content: bytes, controls: bytes = b"", long_by: int = 0) -> bytes:
    number_bytes = number.to_bytes(max(number.bit_length() // 8 + 1, 1), "big")
    return element(0x30, element(0x02, number_bytes) + element(kind, content, long_by) + controls, long_by)
