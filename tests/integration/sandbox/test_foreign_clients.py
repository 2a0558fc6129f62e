"""Clients that nobody here wrote: if they work against real servers, they must work against the sandbox."""

from __future__ import annotations

from contextlib import closing

import pytest
from atlassian import Crowd as AtlassianCrowd
from atlassian import Jira as AtlassianJira
from atlassian import ServiceDesk as AtlassianServiceDesk
from crowd import CrowdServer
from jira import JIRA
from jira.exceptions import JIRAError
from requests.exceptions import HTTPError

SEED = """
jira:
  credentials: {token: canary-token, username: robot, password: robot-password, permissions: [ADMINISTER]}
  permissions: {ADMINISTER: [jira-administrators]}
  applications:
    - {key: jira-software, name: Jira Software, groups: [agents], default_groups: [agents], seats: 10}
  service_projects:
    - {key: HELP, name: Help desk, roles: {Service Desk Team: {groups: [agents], users: [bob]}}}
    - {key: IT}
  user_directories:
    - {name: Crowd, type: crowd, crowd_application: app}
    - name: Jira Internal Directory
      type: internal
      groups: [{name: jira-administrators}]
      users: [{username: admin, password: admin-password, groups: [jira-administrators]}, {username: bob}]
crowd:
  directories:
    - name: agents
      groups: [{name: agents, groups: [night shift]}, {name: night shift}]
      users:
        - {username: ada, email: ada@example.org, display_name: Ada King, password: analytical, groups: [night shift]}
        - {username: bob, email: bob@example.org, groups: [agents]}
  applications: [{name: app, password: app-password, directories: [{directory: agents}]}]
"""


@pytest.fixture
def sandbox(start_sandbox):
    return start_sandbox(SEED)


@pytest.fixture
def python_crowd(sandbox):
    server = CrowdServer(sandbox.crowd_url, "app", "app-password")
    yield server
    server.session.close()
    server.session_xml.close()


@pytest.fixture
def atlassian_crowd(sandbox):
    with AtlassianCrowd(url=sandbox.crowd_url, username="app", password="app-password") as crowd:
        yield crowd


@pytest.fixture
def atlassian_jira(sandbox):
    with AtlassianJira(url=sandbox.jira_url, token="canary-token") as jira:
        yield jira


def test_python_crowd_pings(sandbox, python_crowd):
    assert python_crowd.auth_ping() is True
    wrong = CrowdServer(sandbox.crowd_url, "app", "wrong")
    assert wrong.auth_ping() is False
    wrong.session.close()
    wrong.session_xml.close()


def test_python_crowd_reads_users_groups_and_memberships(python_crowd):
    assert python_crowd.get_user("ada")["display-name"] == "Ada King"
    assert python_crowd.get_user("nobody") is None
    assert python_crowd.get_groups("ada") == ["night shift"]
    assert python_crowd.get_nested_groups("ada") == ["agents", "night shift"]
    assert python_crowd.get_nested_group_users("agents") == ["ada", "bob"]
    assert python_crowd.get_memberships() == {
        "agents": {"users": ["bob"], "groups": ["night shift"]},
        "night shift": {"users": ["ada"], "groups": []},
    }


def test_python_crowd_searches_with_an_xml_body(python_crowd):
    found = python_crowd.search("user", "email", "EXAMPLE.ORG")
    assert [user["email"] for user in found["users"]] == ["ada@example.org", "bob@example.org"]


def test_python_crowd_writes(python_crowd):
    assert python_crowd.add_user("eve", password="apple", email="eve@example.org", first_name="Eve") is True
    assert python_crowd.add_user("eve", password="apple", email="eve@example.org") is False
    with pytest.raises(RuntimeError, match="already exists"):
        python_crowd.add_user("eve", raise_on_error=True, password="apple", email="eve@example.org")
    assert python_crowd.set_active("eve", active_state=False) is True
    assert python_crowd.get_user("eve")["active"] is False
    assert python_crowd.get_user("eve")["first-name"] == "Eve"
    assert python_crowd.set_user_attribute("eve", "team", "north") is True
    assert python_crowd.get_user("eve")["attributes"]["attributes"][0]["values"] == ["north"]
    assert python_crowd.create_group("day shift", "sunny") is None
    assert python_crowd.update_group("day shift", {"description": "cloudy"}) is None
    assert python_crowd.add_child_group("day shift", "agents") is None
    assert python_crowd.add_user_to_group("eve", "day shift") is True
    assert python_crowd.get_nested_groups("eve") == ["agents", "day shift"]
    assert python_crowd.remove_user_from_group("eve", "day shift") is True
    assert python_crowd.remove_child_group("day shift", "agents") is None
    assert python_crowd.remove_group("day shift") is None
    assert python_crowd.get_memberships().keys() == {"agents", "night shift"}


def test_python_crowd_authenticates_and_keeps_sessions(python_crowd):
    assert python_crowd.auth_user("ada", "analytical")["name"] == "ada"
    assert python_crowd.auth_user("ada", "wrong") is None
    session = python_crowd.get_session("ada", "analytical")
    assert session["user"]["display-name"] == "Ada King"
    assert python_crowd.validate_session(session["token"])["user"]["name"] == "ada"
    assert python_crowd.terminate_session(session["token"]) is True
    assert python_crowd.validate_session(session["token"]) is None
    assert python_crowd.change_password("ada", "difference") is True
    assert python_crowd.auth_user("ada", "difference")["name"] == "ada"
    assert python_crowd.get_cookie_conf()["name"] == "crowd.token_key"


def test_atlassian_python_api_reads_and_writes_crowd(atlassian_crowd):
    assert atlassian_crowd.user("ada")["email"] == "ada@example.org"
    assert atlassian_crowd.user_groups("ada", "nested") == ["agents", "night shift"]
    assert atlassian_crowd.group_members("agents", "nested") == ["ada", "bob"]
    assert atlassian_crowd.is_user_in_group("bob", "agents") is True
    created = atlassian_crowd.user_create("eve", True, "Eve", "Adams", "Eve Adams", "eve@example.org", "apple")
    assert created["name"] == "eve"
    atlassian_crowd.user_deactivate("eve")
    after = atlassian_crowd.user("eve")
    assert (after["active"], after["display-name"], after["email"]) == (False, "Eve Adams", "eve@example.org")
    assert atlassian_crowd.group_create("day shift", "sunny")["description"] == "sunny"
    atlassian_crowd.group_add_user("eve", "day shift")
    assert atlassian_crowd.memberships == {"agents": ["bob"], "day shift": ["eve"], "night shift": ["ada"]}
    atlassian_crowd.user_delete("eve")
    with pytest.raises(HTTPError):
        atlassian_crowd.user("eve")


def test_atlassian_python_api_reads_jira(atlassian_jira):
    assert atlassian_jira.get_server_info()["version"] == "9.12"
    roles = atlassian_jira.get_all_application_roles()
    assert [(role["key"], role["userCount"], role["remainingSeats"]) for role in roles] == [("jira-software", 2, 8)]
    assert atlassian_jira.get_application_role("jira-software")["defaultGroups"] == ["agents"]
    with pytest.raises(HTTPError):
        atlassian_jira.get_application_role("jira-servicedesk")
    members = atlassian_jira.get_all_users_from_group("agents", include_inactive_users=True)
    assert [user["name"] for user in members["values"]] == ["ada", "bob"]
    assert atlassian_jira.get_permissions("ADMINISTER")["permissions"]["ADMINISTER"]["havePermission"] is True
    groups = atlassian_jira.get_groups(query="jira")
    assert [(group["name"], group["labels"][0]["type"]) for group in groups["groups"]] == [
        ("jira-administrators", "ADMIN")
    ]
    assert [user["name"] for user in atlassian_jira.user_find_by_user_string(username=".")] == ["ada", "admin", "bob"]
    assert atlassian_jira.user("ada")["displayName"] == "Ada King"


def test_atlassian_python_api_reads_duplicates_and_project_roles(atlassian_jira):
    assert atlassian_jira.duplicated_account_checks_count() == {"count": 1}
    accounts = atlassian_jira.duplicated_account_checks_detail()["bob"]
    assert [account["directoryName"] for account in accounts] == ["Crowd", "Jira Internal Directory"]
    with pytest.raises(HTTPError):
        atlassian_jira.duplicated_account_checks_flush()
    address = atlassian_jira.get_project_roles("HELP")["Service Desk Team"]
    role = atlassian_jira.get_project_actors_for_role_project("HELP", address.rpartition("/")[2])
    assert [(actor["name"], actor["type"]) for actor in role] == [
        ("agents", "atlassian-group-role-actor"),
        ("bob", "atlassian-user-role-actor"),
    ]


def test_atlassian_python_api_reads_service_projects(sandbox):
    with AtlassianServiceDesk(url=sandbox.jira_url, token="canary-token") as desk:
        assert desk.get_info()["version"] == "5.12.0"
        assert [project["projectKey"] for project in desk.get_service_desks()] == ["HELP", "IT"]
        assert desk.get_service_desk_by_id("2")["projectName"] == "IT"
        with pytest.raises(HTTPError, match="The service desk you are trying to view does not exist"):
            desk.get_service_desk_by_id("3")


def test_the_jira_package_reads_service_projects_and_their_roles(sandbox):
    with closing(JIRA(sandbox.jira_url, token_auth="canary-token", max_retries=0)) as jira:
        assert jira.supports_service_desk() is True
        assert [project.projectKey for project in jira.service_desks()] == ["HELP", "IT"]
        number = jira.project_roles("HELP")["Service Desk Team"]["id"]
        assert [actor.name for actor in jira.project_role("HELP", number).actors] == ["agents", "bob"]


def test_the_jira_package_reads_jira(sandbox):
    with closing(JIRA(sandbox.jira_url, basic_auth=("admin", "admin-password"), max_retries=0)) as jira:
        assert jira.server_info()["versionNumbers"] == [9, 12, 0]
        assert jira.groups() == ["agents", "jira-administrators", "night shift"]
        assert [user.name for user in jira.search_users("ada")] == ["ada"]
        assert jira.user("bob").emailAddress == "bob@example.org"
        assert jira.my_permissions()["permissions"]["ADMINISTER"]["havePermission"] is True
        with pytest.raises(JIRAError, match="does not exist"):
            jira.user("nobody")


def test_the_jira_package_is_refused_with_a_wrong_password(sandbox):
    with pytest.raises(JIRAError) as refused:
        JIRA(sandbox.jira_url, basic_auth=("admin", "wrong"), max_retries=0)
    assert refused.value.status_code == 401
