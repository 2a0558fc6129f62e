"""Several routes, one fact: who is believed, who confirms it, and who says something else."""

from __future__ import annotations

import pytest

from dirsync.facts.routes import IN_ORDER, Route, merged, trusted
from dirsync.model.facts import Fact, FactState, declared, observed, unknown
from dirsync.model.products import (
    CrowdApplication,
    DirectoryType,
    JiraApplication,
    JiraDirectory,
    ServiceProject,
)

MODE = "jira.user_directories[Staff].mode"
DATABASE, REST, DECLARED = Route.JIRA_DATABASE, Route.JIRA_REST, Route.DECLARED


def told(**by_route: list[Fact]) -> dict[str, Fact]:
    names = {Route(route.replace("_", "-")): facts for route, facts in by_route.items()}
    return merged({route: {fact.name: fact for fact in facts} for route, facts in names.items()})


def saw(name: str, value: object, source: str = "asked") -> Fact:
    return observed(name, value, source, "2026-11-20T01:00:00+00:00")


def says(name: str, value: object) -> Fact:
    return declared(name, value, "estate.yaml:3, declared by owner@example.org", "2026-11-01")


def routes_of(facts: tuple[Fact, ...]) -> list[str]:
    return [fact.route for fact in facts]


@pytest.mark.parametrize(
    ("name", "first"),
    [
        (MODE, DATABASE),
        ("jira.permissions", DATABASE),
        ("jira.service_projects", DATABASE),
        ("crowd.applications", DATABASE),
        ("jira.version", REST),
        ("jira.applications", REST),
        ("jira.public_signup.global", REST),
        ("jira.public_signup.projects[HELP]", REST),
        ("jira.service_projects[HELP].roles", REST),
        ("jira.service_projects[HELP].open_access", REST),
    ],
)
def test_the_order_of_trust_is_explicit_and_a_declaration_comes_last(name, first):
    order = trusted(name)
    assert (order[0], order[-1]) == (first, DECLARED)
    assert sorted(order) == sorted(IN_ORDER)


def test_the_best_route_is_believed_and_the_others_confirm_or_contradict():
    facts = told(
        jira_database=[saw(MODE, "read-only")], jira_rest=[saw(MODE, "read-only")], declared=[says(MODE, "read-write")]
    )
    fact = facts[MODE]
    assert (fact.value, fact.state, fact.route) == ("read-only", FactState.OBSERVED, "jira-database")
    assert routes_of(fact.confirmed_by) == ["jira-rest"]
    assert routes_of(fact.contradicted_by) == ["declared"]
    assert fact.contradicted_by[0].value == "read-write"


def test_three_routes_that_say_three_things_are_all_kept():
    version = "jira.version"
    facts = told(jira_database=[saw(version, "8.1")], jira_rest=[saw(version, "9.2")], declared=[says(version, "7.3")])
    assert (facts[version].value, routes_of(facts[version].contradicted_by)) == ("9.2", ["jira-database", "declared"])
    assert facts[version].confirmed_by == ()


def test_a_route_that_knows_nothing_does_not_silence_one_that_does():
    facts = told(jira_database=[unknown(MODE, "no right", "GRANT")], declared=[says(MODE, "read-only")])
    assert (facts[MODE].value, facts[MODE].route, facts[MODE].contradicted_by) == ("read-only", "declared", ())


def test_what_no_route_knows_says_why_of_every_product_that_was_asked():
    lost = unknown(MODE, "it ended in 2025", "Renew it.")
    facts = told(
        jira_database=[unknown(MODE, "no right.", "GRANT it.")],
        jira_rest=[unknown(MODE, "no call", "GRANT it.")],
        declared=[lost],
    )
    assert (facts[MODE].why, facts[MODE].remedy) == ("no right. no call.", "GRANT it.")
    alone = told(jira_rest=[unknown(MODE, "no call", "Ask.")], declared=[lost])[MODE]
    assert (alone.why, alone.remedy, alone.route) == ("no call", "Ask.", "jira-rest")
    assert told(declared=[lost])[MODE].why == "it ended in 2025"


def test_a_plug_in_that_is_not_there_is_no_reason_where_crowd_itself_gave_one():
    name = "crowd.applications"
    both = told(crowd_admin=[unknown(name, "403", "Give.")], crowd_plugin=[unknown(name, "404", "Install.")])
    assert (both[name].why, both[name].remedy) == ("403", "Give.")
    assert told(crowd_plugin=[unknown(name, "404", "Install.")])[name].why == "404"


def test_names_of_directories_compare_without_case_and_are_spelt_as_their_list_spells_them():
    listed = (JiraDirectory("Staff", DirectoryType.LDAP, ""), JiraDirectory("Other", DirectoryType.LDAP, ""))
    facts = told(
        jira_database=[
            saw("jira.user_directories[STAFF].mode", "read-only"),
            saw("jira.user_directories[Other].active", True),
            unknown("jira.user_directories", "no right"),
        ],
        declared=[says("jira.user_directories", listed), says("jira.user_directories[staff].mode", "read-only")],
    )
    assert facts[MODE].name == MODE
    assert routes_of(facts[MODE].confirmed_by) == ["declared"]
    assert set(facts) == {"jira.user_directories", MODE, "jira.user_directories[Other].active"}


def test_where_the_list_itself_is_unknown_its_leaves_stay_as_they_are():
    facts = told(crowd_database=[unknown("crowd.applications", "x"), saw("crowd.applications[A].access_based_sync", 1)])
    assert set(facts) == {"crowd.applications", "crowd.applications[A].access_based_sync"}
    facts = told(
        crowd_database=[saw("crowd.applications", (CrowdApplication("b", ()),)), saw("crowd.applicationsX", 1)]
    )
    assert set(facts) == {"crowd.applications", "crowd.applicationsX"}


def test_declared_switches_are_compared_project_by_project():
    switches = "jira.public_signup.projects"
    facts = told(
        jira_rest=[saw(f"{switches}[HELP]", True), saw(f"{switches}[IT]", False)],
        declared=[says(switches, {"HELP": False, "IT": False, "HR": True})],
    )
    assert routes_of(facts[f"{switches}[HELP]"].contradicted_by) == ["declared"]
    assert routes_of(facts[f"{switches}[IT]"].confirmed_by) == ["declared"]
    assert (facts[f"{switches}[HR]"].value, facts[f"{switches}[HR]"].route) == (True, "declared")
    assert set(told(declared=[unknown(switches, "past its day")])) == {switches}


def test_what_the_best_route_leaves_out_of_an_application_is_filled_in_and_says_from_where():
    name = "jira.applications"
    groups = ("jira-users",)
    facts = told(
        jira_database=[saw(name, (JiraApplication("jira-software", groups, groups, selected_by_default=False),), "db")],
        declared=[says(name, (JiraApplication("jira-software", groups, name="Jira Software", seats=10, used=0),))],
    )
    [filled] = facts[name].value
    assert (filled.seats, filled.used, filled.name, filled.default_groups) == (10, 0, "Jira Software", groups)
    assert facts[name].source == "db; what that leaves out: estate.yaml:3, declared by owner@example.org"
    assert facts[name].state is FactState.DECLARED


def test_an_unlimited_licence_is_filled_in_too_and_a_counted_one_stays():
    name, groups = "jira.applications", ("jira-users",)
    unlimited = JiraApplication("jira-software", groups, is_unlimited=True)
    database = [saw(name, (JiraApplication("jira-software", groups), JiraApplication("jira-core", ())))]
    rest = [saw(name, (unlimited,))]
    [software, _] = told(crowd_database=database, jira_rest=[], crowd_admin=rest)[name].value
    assert software.is_unlimited
    counted = [saw(name, (JiraApplication("jira-software", groups, seats=3),))]
    for first, second in ((counted, rest), (rest, counted)):
        fact = told(crowd_database=first, crowd_admin=second)[name]
        assert fact.value == first[0].value
        assert routes_of(fact.contradicted_by) == ["crowd-admin"]


def test_of_two_that_fill_in_the_same_gap_the_second_may_contradict_the_first():
    name = "jira.applications"
    facts = told(
        jira_database=[saw(name, (JiraApplication("jira-software", ("a",)),))],
        jira_rest=[saw(name, (JiraApplication("jira-software", ("a",), ("a",), seats=10),))],
        declared=[says(name, (JiraApplication("jira-software", ("a",), ("b",)),))],
    )
    assert routes_of(facts[name].contradicted_by) == ["declared"]
    # the one trusted most says nothing of what the two others say differently
    facts = told(
        crowd_database=[saw(name, (JiraApplication("jira-software", ("a",)),))],
        crowd_admin=[saw(name, (JiraApplication("jira-software", ("a",), seats=10),))],
        declared=[says(name, (JiraApplication("jira-software", ("a",), seats=20),))],
    )
    assert facts[name].value[0].seats == 10
    assert (routes_of(facts[name].confirmed_by), routes_of(facts[name].contradicted_by)) == (
        ["crowd-admin"],
        ["declared"],
    )


def test_what_a_crowd_application_shows_is_filled_in_by_whoever_tells_it():
    name = "crowd.applications"
    open_one = CrowdApplication("Jira", None, type="JIRA")
    facts = told(
        crowd_admin=[saw(name, (open_one, CrowdApplication("wiki", None)), "rest")],
        crowd_plugin=[saw(name, (CrowdApplication("jira", ("a",), ("A", "B"), ("B",), type="X"),), "plug-in")],
        declared=[says(name, (CrowdApplication("JIRA", ("c",)),))],
    )
    assert facts[name].value == (
        CrowdApplication("Jira", ("a",), ("A", "B"), ("B",), type="JIRA"),
        CrowdApplication("wiki", None),
    )
    assert routes_of(facts[name].contradicted_by) == ["declared"]
    facts = told(crowd_admin=[saw(name, (open_one,))], declared=[says(name, (CrowdApplication("jira", ("c",)),))])
    assert facts[name].value == (CrowdApplication("Jira", ("c",), type="JIRA"),)
    assert facts[name].state is FactState.DECLARED


def test_what_a_crowd_application_shows_is_not_put_together_from_two_routes():
    name = "crowd.applications"
    facts = told(
        crowd_admin=[saw(name, (CrowdApplication("jira", ("a",)),))],
        crowd_plugin=[saw(name, (CrowdApplication("jira", ("a",), ("A",), type="JIRA"),))],
    )
    assert facts[name].value == (CrowdApplication("jira", ("a",), type="JIRA"),)


def test_crowd_declared_to_be_none_is_contradicted_by_one_that_answers():
    name = "crowd.applications"
    known = (CrowdApplication("crowd", ()),)
    facts = told(crowd_admin=[saw(name, known)], declared=[says(name, ())])
    assert facts[name].value == known
    assert routes_of(facts[name].contradicted_by) == ["declared"]


def test_two_names_of_one_route_that_are_one_name_are_not_known_unless_they_say_the_same():
    two = "jira.user_directories[STAFF].mode"
    facts = told(jira_database=[saw(MODE, "read-only"), saw(two, "read-write")])
    assert facts[MODE].state is FactState.UNKNOWN
    assert f"'{MODE}' and '{two}' are one name to dirsync" in facts[MODE].why
    assert facts[MODE].remedy
    assert told(jira_database=[saw(MODE, "read-only"), saw(two, "Read-Only")])[MODE].value == "read-only"
    half = told(jira_database=[saw(MODE, None), unknown(two, "no right")])[MODE]
    assert half.state is FactState.UNKNOWN


def test_observed_parts_fill_in_each_other_and_stay_observed():
    name = "jira.service_projects"
    facts = told(
        jira_database=[saw(name, (ServiceProject("HELP"), ServiceProject("HR")), "db")],
        jira_rest=[saw(name, (ServiceProject("HELP", "Help desk", 3),), "rest")],
    )
    assert facts[name].value == (ServiceProject("HELP", "Help desk", 3), ServiceProject("HR"))
    assert (facts[name].state, facts[name].route) == (FactState.OBSERVED, "jira-database")


def test_what_contradicts_fills_in_nothing():
    name = "jira.applications"
    facts = told(
        jira_database=[saw(name, (JiraApplication("jira-software", ("a",)),), "db")],
        declared=[says(name, (JiraApplication("jira-software", ("b",), seats=10),))],
    )
    assert facts[name].value[0].seats is None
    assert (facts[name].source, facts[name].state) == ("db", FactState.OBSERVED)
