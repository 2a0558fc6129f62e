"""Looking for one person in a file, whatever the Mappings take of it; and the filter that asks a server the same."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dirsync.directories.interface import Attributes, Selection
from dirsync.directories.ldap.decoding import Decoder
from dirsync.directories.ldap.dialects.generic import GENERIC
from dirsync.directories.ldap.filter import escape_assertion, parse_filter
from dirsync.directories.ldap.sighting import distinguished_names, wanted_filter
from dirsync.directories.look_up import look_for
from dirsync.directories.sightings import MOST_SIGHTINGS, Sightings
from dirsync.settings.models import JiraDirectorySettings, LdifSettings

BASE = "dc=example,dc=org"
FILE = f"""dn: uid=ana,ou=people,{BASE}
objectClass: inetOrgPerson
uid: ana
cn: Ana
sn: A
mail: first@example.org
mail: ana@example.org
entryUUID: 0000-a
pwdAccountLockedTime: 20260101000000Z

dn: uid=bert,ou=elsewhere,{BASE}
objectClass: inetOrgPerson
uid: bert
cn: Bert
sn: B
employeeType: robot
employeeNumber: no
pwdAccountLockedTime: 000001010000Z

dn: cn=nameless,ou=people,{BASE}
objectClass: inetOrgPerson
cn: nameless
sn: N
mail: nameless@example.org
"""
PEOPLE = Selection("people", (f"ou=people,{BASE}",))
HUMANS = Selection("humans", (), "(!(employeeType=robot))")


@pytest.fixture
def look(tmp_path: Path):
    path = tmp_path / "corp.ldif"
    path.write_text(FILE, encoding="utf-8")

    def looking(*names: str, selections: tuple[Selection, ...] = (PEOPLE, HUMANS)) -> Sightings:
        return look_for(names, "corp", LdifSettings(kind="ldif", path=path), selections)

    return looking


@pytest.mark.parametrize(
    "name", ["ANA", "ana@example.org", "0000-A", f"UID=ana, ou=People,{BASE}", f"uid=\\61na,ou=people,{BASE}"]
)
def test_a_person_is_found_by_every_name_an_entry_has(look, name: str) -> None:
    found = look(name)
    (ana,) = found.found
    assert (ana.entry, ana.id, ana.username) == (f"uid=ana,ou=people,{BASE}", "0000-a", "ana")
    assert (ana.active, ana.disabled_because) == (True, ""), "a passing lock-out does not disable"
    assert len(found.looked) == 1
    assert found.looked[0].startswith("the whole file ")
    assert found.troubles == ()


def test_each_mapping_is_answered_apart_for_base_and_filter(look) -> None:
    (bert,) = look("bert").found
    assert (bert.fits["people"].is_below_base, bert.fits["people"].matches_filter) == (False, True)
    assert bert.fits["people"].filter == GENERIC.user_filter
    assert (bert.fits["humans"].is_below_base, bert.fits["humans"].matches_filter) == (True, False)
    assert (bert.active, bert.disabled_because) == (False, "pwdAccountLockedTime is 000001010000Z")


def test_the_attribute_that_a_mapping_names_is_the_one_that_disables(look) -> None:
    active = Selection("people", attributes=Attributes(active="employeeNumber"))
    assert look("bert", selections=(active,)).found[0].disabled_because == "employeeNumber is no"


def test_an_entry_that_can_not_be_used_is_seen_all_the_same(look) -> None:
    (nameless,) = look("nameless@example.org").found
    assert (nameless.username, nameless.email, nameless.active) == ("", "nameless@example.org", None)


@pytest.mark.parametrize("name", ["an*", "*", "a(na", "nobody", "ana)(uid=*"])
def test_what_a_filter_would_take_for_a_pattern_is_only_a_name(look, name: str) -> None:
    assert look(name).found == ()


def test_more_than_a_few_are_not_a_person(tmp_path: Path) -> None:
    path = tmp_path / "many.ldif"
    people = (
        f"dn: uid=p{n},{BASE}\nobjectClass: person\nuid: p{n}\ncn: p\nsn: p\nmail: x@example.org\n" for n in range(12)
    )
    path.write_text("\n".join(people), encoding="utf-8")
    found = look_for(["x@example.org"], "corp", LdifSettings(kind="ldif", path=path), [PEOPLE])
    assert len(found.found) == MOST_SIGHTINGS
    assert "more than 10 entries have such a name" in found.troubles[0]


def test_a_file_that_can_not_be_searched_is_told_and_never_fatal(tmp_path: Path) -> None:
    gone = look_for(["ana"], "corp", LdifSettings(kind="ldif", path=tmp_path / "gone.ldif"), [PEOPLE])
    assert gone.found == ()
    assert "could not be searched for this" in gone.troubles[0]
    broken = tmp_path / "broken.ldif"
    broken.write_text("this is no LDIF\n", encoding="utf-8")
    assert look_for(["ana"], "corp", LdifSettings(kind="ldif", path=broken), [PEOPLE]).troubles


def test_directories_that_are_read_in_one_piece_need_no_look(look) -> None:
    jira = JiraDirectorySettings(kind="jira", jira_directory="Internal")
    assert look_for(["ana"], "portal", jira, [PEOPLE]) == Sightings()
    assert look("ana", selections=()) == Sightings(), "only the target of mappings: it was read whole"


def test_the_filter_asks_every_attribute_that_a_mapping_reads_a_name_from_and_escapes() -> None:
    decoder = Decoder(GENERIC, datetime(2026, 11, 20, tzinfo=UTC))
    by_number = Selection("staff", attributes=Attributes(username="employeeNumber"))
    asked = wanted_filter(["a*", "b"], decoder, [PEOPLE, by_number])
    assert asked == (
        "(|(employeeNumber=a\\2a)(employeeNumber=b)(entryUUID=a\\2a)(entryUUID=b)(mail=a\\2a)(mail=b)(uid=a\\2a)(uid=b))"
    )
    assert escape_assertion("\\*()\0é ") == "\\5c\\2a\\28\\29\\00é "
    parse_filter(wanted_filter(["\\*()\0)(uid=*"], decoder, [PEOPLE]))


def test_only_what_is_a_name_of_an_entry_is_looked_up_as_one() -> None:
    assert distinguished_names(["ana", "a=b", "=", "x@example.org=", "uid=ana,ou"]) == ("a=b",)
