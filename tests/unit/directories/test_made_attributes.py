"""People whose attributes are made of several, or whose activity is told by the values of one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from unit.mapping.folders import changed

from dirsync.directories.interface import ActiveValues, Attributes, Selection
from dirsync.directories.ldap.decoding import Decoder, EntryUnusable, attributes_to_ask_for
from dirsync.directories.ldap.dialects.active_directory import ACTIVE_DIRECTORY
from dirsync.directories.ldap.dialects.generic import GENERIC
from dirsync.directories.ldap.entry import Entry, entry_of
from dirsync.directories.ldap.searches import searches_for
from dirsync.directories.ldap.sighting import sighting_of, wanted_filter
from dirsync.directories.selections import selection
from dirsync.mapping.policy import parse_mapping
from dirsync.model.entries import User

DECODER = Decoder(GENERIC, datetime(2026, 11, 22, tzinfo=UTC))
STAFF = ActiveValues((("left", False), ("staff", True)))


def ana(**more: list[bytes]) -> Entry:
    given = {"entryUUID": [b"1-1"], "uid": [b"ana"], "cn": [b"Ana of Old"], "givenName": [b"Ana"], "sn": [b"Example"]}
    return entry_of("uid=ana,dc=example,dc=org", {**given, **more}.items())


def read(entry: Entry, **attributes: Any) -> User:
    return DECODER.user(entry, Attributes(**attributes))


def test_a_name_is_made_of_several_attributes() -> None:
    user = read(ana(mail=[b"ANA@Example.org"]), display_name="{sn}, {givenName}", email="{mail|lower}")
    assert (user.display_name, user.email, user.username) == ("Example, Ana", "ana@example.org", "ana")
    assert (user.first_name, user.last_name, user.id) == ("Ana", "Example", "1-1")


def test_where_nothing_is_made_the_usual_fallback_stays() -> None:
    assert read(ana(), display_name="{title} {mail}").display_name == "Ana of Old"
    assert read(ana(), email="{mail|lower}").email == ""


def test_a_username_may_be_made_too_and_must_come_to_something() -> None:
    assert read(ana(mail=[b"Ana@example.org"]), username="{mail|lower}").username == "ana@example.org"
    assert read(ana(), username="{sn|lower}-{givenName|lower}", display_name="{sn}").display_name == "Example"
    with pytest.raises(EntryUnusable, match="it has no {mail|lower}, which is its username".replace("|", r"\|")):
        read(ana(), username="{mail|lower}")


def test_the_careful_way_makes_them_as_well() -> None:
    several = ana(uid=[b"ana", b"ana.old"], mail=[b"A@example.org", b"b@example.org"])
    user = read(several, display_name="{sn}, {givenName}", email="{mail|lower}")
    assert (user.username, user.display_name, user.email) == ("ana", "Example, Ana", "a@example.org")


def test_what_is_not_utf_8_is_told_with_the_attribute() -> None:
    with pytest.raises(EntryUnusable, match="its sn is not UTF-8"):
        read(ana(sn=[b"\xff"]), first_name="x", last_name="{sn}")


@pytest.mark.parametrize(
    ("value", "default", "active"),
    [
        ([b"staff"], None, True), ([b" Staff "], None, True), ([b"LEFT"], None, False), ([], None, True),
        ([b"left", b"staff"], None, False), ([b"guest"], True, True), ([b"guest"], False, False), ([], False, False),
        ([b"staff"], False, True),
    ],
)  # fmt: skip
def test_activity_is_told_by_values(value: list[bytes], *, default: bool | None, active: bool) -> None:
    known = ActiveValues(STAFF.values, default)
    entry = ana(employeeType=value) if value else ana()
    assert read(entry, active="employeeType", active_values=known).active is active
    assert read(entry, active="employeeType", active_values=known, username="{uid}").active is active


def test_a_value_that_nobody_foresaw_leaves_the_entry_out() -> None:
    with pytest.raises(
        EntryUnusable, match=r"its employeeType is 'guest', which the mapping's attributes.active lacks"
    ):
        read(ana(employeeType=[b"guest"]), active="employeeType", active_values=STAFF)


def test_they_are_asked_for() -> None:
    meaning = Attributes(
        display_name="{sn}, {givenName|lower}", email="{sn|lower}", active="shadowExpire", active_values=STAFF
    )
    assert attributes_to_ask_for([meaning]) == ("givenName", "shadowExpire", "sn")
    for dialect in (GENERIC, ACTIVE_DIRECTORY):
        [search] = searches_for(
            [Selection("m", ("dc=example,dc=org",), attributes=meaning, wants_groups=False)],
            Decoder(dialect, DECODER.read_at),
        )
        asked = {name.lower() for name in search.attributes}
        assert {"givenname", "sn", "shadowexpire"} <= asked
        assert not any("{" in name for name in asked)


def test_a_mapping_becomes_a_selection() -> None:
    text = changed(
        "users:",
        """users:
    attributes: {display_name: "{sn}", active: {attribute: employeeType,
                 values: {" Staff": true, x: false}, default: false}}""",
    )
    found = selection(parse_mapping(text, "mappings/x.yaml")).attributes
    assert (found.display_name, found.active) == ("{sn}", "employeeType")
    assert found.active_values == ActiveValues((("staff", True), ("x", False)), default=False)
    assert selection(parse_mapping(changed("users:", "users:"), "x")).attributes == Attributes()


def test_who_is_looked_up_is_found_and_told_by_what_is_made() -> None:
    asked = [Selection("m", attributes=Attributes(username="{mail|lower}", active="employeeType", active_values=STAFF))]
    assert "(mail=x)" in wanted_filter(["x"], DECODER, asked)
    entry = ana(mail=[b"ANA@example.org"], employeeType=[b"left"])
    told = sighting_of(entry, DECODER, asked, lambda *_: (True, ""))
    assert (told.username, told.active, told.disabled_because) == ("ana@example.org", False, "employeeType is left")


@pytest.mark.parametrize("dialect", [GENERIC, ACTIVE_DIRECTORY])
def test_an_organisation_is_asked_for_and_read_only_where_a_mapping_wants_one(dialect: Any) -> None:
    decoder = Decoder(dialect, datetime(2026, 11, 22, tzinfo=UTC))
    named = {"id": "entryUUID", "username": "uid", "active": "enabled"}
    entry = ana(o=[b" Acme ", b"Globex"], enabled=[b"TRUE"])
    for attribute, told in (("o", " Acme "), ("{o|upper}", "ACME"), ("{uid} of {o}", "ana of  Acme"), ("company", "")):
        attributes = Attributes(**named, organization=attribute)
        assert decoder.user(entry, attributes).organization == told
        assert ("o" in attributes_to_ask_for([attributes])) is (attribute != "company")
    assert decoder.user(entry, Attributes(**named)).organization == ""
    assert "o" not in attributes_to_ask_for([Attributes(**named)])
    with pytest.raises(EntryUnusable, match="is not UTF-8"):
        decoder.user(ana(o=[b"\xff"], enabled=[b"TRUE"]), Attributes(**named, organization="o"))
