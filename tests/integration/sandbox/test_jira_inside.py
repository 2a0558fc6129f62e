"""What Jira tells besides its documented interface, and the parts of that for administrators of the system."""

from __future__ import annotations

import pytest
import requests

from dirsync.sandbox.jira.application_calls import RAW_LICENSE
from dirsync.sandbox.jira.plugin_calls import APP_PASSWORD

SEED = """
jira:
  version: "10.3.1"
  lowercase_groups: true
  plugins: [bootstrapi, extender]
  credentials: {permissions: [ADMINISTER, SYSTEM_ADMIN]}
  permissions: {ADMINISTER: [Admins], SYSTEM_ADMIN: [root, Admins]}
  applications:
    - {key: jira-software, name: Jira Software, groups: [Developers], default_groups: [Developers], seats: 5}
    - {key: jira-core}
  user_directories:
    - {name: Crowd, type: crowd, crowd_application: app, active: false}
    - {name: Jira Internal Directory, type: internal, groups: [{name: Admins}, {name: Developers}, {name: root}],
       users: [{username: boss, password: boss-password, groups: [Admins, root]},
               {username: admin, password: admin-password}]}
    - {name: LDAP, type: ldap}
crowd:
  directories: [{name: d}]
  applications: [{name: app, password: x, directories: [{directory: d}]}]
"""


@pytest.fixture
def sandbox(start_sandbox):
    return start_sandbox(SEED)


def ask(sandbox, path, method="GET", accept="application/json", auth=None, **given):
    headers = {"Accept": accept, **given.pop("headers", {})}
    if auth is None:
        headers["Authorization"] = "Bearer sandbox-jira-token"
    url = f"{sandbox.jira_url}/rest/{path}"
    return requests.request(method, url, headers=headers, auth=auth, timeout=30, **given)


@pytest.mark.parametrize("version", ["1", "latest"])
def test_user_directories_are_told_by_number_without_order_type_or_mode(sandbox, version):
    told = ask(sandbox, f"crowd/{version}/directory").json()
    assert told.keys() == {"directories"}
    base = f"{sandbox.jira_url}/rest/crowd/latest/directory"
    assert [(each["name"], each["links"]) for each in told["directories"]] == [
        ("Jira Internal Directory", [{"href": f"{base}/1", "rel": "self"}]),
        ("Crowd", [{"href": f"{base}/10000", "rel": "self"}]),
        ("LDAP", [{"href": f"{base}/10002", "rel": "self"}]),
    ]
    assert ["sync" in each for each in told["directories"]] == [False, True, True]
    assert {key for each in told["directories"] for key in each} == {"name", "links", "sync"}


def test_one_user_directory_is_told_by_its_number(sandbox):
    assert ask(sandbox, "crowd/latest/directory/10002").json()["name"] == "LDAP"
    missing = ask(sandbox, "crowd/latest/directory/7")
    assert (missing.status_code, missing.json()["status-code"]) == (404, 404)


@pytest.mark.parametrize("path", ["crowd/latest/directory", "crowd/latest/directory/1"])
def test_user_directories_need_a_system_administrator_and_json(sandbox, start_sandbox, path):
    assert ask(sandbox, path, accept="*/*").status_code == 500
    assert ask(sandbox, path, auth=("boss", "boss-password")).status_code == 200
    only_jira = start_sandbox("jira: {user_directories: [{name: I, type: internal}]}")
    refused = ask(only_jira, path)
    assert (refused.status_code, refused.json()) == (
        403,
        {"message": "Client must be authenticated as a system administrator", "status-code": 403},
    )


def test_no_rest_call_starts_a_synchronisation(sandbox):
    assert ask(sandbox, "crowd/latest/directory/10000/synchronise", "POST").status_code == 404


def test_licences_are_for_administrators_and_carry_a_secret(sandbox):
    told = ask(sandbox, "plugins/applications/1.0/installed/jira-software/license").json()
    assert (told["maximumNumberOfUsers"], told["rawLicense"], told["valid"]) == (5, RAW_LICENSE, True)
    whole = ask(sandbox, "plugins/applications/1.0/installed/jira-core").json()
    assert (whole["key"], whole["license"]["maximumNumberOfUsers"]) == ("jira-core", -1)
    assert ask(sandbox, "plugins/applications/1.0/installed/jira-other").status_code == 404
    refused = ask(sandbox, "plugins/applications/1.0/installed/jira-core", auth=("admin", "admin-password"))
    assert refused.status_code == 401


def test_groups_of_applications_may_come_in_lower_case(sandbox):
    role = ask(sandbox, "api/2/applicationrole/jira-software").json()
    assert (role["groups"], role["defaultGroups"]) == (["developers"], ["developers"])


def test_setting_the_groups_of_an_application_needs_the_latest_tag_if_any(sandbox):
    tag = ask(sandbox, "api/2/applicationrole").headers["ETag"]
    change = {"key": "ignored", "name": "ignored", "groups": ["Admins"], "defaultGroups": []}
    path = "api/2/applicationrole/jira-core"
    changed = ask(sandbox, path, "PUT", json=change, headers={"If-Match": tag})
    assert (changed.status_code, changed.json()["key"], changed.json()["groups"]) == (200, "jira-core", ["admins"])
    assert changed.json()["userCount"] == 1
    assert changed.headers["ETag"] != tag
    stale = ask(sandbox, path, "PUT", json={"groups": []}, headers={"If-Match": tag})
    assert stale.status_code == 412
    assert ask(sandbox, path).json()["groups"] == ["admins"]
    assert ask(sandbox, path, "PUT", json={"groups": ["root"]}).json()["groups"] == ["root"]


def test_setting_several_leaves_out_what_the_body_leaves_out(sandbox):
    answer = ask(sandbox, "api/2/applicationrole", "PUT", json=[{"key": "jira-core", "groups": ["root"]}])
    assert {role["key"]: role["groups"] for role in answer.json()} == {
        "jira-software": ["developers"],
        "jira-core": ["root"],
    }


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("applicationrole", b"[", 400),
        ("applicationrole", b"{}", 400),
        ("applicationrole", b"[1]", 400),
        ("applicationrole", b'[{"key": "jira-other"}]', 404),
        ("applicationrole/jira-other", b"{}", 404),
        ("applicationrole/jira-core", b"[]", 400),
        ("applicationrole/jira-core", b'{"groups": "root"}', 400),
        ("applicationrole/jira-core", b'{"groups": ["nowhere"]}', 400),
    ],
)
def test_what_can_not_be_set_changes_nothing(sandbox, path, body, status):
    before = ask(sandbox, "api/2/applicationrole").json()
    assert ask(sandbox, f"api/2/{path}", "PUT", data=body).status_code == status
    assert ask(sandbox, "api/2/applicationrole").json() == before


def test_only_administrators_set_groups(sandbox):
    answer = ask(sandbox, "api/2/applicationrole", "PUT", json=[], auth=("admin", "admin-password"))
    assert answer.status_code == 403


def test_bootstrapi_tells_permissions_and_directories_without_order_and_with_a_password(sandbox):
    told = ask(sandbox, "bootstrapi/1/permissions/global").json()
    assert told == {"groups": {"Admins": ["ADMINISTER", "SYSTEM_ADMIN"], "root": ["SYSTEM_ADMIN"]}}
    directories = ask(sandbox, "bootstrapi/1/directories").json()
    assert list(directories) == ["Crowd", "Jira Internal Directory", "LDAP"]
    assert directories["Crowd"]["server"]["appPassword"] == APP_PASSWORD
    assert directories["Crowd"]["type"] == "crowd"
    assert directories["LDAP"].keys() == {"type", "id", "name", "description", "active"}
    assert [each["products"] for each in ask(sandbox, "bootstrapi/1/licenses").json()] == [
        ["Jira Software"],
        ["jira-core"],
    ]


def test_the_extender_tells_the_order(sandbox):
    told = ask(sandbox, "extender/1.0/userDirectories/all").json()
    assert [(each["position"], each["name"], each["active"]) for each in told] == [
        (1, "Crowd", False),
        (2, "Jira Internal Directory", True),
        (3, "LDAP", True),
    ]


@pytest.mark.parametrize("path", ["bootstrapi/1/directories", "extender/1.0/userDirectories/all"])
def test_apps_that_are_not_installed_are_404_and_others_are_for_administrators(sandbox, start_sandbox, path):
    assert ask(start_sandbox(""), path).status_code == 404
    assert ask(sandbox, path, auth=("admin", "admin-password")).status_code == 403


def test_all_users_come_in_pages_by_a_cursor_that_a_newcomer_does_not_upset(sandbox):
    internal = sandbox.state.jira_directory("Jira Internal Directory")
    for number in range(25):
        internal.add_user(f"u{number:02}", {"active": number % 2 == 0})
    page = ask(sandbox, "api/2/user/list?maxResults=10").json()
    assert page.keys() == {"self", "maxResults", "isLast", "nextCursor", "nextPage", "values"}
    found = [user["name"] for user in page["values"]]
    internal.add_user("newcomer", {})
    while not page["isLast"]:
        page = requests.get(page["nextPage"], headers={"Authorization": "Bearer sandbox-jira-token"}, timeout=30).json()
        found += [user["name"] for user in page["values"]]
    assert "nextCursor" not in page
    assert len(found) == len(set(found))
    assert {f"u{number:02}" for number in range(25)} | {"boss", "admin"} <= set(found)


def test_the_list_of_users_is_for_administrators_and_new(sandbox, start_sandbox):
    assert ask(sandbox, "api/2/user/list", auth=("admin", "admin-password")).status_code == 403
    assert ask(sandbox, "api/2/user/list?cursor=%C3%A9").status_code == 400
    assert ask(start_sandbox('jira: {version: "9.17"}'), "api/2/user/list").status_code == 404


def test_the_older_group_resource_shows_members_by_ranges_and_is_gone_since_10(sandbox, start_sandbox):
    assert ask(sandbox, "api/2/group?groupname=Admins").status_code == 405
    old = start_sandbox(SEED.replace("10.3.1", "9.12"))
    internal = old.state.jira_directory("Jira Internal Directory")
    for number in range(70):
        internal.add_user(f"u{number:02}", {})
        internal.add_member("root", f"u{number:02}")
    first = ask(old, "api/2/group?groupname=root&expand=users").json()["users"]
    assert (first["size"], len(first["items"]), first["start-index"], first["end-index"]) == (71, 50, 0, 49)
    rest = ask(old, "api/2/group?groupname=root&expand=users[50:99]").json()["users"]
    assert (len(rest["items"]), rest["start-index"], rest["end-index"]) == (21, 50, 70)
    assert ask(old, "api/2/group?groupname=root").json()["users"]["items"] == []
    assert ask(old, "api/2/group?groupname=nowhere").status_code == 404


def test_the_caller_and_the_session(sandbox):
    assert ask(sandbox, "api/2/myself").json()["name"] == "dirsync"
    boss = ask(sandbox, "api/2/myself", auth=("boss", "boss-password")).json()
    assert (boss["name"], boss["groups"]["size"]) == ("boss", 2)
    assert ask(sandbox, "auth/1/session").json()["name"] == "dirsync"
    assert ask(sandbox, "auth/1/websudo", "DELETE").status_code == 204
    assert ask(sandbox, "auth/latest/session", "DELETE").status_code == 204


def test_permissions_are_a_catalogue_without_groups(sandbox):
    told = ask(sandbox, "api/2/permissions").json()["permissions"]
    assert (told["ADMINISTER"]["type"], told["BROWSE_PROJECTS"]["type"]) == ("GLOBAL", "PROJECT")
    assert "havePermission" not in told["ADMINISTER"]
    assert ask(sandbox, "api/2/permissions", auth=("admin", "admin-password")).status_code == 403
