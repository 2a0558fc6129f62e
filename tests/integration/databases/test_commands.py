"""The commands with real databases behind them: what the doctor says, and what the audit makes of it."""

from __future__ import annotations

import pytest
from integration.databases.schemas import SECRET

pytestmark = pytest.mark.server
MAPPING = """
version: 1
name: customers
audience: customers
source: {directory: corp}
public_signup: off
"""
ESTATE = """
version: 1
declared: {by: owner@example.org, on: 2026-11-01, valid_until: 2099-11-01}
jira:
  version: "9.12"
  user_directories:
    - {name: staff, type: ldap, directory: corp, mode: read-write}
    - {name: Crowd Customers, type: crowd, crowd_application: jira-customers}
    - {name: Jira Internal Directory, type: internal}
    - {name: Old Partners, type: delegating, active: false}
crowd:
  applications: [{name: jira-customers, aggregate_memberships: false}]
"""


@pytest.fixture
def desk(workplace, jira_reader, crowd_reader):
    workplace.directory("corp", kind="ldif", path="corp.ldif")
    people = "dn: uid=ana,dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: ana\ncn: ana\nsn: ana\n"
    workplace.write("corp.ldif", f"{people}entryUUID: 0c6fd1b0-7d4c-4a5c-9b3a-000000000001\n")
    workplace.settings |= {
        "DIRSYNC_JIRA__DATABASE_URL": jira_reader.url(),
        "DIRSYNC_CROWD_ADMIN__DATABASE_URL": crowd_reader.url(),
    }
    workplace.mapping("customers", MAPPING)
    workplace.mapping("estate", ESTATE)
    return workplace


def leaks(ran, *accounts):
    shown = ran.stdout + ran.stderr
    return [secret for secret in (SECRET, *(account.password for account in accounts)) if secret in shown]


def test_the_doctor_reaches_both_databases_and_finds_every_column(desk, jira_reader, crowd_reader):
    ran = desk.run("doctor")
    told = [line for line in ran.stdout.splitlines() if "database:" in line]
    assert [line.split()[0] for line in told] == ["OK", "OK"], ran.stdout
    assert "every column of 14 tables can be read" in told[0]
    assert "every column of 11 tables can be read" in told[1]
    assert not leaks(ran, jira_reader, crowd_reader)


def test_the_doctor_names_what_an_account_may_not_read(desk, make_jira):
    account = make_jira("")
    account.given(f"REVOKE SELECT (primary_group) ON licenserolesgroup FROM {account.name}")
    desk.settings["DIRSYNC_JIRA__DATABASE_URL"] = account.url()
    ran = desk.run("doctor")
    [told] = [line for line in ran.stdout.splitlines() if line.startswith("WARN  database: jira")]
    assert "may not read licenserolesgroup (primary_group). Application access" in told
    assert f"-> Let its owner run: GRANT SELECT (primary_group) ON licenserolesgroup TO {account.name};" in ran.stdout
    desk.settings["DIRSYNC_JIRA__DATABASE_URL"] = account.url().replace("reader-Pa55", "other")
    ran = desk.run("doctor")
    assert ran.code == 3
    assert "FAIL  database: jira" in ran.stdout


def test_the_printed_grants_are_for_the_account_in_the_settings_and_need_no_server(desk, jira_reader):
    assert f"ON cwd_directory TO {jira_reader.name};" in desk.run("doctor", "--grants", "jira").stdout
    document = desk.run("doctor", "--grants", "crowd", "--json").document
    assert "cwd_app_dir_default_groups" in {table["table"] for table in document["tables"]}
    desk.settings["DIRSYNC_JIRA__DATABASE_URL"] = "nonsense"
    ran = desk.run("doctor", "--grants", "jira")
    assert (ran.code, "ON cwd_directory TO dirsync;" in ran.stdout) == (0, True)
    wrong = desk.run("doctor", "--grants", "confluence")
    assert (wrong.code, wrong.stdout) == (2, "")
    assert "It must be jira or crowd." in wrong.stderr


def test_the_matrix_shows_routes_and_contradictions(desk, jira_reader, crowd_reader):
    ran = desk.run("doctor", "--facts")
    assert ran.code == 0
    assert ran.stdout.split("\n", 1)[0].split() == ["fact", "jira-database", "crowd-database", "declared", "believed"]
    assert "jira.user_directories[Staff].mode is told in different ways:" in ran.stdout
    assert not leaks(ran, jira_reader, crowd_reader)
    document = desk.run("doctor", "--facts", "--json").document
    facts = {fact["fact"]: fact for fact in document["facts"]}
    mode = facts["jira.user_directories[Staff].mode"]
    assert (mode["value"], mode["route"]) == ("read-only-local-groups", "jira-database")
    assert (mode["routes"]["declared"]["value"], mode["routes"]["declared"]["agrees"]) == ("read-write", False)
    assert facts["jira.version"]["routes"]["jira-database"]["agrees"] is True
    offline = desk.run("doctor", "--facts", "--offline", "--json").document
    assert offline["routes"] == ["declared"]


def test_the_audit_believes_the_databases_and_says_where_the_declaration_is_stale(desk, jira_reader, crowd_reader):
    ran = desk.run("audit", "--json")
    stale = {one["subject"]["name"]: one for one in ran.findings("declaration-stale", "fail")}
    assert set(stale) == {
        "jira.user_directories[Staff].mode",
        "crowd.applications[jira-customers].aggregate_memberships",
    }
    values = [one["value"] for one in stale["jira.user_directories[Staff].mode"]["evidence"]]
    assert values == [
        "jira.user_directories[Staff].mode = read-only-local-groups (jira-database)",
        "jira.user_directories[staff].mode = read-write (declared)",
    ]
    facts = {fact["fact"]: fact for fact in ran.document["facts"]}
    assert facts["jira.user_directories"]["value"][0]["directory"] == "corp"
    assert facts["jira.permissions"]["state"] == "observed"
    assert not leaks(ran, jira_reader, crowd_reader)
