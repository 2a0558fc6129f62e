"""PyPI atlassian-python-api, its clients of Jira and Service Management: people, groups, projects and customers."""

from __future__ import annotations

import pytest
from clients.presence import client
from requests.exceptions import HTTPError

atlassian = client("atlassian", "atlassian-python-api")


@pytest.fixture
def jira(sandbox):
    with atlassian.Jira(url=sandbox.jira_url, token="canary-token") as jira:
        yield jira


@pytest.fixture
def desk(sandbox):
    with atlassian.ServiceDesk(url=sandbox.jira_url, token="canary-token") as desk:
        yield desk


def test_it_reads_jira(jira):
    assert jira.get_server_info()["version"] == "9.12.8"
    roles = jira.get_all_application_roles()
    assert [(role["key"], role["userCount"], role["remainingSeats"]) for role in roles] == [("jira-software", 2, 8)]
    assert jira.get_application_role("jira-software")["defaultGroups"] == ["agents"]
    with pytest.raises(HTTPError):
        jira.get_application_role("jira-servicedesk")
    members = jira.get_all_users_from_group("agents", include_inactive_users=True)
    assert [user["name"] for user in members["values"]] == ["ada", "bob"]
    assert jira.get_permissions("ADMINISTER")["permissions"]["ADMINISTER"]["havePermission"] is True
    groups = jira.get_groups(query="jira")
    assert [(group["name"], group["labels"][0]["type"]) for group in groups["groups"]] == [
        ("jira-administrators", "ADMIN")
    ]
    assert [user["name"] for user in jira.user_find_by_user_string(username=".")] == ["ada", "admin", "bob"]
    assert jira.user("ada")["displayName"] == "Ada King"


def test_it_reads_duplicates_and_project_roles(jira):
    assert jira.duplicated_account_checks_count() == {"count": 1}
    accounts = jira.duplicated_account_checks_detail()["bob"]
    assert [account["directoryName"] for account in accounts] == ["Crowd", "Jira Internal Directory"]
    with pytest.raises(HTTPError):
        jira.duplicated_account_checks_flush()
    address = jira.get_project_roles("HELP")["Service Desk Team"]
    role = jira.get_project_actors_for_role_project("HELP", address.rpartition("/")[2])
    assert [(actor["name"], actor["type"]) for actor in role] == [
        ("agents", "atlassian-group-role-actor"),
        ("bob", "atlassian-user-role-actor"),
    ]


def test_it_reads_service_projects(desk):
    assert desk.get_info()["version"] == "5.12.0"
    assert [project["projectKey"] for project in desk.get_service_desks()] == ["HELP", "IT"]
    assert [project["projectKey"] for project in desk.get_service_desks(limit=1)] == ["HELP", "IT"]
    assert desk.get_service_desk_by_id("2")["projectName"] == "IT"
    with pytest.raises(HTTPError, match="The service desk you are trying to view does not exist"):
        desk.get_service_desk_by_id("3")


def test_it_reads_customers_and_organisations(desk):
    assert [user["name"] for user in desk.get_customers("1")["values"]] == ["ada", "bob"]
    assert [user["name"] for user in desk.get_customers("1", query="king")["values"]] == ["ada"]
    assert [each["name"] for each in desk.get_organisations()["values"]] == ["Acme"]
    assert [each["name"] for each in desk.get_organisations("2")["values"]] == []
    assert desk.get_organization(1)["name"] == "Acme"
    assert [user["emailAddress"] for user in desk.get_users_in_organization(1)["values"]] == ["ada@example.org"]


def test_it_reads_projects_roles_and_permission_schemes(jira):
    assert [project["key"] for project in jira.projects()] == ["HELP", "IT"]
    assert jira.project("HELP")["name"] == "Help desk"
    assert [role["name"] for role in jira.get_all_global_project_roles()] == ["Service Desk Team"]
    (scheme,) = jira.get_all_permissionschemes()
    grants = jira.get_permissionscheme(scheme["id"], expand="permissions")["permissions"]
    assert "sd.customer.portal.only" in {grant["holder"]["type"] for grant in grants}
    assert jira.get_project_permission_scheme("HELP")["id"] == scheme["id"]
    assert "ADMINISTER" in jira.get_all_permissions()["permissions"]


def test_it_reads_people(jira):
    assert jira.myself()["name"] == "robot"
    assert jira.is_active_user("ada") is True
    key = jira.user("ada")["key"]
    assert jira.user(key=key, expand="groups")["groups"]["items"][0]["name"] == "agents"
    with pytest.raises(HTTPError):
        jira.duplicated_account_checks_flush()


def test_its_way_to_set_groups_of_applications_is_refused(jira):
    # 5.0 writes the list as JSON, and the text that came of it as JSON once more.
    with pytest.raises(HTTPError) as refused:
        jira.update_application_roles([{"key": "jira-software", "groups": ["night shift"]}])
    assert refused.value.response.status_code == 400
    assert jira.get_application_role("jira-software")["groups"] == ["agents"]


def test_a_wrong_token_and_a_wrong_password_are_refused(sandbox):
    for login in ({"token": "wrong"}, {"username": "admin", "password": "wrong"}):
        with atlassian.Jira(url=sandbox.jira_url, **login) as jira, pytest.raises(HTTPError) as refused:
            jira.get_server_info()
        assert refused.value.response.status_code == 401


def test_it_waits_when_jira_limits_the_rate(start_sandbox):
    sandbox = start_sandbox("jira: {rate_limit: {requests: 1, interval_seconds: 1}}")
    login = {"token": "sandbox-jira-token", "retry_with_header": True}
    with atlassian.Jira(url=sandbox.jira_url, **login) as jira:
        versions = [jira.get_server_info()["version"] for _ in range(2)]
    assert versions == ["9.12", "9.12"]
    assert len(sandbox.requests) == 3, "one of the two questions had to be asked again"


def test_it_changes_organisations(desk, sandbox):
    made = desk.create_organization("Globex")
    assert (made["id"], made["name"]) == ("2", "Globex")
    assert desk.create_organization("Globex")["id"] == "3", "names are not unique"
    desk.add_users_to_organization("2", users_list=["ada", "bob"])
    desk.remove_users_from_organization("2", users_list=["bob"])
    assert [user["name"] for user in desk.get_users_in_organization("2")["values"]] == ["ada"]
    with pytest.raises(HTTPError, match="do not exist: nobody"):
        desk.add_users_to_organization("2", users_list=["ada", "nobody"])
    desk.add_organization("2", 2)
    assert [each["name"] for each in desk.get_organisations("2")["values"]] == ["Globex"]
    desk.remove_organization("2", 2)
    assert desk.get_organisations("2")["values"] == []
    desk.delete_organization("2")
    with pytest.raises(HTTPError, match="does not exist"):
        desk.get_organization("2")


CUSTOMER_OF_ONE_ORGANISATION = """
jira:
  organizations: [{name: Globex}, {name: Acme, users: [eve]}]
  service_projects: [{key: HELP, roles: {Service Desk Customers: {users: [eve]}}}]
  user_directories:
    - {name: Jira Internal Directory, type: internal, users: [{username: eve, password: eve-password}]}
"""


def test_who_is_no_agent_sees_their_own_organisations_and_changes_none(start_sandbox):
    sandbox = start_sandbox(CUSTOMER_OF_ONE_ORGANISATION)
    with atlassian.ServiceDesk(url=sandbox.jira_url, username="eve", password="eve-password") as customer:
        before = [each["name"] for each in customer.get_organisations()["values"]]
        for write in (
            lambda: customer.create_organization("Mine"),
            lambda: customer.add_users_to_organization("2", users_list=["eve"]),
            lambda: customer.add_organization("1", 2),
            lambda: customer.delete_organization("2"),
        ):
            with pytest.raises(HTTPError) as refused:
                write()
            assert refused.value.response.status_code == 403
    assert before == ["Acme"]
