"""PyPI crowd-api: every call it has."""

from __future__ import annotations

import pytest
from clients.presence import client

CrowdAPI = client("crowd_api", "crowd-api").CrowdAPI


@pytest.fixture
def crowd(sandbox):
    api = CrowdAPI(
        api_url=f"{sandbox.crowd_url}/rest/usermanagement/1", app_name="app", app_password="app-password", timeout=30
    )
    api.crowd = api  # four of its calls ask an attribute of this name, which 0.1.0 forgets to set
    return api


def done(answer):
    assert answer["status"] is True, answer
    return next((answer[key] for key in ("groups", "users", "pgroups", "user", "group") if key in answer), None)


def test_it_reads_users(crowd):
    assert done(crowd.get_user(username="ada"))["display-name"] == "Ada King"
    assert crowd.get_user(username="nobody") == {"status": False, "user": None}
    assert done(crowd.get_user_groups(username="ada")) == ["night shift"]
    assert done(crowd.get_nested_user_groups(username="ada")) == ["agents", "night shift"]
    assert crowd.get_user_groups(username="nobody") == {"status": False, "groups": []}
    assert b'"attributes":[]' in crowd.get_user_attributes(username="ada")["Attributes"]


def test_it_reads_groups(crowd):
    assert done(crowd.get_group(name="agents"))["type"] == "GROUP"
    assert crowd.get_group(name="nowhere")["code"] == 404
    assert done(crowd.get_group_users(groupname="agents")) == ["bob"]
    assert done(crowd.get_nested_group_users(groupname="agents")) == ["ada", "bob"]
    assert done(crowd.get_parent_groups(groupname="night shift")) == ["agents"]
    assert done(crowd.get_parent_groupsv2(groupname="night shift")) == ["agents"]
    assert done(crowd.get_nested_parent_groups(groupname="night shift", max_results=5)) == ["agents"]
    assert done(crowd.get_direct_children_of_group(groupname="agents", start_index=0)) == ["night shift"]
    assert done(crowd.get_nested_children_of_group(groupname="agents")) == ["night shift"]
    assert crowd.get_group_users(groupname="nowhere") == {"status": False, "users": []}


def test_it_searches(crowd):
    assert done(crowd.get_all_users()) == ["ada", "bob"]
    assert done(crowd.get_all_users(max_results=1, start_index=1)) == ["bob"]
    assert done(crowd.get_all_groups()) == ["agents", "night shift"]
    assert done(crowd.search_user(restriction="email=ada*")) == ["ada"]
    assert done(crowd.search_group(restriction='name="night shift"')) == ["night shift"]
    assert crowd.search_user(restriction="email!!")["code"] == 400


def test_it_reads_a_thousand_and_not_one_more(sandbox, crowd):
    for number in range(1100):
        sandbox.state.directory("agents").add_user(f"u{number:04}", {})
    assert len(done(crowd.get_all_users())) == 1000
    assert len(done(crowd.get_all_users(start_index=1000))) == 102
    assert len(done(crowd.get_all_users(max_results=-1))) == 1102


def test_it_writes(crowd):
    made = crowd.create_user(name="eve", email="eve@example.org", first_name="Eve", last_name="Adams")
    assert (made["status"], len(made["password"])) == (True, 8)
    attributes = done(crowd.get_user(username="eve"))["attributes"]["attributes"]
    assert [(each["name"], each["values"]) for each in attributes] == [("requiresPasswordChange", ["true"])]
    assert crowd.create_user(name="eve", email="x@example.org")["code"] == 400
    assert crowd.create_user(name="cy", email="cy@example.org", password={"value": "secret"}) == {"status": True}
    assert crowd.set_user_activity(username="eve", active=False) == {"status": True}
    assert done(crowd.get_user(username="eve"))["active"] is False
    assert crowd.create_group(name="day shift", description="sunny") == {"status": True}
    assert crowd.add_user_to_group(username="eve", groupname="day shift") == {"status": True}
    assert crowd.add_user_to_group(username="eve", groupname="nowhere")["code"] == 400
    assert crowd.remove_user_from_group(username="eve", groupname="day shift") == {"status": True}
    assert crowd.remove_user_from_group(username="eve", groupname="day shift")["code"] == 404
    assert crowd.delete_group(groupname="day shift") == {"status": True}
    assert crowd.delete_group(groupname="day shift")["code"] == 404
