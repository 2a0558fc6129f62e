"""Who reaches which seat, by which path."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.audit.building import AGENTS, CUSTOMERS, EstateBuilder

from dirsync.audit.access import AccessPath, SeatPaths, holders, reach, seen_directories
from dirsync.audit.licences import LOGIN, granted, licences
from dirsync.model.facts import MissingFact

SOFTWARE = "jira-software"


def estate() -> EstateBuilder:
    return EstateBuilder().customers().application(SOFTWARE, "jira-users")


def path(told: EstateBuilder, group: str, directory: str = CUSTOMERS) -> str:
    return str(reach(told.build(), group, directory))


def who(told: EstateBuilder, directory: str = CUSTOMERS, application: str = SOFTWARE) -> list[str]:
    built = told.build()
    known = next(known for known in licences(built).applications if known.key == application)
    return [str(holder.path) for holder in holders(built, known, directory)]


def test_a_licensed_group_reaches_its_application_directly():
    told = estate()
    told.group("jira-users")
    assert path(told, "jira-users") == "jira-users > jira-software"


def test_a_licensed_group_counts_even_if_no_directory_has_it():
    assert path(estate(), "jira-users") == "jira-users > jira-software"


def test_group_names_compare_without_case_and_in_one_unicode_form():
    told = EstateBuilder().customers().application(SOFTWARE, "Caf\u00e9 Users")
    told.group("portal").inside("cafe\u0301  users")
    assert path(told, "CAFE\u0301 USERS") == "CAFE\u0301 USERS > jira-software"
    assert path(told, "Portal") == "portal > cafe\u0301  users > jira-software"


def test_a_group_is_found_however_its_name_is_spelt_on_either_side():
    told = estate().user("ana", in_group="Portal")
    told.group("Portal").inside("jira-users")
    assert path(told, "pORTAL") == "Portal > jira-users > jira-software"


def test_a_directory_is_found_however_its_name_is_spelt():
    told = estate().user("ana", in_group="jira-users")
    told.group("portal").inside("jira-users")
    assert path(told, "portal", "Crowd-Customers") == "portal > jira-users > jira-software"
    assert who(told, "Crowd-Customers") == ["ana > jira-users > jira-software"]


def test_nesting_is_followed_to_any_depth():
    told = estate()
    told.group("portal").inside("staff")
    told.group("staff").inside("jira-users")
    assert path(told, "portal") == "portal > staff > jira-users > jira-software"


def test_the_shortest_path_wins():
    told = estate()
    told.group("portal").inside("long-way")
    told.group("long-way").inside("longer-way")
    told.group("longer-way").inside("jira-users")
    told.group("portal").inside("short-way")
    told.group("short-way").inside("jira-users")
    assert path(told, "portal") == "portal > short-way > jira-users > jira-software"


def test_of_two_paths_of_one_length_the_first_by_name_wins():
    told = estate().application(SOFTWARE, "jira-users", "developers")
    told = told.application(SOFTWARE, "Jira-users", "developers")
    told.group("portal").inside("Jira-users")
    told.group("portal").inside("developers")
    assert path(told, "portal") == "portal > developers > jira-software"


def test_the_shortest_path_over_all_applications_wins_and_each_application_is_listed():
    told = estate().application("jira-servicedesk", "portal")
    told.group("portal").inside("jira-users")
    assert path(told, "portal") == "portal > jira-servicedesk"
    found = SeatPaths(told.build()).of_group("portal", CUSTOMERS)
    assert [known.application for known in found.paths] == ["jira-servicedesk", SOFTWARE]


def test_a_group_that_leads_nowhere_has_no_path():
    told = estate()
    told.group("portal").inside("people")
    assert reach(told.build(), "portal", CUSTOMERS) is None


def test_nesting_goes_upwards_only():
    told = estate()
    told.group("jira-users").inside("everybody")
    assert reach(told.build(), "everybody", CUSTOMERS) is None


def test_without_applications_nothing_costs_a_seat():
    told = EstateBuilder().customers().says("jira.version", "9.12").says("jira.applications", ())
    assert reach(told.build(), "jira-users", CUSTOMERS) is None


def test_unknown_applications_are_missing_by_name():
    with pytest.raises(MissingFact) as missing:
        reach(EstateBuilder().customers().build(), "portal", CUSTOMERS)
    assert missing.value.fact.name == "jira.applications"


def test_an_incomplete_directory_leaves_a_group_without_a_path_open():
    told = estate().incomplete(CUSTOMERS)
    with pytest.raises(MissingFact, match="size limit of 500"):
        reach(told.build(), "portal", CUSTOMERS)


def test_an_unread_directory_leaves_a_group_without_a_path_open():
    told = estate().unread(CUSTOMERS)
    with pytest.raises(MissingFact, match="was not read"):
        reach(told.build(), "portal", CUSTOMERS)


def test_a_direct_grant_is_proven_though_the_directory_was_not_read():
    assert path(estate().unread(CUSTOMERS), "jira-users") == "jira-users > jira-software"


def test_nesting_seen_in_an_incomplete_directory_is_proven():
    told = estate().incomplete(CUSTOMERS)
    told.group("portal").inside("jira-users")
    assert path(told, "portal") == "portal > jira-users > jira-software"


class TestNestingAcrossDirectories:
    def crossing(self) -> EstateBuilder:
        told = estate().agents()
        told.group("portal")
        told.group("portal", AGENTS).inside("jira-users")
        return told

    def test_it_is_unknown_and_gives_both_readings(self):
        with pytest.raises(MissingFact) as missing:
            reach(self.crossing().build(), "portal", CUSTOMERS)
        fact = missing.value.fact
        assert fact.name == "nesting[portal]"
        assert "'portal' is inside 'jira-users' in crowd_agents" in fact.why
        assert "merged over directories it grants" in fact.why
        assert "stands for itself it does not" in fact.why

    def test_it_is_unknown_too_where_the_chain_changes_directory_on_the_way(self):
        told = estate().agents()
        told.group("portal").inside("staff")
        told.group("staff", AGENTS).inside("jira-users")
        with pytest.raises(MissingFact, match="'portal' is inside 'staff' in crowd_customers and 'staff' is inside"):
            reach(told.build(), "portal", CUSTOMERS)

    def test_it_is_certain_in_the_directory_that_nests(self):
        assert path(self.crossing(), "portal", AGENTS) == "portal > jira-users > jira-software"

    def test_names_compare_without_case_over_directories_too(self):
        told = EstateBuilder().customers().agents().application(SOFTWARE, "JIRA-Users")
        told.group("portal")
        told.group("Portal", AGENTS).inside("jira-users")
        with pytest.raises(MissingFact, match="'Portal' is inside 'JIRA-Users' in crowd_agents"):
            reach(told.build(), "PORTAL", CUSTOMERS)
        found = SeatPaths(told.build()).crossing_groups(licences(told.build()).applications[0], "Crowd-Customers")
        assert [group.name for group, _ in found] == ["portal"]

    @pytest.mark.parametrize(("groups", "told_by_one", "left"), [(5, 5, ""), (6, 4, "so on over 2 more groups: ")])
    def test_of_a_long_way_the_first_steps_are_told_and_the_others_counted(self, groups, told_by_one, left):
        told = estate().agents()
        told.group("group-0")
        for number in range(groups):
            outer = f"group-{number + 1}" if number + 1 < groups else "jira-users"
            told.group(f"group-{number}", AGENTS).inside(outer)
        with pytest.raises(MissingFact) as missing:
            reach(told.build(), "group-0", CUSTOMERS)
        why = missing.value.fact.why
        assert why.count(" is inside '") == told_by_one
        assert left in why
        assert ("so on over" in why) == bool(left)

    def test_a_direct_grant_stays_certain(self):
        told = self.crossing().application(SOFTWARE, "jira-users", "portal")
        assert path(told, "portal") == "portal > jira-software"

    def test_nesting_in_the_own_directory_stays_certain(self):
        told = self.crossing()
        told.group("portal").inside("jira-users")
        assert path(told, "portal") == "portal > jira-users > jira-software"

    def test_a_directory_that_no_product_sees_does_not_count(self):
        told = estate()
        told.group("portal")
        told.directory("corp", "ldap").group("portal", "corp").inside("jira-users")
        assert reach(told.build(), "portal", CUSTOMERS) is None

    def test_another_directory_that_was_not_read_leaves_the_answer_alone(self):
        told = estate().agents().unread(AGENTS)
        assert reach(told.build(), "portal", CUSTOMERS) is None

    def test_what_was_seen_of_an_incomplete_other_directory_counts(self):
        with pytest.raises(MissingFact, match="nothing puts 'portal'"):
            reach(self.crossing().incomplete(AGENTS).build(), "portal", CUSTOMERS)


def test_jira_sees_the_directories_of_people_those_it_names_and_those_it_holds_itself():
    told = estate().customers("corp", "other", is_synced=False).directory("portal", "jira").directory("unseen")
    told.directory("named").directory("through_crowd")
    told.jira_directory("One", "named").jira_directory("Two", application="jira")
    told.crowd_application("jira", ("through_crowd",))
    expected = ("corp", CUSTOMERS, "named", "portal", "through_crowd")
    assert seen_directories(told.build()) == tuple(sorted(expected))


def test_members_of_a_licensed_group_hold_a_seat_with_their_path():
    assert who(estate().user("ana", in_group="jira-users")) == ["ana > jira-users > jira-software"]


def test_members_of_nested_groups_hold_a_seat_once_by_the_shortest_path():
    told = estate().user("ana", in_group="jira-users").user("ben", in_group="portal")
    told.group("portal").inside("jira-users").holds("ana")
    assert who(told) == ["ana > jira-users > jira-software", "ben > portal > jira-users > jira-software"]


def test_inactive_members_hold_no_seat():
    assert who(estate().user("ana", in_group="jira-users", active=False)) == []


def test_members_of_other_groups_hold_no_seat():
    told = estate().user("ana", in_group="portal")
    told.group("jira-users").inside("portal")
    assert who(told) == []


def test_an_unread_directory_shows_no_holder():
    assert who(estate().unread(CUSTOMERS)) == []


def test_a_directory_nobody_read_shows_no_crossing_group():
    built = estate().unread(CUSTOMERS).build()
    assert list(SeatPaths(built).crossing_groups(licences(built).applications[0], CUSTOMERS)) == []


def test_holders_are_narrowed_to_a_selection():
    told = EstateBuilder().customers("corp", selection="customers").application(SOFTWARE, "jira-users")
    told.user("ana", "corp", "jira-users", selections=("customers",))
    told.user("ben", "corp", "jira-users", selections=("agents",))
    built = told.build()
    found = holders(built, licences(built).applications[0], "corp", "customers")
    assert [holder.user.username for holder in found] == ["ana"]


def test_a_path_says_whether_it_is_nested():
    assert AccessPath(("portal", "jira-users", SOFTWARE)).is_nested
    assert not AccessPath(("portal", SOFTWARE)).is_nested
    assert AccessPath(("portal", SOFTWARE)).of("ana").names == ("ana", "portal", SOFTWARE)


def test_groups_with_a_permission_are_listed_once_and_in_order():
    held = {"USE": ("b", "A"), "JIRA_USERS": ("c", "a"), "ADMINISTER": ("admins",)}
    assert [group.lower() for group in granted(held, LOGIN)] == ["a", "b", "c"]


class TestBeforeJira7:
    def old(self, permissions: dict[str, tuple[str, ...]]) -> EstateBuilder:
        told = EstateBuilder().customers().says("jira.version", "6.4.14").says("jira.applications", ())
        return told.says("jira.permissions", permissions)

    @pytest.mark.parametrize("permission", ["JIRA_USERS", "USE", "use", "ADMINISTER", "SYSTEM_ADMIN"])
    def test_these_permissions_cost_a_seat(self, permission):
        assert path(self.old({permission: ("portal",)}), "portal") == "portal > jira"

    def test_other_permissions_cost_nothing(self):
        assert reach(self.old({"BULK_CHANGE": ("portal",)}).build(), "portal", CUSTOMERS) is None

    def test_nesting_counts(self):
        told = self.old({"JIRA_USERS": ("jira-users",)})
        told.group("portal").inside("jira-users")
        assert path(told, "portal") == "portal > jira-users > jira"

    def test_applications_don_t_count(self):
        told = self.old({}).application(SOFTWARE, "portal")
        assert reach(told.build(), "portal", CUSTOMERS) is None

    def test_permissions_nobody_told_are_missing(self):
        told = EstateBuilder().customers().says("jira.version", "6.4").says("jira.applications", ())
        with pytest.raises(MissingFact) as missing:
            reach(told.build(), "portal", CUSTOMERS)
        assert missing.value.fact.name == "jira.permissions"

    @pytest.mark.parametrize("left_out", ["JIRA_USERS", "ADMINISTER", "SYSTEM_ADMIN"])
    def test_a_declaration_that_leaves_a_permission_out_leaves_it_open(self, left_out):
        told = self.old({})
        held = {key: () for key in ("JIRA_USERS", "ADMINISTER", "SYSTEM_ADMIN") if key != left_out}
        told.declares("jira.permissions", held)
        with pytest.raises(MissingFact) as missing:
            reach(told.build(), "portal", CUSTOMERS)
        assert missing.value.fact.name == f"jira.permissions[{left_out}]"

    def test_a_declaration_of_all_three_decides(self):
        told = self.old({}).declares("jira.permissions", {"use": (), "ADMINISTER": (), "SYSTEM_ADMIN": ()})
        assert reach(told.build(), "portal", CUSTOMERS) is None

    def test_a_permission_left_out_does_not_hide_a_proven_one(self):
        told = self.old({}).declares("jira.permissions", {"USE": ("portal",)})
        assert path(told, "portal") == "portal > jira"

    def test_from_7_0_on_permissions_no_longer_count(self):
        told = self.old({"USE": ("portal",)}).says("jira.version", "7.0.0")
        assert reach(told.build(), "portal", CUSTOMERS) is None

    def test_a_version_with_two_digits_is_not_before_7(self):
        told = self.old({"USE": ("portal",)}).says("jira.version", "10.3.24")
        assert reach(told.build(), "portal", CUSTOMERS) is None

    def test_a_version_that_is_none_is_missing(self):
        told = self.old({}).says("jira.version", "latest")
        with pytest.raises(MissingFact, match="'latest' is not a version of Jira"):
            reach(told.build(), "portal", CUSTOMERS)

    def test_a_jira_of_unknown_version_without_applications_may_be_either(self):
        told = EstateBuilder().customers().says("jira.applications", ())
        with pytest.raises(MissingFact) as missing:
            reach(told.build(), "portal", CUSTOMERS)
        assert missing.value.fact.name == "jira.version"

    def test_a_jira_with_a_version_and_unknown_applications_misses_these(self):
        told = EstateBuilder().customers().says("jira.version", "9.12")
        with pytest.raises(MissingFact) as missing:
            reach(told.build(), "portal", CUSTOMERS)
        assert missing.value.fact.name == "jira.applications"


class TestLaws:
    names = tuple("abcdef")
    edges = st.sets(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=14)
    licensed = st.sets(st.sampled_from(names), min_size=1, max_size=2)

    @staticmethod
    def told(edges: Any, licensed: Any, members: Any = ()) -> EstateBuilder:
        told = EstateBuilder().customers().application(SOFTWARE, *licensed)
        for name in TestLaws.names:
            told.group(name)
            told.user(f"user-{name}", in_group=name)
        for child, parent in edges:
            told.group(child).inside(parent)
        for username, group in members:
            told.group(group).holds(username)
        return told

    @staticmethod
    def naive(group: str, edges: Any, licensed: Any, seen: frozenset[str] = frozenset()) -> int | None:
        """Length of the shortest path, by plain recursion."""
        if group in licensed:
            return 1
        above = [TestLaws.naive(p, edges, licensed, seen | {group}) for c, p in edges if c == group and p not in seen]
        lengths = [length for length in above if length]
        return 1 + min(lengths) if lengths else None

    @given(edges, licensed)
    @settings(deadline=None)
    def test_the_closure_is_that_of_a_naive_recursion(self, edges, licensed):
        paths = SeatPaths(self.told(edges, licensed).build())
        for name in self.names:
            found = paths.of_group(name, CUSTOMERS).paths
            expected = self.naive(name, edges, licensed)
            assert (len(found[0].names) - 1 if found else None) == expected

    @given(edges, licensed)
    @settings(deadline=None)
    def test_every_step_of_a_path_is_a_membership(self, edges, licensed):
        built = self.told(edges, licensed).build()
        for holder in holders(built, licences(built).applications[0], CUSTOMERS):
            user, *groups, application = holder.path.names
            assert user == f"user-{groups[0]}"
            assert set(pairwise(groups)) <= edges
            assert groups[-1] in licensed
            assert application == SOFTWARE

    @given(edges, licensed, st.tuples(st.sampled_from(names), st.sampled_from(names)))
    @settings(deadline=None)
    def test_another_membership_never_takes_a_path_away(self, edges, licensed, more):
        before = {name.split(" > ")[0] for name in who(self.told(edges, licensed))}
        after = {name.split(" > ")[0] for name in who(self.told(edges | {more}, licensed))}
        assert before <= after

    @given(edges, licensed, st.randoms())
    @settings(deadline=None)
    def test_the_order_in_which_things_were_read_makes_no_difference(self, edges, licensed, shuffle):
        shuffled = list(edges)
        shuffle.shuffle(shuffled)
        groups = list(licensed)
        shuffle.shuffle(groups)
        assert who(self.told(sorted(edges), sorted(licensed))) == who(self.told(shuffled, groups))

    def test_a_cycle_ends(self):
        told = estate().user("ana", in_group="portal")
        told.group("portal").inside("staff")
        told.group("staff").inside("portal").inside("jira-users")
        told.group("jira-users").inside("staff").inside("jira-users")
        assert who(told) == ["ana > portal > staff > jira-users > jira-software"]

    def test_a_cycle_away_from_any_seat_ends(self):
        told = estate()
        told.group("portal").inside("staff")
        told.group("staff").inside("portal")
        assert reach(told.build(), "portal", CUSTOMERS) is None

    def test_a_chain_of_a_thousand_groups_is_followed(self):
        told = estate().user("ana", in_group="group-0")
        for number in range(1000):
            told.group(f"group-{number}").inside(f"group-{number + 1}" if number < 999 else "jira-users")
        found = reach(told.build(), "group-0", CUSTOMERS)
        assert found is not None
        assert len(found.names) == 1002
        assert who(told)[0].startswith("ana > group-0 > group-1 > group-2 > ")


def test_random_orders_of_many_groups_give_one_path():
    chooser = random.Random(7)  # a fixed seed: the same forty groups every time
    edges = [(f"g{chooser.randrange(40)}", f"g{chooser.randrange(40)}") for _ in range(80)]
    results = set()
    for _ in range(3):
        chooser.shuffle(edges)
        told = estate()
        for child, parent in edges:
            told.group(child).inside(parent)
        told.group("g0").inside("jira-users")
        paths = SeatPaths(told.build())
        results.add(tuple(str(paths.of_group(f"g{number}", CUSTOMERS)) for number in range(40)))
    assert len(results) == 1


def test_the_same_named_group_twice_in_a_directory_counts_by_name():
    told = estate()
    told.group("portal").inside("jira-users")
    told.group("PORTAL")
    assert path(told, "Portal") == "portal > jira-users > jira-software"


def test_an_application_is_called_by_its_name_where_it_has_one():
    known = licences(EstateBuilder().application(SOFTWARE, "a", name="Jira Software").build())
    assert known.named(SOFTWARE) == "Jira Software"
    assert known.named("other") == "other"
