"""What the audit says of one account: held, not held, or unknown with the reason; and what it would be given."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from unit.audit.building import AGENTS, CUSTOMERS, EstateBuilder

from dirsync.audit.one_account import groups_at_next_login, seats_of_account, shown_to_jira
from dirsync.model.estate import Estate
from dirsync.model.explained import ExpectedGroup, SeatAnswer
from dirsync.model.findings import Mechanism
from dirsync.model.products import DirectoryType


def estate() -> EstateBuilder:
    return (
        EstateBuilder()
        .customers()
        .says("jira.version", "9.12")
        .application("jira-software", "jira-users", name="Jira Software")
        .jira_directory("Customers", CUSTOMERS, mode="read-only")
    )


def seat_of(username: str, known: Estate, directory: str = CUSTOMERS) -> SeatAnswer:
    user = known.snapshots[directory].user_named(username)
    assert user is not None
    (answer,) = seats_of_account(known, directory, user)
    return answer


def test_a_seat_is_told_with_its_path() -> None:
    told = estate().user("ana", in_group="portal")
    told.group("portal").inside("jira-users")
    answer = seat_of("ana", told.build())
    assert (answer.application, answer.name, answer.holds) == ("jira-software", "Jira Software", True)
    assert answer.path == ("ana", "portal", "jira-users", "jira-software")
    assert (answer.why, answer.remedy) == ("", "")


def test_somebody_in_no_licensed_group_holds_none_whoever_else_does() -> None:
    told = estate().user("ana", in_group="jira-users").user("bert")
    answer = seat_of("bert", told.build())
    assert (answer.holds, answer.path, answer.why) == (False, (), "")


def test_nobody_outside_every_mapping_is_cleared_by_groups_that_were_not_read() -> None:
    told = EstateBuilder().application("jira-software", "jira-users").directory("corp", "crowd").user("eve", "corp")
    assert seat_of("eve", told.build(), "corp").holds is False
    answer = seat_of("eve", replace(told.build(), groups_in_part=frozenset({"corp"})), "corp")
    assert answer.holds is None
    assert "'jira-users' is not among them" in answer.why


def test_an_inactive_account_holds_none_and_is_told_why() -> None:
    answer = seat_of("ana", estate().user("ana", in_group="jira-users", active=False).build())
    assert answer.holds is False
    assert answer.why == "An account that is not active takes no seat."


def test_an_account_that_no_mapping_names_is_judged_all_the_same() -> None:
    told = estate().directory("other").user("zoe", "other", "jira-users").user("yan", "other")
    told.jira_directory("Other", "other", mode="read-only")
    assert seat_of("zoe", told.build(), "other").holds is True
    assert seat_of("yan", told.build(), "other").holds is False


def test_what_was_not_read_whole_clears_nobody_and_says_how_to_know() -> None:
    told = estate().user("ana", in_group="jira-users").user("bert").incomplete(CUSTOMERS)
    assert seat_of("ana", told.build()).holds is True, "what was read proves as much as it shows"
    answer = seat_of("bert", told.build())
    assert answer.holds is None
    assert "size limit of 500" in answer.why
    assert answer.remedy == "Raise it."


def test_an_unmapped_account_in_a_directory_that_was_not_read_whole_is_unknown() -> None:
    told = estate().user("yan", "other").incomplete("other").jira_directory("Other", "other", mode="read-only")
    assert seat_of("yan", told.build(), "other").holds is None


def test_where_nobody_knows_what_costs_a_seat_one_answer_stands_for_every_application() -> None:
    told = EstateBuilder().customers().user("ana").forgets("jira.applications")
    answer = seat_of("ana", told.build())
    assert (answer.application, answer.holds) == ("", None)
    assert "no route tells jira.applications" in answer.why
    assert answer.remedy == "Declare jira.applications."


def test_an_account_whose_audience_the_mappings_do_not_tell_is_in_doubt() -> None:
    told = estate().agents(CUSTOMERS).user("ana", in_group="jira-users")
    answer = seat_of("ana", told.build())
    assert answer.holds is None
    assert "holds both agents and customers" in answer.why


def test_a_deactivated_account_that_jira_lists_is_in_doubt() -> None:
    told = estate().user("ana", active=False).user("bert", active=False).says("jira.members[jira-users]", ("ana",))
    answer = seat_of("ana", told.build())
    assert answer.holds is None
    assert "is deactivated in crowd_customers" in answer.why
    assert seat_of("bert", told.build()).holds is False, "another's doubt is not theirs"


def test_people_of_a_group_that_only_another_directory_nests_are_in_doubt() -> None:
    told = estate().agents().user("ana", in_group="portal")
    told.group("portal", AGENTS).inside("jira-users")
    answer = seat_of("ana", told.build())
    assert answer.holds is None
    assert "if groups of one name are merged" in answer.why


def test_jira_is_asked_for_accounts_where_the_mappings_or_its_own_list_say_it_sees_them() -> None:
    told = estate().agents().directory("corp", "ldap").jira_directory("Other", "corp", DirectoryType.LDAP)
    assert shown_to_jira(told.build()) == {CUSTOMERS, AGENTS, "corp"}
    assert shown_to_jira(EstateBuilder().agents().directory("corp", "ldap").build()) == {AGENTS}


def given(told: EstateBuilder, *memberships: str, is_carried: bool = True) -> dict[Mechanism, list[ExpectedGroup]]:
    known = told.build()
    by_mechanism: dict[Mechanism, list[ExpectedGroup]] = {}
    expected = groups_at_next_login(known, known.populations[0], frozenset(memberships), is_carried=is_carried)
    for one in expected:
        by_mechanism.setdefault(one.mechanism, []).append(one)
    return by_mechanism


def with_default_groups(**more: Any) -> EstateBuilder:
    return (
        EstateBuilder()
        .customers(default_groups=("Portal",))
        .says("jira.version", "9.12")
        .application("jira-software", "jira-users", default_groups=("jira-users",), selected_by_default=True)
        .jira_directory("Customers", CUSTOMERS, mode="read-only")
        .crowd_application("jira", (CUSTOMERS,), default_groups=("jira-users",), directory_default_groups=(), **more)
        .says("crowd.directories", ())
    )


def test_the_groups_of_a_login_are_told_with_where_they_lead_and_whether_they_are_held() -> None:
    found = given(with_default_groups(), "portal")
    assert found.keys() == {Mechanism.CROWD_APPLICATION, Mechanism.MAPPING}, "not what Jira gives to whom it creates"
    (crowd,) = found[Mechanism.CROWD_APPLICATION]
    assert (crowd.group, crowd.leads_to, crowd.is_member) == ("jira-users", ("jira-users", "jira-software"), False)
    (own,) = found[Mechanism.MAPPING]
    assert (own.group, own.leads_to, own.doubt, own.is_member) == ("Portal", (), "", True)


def test_a_mapping_gives_its_groups_only_to_those_it_carries() -> None:
    assert given(with_default_groups(), is_carried=False).keys() == {Mechanism.CROWD_APPLICATION}


def test_what_keeps_a_mechanism_unknown_stands_in_the_place_of_its_groups() -> None:
    (unknown,) = given(with_default_groups().forgets("crowd.applications"))[Mechanism.CROWD_APPLICATION]
    assert (unknown.group, unknown.doubt) == ("", "no route tells crowd.applications")
    assert unknown.remedy == "Declare crowd.applications."


def test_a_group_is_told_also_where_nobody_knows_whether_it_costs_a_seat() -> None:
    (own,) = given(with_default_groups().forgets("jira.applications"))[Mechanism.MAPPING]
    assert (own.group, own.leads_to) == ("Portal", ())
    assert own.doubt == "Nobody knows which groups cost a seat."
    (own,) = given(with_default_groups().incomplete(CUSTOMERS))[Mechanism.MAPPING]
    assert "size limit of 500" in own.doubt
    assert own.remedy == "Raise it."


def test_a_proven_way_to_a_seat_is_not_made_doubtful_by_another_application() -> None:
    told = with_default_groups().application("jira-core", "core-users").incomplete(CUSTOMERS)
    (crowd,) = given(told)[Mechanism.CROWD_APPLICATION]
    assert (crowd.leads_to, crowd.doubt, crowd.remedy) == (("jira-users", "jira-software"), "", "")


@pytest.mark.parametrize("mechanism", [Mechanism.JIRA_APPLICATION, Mechanism.JIRA_USERS_PERMISSION])
def test_what_only_accounts_made_by_jira_get_is_left_out(mechanism: Mechanism) -> None:
    assert mechanism not in given(with_default_groups())
