"""Agents without access to Jira: many of them, and what one person's accounts add up to."""

from __future__ import annotations

import pytest
from unit.audit.building import AGENTS, CUSTOMERS, Counting, EstateBuilder, only, those

from dirsync.audit.licences import licences
from dirsync.audit.people import people_by_directory
from dirsync.audit.rules.agent_without_application_access import MANY, NAMED, AgentWithoutApplicationAccess
from dirsync.audit.without_access import Reached, Standing
from dirsync.model.estate import Audience
from dirsync.model.findings import Severity, SubjectKind, Verdict
from dirsync.model.products import DirectoryType, JiraDirectory

RULE = AgentWithoutApplicationAccess()


def estate() -> EstateBuilder:
    told = EstateBuilder().agents().application("jira-software", "jira-users")
    return told.jira_directory("Agents", AGENTS, active=True, mode="read-only").no_crowd()


def standing(told: EstateBuilder, username: str) -> Standing:
    built = told.build()
    (people,) = people_by_directory(built, Audience.AGENTS)
    return Reached(built, licences(built)).judged(people, people.named(username)).standing


def crowd(number: int) -> EstateBuilder:
    told = estate()
    for each in range(number):
        told.user(f"agent{each:04}", AGENTS)
    return told


def test_few_are_told_one_by_one():
    found = those(crowd(MANY - 1).asks(RULE), Verdict.FAIL)
    assert len(found) == MANY - 1
    assert {(each.subject.kind, each.severity) for each in found} == {(SubjectKind.USER, Severity.LOW)}
    assert len({each.id for each in found}) == MANY - 1


def test_many_are_told_by_their_mapping():
    (failed,) = crowd(MANY).user("works", AGENTS, "jira-users").asks(RULE)[:1]
    assert (failed.verdict, failed.severity) == (Verdict.FAIL, Severity.MEDIUM)
    assert (failed.subject.kind, failed.subject.name, failed.subject.directory) == (
        SubjectKind.MAPPING,
        "agents",
        AGENTS,
    )
    assert f"{MANY} active agents of the mapping 'agents'" in failed.message
    assert failed.message.endswith(f"'agent0004' and {MANY - NAMED} more.")
    assert "agent0005" not in failed.message
    assert failed.evidence
    assert failed.remedy.startswith("Narrow source.users (base, filter) of the mapping 'agents'")


def test_many_and_those_who_can_t_be_read_are_two_findings():
    found = crowd(MANY).incomplete(AGENTS).says("jira.members[jira-users]", ()).asks(RULE)
    assert len({each.id for each in found}) == len(found) == 2
    assert only(found, Verdict.UNKNOWN).message.startswith("Whether other agents in crowd_agents reach")
    assert only(found, Verdict.FAIL).mapping == "agents"


def test_many_whom_nobody_can_judge_are_one_finding_with_a_few_names():
    told = EstateBuilder().agents().application("jira-software", "jira-users")
    for each in range(MANY + 3):
        told.user(f"agent{each:04}", AGENTS)
    (finding,) = told.asks(RULE)
    assert finding.verdict is Verdict.UNKNOWN
    assert f"{MANY + 3} active agents" in finding.message
    assert f"and {MANY + 3 - NAMED} more)" in finding.message


def test_people_stream_past_once():
    built = crowd(3).build()
    counting = Counting(built.snapshots[AGENTS])
    built.snapshots[AGENTS] = counting
    list(RULE.audit(built))
    assert counting.walked == 3


def test_the_best_that_an_account_holds_counts_over_applications():
    told = estate().application("jira-core", "core")
    told.user("ana", AGENTS, "core")
    told.group("core-elsewhere", AGENTS)
    assert standing(told, "ana") is Standing.HAS


@pytest.mark.parametrize("first", ["jira-aaa", "jira-zzz"])
def test_an_open_seat_of_one_application_takes_no_certain_one_of_another_away(first):
    told = EstateBuilder().agents().customers().application(first, "staff-of-jira").application("jira-mmm", "core")
    told.jira_directory("Agents", AGENTS, active=True, mode="read-only").no_crowd()
    told.jira_directory("Customers", CUSTOMERS, active=True, mode="read-only")
    told.group("staff", CUSTOMERS).inside("staff-of-jira")
    told.user("ana", AGENTS, "staff").user("ben", AGENTS, "staff")
    told.group("core", AGENTS).holds("ana")
    assert standing(told, "ana") is Standing.HAS
    assert standing(told, "ben") is Standing.OPEN


def test_jira_s_own_lists_decide_what_the_directories_leave_open():
    told = EstateBuilder().agents().customers().application("jira-software", "staff-of-jira")
    told.jira_directory("Agents", AGENTS, active=True, mode="read-only").no_crowd()
    told.jira_directory("Customers", CUSTOMERS, active=True, mode="read-only")
    told.group("staff", CUSTOMERS).inside("staff-of-jira")
    told.user("ben", AGENTS, "staff")
    assert standing(told, "ben") is Standing.OPEN
    assert standing(told.says("jira.members[staff-of-jira]", ()), "ben") is Standing.WITHOUT
    assert standing(told.says("jira.members[staff-of-jira]", ("BEN",)), "ben") is Standing.HAS


def test_a_permission_nobody_declared_may_be_the_one_they_hold():
    told = EstateBuilder().agents().says("jira.version", "6.4").user("ana", AGENTS)
    told.declares("jira.permissions", {"JIRA_USERS": (), "ADMINISTER": ()})
    told.jira_directory("Agents", AGENTS, active=True, mode="read-only").no_crowd()
    assert only(told.asks(RULE), Verdict.UNKNOWN).missing == ("jira.permissions[SYSTEM_ADMIN]",)


def test_whoever_is_in_a_user_directory_that_is_switched_off_reaches_nothing():
    told = EstateBuilder().agents().application("jira-software", "jira-users").user("ana", AGENTS, "jira-users")
    told.jira_directory("Agents", AGENTS, DirectoryType.CROWD, active=False, mode="read-only").no_crowd()
    assert only(told.asks(RULE), Verdict.FAIL).subject.name == "ana"


def test_of_many_open_questions_the_first_few_are_told():
    told = estate().customers(AGENTS, "visitors")
    for each in range(NAMED + 2):
        told.user(f"agent{each}", AGENTS)
    assert only(told.asks(RULE), Verdict.UNKNOWN).missing == tuple(f"audience[agent{each}]" for each in range(NAMED))


def test_where_nobody_works_nothing_passes():
    assert those(crowd(2).asks(RULE), Verdict.PASS) == []
    assert those(crowd(2).unread(AGENTS).asks(RULE), Verdict.PASS) == []


def test_agents_who_were_not_read_are_others_only_where_some_were_judged():
    told = estate().incomplete(AGENTS).says("jira.members[jira-users]", ("ana",))
    assert only(told.asks(RULE), Verdict.UNKNOWN).message.startswith("Whether agents in")
    assert only(told.user("ana", AGENTS).asks(RULE), Verdict.UNKNOWN).message.startswith("Whether other agents in")
    only(told.asks(RULE), Verdict.PASS, count=1)


def test_names_compare_as_directories_compare_them():
    told = estate().user("Ana", AGENTS).says("jira.members[jira-users]", ("ana",))
    assert standing(told, "ana") is Standing.HAS


def test_jira_s_lists_are_not_the_whole_while_a_permission_is_unknown():
    told = EstateBuilder().agents().says("jira.version", "6.4").user("ana", AGENTS)
    told.declares("jira.permissions", {"JIRA_USERS": ("jira-users",), "ADMINISTER": ()})
    told.says("jira.members[jira-users]", ())
    told.jira_directory("Agents", AGENTS, active=True, mode="read-only").no_crowd()
    assert only(told.asks(RULE), Verdict.UNKNOWN).missing == ("jira.permissions[SYSTEM_ADMIN]",)


def test_an_account_on_top_that_may_hold_a_seat_leaves_the_person_open():
    told = EstateBuilder().agents().customers().application("jira-software", "staff-of-jira").no_crowd()
    told.jira_directory("Customers", CUSTOMERS, active=True, mode="read-only")
    told.jira_directory("Agents", AGENTS, active=True, mode="read-only")
    told.group("staff", AGENTS).inside("staff-of-jira")
    told.user("ben", CUSTOMERS, "staff").user("ben", AGENTS)
    assert standing(told, "ben") is Standing.OPEN


def test_administrators_are_known_without_jira_s_order():
    told = EstateBuilder().agents().application("jira-software", "jira-users").user("ana", AGENTS, "ops")
    told.says("jira.administrative_groups", ("ops",)).user("ben", AGENTS)
    assert standing(told, "ana") is Standing.ADMINISTERS
    assert standing(told, "ben") is Standing.WITHOUT


@pytest.mark.parametrize(
    ("adds_up", "is_read", "expected"),
    [
        (False, False, Verdict.FAIL),
        (True, False, Verdict.UNKNOWN),
        (True, True, Verdict.FAIL),
    ],
)
def test_a_directory_below_matters_only_if_memberships_are_added_up(adds_up, is_read, expected):
    told = EstateBuilder().agents().application("jira-software", "jira-users").user("ana", AGENTS)
    told.jira_directory("Crowd", application="jira", active=True, mode="read-only")
    told.crowd_application("jira", (AGENTS, "other")).says("crowd.applications[jira].access_based_sync", value=False)
    told.says("crowd.applications[jira].aggregate_memberships", adds_up)
    told.directory("other") if is_read else told.unread("other")
    assert [finding.verdict for finding in told.asks(RULE)] == [expected]


def test_another_account_of_the_name_counts_though_jira_is_not_known_to_show_the_own_one():
    told = EstateBuilder().agents().application("jira-software", "jira-users").no_crowd()
    told = told.jira_directory("Customers", CUSTOMERS, active=True, mode="read-only")
    told = told.user("ana", AGENTS).user("Ana", CUSTOMERS, "jira-users").user("ben", AGENTS)
    assert standing(told, "ana") is Standing.HAS
    assert standing(told, "ben") is not Standing.HAS


def test_in_a_directory_of_which_jira_shows_another_part_the_own_account_is_not_shown():
    told = EstateBuilder().agents("corp", source="corp", selection="agents").directory("corp", "ldap")
    told.people(Audience.CUSTOMERS, "corp", "customers", source="corp", selection="customers")
    told.application("jira-software", "jira-users").no_crowd()
    shown = (
        JiraDirectory("Corp", DirectoryType.LDAP, "corp", mapping="customers"),
        JiraDirectory("Crowd", DirectoryType.CROWD, AGENTS),
    )
    told.says("jira.user_directories", shown)
    for known in shown:
        told.says(f"jira.user_directories[{known.name}].active", value=True)
        told.says(f"jira.user_directories[{known.name}].mode", "read-only")
    told.user("ana", "corp", selections=("agents",)).user("Ana", AGENTS, "jira-users")
    assert standing(told, "ana") is Standing.HAS
