"""`/event`: what happened since a token, in the forms the reference notes know, and every reason to read in full."""

from __future__ import annotations

import contextlib
import random
from xml.etree.ElementTree import fromstring

import pytest
from integration.sandbox.event_reader import from_json, from_xml, full

from dirsync.sandbox.crowd.refusals import Refusal

SEED = """
crowd:
  version: "6.0.2"
  events: {EVENTS}
  directories:
    - name: customers
      groups: [{name: Portal}, {name: staff}]
      users: [{username: Ada, email: ada@example.org, groups: [Portal]}, {username: bob}]
    - {name: elsewhere, groups: [{name: other}], users: [{username: eve}]}
  applications:
    - {name: app, password: app-password, directories: [{directory: customers}]}
"""


@pytest.fixture
def sandbox(start_sandbox):
    return start_sandbox(SEED.replace("{EVENTS}", "{}"))


@pytest.fixture
def crowd(sandbox, crowd_caller):
    return crowd_caller(sandbox)


def token(crowd):
    return crowd("GET", "event").json()["newEventToken"]


def since(crowd, given):
    answer = crowd("GET", f"event/{given}")
    assert answer.status_code == 200, answer.text
    return answer.json()["events"]


def test_the_current_token_comes_without_events_and_stays_while_nothing_happens(crowd):
    first = crowd("GET", "event").json()
    number, _, last = first["newEventToken"].partition(":")
    assert number.isdigit()
    assert last == "0"
    assert first == {
        "newEventToken": first["newEventToken"],
        "incrementalSynchronisationAvailable": True,
        "events": [],
    }
    assert crowd("GET", "event").json() == first
    assert crowd("GET", f"event/{first['newEventToken']}").json() == first


def test_in_xml_token_and_flag_are_attributes_of_the_root(crowd):
    crowd.session.headers["Accept"] = "application/xml"
    root = fromstring(crowd("GET", "event").content)
    assert (root.tag, len(root), root.get("incrementalSynchronisationAvailable")) == ("events", 0, "true")
    assert root.get("newEventToken").endswith(":0")


def test_a_user_that_came_changed_and_went(crowd):
    start = token(crowd)
    crowd("POST", "user", {"name": "Eve", "email": "eve@example.org", "active": True})
    crowd("POST", "user/attribute", {"attributes": [{"name": "team", "values": ["a", "b"]}]}, username="eve")
    crowd("DELETE", "user/attribute", username="eve", attributename="team")
    crowd("POST", "user/rename", {"new-name": "Evelyn"}, username="eve")
    crowd("DELETE", "user", username="evelyn")
    events = [each["userEvent"] for each in since(crowd, start)]
    assert [each["operation"] for each in events] == ["CREATED", "UPDATED", "UPDATED", "UPDATED", "DELETED"]
    created, stored, removed, renamed, gone = events
    assert (created["user"]["name"], created["user"]["email"]) == ("Eve", "eve@example.org")
    assert created["user"]["active"] is True
    assert created["storedAttributes"] == {"attributes": []}
    assert stored["storedAttributes"] == {"attributes": [{"name": "team", "values": ["a", "b"]}]}
    assert (removed["storedAttributes"], removed["deletedAttributes"]) == ({"attributes": []}, ["team"])
    assert (renamed["user"]["name"], renamed["user"]["key"]) == ("Evelyn", created["user"]["key"])
    assert gone.keys() == {"operation", "user"}
    assert gone["user"].keys() == {"name", "link"}
    assert gone["user"]["name"] == "Evelyn"


def test_a_group_that_came_changed_and_went(crowd):
    start = token(crowd)
    crowd("POST", "group", {"name": "Desk", "type": "GROUP", "description": "first", "active": True})
    crowd("PUT", "group", {"name": "desk", "type": "GROUP", "description": "second"}, groupname="desk")
    crowd("POST", "group/attribute", {"attributes": [{"name": "synch.x", "values": ["1"]}]}, groupname="desk")
    crowd("DELETE", "group", groupname="desk")
    events = [each["groupEvent"] for each in since(crowd, start)]
    assert [(each["operation"], each["group"].get("description")) for each in events] == [
        ("CREATED", "first"),
        ("UPDATED", "second"),
        ("UPDATED", "second"),
        ("DELETED", None),
    ]
    assert events[2]["storedAttributes"] == {"attributes": [{"name": "synch.x", "values": ["1"]}]}
    assert events[3]["group"]["name"] == "Desk"


def test_memberships_name_the_member_and_the_group_in_question(crowd):
    start = token(crowd)
    crowd("POST", "user/group/direct", {"name": "staff"}, username="ada")
    crowd("DELETE", "user/group/direct", username="ada", groupname="portal")
    crowd("POST", "group/child-group/direct", {"name": "staff"}, groupname="portal")
    crowd("DELETE", "group/child-group/direct", groupname="portal", child_groupname="staff")
    joined, left, nested, freed = since(crowd, start)
    assert joined["userMembershipEvent"]["operation"] == "CREATED"
    assert joined["userMembershipEvent"]["childUser"]["name"] == "Ada"
    assert [group["name"] for group in joined["userMembershipEvent"]["parentGroups"]["groups"]] == ["staff"]
    assert left["userMembershipEvent"]["operation"] == "DELETED"
    assert [group["name"] for group in left["userMembershipEvent"]["parentGroups"]["groups"]] == ["Portal"]
    assert nested["groupMembershipEvent"]["operation"] == "CREATED"
    assert nested["groupMembershipEvent"]["childGroup"]["name"] == "staff"
    assert [group["name"] for group in nested["groupMembershipEvent"]["parentGroups"]["groups"]] == ["Portal"]
    assert nested["groupMembershipEvent"]["childGroups"] == {"groups": []}
    assert freed["groupMembershipEvent"]["operation"] == "DELETED"


def test_what_xml_shows_of_an_event(sandbox, crowd):
    start = token(crowd)
    crowd("POST", "user", {"name": "eve", "attributes": {"attributes": [{"name": "k", "values": ["<v>"]}]}})
    crowd("POST", "user/group/direct", {"name": "staff"}, username="eve")
    crowd("DELETE", "user/attribute", username="eve", attributename="k")
    crowd.session.headers["Accept"] = "application/xml"
    root = fromstring(crowd("GET", f"event/{start}").content)
    created, joined, removed = root
    assert [each.tag for each in root] == ["userEvent", "userMembershipEvent", "userEvent"]
    assert created.findtext("operation") == "CREATED"
    assert (created.find("user").get("name"), created.findtext("user/active")) == ("eve", "true")
    assert created.findtext("storedAttributes/attribute[@name='k']/values/value") == "<v>"
    assert joined.find("childUser").get("name") == "eve"
    assert [group.get("name") for group in joined.findall("parentGroups/group")] == ["staff"]
    assert removed.findtext("deletedAttributes/attribute") == "k"


def test_default_groups_at_a_login_are_events_too(start_sandbox, crowd_caller):
    sandbox = start_sandbox(
        "crowd: {directories: [{name: d, groups: [{name: portal}], users: [{username: ada, password: secret}]}],"
        " applications: [{name: app, password: app-password, directories: [{directory: d, default_groups: [portal]}]}]}"
    )
    crowd = crowd_caller(sandbox)
    start = token(crowd)
    crowd("POST", "authentication", {"value": "secret"}, username="ada")
    (event,) = since(crowd, start)
    assert event["userMembershipEvent"]["parentGroups"]["groups"][0]["name"] == "portal"


def test_other_directories_and_passwords_tell_nothing_but_move_the_token(sandbox, crowd):
    start = token(crowd)
    sandbox.state.directory("elsewhere").update_user("eve", email="new@example.org")
    crowd("PUT", "user/password", {"value": "new"}, username="ada")
    answer = crowd("GET", f"event/{start}").json()
    assert answer["events"] == []
    assert answer["newEventToken"] != start


def test_a_new_token_tells_only_what_came_after_it(crowd):
    start = token(crowd)
    crowd("DELETE", "user", username="bob")
    between = crowd("GET", f"event/{start}").json()["newEventToken"]
    crowd("DELETE", "user", username="ada")
    assert [each["userEvent"]["user"]["name"] for each in since(crowd, between)] == ["Ada"]
    assert [each["userEvent"]["user"]["name"] for each in since(crowd, start)] == ["bob", "Ada"]


def expect_expired(crowd, given):
    answer = crowd("GET", f"event/{given}")
    assert (answer.status_code, answer.json()["reason"]) == (400, "EVENT_TOKEN_EXPIRED")
    assert given in answer.json()["message"]


@pytest.mark.parametrize("ending", ["", ":", ":x", ":-1", ":1", ":²", f":{'9' * 5000}"])
def test_a_token_crowd_never_gave_has_expired(crowd, ending):
    expect_expired(crowd, token(crowd).partition(":")[0] + ending)
    expect_expired(crowd, "1:0")


def test_tokens_expire_when_too_much_has_happened(start_sandbox, crowd_caller):
    crowd = crowd_caller(start_sandbox(SEED.replace("{EVENTS}", "{kept: 2}")))
    tokens = []
    for number in range(3):
        tokens.append(token(crowd))
        crowd("POST", "user", {"name": f"u{number}"})
    assert len(since(crowd, tokens[1])) == 2
    expect_expired(crowd, tokens[0])


def test_tokens_expire_with_time_unless_nothing_happened_since(sandbox, crowd):
    moment = [1_000_000_000_000]
    sandbox.state.events.clock = lambda: moment[0]
    first = token(crowd)
    crowd("DELETE", "user", username="bob")
    second = token(crowd)
    moment[0] += 24 * 60 * 60 * 1000
    assert len(since(crowd, first)) == 1
    moment[0] += 1
    expect_expired(crowd, first)
    assert since(crowd, second) == []


def test_a_restart_of_crowd_expires_every_token(sandbox, crowd):
    before = token(crowd)
    sandbox.state.events.restart()
    expect_expired(crowd, before)
    assert since(crowd, token(crowd)) == []


def expect_unavailable(crowd, sentence):
    first = crowd("GET", "event")
    assert (first.status_code, first.json()["incrementalSynchronisationAvailable"]) == (200, False)
    answer = crowd("GET", f"event/{first.json()['newEventToken']}")
    assert answer.status_code == 400
    assert answer.json() == {"reason": "INCREMENTAL_SYNC_NOT_AVAILABLE", "message": sentence}


@pytest.mark.parametrize("directory", ["type: delegating", "type: connector, cached: false"])
def test_a_directory_that_is_not_cached_makes_a_full_read_necessary(start_sandbox, crowd_caller, directory):
    sandbox = start_sandbox(
        f"crowd: {{directories: [{{name: a}}, {{name: b, {directory}}}],"
        " applications: [{name: app, password: app-password, directories: [{directory: a}, {directory: b}]},"
        " {name: other, password: app-password, directories: [{directory: a}]}]}"
    )
    expected = "Directory 'b' is not cached and so cannot be incrementally synchronised"
    expect_unavailable(crowd_caller(sandbox), expected)
    assert crowd_caller(sandbox, "other")("GET", "event").json()["incrementalSynchronisationAvailable"] is True


@pytest.mark.parametrize("mode", ["true", "users", "users-and-groups"])
def test_access_based_synchronisation_makes_a_full_read_necessary(start_sandbox, crowd_caller, mode):
    sandbox = start_sandbox(
        "crowd: {directories: [{name: a}], applications: [{name: app, password: app-password,"
        f" access_based_sync: {mode}, directories: [{{directory: a}}]}}]}}"
    )
    expected = "Application 'app' filters by access and so cannot be incrementally synchronised"
    expect_unavailable(crowd_caller(sandbox), expected)


def test_an_alias_event_spoils_every_token_though_the_flag_promised_otherwise(start_sandbox, crowd_caller):
    crowd = crowd_caller(start_sandbox(SEED.replace("{EVENTS}", "{alias_event: true}")))
    first = crowd("GET", "event").json()
    assert first["incrementalSynchronisationAvailable"] is True
    answer = crowd("GET", f"event/{first['newEventToken']}")
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "reason": "ILLEGAL_ARGUMENT",
            "message": "class com.atlassian.crowd.model.event.AliasEvent is not supported",
        },
    )


def test_a_crowd_before_2_3_knows_no_events(start_sandbox, crowd_caller):
    crowd = crowd_caller(start_sandbox(SEED.replace("6.0.2", "2.2").replace("{EVENTS}", "{}")))
    for path in ("event", "event/1:0"):
        answer = crowd("GET", path)
        assert answer.status_code == 404
        assert answer.headers["Content-Type"].startswith("text/html")


def test_a_rename_that_unmasks_a_twin_tells_the_renamed_one_first(start_sandbox, crowd_caller):
    twin = "users: [{username: ada, groups: [g]}], groups: [{name: g}]"
    sandbox = start_sandbox(
        f"crowd: {{directories: [{{name: upper, {twin}}}, {{name: lower, {twin}}}],"
        f" applications: [{{name: app, password: app-password, {TWO}}}]}}"
    )
    crowd = crowd_caller(sandbox)
    replica, start = full(crowd), token(crowd)
    sandbox.state.directory("upper").rename_user("ada", "countess")
    told = from_json(crowd("GET", f"event/{start}").json())[1]
    assert [event["user"]["name"] for kind, event in told if kind == "userEvent"] == ["countess", "ada"]
    replica.apply(told)
    assert replica == full(crowd)
    assert replica.memberships == {("g", "ada", False), ("g", "countess", False)}


ONE = "directories: [{directory: upper}]"
TWO = "directories: [{directory: upper}, {directory: lower}]"
STYLES = [
    (ONE, "{}"),
    (ONE, "{memberships: all, spelling: hyphen, operation: attribute}"),
    (TWO, "{}"),
    (f"aggregate_memberships: true, {TWO}", "{operation: attribute}"),
]


@pytest.mark.parametrize("read", ["json", "xml"])
@pytest.mark.parametrize(("shown", "events"), STYLES)
@pytest.mark.parametrize("luck", range(4))
def test_a_reader_of_events_knows_what_a_full_read_shows(start_sandbox, crowd_caller, shown, events, read, luck):
    sandbox = start_sandbox(
        f"crowd: {{events: {events}, directories: [{{name: upper}}, {{name: lower}}],"
        f" applications: [{{name: app, password: app-password, {shown}}}]}}"
    )
    crowd, dice = crowd_caller(sandbox), random.Random(luck)
    replica, known = full(crowd), token(crowd)
    for _ in range(25):
        for _ in range(dice.randrange(12)):
            with sandbox.state.lock:
                happen(sandbox.state.directory(dice.choice(["upper", "lower"])), dice)
        crowd.session.headers["Accept"] = f"application/{read}"
        answer = crowd("GET", f"event/{known}")
        known, told = from_json(answer.json()) if read == "json" else from_xml(answer.content)
        replica.apply(told)
        crowd.session.headers["Accept"] = "application/json"
        assert replica == full(crowd)


def happen(directory, dice):
    """Do something to a directory; what it refuses (a second twin, a cycle) simply does not happen."""
    user, other = (dice.choice(["Ann", "ben", "cid"]) for _ in range(2))
    group, second = (dice.choice(["g1", "G2", "g3"]) for _ in range(2))
    with contextlib.suppress(Refusal):
        dice.choice(
            [
                lambda: directory.add_user(user, {"email": f"{dice.randrange(9)}@example.org"}),
                lambda: directory.add_user(user, {}),
                lambda: directory.update_user(user, email=f"{dice.randrange(9)}@example.org"),
                lambda: directory.rename_user(user, other),
                lambda: directory.remove_user(user),
                lambda: directory.add_group(group, description=str(dice.randrange(9))),
                lambda: directory.add_group(group),
                lambda: directory.update_group(group, description=str(dice.randrange(9))),
                lambda: directory.remove_group(group),
                lambda: directory.add_member(group, user),
                lambda: directory.add_member(group, user),
                lambda: directory.remove_member(group, user),
                lambda: directory.add_child_group(group, second),
                lambda: directory.add_child_group(group, second),
                lambda: directory.remove_child_group(group, second),
            ]
        )()
