"""Names that go round in a circle, by the real command line and into Crowd: reviewed, killed, undone, in the way."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from servers.mortal import Hospital, Life, hospital
from servers.sandbox import StartSandbox
from servers.workplace import Workplace

from dirsync.sandbox.server import RunningSandbox

KILLED = -9
SEED = """
crowd:
  directories: [{name: customers}]
  applications: [{name: dirsync, password: sandbox-only, directories: [{directory: customers}]}]
"""
MAPPING = """
version: 1
name: customers
audience: customers
source: {{directory: corp, users: {{base: "ou=p,dc=example,dc=org"}}}}
target: {{directory: crowd, missing: {missing}, missing_after: 1}}
guards: {{max_removal_share: 1.0, protect_users: [{protected}]}}
"""
AFTER_A_RENAME = (8, 10, 12)
"""Writes of such a night: six commits, then each request, counted before it and when it is answered."""
PLAIN = {"missing": "keep", "protected": "svc-*"}


@pytest.fixture(scope="module")
def lives() -> Iterator[Hospital]:
    with hospital() as running:
        yield running


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> RunningSandbox:
    return start_sandbox(SEED)


@pytest.fixture
def desk(workplace: Workplace, sandbox: RunningSandbox) -> Workplace:
    workplace.crowd("crowd", sandbox.crowd_url, "dirsync", retry_seconds="1")
    workplace.directory("corp", kind="ldif", path=str(workplace.folder / "corp.ldif"))
    workplace.mapping("customers", MAPPING.format(**PLAIN))
    people(workplace, ana="1", bob="2", cyd="3")
    assert workplace.run("sync").code in {0, 12}
    return workplace


def people(desk: Workplace, **ids: str) -> None:
    """Let the source hold people by name, each with the id and the address that stays theirs."""
    entries = [
        f"dn: uid={name},ou=p,dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {number}\nsn: s\n"
        f"mail: {number}@example.org\ndisplayName: {number}\nentryUUID: {number}\n\n"
        for name, number in ids.items()
    ]
    desk.write("corp.ldif", "".join(entries))


def held(sandbox: RunningSandbox) -> dict[str, str]:
    """Return who bears each name: whose address it is."""
    users = sandbox.state.directory("customers").users
    return {user.name: user.email.partition("@")[0] for user in users.values()}


def runs(history: Life) -> set[str]:
    return {run["id"] for run in json.loads(history.stdout)["runs"]}


def test_a_reviewed_plan_with_a_swap_is_applied_as_it_was_reviewed(desk: Workplace, sandbox: RunningSandbox) -> None:
    people(desk, ana="2", bob="1", cyd="3")
    assert desk.run("plan", "--out", "tonight.json").code in {0, 12}
    ran = desk.run("apply", "tonight.json", "--json")
    assert [one["outcome"] for one in ran.document["outcomes"]] == ["done"] * 3, ran.stderr
    assert held(sandbox) == {"ana": "2", "bob": "1", "cyd": "3"}


def test_half_a_swap_is_undone_wherever_it_was_killed(
    desk: Workplace, sandbox: RunningSandbox, lives: Hospital, request: pytest.FixtureRequest
) -> None:
    def done(*arguments: str, dies_at: int = 0) -> Life:
        return lives.run(desk.folder, desk.environment(), *arguments, dies_at=dies_at)

    before, after = held(sandbox), {"ana": "2", "bob": "1", "cyd": "3"}
    people(desk, **after)
    known, halves = runs(done("history", "--json")), 0
    points = range(1, 40) if request.config.getoption("--long") else AFTER_A_RENAME
    for point in points:
        killed = done("sync", dies_at=point)
        if killed.code != KILLED:
            break
        halves += held(sandbox) not in (before, after)
        known, seen = runs(done("history", "--json")), known
        for run in known - seen:
            undone = done("undo", run, "--apply", "--json")
            assert undone.code in {0, 12}, (killed.points[:point], undone.stderr)
            assert held(sandbox) == before, killed.points[:point]
        known = runs(done("history", "--json"))
    assert halves >= 1
    assert done("sync").code in {0, 12}
    assert held(sandbox) == after


@pytest.mark.parametrize("who", ["protected", "gone", "switched off"])
def test_somebody_in_a_circle_of_three_who_is_special_leads_nobody_astray(
    desk: Workplace, sandbox: RunningSandbox, who: str
) -> None:
    customers = sandbox.state.directory("customers")
    if who == "protected":
        desk.mapping("customers", MAPPING.format(**{**PLAIN, "protected": "bob"}))
    if who == "gone":
        customers.remove_user("bob")
    if who == "switched off":
        customers.update_user("bob", active=False)
    before, after = held(sandbox), {"ana": "3", "bob": "1", "cyd": "2"}
    people(desk, **after)
    ran = desk.run("sync", "--json")
    if who == "protected":
        assert (ran.code, held(sandbox)) == (4, before)
        return
    assert ran.code in {0, 12}, ran.stderr
    assert held(sandbox) == after
    assert desk.run("plan", "--json").changes == []
    switched = {user.name for user in customers.users.values() if not user.active}
    assert switched == ({"cyd"} if who == "switched off" else set())
