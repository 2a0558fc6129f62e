"""The events for a SIEM: what the schema requires is there, and a finding is the same one every night."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.reports.runs import (
    CHANGES,
    PLAN,
    SHARED,
    UNDECIDED_SIGNUP,
    WAIVED,
    a_run,
    audited,
    holding,
    outcomes,
)
from unit.reports.test_schema import FULL, RUNS

from dirsync.model.findings import Confidence, Severity, Verdict
from dirsync.model.plans import Op, Outcome, Result
from dirsync.model.run import Run
from dirsync.reports.document import document
from dirsync.reports.ocsf import OcsfReport
from dirsync.reports.pseudonyms import Pseudonyms
from dirsync.reports.redacted import redacted

# https://schema.ocsf.io/1.8.0/classes/compliance_finding, /account_change and /group_management, with those of the
# objects in them; `standards` and `vendor_name` are what 1.0 to 1.2 required beyond that
REQUIRED_OF_ALL = (
    "category_uid",
    "class_uid",
    "activity_id",
    "type_uid",
    "time",
    "severity_id",
    "metadata.version",
    "metadata.product.name",
    "metadata.product.vendor_name",
)
REQUIRED = {
    2003: ("finding_info.uid", "finding_info.title", "compliance.standards", "compliance.control"),
    3001: ("user.name",),
    3006: ("group.name",),
}
# number to the caption the schema gives it; None where dirsync says its own word, or none
ACTIVITIES = {
    2003: {1: None, 2: None, 3: None},
    3001: {1: "Create", 2: "Enable", 5: "Disable", 6: "Delete", 99: None},
    3006: {
        3: "Add User",
        4: "Remove User",
        5: "Delete",
        6: "Create",
        7: "Add Subgroup",
        8: "Remove Subgroup",
        99: None,
    },
}
SEVERITIES = {1: "Informational", 2: "Low", 3: "Medium", 4: "High", 5: "Critical"}
FINISHED = 1_795_313_721_000  # 2026-11-22T02:15:21Z


def events(run: Run) -> list[dict]:
    return [json.loads(line) for line in OcsfReport().render(document(run)).splitlines()]


def at(event: dict, path: str):
    for part in path.split("."):
        event = event[part]
    return event


def only(finding, **changes) -> dict:
    (event,) = events(audited(findings=(replace(finding, **changes),), rules=a_run().audit.rules))[:1]
    return event


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS.keys())
def test_every_event_has_what_the_schema_requires(run):
    for event in events(run):
        of_class = event["class_uid"]
        for path in (*REQUIRED_OF_ALL, *REQUIRED[of_class]):
            assert at(event, path) not in ("", None, [], {}), path
        assert event["category_uid"] == of_class // 1000
        assert event["type_uid"] == of_class * 100 + event["activity_id"]
        assert event["activity_id"] in ACTIVITIES[of_class]
        named = ACTIVITIES[of_class][event["activity_id"]]
        assert named is None or event["activity_name"] == named
        assert event["activity_id"] != 99 or event["activity_name"]
        assert SEVERITIES[event["severity_id"]] == event["severity"]
        assert event["metadata"]["version"] == "1.8.0"
        assert event["metadata"]["correlation_uid"] == run.id


def test_a_failing_finding_tells_all_of_it():
    finding = holding("ana", is_new=True)

    assert only(finding) == {
        "category_uid": 2,
        "class_uid": 2003,
        "activity_id": 1,
        "type_uid": 200301,
        "time": FINISHED,
        "severity_id": 5,
        "severity": "Critical",
        "confidence_id": 3,
        "confidence": "High",
        "status_id": 1,
        "message": "Customer ana occupies a seat of Jira Software.",
        "metadata": {
            "version": "1.8.0",
            "event_code": "customer-holds-application-access",
            "uid": f"20261122T021501Z-7f3a:{finding.id}",
            "correlation_uid": "20261122T021501Z-7f3a",
            "product": {"name": "dirsync", "vendor_name": "dirsync", "version": "0.1.0"},
        },
        "finding_info": {
            "uid": finding.id,
            "title": "A customer occupies a paid seat",
            "first_seen_time": 1_795_140_904_000,
            "last_seen_time": FINISHED,
        },
        "compliance": {
            "control": "customer-holds-application-access",
            "standards": ["dirsync"],
            "status_id": 3,
            "status": "Fail",
            "status_details": ["ana > portal > jira-users > jira-software"],
        },
        "resources": [{"type": "user", "name": "ana", "uid": "32770:ana", "namespace": "crowd-customers"}],
        "remediation": {
            "desc": "Take the group portal out of jira-users, or give customers a group that opens nothing."
        },
        "unmapped": {
            "mapping": "customers",
            "application": "jira-software",
            "count": 1,
            "evidence": [f"{seen.source}: {seen.value}" for seen in finding.evidence],
        },
    }


def test_a_finding_that_was_there_before_is_updated_under_the_same_id():
    first, again = only(holding("ana", is_new=True)), only(holding("ana", message="Other words."))

    assert (first["activity_id"], again["activity_id"]) == (1, 2)
    assert first["finding_info"]["uid"] == again["finding_info"]["uid"]


@pytest.mark.parametrize(
    ("finding", "result", "lifecycle", "severity"),
    [
        (holding("ana", severity=Severity.LOW), (3, "Fail"), 1, 2),
        (WAIVED, (3, "Fail"), 3, 5),
        (UNDECIDED_SIGNUP, (2, "Warning"), 1, 5),
        (replace(SHARED, severity=Severity.CRITICAL), (1, "Pass"), None, 1),
        (holding("ana", verdict=Verdict.NOT_APPLICABLE), (99, "Not applicable"), None, 1),
    ],
)
def test_each_verdict_has_its_result_and_its_place_in_the_life_of_a_finding(finding, result, lifecycle, severity):
    event = only(finding)

    assert (event["compliance"]["status_id"], event["compliance"]["status"]) == result
    assert event.get("status_id") == lifecycle
    assert event["severity_id"] == severity


def test_what_would_decide_an_undecided_one_stands_with_it():
    assert only(UNDECIDED_SIGNUP)["compliance"]["status_details"] == list(UNDECIDED_SIGNUP.missing)
    assert only(replace(UNDECIDED_SIGNUP, path=("a", "b")))["compliance"]["status_details"] == [
        "a > b",
        *UNDECIDED_SIGNUP.missing,
    ]


def test_who_accepted_a_finding_stands_with_it():
    assert only(WAIVED)["unmapped"]["waiver"]["owner"] == "maria.koch@example.org"


def test_what_was_declared_is_less_sure():
    event = only(holding("ana", confidence=Confidence.DECLARED))

    assert (event["confidence_id"], event["confidence"]) == (2, "Medium")


def test_a_finding_without_a_rule_in_the_run_is_titled_by_its_id():
    (event,) = events(audited(findings=(holding("ana"),), rules=()))[:1]

    assert event["finding_info"]["title"] == "customer-holds-application-access"


def test_a_finding_that_is_gone_is_closed_whether_or_not_the_run_has_another_answer():
    passed = replace(SHARED, confidence=Confidence.PROVED)
    told = events(replace(audited(findings=(passed,)), resolved=("f" * 16, passed.id)))

    assert [event["activity_id"] for event in told] == [3, 3]
    assert [event["status_id"] for event in told] == [4, 4]
    assert [event["finding_info"]["uid"] for event in told] == [passed.id, "f" * 16]
    assert told[0]["compliance"]["status"] == "Pass"
    assert told[1]["compliance"]["status_id"] == 0


def test_a_finding_that_is_gone_is_closed_under_the_control_it_was_opened_with():
    run = replace(FULL, audit=replace(FULL.audit, findings=()), outcomes=())
    known, older = events(run)

    assert (known["activity_id"], known["status_id"], known["severity_id"]) == (3, 4, 1)
    assert known["compliance"]["control"] == known["metadata"]["event_code"] == "masked-seat"
    assert known["message"] == "Finding masked-seat about user zoe of an earlier run is gone."
    assert known["finding_info"] == {
        "uid": "0123456789abcdef",
        "title": "masked-seat",
        "first_seen_time": 1_793_499_300_000,
    }
    assert known["resources"] == only(holding("zoe"))["resources"]
    assert known["unmapped"] == {"mapping": "customers", "application": "jira-software", "mechanism": "mapping"}
    assert older["compliance"]["control"] == older["metadata"]["event_code"] == "resolved"
    assert older["message"] == "Finding fedcba9876543210 of an earlier run is gone."
    assert "resources" not in older
    outside = OcsfReport().render(redacted(document(run), Pseudonyms(b"k" * 32)))
    assert {json.loads(line)["compliance"]["control"] for line in outside.splitlines()} == {"masked-seat", "resolved"}
    assert b"zoe" not in outside
    assert b"0123456789abcdef" not in outside
    titled = next(rule for rule in document(run)["rules"])
    run = replace(
        run, resolved_were={"0123456789abcdef": replace(run.resolved_were["0123456789abcdef"], rule=titled["rule"])}
    )
    assert events(run)[0]["finding_info"]["title"] == titled["title"] != titled["rule"]


def test_only_what_was_tried_is_an_event():
    results = (Result.DONE, Result.FAILED, Result.REFUSED, Result.NOT_TRIED, Result.ALREADY_SO, Result.PLANNED)
    run = a_run(audit=replace(a_run().audit, findings=()), resolved=(), plan=PLAN, outcomes=outcomes(*results))

    told = events(run)

    assert [event["metadata"]["uid"].partition(":")[2] for event in told] == [change.id for change in CHANGES[:3]]
    assert [event["status_id"] for event in told] == [1, 2, 2]
    assert [event["status"] for event in told] == ["Success", "Failure", "Failure"]
    assert [event.get("status_detail") for event in told] == [None, *["HTTP 403: not permitted"] * 2]
    assert {event["time"] for event in told} == {FINISHED - 14_000}


def test_an_outcome_of_no_change_of_the_plan_is_left_out():
    run = a_run(audit=replace(a_run().audit, findings=()), resolved=(), outcomes=(Outcome("gone", Result.DONE),))

    assert events(run) == []


def a_change(op: Op, **outcome: str) -> dict:
    change = replace(
        CHANGES[0],
        op=op,
        user="ana",
        user_id="",
        group="portal",
        group_id="",
        child_group="inner",
        reason="new in corp",
    )
    run = a_run(
        audit=replace(a_run().audit, findings=()),
        resolved=(),
        plan=replace(PLAN, changes=(change,)),
        outcomes=(Outcome(change.id, Result.DONE, **outcome),),
    )
    (event,) = events(run)
    return event


@pytest.mark.parametrize("op", Op)
def test_every_kind_of_change_has_a_class(op):
    event = a_change(op)

    assert event["class_uid"] == (3001 if op.endswith("_user") else 3006)
    assert event["activity_id"] in ACTIVITIES[event["class_uid"]]
    assert event["unmapped"]["op"] == op
    assert event["time"] == FINISHED
    assert event["severity_id"] == 1
    assert event["group"]["type"] == ("organization" if "organization" in op else "group")


def test_activities_are_those_the_schema_numbers():
    told = {op: a_change(op)["activity_id"] for op in Op}

    assert told == {
        Op.CREATE_USER: 1,
        Op.UPDATE_USER: 99,
        Op.RENAME_USER: 99,
        Op.DEACTIVATE_USER: 5,
        Op.REACTIVATE_USER: 2,
        Op.REMOVE_USER: 6,
        Op.CREATE_GROUP: 6,
        Op.UPDATE_GROUP: 99,
        Op.RENAME_GROUP: 99,
        Op.REMOVE_GROUP: 5,
        Op.ADD_MEMBER: 3,
        Op.REMOVE_MEMBER: 4,
        Op.ADD_CHILD_GROUP: 7,
        Op.REMOVE_CHILD_GROUP: 8,
        Op.CREATE_ORGANIZATION: 6,
        Op.LINK_ORGANIZATION: 99,
        Op.ADD_TO_ORGANIZATION: 3,
        Op.REMOVE_FROM_ORGANIZATION: 4,
        Op.UNLINK_ORGANIZATION: 99,
        Op.REMOVE_ORGANIZATION: 5,
    }


def test_a_change_of_a_group_names_no_user_and_one_of_a_user_no_group():
    told = events(
        a_run(
            audit=replace(a_run().audit, findings=()),
            resolved=(),
            plan=replace(PLAN, changes=(CHANGES[0], replace(CHANGES[-2], user=""))),
            outcomes=(Outcome(CHANGES[0].id, Result.DONE), Outcome(replace(CHANGES[-2], user="").id, Result.DONE)),
        )
    )

    assert ["user" in event for event in told] == [True, False]
    assert ["group" in event for event in told] == [False, True]


def test_what_a_target_made_is_named_by_the_id_it_gave():
    assert a_change(Op.CREATE_USER, target_id="32770:1")["user"]["uid"] == "32770:1"
    assert a_change(Op.CREATE_GROUP, target_id="g1")["group"]["uid"] == "g1"
    assert a_change(Op.CREATE_ORGANIZATION, target_id="7")["group"]["uid"] == "7"
    assert "uid" not in a_change(Op.ADD_MEMBER, target_id="x")["user"]
    assert "uid" not in a_change(Op.ADD_MEMBER, target_id="x")["group"]


def test_a_change_says_who_and_where():
    event = a_change(Op.ADD_CHILD_GROUP)

    assert event["message"] == "add child group ana > inner > portal on crowd-customers: done"
    assert event["subgroup"] == {"name": "inner"}
    assert event["user"] == {"name": "ana", "domain": "crowd-customers"}
    assert event["group"] == {"name": "portal", "type": "group", "domain": "crowd-customers"}
    assert event["unmapped"]["after"]["email"] == "ben@example.org"


def test_a_moment_without_an_offset_is_in_utc():
    assert only(holding("ana", first_seen="2026-11-20T02:15:04"))["finding_info"]["first_seen_time"] == 1795140904000
    assert "first_seen_time" not in only(holding("ana", first_seen=""))["finding_info"]


@given(st.text(min_size=1), st.text())
def test_any_name_stands_on_one_line_and_comes_back_as_it_was(name, directory):
    content = OcsfReport().render(document(audited(findings=(holding(name, directory=directory),))))

    assert content.isascii()
    assert content.count(b"\n") == 2  # the finding, and the resolved one of the run
    assert json.loads(content.splitlines()[0])["resources"][0]["name"] == name


def test_half_a_character_is_written_out():
    content = OcsfReport().render(document(audited(findings=(holding("a\udcff"),))))

    assert json.loads(content.splitlines()[0])["resources"][0]["name"] == "a\\udcff"


def test_a_full_run_keeps_its_events(snapshot):
    assert OcsfReport().render(document(FULL)).decode() == snapshot
