"""Two controls that make a write safer, where a server offers them."""

from __future__ import annotations

from dirsync.directories.ldap.wire.ber import OCTET_STRING, SEQUENCE, encoded

ASSERTION, POST_READ = "1.3.6.1.1.12", "1.3.6.1.1.13.2"
ASSERTION_FAILED = 122
"""RFC 4528, 4."""
_EQUALITY_MATCH = 0xA3
"""Of a filter (RFC 4511, 4.5.1.7)."""

Control = tuple[str, bool, bytes]
"""OID, criticality, value: as ldap3 takes it."""


def asserting(attribute: str, value: bytes) -> Control:
    """Return the control under which a request is carried out only while the entry has this value (RFC 4528)."""
    compared = encoded(OCTET_STRING, attribute.encode()) + encoded(OCTET_STRING, value)
    return ASSERTION, True, encoded(_EQUALITY_MATCH, compared)


def showing(*attributes: str) -> Control:
    """Return the control that has the server show these of the entry it made (RFC 4527)."""
    named = b"".join(encoded(OCTET_STRING, attribute.encode()) for attribute in attributes)
    return POST_READ, False, encoded(SEQUENCE, named)
