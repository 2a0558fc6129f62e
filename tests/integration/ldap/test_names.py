from __future__ import annotations

import base64

import pytest
from servers.slapd import SUFFIX, Slapd, StartSlapd

from dirsync.directories.interface import Attributes, Selection
from dirsync.directories.ldap.dn import escape_value
from dirsync.model.snapshot import Snapshot

pytestmark = pytest.mark.server

ODD_NAMES = [
    'a,b+c"d<e>f;g',
    "back\\slash/slash #=",
    "#starts with a hash",
    'it\'s "quoted"',
    "😀 emoji",
    "right\u200fto\u200eleft\u202emarks",
    "<script>alert(1)</script>",
    "=SUM(A1:A9)",
    "Straße",
    "Strasse",
    "日本語",
    "ΟΔΟΣ",
]


def encoded(attribute: str, value: str) -> str:
    return f"{attribute}:: {base64.b64encode(value.encode()).decode()}\n"


def person(rdn: str, **attributes: str) -> str:
    lines = "".join(encoded(name.replace("_", "-"), value) for name, value in attributes.items())
    return encoded("dn", f"{rdn},ou=people,{SUFFIX}") + "objectClass: inetOrgPerson\n" + lines + "\n"


def hexadecimal(value: str) -> str:
    return "".join(f"\\{byte:02X}" for byte in value.encode())


@pytest.fixture(scope="module")
def odd(start_slapd: StartSlapd) -> Slapd:
    ous = "".join(f"dn: ou={ou},{SUFFIX}\nobjectClass: organizationalUnit\nou: {ou}\n\n" for ou in ("people", "groups"))
    people = "".join(person(f"cn={escape_value(name)}", cn=name, sn="x", uid=name) for name in ODD_NAMES)
    # each member escaped otherwise than in its entry
    members = "".join(encoded("member", f"CN={hexadecimal(name)} , OU=People,{SUFFIX.upper()}") for name in ODD_NAMES)
    groups = (
        f"dn: cn=odd,ou=groups,{SUFFIX}\nobjectClass: groupOfNames\ncn: odd\n{members}\n"
        f"dn: cn=one,ou=groups,{SUFFIX}\nobjectClass: groupOfNames\ncn: one\nmember: cn=two,ou=groups,{SUFFIX}\n\n"
        f"dn: cn=two,ou=groups,{SUFFIX}\nobjectClass: groupOfNames\ncn: two\nmember: cn=one,ou=groups,{SUFFIX}\n\n"
        f"dn: cn=unique,ou=groups,{SUFFIX}\nobjectClass: groupOfUniqueNames\ncn: unique\n"
        f"uniqueMember: cn=Strasse,ou=people,{SUFFIX}#'0101'B\n\n"
        f"dn: cn=unix,ou=groups,{SUFFIX}\nobjectClass: posixGroup\ncn: unix\ngidNumber: 7\nmemberUid: strasse\n\n"
    )
    special = (
        person("cn=nobody", cn="nobody", sn="x")
        + person("cn=lang", **{"cn;lang-de": "Sprache", "cn": "lang", "sn": "x", "uid": "lang"})
        + person("uid=zz+cn=multi", cn="multi", sn="x", uid="zz").replace("\n\n", "\nuid: aa\n\n")
    )
    return start_slapd(ldif=ous + people + special + groups)


@pytest.fixture(scope="module")
def snapshot(odd: Slapd, read) -> Snapshot:
    return read(odd)


def test_every_odd_name_comes_through_unharmed(snapshot: Snapshot) -> None:
    assert {user.username for user in snapshot.users()} >= set(ODD_NAMES)
    assert snapshot.completeness.is_complete


def test_members_are_found_however_the_group_escapes_their_names(snapshot: Snapshot) -> None:
    group = snapshot.group_named("odd")
    assert group
    assert {user.username for user in snapshot.members(group.id)} == set(ODD_NAMES)


def test_names_that_openldap_keeps_apart_are_two_people(odd: Slapd, snapshot: Snapshot) -> None:
    assert odd.count(odd.base, "(cn=Stra*e)") == 2
    unique = snapshot.group_named("unique")
    assert unique
    assert [user.username for user in snapshot.members(unique.id)] == ["Strasse"]


def test_a_group_that_names_logins_holds_the_people_with_these_logins(snapshot: Snapshot) -> None:
    unix = snapshot.group_named("unix")
    assert unix
    assert "Strasse" in {user.username for user in snapshot.members(unix.id)}


def test_groups_that_hold_each_other_are_read_as_they_are(snapshot: Snapshot) -> None:
    children = {group.name: [child.name for child in snapshot.child_groups(group.id)] for group in snapshot.groups()}
    assert (children["one"], children["two"]) == (["two"], ["one"])


def test_a_person_without_a_name_is_left_out_by_its_dn_and_stops_nobody(snapshot: Snapshot) -> None:
    (left_out,) = snapshot.quarantined
    assert left_out.entry == f"cn=nobody,ou=people,{SUFFIX}"
    assert "uid" in left_out.reason


def test_an_option_belongs_to_its_attribute(odd: Slapd, snapshot: Snapshot, read) -> None:
    user = snapshot.user_named("lang")
    assert user
    assert user.display_name == "lang"
    german = read(odd, Selection("m", (odd.base,), "(cn=lang)", Attributes(display_name="cn;lang-de")))
    assert [user.display_name for user in german.users()] == ["Sprache"]


def test_of_two_usernames_the_one_in_the_entrys_name_is_taken(snapshot: Snapshot) -> None:
    assert snapshot.user_named("zz")
    assert not snapshot.user_named("aa")


def test_attributes_may_be_named_by_alias_or_oid(odd: Slapd, read) -> None:
    aliases = Attributes(username="userid", display_name="commonName", last_name="2.5.4.4")
    (user,) = read(odd, Selection("m", (odd.base,), "(2.5.4.3=lang)", aliases)).users()
    assert (user.username, user.display_name, user.last_name) == ("lang", "lang", "x")


def test_a_filter_with_escapes_reaches_the_server_as_it_was_meant(odd: Slapd, read) -> None:
    for name in ODD_NAMES:
        text = "".join(f"\\{byte:02x}" for byte in name.encode())
        found = [user.username for user in read(odd, Selection("m", (odd.base,), f"(uid={text})")).users()]
        assert found == [name]
    assert [u.username for u in read(odd, Selection("m", (odd.base,), "(uid=日本*)")).users()] == ["日本語"]
