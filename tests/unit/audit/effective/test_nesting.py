"""How groups inside groups are climbed, in one Directory and over several."""

from __future__ import annotations

from unit.audit.effective.orders import layer

from dirsync.audit.effective.nesting import GroupGraph, climb, graph_of, merge


def graph(*steps: str, directory: str = "a") -> GroupGraph:
    """Tell of a Directory by its steps, `outer > inner`; a group's id is its name."""
    pairs = [step.split(" > ") for step in steps]
    names = {name: name for pair in pairs for name in pair}
    children = {outer: [inner for known, inner in pairs if known == outer] for outer, _ in pairs}
    return GroupGraph(directory, names, children)


def test_of_a_directory_s_groups_only_the_nested_and_the_wanted_ones_are_held():
    told = layer("a", groups=["Wanted", "other", "another"], nested={"inner": ["outer"]})
    assert set(graph_of("a", told.snapshot, {"wanted"}).names.values()) == {"Wanted", "inner", "outer"}


def test_of_namesakes_that_are_equally_near_the_one_with_the_first_id_stands_for_the_name():
    told = GroupGraph("a", {"2": "A", "1": "a", "3": "Goal"}, {"3": ["2", "1"]})
    assert climb(told, "seat", ["goal"]).by_name == {"goal": "3", "a": "1"}


def test_a_group_that_grants_it_itself_is_no_further_away_for_being_inside_another_one():
    told = graph("first > second")
    found = climb(told, "seat", ["first", "second"])
    assert (found.depth, found.above) == ({"first": 0, "second": 0}, {"first": "", "second": ""})
    assert merge([told], "seat", ["first", "second"]).climb.depth == {"first": 0, "second": 0}


def test_rings_end_where_they_began():
    told = graph("goal > a", "a > b", "b > a", "b > goal")
    assert climb(told, "seat", ["goal"]).depth == {"goal": 0, "a": 1, "b": 2}
    assert merge([told], "seat", ["goal"]).climb.depth == {"goal": 0, "a": 1, "b": 2}


def test_over_several_directories_groups_are_one_however_they_are_spelt():
    above, below = graph("GOAL > Middle", directory="a"), graph("middle > inner", directory="b")
    found = merge([above, below], "seat", ["goal"])
    assert found.climb.depth == {"goal": 0, "middle": 1, "inner": 2}
    assert found.directories == {"goal": "", "middle": "a", "inner": "b"}
