"""OpenLDAP feeds two directories inside Crowd, and Jira sees each through a Crowd application of its own."""

from __future__ import annotations

import pytest
from integration.estates.conftest import DEFAULT_GROUP, HOLDS, failing, path, person, states, undecided, unit
from servers.sandbox import StartSandbox
from servers.slapd import SUFFIX, Slapd, StartSlapd
from servers.workplace import Workplace

pytestmark = pytest.mark.server
SEED = """
jira:
  version: "9.12"
  permissions: {ADMINISTER: [jira-administrators], SYSTEM_ADMIN: [jira-administrators]}
  applications:
    - {key: jira-servicedesk, name: Jira Service Management, groups: [jsm-agents], default_groups: [jsm-agents],
       selected_by_default: false, seats: 25}
  user_directories:
    - {name: Crowd Agents, type: crowd, crowd_application: jira-agents, mode: read-only}
    - {name: Crowd Customers, type: crowd, crowd_application: jira-customers, mode: read-only}
  service_projects: [{key: HELP, roles: {Service Desk Team: {groups: [jsm-agents]}, Service Desk Customers: {}}}]
crowd:
  admin: {password: crowd-admin-only}
  directories:
    - {name: Agents, groups: [{name: jira-administrators}]}
    - {name: Customers, groups: [%(groups)s], default_groups: [%(default)s]}
  applications:
    - {name: dirsync-agents, directories: [{directory: Agents}]}
    - {name: dirsync-customers, directories: [{directory: Customers}]}
    - {name: jira-agents, type: JIRA, directories: [{directory: Agents}]}
    - {name: jira-customers, type: JIRA, directories: [{directory: Customers}]}
"""
MAPPING = f"""
version: 1
name: %(name)s
audience: %(name)s
source:
  directory: corp
  users: {{base: "ou=people,{SUFFIX}", filter: "%(filter)s"}}
target: {{directory: crowd-%(name)s}}
default_groups: [%(group)s]
public_signup: off
"""
ESTATE = """
version: 1
declared: {by: identity-admin@example.org, on: 2026-01-01, valid_until: 2099-01-01}
jira:
  user_directories:
    - {name: Crowd Agents, mapping: agents, type: crowd, crowd_application: jira-agents, mode: read-only}
    - {name: Crowd Customers, mapping: customers, type: crowd, crowd_application: jira-customers, mode: read-only}
  public_signup: {global: false, projects: {}, agent_signup: false}
crowd:
  applications:
    - name: jira-agents
      directories: [{mapping: agents, default_groups: [], directory_default_groups: [],
                     allow_all_to_authenticate: true}]
    - name: jira-customers
      directories: [{mapping: customers, default_groups: [], directory_default_groups: [%(default)s],
                     allow_all_to_authenticate: true}]
"""


@pytest.fixture(scope="module")
def corp(start_slapd: StartSlapd) -> Slapd:
    people = "".join(person(SUFFIX, uid) for uid in ("agent-amy", "ana", "ben"))
    return start_slapd(ldif=unit(SUFFIX, "people") + people)


@pytest.fixture
def desk(workplace: Workplace, corp: Slapd) -> Workplace:
    workplace.ldap("corp", corp)
    agents = {"name": "agents", "filter": "(uid=agent-*)", "group": "jsm-agents"}
    customers = {"name": "customers", "filter": "(&(objectClass=person)(!(uid=agent-*)))", "group": "portal-customers"}
    workplace.mapping("agents", MAPPING % agents)
    workplace.mapping("customers", MAPPING % customers)
    return workplace


def served(desk: Workplace, start_sandbox: StartSandbox, groups: str = "", default: str = "") -> Workplace:
    sandbox = start_sandbox(SEED % {"groups": groups, "default": default})
    for name in ("agents", "customers"):
        desk.crowd(f"crowd-{name}", sandbox.crowd_url, f"dirsync-{name}")
    desk.jira(sandbox.jira_url)
    desk.mapping("estate", ESTATE % {"default": default})
    return desk


def test_everything_is_decided_before_and_after_people_are_carried_over(
    desk: Workplace, start_sandbox: StartSandbox
) -> None:
    synced = served(desk, start_sandbox).run("sync", "--json")
    # the audit tells how it was before: nobody had made jsm-agents yet
    assert (undecided(synced), failing(synced), synced.code) == ([], ["licensed-group-unresolved"], 0), synced.stderr
    ran = desk.run("audit", "--json")
    assert (undecided(ran), failing(ran), ran.code) == ([], [], 0), ran.stderr
    [application] = ran.document["applications"]
    assert (application["agents_holding"], application["customers_holding"]) == (1, 0)
    assert states(ran)["public-signup-needs-read-write"] == "not_applicable"


def test_a_default_group_inside_one_with_access_is_found_before_anybody_is_in_it(
    desk: Workplace, start_sandbox: StartSandbox
) -> None:
    nested = "{name: all-customers}, {name: jsm-agents, groups: [all-customers]}"
    ran = served(desk, start_sandbox, nested, "all-customers").run("audit", "--json")
    assert (ran.code, DEFAULT_GROUP in failing(ran)) == (10, True)
    assert path(ran, DEFAULT_GROUP) == ["all-customers", "jsm-agents", "jira-servicedesk"]
    assert states(ran)[HOLDS] == "pass", "nobody holds a seat yet, and that hides nothing"
