"""The switches of all service projects are one fact only when every project's switch is known."""

from __future__ import annotations

import pytest

from dirsync.facts.signup_projects import signup_projects
from dirsync.model.facts import Fact, FactState, declared, observed, unknown
from dirsync.model.products import ServiceProject

SWITCHES, PROJECTS = "jira.public_signup.projects", "jira.service_projects"
DECLARED = "estate.yaml:9, declared by owner@example.org, valid until 2027-11-20"


def told(*facts: Fact[object]) -> dict[str, Fact[object]]:
    return signup_projects({fact.name: fact for fact in facts})


def listed(*keys: str) -> Fact[object]:
    return observed(PROJECTS, tuple(ServiceProject(key) for key in keys), "GET …/servicedesk", "now")


def switch(key: str, value: object) -> Fact[object]:
    return observed(f"{SWITCHES}[{key}]", value, f"GET …/{key}/…", f"at {key}")


def silent(key: str) -> Fact[object]:
    return unknown(f"{SWITCHES}[{key}]", f"{key} answered HTTP 404")


def words(**switches: bool) -> Fact[object]:
    return declared(SWITCHES, switches, DECLARED, "2026-11-20")


def test_switches_that_jira_told_of_every_project_are_observed_together():
    found = told(listed("HELP", "IT"), switch("HELP", True), switch("IT", False))
    assert found[SWITCHES] == observed(
        SWITCHES, {"HELP": True, "IT": False}, "GET …/HELP/…; and 1 more like it", "at HELP"
    )
    assert found[f"{SWITCHES}[IT]"] == switch("IT", False)


def test_one_project_names_its_own_request():
    assert told(listed("HELP"), switch("HELP", True))[SWITCHES].source == "GET …/HELP/…"


def test_one_project_that_nobody_told_leaves_the_whole_unknown_and_names_it():
    found = told(listed("HELP", "IT"), switch("HELP", True), silent("IT"))[SWITCHES]
    assert found == unknown(
        SWITCHES,
        "IT: IT answered HTTP 404",
        "Declare jira.public_signup.projects for IT in mappings/estate.yaml.",
    )


def test_of_many_projects_that_nobody_told_a_few_are_named():
    keys = [f"P{number}" for number in range(7)]
    found = told(listed(*keys), *map(silent, keys))[SWITCHES]
    assert found.why.endswith("P4: P4 answered HTTP 404; and 2 more")
    assert "for all service projects in" in found.remedy
    five = told(listed(*keys[:5]), *map(silent, keys[:5]))[SWITCHES]
    assert five.why.endswith("P4: P4 answered HTTP 404")
    assert "for P0, P1, P2, P3, P4 in" in five.remedy


def test_what_is_declared_fills_what_jira_did_not_tell_and_nothing_else():
    found = told(listed("HELP", "IT"), switch("HELP", True), silent("IT"), words(HELP=False, IT=False))
    assert found[f"{SWITCHES}[HELP]"].state is FactState.OBSERVED
    assert found[f"{SWITCHES}[IT]"] == declared(f"{SWITCHES}[IT]", False, DECLARED, "2026-11-20")
    whole = found[SWITCHES]
    assert (whole.state, whole.value) == (FactState.DECLARED, {"HELP": True, "IT": False})
    assert whole.source == f"{DECLARED}; and 1 more like it"
    assert whole.at == "2026-11-20"


def test_a_declared_project_that_jira_does_not_list_is_kept_because_the_account_may_not_see_it():
    whole = told(listed("HELP"), switch("HELP", False), words(HR=True))[SWITCHES]
    assert (whole.state, whole.value) == (FactState.DECLARED, {"HELP": False, "HR": True})


def test_a_project_that_is_declared_without_its_switch_does_not_look_as_if_sign_up_were_off():
    projects = declared(PROJECTS, (ServiceProject("HELP"), ServiceProject("IT")), DECLARED, "2026-11-20")
    whole = told(projects, words(HELP=True))[SWITCHES]
    assert whole.state is FactState.UNKNOWN
    assert whole.why == "IT: nobody says whether people may sign up for IT"


def test_without_service_projects_there_is_no_switch():
    assert told(listed())[SWITCHES] == observed(SWITCHES, {}, "GET …/servicedesk", "now")
    none = declared(PROJECTS, (), DECLARED, "2026-11-20")
    assert told(none)[SWITCHES] == declared(SWITCHES, {}, DECLARED, "2026-11-20")


@pytest.mark.parametrize(
    "facts",
    [
        (),
        (words(HELP=True),),
        (unknown(PROJECTS, "refused"), words(HELP=True)),
        (listed("HELP"),),
        (listed("HELP"), unknown(SWITCHES, "estate.yaml:9 declares it, but only until 2026-01-01")),
    ],
)
def test_while_nobody_lists_the_projects_or_tells_of_any_the_fact_stays_as_it_is(facts):
    assert told(*facts) == {}
