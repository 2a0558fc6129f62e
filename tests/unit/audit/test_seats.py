"""What is proven is not made doubtful by something else, and nobody is counted twice."""

from __future__ import annotations

from unit.audit.building import AGENTS, CUSTOMERS, EstateBuilder, only, those

from dirsync.audit.default_groups import default_groups
from dirsync.model.findings import Mechanism, Verdict

HOLDS = "customer-holds-application-access"


def estate() -> EstateBuilder:
    return EstateBuilder().customers().agents().application("jira-software", "jira-users")


def holds(told: EstateBuilder):
    return [finding for finding in told.audited().findings if finding.rule == HOLDS]


def test_a_proven_holder_is_not_doubted_because_jira_lists_a_namesake():
    told = estate().user("ana", in_group="jira-users").user("ana", AGENTS).says("jira.members[jira-users]", ("ana",))
    findings = holds(told)
    assert only(findings, Verdict.FAIL).path == ("ana", "jira-users", "jira-software")
    assert not those(findings, Verdict.UNKNOWN)


def test_a_proven_holder_is_told_once_though_jira_lists_them_too():
    told = estate().user("ana", in_group="portal").says("jira.members[jira-users]", ("ana",))
    told.group("portal").inside("jira-users")
    assert only(holds(told), Verdict.FAIL).path == ("ana", "portal", "jira-users", "jira-software")


def test_a_group_that_another_directory_nests_counts_only_members_who_are_not_judged_otherwise():
    told = estate().user("ana", in_group="jira-users").user("ben").user("cat").user("cat", AGENTS)
    told.says("jira.members[jira-users]", ("cat",))
    told.group("portal").holds("ana", "ben", "cat")
    told.group("portal", AGENTS).inside("jira-users")
    findings = holds(told)
    assert {finding.subject.name for finding in those(findings, Verdict.UNKNOWN)} == {"cat", "portal"}
    (group,) = (finding for finding in findings if finding.subject.name == "portal")
    assert "1 active customer in 'portal'" in group.message
    assert only(findings, Verdict.FAIL).subject.name == "ana"


def test_agents_hold_their_seats_without_a_finding():
    told = estate().user("ana", AGENTS, "jira-users").user("ben")
    assert only(holds(told), Verdict.PASS).subject.name == CUSTOMERS


def given(told: EstateBuilder, mechanism: Mechanism) -> dict[str, bool]:
    built = told.build()
    found = default_groups(built, built.populations[0], mechanism)
    return {group.name: group.doubt is None for group in found.groups}


def test_a_default_group_that_one_application_certainly_gives_is_certain():
    told = EstateBuilder().customers()
    told.application("jira-core", "core", default_groups=("Everybody", "maybe"))
    told.application("jira-software", "core", default_groups=("everybody",), selected_by_default=True)
    assert given(told, Mechanism.JIRA_APPLICATION) == {"everybody": True, "maybe": False}


def test_before_jira_7_an_administrative_group_is_recognised_however_it_is_spelt():
    told = EstateBuilder().customers().says("jira.version", "6.4")
    told.says("jira.permissions", {"USE": ("Admins", "jira-users"), "ADMINISTER": ("admins",)})
    assert given(told, Mechanism.JIRA_USERS_PERMISSION) == {"jira-users": True}
