from datetime import UTC, datetime

import pytest
from servers.scripted import answer

from dirsync.errors import UsageInvalid
from dirsync.facts.jira_rest import read_jira_facts
from dirsync.http import Endpoint
from dirsync.model.facts import FactState

ADMINISTRATORS = {"name": "admins", "labels": [{"type": "ADMIN", "text": "Verwaltung"}]}
USERS = {"name": "users", "labels": [{"type": "SINGLE"}, "nonsense"]}
GOOD = {
    "serverInfo": {"version": "10.3.1"},
    "applicationrole": [{"key": "jira-core", "groups": ["users"]}],
    "group/member": {"values": [{"name": "ada", "active": True}], "isLast": True, "total": 1},
    "groups/picker": {"total": 2, "groups": [ADMINISTRATORS, USERS]},
}


def endpoint(url, **given):
    return Endpoint(
        **{"name": "jira", "url": url, "username": "dirsync", "password": "canary", "retry_seconds": 0, **given}
    )


@pytest.fixture
def read(script):
    """Read the facts from a Jira whose answers are good but for those given by path."""

    def reading(**bad):
        bad = {path.replace("_", "/"): value for path, value in bad.items()}

        def step(asked):
            path = asked.path.partition("/rest/api/2/")[2]
            given = bad.get(path, GOOD[path])
            given = given(asked) if callable(given) else given
            return given if isinstance(given, bytes) else answer(given, crowd=None)

        reading.server = script(step)
        return read_jira_facts(endpoint(reading.server.url), lambda: datetime(2026, 11, 20, tzinfo=UTC))

    return reading


def test_fields_that_jira_leaves_out_are_left_open(read):
    (core,) = read()["jira.applications"].value
    assert (core.key, core.groups) == ("jira-core", ("users",))
    assert (core.default_groups, core.selected_by_default, core.seats, core.used) == (None, None, None, None)
    assert core.is_unlimited is False


@pytest.mark.parametrize(
    ("role", "seats", "is_unlimited"),
    [
        ({"numberOfSeats": 25, "hasUnlimitedSeats": False}, 25, False),
        ({"numberOfSeats": -1, "hasUnlimitedSeats": True}, None, True),
        ({"numberOfSeats": -1}, None, True),
        ({"remainingSeats": -1}, None, True),
        ({"numberOfSeats": 0}, 0, False),
        ({"numberOfSeats": True}, None, False),
    ],
)
def test_seats_are_read_in_all_their_spellings(read, role, seats, is_unlimited):
    (application,) = read(applicationrole=[{"key": "k", "groups": [], **role}])["jira.applications"].value
    assert (application.seats, application.is_unlimited) == (seats, is_unlimited)


@pytest.mark.parametrize(
    "roles", [[{"key": "jira-core"}], [{"groups": ["users"]}], [{"key": "k", "groups": [1]}], {"key": "k"}, ["x"]]
)
def test_applications_whose_groups_are_not_said_are_unknown_and_not_empty(read, roles):
    assert read(applicationrole=roles)["jira.applications"].state is FactState.UNKNOWN


def test_a_captcha_is_named_and_ends_the_questions_so_that_it_is_not_prolonged(read):
    denied = answer(
        "{}", 403, crowd=None, x_authentication_denied_reason="CAPTCHA_CHALLENGE; login-url=https://jira/login.jsp"
    )
    facts = read(serverInfo=denied)
    assert {fact.state for fact in facts.values()} == {FactState.UNKNOWN}
    assert "CAPTCHA" in facts["jira.version"].why
    assert "with a browser" in facts["jira.applications"].remedy
    assert len(read.server.asked) == 1


def test_a_login_page_behind_a_redirect_is_named(read):
    fact = read(applicationrole=answer(status=302, crowd=None, location="/login.jsp?os_destination=x"))[
        "jira.applications"
    ]
    assert "looks like a login page" in fact.why
    assert "DIRSYNC_JIRA__URL" in fact.remedy


def test_jiras_own_words_are_quoted_without_secrets(read):
    refused = answer({"errorMessages": ["You said canary.", "No."], "errors": {"x": "y"}}, 403, crowd=None)
    why = read(applicationrole=refused)["jira.applications"].why
    assert "You said ***. No. y" in why


def test_a_shortened_list_of_groups_leaves_the_administrative_ones_unknown(read):
    fact = read(groups_picker={"total": 25, "groups": [ADMINISTRATORS]})["jira.administrative_groups"]
    assert fact.state is FactState.UNKNOWN
    assert "1 of 25 groups" in fact.why


@pytest.mark.parametrize(
    "picker",
    [
        {"total": 0, "groups": []},
        {"groups": [ADMINISTRATORS]},
        {"total": 1, "groups": [{"name": "admins"}]},
        {"total": 1, "groups": [{"labels": []}]},
    ],
)
def test_a_list_of_groups_that_shows_too_little_proves_nothing(read, picker):
    assert read(groups_picker=picker)["jira.administrative_groups"].state is FactState.UNKNOWN


def people(asked, size, total, **said):
    start = int(asked.params["startAt"])
    values = [{"name": f"p{number}", "active": True} for number in range(start, min(start + size, total))]
    return {"values": values, "maxResults": size, "startAt": start, "total": total, **said}


def test_a_jira_that_sends_smaller_pages_than_asked_for_is_read_whole(read):
    facts = read(group_member=lambda asked: people(asked, size=7, total=20))
    assert len(facts["jira.members[users]"].value) == 20


def test_inactive_members_are_left_out_even_if_jira_sends_them(read):
    page = {"values": [{"name": "ada", "active": True}, {"name": "off", "active": False}], "isLast": True}
    assert read(group_member=page)["jira.members[users]"].value == ("ada",)


@pytest.mark.parametrize(
    "page",
    [
        {"values": [{"name": "ada"}], "isLast": False},
        {"values": [{"name": "ada"}], "total": 2},
        {"values": [], "isLast": False},
        {"values": [{"name": "ada"}]},
        {"values": [{"key": "JIRAUSER1"}], "isLast": True},
        {"values": "ada", "isLast": True},
    ],
)
def test_pages_that_repeat_or_end_nowhere_leave_the_members_unknown(read, page):
    assert read(group_member=page)["jira.members[users]"].state is FactState.UNKNOWN


def test_a_jira_nobody_listens_at_is_tried_once_and_leaves_everything_unknown(script):
    server = script([])
    server.stop()
    facts = read_jira_facts(endpoint(server.url))
    assert set(facts) == {"jira.version", "jira.applications", "jira.administrative_groups"}
    assert all("connection refused" in fact.why for fact in facts.values())


def test_a_password_in_clear_is_refused_by_the_name_of_jiras_own_setting():
    with pytest.raises(UsageInvalid, match="DIRSYNC_JIRA__ALLOW_PLAINTEXT=true"):
        read_jira_facts(endpoint("http://jira.example.org"))
