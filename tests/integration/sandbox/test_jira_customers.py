"""Customers, organisations, projects and permission schemes of the emulated Jira Service Management."""

from __future__ import annotations

import pytest
import requests

from dirsync.errors import ConfigurationInvalid
from dirsync.sandbox.seed_file import parse_seed

SEED = """
jira:
  applications: [{key: jira-servicedesk, groups: [agents]}]
  organizations: [{name: Acme, users: [cy, ada, gone]}, {name: Initech}]
  permission_schemes:
    - {name: Home-made, permissions: [{permission: BROWSE_PROJECTS, type: group, parameter: customers},
                                      {permission: BROWSE_PROJECTS, type: projectRole, parameter: Service Desk Team},
                                      {permission: CREATE_ISSUES, type: projectRole, parameter: Nobodys}]}
  service_projects:
    - {key: HELP, name: Help desk, customers: [ada, cy, gone], organizations: [acme],
       roles: {Service Desk Team: {groups: [agents]}}}
    - {key: IT, permission_scheme: Home-made}
  user_directories:
    - name: Internal
      type: internal
      groups: [{name: agents}, {name: customers}]
      users:
        - {username: ada, email: ada@example.org, display_name: Ada King}
        - {username: cy, email: cy@example.net}
        - {username: agent, password: agent-password, groups: [agents]}
"""


@pytest.fixture
def sandbox(start_sandbox):
    return start_sandbox(SEED)


def ask(sandbox, path, auth=None, **headers):
    given = {"X-ExperimentalApi": "opt-in", **headers}
    if auth is None:
        given["Authorization"] = "Bearer sandbox-jira-token"
    return requests.get(f"{sandbox.jira_url}/rest/{path}", headers=given, auth=auth, timeout=30)


def names(answer):
    return [each["name"] for each in answer.json()["values"]]


def test_customers_are_those_named_and_found_by_name_address_or_username(sandbox):
    whole = ask(sandbox, "servicedeskapi/servicedesk/1/customer")
    assert names(whole) == ["ada", "cy"]
    assert whole.json()["values"][0].keys() == {
        *("name", "key", "emailAddress", "displayName", "active", "timeZone", "_links"),
    }
    assert names(ask(sandbox, "servicedeskapi/servicedesk/1/customer?query=KING")) == ["ada"]
    assert names(ask(sandbox, "servicedeskapi/servicedesk/projectId:10000/customer?query=example.net")) == ["cy"]
    assert names(ask(sandbox, "servicedeskapi/servicedesk/2/customer")) == []
    assert ask(sandbox, "servicedeskapi/servicedesk/3/customer").status_code == 404


def test_customers_come_in_pages(sandbox):
    first = ask(sandbox, "servicedeskapi/servicedesk/1/customer?limit=1").json()
    assert (first["size"], first["isLastPage"]) == (1, False)
    headers = {"X-ExperimentalApi": "true", "Authorization": "Bearer sandbox-jira-token"}
    second = requests.get(first["_links"]["next"], headers=headers, timeout=30).json()
    assert ([each["name"] for each in second["values"]], second["isLastPage"]) == (["cy"], True)
    assert "next" not in second["_links"]
    assert second["_links"]["prev"].endswith("/servicedesk/1/customer?start=0&limit=1")


def test_organisations_and_who_belongs_to_them(sandbox):
    listed = ask(sandbox, "servicedeskapi/organization").json()["values"]
    assert [(each["id"], each["name"]) for each in listed] == [("1", "Acme"), ("2", "Initech")]
    assert ask(sandbox, "servicedeskapi/organization/2").json()["name"] == "Initech"
    assert names(ask(sandbox, "servicedeskapi/organization/1/user")) == ["cy", "ada"]
    assert names(ask(sandbox, "servicedeskapi/servicedesk/1/organization")) == ["Acme"]
    assert names(ask(sandbox, "servicedeskapi/servicedesk/2/organization")) == []
    for path in ("organization/3", "organization/3/user", "servicedesk/9/organization"):
        assert ask(sandbox, f"servicedeskapi/{path}").status_code == 404


@pytest.mark.parametrize("path", ["organization", "organization/1", "organization/1/user", "servicedesk/1/customer"])
def test_experimental_calls_want_to_be_asked_for(sandbox, path):
    headers = {"Authorization": "Bearer sandbox-jira-token"}
    answer = requests.get(f"{sandbox.jira_url}/rest/servicedeskapi/{path}", headers=headers, timeout=30)
    assert answer.status_code == 412


def test_projects_are_those_the_caller_may_see(sandbox):
    both = ask(sandbox, "api/2/project").json()
    assert [(each["key"], each["projectTypeKey"]) for each in both] == [
        ("HELP", "service_desk"),
        ("IT", "service_desk"),
    ]
    agent = ("agent", "agent-password")
    assert [each["key"] for each in ask(sandbox, "api/2/project", agent).json()] == ["HELP"]
    one = ask(sandbox, "api/2/project/HELP", agent).json()
    assert (one["name"], list(one["roles"])) == ("Help desk", ["Service Desk Team"])
    assert ask(sandbox, "api/2/project/IT", agent).status_code == 404


def test_roles_belong_to_all_projects_and_nobody_acts_in_them_by_default(sandbox):
    assert [(each["name"], each["id"]) for each in ask(sandbox, "api/2/role").json()] == [("Service Desk Team", 10200)]
    assert ask(sandbox, "api/2/role/10200").json()["actors"] == []
    assert ask(sandbox, "api/2/role/10200/actors").json() == {"actors": []}
    for path in ("role/7", "role/7/actors"):
        assert ask(sandbox, f"api/2/{path}").status_code == 404
    for path in ("role", "role/10200", "role/10200/actors"):
        assert ask(sandbox, f"api/2/{path}", ("agent", "agent-password")).status_code == 403


def test_permission_schemes_tell_what_they_grant_when_expanded(sandbox):
    brief = ask(sandbox, "api/2/permissionscheme").json()["permissionSchemes"]
    assert [(each["id"], each["name"]) for each in brief] == [
        (10000, "Jira Service Management Permission Scheme"),
        (10001, "Home-made"),
    ]
    assert all("permissions" not in each for each in brief)
    whole = ask(sandbox, "api/2/permissionscheme/10001?expand=permissions").json()
    assert [(each["permission"], each["holder"]) for each in whole["permissions"]] == [
        ("BROWSE_PROJECTS", {"type": "group", "parameter": "customers"}),
        ("BROWSE_PROJECTS", {"type": "projectRole", "parameter": "10200"}),
        ("CREATE_ISSUES", {"type": "projectRole", "parameter": "Nobodys"}),
    ]
    assert ask(sandbox, "api/2/permissionscheme/7").status_code == 404


def test_a_project_tells_its_permission_scheme_the_portals_by_default(sandbox):
    assert ask(sandbox, "api/2/project/IT/permissionscheme").json()["name"] == "Home-made"
    usual = ask(sandbox, "api/2/project/HELP/permissionscheme?expand=permissions").json()
    assert {"type": "sd.customer.portal.only"} in [each["holder"] for each in usual["permissions"]]
    assert ask(sandbox, "api/2/project/NONE/permissionscheme").status_code == 404
    refused = ("permissionscheme", "permissionscheme/10000", "project/HELP/permissionscheme")
    for path in refused:
        assert ask(sandbox, f"api/2/{path}", ("agent", "agent-password")).status_code == 403


def test_a_project_may_say_in_the_words_of_an_estate_file_what_its_scheme_grants(start_sandbox):
    sandbox = start_sandbox(
        "jira:\n  service_projects:\n    - key: HELP\n      roles: {Service Desk Team: {}}\n"
        "      permissions: {BROWSE_PROJECTS: {groups: [portal], roles: [Service Desk Team]}}\n    - {key: IT}\n"
    )
    scheme = ask(sandbox, "api/2/project/HELP/permissionscheme?expand=permissions").json()
    assert scheme["name"] == "Permission Scheme for HELP"
    assert [(each["permission"], each["holder"]) for each in scheme["permissions"]] == [
        ("BROWSE_PROJECTS", {"type": "group", "parameter": "portal"}),
        ("BROWSE_PROJECTS", {"type": "projectRole", "parameter": "10200"}),
        ("BROWSE_PROJECTS", {"type": "sd.customer.portal.only"}),
        ("CREATE_ISSUES", {"type": "sd.customer.portal.only"}),
    ]
    assert ask(sandbox, f"api/2/permissionscheme/{scheme['id']}").json()["name"] == scheme["name"]
    usual = ask(sandbox, "api/2/project/IT/permissionscheme").json()["name"]
    assert usual == "Jira Service Management Permission Scheme"


def test_schemes_and_organisations_that_are_not_there_are_told_with_their_place():
    text = (
        "jira:\n  organizations: [{name: Acme}, {name: acme}]\n"
        "  service_projects: [{key: HELP, permission_scheme: None, organizations: [Acne]}]\n"
    )
    with pytest.raises(ConfigurationInvalid) as refused:
        parse_seed(text, "seed.yaml")
    assert [str(mistake) for mistake in refused.value.mistakes] == [
        "seed.yaml:2:40: 'acme' stands twice; upper and lower case make no difference",
        "seed.yaml:3:53: unknown permission scheme 'None'; there is none",
        "seed.yaml:3:75: unknown organisation 'Acne', did you mean 'Acme'?",
    ]
