"""How many seats are taken, and why Jira may count otherwise."""

from __future__ import annotations

import pytest
from unit.audit.effective.orders import SOFTWARE, crowd, jira, layer, not_read

from dirsync.audit.effective.doubts import Cause
from dirsync.audit.effective.order import EITHER
from dirsync.audit.effective.seats import SeatCount, count_seats
from dirsync.model.products import JiraApplication

CORE = JiraApplication("jira-core", ("core-users",))
DESK = JiraApplication("jira-servicedesk", ("agents",))


def test_users_count_not_accounts_nor_groups():
    order = jira(layer("a", {"ana": ["jira-users"]}), layer("b", {"ANA": ["jira-users"], "ben": ["jira-users"]}))
    (counted,) = count_seats(order, [SOFTWARE])
    assert (counted.application, counted.certain, counted.possible) == (SOFTWARE, 2, 2)
    assert (dict(counted.causes), counted.gaps) == ({}, ())


def test_open_seats_are_possible_ones_with_their_cause():
    order = crowd(
        layer("a", {"ana": [], "cleo": []}, inactive=["cleo"]),
        layer("b", {"ana": ["jira-users"], "ben": ["jira-users"], "cleo": ["jira-users"]}),
        aggregates=EITHER,
    )
    (counted,) = count_seats(order, [SOFTWARE])
    assert (counted.certain, counted.possible) == (1, 2)
    assert counted.causes == {Cause.AGGREGATION: 1, Cause.MASKED: 1}


def test_a_cause_counts_users_not_reasons():
    order = jira(not_read("x"), not_read("y"), layer("a", {"ana": ["jira-users"], "ben": ["jira-users"]}))
    (counted,) = count_seats(order, [SOFTWARE])
    assert (counted.certain, counted.possible) == (0, 2)
    assert counted.causes == {Cause.UNREAD: 2}
    assert [fact.name for fact in counted.gaps] == ["directories[x]", "directories[y]"]


def test_nested_seats_are_certain_and_told_since_they_count_only_where_nesting_is_on():
    order = jira(layer("a", {"ana": ["inner"], "ben": ["jira-users"]}, nested={"inner": ["jira-users"]}))
    (counted,) = count_seats(order, [SOFTWARE])
    assert (counted.certain, counted.causes) == (2, {Cause.NESTED: 1})


class TestCore:
    """Jira Core included in Jira Software and Service Management (a community leader's answer, jira-jsm 3.1.3)."""

    def counted(self, *applications: JiraApplication, **users: list[str]):
        counted = count_seats(jira(layer("a", users)), applications)
        assert [each.application for each in counted] == list(applications)
        return {each.application.key: (each.certain, each.possible, dict(each.causes)) for each in counted}

    @pytest.mark.parametrize("other", [SOFTWARE, DESK])
    def test_who_has_another_application_takes_no_seat_of_core(self, other):
        found = self.counted(CORE, other, ana=["core-users", *other.groups], ben=["core-users"])
        assert found == {CORE.key: (1, 1, {Cause.CORE_INCLUDED: 1}), other.key: (1, 1, {})}

    def test_other_applications_include_nothing(self):
        other = JiraApplication("jira-product-discovery", ("idea-people",))
        assert self.counted(CORE, other, ana=["core-users", "idea-people"])[CORE.key] == (1, 1, {})

    def test_whose_other_seat_is_open_may_take_one_of_core(self):
        above = layer("a", nested={"portal": ["jira-users"]})
        order = jira(above, layer("b", {"ana": ["core-users", "portal"]}))
        core, software = count_seats(order, [CORE, SOFTWARE])
        assert (core.certain, core.possible) == (0, 1)
        assert (software.certain, software.possible) == (0, 1)


class TestAdministrators:
    """Counted before Jira 7 as the application itself; since then by one page of two (278695452)."""

    def test_who_has_no_access_is_a_cause(self):
        order = jira(layer("a", {"ana": ["admins"], "ben": ["admins", "jira-users"]}))
        (counted,) = count_seats(order, [SOFTWARE], ["Admins"])
        assert (counted.certain, counted.causes) == (1, {Cause.ADMINISTRATORS: 1})

    def test_a_single_one_with_access_is_no_cause(self):
        (counted,) = count_seats(jira(layer("a", {"ana": ["admins", "jira-users"]})), [SOFTWARE], ["admins"])
        assert (counted.certain, counted.causes) == (1, {})

    def test_one_who_may_be_an_administrator_is_none(self):
        order = jira(layer("a", nested={"portal": ["admins"]}), layer("b", {"ana": ["portal"]}))
        (counted,) = count_seats(order, [SOFTWARE], ["admins"])
        assert counted.causes == {}

    def test_without_groups_there_is_none(self):
        (counted,) = count_seats(jira(layer("a", {"ana": ["admins"]})), [SOFTWARE])
        assert counted.causes == {}


@pytest.mark.parametrize(("used", "expected"), [(1, -1), (2, 0), (3, 0), (4, 0), (6, 2)])
def test_what_jira_counts_beyond_the_open_questions_is_unexplained(used, expected):
    assert SeatCount(SOFTWARE, 2, 4, {}).unexplained(used) == expected
