"""The emulated administrative interfaces of Crowd, and the plug-in's."""

import pytest
import requests

from dirsync.errors import ConfigurationInvalid
from dirsync.sandbox.seed_file import parse_seed

SEED = """
crowd:
  version: "%(version)s"
  admin: {%(admin)s}
  directories:
    - name: staff
      users:
        - {username: root, password: root-secret, groups: [Crowd-Administrators]}
        - {username: plain, password: plain-secret}
        - {username: asleep, password: asleep-secret, active: false, groups: [Crowd-Administrators]}
        - {username: keyless, groups: [Crowd-Administrators]}
      groups: [{name: Crowd-Administrators}]
    - {name: hidden, active: false, users: [{username: ghost}]}
  applications:
    - name: app
      password: app-password
      directories:
        - {directory: hidden}
        - {directory: staff, allow_all_to_authenticate: false, authorised_groups: [portal]}
"""
ADMIN = ("admin", "sandbox-crowd-admin")


@pytest.fixture
def ask(start_sandbox):
    """Ask `ask("admin/1.0/application")`; more of a seed by `version=` and `admin=`."""

    def send(path, auth=ADMIN, method="GET", version="6.0.2", admin="", **params):
        sandbox = start_sandbox(SEED % {"version": version, "admin": admin})
        return requests.request(
            method, f"{sandbox.crowd_url}/rest/{path}", auth=auth, params=params, timeout=30, allow_redirects=False
        )

    return send


@pytest.mark.parametrize(
    ("auth", "status"),
    [
        (ADMIN, 200),
        (("ADMIN", "sandbox-crowd-admin"), 200),
        (("root", "root-secret"), 200),
        (("plain", "plain-secret"), 403),
        (("root", "wrong"), 401),
        (("admin", "wrong"), 401),
        (("asleep", "asleep-secret"), 401),
        (("keyless", ""), 401),
        (("app", "app-password"), 401),
        (None, 401),
    ],
)
def test_only_users_who_administer_crowd_may_ask(ask, auth, status):
    answer = ask("admin/1.0/application", auth)
    assert answer.status_code == status
    assert answer.headers["X-Embedded-Crowd-Version"] == "Crowd/6.0.2"
    assert status == 200 or answer.json()["reason"]


def test_broken_credentials_are_nobodys(start_sandbox):
    url = f"{start_sandbox(SEED % {'version': '6.0.2', 'admin': ''}).crowd_url}/rest/admin/1.0/application"
    for header in ("Basic !!!", "Bearer sandbox-crowd-admin", "Basic /w=="):
        assert requests.get(url, headers={"Authorization": header}, timeout=30).status_code == 401


@pytest.mark.parametrize("version", ["1.0", "latest"])
def test_applications_come_in_pages_as_the_published_samples_do(ask, version):
    body = ask(f"admin/{version}/application", start=0, limit=1).json()
    assert {key: body[key] for key in ("size", "start", "limit", "isLastPage")} == {
        "size": 1, "start": 0, "limit": 1, "isLastPage": True,
    }  # fmt: skip
    (application,) = body["values"]
    assert application["name"] == "app"
    assert application["directoryMappings"] is None


def test_the_longest_page_is_the_servers_own(ask):
    body = ask("admin/1.0/directory/detailed", admin="page_size: 1", start="x", limit=100).json()
    assert (body["size"], body["limit"], body["isLastPage"]) == (1, 1, False)


def test_mappings_come_in_order_with_their_groups(ask):
    values = ask("admin/1.0/application/2/directory-mapping").json()["values"]
    assert [each["directoryId"] for each in values] == [32770, 32769]
    assert values[1]["groupMappings"] == [{"groupName": "portal"}]
    single = ask("admin/1.0/application/2/directory-mapping/32769").json()
    assert single == values[1]


def test_the_wrapped_shape_names_classes_and_writes_hyphens(ask):
    (element, *_) = ask("admin/1.0/application/2/directory-mapping", admin="shape: wrapped").json()["values"]
    assert element["DirectoryMappingEntity"]["directory-id"] == 32770
    operations = element["DirectoryMappingEntity"]["allowed-operations"]["allowed-operation"]
    assert "CREATE_USER" in operations


@pytest.mark.parametrize(
    "path",
    [
        "admin/1.0/application/99",
        "admin/1.0/application/2/directory-mapping/99",
        "admin/1.0/nothing",
        "admin/1.0/licensing/2/summary",
        "bootstrapi/1/applications",
        "confapi/1/applications",
    ],
)
def test_what_is_not_there_is_404_with_a_reason(ask, path):
    answer = ask(path)
    assert answer.status_code == 404
    assert answer.json()["message"]


def test_nothing_can_be_changed(ask):
    assert ask("admin/1.0/application/2", method="PUT").status_code == 405
    assert ask("admin/1.0/licensing/2/licensed-users/search").status_code == 405


@pytest.mark.parametrize(
    ("version", "path", "status"),
    [
        ("3.0", "admin/1.0/application", 404),
        ("3.1", "admin/1.0/application", 200),
        ("4.0", "admin/1.0/server-info", 404),
        ("4.1", "admin/1.0/server-info", 200),
        ("2.12", "appmanagement/1/application", 200),
    ],
)
def test_each_version_serves_what_it_had(ask, version, path, status):
    assert ask(path, version=version).status_code == status


def test_the_older_interface_hands_out_what_a_client_must_not_keep(ask):
    (wrapped,) = ask("appmanagement/1/application").json()["applications"]
    application = wrapped["ApplicationEntity"]
    assert application["password"] == {"value": "app-password"}
    assert application["directory-mappings"]["directory-mapping"][0]["directory-id"] == 32770


def test_an_inactive_directory_is_listed_and_shown_to_no_application(start_sandbox):
    sandbox = start_sandbox(SEED % {"version": "6.0.2", "admin": ""})
    listed = requests.get(f"{sandbox.crowd_url}/rest/admin/1.0/directory/detailed", auth=ADMIN, timeout=30).json()
    assert [(each["name"], each["active"]) for each in listed["values"]] == [("staff", True), ("hidden", False)]
    users = requests.get(
        f"{sandbox.crowd_url}/rest/usermanagement/1/search",
        params={"entity-type": "user"},
        headers={"Accept": "application/json"},
        auth=("app", "app-password"),
        timeout=30,
    ).json()
    assert "ghost" not in {each["name"] for each in users["users"]}


def test_a_word_that_no_version_knows_is_refused_with_its_place():
    with pytest.raises(ConfigurationInvalid, match=r"seed.yaml:2"):
        parse_seed("crowd:\n  admin: {unserved: [everything]}\n", "seed.yaml")
