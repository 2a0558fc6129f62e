"""What being put into a group gives: a seat, administration, or neither."""

from __future__ import annotations

import pytest
from unit.audit.building import CUSTOMERS, EstateBuilder

from dirsync.audit.gains import ADMINISTRATION, Gains
from dirsync.model.facts import MissingFact


def estate() -> EstateBuilder:
    told = EstateBuilder().customers().application("jira-software", "jira-users")
    return told.says("jira.administrative_groups", ("Admins",))


def gained(told: EstateBuilder, group: str) -> tuple[str, ...]:
    return Gains(told.build()).path(group, CUSTOMERS)


def test_a_seat_comes_before_administration():
    told = estate()
    told.group("portal").inside("jira-users").inside("admins")
    assert gained(told, "portal") == ("portal", "jira-users", "jira-software")


def test_a_group_with_an_administrative_permission_gives_it_there_or_not():
    assert gained(estate(), "admins") == ("admins", ADMINISTRATION)
    assert gained(estate().unread(CUSTOMERS), "ADMINS") == ("ADMINS", ADMINISTRATION)


def test_nesting_is_followed_by_the_shortest_way():
    told = estate()
    told.group("portal").inside("staff").inside("long-way")
    told.group("long-way").inside("staff")
    told.group("staff").inside("Admins")
    assert gained(told, "portal") == ("portal", "staff", "Admins", ADMINISTRATION)


def test_another_group_gives_nothing_however_often_it_is_asked():
    told = estate()
    told.group("portal").inside("people")
    gains = Gains(told.build())
    assert gains.path("portal", CUSTOMERS) == gains.path("portal", CUSTOMERS) == ()


def test_a_directory_read_in_part_proves_what_it_shows_and_clears_nobody():
    told = estate().incomplete(CUSTOMERS)
    told.group("portal").inside("admins")
    assert gained(told, "portal") == ("portal", "admins", ADMINISTRATION)
    with pytest.raises(MissingFact):
        gained(told, "people")


def test_one_that_was_not_read_clears_nobody():
    with pytest.raises(MissingFact, match="was not read"):
        gained(estate().unread(CUSTOMERS), "people")


def test_administrative_groups_nobody_told_are_missing():
    with pytest.raises(MissingFact) as missing:
        gained(estate().forgets("jira.administrative_groups"), "people")
    assert missing.value.fact.name == "jira.administrative_groups"
