"""npm atlassian-crowd-client, written for Node: every call it has."""

from __future__ import annotations

from datetime import datetime
from xml.etree.ElementTree import fromstring

import pytest
from clients.npm import NpmRefused

EVE = {"first": "Eve", "last": "Adams", "display": "Eve Adams", "email": "eve@example.org", "name": "eve"}


@pytest.fixture
def crowd(npm_client):
    return npm_client()


def refused(crowd, *call):
    with pytest.raises(NpmRefused) as error:
        crowd(*call)
    return error.value.kind


def test_a_user_from_the_cradle_to_the_grave(crowd):
    created = crowd("user.create", {"$user": {**EVE, "password": "apple"}})
    assert (created["username"], created["displayname"], created["active"]) == ("eve", "Eve Adams", True)
    assert refused(crowd, "user.create", {"$user": EVE}) == "INVALID_USER"
    changed = crowd("user.update", "eve", {"$user": {**EVE, "email": "new@example.org", "active": False}})
    assert (changed["email"], changed["active"]) == ("new@example.org", False)
    assert crowd("user.rename", "eve", "evelyn")["name"] == "evelyn"
    assert crowd("user.get", "evelyn")["lastname"] == "Adams"
    assert crowd("user.remove", "evelyn") is None
    assert refused(crowd, "user.get", "evelyn") == "USER_NOT_FOUND"


def test_attributes_of_users_and_groups_hold_json(crowd):
    assert crowd("user.attributes.set", "ada", {"$attributes": {"team": ["a", 1], "on": True}}) == {
        "attributes": {"team": ["a", 1], "on": True}
    }
    assert crowd("user.get", "ada", True)["attributes"] == {"team": ["a", 1], "on": True}
    assert crowd("user.attributes.remove", "ada", "team") is None
    assert crowd("user.attributes.list", "ada") == {"attributes": {"on": True}}
    assert crowd("group.attributes.set", "agents", {"$attributes": {"k": "v"}}) == {"attributes": {"k": "v"}}
    assert crowd("group.attributes.remove", "agents", "k") is None
    assert crowd("group.attributes.list", "agents") == {"attributes": {}}
    assert crowd("group.get", "agents", True)["groupname"] == "agents"


def test_passwords_and_mails(crowd):
    assert crowd("user.password.set", "ada", "difference") is None
    assert crowd("authentication.authenticate", "ada", "difference")["username"] == "ada"
    assert refused(crowd, "authentication.authenticate", "ada", "analytical") == "INVALID_USER_AUTHENTICATION"
    assert crowd("user.password.reset", "ada") is None
    assert refused(crowd, "user.password.reset", "nobody") == "USER_NOT_FOUND"
    assert crowd("user.username.request", "ada@example.org") is None


def test_groups_of_users(crowd):
    assert crowd("user.groups.list", "ada") == ["night shift"]
    assert crowd("user.groups.list", "ada", True) == ["agents", "night shift"]
    assert crowd("user.groups.list", "ada", True, 1, 5) == ["night shift"]
    assert crowd("user.groups.get", "ada", "agents", True) == "agents"
    assert refused(crowd, "user.groups.get", "ada", "agents") == "MEMBERSHIP_NOT_FOUND"
    assert crowd("user.groups.add", "ada", "agents") is None
    assert refused(crowd, "user.groups.add", "ada", "agents") == "MEMBERSHIP_ALREADY_EXISTS"
    assert crowd("user.groups.get", "ada", "agents") == "agents"
    assert crowd("user.groups.remove", "ada", "agents") is None
    assert crowd("user.groups.list", "ada") == ["night shift"]
    assert refused(crowd, "user.groups.add", "ada", "nowhere") == "GROUP_NOT_FOUND"


def test_groups_and_their_users(crowd):
    made = crowd("group.create", {"$group": {"name": "day shift", "description": "sunny"}})
    assert (made["groupname"], made["description"], made["active"]) == ("day shift", "sunny", True)
    changed = crowd("group.update", "day shift", {"$group": {"name": "day shift", "description": "cloudy"}})
    assert changed["description"] == "cloudy"
    assert crowd("group.users.add", "day shift", "ada") is None
    assert crowd("group.users.get", "day shift", "ada") == "ada"
    assert crowd("group.users.list", "agents", True) == ["ada", "bob"]
    assert crowd("group.users.list", "agents", True, 0, 1) == ["ada"]
    assert [user["email"] for user in crowd("group.users.list", "agents", True, 0, 9, True)] == [
        "ada@example.org",
        "bob@example.org",
    ]
    assert crowd("group.users.remove", "day shift", "ada") is None
    assert refused(crowd, "group.users.get", "day shift", "ada") == "MEMBERSHIP_NOT_FOUND"
    assert crowd("group.remove", "day shift") is None
    assert refused(crowd, "group.get", "day shift") == "GROUP_NOT_FOUND"


def test_groups_in_groups(crowd):
    crowd("group.create", {"$group": {"name": "all"}})
    assert crowd("group.parents.add", "agents", "all") is None
    assert crowd("group.parents.get", "agents", "all") == "all"
    assert crowd("group.parents.list", "night shift", True) == ["agents", "all"]
    assert crowd("group.children.list", "all") == ["agents"]
    assert crowd("group.children.list", "all", True) == ["agents", "night shift"]
    assert crowd("group.children.get", "all", "night shift", True)["name"] == "night shift"
    assert crowd("group.children.remove", "all", "agents") is None
    assert crowd("group.children.add", "all", "night shift") is None
    assert crowd("group.children.list", "all") == ["night shift"]
    assert refused(crowd, "group.children.add", "night shift", "all") == "INVALID_MEMBERSHIP"


def test_all_memberships_come_as_xml(crowd):
    root = fromstring(crowd("group.membership"))
    assert {each.get("group"): [user.get("name") for user in each.find("users")] for each in root} == {
        "agents": ["bob"],
        "night shift": ["ada"],
    }


def test_searches_by_query(crowd):
    assert crowd("search.user", "email = *EXAMPLE.ORG") == ["ada", "bob"]
    assert crowd("search.user", 'firstName = "Ada" or name = nobody') == ["ada"]
    assert [user["displayname"] for user in crowd("search.user", "name = ada", True)] == ["Ada King"]
    assert crowd("search.user", "", False, 1, 1) == ["bob"]
    assert crowd("search.group", "name = night*") == ["night shift"]
    assert [group["groupname"] for group in crowd("search.group", "active = true", True)] == ["agents", "night shift"]
    assert refused(crowd, "search.user", "name !! ada") == "ILLEGAL_ARGUMENT"


def test_sessions_hold_where_they_were_opened(crowd):
    home, away = ({"$factors": {"remote_address": address}} for address in ("192.0.2.1", "192.0.2.2"))
    session = crowd("session.create", "ada", "analytical", home, 120)
    seconds = datetime.fromisoformat(session["expiresAt"]) - datetime.fromisoformat(session["createdAt"])
    assert 119 <= seconds.total_seconds() <= 121
    assert crowd("session.getUser", session["token"])["displayname"] == "Ada King"
    assert crowd("session.validate", session["token"], home)["token"] == session["token"]
    assert refused(crowd, "session.validate", session["token"], away) == "INVALID_SSO_TOKEN"
    assert crowd("session.create", "ada", "analytical", home)["token"] == session["token"]
    other = crowd("session.createUnvalidated", "ada", away)
    assert other["token"] != session["token"]
    assert crowd("session.removeAll", "ada", other["token"]) is None
    assert refused(crowd, "session.getUser", session["token"]) == "INVALID_SSO_TOKEN"
    assert crowd("session.remove", other["token"]) is None
    assert refused(crowd, "session.validate", other["token"], away) == "INVALID_SSO_TOKEN"
    assert refused(crowd, "session.create", "ada", "wrong") == "INVALID_USER_AUTHENTICATION"


def test_the_client_sees_no_json_in_the_page_for_a_user_without_sessions(crowd):
    assert refused(crowd, "session.removeAll", "nobody") == "INVALID_RESPONSE"


def test_what_an_application_may_not_do(npm_client):
    reader = npm_client("reader")
    assert reader("user.get", "ada")["email"] == "ada@example.org"
    assert refused(reader, "user.create", {"$user": EVE}) == "APPLICATION_PERMISSION_DENIED"
    assert refused(npm_client("app", "wrong"), "config.cookie") == "APPLICATION_ACCESS_DENIED"
    assert refused(npm_client("elsewhere"), "config.cookie") == "APPLICATION_PERMISSION_DENIED"


def test_the_cookie(crowd):
    assert crowd("config.cookie") == {"domain": "", "name": "crowd.token_key", "secure": False}
