"""Findings keep their id, facts keep their provenance."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dirsync.model.facts import Evidence, MissingFact, declared, observed, unknown
from dirsync.model.findings import Confidence, Finding, Mechanism, Severity, Subject, SubjectKind, Verdict, Waived

ANA = Subject(SubjectKind.USER, "ana", "u-1", "crowd_customers")
FINDING = Finding(
    "customer-holds-application-access",
    Verdict.FAIL,
    Severity.CRITICAL,
    ANA,
    "ana holds a seat",
    mapping="customers",
    application="jira-software",
    mechanism=Mechanism.MAPPING,
)
GROUP = replace(FINDING, subject=Subject(SubjectKind.GROUP, "portal", "g-1", "crowd_customers"))


def test_the_id_of_a_finding_is_what_it_always_was():
    assert FINDING.id == "2c9d8a5a724a14ac"
    assert replace(FINDING, subject=Subject(SubjectKind.ESTATE, "estate"), mapping="", mechanism=None).id != FINDING.id


@pytest.mark.parametrize(
    "other",
    [
        replace(FINDING, subject=replace(ANA, name="anna")),
        replace(FINDING, message="said otherwise", severity=Severity.LOW, verdict=Verdict.PASS),
        replace(FINDING, path=("ana", "jira-software"), evidence=(Evidence("a", "b", "c"),), is_new=True),
        replace(FINDING, mapping="another mapping that shows the same person"),
    ],
)
def test_a_rename_or_new_words_keep_the_id(other: Finding):
    assert other.id == FINDING.id


@pytest.mark.parametrize(
    "other",
    [
        replace(FINDING, rule="another"),
        replace(FINDING, subject=replace(ANA, id="u-2")),
        replace(FINDING, subject=replace(ANA, id="", name="ana")),
        replace(FINDING, subject=replace(ANA, directory="crowd_agents")),
        replace(FINDING, subject=replace(ANA, kind=SubjectKind.GROUP)),
        replace(FINDING, application="jira-core"),
        replace(FINDING, mechanism=Mechanism.CROWD_DIRECTORY),
        replace(FINDING, mechanism=None),
        replace(FINDING, application="jira-softwaremapping", mechanism=None),
        GROUP,
        replace(GROUP, mapping="agents"),
    ],
)
def test_another_question_or_subject_has_another_id(other: Finding):
    assert other.id != FINDING.id


def test_half_a_character_in_a_name_is_no_reason_to_have_no_id():
    odd = replace(FINDING, subject=replace(FINDING.subject, id="", name="half \ud83d a smile"))
    assert len(odd.id) == len(FINDING.id)


def test_of_a_group_each_mapping_has_a_finding_of_its_own():
    assert GROUP.id != replace(GROUP, mapping="agents").id


def test_one_declared_fact_makes_the_verdict_declared_and_all_facts_become_evidence():
    seen = observed("jira.version", "9.12", "GET https://jira.example.org/rest", "t1")
    told = declared("jira.applications", ("b", "a"), "estate.yaml:3", "t2")
    proved = FINDING.resting_on(seen)
    assert proved.confidence is Confidence.PROVED
    both = proved.resting_on(told, evidence=[Evidence("s", "t", "v")])
    assert both.confidence is Confidence.DECLARED
    assert both.resting_on(seen).confidence is Confidence.DECLARED, "what rests on a word never gets proved again"
    assert both.evidence == (
        Evidence("GET https://jira.example.org/rest", "t1", "jira.version = 9.12"),
        Evidence("estate.yaml:3", "t2", "jira.applications = [a, b]"),
        Evidence("s", "t", "v"),
    )
    assert seen.evidence("shown otherwise").value == "shown otherwise"


def test_a_waived_failure_is_no_open_one():
    assert FINDING.is_open_failure
    assert not replace(FINDING, waiver=Waived("o", "why", "2027-01-31", "f:1")).is_open_failure
    assert not replace(FINDING, verdict=Verdict.UNKNOWN).is_open_failure


def test_severities_rank_from_info_to_critical():
    assert [one.rank for one in (Severity.INFO, Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)] == [
        0, 1, 2, 3, 4,
    ]  # fmt: skip


def test_a_missing_fact_says_why():
    fact = unknown("jira.version", "nobody told", "Ask.")
    with pytest.raises(MissingFact, match="nobody told") as caught:
        raise MissingFact(fact)
    assert caught.value.fact is fact


def test_a_proven_fact_beside_a_declared_one_proves_nothing_more():
    seen, told = observed("a", 1, "GET a", "t1"), declared("b", 2, "estate.yaml:3", "t2")
    assert FINDING.resting_on(seen, told).confidence is Confidence.DECLARED
    assert FINDING.resting_on(told, seen).confidence is Confidence.DECLARED


@pytest.mark.parametrize("value", [("b", "a", 1), ["b", "a", 1], {"b", "a", 1}, frozenset({"b", "a", 1})])
def test_several_values_are_shown_in_one_order_whatever_holds_them(value: object):
    assert observed("the.fact", value, "GET …", "now").evidence().value == "the.fact = [1, a, b]"
