"""`dirsync history`, through the real command line."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from servers.sandbox import StartSandbox
from servers.workplace import Workplace

from dirsync.store.store import Store

HOLDS = "customer-holds-application-access"

SEED = """
jira:
  version: "9.12"
  permissions: {ADMINISTER: [jira-administrators]}
  applications:
    - {key: jira-software, groups: [jira-users], default_groups: [jira-users], selected_by_default: false, seats: 5}
  user_directories:
    - {name: Crowd, type: crowd, crowd_application: dirsync-customers}
    - {name: Internal, type: internal, groups: [{name: jira-administrators}]}
crowd:
  directories:
    - name: customers
      users: [{username: ana, email: ana@example.org, groups: [jira-users]}]
      groups: [{name: jira-users}]
  applications: [{name: dirsync-customers, password: sandbox-only, directories: [{directory: customers}]}]
"""

MAPPING = """
version: 1
name: customers
audience: customers
source: {directory: crowd}
public_signup: off
"""

ESTATE = """
version: 1
jira: {public_signup: {global: false}, user_directories: [{name: C, directory: crowd, type: crowd, mode: read-only}]}
crowd: none
"""


@pytest.fixture
def desk(workplace: Workplace, start_sandbox: StartSandbox) -> Workplace:
    sandbox = start_sandbox(SEED)
    workplace.crowd("crowd", sandbox.crowd_url, "dirsync-customers", retry_seconds="2")
    workplace.jira(sandbox.jira_url)
    workplace.mapping("customers", MAPPING)
    workplace.mapping("estate", ESTATE)
    return workplace


def store_of(desk: Workplace) -> Path:
    return desk.folder / "state" / "dirsync" / "dirsync.db"


def test_an_empty_store_says_so_and_that_is_no_mistake(desk: Workplace) -> None:
    ran = desk.run("history")
    assert (ran.code, ran.stdout, ran.stderr) == (0, "The store holds no run yet. Run 'dirsync audit' first.\n", "")
    assert desk.run("history", "--json").document == {
        "schema": "dirsync.history/1", "total": 0, "runs": [], "open": [], "resolved": [],
    }  # fmt: skip


def test_a_command_that_only_reads_makes_no_store(desk: Workplace) -> None:
    assert desk.run("history").code == 0
    report = desk.run("report")
    assert (report.code, report.stdout) == (2, "")
    assert "The store holds no finished run yet." in report.stderr
    explained = desk.run("explain", "ana")
    assert explained.code == 0, explained.stderr
    assert not (desk.folder / "state").exists()


def test_findings_are_new_once_then_stand_and_are_resolved_by_name(desk: Workplace) -> None:
    desk.run("audit")
    first = desk.run("history", "--json").document
    assert all(one["is_new"] and not one["is_waived"] for one in first["open"])
    assert {one["subject"]["name"] for one in first["open"] if one["rule"] == HOLDS} == {"ana"}
    assert "1 new; first seen" in desk.run("history").stdout
    desk.run("audit")
    assert not any(one["is_new"] for one in desk.run("history", "--json").document["open"])
    desk.mapping("customers", MAPPING.replace("audience: customers", "audience: agents"))
    desk.run("audit")
    gone = desk.run("history", "--json").document["resolved"]
    (ana,) = (one for one in gone if one["rule"] == HOLDS)
    assert (ana["subject"]["name"], ana["application"]) == ("ana", "jira-software")
    assert f"{HOLDS}: user ana in crowd (stood since" in desk.run("history").stdout.replace("\n    ", " ")


def test_runs_are_listed_with_what_they_found(desk: Workplace) -> None:
    report = desk.run("audit", "--json").document
    desk.run("sync", "--dry-run")
    ran = desk.run("history", "--json")
    assert ran.code == 0
    dry, audit = ran.document["runs"]
    assert (audit["mode"], dry["mode"]) == ("audit", "rehearsal")
    assert (audit["id"], audit["started_at"]) == (report["run"]["id"], report["run"]["started_at"])
    assert (audit["exit_code"], audit["meaning"], audit["complete"]) == (
        10, "failing findings at or above --fail-on", True,
    )  # fmt: skip
    assert audit["findings"]["fail"] == report["summary"]["fail"]
    assert audit["findings"]["new"] == report["summary"]["new"] > 0
    assert dry["findings"]["new"] == 0
    [seats] = audit["applications"]
    assert (seats["key"], seats["customers_holding"]) == ("jira-software", 1)
    text = desk.run("history").stdout
    assert "10 findings yes" in text
    assert max(map(len, text.splitlines())) <= 80
    assert text.index("rehearsal") < text.index("audit")


def test_a_run_that_was_killed_is_shown_as_one_without_a_result(desk: Workplace) -> None:
    desk.run("audit")
    store = Store(f"sqlite:///{store_of(desk)}")
    store.runs.begin("killed", "sync", "2030-01-01T00:00:00+00:00")
    store.close()
    assert "sync" in desk.run("history").stdout.splitlines()[2]
    assert "no result: ended without a result, or is still under way" in desk.run("history").stdout


def test_last_says_how_many_and_must_be_one_at_least(desk: Workplace) -> None:
    desk.run("audit")
    desk.run("audit")
    assert len(desk.run("history", "--last", "1", "--json").document["runs"]) == 1
    assert "The newest 1 of 2 runs; --last N shows more." in desk.run("history", "--last", "1").stdout
    assert desk.run("history", "--last", "0").code == 2


def test_mistakes_in_mappings_do_not_hide_the_history(desk: Workplace) -> None:
    desk.run("audit")
    desk.mapping("customers", "nonsense: true")
    ran = desk.run("history")
    assert (ran.code, ran.stderr) == (0, "")
    assert "audit" in ran.stdout


def test_the_password_of_a_store_that_can_not_be_opened_is_not_shown(desk: Workplace) -> None:
    desk.settings["DIRSYNC_STORE"] = "nonsense://u:c4n4ry@h/d"
    ran = desk.run("history")
    assert ran.code == 2
    assert "needs a driver that is not installed" in ran.stderr
    assert "c4n4ry" not in ran.stderr


def test_five_thousand_runs_with_large_documents_are_listed_without_reading_one(desk: Workplace) -> None:
    desk.run("audit")
    with closing(sqlite3.connect(store_of(desk))) as connection, connection:
        # documents that are no JSON: whoever parsed one would fail
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
            "INSERT INTO runs (id, started_at, finished_at, mode, exit_code, is_complete, document, summary) "
            "SELECT 'r' || i, started_at, finished_at, mode, exit_code, is_complete, "
            "printf('%.*c', 20000, 'x'), summary FROM runs, n"
        )
    started = time.monotonic()
    ran = desk.run("history", "--last", "5001", "--json")
    assert len(ran.document["runs"]) == 5001
    assert desk.run("history").stdout.endswith("The newest 20 of 5,001 runs; --last N shows more.\n")
    assert time.monotonic() - started < 30
