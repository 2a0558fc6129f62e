"""Many service projects in one answer: what is shown of them, what it rests on, and how sure that is."""

from __future__ import annotations

from unit.audit.building import CUSTOMERS, EstateBuilder, only

from dirsync.audit.rules.customer_group_in_agent_role import CustomerGroupInAgentRole
from dirsync.audit.service_projects import NAMED, each_once
from dirsync.model.findings import Confidence, Verdict
from dirsync.model.products import ProjectRole, ServiceProject

KEYS = [f"P{number}" for number in range(NAMED + 4)]
RULE = CustomerGroupInAgentRole()
TEAM = (ProjectRole(1, "Service Desk Team", ("jsm-agents",), ("ana", "ben")),)


def projects() -> EstateBuilder:
    told = EstateBuilder().customers().user("ana", CUSTOMERS)
    return told.says("jira.service_projects", tuple(ServiceProject(key) for key in KEYS))


def test_of_many_projects_with_something_missing_a_few_reasons_are_told_and_every_fact_is_named():
    told = projects()
    for key in KEYS:
        told.forgets(f"jira.service_projects[{key}].roles")
    finding = only(told.asks(RULE), Verdict.UNKNOWN)
    assert finding.missing == tuple(f"jira.service_projects[{key}].roles" for key in KEYS)
    assert "P0, P1, P2 and 4 more service projects" in finding.message
    reasons = [key for key in KEYS if f"o route tells jira.service_projects[{key}].roles" in finding.message]
    assert reasons == KEYS[:NAMED]


def test_a_pass_over_many_projects_is_declared_when_one_beyond_those_that_are_shown_is():
    told = projects()
    for key in KEYS:
        told.says(f"jira.service_projects[{key}].roles", TEAM)
    assert only(told.asks(RULE), Verdict.PASS).confidence is Confidence.PROVED
    told.declares(f"jira.service_projects[{KEYS[-1]}].roles", TEAM)
    finding = only(told.asks(RULE), Verdict.PASS)
    assert finding.confidence is Confidence.DECLARED
    assert finding.count == len(KEYS)


def test_where_every_project_fails_none_passes():
    told = projects().says("jira.service_projects", (ServiceProject("HELP"),)).user("ana", in_group="jsm-agents")
    found = told.says("jira.service_projects[HELP].roles", TEAM).asks(RULE)
    assert {each.verdict for each in found} == {Verdict.FAIL}


def test_a_pass_shows_a_few_projects_without_the_people_in_their_roles():
    told = projects()
    for key in KEYS:
        told.says(f"jira.service_projects[{key}].roles", TEAM)
    evidence = only(told.asks(RULE), Verdict.PASS).evidence
    assert [shown.value for shown in evidence[1:]] == [
        f"jira.service_projects[{key}].roles: 1 entry" for key in KEYS[: NAMED + 1]
    ]


def test_names_that_are_one_to_jira_stand_once_as_they_are_first_spelt():
    assert each_once(["Portal", "a", "PORTAL", "portal"]) == ("Portal", "a")
