"""Every kind of change on a real 389 Directory Server, whose plugins keep references whole."""

from __future__ import annotations

import pytest
from servers.ds389 import Ds389, Start389
from servers.slapd import people_ldif

from dirsync.model.plans import Op, Result

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def server(start_389: Start389) -> Ds389:
    return start_389(lambda base: people_ldif(0, base))


@pytest.fixture
def desk(server, open_desk):
    return open_desk(server)


def test_an_account_lives_from_its_making_to_its_end(desk):
    made = desk.create("ana, b")
    assert (made.result, made.message) == (Result.DONE, "")
    user = desk.user("ana, b")
    assert user.id == made.target_id
    assert user[2:8] == ("ana, b", "ana@example.org", "Ana", "Müller", "Ana Müller", True)
    shown = desk.server.search(desk.base, "(objectClass=person)", "userPassword", "nsUniqueId")
    assert "userPassword:: e1BCS0RG" in shown, "the server has hashed it"
    who = {"user": "ana, b", "user_id": made.target_id}
    assert desk.do(Op.UPDATE_USER, **who, after={"email": "b@example.org"}).result is Result.DONE
    assert desk.user("ana, b").email == "b@example.org"
    assert desk.do(Op.DEACTIVATE_USER, **who).result is Result.DONE
    assert not desk.user("ana, b").active
    assert desk.do(Op.DEACTIVATE_USER, **who).result is Result.ALREADY_SO
    assert desk.do(Op.REACTIVATE_USER, **who).result is Result.DONE
    assert desk.user("ana, b").active
    assert desk.do(Op.REMOVE_USER, **who).result is Result.DONE
    assert desk.do(Op.REMOVE_USER, **who).result is Result.ALREADY_SO
    assert desk.user("ana, b") is None


def test_an_account_made_disabled_stays_so(desk):
    assert desk.create("ben", active=False).result is Result.DONE
    assert not desk.user("ben").active


@pytest.mark.parametrize("group_class", ["groupOfNames", "groupOfUniqueNames"])
def test_a_group_is_made_empty_filled_and_emptied(server, open_desk, group_class):
    desk = open_desk(server, layout={"group_class": group_class})
    assert desk.group("staff").result is Result.DONE
    assert "ember:" not in server.search(desk.base, "(cn=staff)"), "nobody stands in for a member here"
    for name in ("ana", "ben"):
        desk.create(name)
        assert desk.join(name, "staff").result is Result.DONE
    assert desk.join("ana", "staff").result is Result.ALREADY_SO
    assert desk.members("staff") == ["ana", "ben"]
    for name in ("ana", "ben"):
        assert desk.leave(name, "staff").result is Result.DONE
    assert desk.leave("ana", "staff").result is Result.ALREADY_SO
    assert desk.members("staff") == []


def test_a_rename_keeps_the_id_and_every_membership(desk):
    made = desk.create("ana")
    desk.group("staff")
    desk.join("ana", "staff")
    step = {"user": "ana", "user_id": made.target_id, "before": {"username": "ana"}, "after": {"username": "anna"}}
    renamed = desk.do(Op.RENAME_USER, **step)
    assert renamed.result is Result.DONE, renamed.message
    assert desk.user("anna").id == made.target_id
    assert desk.members("staff") == ["anna"]
    assert desk.do(Op.REMOVE_USER, user="anna", user_id=made.target_id).result is Result.DONE
    assert "uid=anna" not in desk.server.search(desk.base, "(cn=staff)", "member")


def test_another_entry_under_the_name_is_found_out_by_its_id(desk):
    made = desk.create("ana")
    desk.server.modify(f"dn: uid=ana,ou=people,{desk.base}\nchangetype: delete\n")
    desk.create("ana")
    refused = desk.do(Op.DEACTIVATE_USER, user="ana", user_id=made.target_id)
    assert refused.result is Result.REFUSED
    assert "somebody else has taken the name" in refused.message
    assert desk.user("ana").active
