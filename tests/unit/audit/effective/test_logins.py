"""Which groups a login gives."""

from __future__ import annotations

import pytest
from unit.audit.effective.orders import crowd, jira, layer, not_read

from dirsync.audit.effective.logins import Gift, Gifts, given_at_login
from dirsync.audit.effective.order import EITHER, Admission, Layer, Order, View
from dirsync.model.findings import Mechanism

APPLICATION, DIRECTORY, JIRA = (
    Mechanism.CROWD_APPLICATION,
    Mechanism.CROWD_DIRECTORY,
    Mechanism.JIRA_LDAP_DIRECTORY,
)
STAFF = Admission(("staff",))


def welcoming(name: str, *groups: str, **more) -> Layer:
    return layer(
        name, {"ana": groups}, default_groups=(f"{name}-app",), directory_default_groups=(f"{name}-dir",), **more
    )


def gifts(name: str) -> tuple[Gift, ...]:
    return (Gift(f"{name}-app", APPLICATION), Gift(f"{name}-dir", DIRECTORY))


def test_all_three_mechanisms_give_and_each_says_when():
    order = jira(welcoming("a"), default_groups=("local",))
    found = given_at_login(order, "ana")
    assert found == Gifts((*gifts("a"), Gift("local", JIRA)))
    assert [gift.moment for gift in found.certain] == [
        "at the first login to that Crowd application",
        "at the first login to any product that uses the Crowd directory",
        "at the first login to Jira",
    ]


@pytest.mark.parametrize("aggregates", [(True,), (False,), EITHER])
def test_only_the_directory_of_the_account_that_authenticates_gives(aggregates):
    order = crowd(welcoming("a"), welcoming("b"), aggregates=aggregates)
    assert given_at_login(order, "ana") == Gifts(gifts("a"))


def test_nobody_gets_anything_who_is_not_there_not_active_or_not_let_in():
    assert given_at_login(crowd(welcoming("a")), "ben") == Gifts()
    assert given_at_login(crowd(welcoming("a", inactive=["ana"])), "ana") == Gifts()
    assert given_at_login(crowd(welcoming("a", admission=STAFF)), "ana") == Gifts()


def test_who_is_let_in_gets_them():
    assert given_at_login(crowd(welcoming("a", "staff", admission=STAFF)), "ana") == Gifts(gifts("a"))


def test_where_it_is_open_who_is_let_in_they_are_possible():
    assert given_at_login(crowd(welcoming("a", admission=None)), "ana") == Gifts((), gifts("a"))


def test_a_default_group_that_lets_in_may_come_too_late():
    """Whether Crowd gives default groups before it asks who is let in is not documented."""
    order = crowd(welcoming("a", groups=["a-dir"], admission=Admission(("A-dir",))))
    assert given_at_login(order, "ana") == Gifts((), gifts("a"))
    order = crowd(welcoming("a", groups=["a-dir", "staff"], admission=STAFF))
    assert given_at_login(order, "ana") == Gifts()


def test_where_several_readings_stand_certain_is_what_all_give():
    one = layer("a", {"ana": []}, default_groups=("Both", "one"))
    two = layer("b", {"ana": []}, default_groups=("Both", "two"))
    order = Order((View("a", (one,), is_active=EITHER), View("b", (two,))))
    expected = Gifts((Gift("Both", APPLICATION),), (Gift("one", APPLICATION), Gift("two", APPLICATION)))
    assert given_at_login(order, "ana") == expected


def test_a_group_named_twice_is_given_once():
    order = crowd(layer("a", {"ana": []}, default_groups=("Staff", "staff")))
    assert given_at_login(order, "ana").certain == (Gift("Staff", APPLICATION),)


def test_an_account_that_nobody_read_makes_everything_possible():
    found = given_at_login(jira(not_read("top"), welcoming("b")), "ana")
    assert found == Gifts((), gifts("b"))


def test_mechanisms_nobody_told_of_are_named():
    known = layer("a", {"ana": []}, default_groups=None, directory_default_groups=None)
    order = jira(known, default_groups=None)
    assert given_at_login(order, "ana").untold == (DIRECTORY, APPLICATION, JIRA)
    shut = layer("a", {"ana": []}, default_groups=None, admission=STAFF)
    assert given_at_login(crowd(shut), "ana").untold == ()


def test_what_jira_itself_gives_lets_nobody_into_crowd():
    order = crowd(layer("a", {"ana": []}, groups=["staff"], admission=STAFF), default_groups=("staff",))
    assert given_at_login(order, "ana") == Gifts()


def test_gifts_are_sorted_by_mechanism_and_then_by_name():
    first = layer("a", {"ana": []}, default_groups=("z", "B", "a"), directory_default_groups=("y",))
    found = given_at_login(jira(first, default_groups=("c",)), "ana")
    assert [gift.group for gift in found.certain] == ["a", "B", "z", "y", "c"]


def test_where_nobody_tells_who_is_let_in_nor_what_is_given_nothing_is_certain():
    first = layer("a", {"ana": []}, admission=None, default_groups=None, directory_default_groups=("x",))
    assert given_at_login(crowd(first), "ana") == Gifts((), (Gift("x", DIRECTORY),), (APPLICATION,))
