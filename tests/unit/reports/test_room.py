"""Long lists share the page: none is cut for another, and nothing is lost without being counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.reports.runs import audited, holding

from dirsync.model.findings import Severity
from dirsync.reports import room
from dirsync.reports.document import document
from dirsync.reports.grouping import by_rule
from dirsync.reports.room import Room, room_for, share


def groups_of(*findings):
    made = document(audited(findings=findings))
    return by_rule(made, made["findings"])


def test_what_fits_is_not_cut():
    assert share([3, 4, 5], 12) == 12
    assert share([], 7) == 7


def test_a_short_list_is_not_cut_for_a_long_one():
    assert share([2, 1_000], 100) == 98
    assert share([1_000, 2, 1_000], 100) == 49


def test_everybody_is_shown_one_however_many_there_are():
    assert share([1] * 9 + [2], 3) == 1


@given(st.lists(st.integers(0, 500)), st.integers(0, 2_000))
def test_the_room_is_kept_and_used(sizes, space):
    each = share(sizes, space)

    if each > 1:
        assert sum(min(size, each) for size in sizes) <= space
    if any(size > each for size in sizes):
        assert sum(min(size, each + 1) for size in sizes) > space


@pytest.mark.parametrize(
    ("size", "rows", "names", "left_out"), [(0, 0, 0, 0), (3, 3, 0, 0), (7, 3, 4, 0), (9, 3, 4, 2)]
)
def test_a_list_is_divided_and_each_is_in_one_part(size, rows, names, left_out):
    listed = Room(cases=1, rows=3, names=4).shown(list(range(size)))

    assert [*listed.rows, *listed.names] == list(range(rows + names))
    assert (len(listed.rows), len(listed.names), listed.left_out) == (rows, names, left_out)


def test_cases_without_room_are_told_together_the_costliest_first():
    ways = [holding(f"c-{place}", path=(f"c-{place}", f"way-{place}", "jira-software")) for place in range(4)]
    low = holding("low", path=("low", "elsewhere", "jira-software"), severity=Severity.LOW)
    (group,) = groups_of(*ways, low)

    rest = Room(cases=2, rows=9, names=9).others(group)

    assert [finding["subject"]["name"] for finding in rest] == ["c-2", "c-3", "low"]
    assert Room(cases=5, rows=9, names=9).others(group) == ()


def test_the_page_is_shared_out_between_its_lists(monkeypatch):
    monkeypatch.setattr(room, "CASES", 2)
    monkeypatch.setattr(room, "ROWS", 6)
    monkeypatch.setattr(room, "NAMES", 3)
    alike = [holding(f"a-{place}") for place in range(20)]
    alone = [holding(f"b-{place}", path=(f"b-{place}", f"way-{place}", "jira-software")) for place in range(5)]

    # two cases in full: the one of twenty, and one of the five; the other four in one list
    assert room_for(groups_of(*alike, *alone)) == Room(cases=2, rows=3, names=2)
