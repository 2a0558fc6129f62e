"""The main job on directory data nobody here wrote: from a real slapd into two Crowd directories."""

from __future__ import annotations

from pathlib import Path

import pytest
from servers.sandbox import StartSandbox
from servers.slapd import Slapd, StartSlapd
from servers.workplace import Workplace

COMPANY, ABROAD = "dc=example,dc=com", "o=Çéliné Ändrè"

SEED = """
jira:
  version: "9.12"
  permissions: {ADMINISTER: [jira-administrators], SYSTEM_ADMIN: [jira-administrators]}
  applications:
    - key: jira-servicedesk
      groups: [jsm-agents]
      default_groups: [jsm-agents]
      selected_by_default: false
      seats: 500
  user_directories:
    - {name: Crowd Agents, type: crowd, crowd_application: jira-agents, mode: read-only}
    - {name: Crowd Customers, type: crowd, crowd_application: jira-customers, mode: read-write}
crowd:
  directories: [{name: agents, groups: [{name: jira-administrators}]}, {name: customers}]
  applications:
    - {name: dirsync-agents, password: sandbox-only, directories: [{directory: agents}]}
    - {name: dirsync-customers, password: sandbox-only, directories: [{directory: customers}]}
    - {name: jira-agents, password: sandbox-only, directories: [{directory: agents}]}
    - {name: jira-customers, password: sandbox-only, directories: [{directory: customers}]}
"""

AGENTS = f"""
version: 1
name: agents
audience: agents
source:
  directory: corp
  users: {{base: "{COMPANY}"}}
  groups: {{base: "{COMPANY}"}}
target:
  directory: crowd-agents
  groups: {{"*": "corp-*"}}
default_groups: [jsm-agents]
"""

CUSTOMERS = f"""
version: 1
name: customers
audience: customers
source:
  directory: corp
  users: {{base: "{ABROAD}"}}
  groups: {{base: "{ABROAD}"}}
target:
  directory: crowd-customers
  groups: {{"*": "*"}}
  missing: deactivate
  missing_after: 1
default_groups: [portal-customers]
public_signup: wanted
"""

ESTATE = """
version: 1
declared: {by: identity-admin@example.org, on: 2026-01-01, valid_until: 2099-01-01}
jira:
  user_directories:
    - {name: Crowd Agents, mapping: agents, type: crowd, crowd_application: jira-agents, mode: read-only}
    - {name: Crowd Customers, mapping: customers, type: crowd, crowd_application: jira-customers, mode: read-write}
  public_signup: {global: true, projects: {HELP: true}, agent_signup: false}
crowd:
  applications:
    - name: jira-customers
      access_based_sync: false
      directories:
        - mapping: customers
          allow_all_to_authenticate: true
          default_groups: []
          directory_default_groups: []
          allowed_operations: [CREATE_USER, UPDATE_USER]
          directory_allowed_operations: [CREATE_USER, UPDATE_USER]
    - {name: jira-agents, directories: [{mapping: agents, default_groups: [], directory_default_groups: []}]}
  directories: [{name: customers, mapping: customers, type: internal, default_groups: []}]
"""


@pytest.fixture
def company(start_slapd: StartSlapd, sample_data: Path) -> Slapd:
    server = start_slapd(suffixes=(COMPANY, ABROAD))
    for name in ("Example.ldif", "European.ldif"):
        loaded = server.add_foreign(sample_data / name)
        assert loaded.accepted > 100
        assert all(loaded.refused.values()), "everything slapd refuses is counted by name, with its reason"
    return server


@pytest.fixture
def desk(workplace: Workplace, company: Slapd, start_sandbox: StartSandbox) -> Workplace:
    sandbox = start_sandbox(SEED)
    workplace.ldap("corp", company)
    workplace.crowd("crowd-agents", sandbox.crowd_url, "dirsync-agents")
    workplace.crowd("crowd-customers", sandbox.crowd_url, "dirsync-customers")
    workplace.jira(sandbox.jira_url)
    workplace.mapping("agents", AGENTS)
    workplace.mapping("customers", CUSTOMERS)
    workplace.mapping("estate", ESTATE)
    return workplace


def test_a_company_is_carried_over_and_from_then_on_each_run_does_just_what_changed(
    desk: Workplace, company: Slapd
) -> None:
    first = desk.run("sync", "--json", "--allow-creations", "1000")
    assert first.code == 0, (first.document["plan"]["guards"], first.stderr)
    reads = {one["name"]: one for one in first.document["directories"]}
    people = company.count(COMPANY, "(objectClass=person)") + company.count(ABROAD, "(objectClass=person)")
    assert reads["corp"]["complete"]
    assert reads["corp"]["users"] == people
    created = [one for one in first.changes if one[0] == "create_user"]
    obstacles = first.document["plan"]["obstacles"]
    assert len(created) + len({one["name"] for one in obstacles}) >= people - len(obstacles)
    assert {one["outcome"] for one in first.document["outcomes"]} == {"done"}

    second = desk.run("sync", "--json")
    assert second.code == 0, second.stderr
    assert second.changes == []
    carried = {one["name"]: one["users"] for one in second.document["directories"]}
    assert carried["crowd_agents"] + carried["crowd_customers"] == len(created)

    company.modify(f"dn: uid=scarter,ou=People,{COMPANY}\nchangetype: modify\nreplace: mail\nmail: desk@example.org\n")
    third = desk.run("sync", "--json")
    assert third.changes == [("update_user", "scarter", "")]
    assert third.document["plan"]["changes"][0]["after"] == {"email": "desk@example.org"}
    assert [one["outcome"] for one in third.document["outcomes"]] == ["done"]
    assert desk.run("plan", "--check", "--json").code == 0

    company.modify(
        f"dn: uid=user2,ou=Çéliné Ändrè,{ABROAD}\nchangetype: modrdn\nnewrdn: uid=user2-married\ndeleteoldrdn: 1\n"
    )
    renamed = desk.run("sync", "--json")
    assert [one[:2] for one in renamed.changes] == [("rename_user", "user2")]
    assert renamed.document["plan"]["changes"][0]["after"] == {"username": "user2-married"}
    assert desk.run("sync", "--json").changes == []

    company.modify(f"dn: uid=user2-married,ou=Çéliné Ändrè,{ABROAD}\nchangetype: delete\n")
    assert desk.run("plan", "--check", "--json").code == 11
    assert desk.run("sync", "--json").changes == [("deactivate_user", "user2-married", "")]
    assert desk.run("sync", "--json").changes == []


def test_a_first_run_above_the_limit_is_refused_with_the_number_to_state(desk: Workplace) -> None:
    desk.mapping("customers", CUSTOMERS + "guards: {max_creations: 100}\n")
    refused = desk.run("sync")
    assert refused.code == 4
    assert "--allow-creations" in refused.stdout
    again = desk.run("plan", "--json")
    assert len(again.changes) > 300, "a refused plan is still shown, and nothing of it was carried out"
