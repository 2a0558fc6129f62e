from __future__ import annotations

import pytest

from dirsync.directories.ldap.left_out import MOST_LEFT_OUT, LeftOut


def left_out(count: int) -> LeftOut:
    counted = LeftOut()
    for number in range(count):
        counted.note(f"uid=p{number},dc=x", "it has no id")
    return counted


@pytest.mark.parametrize(
    ("count", "entries", "is_doubted"),
    [
        (0, 0, False),
        (MOST_LEFT_OUT, MOST_LEFT_OUT, False),
        (MOST_LEFT_OUT + 1, MOST_LEFT_OUT + 1, True),
        (100, 1000, False),
        (101, 1000, True),
    ],
)
def test_an_answer_is_doubted_when_many_and_a_large_share_of_it_are_of_no_use(
    count: int, entries: int, *, is_doubted: bool
) -> None:
    assert (left_out(count).failure(entries, "cn=reader") is not None) is is_doubted


def test_an_entry_that_several_selections_can_not_use_counts_once() -> None:
    counted = left_out(3)
    counted.note("uid=p2,dc=x", "it has no username")
    assert counted.count == 3


def test_the_first_five_are_named_with_the_reason_and_the_account_with_the_remedy() -> None:
    failure = left_out(30).failure(100, "cn=reader")
    assert failure
    assert failure.reason.startswith("30 of 100 entries can't be used: uid=p0,dc=x (it has no id); uid=p1,dc=x (")
    assert "uid=p4,dc=x" in failure.reason
    assert "uid=p5,dc=x" not in failure.reason
    assert failure.reason.endswith("; and 25 more")
    assert "Give cn=reader the right to read" in failure.remedy
    assert not failure.line_is_broken
    anonymous = left_out(30).failure(100, "")
    assert anonymous
    assert "Give the anonymous account the right" in anonymous.remedy
