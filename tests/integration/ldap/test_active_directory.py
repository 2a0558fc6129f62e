"""A real domain controller (Samba): its people, its memberships in both directions, its parts, its refusals."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from servers.samba import SUFFIX, Samba, StartSamba, account_ldif, group_ldif, unit_ldif
from servers.workplace import Workplace

from dirsync.directories.interface import Attributes, GroupAttributes, Selection
from dirsync.directories.ldap import LdapConnection, LdapDirectory
from dirsync.directories.ldap.asking import Questions
from dirsync.directories.ldap.connection import connected
from dirsync.directories.ldap.dialects.active_directory import ACTIVE_DIRECTORY
from dirsync.directories.ldap.page_loop import SearchEnd, pages_of
from dirsync.directories.ldap.searches import Kind, Search
from dirsync.directories.look_up import look_for
from dirsync.directories.sightings import Sightings
from dirsync.errors import CredentialsRefused, Unreachable
from dirsync.model.memory import MemorySpool
from dirsync.model.snapshot import LastRead, Snapshot
from dirsync.settings.models import LdapSettings

pytestmark = pytest.mark.server
PEOPLE, GROUPS, CROWD = (f"OU={name},{SUFFIX}" for name in ("People", "Groups", "Crowd"))
BIG = 3000
PAST, FUTURE = 132223104000000000, 157469184000000000
"""New year of 2020 and of 2100, as FILETIME."""
PASSWORD = "s3cret-Pa55"
EVERYBODY = Selection("all", (PEOPLE,), group_bases=(GROUPS,))
CROWDED = Selection("crowd", (CROWD,), group_bases=(CROWD,))
COMPUTER = f"""dn: CN=desk1,{PEOPLE}
changetype: add
objectClass: computer
sAMAccountName: desk1$
userAccountControl: 4096

"""
CONTACT = f"""dn: CN=supplier,{PEOPLE}
changetype: add
objectClass: contact
mail: supplier@example.org

"""


def person(name: str, **attributes: Any) -> str:
    return account_ldif(name, PEOPLE, **attributes)


@pytest.fixture(scope="module")
def domain(start_samba: StartSamba) -> Samba:
    entries = [
        *map(unit_ldif, ("People", "Groups", "Crowd")),
        person("ana", givenName="Ana", sn="Müller", displayName="Ana Müller", mail="ana@example.org"),
        person("Weiß\\, Jörg", sAMAccountName="jweiss", userPrincipalName="joerg@corp.example.org"),
        person("disabled", control=514, password=PASSWORD),
        person("expired", accountExpires=str(PAST), password=PASSWORD),
        person("expires-later", accountExpires=str(FUTURE)),
        person("expires-never", accountExpires="0"),
        person("locked", password=PASSWORD),
        person("must-change", password=PASSWORD, pwdLastSet="0"),
        person("paula"),
        person("leaver"),
        COMPUTER,
        CONTACT,
        group_ldif("staff", GROUPS, f"CN=ana,{PEOPLE}", f"CN=Weiß\\, Jörg,{PEOPLE}"),
        group_ldif("outer", GROUPS, f"CN=staff,{GROUPS}", f"CN=leaver,{PEOPLE}"),
        f"dn: CN=staff,{GROUPS}\nchangetype: modify\nadd: member\nmember: CN=outer,{GROUPS}\n\n",
        group_ldif("by-number", GROUPS, f"CN=paula,{PEOPLE}"),
        *(account_ldif(f"user{n:04d}", CROWD) for n in range(BIG)),
        group_ldif("big", CROWD, *(f"CN=user{n:04d},{CROWD}" for n in range(BIG))),
    ]
    return start_samba("".join(entries))


@pytest.fixture(params=["fast", "stock"])
def read(request: pytest.FixtureRequest, domain: Samba) -> Callable[..., Snapshot]:
    """Read the domain as its reader, with either decoder: `read(*selections, page_size=…)`."""

    def reading(*selections: Selection, known: LastRead | None = None, **choices: Any) -> Snapshot:
        connection = as_reader(domain, uses_stock_decoder=request.param == "stock", **choices)
        directory = LdapDirectory(connection, selections or (EVERYBODY,))
        return directory.read(known or LastRead(), MemorySpool("corp"))

    return reading


def as_reader(domain: Samba, **choices: Any) -> LdapConnection:
    given = {
        "url": domain.url,
        "bind_dn": domain.reader_dn,
        "password": domain.reader_password,
        "ca_file": str(domain.ca_file),
        "read_timeout": 30,
    }
    return LdapConnection("corp", **{**given, **choices})


def members(snapshot: Snapshot, group: str) -> set[str]:
    found = snapshot.group_named(group)
    assert found
    return {user.username for user in snapshot.members(found.id)}


def guid(domain: Samba, name: str) -> str:
    found = re.search(r"(?m)^objectGUID:: (\S+)$", domain.search(name, "(objectClass=user)", "objectGUID"))
    assert found
    return str(UUID(bytes_le=base64.b64decode(found[1])))


def test_people_are_read_with_the_ids_and_names_of_the_domain_and_without_its_computers(domain: Samba, read) -> None:
    snapshot = read()
    assert snapshot.completeness.is_complete
    assert {user.username for user in snapshot.users()} == {
        *("ana", "jweiss", "disabled", "expired", "expires-later", "expires-never", "locked", "must-change", "paula"),
        "leaver",
    }
    ana = snapshot.user_named("ana")
    assert ana
    assert ana.id == guid(domain, f"CN=ana,{PEOPLE}")
    assert (ana.email, ana.first_name, ana.last_name) == ("ana@example.org", "Ana", "Müller")
    assert (ana.display_name, snapshot.user_named("jweiss").display_name) == ("Ana Müller", "Weiß, Jörg")
    assert not snapshot.quarantined


def test_an_account_is_disabled_by_its_flag_and_by_its_expiry_alone(read) -> None:
    assert {user.username for user in read().users() if not user.active} == {"disabled", "expired"}


def test_the_username_is_whatever_the_mapping_names(read) -> None:
    by_address = Selection("m", (PEOPLE,), "(userPrincipalName=*)", Attributes(username="userPrincipalName"))
    assert [user.username for user in read(by_address).users()] == ["joerg@corp.example.org"]


def test_groups_hold_people_and_groups_in_circles_too(read) -> None:
    snapshot = read()
    assert members(snapshot, "staff") == {"ana", "jweiss"}
    staff, outer = snapshot.group_named("staff"), snapshot.group_named("outer")
    assert [group.name for group in snapshot.child_groups(outer.id)] == ["staff"]
    assert [group.name for group in snapshot.child_groups(staff.id)] == ["outer"]


def test_a_group_holds_whoever_has_it_as_primary_group_although_it_does_not_list_them(domain: Samba, read) -> None:
    by_number = f"CN=by-number,{GROUPS}"
    domain.modify(
        f"dn: CN=paula,{PEOPLE}\nchangetype: modify\nreplace: primaryGroupID\nprimaryGroupID: {domain.rid(by_number)}\n"
    )
    assert "member" not in domain.search(by_number, "(objectClass=group)", "member")
    snapshot = read()
    assert members(snapshot, "by-number") == {"paula"}
    paula = snapshot.user_named("paula")
    assert paula
    assert [group.name for group in snapshot.groups_of(paula.id)] == ["by-number"]


def test_the_group_of_all_users_holds_them_where_it_is_read(domain: Samba, read) -> None:
    snapshot = read(Selection("all", (PEOPLE,), group_bases=(f"CN=Users,{SUFFIX}",)))
    assert {"ana", "jweiss", "locked"} <= members(snapshot, "Domain Users")
    assert "paula" in members(snapshot, "Domain Users"), "one who has another primary group is listed"


def test_a_group_of_three_thousand_is_read_whole(read) -> None:
    snapshot = read(CROWDED)
    assert snapshot.completeness.is_complete
    assert snapshot.counts().users == len(members(snapshot, "big")) == BIG


@pytest.mark.parametrize("part", ["0-499", "0-2998", "1500-*", "7-8"])
def test_a_group_that_is_given_in_part_is_completed(read, part: str) -> None:
    # a domain controller of Microsoft's cuts after 1,500 by itself; this one when it is asked to, in the same words
    in_part = GroupAttributes(member=(f"member;range={part}",))
    whole, completed = read(CROWDED), read(replace(CROWDED, group_attributes=in_part))
    assert completed.completeness.is_complete
    assert members(completed, "big") == members(whole, "big")
    assert completed.completeness.requests == whole.completeness.requests + 1


@pytest.mark.parametrize("page_size", [100, 5000])
def test_the_page_size_changes_nothing(read, page_size: int) -> None:
    snapshot = read(CROWDED, page_size=page_size)
    assert snapshot.completeness.is_complete
    assert snapshot.counts().users == BIG


@pytest.mark.parametrize("base", [PEOPLE, CROWD])
def test_both_decoders_find_the_same_bytes_in_every_attribute(domain: Samba, base: str) -> None:
    def found(**choices: bool) -> dict[str, object]:
        search = Search(Kind.USERS, base, "(objectClass=*)", ("*",), ())
        with connected(as_reader(domain, **choices)) as line:
            pages = Questions(line, line.settings).pages(search)
            end = SearchEnd()
            entries = {one.dn: one for page in pages_of(pages, end, ACTIVE_DIRECTORY, "") for one in page}
        assert end.failure is None
        return entries

    fast = found()
    assert fast == found(uses_stock_decoder=True)
    assert len(fast) == domain.count(base, "(objectClass=*)")


def test_the_references_to_the_other_naming_contexts_are_no_gap(domain: Samba, read) -> None:
    assert "CN=Configuration" in domain.search(SUFFIX, "(sAMAccountName=ana)", "1.1")
    snapshot = read(Selection("all", (SUFFIX,)))
    assert snapshot.completeness.is_complete, snapshot.completeness.reason
    assert snapshot.user_named("Administrator")


def test_a_renamed_person_keeps_the_id_and_a_deleted_one_is_gone(domain: Samba, read) -> None:
    domain.modify("".join(person(name).replace("\n\n", "\n") + "\n" for name in ("moves", "goes")))
    before = read().user_named("moves")
    assert before
    domain.modify(
        f"dn: CN=goes,{PEOPLE}\nchangetype: delete\n\n"
        f"dn: CN=moves,{PEOPLE}\nchangetype: modrdn\nnewrdn: CN=moved\ndeleteoldrdn: 1\nnewsuperior: {CROWD}\n"
    )
    try:
        snapshot = read(Selection("all", (PEOPLE, CROWD)))
        after = snapshot.user(before.id)
        assert after
        assert after.ref.startswith("cn=moved,ou=crowd,")
        assert not snapshot.user_named("goes")
        assert snapshot.completeness.is_complete
    finally:
        domain.modify(f"dn: CN=moved,{CROWD}\nchangetype: delete\n")


def test_a_domain_that_shows_nobody_any_more_is_not_taken_for_empty(read) -> None:
    nobody = Selection("all", (PEOPLE,), "(sAMAccountName=nobody)")
    completeness = read(nobody, known=LastRead(users=10)).completeness
    assert not completeness.is_complete
    assert "no users at all" in completeness.reason


def test_a_login_in_clear_is_refused_with_the_remedy(domain: Samba) -> None:
    connection = as_reader(domain, url=domain.clear_url, ca_file="")
    with pytest.raises(Unreachable, match="does not accept a login without encryption: strongerAuthRequired") as caught:
        LdapDirectory(connection, (EVERYBODY,)).read(LastRead(), MemorySpool("corp"))
    assert "ldaps://" in caught.value.remedy


def test_whoever_does_not_log_in_is_told_that_it_takes_a_login(read) -> None:
    completeness = read(bind_dn="", password="").completeness
    assert not completeness.is_complete
    assert "operationsError" in completeness.reason
    assert "set BIND_DN and PASSWORD_FILE" in completeness.remedy


def test_start_tls_serves_as_well(domain: Samba, read) -> None:
    assert read(url=domain.clear_url).completeness.is_complete


@pytest.mark.parametrize(
    ("name", "password", "said"),
    [
        ("nobody-of-that-name", PASSWORD, "the password is wrong|there is no such account"),
        ("disabled", "wrong", "the password is wrong"),
        ("disabled", PASSWORD, "the account is disabled"),
        ("expired", PASSWORD, "the account has expired"),
        ("must-change", PASSWORD, "it must change its password before it can log in"),
    ],
)
def test_a_refused_login_is_told_in_words(domain: Samba, name: str, password: str, said: str) -> None:
    connection = as_reader(domain, bind_dn=f"CN={name},{PEOPLE}", password=password)
    with pytest.raises(CredentialsRefused, match=rf"refused to log in CN={name},.*: ({said}) \(invalidCredentials"):
        LdapDirectory(connection, (EVERYBODY,)).read(LastRead(), MemorySpool("corp"))


def test_five_wrong_passwords_lock_an_account_and_change_nothing_that_is_read(domain: Samba, read) -> None:
    domain.modify(f"dn: {SUFFIX}\nchangetype: modify\nreplace: lockoutThreshold\nlockoutThreshold: 3\n")
    try:
        for _ in range(5):
            connection = as_reader(domain, bind_dn=f"CN=locked,{PEOPLE}", password="wrong")
            with pytest.raises(CredentialsRefused):
                LdapDirectory(connection, (EVERYBODY,)).read(LastRead(), MemorySpool("corp"))
        assert re.search(r"lockoutTime: [1-9]", domain.search(f"CN=locked,{PEOPLE}", "(cn=*)", "lockoutTime"))
        with pytest.raises(CredentialsRefused, match="the account is locked after wrong passwords"):
            LdapDirectory(connection, (EVERYBODY,)).read(LastRead(), MemorySpool("corp"))
        locked = read().user_named("locked")
        assert locked
        assert locked.active
    finally:
        domain.modify(f"dn: {SUFFIX}\nchangetype: modify\nreplace: lockoutThreshold\nlockoutThreshold: 0\n")


def look(domain: Samba, *names: str) -> Sightings:
    settings = LdapSettings(
        kind="ldap", url=domain.url, bind_dn=domain.reader_dn, password=domain.reader_password, ca_file=domain.ca_file
    )
    return look_for(names, "corp", settings, (EVERYBODY,))


@pytest.mark.parametrize("spelling", [str, str.upper, "{{{}}}".format])
def test_a_person_is_found_by_the_id_that_reports_show(domain: Samba, spelling: Callable[[str], str]) -> None:
    shown = guid(domain, f"CN=ana,{PEOPLE}")
    found = look(domain, spelling(shown))
    assert [(one.username, one.id, one.active) for one in found.found] == [("ana", shown, True)]
    assert found.troubles == ()


def test_a_disabled_person_is_told_with_the_attribute_that_says_so_and_no_other(domain: Samba) -> None:
    (disabled,) = look(domain, "disabled").found
    assert (disabled.active, disabled.disabled_because) == (False, "userAccountControl is 514")
    (expired,) = look(domain, "expired").found
    assert (expired.active, expired.disabled_because) == (False, f"accountExpires is {PAST}")


def test_a_name_in_other_letters_is_found_by_its_distinguished_name(domain: Samba) -> None:
    (joerg,) = look(domain, f"cn=weiß\\2c jörg,{PEOPLE.lower()}").found
    assert (joerg.username, joerg.entry) == ("jweiss", f"CN=Weiß\\, Jörg,{PEOPLE}")


def test_the_doctor_names_what_it_speaks_to(domain: Samba, workplace: Workplace) -> None:
    workplace.directory(
        "corp",
        kind="ldap",
        url=domain.url,
        bind_dn=domain.reader_dn,
        password=domain.reader_password,
        ca_file=str(domain.ca_file),
    )
    told = " ".join(workplace.run("doctor").stdout.split())
    assert "Samba Team" in told
    assert "spoken to as Active Directory" in told


def test_a_restarted_domain_controller_has_kept_everything(domain: Samba, read) -> None:
    before = read(CROWDED)
    domain.restart()
    assert list(read(CROWDED).users()) == list(before.users())
