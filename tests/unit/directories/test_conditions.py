"""Who is left out by an attribute, in every kind of directory: shown by the whole of it, and taken by no mapping."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from unit.directories.test_ldif import ANA, BOB, TEAM, usernames

from dirsync.directories.interface import GroupAttributes, Selection
from dirsync.directories.jira.directory import Reading
from dirsync.directories.ldap.decoding import Decoder
from dirsync.directories.ldap.dialects.generic import GENERIC
from dirsync.directories.ldap.searches import searches_for
from dirsync.directories.ldif import LdifDirectory
from dirsync.directories.ldif_look_up import look_up
from dirsync.directories.placing import left_out_by, placed, values_of
from dirsync.model.conditions import Conditions, GroupConditions
from dirsync.model.entries import User
from dirsync.model.memory import MemorySpool
from dirsync.model.snapshot import WHOLE, Completeness, LastRead, Snapshot
from dirsync.store.spool import SqliteSpool

ROBOT = Conditions(exclude=(("employeeType", ("robot",)),))
ACME = Conditions(include=(("o", ("acme*",)),))


def read(folder: Path, content: str, *asked: Selection) -> Snapshot:
    path = folder / "people.ldif"
    path.write_text(content)
    chosen = {one.name: one.conditions.groups for one in asked if one.conditions}
    return LdifDirectory("hr", path, asked).read(LastRead(), MemorySpool("hr", conditions=chosen))


def test_any_value_of_an_attribute_counts_with_options_or_without(tmp_path: Path) -> None:
    people = (
        f"{ANA}employeeType: chief\nemployeeType: Robot\n\n{BOB}EMPLOYEETYPE;lang-en: robot\n\n"
        + ANA.replace("ana", "cem")
        + "employeeType: robots\n"
    )
    snapshot = read(tmp_path, people, Selection("m", conditions=ROBOT), Selection("all"))
    assert usernames(snapshot, "m") == ["cem"]
    assert usernames(snapshot, "all") == usernames(snapshot) == ["ana", "bob", "cem"]


def test_an_option_in_the_condition_means_those_values_alone(tmp_path: Path) -> None:
    people = f"{ANA}o;lang-en: acme\n\n{BOB}o: acme\n"
    english = Conditions(include=(("o;lang-en", ("acme",)),))
    assert usernames(read(tmp_path, people, Selection("m", conditions=english)), "m") == ["ana"]


def test_who_is_left_out_is_in_the_whole_all_the_same(tmp_path: Path) -> None:
    snapshot = read(tmp_path, f"{ANA}o: Acme Ltd\n\n{BOB}o: other\n", Selection("m", conditions=ACME))
    assert usernames(snapshot, "m") == ["ana"]
    assert usernames(snapshot) == ["ana", "bob"]
    assert snapshot.completeness.is_complete


def test_nobody_is_quarantined_whom_the_mapping_would_not_take(tmp_path: Path) -> None:
    nameless = "dn: cn=printer,dc=example,dc=org\nobjectClass: inetOrgPerson\ncn: printer\nsn: p\n"
    asked = Selection("m", conditions=ROBOT)
    assert not read(tmp_path, f"{ANA}\n{nameless}employeeType: robot\n", asked).quarantined
    [left_out] = read(tmp_path, f"{ANA}\n{nameless}employeeType: clerk\n", asked).quarantined
    assert "printer" in left_out.entry


def test_values_that_a_server_gave_in_part_decide_nothing(tmp_path: Path) -> None:
    people = (
        f"{ANA}employeeType;range=0-1: clerk\nemployeeType;range=0-1: chief\n\n{BOB}employeeType;range=0-*: clerk\n"
    )
    snapshot = read(tmp_path, people, Selection("m", conditions=ROBOT), Selection("all"))
    assert usernames(snapshot, "m") == ["bob"]
    assert usernames(snapshot, "all") == ["ana", "bob"]
    [left_out] = snapshot.quarantined
    assert left_out.reason == "the server gave only some values of its employeeType, which the mapping chooses by"


def test_a_group_decides_directly_or_nested_as_the_mapping_says(tmp_path: Path) -> None:
    outer = "dn: cn=outer,dc=example,dc=org\nobjectClass: groupOfNames\ncn: outer\n"
    outer += "member: cn=team,ou=groups,dc=example,dc=org\n"
    people = f"{ANA}\n{BOB}\n{TEAM}\n{outer}"
    for pattern, is_nested, left in (
        ("team", False, ["bob"]),
        ("outer", False, ["ana", "bob"]),
        ("outer", True, ["bob"]),
    ):
        for include, exclude, expected in (
            ((), (pattern,), left),
            ((pattern,), (), sorted({"ana", "bob"} - set(left))),
        ):
            groups = GroupConditions(include, exclude, is_nested)
            snapshot = read(tmp_path, people, Selection("m", conditions=Conditions(groups=groups)))
            assert usernames(snapshot, "m") == expected, (groups, expected)
            assert usernames(snapshot) == ["ana", "bob"]


def test_a_group_that_is_not_there_makes_the_read_not_whole(tmp_path: Path) -> None:
    for groups in (GroupConditions(("nobody",)), GroupConditions((), ("nobody",))):
        told = read(tmp_path, f"{ANA}\n{TEAM}", Selection("m", conditions=Conditions(groups=groups))).completeness
        assert not told.is_complete
        assert told.reason == (
            "hr: mapping 'm' includes or excludes the members of 'nobody', and there is no such group among those it "
            "looks at."
        )
        assert "source.users.exclude" in told.remedy


def test_a_server_is_asked_for_the_attributes_that_decide() -> None:
    asked = Selection("m", ("dc=x",), conditions=Conditions(include=ACME.include, exclude=ROBOT.exclude))
    [users] = searches_for([asked], Decoder(GENERIC, datetime(2026, 11, 22, tzinfo=UTC)))
    assert {"o", "employeeType"} <= set(users.attributes)
    assert len({name.lower() for name in users.attributes}) == len(users.attributes)


def test_a_look_beyond_the_mappings_says_which_value_leaves_out(tmp_path: Path) -> None:
    path = tmp_path / "people.ldif"
    part = "o;range=0-0: other"
    path.write_text(f"{ANA}o: other\n\n{BOB}o: acme\n\n{ANA.replace('ana', 'cem')}{part}\n")
    asked = Selection("m", conditions=ACME)
    [ana] = look_up(["ana"], "hr", path, [asked]).found
    assert ana.fits["m"].left_out_by == "includes only people whose o is 'acme*', and theirs is other"
    for name in ("bob", "cem"):
        [other] = look_up([name], "hr", path, [asked]).found
        assert other.fits["m"].left_out_by == ""
    [free] = look_up(["ana"], "hr", path, [Selection("free")]).found
    assert free.fits["free"].left_out_by == ""


def test_crowd_and_jira_go_by_what_they_send_of_a_person() -> None:
    values = values_of(User("1", "r", "ana", email="a@example.org", active=False))
    assert [*values("username"), *values("email"), *values("active")] == ["ana", "a@example.org", "false"]
    assert [*values("display_name"), *values("city")] == []
    off = Selection("m", conditions=Conditions(exclude=(("active", ("false",)),)))
    free = Selection("free")
    for user, place in ((User("1", "r", "ana", active=False), WHOLE), (User("2", "r", "bo"), "m")):
        assert placed(user, off) == place
        assert placed(user, free) == "free"
        assert bool(left_out_by(user, off)) == (place == WHOLE)
        assert left_out_by(user, free) == ""


def test_jira_gives_each_mapping_its_own() -> None:
    conditions = Conditions(include=(("email", ("*@example.org",)),))
    spool = MemorySpool("portal", conditions={"m": conditions.groups})
    reading = Reading("portal", "Jira", spool, [Selection("m", conditions=conditions), Selection("all")])
    for name in ("ana@example.org", "bo@example.com"):
        reading.take_user(User(name, name, name, email=name))
    snapshot = spool.finish(Completeness(is_complete=True))
    assert usernames(snapshot, "m") == ["ana@example.org"]
    assert usernames(snapshot, "all") == usernames(snapshot) == ["ana@example.org", "bo@example.com"]


NAMELESS = "dn: cn={name},ou=groups,dc=example,dc=org\nobjectClass: groupOfNames\nmember: {member}\n"
BOBS = "uid=bob,ou=people,dc=example,dc=org"


@pytest.mark.parametrize("in_a_file", [False, True])
@pytest.mark.parametrize(
    ("pattern", "is_nested", "more", "named"),
    [
        ("team", False, TEAM + "member: not a name\n", "cn=team,ou=groups,dc=example,dc=org: member not a name"),
        ("te*", False, f"{TEAM}\n" + NAMELESS.format(name="Te\\2C 2", member=BOBS), "cn=Te\\2C 2,ou=groups"),
        (
            "outer",
            True,
            TEAM.replace("team", "outer") + f"member: cn=Inner,ou=groups,dc=example,dc=org\n\n{TEAM}\n"
            + NAMELESS.format(name="Inner", member=BOBS),
            "cn=Inner,ou=groups",
        ),
    ],
)  # fmt: skip
def test_nobody_slips_past_an_exclude_by_what_a_group_can_not_tell(
    tmp_path: Path, pattern: str, more: str, named: str, *, is_nested: bool, in_a_file: bool
) -> None:
    path = tmp_path / "people.ldif"
    path.write_text(f"{ANA}\n{BOB}\n{more}")
    for groups, unclear in (
        (GroupConditions(exclude=(pattern,), is_nested=is_nested), True),
        (GroupConditions(include=(pattern,), is_nested=is_nested), True),
        (GroupConditions(exclude=("team",)), pattern == "team"),
    ):
        asked = Selection("m", group_attributes=GroupAttributes(id="cn"), conditions=Conditions(groups=groups))
        chosen = {"m": groups}
        spool = (
            SqliteSpool("hr", tmp_path / f"spool-{groups}", conditions=chosen)
            if in_a_file
            else MemorySpool("hr", conditions=chosen)
        )
        snapshot = LdifDirectory("hr", path, [asked]).read(LastRead(), spool)
        assert snapshot.completeness.is_complete is not unclear
        if unclear:
            assert "mapping 'm' includes or excludes the members of a group that can't be read whole: " in (
                snapshot.completeness.reason
            )
            assert named in snapshot.completeness.reason
        snapshot.close()


def test_a_condition_on_what_nobody_has_makes_the_read_not_whole(tmp_path: Path) -> None:
    people = f"{ANA}employeeType: clerk\n\n{BOB}"
    both = Conditions(include=(("city", ("*",)),), exclude=(("employeTyp", ("robot",)), ("employeeType", ("robot",))))
    told = read(tmp_path, people, Selection("m", conditions=both)).completeness
    assert not told.is_complete
    for said in ("includes people by 'city', and nobody", "excludes people by 'employeTyp', and nobody"):
        assert f"mapping 'm' {said} it looks at has any" in told.reason
    assert "employeeType" not in told.reason
    assert "let the account read it" in told.remedy


def test_where_nobody_is_looked_at_no_condition_is_doubted(tmp_path: Path) -> None:
    nobody = Selection("m", user_filter="(uid=nobody)", conditions=ROBOT)
    assert read(tmp_path, f"{ANA}\n", nobody, Selection("all")).completeness.is_complete
