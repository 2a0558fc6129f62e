"""Which findings a waiver covers, and for how long."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, timedelta

import pytest
from unit.audit.building import TODAY

from dirsync.audit.rules.waiver_expired import WaiverExpired
from dirsync.audit.rules.waiver_unused import WaiverUnused
from dirsync.audit.waiver_index import Answered, InForce
from dirsync.audit.waivers import covers, described, each_once, latest, may_concern, misnames
from dirsync.model.estate import Estate
from dirsync.model.findings import Finding, Mechanism, Severity, Subject, SubjectKind, Verdict, Waived
from dirsync.model.waivers import Waiver

RULE = "customer-holds-application-access"
ANA = Finding(
    RULE,
    Verdict.FAIL,
    Severity.CRITICAL,
    Subject(SubjectKind.USER, "ana", "id-ana", "crowd_customers"),
    "ana takes a seat.",
    mapping="customers",
    application="jira-software",
)


def waived(finding: Finding, waivers: list[Waiver], today: date) -> Finding:
    return InForce(waivers, today).applied_to(finding)


WAIVER = Waiver(RULE, "owner@example.org", "pilot", TODAY, user="ana", source="mappings/waivers.yaml:3")


def test_a_waiver_names_its_owner_reason_last_day_and_place():
    assert waived(ANA, [WAIVER], TODAY).waiver == Waived(
        "owner@example.org", "pilot", "2026-11-20", "mappings/waivers.yaml:3"
    )


def test_a_waived_finding_keeps_everything_else():
    assert replace(waived(ANA, [WAIVER], TODAY), waiver=None) == ANA


def test_a_waiver_holds_on_its_last_day_and_no_longer():
    assert waived(ANA, [WAIVER], TODAY).waiver
    assert waived(ANA, [WAIVER], TODAY + timedelta(days=1)).waiver is None


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE])
def test_only_failing_findings_are_waived(verdict):
    assert waived(replace(ANA, verdict=verdict), [WAIVER], TODAY).waiver is None


def test_of_several_waivers_the_longest_holds():
    longer = replace(WAIVER, expires=date(2027, 1, 1), owner="other@example.org")
    assert waived(ANA, [longer, WAIVER], TODAY).waiver == waived(ANA, [WAIVER, longer], TODAY).waiver
    assert waived(ANA, [WAIVER, longer], TODAY).waiver.owner == "other@example.org"


GROUP = replace(ANA, subject=Subject(SubjectKind.GROUP, "Portal", directory="crowd_customers"), application="")
DIRECTORY = replace(ANA, subject=Subject(SubjectKind.DIRECTORY, "crowd_customers", directory="crowd_customers"))
PAIR = replace(ANA, subject=Subject(SubjectKind.DIRECTORY, "customers and agents", directory="crowd_customers"))
JIRA_S_OWN = replace(ANA, subject=Subject(SubjectKind.DIRECTORY, "Crowd", "jira.user_directories[Crowd]"))
PROJECT = replace(ANA, subject=Subject(SubjectKind.PROJECT, "HELP"), application="", mapping="")
APPLICATION = replace(ANA, subject=Subject(SubjectKind.APPLICATION, "jira"), application="", mapping="")


@pytest.mark.parametrize(
    ("finding", "names"),
    [
        (ANA, {"user": "ANA"}),
        (ANA, {"user": "ana", "directory": "Crowd-Customers", "application": "Jira-Software", "mapping": "Customers"}),
        (ANA, {"directory": "crowd_customers"}),
        (ANA, {"mapping": "customers"}),
        (ANA, {"application": "jira-software"}),
        (GROUP, {"group": "portal"}),
        (DIRECTORY, {"directory": "crowd-customers"}),
        (PAIR, {"directory": "crowd-customers"}),
        (JIRA_S_OWN, {"directory": "crowd"}),
        (APPLICATION, {"application": "JIRA"}),
        (PROJECT, {"project": "help"}),
    ],
)
def test_a_waiver_covers_what_it_names(finding, names):
    assert covers(Waiver(RULE, "owner@example.org", "pilot", TODAY, **names), finding)


@pytest.mark.parametrize(
    ("finding", "names"),
    [
        (ANA, {}),
        (ANA, {"user": "ana.other"}),
        (ANA, {"user": "an*"}),
        (replace(ANA, subject=replace(ANA.subject, name="ana-maria")), {"user": "ana_maria"}),
        (ANA, {"group": "ana"}),
        (ANA, {"user": "ana", "directory": "crowd-agents"}),
        (ANA, {"user": "ana", "application": "jira-servicedesk"}),
        (ANA, {"user": "ana", "mapping": "agents"}),
        (ANA, {"user": "ana", "group": "portal"}),
        (GROUP, {"user": "Portal"}),
        (GROUP, {"group": "staff"}),
        (DIRECTORY, {"directory": "crowd"}),
        (JIRA_S_OWN, {"directory": "crowd-customers"}),
        (APPLICATION, {"application": "wiki"}),
        (APPLICATION, {"user": "jira"}),
        (replace(DIRECTORY, application=""), {"application": "crowd_customers"}),
        (PROJECT, {"project": "HR"}),
        (PROJECT, {"directory": "crowd-customers"}),
        (PROJECT, {"mapping": "customers"}),
        (ANA, {"project": "ana"}),
    ],
)
def test_a_waiver_covers_nothing_else(finding, names):
    assert not covers(Waiver(RULE, "owner@example.org", "pilot", TODAY, **names), finding)


def test_a_waiver_is_for_one_rule():
    assert not covers(replace(WAIVER, rule="audiences-share-a-directory"), ANA)


@pytest.mark.parametrize(
    ("finding", "names"),
    [
        (ANA, {"user": "Ana"}),
        (GROUP, {"user": "ana"}),
        (DIRECTORY, {"user": "ana", "group": "portal", "project": "HELP"}),
        (PROJECT, {"user": "ana", "directory": "crowd-customers", "application": "jira", "mapping": "customers"}),
    ],
)
def test_a_waiver_may_concern_whatever_is_wider_than_what_it_names(finding, names):
    assert may_concern(Waiver(RULE, "owner@example.org", "pilot", TODAY, **names), finding)


@pytest.mark.parametrize(
    ("finding", "names"),
    [
        (ANA, {"user": "ben"}),
        (GROUP, {"group": "staff"}),
        (DIRECTORY, {"user": "ana", "directory": "crowd-agents"}),
        (DIRECTORY, {"user": "ana", "mapping": "agents"}),
        (DIRECTORY, {"user": "ana", "application": "jira-core"}),
    ],
)
def test_a_waiver_does_not_concern_what_differs_in_anything_it_names(finding, names):
    assert not may_concern(Waiver(RULE, "owner@example.org", "pilot", TODAY, **names), finding)


def test_a_waiver_does_not_concern_another_rule():
    assert not may_concern(replace(WAIVER, rule="audiences-share-a-directory"), ANA)


def test_a_waiver_is_the_same_wherever_it_stands_and_another_one_once_renewed():
    moved, renewed = replace(WAIVER, source="mappings/customers.yaml:9"), replace(WAIVER, expires=date(2027, 1, 1))
    recased = replace(WAIVER, user="ANA", owner="other@example.org")
    assert each_once([WAIVER, renewed, moved, recased]) == [(WAIVER, moved, recased), (renewed,)]


def test_a_waiver_is_described_by_everything_it_names():
    assert described(replace(WAIVER, mapping="customers")) == f"{RULE} for user 'ana', mapping 'customers'"
    assert described(replace(WAIVER, user="")) == RULE


def test_a_waiver_of_more_than_a_year_holds_only_from_a_year_before_its_last_day():
    longest, too_long = replace(WAIVER, expires=date(2027, 11, 21)), replace(WAIVER, expires=date(2027, 11, 22))
    assert waived(ANA, [longest], TODAY).waiver
    assert waived(ANA, [too_long], TODAY).waiver is None
    assert waived(ANA, [too_long], TODAY + timedelta(days=1)).waiver
    assert latest(date.max - timedelta(days=3)) == date.max


def test_the_id_of_a_finding_covers_it_and_no_other_whatever_the_names_say():
    by_id = Waiver(RULE, "owner@example.org", "pilot", TODAY, user="ana", finding=ANA.id)
    renamed = replace(ANA, subject=replace(ANA.subject, name="ana.married"))
    took_over_the_name = replace(ANA, subject=replace(ANA.subject, id="id-another"))
    assert [covers(by_id, one) for one in (ANA, renamed, took_over_the_name)] == [True, True, False]
    assert [misnames(by_id, one) for one in (ANA, renamed)] == [False, True]
    assert not covers(replace(by_id, rule="masked-seat"), ANA)
    assert not misnames(WAIVER, renamed), "without an id the names themselves decide"
    assert not covers(by_id, replace(ANA, verdict=Verdict.UNKNOWN))


def test_one_of_two_mechanisms_can_be_accepted_alone():
    login, creation = replace(GROUP, mechanism=Mechanism.CROWD_APPLICATION), replace(GROUP, mechanism=Mechanism.MAPPING)
    one = Waiver(RULE, "owner@example.org", "pilot", TODAY, group="portal", mechanism=Mechanism.MAPPING)
    assert [covers(one, found) for found in (login, creation, GROUP)] == [False, True, False]
    alone = replace(one, group="")
    assert not covers(alone, creation), "a mechanism names nothing by itself"
    assert may_concern(alone, GROUP)
    assert not may_concern(alone, login)


def test_an_id_may_concern_what_has_become_undecided_under_another_name():
    by_id = Waiver(RULE, "owner@example.org", "pilot", TODAY, user="ana", finding=ANA.id)
    undecided = replace(ANA, verdict=Verdict.UNKNOWN, subject=replace(ANA.subject, name="ana.married"))
    assert may_concern(by_id, undecided)
    assert list(Answered([undecided], [by_id]).undecided_around(by_id)) == [undecided]


def test_waivers_are_told_apart_by_finding_and_mechanism():
    by_id = replace(WAIVER, finding=ANA.id)
    by_mechanism = replace(WAIVER, mechanism=Mechanism.MAPPING)
    assert len(each_once([WAIVER, by_id, by_mechanism])) == 3
    assert described(by_id) == f"{RULE} for user 'ana', finding '{ANA.id}'"
    assert described(by_mechanism) == f"{RULE} for user 'ana', mechanism 'mapping'"


EVERY = [ANA, GROUP, DIRECTORY, JIRA_S_OWN, PROJECT, APPLICATION, replace(ANA, rule="masked-seat")]
NAMES = [
    {"user": "Ana"}, {"group": "portal"}, {"directory": "crowd-customers"}, {"directory": "crowd"}, {"project": "help"},
    {"application": "jira"}, {"application": "jira-software"}, {"mapping": "Customers"}, {"finding": ANA.id}, {},
    {"user": "ana", "application": "jira-core"}, {"user": "x", "finding": GROUP.id},
    {"user": "ana", "mapping": "customers"},
]  # fmt: skip


def test_the_index_finds_what_comparing_each_with_each_finds():
    waivers = [Waiver(RULE, "owner@example.org", "pilot", TODAY, **names) for names in NAMES]
    answered = Answered(EVERY, waivers)
    undecided = Answered([replace(one, verdict=Verdict.UNKNOWN) for one in EVERY], waivers)
    for waiver in waivers:
        covered = [one for one in EVERY if covers(waiver, one)]
        assert answered.covered_by(waiver) == covered
        assert [one for one in EVERY if InForce([waiver], TODAY).applied_to(one).waiver] == covered
        concerned = {one.id for one in EVERY if may_concern(waiver, one)}
        assert {one.id for one in undecided.undecided_around(waiver)} == concerned
    assert answered.rules == {RULE, "masked-seat"}
    assert not list(answered.undecided_around(waivers[0]))


def test_ten_thousand_waivers_find_ten_thousand_findings_at_once():
    people = [Subject(SubjectKind.USER, f"user{number}", f"id{number}", "crowd_customers") for number in range(10_000)]
    findings = [replace(ANA, subject=person) for person in people]
    waivers = [replace(WAIVER, user=person.name) for person in people]
    began = time.monotonic()
    in_force, answered = InForce(waivers, TODAY), Answered(findings, waivers)
    assert all(in_force.applied_to(finding).waiver for finding in findings)
    assert all(len(answered.covered_by(waiver)) == 1 for waiver in waivers)
    assert time.monotonic() - began < 20, "comparing each with each takes minutes"


def test_a_renamed_subject_is_told_while_its_waiver_goes_on_covering_it():
    by_id = replace(WAIVER, finding=ANA.id, source="mappings/waivers.yaml:3")
    told = Estate(today=TODAY, waivers=(by_id,), answers=(replace(ANA, subject=replace(ANA.subject, name="anna")),))
    (finding,) = WaiverUnused().audit(told)
    assert finding.verdict is Verdict.FAIL
    assert finding.message.endswith("covers the finding of that id, which is about user 'anna' by now.")
    assert finding.remedy == "See whether that is who was meant, and correct the names in mappings/waivers.yaml:3."


def test_an_expired_waiver_counts_the_others_that_are_open_again_only_where_there_are_any():
    told = Estate(waivers=(WAIVER,), today=TODAY + timedelta(days=1), answers=(ANA,))
    (one,) = WaiverExpired().audit(told)
    assert one.message.endswith("What it covered is open again: ana takes a seat.")
    other = replace(ANA, application="jira-core", message="ana takes another one.")
    (both,) = WaiverExpired().audit(replace(told, answers=(ANA, other)))
    assert both.message.endswith("What it covered is open again: ana takes a seat. And 1 finding more.")


def test_what_is_undecided_without_a_named_fact_is_told_by_its_rule():
    undecided = replace(ANA, verdict=Verdict.UNKNOWN, message="Nobody knows.", remedy="Ask somebody.")
    (finding,) = WaiverUnused().audit(Estate(waivers=(WAIVER,), today=TODAY, answers=(undecided,)))
    assert (finding.verdict, finding.missing, finding.remedy) == (Verdict.UNKNOWN, (RULE,), "Ask somebody.")
