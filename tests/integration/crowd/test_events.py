"""What an event may look like, and every reason not to go by events."""

from __future__ import annotations

import pytest
from servers.scripted import answer

from dirsync.directories.crowd.client import CrowdClient
from dirsync.directories.crowd.events import MOST_TOUCHED, WholeReadNeeded, newest_token, since
from dirsync.errors import CredentialsRefused, DirectoryUnreadable, RightsMissing

ANA = {"name": "ana", "key": "1:a", "email": "ana@example.org"}


def told(*events: object, **other: object) -> bytes:
    return answer(
        {"newEventToken": "7:2", "incrementalSynchronisationAvailable": True, "events": list(events), **other}
    )


def ask(script, endpoint, *steps: bytes, token: str = "7:1"):
    server = script(list(steps))
    with CrowdClient(endpoint(server.url)) as client:
        happened = since(client, token)
    assert [one.target for one in server.asked] == [f"/rest/usermanagement/1/event/{token.replace(':', '%3A')}"]
    return happened


@pytest.mark.parametrize(
    ("event", "users", "keys", "groups", "memberships"),
    [
        ({"userEvent": {"operation": "UPDATED", "user": ANA}}, {"ana"}, {"1:a"}, False, False),
        ({"user-event": {"user": ANA}}, {"ana"}, {"1:a"}, False, False),
        ({"type": "userEvent", "operation": "CREATED", "user": ANA}, {"ana"}, {"1:a"}, False, False),
        (
            {"userEvent": {"operation": "deleted", "user": {"name": "ana", "link": {"href": "x"}}}},
            *({"ana"}, set(), False, False),
        ),
        ({"groupEvent": {"group": {"name": "staff"}}}, set(), set(), True, False),
        (
            {"userMembershipEvent": {"childUser": {"name": "ana"}, "parentGroups": {"groups": []}}},
            *({"ana"}, set(), False, True),
        ),
        ({"user-membership-event": {"child-user": "ana", "parent-groups": []}}, {"ana"}, set(), False, True),
        (
            {"groupMembershipEvent": {"childGroup": {"name": "a"}, "childGroups": [], "group": {"name": "a"}}},
            *(set(), set(), False, True),
        ),
    ],
)
def test_an_event_says_what_to_look_at_again_however_it_is_written(
    script, endpoint, event, users, keys, groups, memberships
) -> None:
    happened = ask(script, endpoint, told(event))
    assert (happened.token, happened.events) == ("7:2", 1)
    assert (happened.users, happened.keys) == (users, keys)
    assert (happened.touches_groups, happened.touches_memberships) == (groups, memberships)


def test_several_events_add_up(script, endpoint) -> None:
    bo = {"name": "bo", "key": "1:b"}
    happened = ask(
        script,
        endpoint,
        told({"userEvent": {"user": ANA}}, {"userEvent": {"user": bo}}, {"groupEvent": {"group": {"name": "g"}}}),
    )
    assert (happened.events, happened.users, happened.touches_groups) == (3, {"ana", "bo"}, True)


def error(reason: str, status: int = 400) -> bytes:
    return answer({"reason": reason, "message": "no more"}, status)


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (error("EVENT_TOKEN_EXPIRED"), "HTTP 400: EVENT_TOKEN_EXPIRED: no more"),
        (error("INCREMENTAL_SYNC_NOT_AVAILABLE"), "HTTP 400: INCREMENTAL_SYNC_NOT_AVAILABLE: no more"),
        (error("ILLEGAL_ARGUMENT"), "HTTP 400: ILLEGAL_ARGUMENT: no more"),
        (error("SOMETHING_NEW", 410), "HTTP 410: SOMETHING_NEW: no more"),
        (answer("gone", 404, "text/html"), "this Crowd tells of no events"),
        (told(incrementalSynchronisationAvailable=False), "is not available"),
        (told(incrementalSynchronisationAvailable="true"), "is not available"),
        (answer({"newEventToken": "7:2", "events": []}), "is not available"),
        (told(newEventToken=""), "no token"),
        (told(newEventToken=7), "no token"),
        (told(events={}), "no list"),
        (answer([]), "is not understood"),
        (answer("{", content_type="application/json"), "is not understood"),
        (told("something"), "an event of Crowd is not understood"),
        (told({"aliasEvent": {"alias": "x"}}), "neither about users nor about groups"),
        (told({"userEvent": {"user": {"key": "1:a"}}}), "does not name the user"),
        (told({"userEvent": {"user": {"name": " ", "key": "1:a"}}}), "does not name the user"),
        (told({"userEvent": {"user": {"name": "ana", "email": "x"}}}), "no keys"),
        (told({"userEvent": {"user": {"name": "ana", "key": ""}}}), "no keys"),
        (told({"userEvent": {"operation": "UPDATED", "user": {"name": "ana", "link": {}}}}), "no keys"),
        (told({"userEvent": {"user": {"name": "ana"}}}), "no keys"),
        (told({"userEvent": {"operation": "DELETED", "user": "ana"}}), "no keys"),
        (told({"userEvent": {"user": ANA}, "user-event": {"user": ANA}}), "several things at once"),
        (told(newEventToken="7:0"), "restored backup"),
        (told(newEventToken="7:00000"), "restored backup"),
        (told(newEventToken=" "), "no token"),
        (told(newEventToken="\ud800"), "no token"),
        (
            told(*({"userEvent": {"user": {"name": f"u{n}", "key": f"1:{n}"}}} for n in range(MOST_TOUCHED + 1))),
            "more than 1,000 accounts changed",
        ),
    ],
)
def test_whatever_is_not_understood_means_that_everything_is_read(script, endpoint, step: bytes, why: str) -> None:
    with pytest.raises(WholeReadNeeded, match=why):
        ask(script, endpoint, step)


def test_as_many_as_may_change_are_read_again_one_by_one(script, endpoint) -> None:
    events = [{"userEvent": {"user": {"name": f"u{n}", "key": f"1:{n}"}}} for n in range(MOST_TOUCHED)]
    assert len(ask(script, endpoint, told(*events)).users) == MOST_TOUCHED


@pytest.mark.parametrize(
    ("last", "now"),
    [("7:1", "7:1"), ("7:9", "7:10"), ("7:9", "8:1"), ("9", "10"), ("x", "a"), ("7:1", "x"), ("7:09", "7:10")],
)
def test_a_token_that_counts_on_or_counts_something_else_will_do(script, endpoint, last: str, now: str) -> None:
    assert ask(script, endpoint, told(newEventToken=now), token=last).token == now


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (answer("Application failed to authenticate", 401, "text/plain;charset=UTF-8"), CredentialsRefused),
        (answer({"reason": "APPLICATION_ACCESS_DENIED", "message": "no"}, 403), RightsMissing),
    ],
)
def test_a_refused_login_is_no_reason_to_ask_for_everything(
    script, endpoint, step: bytes, kind: type[DirectoryUnreadable]
) -> None:
    with pytest.raises(kind):
        ask(script, endpoint, step)


def test_the_first_token_is_asked_for_without_one(script, endpoint) -> None:
    server = script([told()])
    with CrowdClient(endpoint(server.url)) as client:
        assert newest_token(client) == "7:2"
    assert [one.target for one in server.asked] == ["/rest/usermanagement/1/event"]
