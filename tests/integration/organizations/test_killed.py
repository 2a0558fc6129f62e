"""Kill -9 in the middle of changes of organisations: the next night ends where no interruption would have ended."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest
from integration.organizations.conftest import Desk, told

from dirsync.sandbox.faults import Fault

REMOVING = "{attribute: o, service_projects: [HELP], missing: remove}"


def kill_during(desk: Desk, fault: Fault) -> None:
    """Begin a sync and kill it while Jira sits on the request that the fault is about."""
    desk.sandbox.faults.add(fault)
    running = subprocess.Popen(
        [sys.executable, "-m", "dirsync", "sync"], cwd=desk.place.folder, env=desk.place.environment()
    )
    end = time.monotonic() + 120
    while not desk.sandbox.faults.struck(fault) and time.monotonic() < end:
        time.sleep(0.02)
    if fault.edit_body:
        time.sleep(0.3)  # until Jira has acted
    running.send_signal(signal.SIGKILL)
    assert running.wait(60) == -signal.SIGKILL
    desk.sandbox.faults.clear()


@pytest.mark.parametrize("has_acted", [False, True])
def test_an_organisation_is_made_once_and_known_as_our_own(desk: Desk, *, has_acted: bool) -> None:
    desk.people = {"ana": "Acme", "bob": "Globex"}
    desk.sync()
    slow = {"edit_body": slowly} if has_acted else {"latency": 60, "drop": "before"}
    kill_during(desk, Fault(path="servicedeskapi/organization$", method="POST", **slow))
    assert ("Acme" in desk.held()) is has_acted
    after = desk.sync()
    assert after.code in {0, 12}, after.stderr
    assert ("create_organization", "", "Acme") in told(after) or has_acted
    assert desk.held() == {"Globex": ({"old-hand", "bob"}, {"HELP"}), "Acme": ({"ana"}, {"HELP"})}
    assert sorted(one.name for one in desk.sandbox.state.jira.organizations.all()) == ["Acme", "Globex"]
    desk.mapping(REMOVING)
    desk.people = {"ana": "Globex", "bob": "Globex"}
    assert ("remove_organization", "", "Acme") in told(desk.sync()), "the journal proves that it is dirsync's own"


@pytest.mark.parametrize("has_acted", [False, True])
def test_who_was_being_moved_ends_where_they_belong(settled: Desk, *, has_acted: bool) -> None:
    settled.people["bob"] = "Globex"
    settled.run("plan")  # writes the source
    slow = {"edit_body": slowly} if has_acted else {"latency": 60, "drop": "before"}
    kill_during(settled, Fault(path="organization/1/user", method="POST", **slow))
    assert settled.sync().code in {0, 12}
    assert settled.held() == {"Globex": ({"old-hand", "cyd", "bob"}, {"HELP"}), "Acme": ({"ana"}, {"HELP"})}
    assert told(settled.sync()) == []


def slowly(body: bytes) -> bytes:
    """Hold an answer back once Jira has acted."""
    time.sleep(1.5)
    return body
