"""The message that ends a search: it alone says that this was all, so none of its lengths may lie."""

from __future__ import annotations

import pytest
from ldap3.protocol.rfc2696 import RealSearchControlValue
from pyasn1.codec.ber import decoder
from unit.directories.wire.messages import DONE, element, message

from dirsync.directories.ldap.wire.ber import Malformed
from dirsync.directories.ldap.wire.frames import Frames
from dirsync.directories.ldap.wire.results import PAGED_RESULTS, check_done

RESULT = element(0x0A, b"\x00") + element(0x04, b"") + element(0x04, b"all fine")
REFERRAL = element(0xA3, element(0x04, b"ldap://other.example.org/"))


def paged(cookie: bytes, *, critical: bytes = b"") -> bytes:
    value = element(0x30, element(0x02, b"\x00") + element(0x04, cookie))
    return element(0x30, element(0x04, PAGED_RESULTS.encode()) + critical + element(0x04, value))


def done(*controls: bytes, result: bytes = RESULT) -> bytes:
    return message(7, DONE, result, element(0xA0, b"".join(controls)) if controls else b"")


def checked(raw: bytes) -> None:
    pieces = iter([raw])
    check_done(next(Frames(lambda _: next(pieces, b"")).messages()))


@pytest.mark.parametrize(
    "raw",
    [
        done(),
        done(paged(b"")),
        done(paged(b"COOKIE")),
        done(paged(b"COOKIE", critical=element(0x01, b"\xff"))),
        done(element(0x30, element(0x04, b"1.2.3"))),
        done(element(0x30, element(0x04, b"1.2.3") + element(0x04, b"of another kind")), paged(b"x" * 200)),
        done(paged(b"COOKIE"), result=RESULT + REFERRAL),
    ],
)
def test_what_servers_send_is_well_formed(raw: bytes) -> None:
    checked(raw)


@pytest.mark.parametrize(
    "raw",
    [
        done(result=RESULT + b"\x04\x00"),
        done(result=RESULT + REFERRAL + b"\x04\x00"),
        done(result=element(0x0A, b"\x00") + element(0x04, b"")),
        done(paged(b"")[:-1] + b"\x01"),
        done(element(0x30, element(0x04, PAGED_RESULTS.encode()) + element(0x04, b"\x30\x00"))),
        done(element(0x30, element(0x04, b"1.2.3") + element(0x04, b"") + element(0x04, b""))),
        done(element(0x31, element(0x04, b"1.2.3"))),
        message(7, DONE, RESULT, element(0xA0, paged(b"")) + b"\x04\x00"),
        message(7, DONE, RESULT, element(0xA1, paged(b""))),
    ],
)
def test_what_does_not_fill_its_lengths_is_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed):
        checked(raw)


def test_no_length_that_lies_makes_a_cookie_shorter() -> None:
    raw = done(paged(b"COOKIE"))
    value = raw[raw.index(b"COOKIE") - 7 :]
    assert bytes(decoder.decode(value, asn1Spec=RealSearchControlValue())[0]["cookie"]) == b"COOKIE"
    begins = raw.index(b"COOKIE")
    for position in range(begins):
        for byte in range(256):
            changed = raw[:position] + bytes([byte]) + raw[position + 1 :]
            try:
                checked(changed)
            except (Malformed, EOFError):
                continue
            assert changed[begins:] == b"COOKIE", "whatever is accepted still holds the cookie whole"
            assert changed[begins - 2 : begins] == element(0x04, b"COOKIE")[:2]
