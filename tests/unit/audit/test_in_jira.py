"""What Jira makes of one username, told account by account in the order of its user directories."""

from __future__ import annotations

from typing import Any

from unit.audit.building import AGENTS, CUSTOMERS, EstateBuilder

from dirsync.audit.in_jira import in_jira
from dirsync.model.explained import InJira, Standing, Takes
from dirsync.model.products import DirectoryType

LDAP = DirectoryType.LDAP
OPEN_TO_ALL = {"allow_all_to_authenticate": True, "default_groups": (), "directory_default_groups": ()}


def jira(*directories: str, **leaves: Any) -> EstateBuilder:
    told = EstateBuilder().says("jira.version", "9.12").application("jira-software", "jira-users", name="Jira Software")
    for name in directories:
        told.directory(name, "ldap")
        told.jira_directory(f"Jira {name}", name, LDAP, **{"active": True, "mode": "read-only", **leaves})
    return told.no_crowd()


def standing(told: InJira) -> list[tuple[int, str, Standing]]:
    return [(place.number, place.directory, place.standing) for place in told.places]


def test_the_first_of_two_accounts_counts_and_masks_the_seat_of_the_other():
    told = jira("a", "b").user("ana", "a").user("ana", "b", "jira-users").user("ben", "b")
    found = in_jira(told.build(), "ANA")
    assert standing(found) == [(1, "a", Standing.COUNTS), (2, "b", Standing.MASKED)]
    assert [place.user_directory for place in found.places] == ["Jira a", "Jira b"]
    (seat,) = found.seats
    assert (seat.takes, seat.directory, seat.name) == (Takes.MASKED, "b", "Jira Software")
    assert seat.path == ("ANA", "jira-users", "jira-software")
    assert (found.why, seat.why) == ("", "")
    assert standing(in_jira(told.build(), "ben")) == [(2, "b", Standing.COUNTS)]


def test_a_seat_is_taken_by_the_account_that_counts():
    told = jira("a", "b").user("ana", "a", "jira-users").user("ana", "b")
    (seat,) = in_jira(told.build(), "ana").seats
    assert (seat.takes, seat.directory, seat.remedy) == (Takes.YES, "a", "")
    (none,) = in_jira(told.build(), "ben").seats
    assert (none.takes, none.path, none.directory) == (Takes.NO, (), "")
    assert in_jira(told.build(), "ben").places == ()


def test_below_a_directory_that_was_not_read_whole_nothing_is_certain():
    told = jira("a", "b").incomplete("a").user("ana", "b", "jira-users")
    found = in_jira(told.build(), "ana")
    assert standing(found) == [(1, "a", Standing.UNREAD), (2, "b", Standing.MAY_COUNT)]
    assert [place.active for place in found.places] == [None, True]
    assert "'a' was not read whole" in found.why
    assert found.remedy == "Raise it."
    (seat,) = found.seats
    assert (seat.takes, seat.path) == (Takes.OPEN, ("ana", "jira-users", "jira-software"))
    (nobody,) = in_jira(told.build(), "ben").seats
    assert (nobody.takes, nobody.path) == (Takes.OPEN, ())
    assert "size limit of 500" in nobody.why


def test_an_inactive_account_on_top_leaves_both_readings():
    told = jira("a", "b").user("ana", "a", active=False).user("ana", "b", "jira-users")
    found = in_jira(told.build(), "ana")
    assert standing(found) == [(1, "a", Standing.MAY_COUNT), (2, "b", Standing.MAY_COUNT)]
    assert found.places[0].active is False
    assert "deactivated in a and active in b" in found.why
    assert found.seats[0].takes is Takes.OPEN
    assert found.seats[0].why.startswith("'ana' is deactivated in a")


def through_crowd(*, aggregate: bool = False, restricted: bool = False) -> EstateBuilder:
    told = EstateBuilder().says("jira.version", "9.12").application("jira-software", "jira-users")
    let_in = {} if restricted else {"allow_all_to_authenticate": True}
    told.user("ana", AGENTS).user("ana", CUSTOMERS, "jira-users").group("let-in", AGENTS)
    leaves = {**OPEN_TO_ALL, "allow_all_to_authenticate": False, "authorised_groups": ("let-in",), **let_in}
    told.crowd_application("app", (AGENTS, CUSTOMERS), **leaves)
    told.says("crowd.applications[app].aggregate_memberships", aggregate)
    told.says("crowd.applications[app].access_based_sync", restricted)
    return told.jira_directory("Crowd", application="app", active=True, mode="read-only")


def test_with_aggregation_the_account_below_adds_what_it_has():
    found = in_jira(through_crowd(aggregate=True).build(), "ana")
    assert standing(found) == [(1, AGENTS, Standing.COUNTS), (2, CUSTOMERS, Standing.ADDS)]
    assert found.seats[0].takes is Takes.YES


def test_whom_crowd_hides_jira_does_not_see():
    found = in_jira(through_crowd(restricted=True).build(), "ana")
    assert standing(found) == [(1, AGENTS, Standing.HIDDEN), (2, CUSTOMERS, Standing.HIDDEN)]


def test_what_nobody_tells_is_said_with_the_way_to_know():
    without_order = EstateBuilder().says("jira.version", "9.12").application("jira-software", "jira-users")
    found = in_jira(without_order.build(), "ana")
    assert (found.places, found.seats) == ((), ())
    assert found.why
    assert found.remedy
    told = EstateBuilder().directory("a", "ldap").jira_directory("A", "a", LDAP, active=True, mode="read-only")
    found = in_jira(told.user("ana", "a").no_crowd().build(), "ana")
    (seat,) = found.seats
    assert (seat.application, seat.takes) == ("", Takes.OPEN)
    assert seat.why
    assert seat.remedy
    assert standing(found) == [(1, "a", Standing.COUNTS)]


def test_of_what_crowd_may_hide_the_switch_is_asked_for_and_the_rest_only_where_it_is_known_to_be_on():
    told = EstateBuilder().customers().user("ana", in_group="users").application("jira-software", "users", seats=9)
    told.jira_directory("Customers", CUSTOMERS, application="portal", active=True, mode="read-only")
    told.crowd_application("portal", (CUSTOMERS,))
    start, switch = "crowd.applications[portal]", "access_based_sync"
    (seat,) = in_jira(told.forgets(f"{start}.{switch}").build(), "ana").seats
    assert seat.remedy == f"Declare {start}.{switch}."
    (seat,) = in_jira(told.says(f"{start}.{switch}", value=True).build(), "ana").seats
    assert f"Declare {start}.directories[{CUSTOMERS}].allow_all_to_authenticate in" in seat.remedy


def test_an_account_that_crowd_hides_is_no_masked_one():
    told = EstateBuilder().says("jira.version", "9.12").application("jira-software", "jira-users")
    told.crowd_application("staff", ("a",), allow_all_to_authenticate=False, authorised_groups=("staff",))
    told.says("crowd.applications[staff].access_based_sync", value=True)
    told.jira_directory("Crowd", application="staff", active=True).jira_directory("b", "b", LDAP, active=True)
    told.user("ana", "a").user("ana", "b")
    assert standing(in_jira(told.build(), "ana")) == [(1, "a", Standing.HIDDEN), (2, "b", Standing.COUNTS)]


def test_of_several_masked_seats_the_one_on_top_is_told():
    told = jira("a", "b", "c").user("ana", "a").user("ana", "b", "jira-users").user("ana", "c", "jira-users")
    (seat,) = in_jira(told.build(), "ana").seats
    assert (seat.takes, seat.directory) == (Takes.MASKED, "b")


def test_nor_is_one_below_a_directory_that_was_not_read_for_nobody_is_known_to_stand_there():
    told = EstateBuilder().says("jira.version", "9.12").application("jira-software", "jira-users")
    told.directory("a", "ldap").incomplete("a").jira_directory("a", "a", LDAP, active=True)
    told.crowd_application("staff", ("b",), allow_all_to_authenticate=False, authorised_groups=("staff",))
    told.says("crowd.applications[staff].access_based_sync", value=True)
    told.jira_directory("Crowd", application="staff", active=True).user("ana", "b")
    assert standing(in_jira(told.build(), "ana")) == [(1, "a", Standing.UNREAD), (2, "b", Standing.HIDDEN)]


def test_whoever_stands_below_an_account_is_masked_though_a_directory_above_both_was_not_read():
    told = jira("a", "b", "c").incomplete("a").user("ana", "b").user("ana", "c")
    assert standing(in_jira(told.build(), "ana")) == [
        (1, "a", Standing.UNREAD),
        (2, "b", Standing.MAY_COUNT),
        (3, "c", Standing.MASKED),
    ]
