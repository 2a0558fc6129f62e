"""An LDIF file as a Target: every kind of change, and what the file of changes then says."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from dirsync.apply.targets.ldif import LdifTarget
from dirsync.directories.interface import Selection
from dirsync.directories.ldap.writing.layout import Layout
from dirsync.errors import ChangeRejected, Unreachable
from dirsync.model.plans import Change, Op, Outcome, Result

FILE = """version: 1

dn: ou=people,dc=x
objectClass: organizationalUnit
ou: people

dn: uid=ana,ou=people,dc=x
objectClass: inetOrgPerson
entryUUID: id-ana
uid: ana
cn: Ana
sn: A
mail: ana@example.org

dn: uid=ben,ou=people,dc=x
objectClass: inetOrgPerson
uid: ben
cn: Ben
sn: B

dn: uid=eve,ou=elsewhere,dc=x
objectClass: inetOrgPerson
entryUUID: id-eve
uid: eve
cn: Eve
sn: E

dn: cn=staff,ou=groups,dc=x
objectClass: groupOfNames
entryUUID: id-staff
cn: staff
member: uid=ana,ou=people,dc=x
member: uid=ben,ou=people,dc=x

dn: cn=one,ou=groups,dc=x
objectClass: groupOfNames
entryUUID: id-one
cn: one
member: uid=ana,ou=people,dc=x

dn: cn=logins,ou=groups,dc=x
objectClass: posixGroup
entryUUID: id-logins
cn: logins
gidNumber: 1
memberUid: ana
memberUid: zoe

dn: cn=queries,ou=groups,dc=x
objectClass: groupOfURLs
objectClass: groupOfNames
entryUUID: id-queries
cn: queries
"""
SELECTION = Selection(user_bases=("ou=people,dc=x",), group_bases=("ou=groups,dc=x",))


@pytest.fixture(autouse=True)
def _no_file_is_left_open():
    yield
    while Desk.opened:
        Desk.opened.pop().close()


class Desk:
    opened: ClassVar[list[LdifTarget]] = []

    def __init__(self, folder: Path, text: str = FILE, **layout: object) -> None:
        self.path = folder / "corp.ldif"
        if text:
            self.path.write_text(text, encoding="utf-8")
        layouts = {"people": Layout("ou=people,dc=x", **{"groups_base": "ou=groups,dc=x", **layout})}
        clock = lambda: datetime(2026, 11, 20, 1, 30, tzinfo=UTC)  # noqa: E731 - as a caller would
        self.target = LdifTarget("corp", self.path, "run-1", SELECTION, layouts, clock)
        self.opened.append(self.target)
        self.changes = folder / "corp.run-1.changes.ldif"

    def do(self, op: Op, **given: object) -> Outcome:
        return self.target.carry_out(Change(op, "corp", "people", **given))

    def written(self) -> list[str]:
        """Close the target and return its records."""
        self.target.close()
        if not self.changes.exists():
            return []
        assert stat.S_IMODE(self.changes.stat().st_mode) == 0o600
        version, remarks, *records = self.changes.read_text(encoding="utf-8").split("\n\n")
        assert version == "version: 1"
        assert "run run-1" in remarks
        assert all(line.startswith("#") for line in remarks.splitlines())
        assert records.pop() == ""
        return records


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_what_is_written_down_is_planned_and_says_where(desk):
    step = Change(Op.CREATE_USER, "corp", "people", user="cat", after={"username": "cat", "active": True})
    outcome = desk.target.carry_out(step)
    where = f"written to {desk.changes} for somebody else to carry out"
    assert outcome == Outcome(
        step.id, Result.PLANNED, f"{where}; it has no password: a file is no place for it", "2026-11-20T01:30:00+00:00"
    )
    assert not desk.changes.exists(), "it is there once it is whole"
    assert desk.written() == [
        "dn: uid=cat,ou=people,dc=x\nchangetype: add\nobjectClass: inetOrgPerson\nuid: cat\ncn: cat\nsn: cat"
    ]
    assert sorted(path.name for path in desk.path.parent.iterdir()) == ["corp.ldif", "corp.run-1.changes.ldif"]


def test_a_change_builds_on_the_one_before(desk):
    desk.do(Op.CREATE_GROUP, group="crew", after={"name": "crew", "description": ""})
    desk.do(Op.CREATE_USER, user="cat", after={"username": "cat"})
    assert desk.do(Op.CREATE_USER, user="CAT", after={"username": "CAT"}).result is Result.ALREADY_SO
    assert desk.do(Op.CREATE_GROUP, group="Crew", after={"name": "Crew"}).result is Result.ALREADY_SO
    assert desk.do(Op.ADD_MEMBER, user="cat", group="crew").result is Result.PLANNED
    assert desk.do(Op.ADD_MEMBER, user="cat", group="crew").result is Result.ALREADY_SO
    assert desk.do(Op.UPDATE_USER, user="cat", after={"email": "c@example.org"}).result is Result.PLANNED
    assert desk.do(Op.UPDATE_USER, user="cat", after={"email": "c@example.org"}).result is Result.ALREADY_SO
    assert desk.written()[2:] == [
        "dn: cn=crew,ou=groups,dc=x\nchangetype: modify\nadd: member\nmember: uid=cat,ou=people,dc=x\n-",
        "dn: uid=cat,ou=people,dc=x\nchangetype: modify\nreplace: mail\nmail: c@example.org\n-",
    ]


def test_a_rename_takes_the_old_name_out_of_groups_first_and_puts_the_new_one_in_after(desk):
    step = {"user": "ana", "user_id": "id-ana", "before": {"username": "ana"}, "after": {"username": "anna"}}
    assert desk.do(Op.RENAME_USER, **step).result is Result.PLANNED
    assert desk.do(Op.RENAME_USER, **step).result is Result.ALREADY_SO
    assert desk.do(Op.UPDATE_USER, user="anna", user_id="id-ana", after={"email": "n@example.org"}).message
    one, two, three, rename, *_, last = desk.written()
    assert one == (
        "dn: cn=one,ou=groups,dc=x\nchangetype: modify\ndelete: member\nmember: uid=ana,ou=people,dc=x\n-\n"
        "add: member\nmember: \n-"
    ), "no group is left without a member"
    assert two == "dn: cn=staff,ou=groups,dc=x\nchangetype: modify\ndelete: member\nmember: uid=ana,ou=people,dc=x\n-"
    assert three == "dn: cn=logins,ou=groups,dc=x\nchangetype: modify\ndelete: memberUid\nmemberUid: ana\n-"
    assert rename == "dn: uid=ana,ou=people,dc=x\nchangetype: modrdn\nnewrdn: uid=anna\ndeleteoldrdn: 1"
    assert last.startswith("dn: uid=anna,ou=people,dc=x\nchangetype: modify\n")


def test_an_entry_without_an_id_is_known_by_its_name_until_the_end(desk):
    ref = "uid=ben,ou=people,dc=x"
    step = {"user": "ben", "user_id": ref, "before": {"username": "ben"}, "after": {"username": "bob"}}
    assert desk.do(Op.RENAME_USER, **step).result is Result.PLANNED
    assert desk.do(Op.ADD_MEMBER, user="bob", user_id=ref, group="one", group_id="id-one").result is Result.PLANNED
    assert "member: uid=bob,ou=people,dc=x" in desk.written()[-1]


def test_an_account_leaves_its_groups_before_it_goes(desk):
    assert desk.do(Op.REMOVE_USER, user="ben", user_id="uid=ben,ou=people,dc=x").result is Result.PLANNED
    assert desk.do(Op.REMOVE_USER, user="ben", user_id="uid=ben,ou=people,dc=x").result is Result.ALREADY_SO
    assert [record.split("\n")[1] for record in desk.written()] == ["changetype: modify", "changetype: delete"]


def test_who_is_not_in_the_base_or_not_there_is_nobody(desk):
    for who in ({"user": "eve", "user_id": "id-eve"}, {"user": "zoe", "user_id": "id-zoe"}, {"user": "zoe"}):
        for op in (Op.DEACTIVATE_USER, Op.ADD_MEMBER):
            outcome = desk.do(op, **who, group="staff")
            assert outcome.result is Result.FAILED
            assert f"no account '{who['user']}'" in outcome.message
    assert desk.written() == []


def test_nobody_is_made_whose_login_a_group_lists_already(desk):
    outcome = desk.do(Op.CREATE_USER, user="zoe", after={"username": "zoe"})
    assert outcome.result is Result.REFUSED
    assert "cn=logins,ou=groups,dc=x list" in outcome.message
    assert desk.written() == []


def test_a_file_can_not_disable_without_being_told_how(desk):
    outcome = desk.do(Op.DEACTIVATE_USER, user="ana", user_id="id-ana")
    assert outcome.result is Result.REFUSED
    assert "target.users.attributes.active" in outcome.message
    failed = desk.do(Op.CREATE_USER, user="off", after={"username": "off", "active": False})
    assert failed.result is Result.FAILED
    assert "target.users.attributes.active" in failed.message


def test_members_are_taken_out_once_and_the_last_one_leaves_nobody(desk):
    step = {"user": "ana", "user_id": "id-ana", "group": "one", "group_id": "id-one"}
    assert desk.do(Op.REMOVE_MEMBER, **step).result is Result.PLANNED
    assert desk.do(Op.REMOVE_MEMBER, **step).result is Result.ALREADY_SO
    [record] = desk.written()
    assert record.endswith("-\nadd: member\nmember: \n-")


def test_groups_are_described_renamed_nested_and_removed(desk):
    staff = {"group": "staff", "group_id": "id-staff"}
    assert desk.do(Op.UPDATE_GROUP, **staff, after={"description": "all"}).result is Result.PLANNED
    assert desk.do(Op.UPDATE_GROUP, **staff, after={"description": "all"}).result is Result.ALREADY_SO
    assert desk.do(Op.ADD_CHILD_GROUP, group="one", child_group="staff").result is Result.PLANNED
    assert desk.do(Op.ADD_CHILD_GROUP, group="logins", child_group="staff").result is Result.REFUSED
    assert desk.do(Op.REMOVE_CHILD_GROUP, group="one", child_group="staff").result is Result.PLANNED
    assert desk.do(Op.RENAME_GROUP, **staff, after={"name": "one"}).result is Result.FAILED
    assert desk.do(Op.RENAME_GROUP, **staff, after={"name": "crew"}).result is Result.PLANNED
    assert desk.do(Op.RENAME_GROUP, **staff, after={"name": "crew"}).result is Result.ALREADY_SO
    assert desk.do(Op.UPDATE_GROUP, **staff, after={"description": ""}).result is Result.REFUSED
    assert desk.do(Op.REMOVE_GROUP, group="crew", group_id="id-staff").result is Result.PLANNED
    assert desk.do(Op.REMOVE_GROUP, group="crew", group_id="id-staff").result is Result.ALREADY_SO
    assert desk.do(Op.ADD_MEMBER, user="ana", group="crew").result is Result.FAILED
    assert desk.do(Op.ADD_CHILD_GROUP, group="one", child_group="crew").result is Result.FAILED


def test_groups_need_a_place_and_a_class_that_can_be_made(tmp_path):
    nowhere = Desk(tmp_path, groups_base="")
    assert "Set target.groups_base" in nowhere.do(Op.CREATE_GROUP, group="x", after={"name": "x"}).message
    numbered = Desk(tmp_path, group_class="posixGroup")
    assert "gidNumber" in numbered.do(Op.CREATE_GROUP, group="x", after={"name": "x"}).message


def test_a_name_that_two_have_and_an_id_that_two_have_are_nobodys(tmp_path):
    twice = FILE + (
        "\ndn: uid=ana,ou=more,ou=people,dc=x\nobjectClass: inetOrgPerson\nentryUUID: id-ana\nuid: ana\ncn: A\nsn: A\n"
    )
    desk = Desk(tmp_path, twice)
    both = desk.do(Op.UPDATE_USER, user="ana", user_id="id-ana", after={"email": "x@example.org"})
    assert both.result is Result.FAILED
    assert "one and the same id id-ana" in both.message
    assert "several accounts 'ana'" in desk.do(Op.ADD_MEMBER, user="ana", group="staff").message
    assert "several of that name" in desk.do(Op.CREATE_USER, user="ana", after={"username": "ana"}).message


def test_a_file_that_is_gone_and_a_folder_that_takes_nothing_end_it(tmp_path, monkeypatch):
    with pytest.raises(Unreachable, match=r"corp\.ldif can't be read"):
        Desk(tmp_path, "").do(Op.REMOVE_USER, user="ana", user_id="id-ana")
    desk = Desk(tmp_path)
    (tmp_path / ".corp.run-1.changes.ldif.tmp").mkdir()
    with pytest.raises(Unreachable, match="can't be written"):
        desk.do(Op.REMOVE_USER, user="ben", user_id="uid=ben,ou=people,dc=x")
    (tmp_path / ".corp.run-1.changes.ldif.tmp").rmdir()
    again = Desk(tmp_path)
    again.do(Op.REMOVE_USER, user="ben", user_id="uid=ben,ou=people,dc=x")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(ChangeRejected, match="No space left"):
            again.target.close()
    assert [path.name for path in tmp_path.iterdir()] == ["corp.ldif"], "nothing half-written is left"


def test_a_file_gets_no_password_and_a_member_that_is_no_name_keeps_nobody_from_reading(tmp_path):
    odd = FILE + "\ndn: cn=odd,ou=groups,dc=x\nobjectClass: groupOfNames\nentryUUID: id-odd\ncn: odd\nmember: nobody\n"
    desk = Desk(tmp_path, odd)
    desk.target._file.open()
    reply = desk.target._file.set_password("uid=ana,ou=people,dc=x", "secret")
    assert (reply.is_success, reply.words) == (False, "a file is no place for it")
    assert desk.do(Op.ADD_MEMBER, user="ana", user_id="id-ana", group="odd").result is Result.PLANNED
    assert desk.do(Op.REMOVE_MEMBER, user="ana", user_id="id-ana", group="odd").result is Result.PLANNED
    assert desk.written()[-1].endswith("delete: member\nmember: uid=ana,ou=people,dc=x\n-")


def test_a_thread_of_its_own_may_do_the_work(desk):
    outcomes: list[Outcome] = []
    step = {"user": "ben", "user_id": "uid=ben,ou=people,dc=x"}
    thread = Thread(target=lambda: outcomes.append(desk.do(Op.REMOVE_USER, **step)))
    thread.start()
    thread.join(10)
    assert [one.result for one in outcomes] == [Result.PLANNED]
    assert len(desk.written()) == 2
