from __future__ import annotations

import re
from pathlib import Path

import pytest
from servers.ds389 import Ds389, Start389
from servers.slapd import people_ldif

from dirsync.directories.interface import Attributes, Selection
from dirsync.model.snapshot import LastRead

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def company(start_389: Start389) -> Ds389:
    """A suffix of 50 people in 5 groups, which tests only read."""
    return start_389(lambda base: people_ldif(50, base))


def test_a_session_of_tests_is_served_on_loopback_only(company: Ds389) -> None:
    listening = [
        line.split()[1]
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        for line in Path(table).read_text(encoding="ascii").splitlines()
        if line.split()[1].endswith(f":{company.port:04X}") and line.split()[3] == "0A"
    ]
    assert listening == [f"0100007F:{company.port:04X}"]


def test_it_is_read_whole_by_its_own_name_and_ids(company: Ds389, read) -> None:
    snapshot = read(company, page_size=7)
    whole = snapshot.completeness
    assert whole.is_complete
    assert re.fullmatch(rf"389 Project 389-Directory/\S+ \S+ at {company.url}", whole.server)
    assert (snapshot.counts().users, snapshot.counts().groups, snapshot.counts().memberships) == (50, 5, 50)
    shown = company.search(company.base, "(uid=user000007)", "nsUniqueId")
    user = snapshot.user_named("user000007")
    assert user
    assert f"nsUniqueId: {user.id}\n" in shown
    # the cookie of every page is the same: that alone is no circle
    assert [(search.pages, search.entries) for search in whole.searches] == [(1, 5), (8, 50)]


def test_a_rename_keeps_the_id_and_the_memberships(start_389: Start389, read) -> None:
    server = start_389(lambda base: people_ldif(5, base))
    before = {user.username: user.id for user in read(server).users()}
    server.modify(
        f"dn: uid=user000001,ou=people,{server.base}\nchangetype: modrdn\nnewrdn: uid=renamed\ndeleteoldrdn: 1\n"
    )
    server.restart()
    snapshot = read(server)
    after = {user.username: user.id for user in snapshot.users()}
    assert after == {"renamed" if name == "user000001" else name: value for name, value in before.items()}
    group = snapshot.group_named("group00000")
    assert group
    assert "renamed" in {user.username for user in snapshot.members(group.id)}, (
        "referential integrity changed the group"
    )


def test_an_account_is_disabled_by_its_lock_alone(start_389: Start389, read) -> None:
    server = start_389(lambda base: people_ldif(5, base))
    lock = "dn: uid=user00000{0},ou=people,{2}\nchangetype: modify\nreplace: nsAccountLock\nnsAccountLock: {1}\n\n"
    server.modify(lock.format(1, "true", server.base) + lock.format(2, "TRUE", server.base))
    server.modify(lock.format(3, "false", server.base))
    inactive = {user.username for user in read(server).users() if not user.active}
    assert inactive == {"user000001", "user000002"}


def test_several_subtrees_of_one_mapping_are_read_in_one_go_and_nobody_twice(start_389: Start389, read) -> None:
    def entries(base: str) -> str:
        abroad = f"ou=abroad,{base}"
        return (
            people_ldif(20, base)
            + f"dn: {abroad}\nobjectClass: organizationalUnit\nou: abroad\n\n"
            + people_ldif(10, abroad).replace("user0000", "abroad")
        )

    server = start_389(entries)
    bases = (f"ou=people,{server.base}", f"ou=abroad,{server.base}", f"OU=People, ou=abroad,{server.base.upper()}")
    groups = (f"ou=groups,{server.base}", f"ou=groups,ou=abroad,{server.base}")
    snapshot = read(server, Selection("m", bases, group_bases=groups))
    assert snapshot.completeness.is_complete
    assert len(snapshot.completeness.searches) == 5
    assert (snapshot.counts("m").users, snapshot.counts("m").groups) == (30, 3)
    assert not snapshot.quarantined


def test_people_whose_names_are_unique_members_are_members(start_389: Start389, read) -> None:
    server = start_389(
        lambda base: (
            people_ldif(3, base) + f"dn: cn=unique,ou=groups,{base}\nobjectClass: groupOfUniqueNames\ncn: unique\n"
            f"uniqueMember: uid=user000002,ou=people,{base}\n\n"
        )
    )
    snapshot = read(server)
    unique = snapshot.group_named("unique")
    assert unique
    assert [user.username for user in snapshot.members(unique.id)] == ["user000002"]


def test_an_id_the_mapping_names_is_taken_instead(company: Ds389, read) -> None:
    selection = Selection("m", (f"ou=people,{company.base}",), attributes=Attributes(id="mail"))
    assert {user.id for user in read(company, selection, known=LastRead(users=50)).users()} == {
        f"user{number:06d}@example.org" for number in range(50)
    }
