"""Requests are what ldap3 would send, to the byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ldap3 import DEREF_NEVER, SUBTREE
from ldap3.core.exceptions import LDAPInvalidFilterError
from ldap3.operation.search import search_operation
from ldap3.protocol.convert import build_controls_list
from ldap3.protocol.rfc2696 import paged_search_control
from ldap3.protocol.rfc4511 import LDAPMessage, MessageID, ProtocolOp
from ldap3.utils.asn1 import encode

from dirsync.directories.ldap.searches import Kind, Search
from dirsync.directories.ldap.wire.requests import paged_results, search_request

FILTERS = ["(objectClass=person)", "(&(uid=a*)(!(cn:dn:2.5.13.2:=x)))", r"(cn=\28a\29 ü)", "(mail=*)"]


def search(base: str, search_filter: str, attributes: tuple[str, ...]) -> Search:
    return Search(Kind.USERS, base, search_filter, attributes, ())


def theirs(number: int, asked: Search, control: object) -> bytes:
    request = search_operation(
        asked.base, asked.filter, SUBTREE, DEREF_NEVER, list(asked.attributes), 0, 0, False, True, True
    )
    message = LDAPMessage()
    message["messageID"] = MessageID(number)
    message["protocolOp"] = ProtocolOp().setComponentByName("searchRequest", request)
    message["controls"] = build_controls_list([control])
    return bytes(encode(message))


@given(
    st.integers(1, 2**31 - 1),
    st.sampled_from(["dc=example,dc=org", "", r"ou=Büro\, Nord,dc=example,dc=org"]),
    st.sampled_from(FILTERS),
    st.lists(st.sampled_from(["uid", "cn;lang-de", "1.1", "*", "entryUUID"]), max_size=4).map(tuple),
    st.integers(1, 2**31 - 1),
    st.none() | st.binary(max_size=300),
)
def test_a_page_is_asked_for_as_ldap3_asks_for_it(number, base, search_filter, attributes, page_size, cookie) -> None:
    asked = search(base, search_filter, attributes)
    ours = search_request(number, asked, paged_results(page_size, cookie))
    assert ours == theirs(number, asked, paged_search_control(True, page_size, cookie))


@pytest.mark.parametrize("is_critical", [True, False])
def test_any_control_is_written_as_ldap3_writes_it(*, is_critical: bool) -> None:
    asked, control = search("dc=example,dc=org", FILTERS[0], ("uid",)), ("1.2.3.4", is_critical, b"\x30\x00")
    assert search_request(7, asked, control) == theirs(7, asked, control)


def test_a_filter_that_cannot_be_written_is_told() -> None:
    with pytest.raises(LDAPInvalidFilterError):
        search_request(1, search("dc=example,dc=org", "((", ()), paged_results(1000, None))
