"""Among whom accounts of sign-up are made, where Crowd's order, or what it shows, is the question."""

from __future__ import annotations

import pytest
from unit.audit.building import AGENTS, CUSTOMERS, EstateBuilder, only

from dirsync.audit.signup_landing import Among, Landings
from dirsync.model.facts import MissingFact
from dirsync.model.findings import Verdict
from dirsync.model.products import CrowdApplication, DirectoryType

RULE = "public-signup-lands-elsewhere"
WRITES = {"allowed_operations": ("CREATE_USER",), "directory_allowed_operations": ("CREATE_USER",)}


def behind_one_application(*shown: str, **leaves) -> EstateBuilder:
    """Tell of one Crowd application for everybody, which may add users wherever it shows any."""
    told = EstateBuilder().customers(public_signup=True).agents()
    told.jira_directory("Crowd", application="jira", mode="read-write", active=True)
    return told.crowd_application("jira", shown, **{**WRITES, **leaves})


def landings(told: EstateBuilder) -> Landings:
    estate = told.build()
    return Landings(estate, tuple(each for each in estate.populations if each.public_signup))


@pytest.mark.parametrize("sync", [False, None])
def test_a_directory_of_crowd_that_nobody_shows_may_be_anybody_s(sync):
    told = behind_one_application(AGENTS, CUSTOMERS)
    known = CrowdApplication("jira", (AGENTS, CUSTOMERS), ("Old", "Agents", "Customers"), ("Old",), "JIRA")
    told.says("crowd.applications", (known,))
    if sync is not None:
        told.says("crowd.applications[jira].access_based_sync", sync)
    finding = only(told.audited().findings, Verdict.UNKNOWN, rule=RULE)
    assert "jira.user_directories[Crowd].directory" in finding.missing
    assert "crowd.directories" in finding.remedy


def test_access_based_synchronisation_that_may_be_on_leaves_it_where_it_is():
    told = behind_one_application(AGENTS)
    told.jira_directory("Customers", CUSTOMERS, mode="read-write", active=True)
    assert landings(told).among == {Among.OTHERS}, "refused or not, it is not among the customers"
    finding = only(told.audited().findings, Verdict.FAIL, rule=RULE)
    assert "refuses" not in finding.message


def test_refused_among_the_customers_is_nobody():
    told = behind_one_application(CUSTOMERS, allowed_operations=()).says(
        "crowd.applications[jira].access_based_sync", False
    )
    found = landings(told)
    assert found.among == {Among.NOBODY}
    assert found.people() == ()


def test_each_reading_is_made_among_its_own():
    told = behind_one_application(AGENTS, CUSTOMERS).says("crowd.applications[jira].access_based_sync", False)
    told.forgets(f"crowd.applications[jira].directories[{AGENTS}].allowed_operations")
    found = landings(told)
    made = {among: [layer.directory for _, layer in found.made(among) if layer] for among in Among}
    assert made == {Among.OTHERS: [AGENTS], Among.MEANT: [CUSTOMERS], Among.NOBODY: [], Among.UNTOLD: []}
    assert [fact.name for fact in found.missing()] == [
        f"crowd.applications[jira].directories[{AGENTS}].allowed_operations"
    ]


def test_what_is_missing_stops_at_the_last_place_and_skips_what_is_shut():
    told = EstateBuilder().customers(public_signup=True).agents()
    told.jira_directory("Shut", AGENTS, mode="read-only").jira_directory("Off", AGENTS, active=False)
    told.jira_directory("Agents", AGENTS, active=True)
    told.jira_directory("Customers", CUSTOMERS, mode="read-write", active=True).jira_directory("Below", AGENTS)
    found = landings(told)
    assert found.among == {Among.OTHERS, Among.MEANT, Among.NOBODY}
    assert [fact.name for fact in found.missing()] == ["jira.user_directories[Agents].mode"]


def test_what_crowd_allows_is_missing_only_where_it_decides_among_whom():
    told = EstateBuilder().customers(public_signup=True).agents().crowd_application("jira-agents", (AGENTS,))
    told.jira_directory("Agents", application="jira-agents", active=True)
    told.jira_directory("Customers", CUSTOMERS, mode="read-write", active=True)
    assert [fact.name for fact in landings(told).missing()] == ["jira.user_directories[Agents].mode"]


def test_what_may_be_below_is_missing_where_nothing_is_surely_writable():
    told = EstateBuilder().customers(public_signup=True).agents()
    told.jira_directory("Agents", AGENTS, active=True).jira_directory("Customers", CUSTOMERS, active=True)
    told.forgets("jira.user_directories[Agents].mode").forgets("jira.user_directories[Customers].mode")
    assert [fact.name for fact in landings(told).missing()] == [
        "jira.user_directories[Agents].mode",
        "jira.user_directories[Customers].mode",
    ]


def test_people_are_those_of_the_one_place_and_of_no_doubtful_one():
    told = behind_one_application(AGENTS, CUSTOMERS).says("crowd.applications[jira].access_based_sync", False)
    assert [each.mapping for each in landings(told).people()] == ["agents"]
    told.forgets(f"crowd.applications[jira].directories[{AGENTS}].allowed_operations")
    assert landings(told).people() == ()
    assert landings(EstateBuilder().customers(public_signup=True)).people() == ()


def test_nobody_lists_jira_s_directories():
    with pytest.raises(MissingFact):
        _ = landings(EstateBuilder().customers(public_signup=True)).among


def test_what_is_missing_names_no_setting_that_decides_nothing():
    told = behind_one_application(CUSTOMERS)
    told.forgets(f"crowd.applications[jira].directories[{CUSTOMERS}].allowed_operations")
    told.jira_directory("Internal", kind=DirectoryType.INTERNAL, mode="read-write", active=True)
    told.forgets("jira.user_directories[Crowd].active")
    found = landings(told)
    assert found.among == {Among.MEANT, Among.NOBODY, Among.OTHERS}
    assert "jira.user_directories[Crowd].active" in [fact.name for fact in found.missing()]
    assert f"crowd.applications[jira].directories[{CUSTOMERS}].default_groups" not in [
        fact.name for fact in found.missing()
    ]


def test_an_order_below_the_place_is_no_evidence():
    told = behind_one_application(CUSTOMERS).says("crowd.applications[jira].access_based_sync", False)
    told.jira_directory("Below", AGENTS, mode="read-only", active=True)
    names = [fact.name for fact in landings(told).facts()]
    assert "jira.user_directories[Crowd].mode" in names
    assert f"crowd.applications[jira].directories[{CUSTOMERS}].allowed_operations" in names
    assert "jira.user_directories[Below].mode" not in names


def test_a_wish_for_sign_up_is_not_answered_with_turning_it_off():
    told = behind_one_application(AGENTS).jira_directory("Customers", CUSTOMERS, mode="read-write", active=True)
    finding = only(told.audited().findings, Verdict.FAIL, rule=RULE)
    assert finding.remedy.startswith("Jira administration > User management > User directories > Crowd: set")


def test_a_seat_is_told_only_where_every_reading_takes_it():
    told = EstateBuilder().customers(public_signup=True).agents().application("jira-software", "staff")
    told.crowd_application("jira-agents", (AGENTS,), default_groups=("staff",), directory_default_groups=(), **WRITES)
    told.jira_directory("Agents", application="jira-agents", mode="read-write")
    told.jira_directory("Internal", kind=DirectoryType.INTERNAL, mode="read-write", active=True)
    assert only(told.audited().findings, Verdict.FAIL, rule=RULE).path == ()
    told.says("jira.user_directories[Agents].active", True)
    assert only(told.audited().findings, Verdict.FAIL, rule=RULE).path == ("staff", "jira-software")


@pytest.mark.parametrize("others", [AGENTS, CUSTOMERS])
def test_refused_where_the_customers_are_among_those_who_are_shown_is_nobody(others):
    told = behind_one_application(*dict.fromkeys((others, CUSTOMERS, AGENTS)))
    assert landings(told.says("crowd.applications[jira].access_based_sync", True)).among == {Among.NOBODY}


def test_refused_where_somebody_nobody_names_is_among_those_who_are_shown_is_untold():
    told = behind_one_application(AGENTS).says("crowd.applications[jira].access_based_sync", True)
    told.says("crowd.applications", (CrowdApplication("jira", (AGENTS,), ("Agents", "Old"), ("Old",), "JIRA"),))
    assert landings(told).among == {Among.UNTOLD}


def test_where_jira_may_write_nowhere_no_place_is_told():
    told = EstateBuilder().customers(public_signup=True)
    told.jira_directory("Customers", CUSTOMERS, mode="read-only", active=True)
    found = landings(told)
    assert found.among == {Among.NOBODY}
    assert found.made(Among.NOBODY) == ()


def test_it_is_the_application_that_jira_names_that_counts():
    told = behind_one_application(AGENTS).says("crowd.applications[jira].access_based_sync", False)
    other = CrowdApplication("wiki", ("Old",), ("Old",), ("Old",))
    told.says("crowd.applications", (other, CrowdApplication("jira", ("Old",), ("Old",), ("Old",), "JIRA")))
    told.says("crowd.applications[jira].directories[Old].allowed_operations", ("CREATE_USER",))
    assert "crowd.applications[jira].access_based_sync" in [fact.name for fact in landings(told).facts()]


def test_a_directory_that_is_named_and_that_no_mapping_reads_is_somebody_else_s():
    told = behind_one_application("partners").says("crowd.applications[jira].access_based_sync", False)
    assert landings(told).among == {Among.OTHERS}


@pytest.mark.parametrize(("shows", "among"), [("", Among.UNTOLD), ("partners", Among.OTHERS)])
def test_jira_s_own_directory_may_hold_any_people_read_out_of_jira_unless_it_is_named(shows, among):
    told = EstateBuilder().customers(public_signup=True)
    told.customers("portal", "portal", public_signup=True).directory("portal", "jira")
    told.jira_directory("Internal", shows, DirectoryType.INTERNAL, mode="read-write", active=True)
    assert landings(told).among == {among}


def test_the_application_that_jira_names_is_not_asked_about_where_nobody_lists_any():
    told = EstateBuilder().customers(public_signup=True)
    told.jira_directory("Partners", "partners", application="jira-partners", mode="read-write", active=True)
    found = landings(told)
    assert found.among == {Among.OTHERS}
    assert [fact.name for fact in found.facts()] == [
        "jira.user_directories",
        "jira.user_directories[Partners].mode",
        "jira.user_directories[Partners].active",
    ]


def test_whether_crowd_hides_users_is_missing_where_it_decides():
    assert [fact.name for fact in landings(behind_one_application(CUSTOMERS)).missing()] == [
        "crowd.applications[jira].access_based_sync"
    ]
