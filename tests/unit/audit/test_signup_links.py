"""What the answers about sign-up rest on, how grave they are, and which path to a seat they show."""

from __future__ import annotations

import pytest
from unit.audit.building import CUSTOMERS, EstateBuilder, only, those

from dirsync.audit.signup_seat import AT_SIGNUP, first_seat
from dirsync.model.findings import Severity, Verdict

BLOCKED, DISAGREE = "public-signup-blocked-by-access-based-sync", "public-signup-switches-disagree"
LEAF = f"crowd.applications[jira].directories[{CUSTOMERS}]"
SYNC = "crowd.applications[jira].access_based_sync"
LIMITED = {"allow_all_to_authenticate": False, "directory_default_groups": ()}
WISH = "mappings/customers.yaml:2"
RW = {"mode": "read-write", "active": True}


def customers(**more) -> EstateBuilder:
    return EstateBuilder().customers(**{"public_signup": True, **more})


def behind_crowd(*, sync: bool = False, **leaves) -> EstateBuilder:
    told = customers().jira_directory("Crowd", CUSTOMERS, application="jira", **RW)
    return told.crowd_application("jira", (CUSTOMERS,), **leaves).says(SYNC, sync)


def answers(told: EstateBuilder, verdict: Verdict, rule: str = BLOCKED):
    return those(told.audited().findings, verdict, rule=rule)


def sources(finding) -> list[str]:
    return [known.source.removeprefix("GET ") for known in finding.evidence]


def test_an_open_way_shows_both_settings_that_leave_it_open():
    found = answers(behind_crowd(allow_all_to_authenticate=True), Verdict.PASS)
    assert [sources(finding) for finding in found] == [[WISH, SYNC], [WISH, f"{LEAF}.allow_all_to_authenticate"]]


def test_who_is_shut_out_is_proven_by_the_authorised_and_the_given_groups():
    told = behind_crowd(**LIMITED, authorised_groups=("portal",), default_groups=("visitors",))
    (finding,) = answers(told, Verdict.FAIL)
    assert sources(finding) == [
        WISH,
        f"{LEAF}.allow_all_to_authenticate",
        f"{LEAF}.authorised_groups",
        f"{LEAF}.default_groups",
        f"{LEAF}.directory_default_groups",
        "https://crowd-customers.example.org",
    ]


def test_where_no_login_gives_a_group_the_read_proves_nothing():
    (finding,) = answers(behind_crowd(**LIMITED, authorised_groups=("portal",), default_groups=()), Verdict.FAIL)
    assert "https://crowd-customers.example.org" not in sources(finding)


@pytest.mark.parametrize(("is_first", "verdict"), [(True, Verdict.PASS), (False, Verdict.FAIL)])
def test_a_trial_is_shown_with_the_groups_it_was_about(is_first, verdict):
    told = behind_crowd(**LIMITED, authorised_groups=("portal",), default_groups=("portal",))
    (finding,) = answers(told.says(f"{LEAF}.default_groups_first", is_first), verdict)[-1:]
    assert sources(finding)[1:6] == [
        f"{LEAF}.allow_all_to_authenticate",
        f"{LEAF}.authorised_groups",
        f"{LEAF}.default_groups_first",
        f"{LEAF}.default_groups",
        f"{LEAF}.directory_default_groups",
    ]


def test_an_open_question_shows_what_is_known_of_it():
    told = behind_crowd(**LIMITED, authorised_groups=("portal",), default_groups=("portal",))
    (finding,) = answers(told, Verdict.UNKNOWN)
    assert sources(finding)[1:4] == [
        f"{LEAF}.allow_all_to_authenticate",
        f"{LEAF}.authorised_groups",
        f"{LEAF}.default_groups",
    ]


def test_it_is_as_grave_as_the_graver_way_while_nobody_says_whether_it_concerns_anybody():
    (finding,) = answers(customers(public_signup=None), Verdict.UNKNOWN)
    assert finding.severity is Severity.CRITICAL


def test_who_may_log_in_is_less_grave_than_whether_anybody_can_sign_up():
    told = behind_crowd(sync=True, **LIMITED, authorised_groups=())
    assert [finding.severity for finding in answers(told, Verdict.FAIL)] == [Severity.CRITICAL, Severity.HIGH]


def test_only_the_first_projects_that_offer_sign_up_are_named():
    told = customers().says("jira.public_signup.global", True)
    for key in "ABCDEFG":
        told.says(f"jira.public_signup.projects[{key}]", True)
    finding = only(told.audited().findings, Verdict.PASS, rule=DISAGREE)
    assert "7 service projects offer it: 'A', 'B', 'C', 'D', 'E' and 2 more." in finding.message
    assert sources(finding) == [
        "jira.public_signup.global",
        *(f"jira.public_signup.projects[{key}]" for key in "ABCDEFG"),
        WISH,
    ]


def seat(told: EstateBuilder):
    estate = told.build()
    return first_seat(estate, estate.populations, AT_SIGNUP)


def given(*names: str) -> EstateBuilder:
    return behind_crowd(default_groups=names, directory_default_groups=())


def test_the_seat_is_the_one_that_is_reached_by_the_shortest_path():
    told = given("visitors").application("jira-core", "staff").application("jira-software", "visitors")
    told.group("visitors").inside("staff")
    found = seat(told)
    assert found.path == ("visitors", "jira-software")
    assert found.evidence == (), "no nesting was read for it"


def test_a_seat_by_a_nested_group_shows_what_was_read():
    told = given("visitors").application("jira-core", "staff")
    told.group("visitors").inside("staff")
    found = seat(told)
    assert found.path == ("visitors", "staff", "jira-core")
    assert [known.source for known in found.evidence] == ["https://crowd-customers.example.org"]


def test_one_of_two_applications_that_would_refuse_leaves_it_open_without_other_customers():
    told = customers().jira_directory("Crowd", CUSTOMERS, **RW)
    for name, sync in (("one", True), ("two", False)):
        told.crowd_application(name, (CUSTOMERS,), allow_all_to_authenticate=True)
        told.says(f"crowd.applications[{name}].access_based_sync", sync)
    (finding,) = answers(told, Verdict.UNKNOWN)
    assert finding.message.startswith(f"Whether whoever signs up in {CUSTOMERS} is shut out can't be said.")
