"""The short way to a person: it is the one that is taken, and gives and refuses what the careful one does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dirsync.directories.interface import Attributes
from dirsync.directories.ldap import usual_user
from dirsync.directories.ldap.attribute_names import KEYS, NAMES_WITH_OPTIONS
from dirsync.directories.ldap.decoding import Decoder, EntryUnusable
from dirsync.directories.ldap.dialects.active_directory import ACTIVE_DIRECTORY
from dirsync.directories.ldap.dialects.generic import GENERIC
from dirsync.directories.ldap.dialects.interface import Dialect
from dirsync.directories.ldap.dialects.openldap import OPENLDAP
from dirsync.directories.ldap.entry import Entry, entry_of
from dirsync.model.entries import User

READ_AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
NAME = "uid=ana,ou=people,dc=example,dc=org"
ANA = {"entryUUID": [b"11111111-0000"], "uid": [b"ana"], "cn": [b"Ana Example"]}
MORE = {"givenName": [b"Ana"], "sn": [b"Ex\xc3\xa4mple"], "mail": [b"ana@example.org"], "displayName": [b"Ana E."]}


@contextmanager
def no_names_with_options() -> Iterator[None]:
    """Forget which attributes any entry has had with an option, as if this were the first read."""
    before = set(NAMES_WITH_OPTIONS)
    NAMES_WITH_OPTIONS.clear()
    KEYS.clear()
    try:
        yield
    finally:
        NAMES_WITH_OPTIONS.update(before)


def both(decoder: Decoder, entry: Entry, attributes: Attributes) -> tuple[object, object, bool]:
    """Return what is made of an entry, what the careful way makes of it, and whether that was the way taken."""
    asked: list[Entry] = []

    def careful(asked_for: Entry) -> User:
        asked.append(asked_for)
        return decoder._carefully(asked_for, attributes.id, meaning)

    meaning = decoder.user_meaning(attributes)
    read = usual_user.usual_user(meaning, "cn", lambda one: decoder._active(one, meaning.active), careful)
    return outcome(read, entry), outcome(careful, entry), len(asked) > 1


def outcome(read: usual_user.ReadUser, entry: Entry) -> object:
    try:
        return read(entry)
    except EntryUnusable as why:
        return str(why)


VALUES = st.lists(st.sampled_from([b"ana", b"", b" ", b" Ana ", b"\xc3\xa9", b"\xff", b"x" * 16]), max_size=2)
DESCRIPTIONS = ["entryUUID", "objectGUID", "uid", "userid", "cn", "sn", "givenName", "mail", "mail;x-old", "cn;lang-de"]
ENTRIES = st.builds(
    entry_of,
    st.sampled_from([NAME, "cn=Ana\\, Example,dc=x", "no name", ""]),
    st.lists(st.tuples(st.sampled_from([*DESCRIPTIONS, "displayName", "active", "pwdAccountLockedTime"]), VALUES)),
)
MEANINGS = st.sampled_from(
    [
        Attributes(),
        Attributes(id="objectGUID"),
        Attributes(username="cn", email="mail;x-old"),
        Attributes(active="active"),
        Attributes(first_name="cn;lang-de"),
        Attributes(display_name="userid"),
    ]
)


@given(ENTRIES, MEANINGS, st.sampled_from([OPENLDAP, GENERIC, ACTIVE_DIRECTORY]), st.booleans())
@example(entry_of(NAME, [*ANA.items(), ("mail;x-old", [b"a@example.org"])]), Attributes(), OPENLDAP, False)
@example(entry_of("no name", ANA.items()), Attributes(), OPENLDAP, False)
@example(entry_of(NAME, {**ANA, "entryUUID": [b" "]}.items()), Attributes(), GENERIC, True)
def test_both_ways_lead_to_the_same(entry: Entry, attributes: Attributes, dialect: Dialect, name_is_id: bool) -> None:  # noqa: FBT001 - drawn
    one, other, _ = both(Decoder(dialect, READ_AT, name_is_id=name_is_id), entry, attributes)
    assert one == other


@pytest.mark.parametrize("lacks", [(), ("mail", "displayName"), tuple(MORE)])
def test_whoever_has_each_value_once_or_not_at_all_is_read_the_short_way(lacks: tuple[str, ...]) -> None:
    entry = entry_of(NAME, [(name, values) for name, values in {**ANA, **MORE}.items() if name not in lacks])
    with no_names_with_options():
        one, other, was_careful = both(Decoder(OPENLDAP, READ_AT), entry, Attributes())
    assert isinstance(one, User)
    assert one == other
    assert not was_careful


def test_a_person_of_a_domain_is_read_the_short_way() -> None:
    values = {"objectGUID": [bytes(range(16))], "sAMAccountName": [b"ana"], "userAccountControl": [b"512"]}
    with no_names_with_options():
        one, other, was_careful = both(Decoder(ACTIVE_DIRECTORY, READ_AT), entry_of(NAME, values.items()), Attributes())
    assert isinstance(one, User)
    assert (one.id, one.active) == ("03020100-0504-0706-0809-0a0b0c0d0e0f", True)
    assert one == other
    assert not was_careful


@pytest.mark.parametrize(
    "more",
    [
        {"mail": [b"a@example.org", b"b@example.org"]},
        {"mail;x-old": [b"a@example.org"]},
        {"uid": [b"ana", b"zz"]},
        {"entryUUID": [b"1", b"2"]},
        {"entryUUID": [b""]},
        {"uid": [b" "]},
        {"sn": [b"\xff"]},
    ],
)
def test_whoever_is_otherwise_is_read_carefully(more: dict[str, list[bytes]]) -> None:
    with no_names_with_options():
        one, other, was_careful = both(
            Decoder(OPENLDAP, READ_AT), entry_of(NAME, {**ANA, **more}.items()), Attributes()
        )
    assert was_careful
    assert one == other


@pytest.mark.parametrize(
    "attributes", [Attributes(email="mail;x-old"), Attributes(id="uid;x-a"), Attributes(display_name="cn;x-b")]
)
def test_where_a_mapping_asks_for_options_everybody_is_read_carefully(attributes: Attributes) -> None:
    with no_names_with_options():
        one, other, was_careful = both(Decoder(OPENLDAP, READ_AT), entry_of(NAME, {**ANA, **MORE}.items()), attributes)
    assert was_careful
    assert one == other


def test_spaces_around_an_id_are_none_of_it_and_those_around_a_login_stay() -> None:
    values = {**ANA, "entryUUID": [b" 1 "], "uid": [b" ana "]}
    with no_names_with_options():
        one, other, was_careful = both(Decoder(OPENLDAP, READ_AT), entry_of(NAME, values.items()), Attributes())
    assert isinstance(one, User)
    assert (one.id, one.username, was_careful) == ("1", " ana ", False)
    assert one == other


def test_a_decoder_reads_each_selection_by_its_own_attributes(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    original = Decoder.user_reader

    def counted(self: Decoder, attributes: Attributes) -> usual_user.ReadUser:
        made.append(attributes)
        return original(self, attributes)

    monkeypatch.setattr(Decoder, "user_reader", counted)
    monkeypatch.setattr("dirsync.directories.ldap.decoding._MOST_READERS", 2)
    decoder = Decoder(OPENLDAP, READ_AT)
    entry = entry_of(NAME, ANA.items())
    asked = [Attributes(), Attributes(username="cn"), Attributes(username="entryUUID")]
    names = ["ana", "Ana Example", "11111111-0000"]
    for _ in range(3):
        assert [decoder.user(entry, each).username for each in asked[:2]] == names[:2]
    assert made == asked[:2]
    for _ in range(3):
        assert [decoder.user(entry, each).username for each in asked] == names
    assert len(decoder._readers) <= 2
