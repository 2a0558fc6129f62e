"""A declaration that says one thing takes nothing away: not what another route knows, and not what others decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from dirsync.directories.crowd.attribution import attribution_of
from dirsync.facts.declared import declared_facts
from dirsync.facts.gather import facts_from
from dirsync.facts.routes import Route
from dirsync.mapping.policy import parse_estate
from dirsync.model.facts import Fact, FactState, observed
from dirsync.model.products import (
    CrowdApplication,
    CrowdDirectory,
    DirectoryMode,
    DirectoryType,
    JiraApplication,
    JiraDirectory,
    ServiceProject,
)

OURS = "dirsync-customers"
JIRAS = CrowdApplication("jira", ("customers",))
WHOLE = "{name: jira, directories: [{directory: customers, default_groups: []}]}"


def known(text: str, route: Route | None = None, **seen: Any) -> dict[str, Fact[Any]]:
    """Return the facts of a declaration, and of one route that saw what is given (`__` is a dot)."""
    declared = declared_facts(
        parse_estate(f"version: 1\n{text}\n", "estate.yaml"), {}, date(2026, 11, 20), [OURS.upper()]
    )
    names = {name.replace("__", "."): value for name, value in seen.items()}
    told = {name: observed(name, value, "asked", "now") for name, value in names.items()}
    return facts_from({Route.DECLARED: declared, **({route: told} if route else {})})


def crowd(*applications: str) -> str:
    return f"crowd: {{applications: [{', '.join(applications)}]}}"


def test_a_remark_about_our_own_application_names_none_that_jira_uses():
    remark = f"{{name: {OURS}, access_based_sync: false}}"
    facts = known(crowd(WHOLE, remark))
    assert facts["crowd.applications"].value == known(crowd(WHOLE))["crowd.applications"].value == (JIRAS,)
    assert facts[f"crowd.applications[{OURS}].access_based_sync"].value is False


def test_a_remark_about_our_own_application_alone_lists_nothing_and_does_not_say_that_there_is_none():
    fact = known(crowd(f"{{name: {OURS}, aggregate_memberships: false}}"))["crowd.applications"]
    assert fact.state is FactState.UNKNOWN
    assert fact.why == (f"estate.yaml:2 speaks only of '{OURS}', as which dirsync asks Crowd, and not of what it shows")
    assert fact.remedy.startswith("Declare the Crowd applications that Jira uses, with their directories")


@pytest.mark.parametrize(
    "text",
    [
        crowd(WHOLE, "{name: other, access_based_sync: false}"),
        f"jira: {{user_directories: [{{name: C, type: crowd, crowd_application: {OURS.title()}}}]}}\n"
        + crowd(WHOLE, f"{{name: {OURS}, access_based_sync: false}}"),
    ],
)
def test_an_application_that_jira_may_use_stays_open_until_somebody_says_what_it_shows(text: str):
    applications = known(text)["crowd.applications"].value
    assert [(each.name, each.directories) for each in applications[1:]] in ([("other", None)], [(OURS, None)])


@pytest.mark.parametrize("expected", [True, False])
def test_what_is_said_of_our_own_application_counts_though_no_list_names_it(expected):
    facts = known(crowd(WHOLE, f"{{name: {OURS}, access_based_sync: {'true' if expected else 'false'}}}"))
    assert attribution_of(OURS.upper(), facts).is_filtered is expected
    assert attribution_of("another", facts).is_filtered is None


def test_a_remark_about_an_application_leaves_what_crowd_tells_of_it():
    seen = (CrowdApplication("Jira", ("customers", "staff"), ("C", "S"), type="JIRA"), CrowdApplication("wiki", ()))
    facts = known(crowd("{name: jira, access_based_sync: false}"), Route.CROWD_ADMIN, crowd__applications=seen)
    fact = facts["crowd.applications"]
    assert (fact.value, fact.state, fact.contradicted_by) == (seen, FactState.OBSERVED, ())
    assert facts["crowd.applications[Jira].access_based_sync"].value is False


def test_a_remark_about_a_crowd_directory_leaves_what_crowd_tells_of_it():
    seen = (CrowdDirectory("Customers", DirectoryType.INTERNAL, "customers", number="1"),)
    facts = known(
        "crowd: {directories: [{name: customers, default_groups: [portal]}]}",
        Route.CROWD_ADMIN,
        crowd__directories=seen,
    )
    fact = facts["crowd.directories"]
    assert (fact.value, fact.contradicted_by) == (seen, ())
    assert facts["crowd.directories[Customers].default_groups"].value == ("portal",)


SOFTWARE = JiraApplication("jira-software", ("jira-users",), ("jira-users",), selected_by_default=False)
DESK = JiraApplication("jira-servicedesk", ("agents",), (), selected_by_default=False)


def test_one_declared_application_fills_in_its_own_gaps_and_no_other():
    text = "jira: {applications: [{key: jira-software, groups: [JIRA-USERS], seats: 10, used: 7}]}"
    fact = known(text, Route.JIRA_DATABASE, jira__applications=(SOFTWARE, DESK))["jira.applications"]
    assert fact.value == (replace(SOFTWARE, name="jira-software", seats=10, used=7), DESK)
    assert fact.state is FactState.DECLARED
    assert "what that leaves out: estate.yaml:2" in fact.source
    assert [other.route for other in fact.contradicted_by] == ["declared"], "as a list it leaves one out"


def test_a_declared_application_of_other_groups_fills_in_nothing():
    text = "jira: {applications: [{key: jira-software, groups: [everybody], seats: 10}]}"
    fact = known(text, Route.JIRA_DATABASE, jira__applications=(SOFTWARE, DESK))["jira.applications"]
    assert (fact.value, fact.state, fact.source) == ((SOFTWARE, DESK), FactState.OBSERVED, "asked")


def test_a_declared_application_alone_is_declared_with_what_it_says():
    [application] = known("jira: {applications: [{key: jira-software, groups: [a]}]}")["jira.applications"].value
    assert (application.default_groups, application.selected_by_default, application.seats) == (None, None, None)


DIRECTORIES = (
    JiraDirectory("Crowd", DirectoryType.CROWD, "customers"),
    JiraDirectory("Staff", DirectoryType.LDAP, "corp"),
)


def test_one_declared_user_directory_tells_its_leaf_and_leaves_the_order_as_jira_has_it():
    text = "jira: {user_directories: [{name: STAFF, type: ldap, directory: elsewhere, default_groups: [x]}]}"
    facts = known(text, Route.JIRA_DATABASE, jira__user_directories=DIRECTORIES)
    fact = facts["jira.user_directories"]
    assert (fact.value, fact.state) == (DIRECTORIES, FactState.OBSERVED)
    assert [other.route for other in fact.contradicted_by] == ["declared"]
    assert facts["jira.user_directories[Staff].default_groups"].value == ("x",)


def test_the_crowd_application_of_a_user_directory_is_filled_in_where_the_route_may_not_read_it():
    text = "jira: {user_directories: [{name: crowd, type: crowd, crowd_application: jira, directory: x}]}"
    fact = known(text, Route.JIRA_DATABASE, jira__user_directories=DIRECTORIES[:1])["jira.user_directories"]
    assert fact.value == DIRECTORIES[:1], "they name two directories, and so may mean two things"
    fact = known(text.replace(", directory: x", ""), Route.JIRA_DATABASE, jira__user_directories=DIRECTORIES[:1])[
        "jira.user_directories"
    ]
    assert fact.value == (replace(DIRECTORIES[0], crowd_application="jira"),)
    assert fact.state is FactState.DECLARED


def test_a_declared_user_directory_fills_in_nothing_but_the_crowd_application():
    seen = (JiraDirectory("Staff", DirectoryType.LDAP, ""),)
    text = "jira: {user_directories: [{name: Staff, type: ldap, directory: corp}]}"
    fact = known(text, Route.JIRA_DATABASE, jira__user_directories=seen)["jira.user_directories"]
    assert (fact.value, fact.state, fact.contradicted_by) == (seen, FactState.OBSERVED, ())


def test_a_user_directory_declared_without_its_mode_leaves_the_mode_to_the_database():
    name = "jira.user_directories[Staff].mode"
    text = "jira: {user_directories: [{name: Staff, type: ldap}]}"
    assert known(text)[name].state is FactState.UNKNOWN
    assert known(text, Route.JIRA_DATABASE, **{name: DirectoryMode.READ_ONLY})[name].value is DirectoryMode.READ_ONLY


SIGNUP = "jira.public_signup"


@pytest.mark.parametrize("text", ["{projects: {HELP: true}}", "{global: true}", "{agent_signup: false}"])
def test_one_switch_of_sign_up_leaves_the_others_as_they_are(text: str):
    seen = {
        f"{SIGNUP}.global": False,
        "jira.service_projects": (ServiceProject("IT"),),
        f"{SIGNUP}.projects[IT]": False,
    }
    facts = known(f"jira: {{public_signup: {text}}}", Route.JIRA_REST, **seen)
    assert (facts[f"{SIGNUP}.global"].value, facts[f"{SIGNUP}.global"].state) == (False, FactState.OBSERVED)
    assert facts[f"{SIGNUP}.projects"].value["IT"] is False
    alone = known(f"jira: {{public_signup: {text}}}")
    told = {name for name in ("global", "projects", "agent_signup") if _is_known(alone.get(f"{SIGNUP}.{name}"))}
    assert told == {text[1:].partition(":")[0]}


def test_a_project_that_no_switch_speaks_of_leaves_just_its_own_sign_up_open():
    seen = {"jira.service_projects": (ServiceProject("HELP"), ServiceProject("IT"))}
    facts = known("jira: {public_signup: {projects: {HELP: false}}}", Route.JIRA_REST, **seen)
    assert (facts[f"{SIGNUP}.projects[HELP]"].value, facts[f"{SIGNUP}.projects[IT]"].state) == (
        False,
        FactState.UNKNOWN,
    )
    assert facts[f"{SIGNUP}.projects"].remedy == "Declare jira.public_signup.projects for IT in mappings/estate.yaml."


@pytest.mark.parametrize("key", ["ADMINISTER", "SYSTEM_ADMIN"])
def test_one_administrative_permission_does_not_say_who_holds_the_other(key: str):
    text = f"jira: {{permissions: {{{key}: [admins]}}}}"
    other = {"ADMINISTER": "SYSTEM_ADMIN", "SYSTEM_ADMIN": "ADMINISTER"}[key]
    fact = known(text)["jira.administrative_groups"]
    assert fact.state is FactState.UNKNOWN
    assert fact.why == f"estate.yaml:2 does not say which groups hold {other}"
    assert other in fact.remedy
    told = known(text, Route.JIRA_REST, jira__administrative_groups=("admins", "more"))["jira.administrative_groups"]
    assert (told.value, told.contradicted_by) == (("admins", "more"), ())
    assert known(text)["jira.permissions"].value == {key: ("admins",)}


def _is_known(fact: Fact[Any] | None) -> bool:
    return fact is not None and fact.state is not FactState.UNKNOWN
