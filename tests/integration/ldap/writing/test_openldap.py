"""Every kind of change on a real slapd, as its administrator's own client then shows it."""

from __future__ import annotations

import re

import pytest
from integration.ldap.writing.conftest import AFTER, change
from servers.slapd import SUFFIX, Slapd, StartSlapd, people_ldif
from unit.plan.fakes import MemoryLinks

from dirsync.apply.settle import settle
from dirsync.model.plans import Op, Result
from dirsync.store.journal import Intent

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def server(start_slapd: StartSlapd) -> Slapd:
    return start_slapd(ldif=people_ldif(0))


@pytest.fixture
def desk(server, open_desk):
    return open_desk(server)


def test_an_account_is_made_whole_and_its_immutable_id_comes_back(desk):
    outcome = desk.create("ana")
    assert (outcome.result, outcome.message, outcome.at) == (Result.DONE, "", "2026-11-20T01:30:00+00:00")
    made = desk.user("ana")
    assert outcome.target_id == made.id
    assert made[2:8] == ("ana", "ana@example.org", "Ana", "Müller", "Ana Müller", True)
    shown = desk.server.search(f"uid=ana,ou=people,{desk.base}", "(objectClass=*)", "objectClass", "cn", "userPassword")
    assert "objectClass: inetOrgPerson" in shown
    assert "userPassword:: e1NTSEF9" in shown, "the server has hashed it"


@pytest.mark.parametrize(
    "name", ["ana, b", "#ana", " ana ", "a+b", 'a"b', "a\\b", "<a;b>", "Ünïcödé \U0001f600", "a=b", "*(a)"]
)
def test_any_name_is_written_and_found_again_and_stays_in_its_base(desk, name):
    made = desk.create(name)
    assert made.result is Result.DONE, made.message
    name = name.strip()
    user = desk.user(name) or desk.user(f" {name} ")
    assert user.id == made.target_id
    assert user.ref.endswith(f",ou=people,{desk.base}")
    assert user.ref.count("ou=people") == 1
    assert desk.group(name).result is Result.DONE
    assert desk.join(user.username, name, user.id).result is Result.DONE
    assert desk.members(name) == [user.username]
    assert desk.leave(user.username, name, user.id).result is Result.DONE
    assert desk.members(name) == []


def test_an_account_is_made_again_only_once(desk):
    first = desk.create("ana")
    again = desk.create("Ana")
    assert (again.result, again.target_id) == (Result.ALREADY_SO, first.target_id)
    differs = desk.create("ana", email="other@example.org")
    assert differs.result is Result.FAILED
    assert "differs in email" in differs.message
    assert desk.user("ana").email == "ana@example.org"


def test_an_account_is_updated_where_it_differs_and_nowhere_else(desk):
    made = desk.create("ana")
    desk.server.modify(
        f"dn: uid=ana,ou=people,{desk.base}\nchangetype: modify\nadd: mail\nmail: second@example.org\n-\n"
        "add: description\ndescription: by hand\n"
    )
    step = {
        "user": "ana",
        "user_id": made.target_id,
        "after": {"email": "new@example.org", "display_name": "Ana König"},
    }
    assert desk.do(Op.UPDATE_USER, **step).result is Result.DONE
    assert desk.user("ana")[2:8] == ("ana", "new@example.org", "Ana", "Müller", "Ana König", True)
    shown = desk.server.search(f"uid=ana,ou=people,{desk.base}", "(objectClass=*)", "mail", "description", "cn")
    assert "mail: new@example.org\nmail: second@example.org\n" in shown
    assert "description: by hand" in shown
    assert "cn:: QW5hIEvDtm5pZw==" in shown, "what dirsync filled in follows"
    assert desk.do(Op.UPDATE_USER, **step).result is Result.ALREADY_SO


def test_an_account_is_locked_as_an_administrator_does_it_and_unlocked(desk):
    made = desk.create("ana")
    off = {"user": "ana", "user_id": made.target_id, "after": {"active": False}}
    on = {**off, "after": {"active": True}}
    assert desk.do(Op.DEACTIVATE_USER, **off).result is Result.DONE
    assert not desk.user("ana").active
    assert desk.do(Op.DEACTIVATE_USER, **off).result is Result.ALREADY_SO
    assert desk.do(Op.REACTIVATE_USER, **on).result is Result.DONE
    assert desk.user("ana").active
    assert desk.do(Op.REACTIVATE_USER, **on).result is Result.ALREADY_SO
    assert desk.create("ben", active=False).result is Result.DONE
    assert not desk.user("ben").active


def test_a_rename_keeps_the_id_and_every_membership(desk):
    made = desk.create("ana")
    desk.group("staff")
    desk.join("ana", "staff")
    step = {"user": "ana", "user_id": made.target_id, "before": {"username": "ana"}, "after": {"username": "ana-maria"}}
    renamed = desk.do(Op.RENAME_USER, **step)
    assert (renamed.result, renamed.target_id) == (Result.DONE, made.target_id), renamed.message
    assert desk.user("ana") is None
    assert desk.user("ana-maria").id == made.target_id
    assert desk.members("staff") == ["ana-maria"]
    assert "member: uid=ana,ou" not in desk.server.search(desk.base, "(cn=staff)", "member")
    assert desk.do(Op.RENAME_USER, **step).result is Result.ALREADY_SO


def test_a_rename_that_was_done_by_half_is_finished(desk):
    made = desk.create("ana")
    desk.group("staff")
    desk.join("ana", "staff")
    desk.server.modify(f"dn: uid=ana,ou=people,{desk.base}\nchangetype: modrdn\nnewrdn: uid=anna\ndeleteoldrdn: 1\n")
    assert desk.members("staff") == [], "slapd alone leaves the old name in the group"
    step = {"user": "ana", "user_id": made.target_id, "before": {"username": "ana"}, "after": {"username": "anna"}}
    assert desk.do(Op.RENAME_USER, **step).result is Result.ALREADY_SO
    assert desk.members("staff") == ["anna"]


@pytest.fixture
def groups_of_ana(desk):
    """Put ana into a group of names and into one of logins; return her step to `anna` and what lists the groups."""
    made = desk.create("ana")
    desk.group("staff")
    desk.join("ana", "staff")
    desk.server.modify(
        f"dn: cn=logins,ou=groups,{desk.base}\nchangetype: add\nobjectClass: posixGroup\ncn: logins\n"
        "gidNumber: 500\nmemberUid: ana\n"
    )
    step = {"user": "ana", "user_id": made.target_id, "before": {"username": "ana"}, "after": {"username": "anna"}}

    def listed():
        found = desk.server.search(f"ou=groups,{desk.base}", "(cn=*)", "member", "memberUid")
        return sorted(re.findall(r"(?m)^(?:member: uid|member: cn|memberUid)(?:=|: )([^,\n]+)", found))

    assert listed() == ["ana", "ana"]
    return step, listed


def blocked(desk, name):
    """Make an entry that is nobody's account, so that nobody else's can be named so."""
    desk.server.modify(
        f"dn: {name},ou=people,{desk.base}\nchangetype: add\nobjectClass: applicationProcess\n"
        "objectClass: uidObject\nuid: anna\ncn: anna\n"
    )


def test_a_rename_that_is_refused_leaves_the_old_name_alone_in_its_groups(desk, groups_of_ana):
    step, listed = groups_of_ana
    blocked(desk, "uid=anna")
    failed = desk.do(Op.RENAME_USER, **step)
    assert failed.result is Result.FAILED, failed.message
    assert "entryAlreadyExists" in failed.message
    assert desk.user("ana").id == step["user_id"]
    assert listed() == ["ana", "ana"]


def test_a_rename_whose_groups_list_both_names_already_ends_with_the_new_one(desk, groups_of_ana):
    step, listed = groups_of_ana
    desk.server.modify(
        f"dn: cn=staff,ou=groups,{desk.base}\nchangetype: modify\nadd: member\n"
        f"member: uid=anna,ou=people,{desk.base}\n\n"
        f"dn: cn=logins,ou=groups,{desk.base}\nchangetype: modify\nadd: memberUid\nmemberUid: anna\n"
    )
    assert desk.do(Op.RENAME_USER, **step).result is Result.DONE
    assert listed() == ["anna", "anna"]
    # and as a run leaves it that was killed right after the rename
    desk.server.modify(
        f"dn: cn=staff,ou=groups,{desk.base}\nchangetype: modify\nadd: member\nmember: uid=ana,ou=people,{desk.base}\n"
    )
    assert desk.do(Op.RENAME_USER, **step).result is Result.ALREADY_SO
    assert listed() == ["anna", "anna"]


def test_a_rename_by_letters_alone_keeps_every_membership(desk, groups_of_ana):
    step, listed = groups_of_ana
    renamed = desk.do(Op.RENAME_USER, **{**step, "after": {"username": "Ana"}})
    assert renamed.result is Result.DONE, renamed.message
    assert listed() == ["Ana", "Ana"]


def test_an_entry_that_can_not_follow_the_login_stays_in_its_groups_under_its_own_name(server, open_desk):
    desk = open_desk(server, layout={"rdn": "cn"}, user_filter="(objectClass=inetOrgPerson)")
    made = desk.create("ana", display_name="ana")
    desk.group("staff")
    desk.join("ana", "staff")
    blocked(desk, "cn=anna")
    step = {"user": "ana", "user_id": made.target_id, "before": {"username": "ana"}, "after": {"username": "anna"}}
    renamed = desk.do(Op.RENAME_USER, **step)
    assert renamed.result is Result.DONE
    assert "its entry is still cn=ana," in renamed.message
    assert desk.user("anna").id == made.target_id
    assert desk.members("staff") == ["anna"]
    assert "cn=anna" not in desk.server.search(f"ou=groups,{desk.base}", "(cn=staff)", "member")


def test_an_account_that_goes_leaves_no_name_behind_for_the_next_one_of_that_name(desk):
    made = desk.create("ana")
    desk.group("staff")
    desk.join("ana", "staff")
    step = {"user": "ana", "user_id": made.target_id}
    assert desk.do(Op.REMOVE_USER, **step).result is Result.DONE
    assert desk.user("ana") is None
    assert "uid=ana" not in desk.server.search(desk.base, "(cn=staff)", "member")
    assert desk.do(Op.REMOVE_USER, **step).result is Result.ALREADY_SO


def test_nobody_is_made_who_would_be_in_a_group_at_once(desk):
    desk.group("admins")
    desk.server.modify(
        f"dn: cn=admins,ou=groups,{desk.base}\nchangetype: modify\nadd: member\nmember: uid=ana,ou=people,{desk.base}\n"
    )
    refused = desk.create("ana")
    assert refused.result is Result.REFUSED
    assert f"cn=admins,ou=groups,{desk.base} list" in refused.message
    assert desk.user("ana") is None


@pytest.mark.parametrize("group_class", ["groupOfNames", "groupOfUniqueNames"])
def test_a_group_that_must_have_a_member_is_made_filled_and_emptied(server, open_desk, group_class):
    desk = open_desk(server, layout={"group_class": group_class})
    assert desk.group("staff", "who works here").result is Result.DONE
    assert desk.group("staff", "who works here").result is Result.ALREADY_SO
    assert desk.group("staff", "others").result is Result.FAILED
    desk.create("ana")
    assert desk.join("ana", "staff").result is Result.DONE
    assert desk.join("ana", "staff").result is Result.ALREADY_SO
    assert desk.members("staff") == ["ana"]
    assert desk.leave("ana", "staff").result is Result.DONE
    assert desk.leave("ana", "staff").result is Result.ALREADY_SO
    assert desk.members("staff") == []
    group = desk.read().group_named("staff")
    assert group.description == "who works here"
    step = {"group": "staff", "group_id": group.id, "after": {"description": ""}}
    assert desk.do(Op.UPDATE_GROUP, **step).result is Result.DONE
    assert desk.read().group_named("staff").description == ""
    assert desk.do(Op.REMOVE_GROUP, group="staff", group_id=group.id).result is Result.DONE
    assert desk.do(Op.REMOVE_GROUP, group="staff", group_id=group.id).result is Result.ALREADY_SO


def test_the_last_member_of_a_group_made_by_hand_leaves_nobody_behind(desk):
    made = desk.create("ana")
    base = desk.base
    desk.server.modify(
        f"dn: cn=old,ou=groups,{base}\nchangetype: add\nobjectClass: groupOfNames\ncn: old\n"
        f"member: uid=ana,ou=people,{base}\n"
    )
    assert desk.leave("ana", "old", made.target_id).result is Result.DONE
    assert desk.members("old") == []
    assert desk.join("ana", "old", made.target_id).result is Result.DONE
    assert desk.members("old") == ["ana"]


def test_groups_of_logins_are_filled_and_never_made(server, open_desk):
    desk = open_desk(server, layout={"group_class": "posixGroup"})
    made = desk.create("ana")
    base = desk.base
    server.modify(f"dn: cn=unix,ou=groups,{base}\nchangetype: add\nobjectClass: posixGroup\ncn: unix\ngidNumber: 100\n")
    assert desk.join("ana", "unix", made.target_id).result is Result.DONE
    assert desk.members("unix") == ["ana"]
    step = {"user": "ana", "user_id": made.target_id, "before": {"username": "ana"}, "after": {"username": "anna"}}
    assert desk.do(Op.RENAME_USER, **step).result is Result.DONE
    assert desk.members("unix") == ["anna"]
    assert desk.leave("anna", "unix", made.target_id).result is Result.DONE
    assert desk.members("unix") == []
    refused = desk.group("new")
    assert refused.result is Result.REFUSED
    assert "gidNumber" in refused.message


def test_groups_are_nested_renamed_and_removed(desk):
    for name in ("outer", "inner"):
        assert desk.group(name).result is Result.DONE
    nested = {"group": "outer", "child_group": "inner"}
    assert desk.do(Op.ADD_CHILD_GROUP, **nested).result is Result.DONE
    assert desk.do(Op.ADD_CHILD_GROUP, **nested).result is Result.ALREADY_SO
    snapshot = desk.read()
    inner, outer = snapshot.group_named("inner"), snapshot.group_named("outer")
    assert [one.name for one in snapshot.child_groups(outer.id)] == ["inner"]
    step = {"group": "inner", "group_id": inner.id, "after": {"name": "core"}}
    assert desk.do(Op.RENAME_GROUP, **step).result is Result.DONE
    assert desk.do(Op.RENAME_GROUP, **step).result is Result.ALREADY_SO
    assert [one.name for one in desk.read().child_groups(outer.id)] == ["core"]
    assert desk.do(Op.REMOVE_CHILD_GROUP, group="outer", child_group="core").result is Result.DONE
    assert not list(desk.read().child_groups(outer.id))
    desk.do(Op.ADD_CHILD_GROUP, group="outer", child_group="core")
    assert desk.do(Op.REMOVE_GROUP, group="core", group_id=inner.id).result is Result.DONE
    assert "cn=core" not in desk.server.search(desk.base, "(cn=outer)", "member")


def test_what_a_crash_left_open_is_settled_by_looking_at_the_tree(desk):
    made = desk.create("ana")
    desk.group("staff")
    done = [
        change(Op.CREATE_USER, user="ana", after={"username": "ana", **AFTER}, source_id="1"),
        change(Op.CREATE_GROUP, group="staff", after={"name": "staff"}),
    ]
    not_done = [
        change(Op.CREATE_USER, user="ben", after={"username": "ben", **AFTER}, source_id="2"),
        change(Op.ADD_MEMBER, user="ana", user_id=made.target_id, group="staff", source_id="1"),
        change(Op.RENAME_USER, user="ana", user_id=made.target_id, after={"username": "eva"}, source_id="1"),
    ]
    intents = [Intent("run-1", number, step) for number, step in enumerate([*done, *not_done])]
    settled = settle(intents, {"target": desk.read()}, MemoryLinks(), "2026-11-20T02:00:00+00:00")
    assert [one.outcome.result for one in settled] == [Result.DONE] * 2 + [Result.NOT_TRIED] * 3
    assert settled[0].outcome.target_id == made.target_id
    assert [link.target_id for link in settled[0].recorded] == [made.target_id]


def test_an_account_whose_password_may_not_be_set_is_made_without_one_and_said_to_be(start_slapd, open_desk):
    rules = (
        "access to attrs=userPassword by anonymous auth by * none\n"
        f'access to dn.subtree="ou=people,{SUFFIX}" by users write'
    )
    careful = start_slapd(ldif=people_ldif(0), extra=rules)
    desk = open_desk(
        careful,
        users=f"ou=people,{SUFFIX}",
        groups=f"ou=groups,{SUFFIX}",
        bind_dn=careful.reader_dn,
        password=careful.reader_password,
    )
    made = desk.create("ana")
    assert made.result is Result.DONE
    assert made.message.startswith("it has no password: insufficientAccessRights")
    assert made.target_id == desk.user("ana").id
    refused = desk.group("staff")
    assert refused.result is Result.REFUSED
    assert "the right to write" in refused.message
