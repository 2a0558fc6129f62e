"""Groups and memberships of the emulated Crowd."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest

SEED = """
crowd:
  directories:
    - name: agents
      groups:
        - {name: outer, description: all of them, groups: [Middle]}
        - {name: Middle, groups: [inner]}
        - {name: inner}
        - {name: two words}
      users:
        - {username: ada, groups: [inner]}
        - {username: bob, groups: [outer, inner]}
        - {username: cy, active: false, groups: [Middle]}
    - name: locked
      allowed_operations: [UPDATE_GROUP]
      groups: [{name: staff}]
      users: [{username: dan}]
  applications:
    - {name: app, password: app-password, directories: [{directory: agents}]}
    - {name: reader, password: app-password, directories: [{directory: agents, allowed_operations: [UPDATE_USER]}]}
    - {name: locked, password: app-password, directories: [{directory: locked}]}
"""


@pytest.fixture
def sandbox(start_sandbox):
    return start_sandbox(SEED)


@pytest.fixture
def crowd(sandbox, crowd_caller):
    return crowd_caller(sandbox)


def names(answer):
    assert answer.status_code == 200, answer.text
    return [each["name"] for each in answer.json().get("groups", answer.json().get("users"))]


def test_a_group_is_shown_with_its_type(crowd):
    group = crowd("GET", "group", groupname="OUTER").json()
    assert (group["name"], group["description"], group["type"], group["active"]) == (
        "outer",
        "all of them",
        "GROUP",
        True,
    )
    assert crowd("GET", "group", groupname="nowhere").json() == {
        "reason": "GROUP_NOT_FOUND",
        "message": "Group <nowhere> does not exist",
    }


def test_a_group_is_created_changed_and_removed(crowd):
    created = crowd("POST", "group", {"name": "night", "type": "GROUP", "description": "", "active": True})
    assert (created.status_code, created.json()["name"]) == (201, "night")
    changed = crowd("PUT", "group", {"name": "night", "type": "GROUP", "description": "shift"}, groupname="night")
    assert (changed.status_code, changed.json()["description"]) == (200, "shift")
    assert crowd("DELETE", "group", groupname="night").status_code == 204
    assert crowd("DELETE", "group", groupname="night").status_code == 404


def test_a_group_that_exists_or_is_no_group_is_invalid(crowd):
    for body in ({"name": "INNER", "type": "GROUP"}, {"name": "night", "type": "LEGACY_ROLE"}, {"type": "GROUP"}):
        answer = crowd("POST", "group", body)
        assert (answer.status_code, answer.json()["reason"]) == (400, "INVALID_GROUP")


def test_a_group_can_not_be_renamed_by_an_update(crowd):
    assert crowd("PUT", "group", {"name": "other", "type": "GROUP"}, groupname="inner").status_code == 400


def test_group_attributes_are_stored_shown_and_removed(crowd):
    body = {"attributes": [{"name": "cost", "values": ["42"]}]}
    assert crowd("POST", "group/attribute", body, groupname="inner").status_code == 204
    assert crowd("GET", "group/attribute", groupname="inner").json()["attributes"][0]["values"] == ["42"]
    expanded = crowd("GET", "group", groupname="inner", expand="attributes").json()
    assert expanded["attributes"]["attributes"][0]["name"] == "cost"
    assert crowd("DELETE", "group/attribute", groupname="inner", attributename="cost").status_code == 204
    assert crowd("GET", "group/attribute", groupname="inner").json()["attributes"] == []


def test_direct_members_and_nested_members_differ_and_nobody_stands_twice(crowd):
    assert names(crowd("GET", "group/user/direct", groupname="outer")) == ["bob"]
    assert names(crowd("GET", "group/user/nested", groupname="outer")) == ["ada", "bob", "cy"]


def test_members_can_be_expanded_and_paged(crowd):
    page = crowd("GET", "group/user/nested", groupname="outer", expand="user", start_index=1, max_results=1).json()
    assert [(user["name"], user["active"]) for user in page["users"]] == [("bob", True)]
    assert names(crowd("GET", "group/user/nested", groupname="outer", start_index=3)) == []


def test_a_member_can_be_asked_for_alone(crowd):
    assert crowd("GET", "group/user/nested", groupname="outer", username="ADA").json()["name"] == "ada"
    answer = crowd("GET", "group/user/direct", groupname="outer", username="ada")
    assert (answer.status_code, answer.json()["reason"]) == (404, "MEMBERSHIP_NOT_FOUND")


def test_child_groups_and_parent_groups_are_two_sides_of_one_thing(crowd):
    assert names(crowd("GET", "group/child-group/direct", groupname="outer")) == ["Middle"]
    assert names(crowd("GET", "group/child-group/nested", groupname="outer")) == ["inner", "Middle"]
    assert names(crowd("GET", "group/parent-group/direct", groupname="inner")) == ["Middle"]
    assert names(crowd("GET", "group/parent-group/nested", groupname="inner")) == ["Middle", "outer"]
    nested = {"groupname": "outer", "child_groupname": "inner"}
    assert crowd("GET", "group/child-group/nested", **nested).json()["name"] == "inner"
    assert crowd("GET", "group/child-group/direct", **nested).status_code == 404


def test_a_user_is_added_by_the_groups_side_too(crowd):
    assert crowd("POST", "group/user/direct", {"name": "CY"}, groupname="inner").status_code == 201
    assert names(crowd("GET", "group/user/direct", groupname="inner")) == ["ada", "bob", "cy"]
    answer = crowd("POST", "group/user/direct", {"name": "nobody"}, groupname="inner")
    assert (answer.status_code, answer.json()["reason"]) == (400, "USER_NOT_FOUND")
    assert crowd("POST", "group/user/direct", {"name": "cy"}, groupname="nowhere").status_code == 404
    assert crowd("DELETE", "group/user/direct", groupname="inner", username="cy").status_code == 204
    assert names(crowd("GET", "group/user/direct", groupname="inner")) == ["ada", "bob"]


@pytest.mark.parametrize("side", ["child", "parent"])
def test_groups_are_nested_and_taken_apart(crowd, side):
    groupname, other = ("inner", "two words") if side == "child" else ("two words", "inner")
    assert crowd("POST", f"group/{side}-group/direct", {"name": other}, groupname=groupname).status_code == 201
    assert names(crowd("GET", "group/child-group/direct", groupname="inner")) == ["two words"]
    answer = crowd("POST", f"group/{side}-group/direct", {"name": other}, groupname=groupname)
    assert (answer.status_code, answer.json()["reason"]) == (409, "MEMBERSHIP_ALREADY_EXISTS")
    apart = {"groupname": "inner", "child_groupname": "two words"}
    assert crowd("DELETE", "group/child-group/direct", **apart).status_code == 204
    assert crowd("DELETE", "group/child-group/direct", **apart).json()["reason"] == "MEMBERSHIP_NOT_FOUND"


@pytest.mark.parametrize("child", ["outer", "Middle", "inner"])
def test_a_cycle_of_groups_is_refused(crowd, child):
    answer = crowd("POST", "group/child-group/direct", {"name": child}, groupname="inner")
    assert (answer.status_code, answer.json()["reason"]) == (400, "INVALID_MEMBERSHIP")
    assert names(crowd("GET", "group/child-group/direct", groupname="inner")) == []


def test_unknown_groups_are_400_in_a_body_and_404_in_a_query(crowd):
    assert crowd("POST", "group/child-group/direct", {"name": "nowhere"}, groupname="inner").status_code == 400
    assert crowd("POST", "group/child-group/direct", {"name": "inner"}, groupname="nowhere").status_code == 404


def test_a_removed_group_leaves_nothing_behind(crowd):
    crowd("DELETE", "group", groupname="middle")
    assert names(crowd("GET", "group/child-group/nested", groupname="outer")) == []
    assert names(crowd("GET", "user/group/direct", username="cy")) == []
    assert names(crowd("GET", "group/parent-group/direct", groupname="inner")) == []


@pytest.mark.parametrize("accept", ["application/json", "application/xml", "text/csv"])
def test_all_memberships_come_as_xml_whatever_is_asked_for_direct_only_with_nesting_in_groups(crowd, accept):
    crowd.session.headers["Accept"] = accept
    answer = crowd("GET", "group/membership")
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert answer.headers["Transfer-Encoding"] == "chunked"
    found = {
        each.get("group"): (
            [user.get("name") for user in each.find("users")],
            [group.get("name") for group in each.find("groups")],
        )
        for each in fromstring(answer.content)
    }
    assert found == {
        "outer": (["bob"], ["Middle"]),
        "Middle": (["cy"], ["inner"]),
        "inner": (["ada", "bob"], []),
        "two words": ([], []),
    }


@pytest.mark.parametrize(
    ("method", "path", "body", "query"),
    [
        ("POST", "group", {"name": "night", "type": "GROUP"}, {}),
        ("PUT", "group", {"name": "inner", "type": "GROUP"}, {"groupname": "inner"}),
        ("DELETE", "group", None, {"groupname": "inner"}),
        ("POST", "group/attribute", {"attributes": []}, {"groupname": "inner"}),
        ("POST", "group/user/direct", {"name": "cy"}, {"groupname": "inner"}),
        ("DELETE", "group/user/direct", None, {"groupname": "inner", "username": "ada"}),
        ("POST", "group/child-group/direct", {"name": "two words"}, {"groupname": "inner"}),
        ("DELETE", "group/child-group/direct", None, {"groupname": "outer", "child_groupname": "middle"}),
    ],
)
def test_without_the_operation_in_the_application_a_write_is_403(sandbox, crowd_caller, method, path, body, query):
    reader = crowd_caller(sandbox, "reader")
    before = reader("GET", "group/membership").text
    answer = reader(method, path, body, **query)
    assert (answer.status_code, answer.json()["reason"]) == (403, "APPLICATION_PERMISSION_DENIED")
    assert reader("GET", "group/membership").text == before


def test_the_directory_overrides_what_the_application_may_do(sandbox, crowd_caller):
    locked = crowd_caller(sandbox, "locked")
    assert (
        locked("POST", "group", {"name": "night", "type": "GROUP"}).json()["reason"] == "APPLICATION_PERMISSION_DENIED"
    )
    assert locked("DELETE", "user", username="dan").status_code == 403
    assert locked("POST", "group/user/direct", {"name": "dan"}, groupname="staff").status_code == 201
