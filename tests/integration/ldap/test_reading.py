from __future__ import annotations

from pathlib import Path

import pytest
from loguru import logger
from servers.slapd import Slapd, StartSlapd, people_ldif

from dirsync.directories.interface import Attributes, Selection
from dirsync.directories.ldap import LdapConnection, LdapDirectory
from dirsync.directories.ldif import LdifDirectory
from dirsync.errors import ConfigurationInvalid
from dirsync.model.memory import MemorySpool
from dirsync.model.snapshot import WHOLE, LastRead

pytestmark = pytest.mark.server
PEOPLE = "(objectClass=person)"


def test_ten_thousand_people_are_read_whole_with_the_proof(start_slapd: StartSlapd, read, big_ldif: str) -> None:
    server = start_slapd(ldif=big_ldif, limits="plain")
    snapshot = read(server)
    assert (snapshot.counts().users, snapshot.counts().groups, snapshot.counts().memberships) == (10_000, 1000, 10_000)
    proof = snapshot.completeness
    assert proof.is_complete
    assert proof.server == f"OpenLDAP at {server.url}"
    assert [(search.pages, search.entries, search.result) for search in proof.searches] == [
        (1, 1000, "success"),
        (10, 10_000, "success"),
    ]
    assert proof.cursor
    assert proof.cursor.endswith("#000000")
    assert proof.read_at.endswith("+00:00")
    # log in, root entry, cursor, 11 pages: never one request per group or member
    assert proof.requests == 14


def test_a_group_that_is_a_mailing_list_too_has_its_address(start_slapd: StartSlapd, read) -> None:
    mail = "objectClass: extensibleObject\nmail: team@example.org\ncn: group00001"
    server = start_slapd(ldif=people_ldif(20).replace("cn: group00001", mail))
    assert {group.name: group.email for group in read(server).groups()} == {
        "group00000": "",
        "group00001": "team@example.org",
    }


def test_a_second_mapping_on_the_same_base_costs_no_request(small: Slapd, read) -> None:
    base = f"ou=people,{small.base}"
    one = read(small, Selection("one", (base,), PEOPLE))
    two = read(
        small,
        Selection("one", (base,), PEOPLE),
        Selection("two", (base.upper(),), PEOPLE, Attributes(username="mail")),
    )
    assert one.completeness.requests == two.completeness.requests
    assert {user.username for user in two.users("two")} == {f"user{n:06d}@example.org" for n in range(50)}
    assert {user.username for user in two.users("one")} == {f"user{n:06d}" for n in range(50)}


def test_what_a_mapping_makes_of_several_attributes_is_asked_for_and_made(small: Slapd, read) -> None:
    base = f"ou=people,{small.base}"
    made = Attributes(display_name="{uid|upper} of {mail}", username="{mail|upper}", email="{telephoneNumber:-none}")
    snapshot = read(small, Selection("one", (base,), PEOPLE), Selection("made", (base,), PEOPLE, made))
    assert {(user.username, user.display_name, user.email) for user in snapshot.users("made")} == {
        (f"USER{n:06d}@EXAMPLE.ORG", f"USER{n:06d} of user{n:06d}@example.org", "none") for n in range(50)
    }
    assert {user.username for user in snapshot.users("one")} == {f"user{n:06d}" for n in range(50)}


@pytest.mark.parametrize("page_size", [1, 7, 50, 51, 5000])
def test_the_page_size_changes_nothing_but_the_number_of_pages(small: Slapd, read, page_size: int) -> None:
    snapshot = read(small, page_size=page_size)
    assert snapshot.counts().users == small.count(small.base, PEOPLE)
    assert snapshot.completeness.is_complete


def test_nested_bases_give_each_person_once(small: Slapd, read) -> None:
    snapshot = read(small, Selection("m", (small.base, f"ou=people,{small.base}", small.base.upper())))
    assert snapshot.counts("m").users == 50
    assert not snapshot.quarantined


@pytest.mark.parametrize("line", ["ldap", "ldaps", "ldapi", "starttls"])
def test_every_kind_of_line_gives_the_same_people(small: Slapd, read, line: str) -> None:
    url = {"ldap": small.url, "ldaps": small.ldaps_url, "ldapi": small.ldapi_url, "starttls": small.url}[line]
    trust = {"ca_file": str(small.ca_file)} if line in {"ldaps", "starttls"} else {}
    snapshot = read(small, url=url, **trust)
    assert snapshot.counts().users == 50
    assert snapshot.completeness.is_complete


def test_an_anonymous_read_needs_no_password(small: Slapd, read) -> None:
    assert read(small, bind_dn="", password="").counts().users == 50


def test_progress_is_told_page_by_page(small: Slapd) -> None:
    told: list[tuple[str, int]] = []
    connection = LdapConnection("corp", small.url, page_size=20)
    selection = Selection("m", (f"ou=people,{small.base}",))

    def tell(what: str, done: int, total: int | None = None) -> None:
        assert total is None
        told.append((what, done))

    directory = LdapDirectory(connection, [selection], tell)
    directory.read(LastRead(), MemorySpool("corp"))
    assert told == [("corp: users", 20), ("corp: users", 40), ("corp: users", 50)]
    assert (directory.name, directory.kind) == ("corp", "ldap")


def test_the_log_shows_each_search_as_a_command_and_never_the_password(small: Slapd, read) -> None:
    lines: list[str] = []
    handler = logger.add(lines.append, level="DEBUG", format="{message}")
    try:
        read(small)
    finally:
        logger.remove(handler)
    assert len([line for line in lines if line.startswith("ldapsearch ")]) == 2
    assert small.reader_password not in "".join(lines)


def test_a_mapping_without_a_base_is_a_mistake_and_no_empty_read(small: Slapd, read) -> None:
    with pytest.raises(ConfigurationInvalid, match=r"users\.base is missing"):
        read(small, Selection("m"))


def test_real_directory_data_reads_as_ldapsearch_counts_it(start_slapd: StartSlapd, sample_data: Path, read) -> None:
    server = start_slapd(suffixes=("dc=example,dc=com", "o=Çéliné Ändrè"))
    loaded = [server.add_foreign(sample_data / name) for name in ("Example.ldif", "European.ldif")]
    assert all(one.accepted > 100 for one in loaded)
    assert all(reason for one in loaded for reason in one.refused.values())
    bases = ("dc=example,dc=com", "o=Çéliné Ändrè")
    snapshot = read(server, Selection("m", bases, group_bases=bases), page_size=100)
    groups = "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))"
    assert snapshot.completeness.is_complete
    assert not snapshot.quarantined
    assert snapshot.counts().users == sum(server.count(base, PEOPLE) for base in bases) > 400
    assert snapshot.counts().groups == sum(server.count(base, groups) for base in bases) > 30
    managers = snapshot.group_named("HR Managers")
    assert managers
    # written with spaces behind the commas in the group, and kvaughan was refused by slapd
    assert [user.username for user in snapshot.members(managers.id)] == ["cschmith"]


def test_a_file_and_a_server_give_the_same_people_from_the_same_entries(
    tmp_path: Path, start_slapd: StartSlapd, read
) -> None:
    ldif = people_ldif(30)
    server = start_slapd(ldif=ldif)
    path = tmp_path / "people.ldif"
    path.write_text(ldif)
    from_file = LdifDirectory("hr", path, [Selection("all")]).read(LastRead(), MemorySpool("hr"))
    from_server = read(server)
    for snapshot in (from_file, from_server):
        assert snapshot.completeness.is_complete
    strip = [{(u.ref, u.username, u.email, u.display_name) for u in s.users(WHOLE)} for s in (from_file, from_server)]
    assert strip[0] == strip[1]
    assert from_file.counts() == from_server.counts()


def test_what_changes_in_the_server_changes_in_the_next_read_and_nothing_else(start_slapd: StartSlapd, read) -> None:
    server = start_slapd(ldif=people_ldif(5))
    before = {user.id: user for user in read(server).users()}
    server.modify(
        f"dn: uid=user000001,ou=people,{server.base}\nchangetype: modrdn\nnewrdn: uid=renamed\ndeleteoldrdn: 1\n"
    )
    server.restart()
    after = {user.id: user for user in read(server).users()}
    assert before.keys() == after.keys()
    assert [after[i].username for i in after if after[i] != before[i]] == ["renamed"]
