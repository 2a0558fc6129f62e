"""Which findings a waiver covers, and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from unit.audit.building import TODAY

from dirsync.audit.waivers import covers, described, each_once, may_concern, waived
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict, Waived
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
