"""What dirsync's decoder makes of an answer is what ldap3's makes of it, and what ldapsearch prints, to the byte."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable

import pytest
from servers.ds389 import Ds389
from servers.ldap_server import LdapServer
from servers.slapd import SUFFIX, Slapd

from dirsync.directories.ldap import LdapConnection
from dirsync.directories.ldap.asking import Questions
from dirsync.directories.ldap.connection import connected
from dirsync.directories.ldap.dialects.generic import GENERIC
from dirsync.directories.ldap.entry import Entry
from dirsync.directories.ldap.page_loop import SearchEnd, Undecodable, pages_of
from dirsync.directories.ldap.searches import Kind, Search
from dirsync.directories.ldif_records import records

pytestmark = pytest.mark.server
SERVERS: dict[str, Callable[[pytest.FixtureRequest], Slapd | Ds389]] = {
    "OpenLDAP": lambda request: request.getfixturevalue("start_slapd")(ldif=odd_entries(SUFFIX)),
    "389": lambda request: request.getfixturevalue("start_389")(odd_entries),
}
"""How each server is started with `odd_entries` in it."""
ALL = "(objectClass=*)"
MEMBERS = 50_000
NAMES = [
    "Zoë Ångström",
    "日本語",
    "😀 emoji",
    "e\u0301 in two parts",
    "right\u200fto\u200eleft",
    'a, "b" + c; <d> \\ #e=',
]


def line(attribute: str, value: str | bytes) -> str:
    raw = value if isinstance(value, bytes) else value.encode()
    return f"{attribute}:: {base64.b64encode(raw).decode()}\n"


def person(base: str, number: int, **more: list[str | bytes]) -> str:
    lines = "".join(
        line(name.replace("_", ";", 1).replace("_", "-"), one) for name, many in more.items() for one in many
    )
    return (
        f"dn: uid=odd{number},ou=odd,{base}\nobjectClass: inetOrgPerson\nuid: odd{number}\n"
        f"cn: Odd {number}\nsn: Odd\n{lines}\n"
    )


def odd_entries(base: str) -> str:
    """Return people with names, values and lengths that a decoder could stumble over, and a group of 50,000 members."""
    # the lengths at which their own notation grows by a byte
    sizes = [1, 100, 127, 128, 255, 256, 65_535, 65_536]
    photo = bytes(range(256)) * 3
    people = [
        *(person(base, n, description=[name], givenName=[name]) for n, name in enumerate(NAMES)),
        *(person(base, 20 + n, description=["x" * size], jpegPhoto=[b"\x00" * size]) for n, size in enumerate(sizes)),
        person(base, 40, mail=[f"m{n}@example.org" for n in range(300)], telephoneNumber=["+1 555 0100", "+1 555 0"]),
        person(base, 41, jpegPhoto=[photo, photo[::-1], b"\xff\xfe", b"\x30\x84\x7f\xff\xff\xff"]),
        person(base, 42, givenName_lang_de=["Anna"], givenName=["Ana", "Anne"], givenName_lang_fr=["Annie", "Ann"]),
    ]
    members = "".join(f"member: uid=m{n:06d},ou=people,{base}\n" for n in range(MEMBERS))
    return (
        f"dn: ou=odd,{base}\nobjectClass: organizationalUnit\nou: odd\n\n{''.join(people)}"
        f"dn: cn=huge,ou=odd,{base}\nobjectClass: groupOfNames\ncn: huge\n{members}\n"
    )


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Slapd | Ds389:
    return SERVERS[request.param](request)


def entries(
    server: LdapServer, attributes: tuple[str, ...], *, stock: bool, page_size: int
) -> dict[str, Entry | Undecodable]:
    settings = LdapConnection(
        "corp", server.url, server.admin_dn, server.admin_password, page_size=page_size, uses_stock_decoder=stock
    )
    search = Search(Kind.USERS, f"ou=odd,{server.base}", ALL, attributes, ())
    end = SearchEnd()
    with connected(settings) as connection:
        ask = Questions(connection, connection.settings).pages(search)
        found = [entry for page in pages_of(ask, end, GENERIC, server.admin_dn) for entry in page]
    assert end.failure is None
    by_name = {entry.dn: entry for entry in found}
    assert len(by_name) == len(found)
    return by_name


@pytest.mark.parametrize("page_size", [1, 7, 1000])
@pytest.mark.parametrize("attributes", [("*", "+"), ("ou", "uid", "member", "jpegPhoto")])
def test_an_answer_is_the_same_to_dirsync_to_ldap3_and_to_ldapsearch(
    server: Slapd | Ds389, attributes: tuple[str, ...], page_size: int
) -> None:
    fast = entries(server, attributes, stock=False, page_size=page_size)
    assert fast == entries(server, attributes, stock=True, page_size=page_size)
    printed = server.search(f"ou=odd,{server.base}", ALL, *attributes).encode()
    assert fast == {entry.dn: entry for _, entry in records(io.BytesIO(printed), "ldapsearch")}
    assert len(fast) == 19
    huge = fast[f"cn=huge,ou=odd,{server.base}"]
    assert isinstance(huge, Entry)
    assert len(huge.values("member")) == MEMBERS


def test_entries_without_attributes_are_the_same_to_both_decoders(server: Slapd | Ds389) -> None:
    fast = entries(server, ("1.1",), stock=False, page_size=7)
    assert fast == entries(server, ("1.1",), stock=True, page_size=7)
    assert len(fast) == 19
