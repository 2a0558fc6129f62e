"""The switches of public sign-up, and where its accounts land."""

from __future__ import annotations

import pytest
from unit.audit.building import AGENTS, CUSTOMERS, EstateBuilder, only, those

from dirsync.audit.signup import landing, meant_for_signup, project_switches
from dirsync.model.findings import Severity, Verdict
from dirsync.model.products import DirectoryType

PROJECTS = "jira.public_signup.projects"
UNWANTED, MAIL = "public-signup-on-but-unwanted", "unregistered-mail-is-dropped"


def unwanted() -> EstateBuilder:
    return EstateBuilder().customers(public_signup=False).says("jira.public_signup.global", True)


def test_a_project_s_own_fact_comes_before_one_about_all_projects():
    told = EstateBuilder().declares(PROJECTS, {"HELP": True, "HR": True}).says(f"{PROJECTS}[HELP]", False)
    switches = project_switches(told.forgets(f"{PROJECTS}[HR]").build())
    assert {key: fact.value for key, fact in switches.known.items()} == {"HELP": False, "HR": True}
    assert [fact.state for fact in switches.known.values()] == ["observed", "declared"]
    assert switches.missing == ()


def test_a_project_that_could_not_be_asked_is_missing_and_hides_no_other():
    told = EstateBuilder().forgets(PROJECTS).says(f"{PROJECTS}[HELP]", True).forgets(f"{PROJECTS}[HR]")
    switches = project_switches(told.build())
    assert (list(switches.on()), [fact.name for fact in switches.missing]) == (["HELP"], [f"{PROJECTS}[HR]"])


def test_where_no_project_is_known_the_fact_about_all_of_them_is_missing():
    assert [fact.name for fact in project_switches(EstateBuilder().build()).missing] == [PROJECTS]


def test_where_no_project_could_be_asked_each_is_missing_by_name():
    missing = project_switches(EstateBuilder().forgets(PROJECTS).forgets(f"{PROJECTS}[HR]").build()).missing
    assert [fact.name for fact in missing] == [f"{PROJECTS}[HR]"]


def test_no_service_project_at_all_is_known_too():
    switches = project_switches(EstateBuilder().says(PROJECTS, {}).build())
    assert (switches.known, switches.missing) == ({}, ())


def test_projects_come_in_the_order_of_their_keys():
    assert list(project_switches(EstateBuilder().says(PROJECTS, {"B": True, "A": True}).build()).known) == ["A", "B"]


def test_sign_up_is_meant_for_those_who_want_it_else_for_those_who_leave_it_open():
    told = EstateBuilder().customers().customers("off", "off", public_signup=False).agents(public_signup=True)
    assert [population.mapping for population in meant_for_signup(told.build())] == ["customers"]
    told.customers("shop", "shop", public_signup=True)
    assert [population.mapping for population in meant_for_signup(told.build())] == ["shop"]


@pytest.mark.parametrize(
    ("modes", "where"),
    [
        (("read-write", "read-write"), "0"),
        (("read-only", "read-write"), "1"),
        (("read-only", "read-only"), ""),
        ((None, "read-write"), ""),
        ((), ""),
    ],
)
def test_accounts_land_in_the_first_directory_that_jira_can_write_to(modes, where):
    told = EstateBuilder().says("jira.user_directories", ())
    for number, mode in enumerate(modes):
        told.jira_directory(str(number), active=True, **({"mode": mode} if mode else {}))
    found = landing(told.build())
    assert (found.jira_directory.name if found else "") == where


def test_projects_that_could_not_be_asked_leave_a_project_that_is_on_failing():
    told = unwanted().says(f"{PROJECTS}[HELP]", True).forgets(f"{PROJECTS}[HR]").forgets(f"{PROJECTS}[IT]")
    findings = [finding for finding in told.audited().findings if finding.rule == UNWANTED]
    assert only(findings, Verdict.FAIL).subject.name == "HELP"
    assert only(findings, Verdict.UNKNOWN).missing == (f"{PROJECTS}[HR]", f"{PROJECTS}[IT]")


def into_the_agents(**leaves) -> EstateBuilder:
    """Tell of sign-up into the agents' directory, where the group staff grants access."""
    told = unwanted().agents().says(PROJECTS, {"HELP": True}).says("jira.version", "9.12")
    told.application("jira-software", "staff").crowd_application("jira-agents", (AGENTS,))
    return told.jira_directory("Agents", mode="read-write", active=True, **leaves)


@pytest.mark.parametrize(
    ("kind", "leaf"),
    [
        (DirectoryType.CROWD, f"crowd.applications[jira-agents].directories[{AGENTS}].default_groups"),
        (DirectoryType.CROWD, f"crowd.applications[jira-agents].directories[{AGENTS}].directory_default_groups"),
        (DirectoryType.LDAP, "jira.user_directories[Agents].default_groups"),
    ],
)
def test_a_default_group_that_takes_a_seat_makes_it_high_whoever_gives_it(kind, leaf):
    told = into_the_agents(kind=kind, application="jira-agents").says(leaf, ("other", "Staff"))
    finding = only(told.audited().findings, Verdict.FAIL, rule=UNWANTED)
    assert (finding.severity, finding.path) == (Severity.HIGH, ("Staff", "jira-software"))
    assert {f"GET {leaf}", "GET jira.applications"} <= {known.source for known in finding.evidence}
    told.forgets("jira.applications")
    assert only(told.audited().findings, Verdict.FAIL, rule=UNWANTED).severity is Severity.MEDIUM


def test_default_groups_that_no_sign_up_gets_make_nothing_worse():
    told = into_the_agents(shows=AGENTS).agents(mapping="more", default_groups=("staff",))
    told.application("jira-core", "core", default_groups=("core",), selected_by_default=True)
    assert only(told.audited().findings, Verdict.FAIL, rule=UNWANTED).severity is Severity.MEDIUM


def test_before_jira_7_every_account_joins_the_groups_with_jira_users():
    told = unwanted().says(PROJECTS, {"HELP": True}).says("jira.version", "6.4").no_crowd()
    told.says("jira.permissions", {"USE": ("jira-users",), "ADMINISTER": (), "SYSTEM_ADMIN": ()})
    told.jira_directory("Crowd Customers", CUSTOMERS, mode="read-write", active=True)
    finding = only(told.audited().findings, Verdict.FAIL, rule=UNWANTED)
    assert (finding.severity, finding.path) == (Severity.HIGH, ("jira-users", "jira"))


def test_mail_is_not_judged_by_project_while_jira_has_sign_up_off():
    told = EstateBuilder().customers(public_signup=True).says("jira.public_signup.global", False)
    told.says(PROJECTS, {"HELP": False})
    assert [finding.subject.name for finding in those(told.audited().findings, Verdict.FAIL, rule=MAIL)] == [
        "customers"
    ]
