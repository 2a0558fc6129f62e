"""Why a mapping's conditions leave somebody out: by which value, or through which groups."""

from __future__ import annotations

import pytest
from unit.workflow.test_explain_people import mapping_of, sighted

from dirsync.directories.sightings import Fit
from dirsync.mapping.checked import Mapping
from dirsync.mapping.source import GroupsTaken, PeopleMeant
from dirsync.model.conditions import GroupConditions
from dirsync.model.entries import Group, MemberKind, User
from dirsync.model.memory import MemorySpool
from dirsync.model.memory_snapshot import MemorySnapshot
from dirsync.model.snapshot import Completeness
from dirsync.workflow.explain.conditions import left_out
from dirsync.workflow.explain.finding import Found
from dirsync.workflow.explain.takings import takings

ANA = User("1", "ana", "ana", email="ana@example.org")
NESTED = (("team", "ana"), ("staff", "team"), ("all", "staff"), ("staff", "all"))


def snapshot(*members: tuple[str, str], selection: str = "customers") -> MemorySnapshot:
    spool = MemorySpool("corp", conditions={"customers": GroupConditions(exclude=("*",), is_nested=True)})
    spool.add_user(ANA, "customers")
    for name in ("team", "staff", "all"):
        spool.add_group(Group(name, name, name), selection)
    for group, ref in members:
        spool.add_member(group, ref, MemberKind.ANY)
    return spool.finish(Completeness(is_complete=True))


def mapping(include: dict[str, object] | None, exclude: dict[str, object] | None, *, is_nested: bool = True) -> Mapping:
    told = mapping_of(
        include=PeopleMeant.model_validate(include) if include else None,
        exclude=PeopleMeant.model_validate(exclude) if exclude else None,
    )
    source = told.content.source.model_copy(update={"groups": GroupsTaken(nested=is_nested)})
    return Mapping(told.content.model_copy(update={"source": source}), told.document)


@pytest.mark.parametrize(
    ("include", "exclude", "is_nested", "why"),
    [
        ([], ["staff"], True, "the mapping excludes members of 'staff', and ana is one: ana > team > staff"),
        ([], ["staff", "te*"], True, "the mapping excludes members of 'team', and ana is one: ana > team"),
        ([], ["a*"], True, "the mapping excludes members of 'all', and ana is one: ana > team > staff > all"),
        ([], ["staff"], False, ""),
        ([], ["other"], True, ""),
        (["staff"], [], True, ""),
        (["staff"], [], False, "the mapping includes only members of 'staff', and ana is in none of them"),
        (["x", "y"], [], True, "the mapping includes only members of 'x' or 'y', and ana is in none of them"),
        (["x"], ["team"], True, "the mapping excludes members of 'team', and ana is one: ana > team"),
    ],
)
def test_the_way_through_the_groups_is_told(include: list[str], exclude: list[str], why: str, *, is_nested: bool):
    told = mapping(
        {"groups": include} if include else None, {"groups": exclude} if exclude else None, is_nested=is_nested
    )
    assert left_out(Found("corp", ANA), told, snapshot(*NESTED)) == why


def test_only_groups_that_the_mapping_looks_at_count() -> None:
    told = mapping(None, {"groups": ["staff"]})
    assert left_out(Found("corp", ANA), told, snapshot(*NESTED, selection="agents")) == ""


def test_a_value_is_told_before_the_groups_as_the_look_beyond_saw_it_or_else_as_it_was_read() -> None:
    by_value = mapping(None, {"attributes": {"email": ["*@example.org"]}, "groups": ["team"]})
    read = left_out(Found("corp", ANA), by_value, snapshot(*NESTED))
    assert read == "the mapping excludes people whose email is '*@example.org', and theirs is ana@example.org"
    seen = sighted(("customers", Fit(True, "", True, left_out_by="excludes robots")))
    assert left_out(seen, by_value, snapshot(*NESTED)) == "the mapping excludes robots"
    unsuspicious = sighted(("customers", Fit(True, "", True)))
    assert left_out(unsuspicious, by_value, snapshot(*NESTED)) == ""
    unsuspicious.user = ANA
    assert "excludes members of 'team'" in left_out(unsuspicious, by_value, snapshot(*NESTED))


def test_a_mapping_without_conditions_leaves_nobody_out() -> None:
    assert left_out(Found("corp", ANA), mapping_of(), snapshot(*NESTED)) == ""


def test_the_condition_is_the_answer_of_explain() -> None:
    told = mapping(None, {"groups": ["staff"]})
    [answer] = takings([Found("corp", ANA)], [told], {"corp": snapshot(*NESTED)})
    assert answer.is_taken is False
    assert answer.why == "the mapping excludes members of 'staff', and ana is one: ana > team > staff"
