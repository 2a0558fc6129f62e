"""What a read has taken in is kept for the next one only after apply; a failed or killed apply loses none of it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import Any

import pytest
from servers.sandbox import StartSandbox
from servers.workplace import Workplace

from dirsync.sandbox.faults import Fault
from dirsync.sandbox.server import RunningSandbox

SEED = """
crowd:
  version: "6.0.2"
  directories:
    - name: staff
      users:
        - {username: ana, email: ana@example.org, first_name: Ana, last_name: A, display_name: Ana A}
        - {username: bob, email: bob@example.org, first_name: Bob, last_name: B, display_name: Bob B}
    - name: customers
      groups: [{name: portal}]
  applications:
    - {name: source, password: sandbox-only, directories: [{directory: staff}]}
    - {name: target, password: sandbox-only, directories: [{directory: customers}]}
"""

MAPPING = """
version: 1
name: customers
audience: customers
source: {directory: corp}
target: {directory: crowd}
default_groups: [portal]
public_signup: off
"""

ESTATE = """
version: 1
jira:
  version: "9.12"
  permissions: {JIRA_USERS: [], ADMINISTER: [jira-administrators], SYSTEM_ADMIN: [jira-administrators]}
  applications: [{key: jira-servicedesk, groups: [agents], default_groups: [agents], selected_by_default: false}]
  user_directories: [{name: C, mapping: customers, type: crowd, mode: read-only, default_groups: []}]
  public_signup: {global: false}
crowd:
  applications:
    - {name: source, directories: [{directory: corp}]}
    - {name: target, aggregate_memberships: false, access_based_sync: false, directories: [{mapping: customers}]}
"""
UPDATE = ("update_user", "ana", "")
OF_ONE = "/user\\?.*ana"


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> RunningSandbox:
    return start_sandbox(SEED)


@pytest.fixture
def desk(workplace: Workplace, sandbox: RunningSandbox) -> Workplace:
    """Return a workplace after a first night, in whose source somebody's address has changed since."""
    for name, application in (("corp", "source"), ("crowd", "target")):
        workplace.crowd(name, sandbox.crowd_url, application, retry_seconds="1")
    workplace.mapping("customers", MAPPING)
    workplace.mapping("estate", ESTATE)
    first = workplace.run("sync", "--json")
    assert len([one for one in first.document["outcomes"] if one["outcome"] == "done"]) == 4, first.stderr
    with sandbox.state.lock:
        sandbox.state.directory("staff").update_user("ana", email="ana.new@example.org")
    return workplace


def how_read(document: dict[str, Any]) -> str:
    return next(one["method"] for one in document["directories"] if one["name"] == "corp")


def address(sandbox: RunningSandbox) -> str:
    return sandbox.state.directory("customers").user("ana").email


def test_a_change_whose_apply_failed_is_planned_again_though_the_source_tells_nothing_new(
    desk: Workplace, sandbox: RunningSandbox
) -> None:
    body = b'{"reason": "INVALID_USER", "message": "not tonight"}'
    headers = {"X-Embedded-Crowd-Version": "Crowd/6.0.2"}
    sandbox.faults.add(
        Fault(method="PUT", path=OF_ONE, status=400, headers=headers, body=body, content_type="application/json")
    )
    failed = desk.run("sync", "--json")
    assert failed.code == 5, failed.stderr
    assert failed.changes == [UPDATE]
    assert address(sandbox) == "ana@example.org"
    again = desk.run("sync", "--json")
    assert again.changes == [UPDATE]
    assert "0 users" in how_read(again.document) or "nothing" in how_read(again.document), how_read(again.document)
    assert address(sandbox) == "ana.new@example.org"
    assert desk.run("plan", "--json").changes == []


def test_a_change_whose_apply_was_killed_is_read_and_planned_again(desk: Workplace, sandbox: RunningSandbox) -> None:
    sandbox.faults.add(Fault(method="PUT", path=OF_ONE, latency=60, drop="before"))
    before = {path.name: path.read_bytes() for path in desk.folder.glob("state/dirsync/kept/*.kept")}
    assert before
    running = subprocess.Popen([sys.executable, "-m", "dirsync", "sync"], cwd=desk.folder, env=desk.environment())
    end = time.monotonic() + 120
    while not any(one.method == "PUT" for one in sandbox.requests) and time.monotonic() < end:
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.wait(60)
    after = {path.name: path.read_bytes() for path in desk.folder.glob("state/dirsync/kept/*.kept")}
    assert after == before, "what the killed run read is not what the next one builds on"
    again = desk.run("sync", "--json")
    assert again.changes == [UPDATE]
    assert address(sandbox) == "ana.new@example.org"
