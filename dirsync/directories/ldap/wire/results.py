"""The message that ends a search, walked length by length before ldap3 reads it.

It alone says "this was all". ldap3 slices by the lengths it finds and never compares them, so that a length that lies
would make an empty cookie, and half a directory a whole one.

    LDAPResult ::= SEQUENCE { resultCode ENUMERATED, matchedDN, diagnosticMessage, referral [3] OPTIONAL }
    Control ::= SEQUENCE { controlType, criticality BOOLEAN DEFAULT FALSE, controlValue OCTET STRING OPTIONAL }
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.directories.ldap.wire.ber import (
    BOOLEAN,
    ENUMERATED,
    OCTET_STRING,
    SEQUENCE,
    Malformed,
    element_at,
    integer_at,
)

if TYPE_CHECKING:
    from dirsync.directories.ldap.wire.frames import Message

PAGED_RESULTS = "1.2.840.113556.1.4.319"
CONTROLS = 0xA0
"""Tag of the controls, which stand behind an operation (RFC 4511, 4.1.1)."""
_REFERRAL = 0xA3


def check_done(message: Message) -> None:
    """Raise Malformed unless every part of the result fills exactly what its length says (RFC 4511, 4.1.9, 4.1.11)."""
    _, _, data, _, position, stop, end = message
    for tag in (ENUMERATED, OCTET_STRING, OCTET_STRING):
        _, position = element_at(data, position, stop, tag)
    if position < stop:
        _, position = element_at(data, position, stop, _REFERRAL)
    _must_be(position, stop, "a result")
    if stop < end:
        position, behind = element_at(data, stop, end, CONTROLS)
        _must_be(behind, end, "a message")
        while position < end:
            start, position = element_at(data, position, end, SEQUENCE)
            _check_control(data, start, position)


def _check_control(data: bytes, position: int, end: int) -> None:
    start, position = element_at(data, position, end, OCTET_STRING)
    oid = data[start:position]
    if position < end and data[position] == BOOLEAN:
        _, position = element_at(data, position, end, BOOLEAN)
    if position < end:
        start, position = element_at(data, position, end, OCTET_STRING)
        if oid == PAGED_RESULTS.encode():
            _check_paged_results(data, start, position)
    _must_be(position, end, "a control")


def _check_paged_results(data: bytes, position: int, end: int) -> None:
    """Check `SEQUENCE { size INTEGER, cookie OCTET STRING }` (RFC 2696, 2)."""
    start, stop = element_at(data, position, end, SEQUENCE)
    _must_be(stop, end, "the paging control")
    _, position = integer_at(data, start, stop)
    _, position = element_at(data, position, stop, OCTET_STRING)
    _must_be(position, stop, "the paging control")


def _must_be(position: int, end: int, what: str) -> None:
    if position != end:
        raise Malformed(f"{what} with something behind its parts")
