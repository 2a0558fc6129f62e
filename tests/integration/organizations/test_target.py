"""Organisations as a Target, against the emulated Jira: what each Change does, and what is said when it can't."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from integration.organizations.conftest import SEED
from servers.sandbox import StartSandbox

from dirsync.apply.targets.organizations import OrganizationsTarget
from dirsync.directories.jira.organizations_client import OrganizationsClient
from dirsync.errors import CredentialsRefused, Unreachable
from dirsync.http import Endpoint
from dirsync.model.organizations import ORGANIZATIONS
from dirsync.model.plans import Change, Op, Outcome, Result
from dirsync.sandbox.faults import Fault
from dirsync.sandbox.server import RunningSandbox

PATH = "servicedeskapi/organization"


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> RunningSandbox:
    return start_sandbox(SEED)


@pytest.fixture
def target(sandbox: RunningSandbox) -> Iterator[OrganizationsTarget]:
    endpoint = Endpoint("jira", sandbox.jira_url, token="sandbox-jira-token", retry_seconds=0)
    target = OrganizationsTarget(OrganizationsClient(endpoint))
    yield target
    target.close()


@pytest.fixture
def key(sandbox: RunningSandbox) -> str:
    jira = sandbox.state.jira
    return jira.key_of(jira.find_user("old-hand"))


def change(op: Op, group: str = "Globex", group_id: str = "1", **more: object) -> Change:
    return Change(op, ORGANIZATIONS, "customers", group=group, group_id=group_id, **more)


def create(name: str) -> Change:
    return change(Op.CREATE_ORGANIZATION, name, "", after={"name": name})


def ending(outcome: Outcome) -> tuple[Result, str]:
    return outcome.result, outcome.target_id


def names(sandbox: RunningSandbox) -> list[str]:
    return [one.name for one in sandbox.state.jira.organizations.all()]


def test_a_new_one_is_used_by_its_id_in_the_same_run(
    sandbox: RunningSandbox, target: OrganizationsTarget, key: str
) -> None:
    assert ending(target.carry_out(create("Acme"))) == (Result.DONE, "2")
    assert ending(target.carry_out(create("ACME"))) == (Result.ALREADY_SO, "2")
    put_in = change(Op.ADD_TO_ORGANIZATION, "Acme", "", user="an-older-name", user_id=key)
    serve = change(Op.LINK_ORGANIZATION, "Acme", "", after={"service_project": "help"})
    for _ in range(2):
        assert [target.carry_out(one).result for one in (put_in, serve)] == [Result.DONE, Result.DONE]
    acme = sandbox.state.jira.organizations.get(2)
    assert (len(acme.members), acme.projects) == (1, {"HELP"})
    take_out = change(Op.REMOVE_FROM_ORGANIZATION, "Acme", "2", user="old-hand", user_id=key)
    unlink = change(Op.UNLINK_ORGANIZATION, "Acme", "2", before={"service_project": "HELP"})
    for _ in range(2):
        assert [target.carry_out(one).result for one in (take_out, unlink)] == [Result.DONE, Result.DONE]
    assert (acme.members, acme.projects) == ({}, set())
    remove = change(Op.REMOVE_ORGANIZATION, "Acme", "2", before={"name": "Acme"})
    assert [target.carry_out(remove).result for _ in range(2)] == [Result.DONE, Result.ALREADY_SO]
    assert names(sandbox) == ["Globex"]
    gone = target.carry_out(take_out)
    assert (gone.result, gone.message) == (Result.ALREADY_SO, "it was already gone")


def test_of_several_of_one_name_none_is_taken_for_it(
    sandbox: RunningSandbox, target: OrganizationsTarget, key: str
) -> None:
    sandbox.state.jira.organizations.make("globex")
    made = target.carry_out(create("Globex"))
    assert (made.result, "ids 1, 2" in made.message) == (Result.FAILED, True)
    for one in (
        change(Op.ADD_TO_ORGANIZATION, group_id="", user="old-hand", user_id=key),
        change(Op.LINK_ORGANIZATION, group_id="", after={"service_project": "HELP"}),
    ):
        outcome = target.carry_out(one)
        assert (outcome.result, "could be told from others" in outcome.message) == (Result.FAILED, True)


def test_an_account_that_is_gone_can_be_put_in_nowhere_and_is_out_already(target: OrganizationsTarget) -> None:
    gone = {"user": "gone", "user_id": "JIRAUSER1"}
    put_in, take_out = (
        target.carry_out(change(op, **gone)) for op in (Op.ADD_TO_ORGANIZATION, Op.REMOVE_FROM_ORGANIZATION)
    )
    assert (put_in.result, put_in.message) == (Result.FAILED, "Jira has no account 'gone' (key JIRAUSER1) any more.")
    assert take_out.result is Result.ALREADY_SO


def test_a_service_project_that_is_not_there_is_named(target: OrganizationsTarget) -> None:
    outcome = target.carry_out(change(Op.LINK_ORGANIZATION, after={"service_project": "NONE"}))
    assert outcome.result is Result.FAILED
    assert outcome.message == "Jira has no service project NONE, or the account of this token may not see it."


@pytest.mark.parametrize(
    "fault",
    [
        Fault(path=PATH, method="POST", drop="after"),
        Fault(path=PATH, method="POST", drop="before"),
        Fault(path=PATH, method="POST", status=502),
        Fault(path=PATH, method="POST", edit_body=lambda _: b'{"id": "'),
        Fault(path=PATH, method="POST", edit_body=lambda _: b'{"name": "Acme"}'),
        Fault(path=PATH, method="POST", edit_body=lambda _: b"[]"),
        Fault(path=PATH, method="POST", drop="before", times=3),
    ],
)
def test_a_lost_answer_makes_no_second_one(sandbox: RunningSandbox, target: OrganizationsTarget, fault: Fault) -> None:
    sandbox.faults.add(fault)
    assert ending(target.carry_out(create("Acme"))) == (Result.DONE, "2")
    assert names(sandbox) == ["Globex", "Acme"]


def test_one_that_nobody_can_look_for_afterwards_stays_open_to_be_settled(
    sandbox: RunningSandbox, target: OrganizationsTarget
) -> None:
    target.carry_out(create("Initech"))
    sandbox.faults.add(Fault(path=PATH, method="POST", drop="after"))
    sandbox.faults.add(Fault(path=PATH, method="GET", edit_body=lambda _: b"{}", times=None))
    with pytest.raises(Unreachable, match="may have made organisation 'Acme'"):
        target.carry_out(create("Acme"))
    assert "Acme" in names(sandbox)


def test_one_that_never_comes_about_is_given_up(sandbox: RunningSandbox, target: OrganizationsTarget) -> None:
    sandbox.faults.add(Fault(path=PATH, method="POST", drop="before", times=None))
    assert target.carry_out(create("Acme")).result is Result.FAILED
    assert names(sandbox) == ["Globex"]


def test_a_lost_answer_and_two_of_the_name_is_nobodys_guess(
    sandbox: RunningSandbox, target: OrganizationsTarget
) -> None:
    target.carry_out(create("Initech"))
    sandbox.state.jira.organizations.make("Acme")
    sandbox.faults.add(Fault(path=PATH, method="POST", drop="after"))
    outcome = target.carry_out(create("Acme"))
    assert (outcome.result, "several organisations 'Acme'" in outcome.message) == (Result.FAILED, True)


def test_what_may_be_sent_twice_is(sandbox: RunningSandbox, target: OrganizationsTarget, key: str) -> None:
    sandbox.faults.add(Fault(path="organization/1/user", method="POST", drop="after", times=2))
    outcome = target.carry_out(change(Op.ADD_TO_ORGANIZATION, user="old-hand", user_id=key))
    assert outcome.result is Result.DONE
    sandbox.faults.add(Fault(path="organization/1/user", method="POST", drop="after", times=None))
    assert target.carry_out(change(Op.ADD_TO_ORGANIZATION, user="old-hand", user_id=key)).result is Result.FAILED


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (create("Acme"), "Make the account of this token an agent"),
        (change(Op.REMOVE_ORGANIZATION, before={"name": "Globex"}), "must be a Jira administrator and an agent"),
    ],
)
def test_a_refusal_says_which_right_is_missing(
    sandbox: RunningSandbox, target: OrganizationsTarget, one: Change, told: str
) -> None:
    sandbox.faults.add(Fault(path=PATH, method="POST|DELETE", status=403, body=b'{"errorMessage": "No."}'))
    outcome = target.carry_out(one)
    assert (outcome.result, told in outcome.message) == (Result.REFUSED, True)


def test_what_jira_does_not_take_fails_with_its_words(sandbox: RunningSandbox, target: OrganizationsTarget) -> None:
    outcome = target.carry_out(create(" "))
    assert outcome.result is Result.FAILED
    assert "An organisation needs a name" in outcome.message
    sandbox.faults.add(Fault(path=PATH, method="POST", status=400, body=b""))
    assert target.carry_out(create("Acme")).message.endswith("(HTTP 400): no reason given")


def test_a_list_that_can_not_be_read_fails_the_change(sandbox: RunningSandbox, target: OrganizationsTarget) -> None:
    sandbox.faults.add(Fault(path=PATH, method="GET", edit_body=lambda _: b"{}"))
    assert target.carry_out(create("Acme")).result is Result.FAILED


@pytest.mark.parametrize(("status", "raised"), [(401, CredentialsRefused), (429, Unreachable)])
def test_what_would_stop_every_other_change_is_raised(
    sandbox: RunningSandbox, target: OrganizationsTarget, status: int, raised: type[Exception]
) -> None:
    sandbox.faults.add(Fault(path=PATH, method="POST", status=status, times=None))
    with pytest.raises(raised):
        target.carry_out(create("Acme"))
