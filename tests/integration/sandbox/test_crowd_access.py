"""Access-based synchronisation: who has no access to an application is hidden from it, in every question."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest

SEED = """
crowd:
  directories:
    - name: staff
      groups: [{name: vip, groups: [inner]}, {name: inner}, {name: others, groups: [vip]}]
      users:
        - {username: ada, groups: [vip, others]}
        - {username: bob, groups: [inner]}
        - {username: cy, groups: [others]}
        - {username: twin, groups: [others]}
    - name: open
      groups: [{name: lobby}]
      users: [{username: dan, groups: [lobby]}, {username: twin, groups: [lobby]}]
  applications:
    - name: app
      password: app-password
      access_based_sync: MODE
      directories:
        - {directory: staff, allow_all_to_authenticate: false, authorised_groups: [VIP]}
        - {directory: open}
"""


@pytest.fixture
def crowd(start_sandbox, crowd_caller):
    return lambda mode: crowd_caller(start_sandbox(SEED.replace("MODE", mode)))


def users(crowd):
    return [user["name"] for user in crowd("GET", "search", entity_type="user").json()["users"]]


def groups(crowd):
    return [group["name"] for group in crowd("GET", "search", entity_type="group").json()["groups"]]


def memberships(crowd):
    return {
        group.get("group"): [each.get("name") for container in group for each in container]
        for group in fromstring(crowd("GET", "group/membership").content)
    }


def test_without_it_everybody_is_shown(crowd):
    everybody = crowd("false")
    assert users(everybody) == ["ada", "bob", "cy", "dan", "twin"]
    assert groups(everybody) == ["inner", "lobby", "others", "vip"]


@pytest.mark.parametrize("mode", ["true", "users"])
def test_users_without_access_are_hidden_and_a_twin_is_judged_by_its_first_directory(crowd, mode):
    filtered = crowd(mode)
    assert users(filtered) == ["ada", "bob", "dan"]
    assert groups(filtered) == ["inner", "lobby", "others", "vip"]
    assert memberships(filtered) == {
        "inner": ["bob"],
        "lobby": ["dan"],
        "others": ["ada", "vip"],
        "vip": ["ada", "inner"],
    }
    for name in ("cy", "twin"):
        assert filtered("GET", "user", username=name).status_code == 404
    nested = filtered("GET", "group/user/nested", groupname="others").json()["users"]
    assert [user["name"] for user in nested] == ["ada", "bob"]
    assert filtered("POST", "user", {"name": "eve"}).json()["reason"] == "APPLICATION_PERMISSION_DENIED"
    assert filtered("POST", "group", {"name": "new", "type": "GROUP"}).status_code == 201


def test_groups_without_access_are_hidden_too_if_that_is_wanted(crowd):
    filtered = crowd("users-and-groups")
    assert users(filtered) == ["ada", "bob", "dan"]
    assert groups(filtered) == ["inner", "lobby", "vip"]
    assert memberships(filtered) == {"inner": ["bob"], "lobby": ["dan"], "vip": ["ada", "inner"]}
    assert filtered("GET", "group", groupname="others").status_code == 404
    mine = filtered("GET", "user/group/direct", username="ada").json()["groups"]
    assert [group["name"] for group in mine] == ["vip"]
    assert filtered("GET", "group/parent-group/direct", groupname="vip").json()["groups"] == []
    refused = filtered("POST", "group", {"name": "new", "type": "GROUP"})
    assert refused.json()["reason"] == "APPLICATION_PERMISSION_DENIED"


def test_who_comes_into_an_authorised_group_appears(crowd, start_sandbox, crowd_caller):
    sandbox = start_sandbox(SEED.replace("MODE", "users"))
    filtered = crowd_caller(sandbox)
    assert "cy" not in users(filtered)
    sandbox.state.directory("staff").add_member("inner", "cy")
    assert "cy" in users(filtered)
