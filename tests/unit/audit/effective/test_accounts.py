"""Whom a username means."""

from __future__ import annotations

import pytest
from unit.audit.effective.orders import crowd, jira, layer, not_read

from dirsync.audit.effective.accounts import ABSENT, standings
from dirsync.audit.effective.order import EITHER, NO, YES, Admission, Filtering, Order


def read(order: Order, username: str) -> list[str]:
    """Return the readings: the directory that decides, with those that are counted beside it."""
    return [
        "nobody" if reading is ABSENT else
        f"unseen in {reading.unseen.directory}" if reading.unseen else
        "+".join(account.layer.directory for account in reading.counted)
        for reading in standings(order, username)
    ]  # fmt: skip


def test_a_name_that_nobody_bears_is_absent():
    assert read(jira(layer("a", {"ana": []})), "ben") == ["nobody"]
    assert read(Order(()), "ben") == ["nobody"]


def test_names_compare_as_directories_compare_them():
    assert read(jira(layer("a", {"Zo\u00eb": []}), layer("b", {"zoe\u0308": []})), "ZO\u00cb") == ["a"]


def test_a_user_directory_that_may_be_off_leaves_both_readings():
    above, below = jira(layer("a", {"ana": []}), is_active=EITHER), jira(layer("b", {"ana": []}))
    assert read(Order((*above.views, *below.views)), "ana") == ["a", "b"]
    assert read(above, "ana") == ["a", "nobody"]
    assert read(Order((*jira(layer("a", {"ana": []}), is_active=NO).views,)), "ana") == ["nobody"]


def test_unknown_aggregation_leaves_both_readings():
    order = crowd(layer("a", {"ana": []}), layer("b", {"ana": []}), aggregates=EITHER)
    assert read(order, "ana") == ["a+b", "a"]


def test_aggregation_ends_at_the_crowd_application():
    one, two = crowd(layer("a", {"ana": []}), aggregates=YES), jira(layer("b", {"ana": []}))
    assert read(Order((*one.views, *two.views)), "ana") == ["a"]


@pytest.mark.parametrize("above", [not_read("top"), layer("top", {"zed": []}, reason="size limit")])
def test_a_directory_that_was_not_read_whole_may_hold_any_name(above):
    assert read(jira(above, layer("b", {"ana": []})), "ana") == ["unseen in top", "b"]
    assert read(crowd(above, layer("b", {"ana": []})), "ana") == ["unseen in top", "b"]
    assert read(jira(above), "ana") == ["unseen in top", "nobody"]


def test_what_is_not_read_below_changes_nothing():
    assert read(jira(layer("a", {"ana": []}), not_read("b")), "ana") == ["a"]


def test_a_name_seen_in_a_directory_read_in_part_is_there():
    assert read(jira(layer("a", {"ana": []}, reason="size limit"), layer("b", {"ana": []})), "ana") == ["a"]


def test_after_an_unseen_account_that_may_be_inactive_jira_may_go_on_to_the_first_active_one():
    order = jira(not_read("top"), layer("b", {"ana": []}, inactive=["ana"]), layer("c", {"ana": []}))
    assert read(order, "ana") == ["unseen in top", "b", "c"]


def test_of_several_inactive_accounts_the_first_stands_for_all():
    order = jira(*(layer(name, {"ana": []}, inactive=["ana"]) for name in "abc"))
    assert read(order, "ana") == ["a"]


def test_the_first_active_account_may_stand_anywhere_below_an_inactive_one():
    order = jira(layer("a", {"ana": []}, inactive=["ana"]), layer("b", {"ben": []}), layer("c", {"ana": []}))
    assert read(order, "ana") == ["a", "c"]


def test_the_search_below_an_inactive_account_ends_at_the_first_active_one():
    order = jira(layer("a", {"ana": []}, inactive=["ana"]), layer("b", {"ana": []}), layer("c", {"ana": []}))
    assert read(order, "ana") == ["a", "b"]


def test_an_inactive_twin_on_top_may_be_passed_over_for_one_that_is_not_read():
    order = jira(layer("a", {"ana": []}, inactive=["ana"]), not_read("b"))
    assert read(order, "ana") == ["a", "unseen in b"]


def test_two_users_of_one_name_in_one_directory_are_two_readings():
    order = jira(layer("a", {"ana": [], "Ana": []}))
    assert [reading.account.user.username for reading in standings(order, "ana")] == ["Ana", "ana"]


class TestAccessBasedSynchronisation:
    staff = Admission(("staff",))

    def told(self, *filterings: Filtering, groups=(), **more) -> list[str]:
        first = layer("a", {"ana": groups}, admission=self.staff, **more)
        return read(Order((*crowd(first, filterings=filterings).views, *jira(layer("b", {"ana": []})).views)), "ana")

    def test_without_it_everybody_is_shown(self):
        assert self.told(Filtering.NONE) == ["a"]

    @pytest.mark.parametrize("filtering", [Filtering.USERS, Filtering.USERS_AND_GROUPS])
    def test_with_it_who_has_no_access_is_not_there_for_jira(self, filtering):
        assert self.told(filtering) == ["b"]
        assert self.told(filtering, groups=["staff"]) == ["a"]

    def test_where_nobody_tells_whether_it_is_on_both_stand(self):
        assert set(self.told(*Filtering)) == {"a", "b"}

    def test_where_nobody_tells_who_has_access_both_stand(self):
        first = layer("a", {"ana": []}, admission=None)
        assert set(read(crowd(first, filterings=(Filtering.USERS,)), "ana")) == {"nobody", "a"}

    def test_a_membership_that_was_not_read_may_give_access(self):
        assert set(self.told(Filtering.USERS, reason="size limit")) == {"a", "b"}
