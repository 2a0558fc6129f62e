import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from unit.plan.fakes import NOW
from unit.plan.stories import CROWD

from dirsync.errors import ExitCode, PlanRefused
from dirsync.model.plans import Adoption, Change, Op, Plan
from dirsync.plan.saved import CLOCKS_DIFFER, VALID_FOR, differences, read_saved, saved_form

ANA = Change(
    Op.CREATE_USER, CROWD, "customers", "ana", after={"username": "ana", "email": "ana@example.org"},
    reason="ana is in corp", source_id="id-1",
)  # fmt: skip
BOB = Change(Op.DEACTIVATE_USER, CROWD, "customers", "bob", "key-2", before={"active": True}, after={"active": False})
MEMBER = Change(Op.ADD_MEMBER, CROWD, "customers", "ana", group="portal-\u00fcsers \u202e", source_id="id-1")
OLD = Adoption(CROWD, "customers", "old", "key-3", "id-3")
PLAN = Plan((ANA, MEMBER, BOB), base={"corp": "cursor-1"}, adopted=(OLD,))
SAVED = saved_form(PLAN, "policy-digest", NOW)


def altered(alter: Callable[[dict[str, Any]], None]) -> bytes:
    data = json.loads(SAVED)
    alter(data)
    return json.dumps(data).encode()


def test_what_was_saved_is_read_back_change_by_change() -> None:
    saved = read_saved(SAVED, "plan.json", NOW)
    assert saved.changes == PLAN.changes
    assert saved.adopted == (OLD,)
    assert (saved.digest, saved.mappings_digest) == (PLAN.digest, "policy-digest")
    assert differences(saved, PLAN) == []


def test_a_plan_of_nothing_can_be_saved_and_read() -> None:
    assert read_saved(saved_form(Plan(), "", NOW), "plan.json", NOW).changes == ()


def test_equal_plans_make_equal_files() -> None:
    assert (
        saved_form(Plan((ANA, MEMBER, BOB), base={"corp": "cursor-1"}, adopted=(OLD,)), "policy-digest", NOW) == SAVED
    )


def test_only_what_may_be_written_is_saved() -> None:
    elsewhere = replace(ANA, directory="crowd_agents")
    plan = Plan((ANA, elsewhere), unappliable={"crowd_agents": "not read whole"})
    assert read_saved(saved_form(plan, "", NOW), "plan.json", NOW).changes == (ANA,)


def test_a_plan_that_a_clock_ahead_of_ours_made_is_not_believed() -> None:
    assert read_saved(SAVED, "plan.json", NOW - CLOCKS_DIFFER).changes
    with pytest.raises(PlanRefused, match="in the future: the clock here says") as refused:
        read_saved(SAVED, "plan.json", NOW - CLOCKS_DIFFER * 1.01)
    assert "Set the clock of the machine that is wrong" in refused.value.remedy


@pytest.mark.parametrize(("later", "is_valid"), [(timedelta(0), True), (VALID_FOR, True), (VALID_FOR * 1.0001, False)])
def test_a_plan_expires(later: timedelta, *, is_valid: bool) -> None:
    if is_valid:
        read_saved(SAVED, "plan.json", NOW + later)
        return
    with pytest.raises(
        PlanRefused, match=r"plan\.json expired at 2026-11-21.*dirsync plan --out plan\.json"
    ) as refused:
        read_saved(SAVED, "plan.json", NOW + later)
    assert refused.value.exit_code == ExitCode.REFUSED


ALTERATIONS: dict[str, Callable[[dict[str, Any]], object]] = {
    "an address": lambda data: data["changes"][0]["after"].update(email="evil@example.org"),
    "a name": lambda data: data["changes"][1].update(group="jira-administrators"),
    "an op": lambda data: data["changes"][2].update(op="remove_user"),
    "a target": lambda data: data["changes"][0].update(directory="crowd_agents"),
    "an id": lambda data: data["changes"][0].update(id="0" * 16),
    "a reason": lambda data: data["changes"][0].update(reason="somebody said so"),
    "one change less": lambda data: data["changes"].pop(),
    "one change twice": lambda data: data["changes"].append(data["changes"][0]),
    "one more taken over": lambda data: data["adopted"].append(data["adopted"][0] | {"user_id": "key-4"}),
    "nobody taken over": lambda data: data["adopted"].clear(),
    "another order": lambda data: data["changes"].reverse(),
    "the digest": lambda data: data.update(digest="0" * 16),
    "the seal": lambda data: data.update(seal="0" * 64),
    "a later expiry": lambda data: data.update(expires_at="2036-01-01T00:00:00+00:00"),
    "other mappings": lambda data: data.update(mappings_digest="another"),
    "other evidence": lambda data: data["base"].update(corp="cursor-2"),
    "more than it knows": lambda data: data.update(comment="looks fine"),
}


@pytest.mark.parametrize("alteration", ALTERATIONS)
def test_an_altered_plan_is_refused(alteration: str) -> None:
    with pytest.raises(PlanRefused, match="was altered after it was made"):
        read_saved(altered(ALTERATIONS[alteration]), "plan.json", NOW)


NOT_PLANS: dict[str, bytes] = {
    "nothing": b"",
    "text": b"hello",
    "no utf-8": b"\xff\xfe\x00",
    "cut off": SAVED[: len(SAVED) // 2],
    "a list": b"[]",
    "a number": b"7",
    "an object": b"{}",
    "nested without end": b"[" * 200_000,
    "no changes": altered(lambda data: data.pop("changes")),
    "no seal": altered(lambda data: data.pop("seal")),
    "changes that are no list": altered(lambda data: data.update(changes=7)),
    "a change that is no object": altered(lambda data: data.update(changes=["create_user"])),
    "a change without an id": altered(lambda data: data["changes"][0].pop("id")),
    "a change without an op": altered(lambda data: data["changes"][0].pop("op")),
    "an op that is none": altered(lambda data: data["changes"][0].update(op="drop_table")),
    "a field that is none": altered(lambda data: data["changes"][0].update(shell="rm")),
    "attributes that are none": altered(lambda data: data["changes"][0].update(after=None)),
    "attributes that are text": altered(lambda data: data["changes"][0].update(before="abc")),
    "a time that is none": altered(lambda data: data.update(expires_at="tomorrow")),
    "a time without its zone": altered(lambda data: data.update(expires_at="2036-01-01T00:00:00")),
    "no time": altered(lambda data: data.update(expires_at=None)),
}


@pytest.mark.parametrize("content", NOT_PLANS)
def test_what_is_no_plan_file_is_refused_in_words(content: str) -> None:
    with pytest.raises(PlanRefused, match=r"plan\.json is not a plan file") as refused:
        read_saved(NOT_PLANS[content], "plan.json", NOW)
    assert "dirsync plan --out plan.json" in refused.value.remedy


def test_another_schema_is_named() -> None:
    with pytest.raises(PlanRefused, match=r"schema 'dirsync\.plan/2', not dirsync\.plan/1"):
        read_saved(altered(lambda data: data.update(schema="dirsync.plan/2")), "plan.json", NOW)


def test_differences_are_told_line_by_line() -> None:
    reviewed = read_saved(SAVED, "plan.json", NOW)
    today = Plan((replace(ANA, after={"username": "ana", "email": "new@example.org"}), MEMBER), adopted=(OLD,))
    assert differences(reviewed, today) == [
        (
            "- create_user ana in crowd_customers for mapping customers"
            " (email: '' -> 'ana@example.org', username: '' -> 'ana')"
        ),
        "- deactivate_user bob in crowd_customers for mapping customers (id key-2, active: True -> False)",
        (
            "+ create_user ana in crowd_customers for mapping customers"
            " (email: '' -> 'new@example.org', username: '' -> 'ana')"
        ),
    ]


def test_another_account_of_the_same_name_is_a_difference_that_can_be_seen() -> None:
    today = Plan((ANA, MEMBER, replace(BOB, user_id="key-9")), adopted=(OLD,))
    gone, new = differences(read_saved(SAVED, "plan.json", NOW), today)
    assert ("id key-2" in gone, "id key-9" in new) == (True, True)


def test_another_reason_or_cursor_is_no_difference() -> None:
    today = Plan((replace(ANA, reason="another night"), MEMBER, BOB), base={"corp": "cursor-2"}, adopted=(OLD,))
    assert differences(read_saved(SAVED, "plan.json", NOW), today) == []


def test_what_may_not_be_written_today_is_a_difference() -> None:
    today = replace(PLAN, unappliable={CROWD: "not read whole"})
    assert len(differences(read_saved(SAVED, "plan.json", NOW), today)) == 4


def test_another_order_is_a_difference() -> None:
    today = Plan((BOB, ANA, MEMBER), adopted=(OLD,))
    assert differences(read_saved(SAVED, "plan.json", NOW), today) == ["the same changes in another order"]


def test_somebody_else_taken_over_is_a_difference() -> None:
    today = replace(PLAN, adopted=(replace(OLD, user_id="key-9"),))
    assert differences(read_saved(SAVED, "plan.json", NOW), today) == [
        "- adopt old in crowd_customers for mapping customers (id key-3)",
        "+ adopt old in crowd_customers for mapping customers (id key-9)",
    ]
    assert differences(read_saved(SAVED, "plan.json", NOW), replace(PLAN, adopted=())) == [
        "- adopt old in crowd_customers for mapping customers (id key-3)"
    ]
