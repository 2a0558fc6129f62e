"""An estate file becomes a seed by adding users and groups."""

from __future__ import annotations

import requests
from servers.sandbox import StartSandbox

ESTATE = """
version: 1
declared: {by: identity-admin@example.org, on: 2026-11-20, valid_until: 2027-11-20}
jira:
  version: "9.12"
  permissions: {ADMINISTER: [jira-administrators]}
  applications:
    - {key: jira-servicedesk, groups: [agents], default_groups: [agents], selected_by_default: false, seats: 5}
  user_directories:
    - {name: Customers, mapping: customers, type: crowd, crowd_application: jira, mode: read-only, default_groups: []}
  service_projects:
    - key: HELP
      name: Help
      roles: {Service Desk Customers: {groups: [portal], users: [ada]}}
      permissions: {BROWSE_PROJECTS: {groups: [portal], roles: [Service Desk Customers]}}
  public_signup: {global: true, projects: {HELP: true}, agent_signup: false}
crowd:
  directories: [{name: customers, users: [{username: ada, password: pw}], groups: [{name: welcome}, {name: portal}]}]
  applications:
    - name: jira
      aggregate_memberships: false
      access_based_sync: false
      directories:
        - {mapping: customers, allow_all_to_authenticate: true, authorised_groups: [], default_groups: [portal],
           directory_default_groups: [welcome], allowed_operations: [CREATE_USER, UPDATE_GROUP],
           directory_allowed_operations: [CREATE_USER, UPDATE_GROUP]}
"""


def test_an_estate_file_with_people_is_a_seed(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox(ESTATE)
    crowd = f"{sandbox.crowd_url}/rest/usermanagement/1"
    logged_in = requests.post(
        f"{crowd}/authentication?username=ada",
        json={"value": "pw"},
        auth=("jira", "sandbox-only"),
        headers={"Accept": "application/json"},
        timeout=10,
    )
    assert logged_in.status_code == 200
    groups = requests.get(
        f"{crowd}/user/group/direct?username=ada",
        auth=("jira", "sandbox-only"),
        headers={"Accept": "application/json"},
        timeout=10,
    ).json()
    assert {each["name"] for each in groups["groups"]} == {"portal", "welcome"}
    refused = requests.delete(f"{crowd}/user?username=ada", auth=("jira", "sandbox-only"), timeout=10)
    assert refused.status_code == 403, "both levels name what is allowed, and DELETE_USER is on neither"


def test_no_crowd_is_a_seed_too(start_sandbox: StartSandbox) -> None:
    assert start_sandbox("crowd: none\n").jira_url
