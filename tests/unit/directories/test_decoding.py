from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dirsync.directories.interface import Attributes, GroupAttributes
from dirsync.directories.ldap.activity import read_active
from dirsync.directories.ldap.decoding import Decoder, EntryUnusable, member_name
from dirsync.directories.ldap.dialects import dialect_of
from dirsync.directories.ldap.dialects.generic import GENERIC
from dirsync.directories.ldap.dialects.interface import RootDse
from dirsync.directories.ldap.dialects.openldap import OPENLDAP
from dirsync.directories.ldap.entry import Entry, entry_of

READ_AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
DECODER = Decoder(OPENLDAP, READ_AT)
BASICS = {"entryUUID": [b"11111111-0000"], "uid": [b"ana"], "cn": [b"Ana Example"], "sn": [b"Example"]}


def person(dn: str = "uid=ana,ou=people,dc=example,dc=org", **more: list[bytes]) -> Entry:
    return entry_of(dn, {**BASICS, **more}.items())


def test_a_person_is_decoded_by_the_dialects_own_attributes_where_the_mapping_names_none() -> None:
    user = DECODER.user(person(mail=[b"ana@example.org"], givenName=[b"Ana"]), Attributes())
    assert (user.id, user.username, user.email) == ("11111111-0000", "ana", "ana@example.org")
    assert (user.first_name, user.last_name, user.display_name) == ("Ana", "Example", "Ana Example")
    assert user.ref == "uid=ana,ou=people,dc=example,dc=org"
    assert user.active


@pytest.mark.parametrize("spelling", ["uid", "UID", "userid", "0.9.2342.19200300.100.1.1"])
def test_an_attribute_is_found_by_any_of_its_names(spelling: str) -> None:
    assert DECODER.user(person(), Attributes(username=spelling)).username == "ana"


def test_a_value_with_options_is_second_to_the_one_without() -> None:
    entry = entry_of("cn=x,dc=y", [*BASICS.items(), ("givenName;lang-de", [b"Anna"]), ("GN", [b"Ana"])])
    assert DECODER.user(entry, Attributes()).first_name == "Ana"
    assert DECODER.user(entry, Attributes(first_name="givenName;lang-de")).first_name == "Anna"


def test_where_every_value_has_options_the_choice_does_not_depend_on_their_order() -> None:
    values = [("givenName;lang-fr", [b"Anne"]), ("givenName;lang-de", [b"Anna"])]
    one = entry_of("cn=x,dc=y", [*BASICS.items(), *values])
    other = entry_of("cn=x,dc=y", [*BASICS.items(), *reversed(values)])
    assert DECODER.user(one, Attributes()).first_name == DECODER.user(other, Attributes()).first_name == "Anna"


def test_of_several_usernames_the_one_in_the_entrys_name_is_taken() -> None:
    uids = [b"ana", b"ana.example", b"zz"]
    entry = person("uid=Ana.Example,ou=people,dc=example,dc=org", uid=uids)
    assert DECODER.user(entry, Attributes()).username == "ana.example"
    assert DECODER.user(person("cn=x,dc=y", uid=uids), Attributes()).username == "ana"


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        (person(entryUUID=[]), "no entryUUID"),
        (person(entryUUID=[b"  "]), "no entryUUID"),
        (person(entryUUID=[b"1", b"2"]), "2 values of entryUUID"),
        (person(entryUUID=[b"\xff"]), "cannot be read as an id"),
        (person(uid=[]), "no uid"),
        (person(uid=[b""]), "no uid"),
        (person(uid=[b"\xff\xfe"]), "uid is not UTF-8"),
        (person(mail=[b"\xe4@example.org"]), "mail is not UTF-8"),
        (person("not a name"), "not a distinguished name"),
    ],
)
def test_what_would_be_a_guess_is_refused_with_the_reason(entry: Entry, complaint: str) -> None:
    with pytest.raises(EntryUnusable, match=complaint):
        DECODER.user(entry, Attributes())


def test_only_a_file_may_know_an_entry_by_its_name_and_only_unasked() -> None:
    of_a_file = replace(DECODER, name_is_id=True)
    assert of_a_file.user(person(entryUUID=[]), Attributes()).id == "uid=ana,ou=people,dc=example,dc=org"
    assert of_a_file.user(person(), Attributes()).id == "11111111-0000"
    with pytest.raises(EntryUnusable):
        of_a_file.user(person(entryUUID=[]), Attributes(id="entryUUID"))


@pytest.mark.parametrize(
    ("value", "active"), [(b"000001010000Z", False), (b"20261122080000Z", True), (b"20261122080000.1Z", True)]
)
def test_in_openldap_only_the_mark_of_a_lasting_lock_means_disabled(value: bytes, *, active: bool) -> None:
    assert DECODER.user(person(pwdAccountLockedTime=[value]), Attributes()).active is active


def test_shadow_expire_counts_only_when_the_mapping_names_it() -> None:
    entry = person(shadowExpire=[b"1"])
    assert DECODER.user(entry, Attributes()).active
    assert not DECODER.user(entry, Attributes(active="shadowExpire")).active


@pytest.mark.parametrize(
    ("attribute", "value", "active"),
    [
        ("x", "TRUE", True),
        ("x", "yes", True),
        ("x", "1", True),
        ("x", "False", False),
        ("x", "no", False),
        ("x", "0", False),
        ("x", "", True),
        ("nsAccountLock", "true", False),
        ("nsAccountLock", "FALSE", True),
        ("pwdAccountLockedTime", "000001010000Z", False),
        ("shadowExpire", "-1", True),
        ("shadowExpire", "20779", False),
        ("shadowExpire", "20780", True),
    ],
)
def test_the_active_attribute_is_read_in_its_own_words(attribute: str, value: str, *, active: bool) -> None:
    assert (READ_AT - datetime(1970, 1, 1, tzinfo=UTC)).days == 20779
    assert read_active(attribute, value, READ_AT) is active


@pytest.mark.parametrize(("attribute", "value"), [("x", "perhaps"), ("shadowExpire", "soon"), ("nsAccountLock", "-")])
def test_an_unknown_word_for_active_is_no_guess(attribute: str, value: str) -> None:
    with pytest.raises(ValueError, match=attribute):
        read_active(attribute, value, READ_AT)


def test_a_generic_server_and_a_file_honour_the_lock_of_389_ds() -> None:
    assert not Decoder(GENERIC, READ_AT).user(person(nsAccountLock=[b"TRUE"]), Attributes()).active


def test_a_server_is_recognised_by_its_root_entry() -> None:
    assert dialect_of(RootDse(object_classes=frozenset({"top", "openldaprootdse"}))) is OPENLDAP
    assert dialect_of(RootDse()) is GENERIC


def test_a_group_has_the_address_of_its_mail_or_of_the_attribute_that_the_mapping_names() -> None:
    values = [
        ("entryUUID", [b"1"]),
        ("cn", [b"team"]),
        ("mail", [b"team@example.org"]),
        ("alias", [b"all@example.org"]),
    ]
    entry = entry_of("cn=team,dc=y", values)
    assert DECODER.group(entry, GroupAttributes()).email == "team@example.org"
    assert DECODER.group(entry, GroupAttributes(email="alias")).email == "all@example.org"
    assert DECODER.group(entry_of("cn=team,dc=y", values[:2]), GroupAttributes()).email == ""


def test_a_group_needs_a_name() -> None:
    entry = entry_of("ou=x,dc=y", [("entryUUID", [b"1"])])
    with pytest.raises(EntryUnusable, match="no cn, which is its name"):
        DECODER.group(entry, GroupAttributes())


@pytest.mark.parametrize(
    ("value", "name"),
    [(b"cn=a,dc=b#'0101'B", "cn=a,dc=b"), (b"cn=a,dc=b", "cn=a,dc=b"), (b"cn=a#b,dc=c", "cn=a#b,dc=c")],
)
def test_a_unique_member_loses_its_bit_string(value: bytes, name: str) -> None:
    assert member_name(value) == name


@pytest.mark.parametrize(
    ("description", "is_unfinished"),
    [("member;range=0-1499", True), ("member;range=1500-*", True), ("member;range=0-*", False), ("member", False)],
)
def test_a_range_that_is_not_the_whole_is_noticed(description: str, *, is_unfinished: bool) -> None:
    entry = entry_of("cn=g,dc=x", [(description, [b"cn=a"])])
    assert bool(entry.unfinished_ranges()) is is_unfinished


@given(
    st.dictionaries(
        st.sampled_from(["entryUUID", "uid", "CN", "mail", "sn;x-y", "pwdAccountLockedTime"]),
        st.lists(st.binary(max_size=12), max_size=3),
    ),
    st.text(max_size=20),
)
def test_whatever_comes_is_a_usable_person_or_is_refused(attributes: dict[str, list[bytes]], dn: str) -> None:
    try:
        user = DECODER.user(entry_of(dn, attributes.items()), Attributes())
    except EntryUnusable:
        return
    assert user.id.strip()
    assert user.username.strip()
