"""What being put into a group gives: a seat, administration, or neither."""

from __future__ import annotations

from dataclasses import replace

import pytest
from unit.audit.building import CUSTOMERS, EstateBuilder

from dirsync.audit.gains import Gains
from dirsync.audit.licences import ADMINISTRATION
from dirsync.model.facts import FactState, MissingFact, observed
from dirsync.model.outer_groups import OuterGroup, groups_above


def estate() -> EstateBuilder:
    told = EstateBuilder().customers().application("jira-software", "jira-users")
    return told.says("jira.administrative_groups", ("Admins",))


def gained(told: EstateBuilder, group: str) -> tuple[str, ...]:
    return Gains(told.build()).path(group, CUSTOMERS)


def test_a_seat_comes_before_administration():
    told = estate()
    told.group("portal").inside("jira-users").inside("admins")
    assert gained(told, "portal") == ("portal", "jira-users", "jira-software")


def test_of_several_seats_the_nearest_is_told():
    told = estate().application("jira-core", "portal")
    told.group("portal").inside("jira-users")
    assert gained(told, "portal") == ("portal", "jira-core")


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


def test_of_a_directory_read_in_part_only_a_look_over_the_whole_of_it_clears_a_group():
    told = estate()
    told.group("portal").inside("people")
    partly = replace(told.build(), groups_in_part=frozenset({CUSTOMERS}))
    with pytest.raises(MissingFact, match="any other one may hold 'portal'"):
        Gains(partly).path("portal", CUSTOMERS)
    name = groups_above(CUSTOMERS, "portal")
    for around, grants in (("visitors", False), ("ADMINS", True), ("jira-users", True)):
        fact = observed(name, (OuterGroup(around, f"cn={around},ou=staff"),), "ldap", "today")
        gains = Gains(replace(partly, facts={**partly.facts, name: fact}))
        if grants:
            with pytest.raises(MissingFact, match=f"inside {around}"):
                gains.path("portal", CUSTOMERS)
        else:
            assert gains.path("portal", CUSTOMERS) == ()


def test_permissions_that_nobody_told_in_full_keep_it_open():
    told = estate().forgets("jira.administrative_groups").says("jira.permissions", {"ADMINISTER": ("Admins",)})
    told.group("portal").inside("people")
    built = told.build()
    assert Gains(built).path("admins", CUSTOMERS) == ("admins", ADMINISTRATION)
    declared = replace(built.facts["jira.permissions"], state=FactState.DECLARED)
    with pytest.raises(MissingFact, match="SYSTEM_ADMIN"):
        Gains(replace(built, facts={**built.facts, "jira.permissions": declared})).path("portal", CUSTOMERS)
