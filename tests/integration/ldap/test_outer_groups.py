"""Groups beyond the part that is read, on a real slapd and in a file: found, bounded, and never fatal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from servers.slapd import SUFFIX, Slapd, StartSlapd

from dirsync.directories.interface import GroupAttributes, Selection
from dirsync.directories.outer_groups import OuterGroups, Wanted, look_for_groups
from dirsync.model.outer_groups import MOST_OUTER_GROUPS, OuterGroup
from dirsync.settings.models import LdapSettings, LdifSettings

READ, STAFF, HIDDEN = f"ou=portal,{SUFFIX}", f"ou=staff,{SUFFIX}", f"ou=hidden,{SUFFIX}"
ASKED = (Selection("customers", (SUFFIX,), group_bases=(READ,)),)
ACCESS = f'access to dn.subtree="{HIDDEN}" by * none'


def unit(name: str) -> str:
    return f"dn: ou={name},{SUFFIX}\nobjectClass: organizationalUnit\nou: {name}\n\n"


def group(dn: str, *members: str, kind: str = "groupOfNames", listing: str = "member") -> str:
    name = dn.partition(",")[0].partition("=")[2]
    return f"dn: {dn}\nobjectClass: {kind}\ncn: {name}\n" + "".join(f"{listing}: {m}\n" for m in members) + "\n"


PERSON = f"uid=ana,{SUFFIX}"
GROUPS = (
    unit("portal")
    + unit("staff")
    + unit("hidden")
    + f"dn: {PERSON}\nobjectClass: inetOrgPerson\nuid: ana\ncn: Portal\nsn: ana\n\n"
    + group(f"cn=Portal,{READ}", PERSON)
    # by another spelling of the name, in a class of its own, in a circle, and above it
    + group(f"cn=middle,{STAFF}", f"CN=portal, {READ.upper()}", f"cn=outer,{STAFF}")
    + group(f"cn=outer,{STAFF}", f"cn=middle,{STAFF}", kind="groupOfUniqueNames", listing="uniqueMember")
    # who is called like the group is none, and what holds that person holds no group
    + group(f"cn=people,{STAFF}", PERSON)
    + group(f"cn=lonely,{STAFF}", f"cn=gone,{STAFF}")
    + group(f"cn=unseen,{HIDDEN}", f"cn=Portal,{READ}")
)
EVERYTHING = {
    "portal": (OuterGroup("middle", f"cn=middle,{STAFF}"), OuterGroup("outer", f"cn=outer,{STAFF}")),
    "lonely": (),
    "nowhere": (),
}


TWO_NAMES = (
    unit("portal")
    + unit("staff")
    + group(f"cn=Portal,{READ}", PERSON).replace("cn: Portal", "cn: Gate\ncn: Portal")
    + group(f"cn=jira-users,{STAFF}", f"cn=Portal,{READ}").replace("cn: jira", "cn: all\ncn: jira")
)


@pytest.fixture(scope="module")
def server(start_slapd: StartSlapd) -> Slapd:
    return start_slapd(ldif=GROUPS, extra=ACCESS)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.ldif"
    path.write_text(f"dn: {SUFFIX}\nobjectClass: domain\ndc: example\n\n{GROUPS.partition('dn: cn=unseen')[0]}")
    return path


def look(server: Slapd, wanted: Wanted, asked: tuple[Selection, ...] = ASKED, **choices: Any) -> OuterGroups:
    given = {"url": server.url, "bind_dn": server.reader_dn, "password": server.reader_password, **choices}
    return look_for_groups(wanted, "corp", LdapSettings(kind="ldap", **given), asked)


def look_in(path: Path, wanted: Wanted) -> OuterGroups:
    return look_for_groups(wanted, "corp", LdifSettings(kind="ldif", path=path), ASKED)


REFS = (f"cn=outer,{STAFF}", PERSON, f"cn=gone,{STAFF}", "no name")


@pytest.mark.parametrize("place", ["server", "file"])
def test_every_group_around_one_is_found_wherever_it_stands(place: str, server: Slapd, file: Path) -> None:
    wanted = Wanted(("PORTAL", "lonely", "nowhere"), REFS)
    found = look(server, wanted) if place == "server" else look_in(file, wanted)
    assert found.trouble == ""
    assert {name: tuple(groups) for name, groups in found.above.items()} == EVERYTHING
    assert found.among == {f"cn=outer,{STAFF}": OuterGroup("outer", f"cn=outer,{STAFF}")}
    assert (str(file) in found.looked) == (place == "file")
    assert (SUFFIX in found.looked and server.reader_dn in found.looked) == (place == "server")


@pytest.mark.parametrize("place", ["server", "file"])
def test_a_group_of_several_names_is_found_by_each_and_called_as_it_would_be_read(
    place: str, start_slapd: StartSlapd, tmp_path: Path
) -> None:
    path = tmp_path / "two.ldif"
    path.write_text(TWO_NAMES)
    wanted = Wanted(("portal", "gate"), (f"cn=jira-users,{STAFF}",))
    found = look_in(path, wanted) if place == "file" else look(start_slapd(ldif=TWO_NAMES), wanted)
    users = OuterGroup("jira-users", f"cn=jira-users,{STAFF}")
    assert found.above == {"portal": (users,), "gate": (users,)}
    assert found.among == {f"cn=jira-users,{STAFF}": users}


def test_a_mapping_s_own_word_for_members_counts(server: Slapd) -> None:
    asked = (
        Selection("x", (SUFFIX,), group_bases=(READ,), group_attributes=GroupAttributes(member=("uniqueMember",))),
    )
    assert look(server, Wanted(("middle",)), asked).above["middle"] == (OuterGroup("outer", f"cn=outer,{STAFF}"),)
    assert look(server, Wanted(("Portal",)), asked).above["portal"] == ()


def test_what_could_not_be_asked_proves_nothing(server: Slapd, tmp_path: Path) -> None:
    assert "could not be searched" in look(server, Wanted(("portal",)), password="wrong").trouble
    broken = tmp_path / "broken.ldif"
    broken.write_text("dn: cn=a,dc=example,dc=org\nobjectClass: groupOfNames\nmember:: §\n")
    assert "broken.ldif" in look_in(broken, Wanted(("portal",))).trouble


def test_groups_among_very_many_strangers_are_found_all_the_same(server: Slapd, file: Path) -> None:
    many = tuple(f"uid={number},{SUFFIX}" for number in range(1000))
    for found in (look(server, Wanted(refs=(*many, *REFS))), look_in(file, Wanted(refs=(*many, *REFS)))):
        assert found.trouble == ""
        assert found.among == {f"cn=outer,{STAFF}": OuterGroup("outer", f"cn=outer,{STAFF}")}


def test_groups_without_end_around_one_prove_nothing(start_slapd: StartSlapd, tmp_path: Path) -> None:
    around = "".join(group(f"cn=g{n},{STAFF}", f"cn=Portal,{READ}") for n in range(MOST_OUTER_GROUPS + 1))
    path = tmp_path / "many.ldif"
    path.write_text(GROUPS + around)
    assert "more than 500" in look_in(path, Wanted(("portal",))).trouble
    assert "more than 500" in look(start_slapd(ldif=GROUPS + around), Wanted(("portal",))).trouble


def test_a_search_that_ends_early_proves_nothing(start_slapd: StartSlapd) -> None:
    limited = start_slapd(
        ldif=GROUPS + "".join(group(f"cn=g{n},{STAFF}", f"cn=Portal,{READ}") for n in range(9)), limits="hard", size=3
    )
    found = look(limited, Wanted(("portal",)))
    assert found.trouble
    assert not found.above
