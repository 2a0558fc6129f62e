"""What was touched: entries under the names that they will bear, and memberships from either side."""

from __future__ import annotations

from operator import attrgetter

from dirsync.model.entries import Group
from dirsync.model.touched import NEW, Edges, Touched


def groups(*told: Group) -> Touched[Group]:
    touched = Touched[Group](attrgetter("name"))
    for group in told:
        touched.put(group)
    return touched


def test_whoever_is_renamed_is_found_by_the_new_name_alone():
    touched = groups(Group("g1", "r1", "Portal"), Group("g1", "r1", "Visitors"))
    assert (set(touched.named("portal")), set(touched.named("VISITORS"))) == (set(), {"g1"})
    assert touched.of("g1") == Group("g1", "r1", "Visitors")


def test_whoever_is_gone_has_no_name_and_is_touched_all_the_same():
    touched = groups(Group("g1", "r1", "Portal"), Group("g2", "r2", "portal"))
    touched.drop("g1")
    assert set(touched.named("Portal")) == {"g2"}
    assert "g1" in touched
    assert touched.is_gone("g1")
    assert not touched.is_gone("g2")
    assert not touched.is_gone("g3")
    touched.drop("never there")
    assert touched.after(Group("never there", "", "x")) is None


def test_only_in_the_whole_there_are_new_ones_too():
    new = Group(f"{NEW}b", "b", "b")
    touched = groups(new, Group("g2", "r2", "renamed"))
    before = [Group("g1", "r1", "a"), Group("g2", "r2", "b")]
    told = [sorted(each.name for each in touched.over(before, selection)) for selection in ("", "some")]
    assert told == [["a", "b", "renamed"], ["a", "renamed"]]


def test_a_membership_that_is_added_and_ended_is_ended_from_either_side():
    edges = Edges()
    edges.add("staff", "ana")
    edges.add("staff", "ben")
    edges.end("staff", "ana")
    assert edges.added == {("staff", "ben")}
    assert (set(edges.inside("staff", is_added=True)), set(edges.inside("staff", is_added=False))) == ({"ben"}, {"ana"})
    assert (set(edges.around("ana", is_added=True)), set(edges.around("ana", is_added=False))) == (set(), {"staff"})
    edges.add("staff", "ana")
    assert edges.added == {("staff", "ben"), ("staff", "ana")}
    assert (set(edges.inside("staff", is_added=False)), set(edges.around("ana", is_added=False))) == (set(), set())
