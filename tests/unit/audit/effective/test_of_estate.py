"""What follows from an Estate's order is worked out once, and anew for an Estate that is another one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from unit.audit.building import AGENTS, CUSTOMERS, EstateBuilder

from dirsync.audit.access import SeatPaths
from dirsync.audit.audit import audit
from dirsync.audit.effective.access import EffectiveAccess
from dirsync.audit.effective.from_estate import order_of_jira
from dirsync.audit.effective.of_estate import access_in, administrators_of, seats_in
from dirsync.audit.effective.order import Order
from dirsync.model.estate import Estate
from dirsync.model.facts import MissingFact
from dirsync.model.products import JiraApplication


def told() -> EstateBuilder:
    told = EstateBuilder().customers().agents().application("jira-software", "jira-users").no_crowd()
    told.jira_directory("Agents", AGENTS, active=True).jira_directory("Customers", CUSTOMERS, active=True)
    return told.user("eva", AGENTS, "jira-users").says("jira.administrative_groups", ("admins",))


def test_it_is_the_same_for_whoever_asks_and_another_one_of_another_estate():
    estate = told().build()
    assert order_of_jira(estate) is order_of_jira(estate)
    assert access_in(estate) is access_in(estate)
    assert access_in(estate).order is order_of_jira(estate)
    assert seats_in(estate) is seats_in(estate)
    assert estate.once(SeatPaths) is estate.once(SeatPaths)
    assert access_in(replace(estate, facts=estate.facts)) is not access_in(estate)
    assert replace(estate) == estate


def test_what_could_not_be_answered_is_asked_again():
    asked: list[Estate] = []

    def work(estate: Estate) -> Order:
        asked.append(estate)
        return order_of_jira(estate)

    estate = EstateBuilder().build()
    for _ in range(2):
        with pytest.raises(MissingFact):
            estate.once(work)
    assert len(asked) == 2


def test_one_audit_works_it_out_once(monkeypatch: pytest.MonkeyPatch):
    made: list[EffectiveAccess] = []
    begin = EffectiveAccess.__init__

    def counting(self: EffectiveAccess, *given: Any) -> None:
        made.append(self)
        begin(self, *given)

    monkeypatch.setattr(EffectiveAccess, "__init__", counting)
    audit(told().build())
    assert len(made) == 1


def test_administrators_are_asked_for_where_they_are_no_application_already():
    assert administrators_of(told().build()).groups == ("admins",)
    assert administrators_of(told().forgets("jira.administrative_groups").build()).groups == ()
    before_7 = told().says("jira.version", "6.4").says("jira.permissions", {"USE": ("jira-users",)})
    assert administrators_of(before_7.build()).groups == ()
    assert [seats.application.key for seats in seats_in(before_7.build())] == ["jira"]


def test_seats_are_counted_of_each_application_that_costs_one():
    (seats,) = seats_in(told().build())
    assert seats.application == JiraApplication("jira-software", ("jira-users",))
    assert seats.certain == seats.possible == 1


def test_who_administers_is_told_where_jira_has_no_applications_at_all():
    none = EstateBuilder().says("jira.version", "9.12").says("jira.applications", ())
    assert administrators_of(none.says("jira.administrative_groups", ("admins",)).build()).groups == ("admins",)
