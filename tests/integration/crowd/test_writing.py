import json

import pytest
from integration.crowd.conftest import clock
from servers.scripted import HANG_UP, answer

from dirsync.apply.targets.crowd import CrowdTarget
from dirsync.errors import CredentialsRefused, NotThatProduct, RightsMissing, Unreachable
from dirsync.model.plans import Change, Op, Result
from dirsync.sandbox.faults import Fault

STRANGE = ',+"\\<>;/ #=&?% \U0001f600 \u202ertl <script>alert(1)</script>'
SEED = """
crowd:
  directories:
    - name: customers
      groups: [{name: Portal, description: all customers, groups: [emea]}, {name: emea}, {name: empty}]
      users:
        - {username: Ada, email: ada@example.org, first_name: Ada, last_name: King, display_name: Ada King,
           groups: [Portal]}
        - {username: grace, email: grace@example.org, active: false}
  applications:
    - {name: dirsync-customers, password: canary-password, directories: [{directory: customers}]}
    - name: reader
      password: canary-password
      directories: [{directory: customers, allowed_operations: []}]
"""
CREATE = {
    "email": "new@example.org",
    "first_name": "New",
    "last_name": "One",
    "display_name": "New One",
    "active": True,
}


@pytest.fixture
def sandbox(start_sandbox):
    return start_sandbox(SEED)


@pytest.fixture
def target(sandbox, endpoint):
    made = CrowdTarget(endpoint(sandbox.crowd_url), "crowd_customers", clock=clock)
    yield made
    made.close()


def change(op, **given):
    return Change(op, "crowd_customers", "customers", **given)


def key_of(target, username):
    return target._crowd.user(username)["key"]


def writes(sandbox):
    return [
        f"{request.method} {request.path.rpartition('/1/')[2]}"
        for request in sandbox.requests
        if request.method != "GET"
    ]


def test_an_outcome_names_its_change_and_its_time(target):
    step = change(Op.ADD_MEMBER, user="grace", group="Portal")
    outcome = target.carry_out(step)
    assert (outcome.change, outcome.at) == (step.id, "2026-11-20T01:30:00+00:00")


def test_a_user_is_created_whole_and_its_key_comes_back(target):
    outcome = target.carry_out(change(Op.CREATE_USER, user=STRANGE, after={"username": STRANGE, **CREATE}))
    made = target._crowd.user(STRANGE)
    assert outcome.result is Result.DONE
    assert outcome.target_id == made["key"]
    assert (made["name"], made["email"], made["display-name"], made["active"]) == (
        STRANGE,
        "new@example.org",
        "New One",
        True,
    )


def test_a_user_that_is_there_and_equal_is_already_so_in_any_case_of_the_name(target):
    step = change(Op.CREATE_USER, user="newone", after={"username": "newone", **CREATE})
    first = target.carry_out(step)
    again = target.carry_out(change(Op.CREATE_USER, user="NewOne", after={"username": "NewOne", **CREATE}))
    assert again.result is Result.ALREADY_SO
    assert again.target_id == first.target_id


def test_a_user_that_is_there_and_differs_is_not_overwritten_and_the_message_says_who_and_what(target):
    outcome = target.carry_out(change(Op.CREATE_USER, user="ada", after={"username": "ada", **CREATE}))
    assert outcome.result is Result.FAILED
    assert "'Ada'" in outcome.message
    assert "email, first_name, last_name, display_name" in outcome.message
    assert target._crowd.user("ada")["email"] == "ada@example.org"


def test_a_user_created_inactive_stays_so(target):
    target.carry_out(
        change(Op.CREATE_USER, user="off", after={"username": "off", "email": "o@example.org", "active": False})
    )
    assert target._crowd.user("off")["active"] is False


def test_an_update_changes_what_it_names_and_keeps_the_rest(target):
    step = change(Op.UPDATE_USER, user="ada", user_id=key_of(target, "ada"), after={"email": "ada@new.example.org"})
    assert target.carry_out(step).result is Result.DONE
    now = target._crowd.user("ada")
    assert (now["email"], now["first-name"], now["display-name"], now["active"]) == (
        "ada@new.example.org",
        "Ada",
        "Ada King",
        True,
    )
    assert target.carry_out(step).result is Result.ALREADY_SO


def test_an_attribute_can_be_emptied(target):
    step = change(Op.UPDATE_USER, user="ada", user_id=key_of(target, "ada"), after={"first_name": ""})
    assert target.carry_out(step).result is Result.DONE
    assert target._crowd.user("ada")["first-name"] == ""


def test_an_account_is_switched_off_and_on_and_nothing_else_changes(target):
    before = target._crowd.user("ada")
    off = change(Op.DEACTIVATE_USER, user="ada", user_id=before["key"], after={"active": False})
    on = change(Op.REACTIVATE_USER, user="ada", user_id=before["key"], after={"active": True})
    assert target.carry_out(off).result is Result.DONE
    assert target._crowd.user("ada") == {
        **before,
        "active": False,
        "updated-date": target._crowd.user("ada")["updated-date"],
    }
    assert target.carry_out(off).result is Result.ALREADY_SO
    assert target.carry_out(on).result is Result.DONE
    assert target._crowd.user("ada")["active"] is True


def test_a_rename_keeps_the_key_and_the_memberships(target):
    key = key_of(target, "ada")
    step = change(
        Op.RENAME_USER, user="Ada", user_id=key, before={"username": "Ada"}, after={"username": "ada.king+x/1"}
    )
    outcome = target.carry_out(step)
    assert (outcome.result, outcome.target_id) == (Result.DONE, key)
    assert target._crowd.user("Ada") is None
    assert target._crowd.has_member(
        "/group/user/direct", {"groupname": "Portal", "username": "ada.king+x/1"}, "ada.king+x/1"
    )
    assert target.carry_out(step).result is Result.ALREADY_SO


def test_a_rename_may_change_the_case_only(target):
    step = change(Op.RENAME_USER, user="Ada", user_id=key_of(target, "ada"), after={"username": "ada"})
    assert target.carry_out(step).result is Result.DONE
    assert target._crowd.user("ada")["name"] == "ada"
    assert target.carry_out(step).result is Result.ALREADY_SO


def test_a_rename_onto_somebody_elses_name_fails_and_names_them(target):
    step = change(Op.RENAME_USER, user="Ada", user_id=key_of(target, "ada"), after={"username": "Grace"})
    outcome = target.carry_out(step)
    assert outcome.result is Result.FAILED
    assert f"'grace' (id {key_of(target, 'grace')})" in outcome.message
    assert target._crowd.user("Ada") is not None


def test_a_rename_carries_out_what_else_it_names(target):
    after = {"username": "ada2", "email": "ada2@example.org"}
    step = change(Op.RENAME_USER, user="Ada", user_id=key_of(target, "ada"), after=after)
    assert target.carry_out(step).result is Result.DONE
    assert target._crowd.user("ada2")["email"] == "ada2@example.org"


@pytest.mark.parametrize(
    ("op", "after"),
    [
        (Op.UPDATE_USER, {"email": "x@example.org"}),
        (Op.DEACTIVATE_USER, {"active": False}),
        (Op.REACTIVATE_USER, {"active": True}),
        (Op.RENAME_USER, {"username": "other"}),
        (Op.REMOVE_USER, {}),
    ],
)
def test_somebody_who_has_taken_the_name_meanwhile_is_left_alone(target, sandbox, op, after):
    step = change(op, user="ada", user_id="1:somebody-else", after=after)
    outcome = target.carry_out(step)
    assert outcome.result is Result.REFUSED
    assert f"now has the id {key_of(target, 'ada')}, not 1:somebody-else" in outcome.message
    assert writes(sandbox) == []


@pytest.mark.parametrize("op", [Op.UPDATE_USER, Op.DEACTIVATE_USER, Op.REMOVE_USER])
def test_somebody_who_has_been_renamed_meanwhile_is_not_taken_for_gone(target, op):
    key = key_of(target, "ada")
    target.carry_out(change(Op.RENAME_USER, user="Ada", user_id=key, after={"username": "countess"}))
    outcome = target.carry_out(change(op, user="Ada", user_id=key, after={"email": "x@example.org"}))
    assert outcome.result is Result.REFUSED
    assert "'countess' by now" in outcome.message


def test_a_user_is_removed_once(target):
    step = change(Op.REMOVE_USER, user="ada", user_id=key_of(target, "ada"))
    assert target.carry_out(step).result is Result.DONE
    assert target._crowd.user("ada") is None
    assert target.carry_out(step).result is Result.ALREADY_SO


def test_an_update_of_somebody_who_is_gone_fails_by_name(target):
    outcome = target.carry_out(change(Op.UPDATE_USER, user="nobody", user_id="1:x", after={"email": "x@example.org"}))
    assert outcome.result is Result.FAILED
    assert "no account 'nobody'" in outcome.message


def test_a_group_is_created_changed_and_removed_each_once(target):
    create = change(Op.CREATE_GROUP, group=STRANGE, after={"name": STRANGE, "description": "of dirsync"})
    update = change(Op.UPDATE_GROUP, group=STRANGE, after={"description": "other"})
    remove = change(Op.REMOVE_GROUP, group=STRANGE)
    assert target.carry_out(create).result is Result.DONE
    assert target.carry_out(create).result is Result.ALREADY_SO
    assert target.carry_out(update).result is Result.DONE
    assert target._crowd.group(STRANGE)["description"] == "other"
    assert target.carry_out(update).result is Result.ALREADY_SO
    different = target.carry_out(create)
    assert different.result is Result.FAILED
    assert "another description" in different.message
    assert target.carry_out(remove).result is Result.DONE
    assert target.carry_out(remove).result is Result.ALREADY_SO


def test_the_id_of_a_new_group_is_its_folded_name(target):
    assert target.carry_out(change(Op.CREATE_GROUP, group="New Group", after={})).target_id == "new group"


def test_an_update_of_a_group_that_is_gone_fails_by_name(target):
    outcome = target.carry_out(change(Op.UPDATE_GROUP, group="nothing", after={"description": "x"}))
    assert (outcome.result, "'nothing'" in outcome.message) == (Result.FAILED, True)


def test_groups_can_not_be_renamed_and_nothing_is_asked(target, sandbox):
    outcome = target.carry_out(change(Op.RENAME_GROUP, group="Portal", after={"name": "Door"}))
    assert outcome.result is Result.REFUSED
    assert "Create the new group" in outcome.message
    assert sandbox.requests == ()


def test_members_come_and_go_each_once(target):
    add = change(Op.ADD_MEMBER, user="grace", group="portal")
    remove = change(Op.REMOVE_MEMBER, user="grace", group="portal")
    assert [target.carry_out(step).result for step in (add, add, remove, remove)] == [
        Result.DONE,
        Result.ALREADY_SO,
        Result.DONE,
        Result.ALREADY_SO,
    ]


def test_child_groups_come_and_go_each_once(target):
    add = change(Op.ADD_CHILD_GROUP, group="Portal", child_group="empty")
    remove = change(Op.REMOVE_CHILD_GROUP, group="Portal", child_group="empty")
    assert [target.carry_out(step).result for step in (add, add, remove, remove)] == [
        Result.DONE,
        Result.ALREADY_SO,
        Result.DONE,
        Result.ALREADY_SO,
    ]


@pytest.mark.parametrize(("user", "group"), [("nobody", "Portal"), ("ada", "nothing")])
def test_a_member_or_group_that_is_not_there_fails_by_name(target, user, group):
    outcome = target.carry_out(change(Op.ADD_MEMBER, user=user, group=group))
    assert outcome.result is Result.FAILED
    assert f"{user} / {group}" in outcome.message
    assert target.carry_out(change(Op.REMOVE_MEMBER, user=user, group=group)).result is Result.ALREADY_SO


@pytest.mark.parametrize(
    ("step", "operation"),
    [
        (change(Op.CREATE_USER, user="x", after={"username": "x"}), "'Add User' (CREATE_USER)"),
        (change(Op.UPDATE_USER, user="ada", after={"email": "x@example.org"}), "'Modify User' (UPDATE_USER)"),
        (change(Op.RENAME_USER, user="ada", after={"username": "x"}), "'Modify User' (UPDATE_USER)"),
        (change(Op.REMOVE_USER, user="ada"), "'Remove User' (DELETE_USER)"),
        (change(Op.CREATE_GROUP, group="x"), "'Add Group' (CREATE_GROUP)"),
        (change(Op.REMOVE_GROUP, group="emea"), "'Remove Group' (DELETE_GROUP)"),
        (change(Op.ADD_MEMBER, user="grace", group="Portal"), "'Modify Group' (UPDATE_GROUP)"),
        (change(Op.ADD_CHILD_GROUP, group="Portal", child_group="empty"), "'Modify Group' (UPDATE_GROUP)"),
    ],
)
def test_a_missing_permission_is_a_refusal_that_names_the_operation_and_both_levels(sandbox, endpoint, step, operation):
    reader = CrowdTarget(endpoint(sandbox.crowd_url, username="reader"), clock=clock)
    outcome = reader.carry_out(step)
    reader.close()
    assert outcome.result is Result.REFUSED
    assert f"Allow {operation} in Crowd on both levels" in outcome.message
    assert "the application 'reader'" in outcome.message


@pytest.mark.parametrize(
    "step",
    [
        change(Op.CREATE_USER, user="newone", after={"username": "newone", **CREATE}),
        change(Op.RENAME_USER, user="Ada", after={"username": "countess"}),
        change(Op.CREATE_GROUP, group="new", after={"name": "new"}),
        change(Op.ADD_MEMBER, user="grace", group="Portal"),
        change(Op.ADD_CHILD_GROUP, group="Portal", child_group="empty"),
    ],
    ids=lambda step: step.op,
)
@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_post_whose_answer_was_lost_is_settled_by_looking(target, sandbox, step, drop):
    fault = sandbox.faults.add(Fault(method="POST", drop=drop))
    outcome = target.carry_out(step)
    assert sandbox.faults.struck(fault) == 1
    assert outcome.result is Result.DONE
    assert len(writes(sandbox)) == (2 if drop == "before" else 1)
    if step.op is Op.CREATE_USER:
        assert outcome.target_id == key_of(target, "newone")
    assert target.carry_out(step).result is Result.ALREADY_SO


@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_put_or_delete_whose_answer_was_lost_is_sent_again(sandbox, endpoint, drop):
    target = CrowdTarget(endpoint(sandbox.crowd_url, retry_seconds=5.0), clock=clock)
    sandbox.faults.add(Fault(method="PUT|DELETE", drop=drop))
    step = change(Op.REMOVE_USER, user="ada", user_id=key_of(target, "ada"))
    assert target.carry_out(step).result is (Result.DONE if drop == "before" else Result.ALREADY_SO)
    assert target._crowd.user("ada") is None
    target.close()


def test_one_change_that_crowd_can_not_do_does_not_end_the_others(target, sandbox):
    sandbox.faults.add(
        Fault(
            method="PUT",
            status=500,
            body=b"<h1>NullPointerException</h1>",
            content_type="text/html",
            headers={"X-Embedded-Crowd-Version": "Crowd/6.0.2"},
        )
    )
    step = change(Op.UPDATE_USER, user="ada", after={"email": "x@example.org"})
    outcome = target.carry_out(step)
    assert outcome.result is Result.FAILED
    assert "HTTP 500" in outcome.message
    assert "NullPointerException" in outcome.message
    assert target.carry_out(step).result is Result.DONE


def test_a_proxys_404_is_not_taken_for_an_account_that_is_gone(target, sandbox):
    key = key_of(target, "ada")
    sandbox.faults.add(
        Fault(
            path="username=ada",
            status=404,
            body=b"not here",
            times=None,
            without_headers=frozenset({"X-Embedded-Crowd-Version"}),
        )
    )
    with pytest.raises(NotThatProduct):
        target.carry_out(change(Op.REMOVE_USER, user="ada", user_id=key))


def test_a_password_is_random_for_everybody_or_left_out_and_never_shown(script, endpoint):
    created = answer({"name": "x", "key": "1:x"}, 201)

    def echo(asked):
        if asked.method == "GET":
            return answer({"reason": "USER_NOT_FOUND", "message": "no"}, 404)
        password = json.loads(asked.body).get("password", {}).get("value", "")
        return answer({"reason": "INVALID_CREDENTIAL", "message": f"too weak: {password}"}, 400)

    server = script([created, created, created])
    target = CrowdTarget(endpoint(server.url), new_passwords={"silent": "none"}, clock=clock)
    step = change(Op.CREATE_USER, user="x", after={"username": "x"})
    silent = Change(Op.CREATE_USER, "crowd_customers", "silent", user="x", after={"username": "x"})
    for each in (step, step, silent):
        assert target.carry_out(each).target_id == "1:x"
    target.close()
    one, other, none = (json.loads(asked.body) for asked in server.asked)
    assert len(one["password"]["value"]) >= 32
    assert one["password"] != other["password"]
    assert "password" not in none

    weak = CrowdTarget(endpoint(script(echo).url), clock=clock)
    outcome = weak.carry_out(step)
    weak.close()
    assert outcome.result is Result.FAILED
    assert outcome.message.endswith("INVALID_CREDENTIAL: too weak: ***")


def test_a_created_user_without_an_answers_body_is_asked_for_its_key(script, endpoint):
    server = script([answer(b"", 201), answer({"name": "x", "key": "1:late", "active": True})])
    target = CrowdTarget(endpoint(server.url), clock=clock)
    assert target.carry_out(change(Op.CREATE_USER, user="x", after={"username": "x"})).target_id == "1:late"
    target.close()


def test_a_target_that_can_not_be_reached_any_more_ends_the_run(script, endpoint):
    refused = answer("Application failed to authenticate", 401, "text/plain")
    address = answer(
        'Client with address "192.0.2.7" is forbidden from making requests to the application, x.', 403, "text/html"
    )
    step = change(Op.ADD_MEMBER, user="ada", group="Portal")
    for answers, kind in (
        ([refused], CredentialsRefused),
        ([address], RightsMissing),
        ([HANG_UP, HANG_UP], Unreachable),
        ([answer("busy", 429, "text/plain")], Unreachable),
    ):
        target = CrowdTarget(endpoint(script(answers).url), clock=clock)
        with pytest.raises(kind):
            target.carry_out(step)
        target.close()


def test_a_name_that_can_not_be_sent_fails_its_own_change_only(target):
    outcome = target.carry_out(change(Op.ADD_MEMBER, user="half \ud800", group="Portal"))
    assert outcome.result is Result.FAILED
    assert target.carry_out(change(Op.ADD_MEMBER, user="grace", group="Portal")).result is Result.DONE
