"""Search requests as bytes: ldap3 writes what is asked once, and each page only adds its number and its cookie.

    LDAPMessage ::= SEQUENCE { messageID INTEGER, protocolOp CHOICE { ... }, controls [0] Controls OPTIONAL }
    Control ::= SEQUENCE { controlType, criticality BOOLEAN DEFAULT FALSE, controlValue OCTET STRING OPTIONAL }

The server has nothing to do until the next page is asked for, and ldap3 would write a request for a tenth as long as
the server then works on it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ldap3 import DEREF_NEVER, SUBTREE
from ldap3.operation.search import search_operation
from ldap3.utils.asn1 import encode  # type: ignore[attr-defined] # the stubs leave it out

from dirsync.directories.ldap.wire.ber import BOOLEAN, OCTET_STRING, SEQUENCE, encoded, encoded_number
from dirsync.directories.ldap.wire.results import CONTROLS, PAGED_RESULTS

if TYPE_CHECKING:
    from dirsync.directories.ldap.searches import Search

Control = tuple[str, bool, bytes]
"""OID, criticality, value."""
_TRUE = b"\xff"
"""RFC 4511, 5.1."""


def search_request(number: int, search: Search, control: Control) -> bytes:
    """Return the message that asks for a whole subtree. Raises LDAPException for a filter that can't be written."""
    operation = _operation(search.base, search.filter, search.attributes)
    return encoded(SEQUENCE, encoded_number(number) + operation + encoded(CONTROLS, _control(*control)))


def paged_results(page_size: int, cookie: bytes | None) -> Control:
    """Return the control that asks for a page (RFC 2696).

    Critical: a server that can't page must say so instead of sending what fits.
    """
    asked = encoded_number(page_size) + encoded(OCTET_STRING, cookie or b"")
    return PAGED_RESULTS, True, encoded(SEQUENCE, asked)


def _control(oid: str, is_critical: bool, value: bytes) -> bytes:  # noqa: FBT001 - a Control's parts in their order
    criticality = encoded(BOOLEAN, _TRUE) if is_critical else b""
    return encoded(SEQUENCE, encoded(OCTET_STRING, oid.encode()) + criticality + encoded(OCTET_STRING, value))


@lru_cache(maxsize=32)  # as many searches as a read has, and some it came back to
def _operation(base: str, search_filter: str, attributes: tuple[str, ...]) -> bytes:
    request = search_operation(
        base, search_filter, SUBTREE, DEREF_NEVER, list(attributes),
        size_limit=0, time_limit=0, types_only=False, auto_escape=True, auto_encode=True,
    )  # fmt: skip
    return bytes(encode(request))
