"""Several directories behind one Crowd application: the first one wins, with and without aggregation."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest

SEED = """
crowd:
  directories:
    - name: first
      allowed_operations: [UPDATE_USER, UPDATE_GROUP, DELETE_USER]
      groups: [{name: Shared, groups: [chain]}, {name: chain}, {name: only-first}]
      users:
        - {username: Twin, email: twin@first.example.org, groups: [chain]}
        - {username: ada, groups: [shared]}
        - {username: gone, active: false, password: same}
    - name: second
      groups: [{name: shared}, {name: only-second}, {name: top, groups: [chain]}, {name: chain}]
      users:
        - {username: twin, email: twin@second.example.org, groups: [shared, only-second]}
        - {username: bob, groups: [shared, chain]}
        - {username: gone, password: same}
  applications:
    - {name: app, password: app-password, directories: &both [{directory: first}, {directory: second}]}
    - {name: reversed, password: app-password, directories: [{directory: second}, {directory: first}]}
    - {name: aggregating, password: app-password, aggregate_memberships: true, directories: *both}
    - {name: second-only, password: app-password, directories: [{directory: second}]}
    - name: no-creating
      password: app-password
      directories: [{directory: first}, {directory: second, allowed_operations: [UPDATE_GROUP]}]
"""


@pytest.fixture
def sandbox(start_sandbox):
    return start_sandbox(SEED)


@pytest.fixture
def crowd(sandbox, crowd_caller):
    return crowd_caller(sandbox)


@pytest.fixture
def aggregating(sandbox, crowd_caller):
    return crowd_caller(sandbox, "aggregating")


def names(answer):
    assert answer.status_code == 200, answer.text
    return [each["name"] for each in answer.json().get("groups", answer.json().get("users"))]


def test_the_first_directory_decides_who_a_twin_is(sandbox, crowd, crowd_caller):
    assert crowd("GET", "user", username="twin").json()["email"] == "twin@first.example.org"
    assert (
        crowd_caller(sandbox, "reversed")("GET", "user", username="twin").json()["email"] == "twin@second.example.org"
    )


def test_twins_and_groups_of_equal_name_stand_once(crowd):
    assert names(crowd("GET", "search", entity_type="user")) == ["ada", "bob", "gone", "Twin"]
    groups = ["chain", "only-first", "only-second", "Shared", "top"]
    assert names(crowd("GET", "search", entity_type="group")) == groups


def test_a_masked_twin_is_not_found_by_its_key(sandbox, crowd):
    keys = [sandbox.state.directory(name).user("twin").key for name in ("first", "second")]
    assert crowd("GET", "user", key=keys[0]).json()["email"] == "twin@first.example.org"
    assert crowd("GET", "user", key=keys[1]).status_code == 404


def test_without_aggregation_a_masked_twins_memberships_do_not_count(crowd):
    assert names(crowd("GET", "user/group/direct", username="twin")) == ["chain"]
    assert names(crowd("GET", "group/user/direct", groupname="shared")) == ["ada", "bob"]
    assert crowd("GET", "group/user/direct", groupname="only-second", username="twin").status_code == 404


def test_with_aggregation_all_memberships_count(aggregating):
    assert names(aggregating("GET", "user/group/direct", username="twin")) == ["chain", "only-second", "Shared"]
    assert names(aggregating("GET", "group/user/direct", groupname="shared")) == ["ada", "bob", "Twin"]


def test_groups_in_groups_follow_the_same_two_schemes(crowd, aggregating):
    assert names(crowd("GET", "group/parent-group/direct", groupname="chain")) == ["Shared"]
    assert names(crowd("GET", "group/child-group/direct", groupname="top")) == []
    assert names(aggregating("GET", "group/parent-group/direct", groupname="chain")) == ["Shared", "top"]
    assert names(aggregating("GET", "group/user/nested", groupname="top")) == ["bob", "Twin"]


def test_all_memberships_follow_the_scheme_too(crowd, aggregating):
    def shared(caller):
        tree = fromstring(caller("GET", "group/membership").content)
        return [user.get("name") for user in tree.find("membership[@group='Shared']/users")]

    assert shared(crowd) == ["ada", "bob"]
    assert shared(aggregating) == ["ada", "bob", "Twin"]


def test_a_cycle_that_only_the_merged_groups_have_ends(sandbox, aggregating):
    sandbox.state.directory("second").add_child_group("chain", "shared")
    assert names(aggregating("GET", "group/child-group/nested", groupname="shared")) == ["chain"]
    assert names(aggregating("GET", "group/user/nested", groupname="chain")) == ["ada", "bob", "Twin"]


def test_who_is_inactive_in_the_first_directory_is_refused_whatever_the_second_says(crowd):
    answer = crowd("POST", "authentication", {"value": "same"}, username="gone")
    assert (answer.status_code, answer.json()["reason"]) == (400, "INACTIVE_ACCOUNT")


def test_a_new_user_goes_to_the_first_directory_that_grants_it(sandbox, crowd):
    assert crowd("POST", "user", {"name": "new", "active": True}).status_code == 201
    assert sandbox.state.directory("first").find_user("new") is None
    assert sandbox.state.directory("second").find_user("new")


def test_a_new_user_may_not_be_anybodys_twin(crowd):
    for name in ("ada", "bob"):
        answer = crowd("POST", "user", {"name": name, "active": True})
        assert (answer.status_code, answer.json()["reason"]) == (400, "INVALID_USER")
    assert crowd("POST", "user/rename", {"new-name": "bob"}, username="ada").status_code == 400


def test_where_no_directory_grants_it_nobody_is_created(sandbox, crowd_caller):
    answer = crowd_caller(sandbox, "no-creating")("POST", "user", {"name": "new", "active": True})
    assert (answer.status_code, answer.json()["reason"]) == (403, "APPLICATION_PERMISSION_DENIED")


def test_a_new_group_goes_to_every_directory_that_grants_it(sandbox, crowd):
    assert crowd("POST", "group", {"name": "fresh", "type": "GROUP"}).status_code == 201
    assert sandbox.state.directory("first").find_group("fresh") is None
    assert sandbox.state.directory("second").find_group("fresh")


def test_an_update_and_a_removal_touch_the_first_twin_only(sandbox, crowd):
    crowd("PUT", "user", {"name": "twin", "email": "changed@example.org"}, username="twin")
    assert sandbox.state.directory("first").user("twin").email == "changed@example.org"
    assert sandbox.state.directory("second").user("twin").email == "twin@second.example.org"
    assert crowd("DELETE", "user", username="twin").status_code == 204
    assert crowd("GET", "user", username="twin").json()["email"] == "twin@second.example.org"


def test_a_group_is_changed_and_removed_wherever_it_stands_and_that_is_allowed(sandbox, crowd):
    crowd("PUT", "group", {"name": "shared", "type": "GROUP", "description": "new"}, groupname="shared")
    found = [sandbox.state.directory(name).group("shared").description for name in ("first", "second")]
    assert found == ["new", "new"]
    assert crowd("DELETE", "group", groupname="shared").status_code == 204
    assert sandbox.state.directory("first").find_group("shared")
    assert sandbox.state.directory("second").find_group("shared") is None


def test_a_user_joins_a_group_in_its_own_directory(sandbox, crowd):
    assert crowd("POST", "user/group/direct", {"name": "only-second"}, username="bob").status_code == 201
    assert sandbox.state.directory("first").find_group("only-second") is None
    assert crowd("POST", "user/group/direct", {"name": "only-first"}, username="twin").status_code == 201
    assert list(sandbox.state.directory("first").group("only-first").users) == ["twin"]


def test_a_group_that_only_another_directory_has_is_created_beside_the_user_if_that_is_allowed(sandbox, crowd):
    answer = crowd("POST", "user/group/direct", {"name": "only-first"}, username="bob")
    assert answer.status_code == 201
    assert list(sandbox.state.directory("second").group("only-first").users) == ["bob"]
    refused = crowd("POST", "user/group/direct", {"name": "only-second"}, username="ada")
    assert (refused.status_code, refused.json()["reason"]) == (403, "APPLICATION_PERMISSION_DENIED")


def test_with_aggregation_a_membership_is_removed_from_every_directory(sandbox, aggregating):
    for name in ("first", "second"):
        directory = sandbox.state.directory(name)
        if "twin" not in directory.group("shared").users:
            directory.add_member("shared", "twin")
    assert aggregating("DELETE", "group/user/direct", groupname="shared", username="twin").status_code == 204
    assert all("twin" not in sandbox.state.directory(name).group("shared").users for name in ("first", "second"))


def test_a_change_in_one_application_is_seen_at_once_in_another(sandbox, crowd, crowd_caller):
    other = crowd_caller(sandbox, "second-only")
    assert "new" not in names(crowd("GET", "search", entity_type="user"))
    other("POST", "user", {"name": "new", "active": True})
    assert "new" in names(crowd("GET", "search", entity_type="user"))
