"""Leavers in a night in which Jira is down: accounts go on, and the organisations follow once Jira answers again."""

from __future__ import annotations

import pytest
from integration.organizations.conftest import ESTATE, SEED, Desk, told
from servers.sandbox import StartSandbox
from servers.workplace import Workplace

from dirsync.sandbox.faults import Fault

OLD_HAND = "users: [{username: old-hand"
KEPT = SEED.replace(OLD_HAND, f"users: [{{username: ana, email: ana@example.org}}, {OLD_HAND.removeprefix('users: [')}")
"""Jira goes on to show an ana without her account in Crowd, as it does for whoever has written something."""


@pytest.fixture
def settled(workplace: Workplace, start_sandbox: StartSandbox) -> Desk:
    sandbox = start_sandbox(KEPT)
    workplace.directory("corp", kind="ldif", path="corp.ldif")
    workplace.crowd("crowd", sandbox.crowd_url, "dirsync-customers")
    workplace.jira(sandbox.jira_url)
    workplace.write("mappings/estate.yaml", ESTATE)
    desk = Desk(workplace, sandbox, {"ana": "Acme", "bob": "Acme", "cyd": "Acme"})
    desk.mapping()
    path = workplace.folder / "mappings/customers.yaml"
    path.write_text(path.read_text("utf-8").replace("missing: deactivate", "missing: remove"), "utf-8")
    for _ in range(2):
        desk.sync()
    return desk


def test_whose_account_was_removed_while_jira_was_down_is_taken_out_the_next_night(settled: Desk) -> None:
    assert settled.held()["Acme"][0] == {"ana", "bob", "cyd"}
    del settled.people["ana"]
    settled.sandbox.faults.add(Fault(path="servicedeskapi/", status=403, times=None))
    down = settled.sync()
    assert (down.code, told(down)) == (3, [])
    assert "ana" not in settled.sandbox.state.directory("customers").users
    settled.sandbox.faults.clear()
    jira = settled.sandbox.state.jira
    with settled.sandbox.state.lock:
        (acme,) = (one for one in jira.organizations.all() if one.name == "Acme")
        (left,) = (user for user in jira.users() if user.name == "ana")
        acme.members[left.key] = None  # here the key is another one, in Jira it stays the same
    assert settled.held()["Acme"][0] == {"ana", "bob", "cyd"}
    assert told(settled.sync()) == [("remove_from_organization", "ana", "Acme")]
    assert settled.held()["Acme"][0] == {"bob", "cyd"}
    assert told(settled.sync()) == []
