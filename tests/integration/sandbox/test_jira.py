"""The emulated Jira."""

from __future__ import annotations

import pytest
import requests

SEED = """
jira:
  version: "9.12.8"
  permissions: {ADMINISTER: [admins], SYSTEM_ADMIN: [admins], BULK_CHANGE: [jira-users]}
  applications:
    - {key: jira-software, name: Jira Software, groups: [Developers, admins], default_groups: [developers], seats: 5}
    - {key: jira-servicedesk, name: Jira Service Management, groups: [support, admins], seats: 1,
       selected_by_default: true}
    - {key: jira-core, groups: [], seats: -1}
    - {key: staged, groups: [support], seats: 10, used: 12}
  user_directories:
    - {name: Switched off, type: crowd, crowd_application: lower, active: false}
    - name: Jira Internal Directory
      type: internal
      groups: [{name: Admins}, {name: jira-users}, {name: flat-parent}]
      users:
        - {username: admin, password: admin-password, groups: [admins]}
        - {username: plain, password: plain-password, groups: [jira-users]}
        - {username: asleep, password: asleep-password, active: false, groups: [admins]}
        - {username: Masked, groups: [jira-users]}
    - {name: Crowd, type: crowd, crowd_application: upper}
    - name: Without nesting
      type: ldap
      nested_groups: false
      groups: [{name: support, groups: [night]}, {name: night}]
      users: [{username: owl, groups: [night]}, {username: day, groups: [support]}]
crowd:
  directories:
    - name: staff
      groups: [{name: developers, groups: [backend]}, {name: backend}]
      users:
        - {username: ada, email: ada@example.org, display_name: Ada King, groups: [developers, backend]}
        - {username: bob, groups: [backend]}
        - {username: left, active: false, groups: [developers]}
        - {username: masked, groups: [developers]}
    - {name: unseen, groups: [{name: developers}], users: [{username: ghost, groups: [developers]}]}
  applications:
    - {name: upper, password: x, directories: [{directory: staff}]}
    - {name: lower, password: x, directories: [{directory: unseen}]}
"""


@pytest.fixture
def sandbox(start_sandbox):
    return start_sandbox(SEED)


@pytest.fixture
def jira(sandbox, jira_caller):
    return jira_caller(sandbox)


def refusal(answer):
    assert set(answer.json()) == {"errorMessages", "errors"}
    return answer.status_code, answer.json()["errorMessages"][0]


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Basic !!!", "Digest x"])
def test_nobody_enters_without_a_login_or_with_a_token_nobody_has(sandbox, header):
    headers = {"Authorization": header} if header else {}
    answer = requests.get(f"{sandbox.jira_url}/rest/api/2/serverInfo", headers=headers, timeout=30)
    assert answer.status_code == 401
    assert answer.json()["errors"] == {}
    assert answer.headers["X-Seraph-LoginReason"] == ("AUTHENTICATED_FAILED" if header else "ANONYMOUS")


@pytest.mark.parametrize("auth", [("admin", "wrong"), ("asleep", "asleep-password"), ("nobody", "")])
def test_a_wrong_password_gets_a_page_for_people(sandbox, jira_caller, auth):
    answer = jira_caller(sandbox, auth)("GET", "serverInfo")
    assert (answer.status_code, answer.headers["X-Seraph-LoginReason"]) == (401, "AUTHENTICATED_FAILED")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "Basic Authentication Failure - Reason : AUTHENTICATED_FAILED" in answer.text


def test_the_technical_account_may_use_its_password_too(sandbox, jira_caller):
    assert jira_caller(sandbox, ("dirsync", "sandbox-jira-password"))("GET", "applicationrole").status_code == 200


def test_server_info_tells_the_version(jira):
    info = jira("GET", "serverInfo").json()
    assert (info["version"], info["versionNumbers"], info["deploymentType"]) == ("9.12.8", [9, 12, 8], "Server")


def test_application_roles_are_an_array_with_seats(jira):
    roles = {role["key"]: role for role in jira("GET", "applicationrole").json()}
    assert roles["jira-software"] == {
        "key": "jira-software",
        "name": "Jira Software",
        "groups": ["Developers", "admins"],
        "defaultGroups": ["developers"],
        "selectedByDefault": False,
        "defined": True,
        "numberOfSeats": 5,
        "remainingSeats": 2,
        "userCount": 3,
        "userCountDescription": "3 users",
        "hasUnlimitedSeats": False,
        "platform": False,
    }
    assert roles["jira-servicedesk"]["selectedByDefault"] is True
    core = roles["jira-core"]
    assert (core["hasUnlimitedSeats"], core["remainingSeats"], core["platform"]) == (True, -1, True)
    assert (roles["staged"]["userCount"], roles["staged"]["remainingSeats"]) == (12, 0)


def test_seats_are_counted_once_for_active_effective_members_nested_ones_included(jira):
    # ada (twice a member), bob (nested) and admin; not left (inactive), masked (a twin higher up), ghost (switched off)
    assert jira("GET", "applicationrole/jira-software").json()["userCount"] == 3
    # admin and day; owl only through a nested group, in a directory without nesting
    assert jira("GET", "applicationrole/jira-servicedesk").json()["userCount"] == 2


def test_a_change_in_crowd_changes_the_seats(sandbox, jira):
    sandbox.state.directory("staff").add_user("new", {})
    sandbox.state.directory("staff").add_member("backend", "new")
    assert jira("GET", "applicationrole/jira-software").json()["userCount"] == 4


def test_an_application_without_a_licence_is_404(jira):
    status, message = refusal(jira("GET", "applicationrole/jira-product-discovery"))
    assert (status, "jira-product-discovery" in message) == (404, True)


def test_list_and_item_carry_the_same_etag(jira):
    tags = {jira("GET", path).headers["ETag"] for path in ("applicationrole", "applicationrole/jira-core")}
    assert len(tags) == 1


@pytest.mark.parametrize("path", ["applicationrole", "applicationrole/jira-core", "group/member?groupname=admins"])
def test_what_is_for_administrators_is_403_for_others(sandbox, jira_caller, path):
    status, message = refusal(jira_caller(sandbox, ("plain", "plain-password"))("GET", path))
    assert (status, "administer" in message) == (403, True)
    assert jira_caller(sandbox, ("admin", "admin-password"))("GET", path).status_code == 200


def test_before_jira_7_there_are_no_application_roles(start_sandbox, jira_caller):
    jira = jira_caller(start_sandbox('jira: {version: "6.4.14", applications: [{key: jira-software}]}'))
    assert jira("GET", "applicationrole").status_code == 404
    assert jira("GET", "serverInfo").json()["versionNumbers"] == [6, 4, 14]


def test_group_members_include_nested_ones_and_hide_inactive_and_masked_ones(jira):
    page = jira("GET", "group/member", groupname="DEVELOPERS").json()
    assert [(user["name"], user["active"]) for user in page["values"]] == [("ada", True), ("bob", True)]
    assert (page["total"], page["isLast"], page["startAt"], page["maxResults"]) == (2, True, 0, 50)
    assert "nextPage" not in page
    assert page["values"][0]["emailAddress"] == "ada@example.org"


@pytest.mark.parametrize("flag", ["true", "True"])
def test_inactive_members_are_shown_when_asked_for(jira, flag):
    answer = jira.session.get(f"{jira.base}/group/member?groupname=developers&includeInactiveUsers={flag}", timeout=30)
    assert [user["name"] for user in answer.json()["values"]] == ["ada", "bob", "left"]


def test_group_members_come_in_pages_of_fifty_at_most(sandbox, jira):
    staff = sandbox.state.directory("staff")
    staff.add_group("crowded")
    for number in range(120):
        staff.add_user(f"u{number:03}", {})
        staff.add_member("crowded", f"u{number:03}")
    page = jira("GET", "group/member", groupname="crowded", maxResults=1000).json()
    assert (page["maxResults"], len(page["values"]), page["total"], page["isLast"]) == (50, 50, 120, False)
    found = [user["name"] for user in page["values"]]
    while not page["isLast"]:
        page = jira.session.get(page["nextPage"], timeout=30).json()
        found += [user["name"] for user in page["values"]]
    assert found == [f"u{number:03}" for number in range(120)]


def test_members_of_no_group_are_400_and_of_an_unknown_one_404(jira):
    assert refusal(jira("GET", "group/member"))[0] == 400
    assert refusal(jira("GET", "group/member", groupname="nowhere")) == (
        404,
        "The group named 'nowhere' does not exist.",
    )
    assert refusal(jira("GET", "group/member", groupname="admins", startAt="x"))[0] == 404


def test_the_group_picker_labels_administrative_and_licensed_groups(jira):
    picked = jira("GET", "groups/picker", query="").json()
    labels = {group["name"]: [label["type"] for label in group["labels"]] for group in picked["groups"]}
    assert labels == {
        "Admins": ["ADMIN", "MULTIPLE"],
        "backend": [],
        "developers": ["SINGLE"],
        "flat-parent": [],
        "jira-users": [],
        "night": [],
        "support": ["MULTIPLE"],
    }
    assert picked["groups"][2]["labels"][0]["text"] == "Jira Software"


def test_the_group_picker_filters_excludes_and_marks(jira):
    url = f"{jira.base}/groups/picker?query=T&exclude=support&exclude=backend"
    picked = jira.session.get(url, timeout=30).json()
    assert [(group["name"], group["html"]) for group in picked["groups"]] == [
        ("flat-parent", "fla<b>t</b>-parent"),
        ("night", "nigh<b>t</b>"),
    ]


def test_the_group_picker_shows_twenty_and_tells_how_many_there_are(sandbox, jira):
    for number in range(30):
        sandbox.state.jira_directory("Jira Internal Directory").add_group(f"many{number:02}")
    picked = jira("GET", "groups/picker", query="many").json()
    assert (len(picked["groups"]), picked["total"]) == (20, 30)
    assert picked["header"] == "Showing 20 of 30 matching groups"
    assert len(jira("GET", "groups/picker", query="many", maxResults=1000).json()["groups"]) == 30


def test_my_permissions_are_those_of_the_callers_groups(sandbox, jira, jira_caller):
    def held(caller, **query):
        permissions = caller("GET", "mypermissions", **query).json()["permissions"]
        return {
            key
            for key, permission in permissions.items()
            if permission["havePermission"] and permission["type"] == "GLOBAL"
        }

    assert held(jira) == {"ADMINISTER"}
    assert held(jira_caller(sandbox, ("admin", "admin-password"))) == {"ADMINISTER", "SYSTEM_ADMIN"}
    assert held(jira_caller(sandbox, ("plain", "plain-password"))) == {"BULK_CHANGE"}
    assert held(jira, permissions="SYSTEM_ADMIN") == set()


def test_my_permissions_tell_those_for_projects_too_which_are_no_global_ones(sandbox, jira, jira_caller):
    def browse(caller):
        return caller("GET", "mypermissions").json()["permissions"]["BROWSE_PROJECTS"]

    assert (browse(jira)["type"], browse(jira)["havePermission"]) == ("PROJECT", True)
    assert browse(jira_caller(sandbox, ("plain", "plain-password")))["havePermission"] is False


def test_a_user_tells_groups_and_applications_when_expanded(jira):
    brief = jira("GET", "user", username="ADA").json()
    assert (brief["name"], brief["groups"], brief["applicationRoles"]) == (
        "ada",
        {"size": 2, "items": []},
        {"size": 1, "items": []},
    )
    whole = jira("GET", "user", username="ada", expand="groups,applicationRoles").json()
    assert [group["name"] for group in whole["groups"]["items"]] == ["backend", "developers"]
    assert whole["applicationRoles"]["items"] == [{"key": "jira-software", "name": "Jira Software"}]
    assert jira("GET", "user", key=brief["key"]).json()["name"] == "ada"


def test_an_inactive_user_takes_no_seat(jira):
    left = jira("GET", "user", username="left").json()
    assert (left["active"], left["groups"]["size"], left["applicationRoles"]["size"]) == (False, 1, 0)


def test_of_twins_the_first_active_directorys_is_shown(jira):
    assert jira("GET", "user", username="masked", expand="groups").json()["groups"]["items"][0]["name"] == "jira-users"


def test_an_unknown_user_is_404_and_no_user_400(jira):
    assert refusal(jira("GET", "user", username="ghost")) == (404, "The user named 'ghost' does not exist")
    assert refusal(jira("GET", "user", key="JIRAUSER1"))[0] == 404
    assert refusal(jira("GET", "user"))[0] == 400


def test_the_user_search_finds_by_name_or_address_and_active_ones_only_unless_asked(jira):
    def found(**query):
        return [user["name"] for user in jira("GET", "user/search", **query).json()]

    everybody = ["ada", "admin", "bob", "day", "Masked", "owl", "plain"]
    assert found(username=".") == everybody
    assert found(username=".", includeInactive="true") == sorted([*everybody, "asleep", "left"], key=str.lower)
    assert found(username=".", includeActive="false", includeInactive="true") == ["asleep", "left"]
    assert found(username="KING") == found(username="ada@ex") == ["ada"]
    assert found(username=".", startAt=1, maxResults=2) == ["admin", "bob"]
    assert refusal(jira("GET", "user/search"))[0] == 400


def test_the_user_search_shows_fifty_by_default_and_a_thousand_at_most(sandbox, jira):
    staff = sandbox.state.directory("staff")
    for number in range(1100):
        staff.add_user(f"u{number:04}", {})
    assert len(jira("GET", "user/search", username="u").json()) == 50
    assert len(jira("GET", "user/search", username=".", maxResults=5000).json()) == 1000


def test_what_the_sandbox_does_not_have_is_404_and_writing_405(jira):
    assert refusal(jira("GET", "issue/HELP-1"))[0] == 404
    assert refusal(jira("POST", "group/member", {}))[0] == 405
    jira.base = jira.base.replace("/api/2", "/api/latest")
    assert jira("GET", "serverInfo").status_code == 200
