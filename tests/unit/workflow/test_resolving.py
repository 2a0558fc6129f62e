"""A failure counts as resolved only where whatever it was about was looked at and could be decided."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dirsync.audit.rules import RULES
from dirsync.model.entries import Quarantined
from dirsync.model.estate import Audience, Estate, Population
from dirsync.model.facts import observed
from dirsync.model.facts import unknown as unknown_fact
from dirsync.model.findings import Finding, Mechanism, OpenFinding, Severity, Subject, SubjectKind, Verdict
from dirsync.model.memory import MemorySpool
from dirsync.model.products import ServiceProject
from dirsync.model.run import DirectoryRead
from dirsync.model.snapshot import Completeness, Counts
from dirsync.workflow.resolving import EACH_BY_ITSELF, Judged, judged

HOLDS = "customer-holds-application-access"
ANA = Subject(SubjectKind.USER, "ana", "id-ana", "portal")
STOOD = OpenFinding("2026-11-19", HOLDS, subject=ANA, application="jira-software")
OLD = OpenFinding("2026-11-19", HOLDS)
RESTS_ON = {"portal": {"portal", "corp"}, "staff": {"staff", "people"}}


def unknown(subject: Subject, rule: str = HOLDS, **fields: object) -> Finding:
    return replace(Finding(rule, Verdict.UNKNOWN, Severity.HIGH, subject, "Nobody can say."), **fields)


def is_gone(before: OpenFinding, *undecided: Finding, left_out: frozenset[str] = frozenset()) -> bool:
    return Judged(is_whole=True, left_out=left_out, rests_on=RESTS_ON, undecided=undecided).is_gone(before)


def test_everything_decided_is_gone_and_nothing_is_from_an_incomplete_read():
    for before in (STOOD, OLD, replace(OLD, rule="")):
        assert is_gone(before)
        assert not Judged(rests_on=RESTS_ON).is_gone(before)


PORTAL = Subject(SubjectKind.DIRECTORY, "portal", directory="portal")


@pytest.mark.parametrize(
    "around",
    [
        unknown(ANA),
        unknown(replace(ANA, name="ana.married")),
        unknown(replace(ANA, id="another", name="ANA")),
        unknown(PORTAL),
        unknown(PORTAL, application="jira-software"),
        unknown(Subject(SubjectKind.ESTATE, "estate")),
        unknown(Subject(SubjectKind.APPLICATION, "jira-software"), application="jira-software"),
        unknown(Subject(SubjectKind.GROUP, "crossing", "id-g", "portal")),
    ],
)
def test_what_may_be_behind_an_undecided_answer_stays_open(around):
    assert not is_gone(STOOD, around)


def test_two_names_without_ids_are_two_people():
    nameless = replace(STOOD, subject=replace(ANA, id=""))
    assert is_gone(nameless, unknown(Subject(SubjectKind.USER, "ben", "", "")))
    assert not is_gone(nameless, unknown(Subject(SubjectKind.USER, "Ana", "", "")))


@pytest.mark.parametrize(
    "around",
    [
        unknown(Subject(SubjectKind.USER, "ben", "id-ben", "portal")),
        unknown(Subject(SubjectKind.DIRECTORY, "staff", directory="staff")),
        unknown(Subject(SubjectKind.ESTATE, "estate"), application="jira-core"),
        unknown(ANA, rule="masked-seat"),
    ],
)
def test_what_is_surely_another_question_keeps_nothing_open(around):
    assert is_gone(STOOD, around)


def test_mechanisms_are_questions_of_their_own():
    before = replace(STOOD, rule="customer-default-group-grants-application-access", mechanism=Mechanism.MAPPING)
    around = unknown(PORTAL, rule=before.rule, mechanism=Mechanism.CROWD_DIRECTORY)
    assert is_gone(before, around)
    assert not is_gone(before, replace(around, mechanism=Mechanism.MAPPING))
    assert not is_gone(replace(before, mechanism=None), around)


def test_of_a_rule_that_compares_directories_one_undecided_answer_keeps_all_open():
    before = replace(STOOD, rule="masked-seat")
    elsewhere = unknown(Subject(SubjectKind.USER, "ben", "id-ben", "staff"), rule="masked-seat")
    assert not is_gone(before, elsewhere)
    assert is_gone(before, unknown(ANA))


def test_what_an_older_dirsync_kept_is_gone_only_when_all_is_decided():
    other = unknown(Subject(SubjectKind.USER, "ben", "id-ben", "staff"))
    assert not is_gone(OLD, other)
    assert is_gone(OLD, replace(other, rule="masked-seat"))
    assert not is_gone(replace(OLD, rule=""), replace(other, rule="masked-seat"))


def test_entries_that_were_left_out_keep_open_what_rests_on_their_directory():
    assert is_gone(STOOD, left_out=frozenset({"staff"}))
    assert not is_gone(STOOD, left_out=frozenset({"portal"}))
    assert not is_gone(STOOD, left_out=frozenset({"corp"})), "the source says whose account it is"
    assert not is_gone(OLD, left_out=frozenset({"staff"}))
    assert not is_gone(replace(STOOD, rule="masked-seat"), left_out=frozenset({"staff"}))
    assert not is_gone(replace(STOOD, subject=replace(ANA, directory="gone")), left_out=frozenset({"staff"}))


def test_what_is_in_a_directory_that_nobody_reads_any_more_is_not_mended():
    for rule in (HOLDS, "masked-seat"):
        assert not is_gone(replace(STOOD, rule=rule, subject=replace(ANA, directory="given up")))
        assert is_gone(replace(STOOD, rule=rule, subject=replace(ANA, directory="")))
    assert not is_gone(replace(STOOD, subject=replace(ANA, directory="")), left_out=frozenset({"staff"}))


HELP = Subject(SubjectKind.PROJECT, "HELP", "HELP/service desk team/everybody")
ACTS = OpenFinding("2026-11-19", "customer-group-in-agent-role", subject=HELP)


def test_a_project_that_the_account_may_not_see_any_more_is_not_mended():
    def is_gone_beside(projects: frozenset[str] | None) -> bool:
        return Judged(is_whole=True, projects_seen=projects).is_gone(ACTS)

    assert not is_gone_beside(frozenset({"IT"}))
    assert is_gone_beside(frozenset({"IT", "HELP"}))
    assert is_gone_beside(None), "a list of all of them leaves nobody unseen"
    assert Judged(is_whole=True, projects_seen=frozenset()).is_gone(replace(STOOD, subject=replace(ANA, directory="")))


@pytest.mark.parametrize(
    ("route", "seen"), [("jira-rest", frozenset({"HELP"})), ("jira-database", None), ("declared", None)]
)
def test_only_rest_lists_service_projects_in_part(route, seen):
    name = "jira.service_projects"
    fact = replace(observed(name, (ServiceProject("HELP"),), "somewhere", "2026-11-19"), route=route)
    assert judged(Estate({}, (), {name: fact}), [], []).projects_seen == seen
    lacking = replace(unknown_fact(name, "nobody says"), route=route)
    assert judged(Estate({}, (), {name: lacking}), [], []).projects_seen is None


def read(name: str, *, is_complete: bool = True, quarantined: bool = False) -> DirectoryRead:
    left_out = (Quarantined("x", "it has no id"),) if quarantined else ()
    return DirectoryRead(name, "ldap", Completeness(is_complete=is_complete), Counts(0, 0, 0), left_out)


def test_an_audit_tells_what_it_saw():
    people = Population("customers", Audience.CUSTOMERS, "corp", "portal")
    snapshots = {name: MemorySpool(name).finish(Completeness(is_complete=True)) for name in ("corp", "portal", "held")}
    estate = Estate(snapshots, (people,), parts={"portal": (snapshots["portal"], snapshots["held"])})
    findings = [unknown(ANA), replace(unknown(ANA), verdict=Verdict.FAIL)]
    told = judged(estate, [read("corp", quarantined=True), read("portal")], findings)
    assert told == Judged(
        is_whole=True,
        left_out=frozenset({"corp"}),
        rests_on={"corp": {"corp"}, "held": {"held"}, "portal": {"portal", "corp", "held"}},
        undecided=(findings[0],),
    )
    assert not judged(estate, [read("corp", is_complete=False)], findings).is_whole
    assert not judged(replace(estate, is_partial=True), [read("corp")], findings).is_whole


def test_the_rules_that_judge_each_by_itself_are_in_the_catalogue():
    assert {rule.id for rule in RULES} >= EACH_BY_ITSELF
