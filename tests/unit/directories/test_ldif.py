from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dirsync.directories.interface import Attributes, Selection
from dirsync.directories.ldif import LdifDirectory
from dirsync.errors import AnswerMalformed, ConfigurationInvalid, DirsyncError, Unreachable
from dirsync.model.memory import MemorySpool
from dirsync.model.snapshot import WHOLE, LastRead, Snapshot

ANA = "dn: uid=ana,ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: ana\ncn: Ana\nsn: A\n"
BOB = "dn: uid=bob,ou=staff,dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: bob\ncn: Bob\nsn: B\n"
TEAM = (
    "dn: cn=team,ou=groups,dc=example,dc=org\nobjectClass: groupOfNames\ncn: team\n"
    "member: UID=Ana, OU=People, DC=example, DC=org\n"
)


def read(folder: Path, content: str | bytes, *selections: Selection, known: LastRead | None = None) -> Snapshot:
    path = folder / "people.ldif"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    directory = LdifDirectory("hr", path, selections or (Selection(),))
    return directory.read(known or LastRead(), MemorySpool("hr"))


def usernames(snapshot: Snapshot, selection: str = WHOLE) -> list[str]:
    return sorted(user.username for user in snapshot.users(selection))


def test_people_groups_and_memberships_are_read_with_a_proof(tmp_path: Path) -> None:
    snapshot = read(tmp_path, f"version: 1\n\n{ANA}\n{BOB}\n{TEAM}\n")
    assert usernames(snapshot) == ["ana", "bob"]
    (team,) = snapshot.groups()
    assert [user.username for user in snapshot.members(team.id)] == ["ana"]
    assert snapshot.completeness.is_complete
    assert [(proof.entries, proof.result) for proof in snapshot.completeness.searches] == [
        (1, "end of file"),
        (2, "end of file"),
    ]


def test_a_group_that_is_a_mailing_list_too_has_its_address(tmp_path: Path) -> None:
    (team,) = read(tmp_path, f"{ANA}\n{TEAM}mail: team@example.org\n").groups()
    assert team.email == "team@example.org"


def test_an_entry_is_known_by_its_uuid_else_by_its_name(tmp_path: Path) -> None:
    snapshot = read(tmp_path, f"{ANA}entryUUID: 1111-2222\n\n{BOB}\n")
    assert [user.id for user in snapshot.users()] == ["1111-2222", "uid=bob,ou=staff,dc=example,dc=org"]


def test_each_mapping_gets_what_its_base_and_filter_select(tmp_path: Path) -> None:
    snapshot = read(
        tmp_path,
        f"{ANA}\n{BOB}\n{TEAM}\n",
        Selection("people", ("OU=people, dc=example,dc=org",)),
        Selection("named", user_filter="(|(uid=b*)(cn=nobody))"),
        Selection("both", ("ou=people,dc=example,dc=org", "dc=example,dc=org")),
        Selection("quiet", wants_groups=False),
    )
    assert usernames(snapshot, "people") == ["ana"]
    assert usernames(snapshot, "named") == ["bob"]
    assert usernames(snapshot, "both") == ["ana", "bob"]
    assert not list(snapshot.groups("quiet"))
    assert snapshot.counts().users == 2


@pytest.mark.parametrize(
    ("record", "username"),
    [
        (ANA.replace("uid: ana", f"uid:: {base64.b64encode('añá'.encode()).decode()}"), "añá"),
        (ANA.replace("uid: ana", "uid: a\n na"), "ana"),
        (ANA.replace("uid: ana", "# a comment\n  that goes on\nuid: ana"), "ana"),
        (ANA.replace("\n", "\r\n"), "ana"),
        (ANA.replace("dn:", "DN:"), "ana"),
        (f"dn:: {base64.b64encode('uid=aña,dc=x'.encode()).decode()}\n" + ANA.partition("\n")[2], "ana"),
        ("\ufeff" + ANA, "ana"),
        ("version: 1\n" + ANA, "ana"),
        ("# header\nversion: 1\n\n\n   \n" + ANA, "ana"),
        (ANA.replace("uid: ana", "uid: <script>alert(1)</script>"), "<script>alert(1)</script>"),
        (ANA.replace("uid: ana", 'uid: a,+"<>;/ #=\\\u200f😀'), 'a,+"<>;/ #=\\\u200f😀'),
        (ANA.replace("uid: ana", "uid;x-old: zed\nuserid: ana"), "ana"),
    ],
)
def test_every_way_to_write_a_value_is_read(tmp_path: Path, record: str, username: str) -> None:
    assert usernames(read(tmp_path, record)) == [username]


@pytest.mark.parametrize(
    ("content", "line", "complaint"),
    [
        ("", 1, "no entry"),
        ("# nothing\n\n", 1, "no entry"),
        (f"{ANA}mail: ana@exam", 6, "ends in the middle of a line"),
        (f"{ANA}\n{BOB}nonsense\n", 12, "no ':'"),
        (f"{ANA}jpegPhoto:: %%%\n", 6, "base64"),
        (f"{ANA}jpegPhoto:: YWJ\n", 6, "base64"),
        (f"{ANA}jpegPhoto:< file:///etc/hostname\n", 6, "URL"),
        (f"{ANA}\ndn: uid=bob,dc=x\nchangetype: delete\n", 8, "change record"),
        (f"{ANA}\ndn: uid=bob,dc=x\nChangeType: add\nobjectClass: person\n", 8, "change record"),
        ("uid: ana\ncn: Ana\n", 1, "must begin with 'dn:'"),
        (f"{ANA}dn: uid=bob,dc=x\n", 6, "second 'dn:'"),
        ("dn: people\ncn: x\n", 1, "not a distinguished name"),
        ("dn:\ncn: x\n", 1, "it is empty"),
        (f"{ANA}\ndn: uid=bob,dc=x\n", 7, "no attributes"),
        (f"{ANA}c n: x\n", 6, "not the name of an attribute"),
        (" folded: x\n", 1, "continues another"),
        (ANA.encode("utf-16"), 1, "zero byte"),
        (b"\x1f\x8b\x08\x01\x02\n", 1, "no ':'"),
    ],
)
def test_damage_is_an_error_with_file_and_line(tmp_path: Path, content: str | bytes, line: int, complaint: str) -> None:
    with pytest.raises(AnswerMalformed) as refused:
        read(tmp_path, content)
    assert f"people.ldif:{line}: " in refused.value.message
    assert complaint in refused.value.message
    assert refused.value.remedy


def test_a_missing_file_and_a_folder_are_unreachable(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.ldif", tmp_path):
        with pytest.raises(Unreachable, match=str(path)):
            LdifDirectory("hr", path, [Selection()]).read(LastRead(), MemorySpool("hr"))


def test_two_people_with_one_id_are_left_out_by_name_and_stop_nobody(tmp_path: Path) -> None:
    twins = f"{ANA}entryUUID: 1\n\n{BOB}entryUUID: 1\n\n{BOB.replace('bob', 'eve')}entryUUID: 2\n"
    snapshot = read(tmp_path, twins)
    assert usernames(snapshot) == ["eve"]
    named = {entry.entry for entry in snapshot.quarantined}
    assert named == {"uid=ana,ou=people,dc=example,dc=org", "uid=bob,ou=staff,dc=example,dc=org"}


def test_a_person_without_the_id_the_mapping_wants_is_left_out_by_its_readable_name(tmp_path: Path) -> None:
    odd = ANA.replace("uid=ana,ou=people", r"cn=Doe\2C Ana,OU=People")
    snapshot = read(
        tmp_path, f"{odd}\n{BOB}employeeNumber: 7\n", Selection("m", attributes=Attributes(id="employeeNumber"))
    )
    assert usernames(snapshot) == ["bob"]
    (left_out,) = snapshot.quarantined
    assert left_out.entry == r"cn=Doe\2C Ana,OU=People,dc=example,dc=org"
    assert "employeeNumber" in left_out.reason


def test_logins_named_by_a_group_are_found_wherever_they_stand(tmp_path: Path) -> None:
    posix = "dn: cn=unix,dc=example,dc=org\nobjectClass: posixGroup\ncn: unix\nmemberUid: ANA\nmemberUid: nobody\n"
    for content in (f"{posix}\n{ANA}\n{BOB}", f"{ANA}\n{BOB}\n{posix}"):
        snapshot = read(tmp_path, content)
        (group,) = snapshot.groups()
        assert [user.username for user in snapshot.members(group.id)] == ["ana"]


def test_a_group_cycle_is_read_as_it_is(tmp_path: Path) -> None:
    one = "dn: cn=one,dc=x\nobjectClass: groupOfNames\ncn: one\nmember: cn=two,dc=x\n"
    two = "dn: cn=two,dc=x\nobjectClass: groupOfNames\ncn: two\nmember: CN=One, DC=x\n"
    snapshot = read(tmp_path, f"{one}\n{two}\n{ANA}")
    assert {group.name: [child.name for child in snapshot.child_groups(group.id)] for group in snapshot.groups()} == {
        "one": ["two"],
        "two": ["one"],
    }


def test_a_member_that_is_no_name_is_told_and_the_group_stays(tmp_path: Path) -> None:
    snapshot = read(tmp_path, f"{TEAM}member: ana\n\n{ANA}")
    assert snapshot.counts().memberships == 1
    assert "member ana" in snapshot.quarantined[0].entry


def test_no_people_where_there_were_some_is_not_whole(tmp_path: Path) -> None:
    snapshot = read(tmp_path, TEAM, known=LastRead(users=3, groups=1))
    assert not snapshot.completeness.is_complete
    assert "no users at all, where the last complete read held 3" in snapshot.completeness.reason
    assert snapshot.completeness.remedy


def test_a_filter_only_a_server_could_evaluate_is_a_mistake_of_the_mapping(tmp_path: Path) -> None:
    chain = Selection("m", user_filter="(memberOf:1.2.840.113556.1.4.1941:=cn=x)")
    with pytest.raises(ConfigurationInvalid, match=r"1\.2\.840\.113556\.1\.4\.1941"):
        read(tmp_path, ANA, chain)


@given(st.binary(max_size=200), st.integers(0, 300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_any_damage_is_a_dirsync_error_or_a_readable_file(tmp_path: Path, noise: bytes, at: int) -> None:
    whole = f"{ANA}\n{BOB}\n{TEAM}".encode()
    try:
        snapshot = read(tmp_path, whole[:at] + noise + whole[at:])
    except DirsyncError as error:
        message = str(error)
        assert "people.ldif" in message
    else:
        assert snapshot.completeness.is_complete


@given(st.integers(1, len(f"{ANA}\n{BOB}\n{TEAM}") - 1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_a_file_cut_in_a_line_is_never_taken_for_whole(tmp_path: Path, at: int) -> None:
    cut = f"{ANA}\n{BOB}\n{TEAM}"[:at]
    if cut.endswith("\n"):
        return
    with pytest.raises(AnswerMalformed):
        read(tmp_path, cut)
