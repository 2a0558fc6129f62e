"""PyPI crowd ("python-crowd"): every call it has."""

from __future__ import annotations

import pytest
from clients.presence import client

CrowdServer = client("crowd", "crowd").CrowdServer


@pytest.fixture
def crowd(sandbox):
    server = CrowdServer(sandbox.crowd_url, "app", "app-password")
    yield server
    server.session.close()
    server.session_xml.close()


def test_it_pings(sandbox, crowd):
    assert crowd.auth_ping() is True
    wrong = CrowdServer(sandbox.crowd_url, "app", "wrong")
    assert wrong.auth_ping() is False
    wrong.session.close()
    wrong.session_xml.close()


def test_it_reads_users_groups_and_memberships(crowd):
    assert crowd.get_user("ada")["display-name"] == "Ada King"
    assert crowd.get_user("nobody") is None
    assert crowd.get_groups("ada") == ["night shift"]
    assert crowd.get_nested_groups("ada") == ["agents", "night shift"]
    assert crowd.get_nested_group_users("agents") == ["ada", "bob"]
    assert crowd.get_memberships() == {
        "agents": {"users": ["bob"], "groups": ["night shift"]},
        "night shift": {"users": ["ada"], "groups": []},
    }


def test_it_searches_with_an_xml_body(crowd):
    found = crowd.search("user", "email", "EXAMPLE.ORG")
    assert [user["email"] for user in found["users"]] == ["ada@example.org", "bob@example.org"]


def test_it_writes(crowd):
    assert crowd.add_user("eve", password="apple", email="eve@example.org", first_name="Eve") is True
    assert crowd.add_user("eve", password="apple", email="eve@example.org") is False
    with pytest.raises(RuntimeError, match="already exists"):
        crowd.add_user("eve", raise_on_error=True, password="apple", email="eve@example.org")
    assert crowd.set_active("eve", active_state=False) is True
    assert crowd.get_user("eve")["active"] is False
    assert crowd.get_user("eve")["first-name"] == "Eve"
    assert crowd.set_user_attribute("eve", "team", "north") is True
    assert crowd.get_user("eve")["attributes"]["attributes"][0]["values"] == ["north"]
    assert crowd.create_group("day shift", "sunny") is None
    assert crowd.update_group("day shift", {"description": "cloudy"}) is None
    assert crowd.add_child_group("day shift", "agents") is None
    assert crowd.add_user_to_group("eve", "day shift") is True
    assert crowd.get_nested_groups("eve") == ["agents", "day shift"]
    assert crowd.remove_user_from_group("eve", "day shift") is True
    assert crowd.remove_child_group("day shift", "agents") is None
    assert crowd.remove_group("day shift") is None
    assert crowd.get_memberships().keys() == {"agents", "night shift"}


def test_it_authenticates_and_keeps_sessions(crowd):
    assert crowd.auth_user("ada", "analytical")["name"] == "ada"
    assert crowd.auth_user("ada", "wrong") is None
    session = crowd.get_session("ada", "analytical")
    assert session["user"]["display-name"] == "Ada King"
    assert crowd.validate_session(session["token"])["user"]["name"] == "ada"
    assert crowd.terminate_session(session["token"]) is True
    assert crowd.validate_session(session["token"]) is None
    assert crowd.change_password("ada", "difference") is True
    assert crowd.auth_user("ada", "difference")["name"] == "ada"
    assert crowd.get_cookie_conf()["name"] == "crowd.token_key"


def test_a_session_holds_only_where_it_was_opened(crowd):
    first = crowd.get_session("ada", "analytical", remote="192.0.2.1", proxy="192.0.2.9")
    assert crowd.get_session("ada", "analytical", remote="192.0.2.2")["token"] != first["token"]
    assert crowd.validate_session(first["token"], remote="192.0.2.2") is None
    assert crowd.validate_session(first["token"], remote="192.0.2.1") is None
    valid = crowd.validate_session(first["token"], remote="192.0.2.1", proxy="192.0.2.9")
    assert valid["user"]["email"] == "ada@example.org"


def test_mails_and_existence(crowd):
    assert crowd.send_password_reset_link("ada") is True
    assert crowd.send_password_reset_link("nobody") is False
    assert crowd.user_exists("ADA") is True
    assert crowd.user_exists("nobody") is None
    assert crowd.get_groups("nobody") is None
    assert crowd.get_nested_group_users("nowhere") is None


def test_what_goes_wrong_comes_as_crowds_message(crowd):
    assert crowd.create_group("agents") == "Group <agents> already exists"
    assert crowd.remove_group("nowhere") == "Group <nowhere> does not exist"
    assert crowd.update_group("nowhere", {}) == "Group <nowhere> does not exist"
    assert crowd.add_child_group("nowhere", "agents") == "Group <nowhere> does not exist"
    assert "does not exist" in crowd.remove_child_group("agents", "night shift")
    assert crowd.add_user_to_group("ada", "nowhere") is False
    assert crowd.remove_user_from_group("ada", "agents") is False
    assert crowd.set_user_attribute("nobody", "k", "v") is False
    assert crowd.change_password("nobody", "x") is False
    with pytest.raises(RuntimeError, match="User <nobody> does not exist"):
        crowd.change_password("nobody", "x", raise_on_error=True)
