"""What is proven is not made doubtful by something else, and nobody is counted twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from unit.audit.building import AGENTS, CUSTOMERS, TODAY, EstateBuilder, only, those

from dirsync.audit import seats
from dirsync.audit.default_groups import default_groups
from dirsync.audit.one_account import seats_of_account
from dirsync.model.findings import Mechanism, SubjectKind, Verdict
from dirsync.model.waivers import Waiver

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


def test_default_groups_come_in_the_order_of_their_names_with_the_first_reason_of_each():
    told = EstateBuilder().customers()
    told.application("jira-core", "core", default_groups=("b", "Shared"), selected_by_default=True)
    told.application("jira-software", "core", default_groups=("SHARED", "a"), selected_by_default=True)
    built = told.build()
    found = default_groups(built, built.populations[0], Mechanism.JIRA_APPLICATION).groups
    assert [group.name for group in found] == ["a", "b", "Shared"]
    assert "jira-core is selected by default" in found[-1].how


def test_groups_that_nobody_knows_are_none_that_pass():
    told = estate().crowd_application("jira", (CUSTOMERS,))
    findings = told.audited().findings
    asked = {"rule": "customer-default-group-grants-application-access", "mechanism": Mechanism.CROWD_APPLICATION}
    only(findings, Verdict.UNKNOWN, **asked)
    assert not those(findings, Verdict.PASS, **asked)


def test_what_says_that_there_are_no_default_groups_is_evidence():
    told = EstateBuilder().customers().says("jira.version", "6.4").says("jira.permissions", {"USE": ()})
    built = told.build()
    given_by_permission = default_groups(built, built.populations[0], Mechanism.JIRA_USERS_PERMISSION)
    assert [fact.name for fact in given_by_permission.facts] == ["jira.version", "jira.permissions"]


def test_in_a_directory_of_both_audiences_agents_are_no_customers_in_doubt():
    told = EstateBuilder().application("jira-software", "jira-users").agents(CUSTOMERS, source="staff").agents()
    told.customers().group("portal").holds("ana", "bea", "eva")
    for name in ("ana", "bea"):
        told.user(name).user(name, "corp", selections=("customers",))
    told.user("eva").user("eva", "staff", selections=("agents",))
    told.group("portal", AGENTS).inside("jira-users")
    (group,) = (finding for finding in holds(told) if finding.subject.name == "portal")
    assert "2 active customers in 'portal'" in group.message


def test_a_group_that_gives_a_seat_and_stands_in_the_mapping_is_told_with_the_mapping():
    told = EstateBuilder().customers(default_groups=("portal",)).application("jira-software", "jira-users").no_crowd()
    asked = {"rule": "customer-default-group-grants-application-access", "mechanism": Mechanism.MAPPING}
    sources = [known.source for known in only(told.audited().findings, Verdict.PASS, **asked).evidence]
    assert "mappings/customers.yaml:2" in sources


def test_that_there_are_no_applications_before_jira_7_rests_on_the_version():
    built = EstateBuilder().customers().says("jira.version", "6.4").build()
    found = default_groups(built, built.populations[0], Mechanism.JIRA_APPLICATION)
    assert (bool(found.not_applicable), [fact.name for fact in found.facts]) == (True, ["jira.version"])


@pytest.fixture
def _two_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "NAMED", 2)


def holding(*usernames: str) -> EstateBuilder:
    told = estate()
    for name in usernames:
        told.user(name, in_group="jira-users")
    return told


@pytest.mark.usefixtures("_two_named")
def test_of_many_holders_the_first_are_named_and_the_others_counted_by_the_group_that_leads_there():
    told = holding("ana", "ben", "cat", "dan")
    told.group("portal").inside("jira-users").holds("ana", "eve")
    told.user("eve").user("fay").user("gus", in_group="jira-users", active=False)
    audited = told.audited()
    failing = [one for one in audited.findings if one.rule == HOLDS and one.verdict is Verdict.FAIL]
    assert [(one.subject.kind, one.subject.name, one.count) for one in failing] == [
        (SubjectKind.GROUP, "jira-users", 2),
        (SubjectKind.GROUP, "portal", 1),
        (SubjectKind.USER, "ana", 1),
        (SubjectKind.USER, "ben", 1),
    ]
    assert failing[0].message.startswith("2 more active customers in ")
    assert failing[1].path == ("portal", "jira-users", "jira-software")
    assert only([one for one in audited.findings if one.rule == HOLDS], Verdict.PASS).count == 1
    assert [seat.customers_holding for seat in audited.applications] == [5]
    assert {count.mapping: (count.active, count.judged, count.holding) for count in audited.audiences}["customers"] == (
        6,
        6,
        5,
    )


@pytest.mark.usefixtures("_two_named")
def test_whoever_a_waiver_names_is_named_and_whoever_is_asked_about_is_answered():
    told = holding("ana", "ben", "cat", "eve", "zoe")
    waiver = Waiver(HOLDS, "owner@example.org", "pilot", TODAY + timedelta(9), user="Zoe")
    findings = [one for one in told.audited(waiver).findings if one.rule == HOLDS]
    assert [one.subject.name for one in findings if one.waiver] == ["zoe"]
    assert {one.subject.name: one.count for one in findings} == {"ana": 1, "ben": 1, "zoe": 1, "jira-users": 2}
    built = told.build()
    eve = built.snapshots[CUSTOMERS].user_named("eve")
    (answer,) = seats_of_account(built, CUSTOMERS, eve)
    assert (answer.holds, answer.path) == (True, ("eve", "jira-users", "jira-software"))


@pytest.mark.usefixtures("_two_named")
def test_of_many_who_are_in_doubt_the_first_are_named_and_nobody_is_cleared():
    names = ("ana", "ben", "cat", "dan")
    told = estate().says("jira.members[jira-users]", names)
    for name in names:
        told.user(name).user(name, AGENTS)
    told.user("eve")
    audited = told.audited()
    findings = [one for one in audited.findings if one.rule == HOLDS]
    open_questions = those(findings, Verdict.UNKNOWN)
    assert {one.subject.name: one.count for one in open_questions} == {"ana": 1, "ben": 1, CUSTOMERS: 2}
    assert all(one.missing for one in open_questions)
    assert only(findings, Verdict.PASS).count == 1
    (seat,) = audited.applications
    assert not seat.customers_decided
    judged = {count.mapping: count.judged for count in audited.audiences}
    assert judged["customers"] == 1


@pytest.mark.usefixtures("_two_named")
def test_what_jira_itself_lists_proves_the_seats_of_those_who_are_only_counted_too():
    names = ("ana", "ben", "cat", "dan")
    told = estate().says("jira.members[jira-users]", names)
    for name in names:
        told.user(name)
    (others,) = (one for one in holds(told) if one.subject.kind is SubjectKind.GROUP)
    assert others.count == 2
    named = next(one for one in holds(told) if one.subject.name == "ana")
    assert others.evidence == named.evidence
