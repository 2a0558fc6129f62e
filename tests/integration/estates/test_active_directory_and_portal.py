"""Agents in Active Directory, which Jira reads itself; portal customers sign up into a directory inside Crowd."""

from __future__ import annotations

import pytest
from integration.estates.conftest import DEFAULT_GROUP, HOLDS, failing, path, states, undecided
from servers.samba import SUFFIX, Samba, StartSamba, account_ldif, group_ldif, unit_ldif
from servers.sandbox import StartSandbox
from servers.workplace import Workplace

pytestmark = pytest.mark.server
PEOPLE, GROUPS = f"OU=People,{SUFFIX}", f"OU=Groups,{SUFFIX}"
SEED = """
jira:
  version: "9.12"
  permissions: {ADMINISTER: [jira-administrators], SYSTEM_ADMIN: [jira-administrators]}
  applications:
    - {key: jira-servicedesk, name: Jira Service Management, groups: [jsm-agents], default_groups: [jsm-agents],
       selected_by_default: false, seats: 25}
  user_directories:
    - name: Active Directory
      type: ldap
      mode: read-only
      users:
        - {username: amy, email: amy@example.org, groups: [jsm-agents]}
        - {username: bob, email: bob@example.org, groups: [jira-administrators]}
      groups: [{name: jsm-agents}, {name: jira-administrators}]
    - {name: Crowd Customers, type: crowd, crowd_application: jira, mode: read-write}
  service_projects:
    - key: HELP
      name: Help
      roles: {Service Desk Customers: {groups: [portal-customers]}, Service Desk Team: {groups: [jsm-agents]}}
  public_signup: {global: true, projects: {HELP: true}}
crowd:
  directories:
    - name: Customers
      users: [{username: ana, email: ana@example.org, groups: [portal-customers]}]
      groups: [%(groups)s]
      allowed_operations: [CREATE_USER, UPDATE_USER, UPDATE_USER_ATTRIBUTE]
  applications:
    - {name: dirsync-customers, directories: [{directory: Customers}]}
    - name: jira
      type: JIRA
      directories: [{directory: Customers, default_groups: [portal-customers],
                     allowed_operations: [CREATE_USER, UPDATE_USER]}]
"""
HARMLESS = "{name: portal-customers}"
NESTED = "{name: portal-customers}, {name: jsm-agents, groups: [portal-customers]}"
AGENTS = f"""
version: 1
name: agents
audience: agents
source:
  directory: ad
  users: {{base: "{PEOPLE}"}}
  groups: {{base: "{GROUPS}"}}
"""
CUSTOMERS = """
version: 1
name: customers
audience: customers
source: {directory: crowd-customers}
public_signup: wanted
"""
ESTATE = """
version: 1
declared: {by: identity-admin@example.org, on: 2026-01-01, valid_until: 2099-01-01}
jira:
  user_directories:
    - {name: Active Directory, directory: ad, type: ldap, mode: read-only, default_groups: []}
    - {name: Crowd Customers, directory: crowd-customers, type: crowd, crowd_application: jira, mode: read-write}
  public_signup: {global: true, projects: {HELP: true}, agent_signup: false}
crowd:
  applications:
    - name: jira
      aggregate_memberships: false
      access_based_sync: false
      directories:
        - {directory: crowd-customers, default_groups: [portal-customers], directory_default_groups: [],
           allow_all_to_authenticate: true, allowed_operations: [CREATE_USER, UPDATE_USER],
           directory_allowed_operations: [CREATE_USER, UPDATE_USER, UPDATE_USER_ATTRIBUTE]}
"""


@pytest.fixture(scope="module")
def domain(start_samba: StartSamba) -> Samba:
    entries = [
        *map(unit_ldif, ("People", "Groups")),
        *(account_ldif(name, PEOPLE, mail=f"{name}@example.org") for name in ("amy", "bob")),
        group_ldif("jsm-agents", GROUPS, f"CN=amy,{PEOPLE}"),
        group_ldif("jira-administrators", GROUPS, f"CN=bob,{PEOPLE}"),
    ]
    return start_samba("".join(entries))


@pytest.fixture
def desk(workplace: Workplace, domain: Samba) -> Workplace:
    workplace.ldap("ad", domain, ca_file=str(domain.ca_file))
    workplace.mapping("agents", AGENTS)
    workplace.mapping("customers", CUSTOMERS)
    workplace.mapping("estate", ESTATE)
    return workplace


def served(desk: Workplace, start_sandbox: StartSandbox, groups: str) -> Workplace:
    sandbox = start_sandbox(SEED % {"groups": groups})
    desk.crowd("crowd-customers", sandbox.crowd_url, "dirsync-customers")
    desk.jira(sandbox.jira_url)
    return desk


def test_everything_is_decided(desk: Workplace, start_sandbox: StartSandbox) -> None:
    ran = served(desk, start_sandbox, HARMLESS).run("audit", "--json")
    assert (undecided(ran), failing(ran), ran.code) == ([], [], 0), ran.stderr
    [application] = ran.document["applications"]
    assert (application["agents_holding"], application["customers_holding"]) == (1, 0)
    assert states(ran)["public-signup-needs-read-write"] == "pass"


def test_sign_ups_default_group_inside_one_with_access_is_found_by_its_path(
    desk: Workplace, start_sandbox: StartSandbox
) -> None:
    ran = served(desk, start_sandbox, NESTED).run("audit", "--json")
    assert ran.code == 10
    assert {DEFAULT_GROUP, HOLDS} <= set(failing(ran))
    assert path(ran, DEFAULT_GROUP) == ["portal-customers", "jsm-agents", "jira-servicedesk"]
    assert path(ran, HOLDS) == ["ana", "portal-customers", "jsm-agents", "jira-servicedesk"]
