"""When what a Crowd application shows is not one whole directory, and what is said of what nobody knows."""

import pytest

from dirsync.directories.crowd.attribution import Attribution, attribution_of, doubt, notices
from dirsync.errors import ReadIncomplete
from dirsync.http import Endpoint
from dirsync.model.facts import declared, observed, unknown
from dirsync.model.products import CrowdApplication, CrowdDirectory

ENDPOINT = Endpoint("crowd_customers", "https://crowd.example.org/crowd", username="dirsync-customers")
PROVEN = Attribution("dirsync-customers", ("Customers",), "1", is_filtered=False, said_by="GET …/application")
KEYS = {"1": "ada"}


def facts(application, *, filtering=None, directories=()):
    found = [
        observed("crowd.applications", (application,), "GET …/application", "now"),
        observed("crowd.directories", directories, "GET …/directory", "now"),
    ]
    name = f"crowd.applications[{application.name}].access_based_sync"
    found.append(unknown(name, "nobody") if filtering is None else observed(name, filtering, "GET", "now"))
    return {fact.name: fact for fact in found}


def test_facts_about_the_application_are_found_whatever_its_case():
    known = CrowdApplication("Dirsync-Customers", ("customers",), ("Customers",))
    listed = (CrowdDirectory("Staff", None, "", number="2"), CrowdDirectory("customers", None, "customers", number="1"))
    found = attribution_of("dirsync-customers", facts(known, filtering=False, directories=listed))
    assert found == PROVEN


@pytest.mark.parametrize("filtering", [True, False, None])
def test_whether_it_is_filtered_is_none_where_nobody_told(filtering):
    found = attribution_of("a", facts(CrowdApplication("a", ()), filtering=filtering))
    assert found.is_filtered is filtering


@pytest.mark.parametrize("known", [{}, {"crowd.applications": unknown("crowd.applications", "refused")}])
def test_without_facts_nothing_is_known(known):
    assert attribution_of("a", known) == Attribution("a")


def test_an_application_that_is_not_listed_is_not_known():
    assert attribution_of("a", facts(CrowdApplication("b", ("x",)))) == Attribution("a")


def test_a_declaration_tells_in_our_names_and_a_directory_of_two_mappings_is_one():
    entry = CrowdApplication("a", ("customers", "customers"))
    known = {"crowd.applications": declared("crowd.applications", (entry,), "estate.yaml:3", "2026-11-20")}
    assert attribution_of("a", known) == Attribution("a", ("customers",), said_by="estate.yaml:3")
    assert not entry.shows_several


@pytest.mark.parametrize("shown", [("A", "B"), (), None])
def test_only_a_single_directory_has_a_number_to_compare(shown):
    known = facts(CrowdApplication("a", (), shown), directories=(CrowdDirectory("A", None, "", number="1"),))
    assert attribution_of("a", known).number == ""


def test_a_directory_that_is_not_listed_has_no_number():
    known = facts(CrowdApplication("a", (), ("C",)), directories=(CrowdDirectory("A", None, "", number="1"),))
    assert attribution_of("a", known).number == ""


@pytest.mark.parametrize("known", [PROVEN, Attribution("dirsync-customers"), Attribution("x", (), is_filtered=False)])
@pytest.mark.parametrize("seen", [KEYS, {}])
def test_one_directory_is_no_doubt(seen, known):
    assert doubt(ENDPOINT, seen, known) is None


@pytest.mark.parametrize(
    ("seen", "known", "message", "remedy"),
    [
        (
            {"1": "ada", "2": "bob"},
            PROVEN,
            "shows several directories: 1 (such as ada), 2 (such as bob)",
            "APPLICATION",
        ),
        (
            KEYS,
            Attribution("a", ("Customers", "Staff"), is_filtered=False, said_by="GET …/application"),
            "shows several directories (Customers, Staff), as GET …/application tells",
            "DIRSYNC_DIRECTORIES__CROWD_CUSTOMERS__APPLICATION",
        ),
        (KEYS, Attribution("a", ("Customers",), is_filtered=True), "access-based synchronisation", "switch"),
        ({}, Attribution("a", is_filtered=True), "only people who have access", "switch"),
        ({"7": "ada"}, PROVEN, "keys of users begin with 7", "DIRSYNC_CROWD_ADMIN__URL"),
    ],
)
def test_a_read_of_several_filtered_or_other_directories_is_doubted(seen, known, message, remedy):
    problem = doubt(ENDPOINT, seen, known)
    assert isinstance(problem, ReadIncomplete)
    assert message in problem.message
    assert problem.message.startswith("crowd_customers: ")
    assert remedy in problem.remedy


def test_what_is_known_needs_no_notice():
    assert notices(KEYS, 1, PROVEN) == ()
    assert notices({}, 1, PROVEN) == ()


def test_an_unknown_filter_is_said_with_the_way_to_know():
    (said,) = notices(KEYS, 1, Attribution("dirsync-customers"))
    assert "access-based synchronisation" in said
    assert "'dirsync-customers'" in said
    assert "DIRSYNC_CROWD_ADMIN__URL" in said
    assert "access_based_sync" in said


def test_users_without_keys_leave_open_whether_several_are_shown():
    several, _ = notices({}, 1, Attribution("dirsync-customers"))
    assert "may" not in several
    assert "several directories: users have no keys" in several
    assert len(notices({}, 0, Attribution("dirsync-customers"))) == 1, "an empty directory has no keys to miss"
