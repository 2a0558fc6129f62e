"""Users of the emulated Crowd."""

from __future__ import annotations

import uuid
from xml.etree.ElementTree import fromstring

import pytest

SEED = """
crowd:
  directories:
    - name: customers
      groups: [{name: Portal, groups: [inner]}, {name: inner}, {name: empty}]
      users:
        - {username: Ada, email: ada@example.org, first_name: Ada, last_name: King, display_name: Ada King,
           password: analytical, groups: [inner], attributes: {team: [north, south]}}
        - {username: bob, active: false}
  applications:
    - {name: app, password: app-password, directories: [{directory: customers}]}
    - {name: reader, password: app-password, directories: [{directory: customers, allowed_operations: []}]}
"""
WHOLE = {
    "first-name": "Eve",
    "last-name": "Adams",
    "display-name": "Eve A.",
    "email": "eve@example.org",
    "active": True,
}


@pytest.fixture
def sandbox(start_sandbox):
    return start_sandbox(SEED)


@pytest.fixture
def crowd(sandbox, crowd_caller):
    return crowd_caller(sandbox)


def test_a_user_is_found_whatever_the_case_and_shown_as_written(crowd):
    user = crowd("GET", "user", username="aDA").json()
    assert user["name"] == "Ada"
    assert (user["first-name"], user["last-name"], user["display-name"]) == ("Ada", "King", "Ada King")
    assert (user["email"], user["active"]) == ("ada@example.org", True)
    assert user["password"]["link"]["href"].endswith("/user/password?username=Ada")
    assert user["attributes"]["attributes"] == []


def test_a_user_has_a_stable_key_and_dates_in_milliseconds(crowd):
    user = crowd("GET", "user", username="ada").json()
    number, _, identity = user["key"].partition(":")
    assert number == "32769"
    uuid.UUID(identity)
    assert user["created-date"] > 1_600_000_000_000
    assert crowd("GET", "user", key=user["key"]).json()["name"] == "Ada"


def test_keys_of_a_seed_are_the_same_at_the_next_start(crowd, start_sandbox, crowd_caller):
    again = crowd_caller(start_sandbox(SEED))
    assert crowd("GET", "user", username="ada").json()["key"] == again("GET", "user", username="ada").json()["key"]


def test_an_unknown_key_is_not_found(crowd):
    answer = crowd("GET", "user", key="32769:nobody")
    assert (answer.status_code, answer.json()["reason"]) == (404, "USER_NOT_FOUND")


def test_a_question_without_a_name_is_an_illegal_argument(crowd):
    answer = crowd("GET", "user")
    assert answer.status_code == 400
    assert answer.json() == {"reason": "ILLEGAL_ARGUMENT", "message": "username query parameter must be given"}


def test_attributes_are_shown_when_expanded(crowd):
    shown = crowd("GET", "user", username="ada", expand="attributes").json()["attributes"]["attributes"]
    assert [(each["name"], each["values"]) for each in shown] == [("team", ["north", "south"])]


def test_in_xml_only_name_and_expand_are_attributes(crowd):
    crowd.session.headers["Accept"] = "application/xml"
    user = fromstring(crowd("GET", "user", username="ada", expand="attributes").content)
    assert user.attrib == {"name": "Ada", "expand": "attributes"}
    assert (user.findtext("email"), user.findtext("active")) == ("ada@example.org", "true")
    assert [value.text for value in user.findall("attributes/attribute[@name='team']/values/value")] == [
        "north",
        "south",
    ]
    assert user.findtext("created-date")[-6:] == "+00:00"


def test_a_created_user_is_answered_whole_with_its_address(crowd):
    answer = crowd("POST", "user", {"name": "eve", "password": {"value": "apple"}, **WHOLE})
    assert answer.status_code == 201
    assert answer.json()["name"] == "eve"
    assert crowd.session.get(answer.headers["Location"], timeout=30).json()["display-name"] == "Eve A."
    assert crowd("POST", "authentication", {"value": "apple"}, username="eve").status_code == 200


def test_a_user_can_be_created_in_xml(crowd):
    body = (
        "<user name='eve'><first-name>Eve</first-name><last-name>A&amp;B</last-name><active>false</active>"
        "<password><value>apple</value></password>"
        "<attributes><attribute name='team'><values><value>west</value></values></attribute></attributes></user>"
    )
    headers = {"Content-Type": "text/xml"}
    assert crowd.session.post(f"{crowd.base}/user", data=body, headers=headers, timeout=30).status_code == 201
    user = crowd("GET", "user", username="eve", expand="attributes").json()
    assert (user["last-name"], user["active"], user["display-name"]) == ("A&B", False, "Eve A&B")
    assert user["attributes"]["attributes"][0]["values"] == ["west"]


@pytest.mark.parametrize("name", ["ADA", "", " eve", "e" * 256])
def test_a_name_that_is_taken_or_impossible_is_an_invalid_user(crowd, name):
    answer = crowd("POST", "user", {"name": name, **WHOLE})
    assert (answer.status_code, answer.json()["reason"]) == (400, "INVALID_USER")


def test_wrong_types_in_a_body_are_illegal_arguments(crowd):
    for body in ({"name": 7}, {"name": "eve", "active": "yes"}, {"name": "eve", "attributes": [{"name": "x"}]}):
        answer = crowd("POST", "user", body)
        assert (answer.status_code, answer.json()["reason"]) == (400, "ILLEGAL_ARGUMENT")


def test_an_update_replaces_what_is_left_out_but_keeps_active_key_and_memberships(crowd):
    before = crowd("GET", "user", username="bob").json()
    answer = crowd("PUT", "user", {"name": "bob", "email": "bob@example.org"}, username="BOB")
    assert (answer.status_code, answer.content) == (204, b"")
    after = crowd("GET", "user", username="bob").json()
    assert (after["email"], after["first-name"], after["active"]) == ("bob@example.org", "", False)
    assert after["key"] == before["key"]
    assert after["updated-date"] >= before["updated-date"]


def test_an_update_may_not_rename(crowd):
    answer = crowd("PUT", "user", {"name": "eve", **WHOLE}, username="bob")
    assert (answer.status_code, answer.json()["reason"]) == (400, "ILLEGAL_ARGUMENT")


def test_an_update_of_nobody_is_not_found(crowd):
    assert crowd("PUT", "user", {"name": "eve", **WHOLE}, username="eve").status_code == 404


def test_a_removed_user_leaves_no_membership_behind(crowd):
    assert crowd("DELETE", "user", username="ada").status_code == 204
    assert crowd("GET", "user", username="ada").status_code == 404
    assert crowd("GET", "group/user/direct", groupname="inner").json()["users"] == []
    assert crowd("DELETE", "user", username="ada").status_code == 404
    crowd("POST", "user", {"name": "ada", **WHOLE})
    assert crowd("GET", "user/group/direct", username="ada").json()["groups"] == []


def test_a_user_created_anew_has_a_new_key(crowd):
    before = crowd("GET", "user", username="ada").json()["key"]
    crowd("DELETE", "user", username="ada")
    assert crowd("POST", "user", {"name": "ada", **WHOLE}).json()["key"] != before


@pytest.mark.parametrize("key", ["new-name", "newName"])
def test_a_renamed_user_keeps_key_and_memberships(crowd, key):
    before = crowd("GET", "user", username="ada").json()["key"]
    answer = crowd("POST", "user/rename", {key: "lovelace"}, username="ada")
    assert (answer.status_code, answer.json()["name"], answer.json()["key"]) == (200, "lovelace", before)
    assert crowd("GET", "user", username="ada").status_code == 404
    assert crowd("GET", "user", key=before).json()["name"] == "lovelace"
    assert [each["name"] for each in crowd("GET", "group/user/direct", groupname="inner").json()["users"]] == [
        "lovelace"
    ]


def test_a_rename_may_change_the_case_only_but_not_take_a_name(crowd):
    assert crowd("POST", "user/rename", {"new-name": "ADA"}, username="ada").json()["name"] == "ADA"
    answer = crowd("POST", "user/rename", {"new-name": "Bob"}, username="ada")
    assert (answer.status_code, answer.json()["reason"]) == (400, "INVALID_USER")
    assert crowd("POST", "user/rename", {}, username="ada").status_code == 400


def test_a_changed_password_is_the_one_that_works(crowd):
    assert crowd("PUT", "user/password", {"value": "difference"}, username="ada").status_code == 204
    assert crowd("POST", "authentication", {"value": "analytical"}, username="ada").status_code == 400
    assert crowd("POST", "authentication", {"value": "difference"}, username="ada").status_code == 200
    answer = crowd("PUT", "user/password", {"value": ""}, username="ada")
    assert (answer.status_code, answer.json()["reason"]) == (400, "INVALID_CREDENTIAL")


def test_no_answer_ever_holds_a_password(crowd):
    crowd("PUT", "user/password", {"value": "canary-4711"}, username="ada")
    for path, query in (
        ("user", {"username": "ada"}),
        ("search", {"entity_type": "user", "expand": "user,attributes"}),
    ):
        assert "canary-4711" not in crowd("GET", path, **query).text


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_stored_attributes_replace_those_named_and_keep_the_others(crowd, method):
    body = {"attributes": [{"name": "floor", "values": ["3"]}]}
    assert crowd(method, "user/attribute", body, username="ada").status_code == 204
    shown = crowd("GET", "user/attribute", username="ada").json()["attributes"]
    assert {each["name"]: each["values"] for each in shown} == {"team": ["north", "south"], "floor": ["3"]}
    assert crowd("DELETE", "user/attribute", username="ada", attributename="team").status_code == 204
    assert [each["name"] for each in crowd("GET", "user/attribute", username="ada").json()["attributes"]] == ["floor"]


def test_direct_groups_and_nested_groups_differ(crowd):
    assert names(crowd("GET", "user/group/direct", username="ada")) == ["inner"]
    assert names(crowd("GET", "user/group/nested", username="ada")) == ["inner", "Portal"]


def test_a_membership_can_be_asked_for_alone(crowd):
    assert crowd("GET", "user/group/nested", username="ada", groupname="portal").json()["name"] == "Portal"
    answer = crowd("GET", "user/group/direct", username="ada", groupname="portal")
    assert (answer.status_code, answer.json()["reason"]) == (404, "MEMBERSHIP_NOT_FOUND")


def test_groups_of_nobody_are_not_found(crowd):
    assert crowd("GET", "user/group/direct", username="eve").json()["reason"] == "USER_NOT_FOUND"


def test_a_user_joins_and_leaves_a_group(crowd):
    assert crowd("POST", "user/group/direct", {"name": "EMPTY"}, username="bob").status_code == 201
    assert names(crowd("GET", "user/group/direct", username="bob")) == ["empty"]
    answer = crowd("POST", "user/group/direct", {"name": "empty"}, username="bob")
    assert (answer.status_code, answer.json()["reason"]) == (409, "MEMBERSHIP_ALREADY_EXISTS")
    assert crowd("DELETE", "user/group/direct", username="bob", groupname="empty").status_code == 204
    answer = crowd("DELETE", "user/group/direct", username="bob", groupname="empty")
    assert (answer.status_code, answer.json()["reason"]) == (404, "MEMBERSHIP_NOT_FOUND")


def test_an_unknown_group_in_the_body_is_400_and_an_unknown_user_in_the_query_404(crowd):
    answer = crowd("POST", "user/group/direct", {"name": "nowhere"}, username="bob")
    assert (answer.status_code, answer.json()["reason"]) == (400, "GROUP_NOT_FOUND")
    answer = crowd("POST", "user/group/direct", {"name": "empty"}, username="eve")
    assert (answer.status_code, answer.json()["reason"]) == (404, "USER_NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path", "body", "query"),
    [
        ("POST", "user", {"name": "eve"}, {}),
        ("PUT", "user", {"name": "ada"}, {"username": "ada"}),
        ("DELETE", "user", None, {"username": "ada"}),
        ("POST", "user/rename", {"new-name": "eve"}, {"username": "ada"}),
        ("PUT", "user/password", {"value": "x"}, {"username": "ada"}),
        ("POST", "user/attribute", {"attributes": []}, {"username": "ada"}),
        ("DELETE", "user/attribute", None, {"username": "ada", "attributename": "team"}),
        ("POST", "user/group/direct", {"name": "empty"}, {"username": "ada"}),
        ("DELETE", "user/group/direct", None, {"username": "ada", "groupname": "inner"}),
    ],
)
def test_every_write_needs_its_operation_and_changes_nothing_without(sandbox, crowd_caller, method, path, body, query):
    reader = crowd_caller(sandbox, "reader")
    everything = [
        reader("GET", "search", entity_type="user", expand="user,attributes").text,
        reader("GET", "group/membership").text,
    ]
    answer = reader(method, path, body, **query)
    assert (answer.status_code, answer.json()["reason"]) == (403, "APPLICATION_PERMISSION_DENIED")
    assert [
        reader("GET", "search", entity_type="user", expand="user,attributes").text,
        reader("GET", "group/membership").text,
    ] == everything


def names(answer):
    assert answer.status_code == 200, answer.text
    return [each["name"] for each in answer.json().get("groups", answer.json().get("users"))]


@pytest.mark.parametrize(
    ("version", "with_key", "with_dates"), [("2.6.0", False, False), ("2.8.7", True, False), ("4.0.2", True, True)]
)
def test_older_versions_show_less_of_a_user(start_sandbox, crowd_caller, version, with_key, with_dates):
    seed = (
        f'crowd: {{version: "{version}", directories: [{{name: d, users: [{{username: ada}}]}}],'
        " applications: [{name: app, password: app-password, directories: [{directory: d}]}]}"
    )
    crowd = crowd_caller(start_sandbox(seed))
    shown = crowd("GET", "user", username="ada").json()
    assert ("key" in shown, "created-date" in shown, "updated-date" in shown) == (with_key, with_dates, with_dates)


def test_versions_before_2_9_look_for_no_keys(start_sandbox, crowd_caller):
    seed = (
        'crowd: {version: "2.8.7", directories: [{name: d, users: [{username: ada}]}],'
        " applications: [{name: app, password: app-password, directories: [{directory: d}]}]}"
    )
    crowd = crowd_caller(start_sandbox(seed))
    key = crowd("GET", "user", username="ada").json()["key"]
    assert crowd("GET", "user", key=key).json()["message"] == "username query parameter must be given"


def test_values_of_attributes_are_texts_whatever_json_says(start_sandbox, crowd_caller):
    seed = (
        "crowd: {directories: [{name: d, users: [{username: ada}]}],"
        " applications: [{name: app, password: app-password, directories: [{directory: d}]}]}"
    )
    crowd = crowd_caller(start_sandbox(seed))
    crowd("POST", "user/attribute", {"attributes": [{"name": "k", "values": [True, 7, "x"]}]}, username="ada")
    assert crowd("GET", "user/attribute", username="ada").json()["attributes"][0]["values"] == ["true", "7", "x"]


def test_a_body_nested_too_deep_is_400(start_sandbox, crowd_caller):
    crowd = crowd_caller(start_sandbox("crowd: {applications: [{name: app, password: app-password}]}"))
    deep = "<boolean-search-restriction boolean-logic='and'><restrictions>"
    body = deep * 5000 + "</restrictions></boolean-search-restriction>" * 5000
    answer = crowd.session.post(
        f"{crowd.base}/search?entity-type=user", data=body, headers={"Content-Type": "application/xml"}, timeout=30
    )
    assert answer.status_code == 400
