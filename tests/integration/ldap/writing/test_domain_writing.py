"""Every kind of change on a real domain controller (Samba)."""

from __future__ import annotations

from itertools import count

import pytest
from servers.samba import SUFFIX, Samba, StartSamba, account_ldif, group_ldif, unit_ldif

from dirsync.model.plans import Op, Result

pytestmark = pytest.mark.server
NUMBERS = count()
CROWD = f"OU=Crowd,{SUFFIX}"
BIG = 2000


@pytest.fixture(scope="module")
def server(start_samba: StartSamba) -> Samba:
    members = [f"CN=user{n:04d},{CROWD}" for n in range(BIG)]
    entries = [
        unit_ldif("Crowd"),
        *(account_ldif(f"user{n:04d}", CROWD) for n in range(BIG)),
        group_ldif("big", CROWD, *members),
    ]
    return start_samba("".join(entries))


@pytest.fixture
def desk(server, open_desk):
    return open_desk(server, ca_file=str(server.ca_file))


@pytest.fixture
def ana():
    """Return a login that nobody in the domain has."""
    return f"ana{next(NUMBERS)}"


@pytest.fixture
def staff():
    """Return the name of a group that is not there yet: in a domain it is a login, too."""
    return f"staff{next(NUMBERS)}"


def shown(desk, name, *attributes):
    return desk.server.search(desk.base, f"(sAMAccountName={name})", *attributes)


def test_an_account_is_made_with_a_password_and_enabled(desk, ana, staff):
    made = desk.create(ana)
    assert (made.result, made.message) == (Result.DONE, "")
    user = desk.user(ana)
    assert user.id == made.target_id
    assert user[2:8] == (ana, "ana@example.org", "Ana", "Müller", "Ana Müller", True)
    assert "userAccountControl: 512\n" in shown(desk, ana, "userAccountControl")
    again = desk.create(ana)
    assert (again.result, again.target_id) == (Result.ALREADY_SO, made.target_id)


def test_an_account_without_a_password_is_made_disabled_and_said_to_be(server, open_desk, ana):
    desk = open_desk(server, layout={"has_password": False}, ca_file=str(server.ca_file))
    made = desk.create(ana)
    assert made.result is Result.DONE
    assert "the account is disabled" in made.message
    assert not desk.user(ana).active


def test_an_account_is_disabled_and_enabled_and_keeps_its_other_flags(desk, ana, staff):
    made = desk.create(ana)
    name = f"CN={ana},OU=people,{desk.base}"
    desk.server.modify(f"dn: {name}\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: 66048\n")
    who = {"user": ana, "user_id": made.target_id}
    assert desk.do(Op.DEACTIVATE_USER, **who).result is Result.DONE
    assert "userAccountControl: 66050\n" in shown(desk, ana, "userAccountControl")
    assert desk.do(Op.DEACTIVATE_USER, **who).result is Result.ALREADY_SO
    assert desk.do(Op.REACTIVATE_USER, **who).result is Result.DONE
    assert "userAccountControl: 66048\n" in shown(desk, ana, "userAccountControl")


def test_an_account_that_has_expired_is_not_said_to_be_enabled(desk, ana, staff):
    made = desk.create(ana, active=False)
    desk.server.modify(
        f"dn: CN={ana},OU=people,{desk.base}\nchangetype: modify\nreplace: accountExpires\n"
        "accountExpires: 132223104000000000\n"
    )
    refused = desk.do(Op.REACTIVATE_USER, user=ana, user_id=made.target_id)
    assert refused.result is Result.REFUSED
    assert "an expiry date" in refused.message
    assert "userAccountControl: 514\n" in shown(desk, ana, "userAccountControl")


def test_a_rename_changes_the_login_the_name_and_the_principal_and_keeps_memberships(desk, ana, staff):
    made = desk.create(ana)
    desk.group(staff)
    desk.join(ana, staff)
    desk.server.modify(
        f"dn: CN={ana},OU=people,{desk.base}\nchangetype: modify\nreplace: userPrincipalName\n"
        f"userPrincipalName: {ana}@corp.example.org\n"
    )
    step = {"user": ana, "user_id": made.target_id, "before": {"username": ana}, "after": {"username": f"{ana}.k"}}
    renamed = desk.do(Op.RENAME_USER, **step)
    assert (renamed.result, renamed.message) == (Result.DONE, "")
    assert desk.user(f"{ana}.k").id == made.target_id
    entry = shown(desk, f"{ana}.k", "userPrincipalName", "memberOf")
    assert f"dn: CN={ana}.k,OU=people,{desk.base}\n".lower() in entry.lower()
    assert f"userPrincipalName: {ana}.k@corp.example.org" in entry
    assert desk.members(staff) == [f"{ana}.k"]
    assert desk.do(Op.RENAME_USER, **step).result is Result.ALREADY_SO


def test_a_group_is_made_filled_nested_and_removed(desk, ana, staff):
    assert desk.group(staff, "who works here").result is Result.DONE
    assert desk.group(staff, "who works here").result is Result.ALREADY_SO
    assert desk.group(f"all-{staff}").result is Result.DONE
    made = desk.create(ana)
    assert desk.join(ana, staff, made.target_id).result is Result.DONE
    assert desk.join(ana, staff, made.target_id).result is Result.ALREADY_SO
    assert desk.do(Op.ADD_CHILD_GROUP, group=f"all-{staff}", child_group=staff).result is Result.DONE
    assert desk.do(Op.ADD_CHILD_GROUP, group=f"all-{staff}", child_group=staff).result is Result.ALREADY_SO
    assert desk.members(staff) == [ana]
    assert desk.leave(ana, staff).result is Result.DONE
    assert desk.leave(ana, staff).result is Result.ALREADY_SO
    assert desk.do(Op.REMOVE_CHILD_GROUP, group=f"all-{staff}", child_group=staff).result is Result.DONE
    assert desk.members(staff) == []
    group = desk.read().group_named(staff)
    renamed = desk.do(Op.RENAME_GROUP, group=staff, group_id=group.id, after={"name": f"crew-{staff}"})
    assert renamed.result is Result.DONE, renamed.message
    assert desk.read().group_named(f"crew-{staff}").id == group.id
    assert f"dn: CN=crew-{staff},OU=groups,{desk.base}\n".lower() in shown(desk, f"crew-{staff}", "cn").lower()
    assert desk.do(Op.REMOVE_GROUP, group=f"crew-{staff}", group_id=group.id).result is Result.DONE
    assert desk.read().group_named(f"crew-{staff}") is None


def test_a_primary_group_is_no_membership_that_can_be_ended(desk, ana, staff):
    made = desk.create(ana)
    desk.group(staff)
    desk.join(ana, staff)
    number = desk.server.rid(f"CN={staff},OU=groups,{desk.base}")
    desk.server.modify(
        f"dn: CN={ana},OU=people,{desk.base}\nchangetype: modify\nreplace: primaryGroupID\nprimaryGroupID: {number}\n"
    )
    assert desk.members(staff) == [ana]
    refused = desk.leave(ana, staff, made.target_id)
    assert refused.result is Result.REFUSED
    assert "primary group" in refused.message


def test_a_group_too_large_for_one_answer_gains_and_loses_one(server, open_desk):
    desk = open_desk(server, users=CROWD, groups=CROWD, ca_file=str(server.ca_file))
    newcomer = "newcomer"
    made = desk.create(newcomer)
    assert made.result is Result.DONE
    assert desk.join(newcomer, "big", made.target_id).result is Result.DONE
    assert desk.join(newcomer, "big", made.target_id).result is Result.ALREADY_SO
    assert len(desk.members("big")) == BIG + 1
    assert desk.leave("user0007", "big").result is Result.DONE
    assert desk.leave("user0007", "big").result is Result.ALREADY_SO
    members = desk.members("big")
    assert (len(members), newcomer in members, "user0007" in members) == (BIG, True, False)


def test_a_login_that_somebody_elsewhere_has_is_told_from_an_account(desk, ana):
    desk.server.load(account_ldif(ana, CROWD))
    failed = desk.create(ana)
    assert failed.result is Result.FAILED
    assert "a value which only one may have" in failed.message
    assert desk.user(ana) is None
