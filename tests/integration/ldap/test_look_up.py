"""Looking for one person on a real slapd: everywhere, bounded, and never fatal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from servers.slapd import SUFFIX, Slapd, StartSlapd, people_ldif

from dirsync.directories.interface import Selection
from dirsync.directories.ldap import LdapConnection
from dirsync.directories.ldap.asking import Questions
from dirsync.directories.ldap.connection import connected
from dirsync.directories.ldap.decoding import Decoder
from dirsync.directories.ldap.dialects.generic import GENERIC
from dirsync.directories.ldap.entry import entry_of
from dirsync.directories.ldap.look_up import Looking
from dirsync.directories.look_up import look_for
from dirsync.directories.sightings import MOST_SIGHTINGS, Sightings
from dirsync.settings.models import LdapSettings

HIDDEN = f"ou=hidden,{SUFFIX}"
ODD = "weird*(name)\\x"
PEOPLE = f"""
dn: {HIDDEN}
objectClass: organizationalUnit
ou: hidden

dn: uid=secret,{HIDDEN}
objectClass: inetOrgPerson
uid: secret
cn: s
sn: s

dn: uid={ODD.replace(chr(92), chr(92) * 2)},ou=people,{SUFFIX}
objectClass: inetOrgPerson
uid: {ODD}
cn: w
sn: w

"""
ACCESS = f'access to dn.subtree="{HIDDEN}" by * none'
TWO = (Selection("groups-only", (f"ou=groups,{SUFFIX}",)), Selection("ten", (SUFFIX,), "(uid=user00001*)"))


@pytest.fixture(scope="module")
def server(start_slapd: StartSlapd) -> Slapd:
    return start_slapd(ldif=people_ldif(30) + PEOPLE, extra=ACCESS)


def look(server: Slapd, *names: str, selections: tuple[Selection, ...] = TWO, **choices: Any) -> Sightings:
    given = {"url": server.url, "bind_dn": server.reader_dn, "password": server.reader_password, **choices}
    return look_for(names, "corp", LdapSettings(kind="ldap", **given), selections)


@pytest.mark.parametrize("name", ["USER000012", "user000012@EXAMPLE.org", f"UID=user000012, OU=people,{SUFFIX}"])
def test_a_person_outside_every_base_is_found_and_told_what_fits(server: Slapd, name: str) -> None:
    found = look(server, name)
    (person,) = found.found
    assert person.entry == f"uid=user000012,ou=people,{SUFFIX}"
    assert (person.username, person.email, person.active) == ("user000012", "user000012@example.org", True)
    assert (person.fits["groups-only"].is_below_base, person.fits["groups-only"].matches_filter) == (False, True)
    assert (person.fits["ten"].is_below_base, person.fits["ten"].matches_filter) == (True, True)
    assert (found.looked, found.troubles) == ((SUFFIX,), ())
    assert look(server, person.id).found == found.found, "and by its immutable id"


def test_a_filter_that_does_not_match_is_the_servers_own_answer(server: Slapd) -> None:
    (person,) = look(server, "user000002").found
    assert (person.fits["ten"].filter, person.fits["ten"].matches_filter) == ("(uid=user00001*)", False)


def test_no_name_is_a_pattern(server: Slapd) -> None:
    assert [one.username for one in look(server, ODD).found] == [ODD]
    for name in ("user*", "*", "x)(uid=*"):
        assert look(server, name) == Sightings((), (SUFFIX,), ())


def test_several_names_are_looked_for_at_once_and_an_entry_is_told_once(server: Slapd) -> None:
    found = look(server, "user000001", "user000001@example.org", "user000003")
    assert sorted(one.username for one in found.found) == ["user000001", "user000003"]


def test_whoever_fits_too_many_is_cut_off_and_told_so(server: Slapd) -> None:
    found = look(server, *(f"user{n:06d}" for n in range(20)))
    assert len(found.found) == MOST_SIGHTINGS
    assert "more than 10 entries have such a name" in found.troubles[0]


def test_a_dn_the_account_may_not_see_is_nobody_and_no_error(server: Slapd) -> None:
    assert look(server, f"uid=secret,{HIDDEN}") == Sightings((), (SUFFIX,), ())
    assert look(server, f"uid=nobody,{SUFFIX}") == Sightings((), (SUFFIX,), ())


def test_an_entry_that_is_gone_meanwhile_fits_nobody_knows_what(server: Slapd) -> None:
    settings = LdapConnection("corp", server.url, server.reader_dn, server.reader_password)
    with connected(settings) as connection:
        decoder = Decoder(GENERIC, datetime(2026, 11, 20, tzinfo=UTC))
        looking = Looking(Questions(connection, settings), settings, connection.account, decoder, TWO)
        fits = looking.matches(entry_of(f"uid=gone,{SUFFIX}", ()), "(objectClass=*)")
    assert fits == (None, "the server would not say whether the filter fits (noSuchObject)")


def test_a_server_that_ends_the_search_is_told_with_its_reason(start_slapd: StartSlapd) -> None:
    strict = start_slapd(ldif=people_ldif(3), limits="no-paging", size=5)
    found = look(strict, "user000001")
    assert found.found == ()
    assert f"below {SUFFIX} the search ended early" in found.troubles[0]
    assert "goes beyond" not in found.troubles[0], "a mapping reads just that"


def test_a_reference_outside_the_mappings_bases_does_not_concern_a_run(start_slapd: StartSlapd) -> None:
    elsewhere = f"dn: ou=elsewhere,{SUFFIX}\nobjectClass: referral\nobjectClass: extensibleObject\nou: elsewhere\n"
    branch = start_slapd(ldif=f"{people_ldif(3)}{elsewhere}ref: ldap://other.example.org/ou=elsewhere,{SUFFIX}\n\n")
    below = (Selection("people", (f"ou=people,{SUFFIX}",)),)
    found = look(branch, "user000001", selections=below)
    assert [one.username for one in found.found] == ["user000001"]
    [trouble] = found.troubles
    assert "it leaves entries to another server (ldap://other.example.org" in trouble
    assert trouble.endswith(
        " This look goes beyond the bases of the mappings: a run reads these alone, and tells when one ends early."
    )


def test_a_server_that_does_not_let_us_in_is_told_and_the_password_is_not(server: Slapd) -> None:
    refused = look(server, "user000001", password="wrong-c4n4ry")
    assert refused.found == ()
    assert "could not be searched for this" in refused.troubles[0]
    assert "wrong-c4n4ry" not in refused.troubles[0]
