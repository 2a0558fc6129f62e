"""The emulated Jira's duplicate accounts, project roles, service projects and sign-up switches."""

from __future__ import annotations

import pytest

SEED = """
jira:
  version: "9.12.8"
  permissions: {ADMINISTER: [admins], SYSTEM_ADMIN: [admins]}
  service_projects:
    - key: HELP
      name: Help desk
      open_access: true
      roles: {Service Desk Customers: {groups: [Portal], users: [ADA]}, Service Desk Team: {users: [ghost]}}
    - {key: IT, customer_role_misconfigured: true, roles: {Developers: {groups: [admins]}}}
  public_signup: {global: true, projects: {IT: true}}
  user_directories:
    - name: Switched off
      type: ldap
      active: false
      users: [{username: ada}]
    - name: Upper
      type: ldap
      groups: [{name: portal}]
      users:
        - {username: ada, display_name: Ada King, password: pw}
        - {username: cara, password: pw, groups: [portal]}
        - {username: both, active: true}
        - {username: Asleep, active: false}
        - {username: gone, active: false}
        - {username: upper-only}
    - name: Jira Internal Directory
      type: internal
      groups: [{name: admins}]
      users:
        - {username: admin, password: pw, groups: [admins]}
        - {username: plain, password: pw}
        - {username: BOTH}
        - {username: asleep}
        - {username: gone, active: false}
        - {username: upper-only, active: false}
"""


@pytest.fixture
def sandbox(start_sandbox):
    return start_sandbox(SEED)


@pytest.fixture
def jira(sandbox, jira_caller):
    return jira_caller(sandbox)


@pytest.fixture
def service(sandbox, jira_caller):
    """Return callers of Service Management, with its opt-in header."""

    def make(auth=None):
        caller = jira_caller(sandbox, auth)
        caller.base = f"{sandbox.jira_url}/rest"
        caller.session.headers["X-ExperimentalApi"] = "opt-in"
        return caller

    return make


def message(answer):
    assert set(answer.json()) == {"errorMessages", "errors"}
    return answer.status_code, answer.json()["errorMessages"][0]


def test_duplicates_are_names_with_several_active_accounts_or_with_the_only_active_one_below(jira):
    found = jira("GET", "user/duplicated/list").json()
    assert set(found) == {"both", "asleep"}
    assert found["asleep"] == [
        {"directoryId": 10001, "directoryName": "Upper", "userActive": False},
        {"directoryId": 1, "directoryName": "Jira Internal Directory", "userActive": True},
    ]
    assert jira("GET", "user/duplicated/count").json() == {"count": 2}


@pytest.mark.parametrize("path", ["user/duplicated/list", "user/duplicated/count"])
def test_duplicates_are_for_administrators_of_jira_8_19_or_later(sandbox, jira_caller, start_sandbox, path):
    assert jira_caller(sandbox, ("plain", "pw"))("GET", path).status_code == 403
    assert jira_caller(start_sandbox("jira: {version: '8.18.9'}"))("GET", path).status_code == 404
    assert jira_caller(start_sandbox("jira: {version: '8.19'}"))("GET", path).status_code == 200


def test_only_system_administrators_have_duplicates_counted_afresh(sandbox, jira, jira_caller):
    assert jira("GET", "user/duplicated/list", flush="true").status_code == 403
    assert jira_caller(sandbox, ("admin", "pw"))("GET", "user/duplicated/list", flush="true").status_code == 200


def test_every_project_has_the_roles_of_all_jira_each_with_its_address(jira):
    roles = jira("GET", "project/IT/role").json()
    assert list(roles) == ["Service Desk Customers", "Service Desk Team", "Developers"]
    assert roles["Developers"] == f"{jira.base}/project/10001/role/10202"
    assert jira.session.get(roles["Developers"], timeout=30).json()["name"] == "Developers"


def test_a_role_names_its_groups_and_users(jira):
    role = jira("GET", "project/HELP/role/10200").json()
    assert (role["name"], role["id"]) == ("Service Desk Customers", 10200)
    assert role["actors"] == [
        {"id": 10300, "displayName": "Portal", "type": "atlassian-group-role-actor", "name": "Portal"},
        {"id": 10301, "displayName": "Ada King", "type": "atlassian-user-role-actor", "name": "ADA"},
    ]
    assert jira("GET", "project/HELP/role/10202").json()["actors"] == []
    assert jira("GET", "project/HELP/role/10201").json()["actors"][0]["displayName"] == "ghost"


def test_projects_and_roles_that_are_not_there_or_not_for_the_caller_are_404(sandbox, jira, jira_caller):
    assert message(jira("GET", "project/NONE/role")) == (404, "No project could be found with key 'NONE'.")
    assert message(jira("GET", "project/HELP/role/7"))[0] == 404
    customer = jira_caller(sandbox, ("ada", "pw"))
    assert customer("GET", "project/HELP/role").status_code == 200
    assert message(customer("GET", "project/HELP/role/10200"))[0] == 404
    assert message(customer("GET", "project/IT/role"))[0] == 404


def test_service_projects_are_listed_in_an_envelope(service, sandbox):
    page = service()("GET", "servicedeskapi/servicedesk").json()
    assert [(each["id"], each["projectId"], each["projectKey"], each["projectName"]) for each in page["values"]] == [
        ("1", "10000", "HELP", "Help desk"),
        ("2", "10001", "IT", "IT"),
    ]
    assert (page["size"], page["start"], page["limit"], page["isLastPage"]) == (2, 0, 50, True)
    assert set(page["_links"]) == {"self", "base", "context"}
    assert page["_links"]["base"] == sandbox.jira_url


def test_service_projects_come_in_pages_that_lead_to_each_other(service):
    caller = service()
    first = caller("GET", "servicedeskapi/servicedesk", limit=1).json()
    assert (first["isLastPage"], "prev" in first["_links"]) == (False, False)
    second = caller.session.get(first["_links"]["next"], timeout=30).json()
    assert ([each["projectKey"] for each in second["values"]], second["isLastPage"]) == (["IT"], True)
    assert caller.session.get(second["_links"]["prev"], timeout=30).json() == first
    assert caller("GET", "servicedeskapi/servicedesk", limit=1000).json()["limit"] == 50


def test_people_see_the_projects_in_whose_roles_they_or_their_groups_act(service):
    def keys(name):
        answer = service((name, "pw"))("GET", "servicedeskapi/servicedesk")
        return [each["projectKey"] for each in answer.json()["values"]]

    assert (keys("ada"), keys("cara"), keys("plain"), keys("admin")) == (["HELP"], ["HELP"], [], ["HELP", "IT"])


def test_one_service_project_is_found_by_its_desk_or_its_project(service):
    caller = service()
    for desk in ("2", "projectId:10001"):
        assert caller("GET", f"servicedeskapi/servicedesk/{desk}").json()["projectKey"] == "IT"
    answer = caller("GET", "servicedeskapi/servicedesk/9")
    assert answer.status_code == 404
    assert answer.json()["errorMessage"] == "The service desk you are trying to view does not exist."
    assert set(answer.json()["i18nErrorMessage"]) == {"i18nKey", "parameters"}


@pytest.mark.parametrize("path", ["info", "servicedesk"])
def test_service_management_wants_the_opt_in_header(service, path):
    caller = service()
    assert caller("GET", f"servicedeskapi/{path}").status_code == 200
    del caller.session.headers["X-ExperimentalApi"]
    assert caller("GET", f"servicedeskapi/{path}").status_code == 412


def test_the_customer_permissions_of_a_project_tell_its_switches_and_the_global_one(service):
    def told(key):
        return service()("GET", f"servicedesk/1/servicedesk/{key}/settings/requestsecurity").json()

    switches = (
        "globalPublicSignup",
        "serviceDeskPublicSignup",
        "serviceDeskOpenAccess",
        "customerRoleMisconfigured",
    )
    assert [told("HELP")[switch] for switch in switches] == [True, False, True, False]
    assert [told("IT")[switch] for switch in switches] == [True, True, False, True]
    assert (told("HELP")["id"], told("HELP")["projectName"]) == (1, "Help desk")


def test_the_customer_permissions_are_for_administrators(service):
    path = "servicedesk/1/servicedesk/{}/settings/requestsecurity"
    assert message(service(("ada", "pw"))("GET", path.format("HELP")))[0] == 403
    assert message(service(("ada", "pw"))("GET", path.format("IT")))[0] == 404
    assert message(service()("GET", path.format("NONE")))[0] == 404


def test_sign_up_is_off_where_the_seed_says_nothing(start_sandbox, jira_caller):
    jira = jira_caller(start_sandbox("jira: {service_projects: [{key: HELP}]}"))
    jira.base = jira.base.replace("/api/2", "/servicedesk/1")
    told = jira("GET", "servicedesk/HELP/settings/requestsecurity").json()
    assert (told["globalPublicSignup"], told["serviceDeskPublicSignup"], told["serviceDeskOpenAccess"]) == (False,) * 3


@pytest.mark.parametrize(
    ("seed", "status"),
    [("jira: {applications: [{key: jira-software}]}", 404), ("jira: {applications: [{key: jira-servicedesk}]}", 200)],
)
def test_without_a_licence_or_a_project_there_is_no_service_management(start_sandbox, jira_caller, seed, status):
    jira = jira_caller(start_sandbox(seed))
    jira.session.headers["X-ExperimentalApi"] = "opt-in"
    jira.base = jira.base.replace("/api/2", "")
    for path in ("servicedeskapi/info", "servicedeskapi/servicedesk"):
        assert jira("GET", path).status_code == status
    assert jira("GET", "servicedesk/1/servicedesk/HELP/settings/requestsecurity").status_code == 404


@pytest.mark.parametrize(
    "path", ["servicedeskapi/servicedesk", "servicedesk/1/servicedesk/HELP/settings/requestsecurity"]
)
def test_nobody_enters_service_management_without_the_right_secret_and_nothing_is_written(service, path):
    caller = service()
    assert caller("POST", path, {}).status_code == 405
    caller.session.headers["Authorization"] = "Bearer wrong"
    assert caller("GET", path).status_code == 401
