"""Rows of Crowd's database as facts, and what is left where a column can't be read."""

from __future__ import annotations

import pytest
from unit.facts.tables import MISSING, REFUSED, read_from

from dirsync.database import crowd_tables as named
from dirsync.database.crowd_tables import CROWD_TABLES
from dirsync.facts.crowd_admin_attribution import CrowdView
from dirsync.facts.crowd_database import crowd_facts_from
from dirsync.model.facts import FactState
from dirsync.model.products import DirectoryType, LicenceUse

ROWS = {
    named.DIRECTORIES: [(1, "Customers", "T", "INTERNAL")],
    named.APPLICATIONS: [(9, "jira", "JIRA", "T"), (8, "dirsync", "GENERIC_APPLICATION", "T")],
    named.MAPPINGS: [(90, 9, 1, "F", 0), (80, 8, 1, "T", 0)],
}
VIEWS = (CrowdView("crowd_customers", "dirsync", "https://crowd.example.org/crowd"),)
URL = "https://crowd.example.org/crowd"
LEAF = "crowd.applications[jira].directories[crowd_customers]"


def facts(rows=None, lacking=None, views=VIEWS, url=URL):
    return crowd_facts_from(read_from(CROWD_TABLES, {**ROWS, **(rows or {})}, lacking), "now", views, {}, url)


def test_what_has_no_row_is_none_and_off():
    found = facts()
    told = {name.removeprefix(f"{LEAF}."): fact.value for name, fact in found.items() if name.startswith(LEAF)}
    assert told == {
        "allow_all_to_authenticate": False,
        "authorised_groups": (),
        "default_groups": (),
        "directory_default_groups": (),
        "allowed_operations": (),
        "directory_allowed_operations": (),
    }
    assert found["crowd.applications[jira].aggregate_memberships"].value is False
    assert found["crowd.applications[jira].access_based_sync"].value is False
    assert found["crowd.applications[jira].licence_use"].value == ()
    assert "crowd.applications[dirsync].licence_use" not in found
    assert "crowd.directories[Customers].sync_state" not in found


@pytest.mark.parametrize("attribute", ["filterUsersWithAccess", "filterGroupsWithAccess"])
def test_either_filter_is_access_based_synchronisation(attribute):
    rows = {named.APPLICATION_ATTRIBUTES: [(9, attribute, "true"), (8, "aggregateMemberships", "true")]}
    found = facts(rows)
    assert found["crowd.applications[jira].access_based_sync"].value is True
    assert found["crowd.applications[jira].aggregate_memberships"].value is False
    assert found["crowd.applications[dirsync].aggregate_memberships"].value is True


def test_several_default_groups_of_a_directory_are_taken_apart():
    rows = {named.DIRECTORY_ATTRIBUTES: [(1, "autoAddGroups", "a|b||a "), (2, "autoAddGroups", "c"), (1, "x", "y")]}
    assert facts(rows)["crowd.directories[Customers].default_groups"].value == ("a", "b")


def test_seats_count_where_crowd_says_that_they_are_current():
    rows = {named.LICENSING: [(9, "s", 3, 0, 1, "T"), (9, "x", 0, None, None, "T"), (9, "y", 1, 1, 1, "F")]}
    found = facts(rows)["crowd.applications[jira].licence_use"]
    assert found.value == (LicenceUse("s", 3, 0, 1), LicenceUse("x", 0, None, None))
    rows = {named.LICENSING: [(9, "s", None, 0, 1, "T")]}
    found = facts(rows)["crowd.applications[jira].licence_use"]
    assert (found.state, "total_users holds 'None'" in found.why) == (FactState.UNKNOWN, True), (
        "nobody says that it is 0"
    )


def test_a_type_that_we_have_no_word_for_is_left_open_as_is_one_that_can_not_be_read():
    rows = {named.DIRECTORIES: [(1, "Customers", "T", "AZURE_AD"), (2, "Staff", "T", "Connector")]}
    assert [known.type for known in facts(rows)["crowd.directories"].value] == [None, DirectoryType.CONNECTOR]
    found = facts(
        rows, {named.DIRECTORIES: {"directory_type": REFUSED}, named.APPLICATIONS: {"application_type": MISSING}}
    )
    assert [known.type for known in found["crowd.directories"].value] == [None, None]
    assert [known.type for known in found["crowd.applications"].value] == ["", ""]


def test_a_leaf_that_is_unknown_names_the_table_and_a_leaf_that_is_known_stays():
    found = facts(lacking={named.GIVEN: dict.fromkeys(named.GIVEN.columns, MISSING)})
    lost = found[f"{LEAF}.default_groups"]
    assert "there is no cwd_app_dir_default_groups (application_mapping_id, group_name)" in lost.why
    assert " Or declare default_groups of '" in lost.remedy
    assert lost.remedy.endswith(" under crowd.applications in mappings/estate.yaml.")
    assert found[f"{LEAF}.directory_default_groups"].value == ()
    assert found["crowd.directories[Customers].default_groups"].value == ()


def test_permissions_of_directories_that_can_not_be_read_cost_their_own_leaves():
    lacking = {
        named.DIRECTORY_OPERATIONS: {"operation_type": REFUSED},
        named.SYNCHRONISATION: {"sync_end": REFUSED},
        named.DIRECTORIES: {"active": REFUSED},
    }
    found = facts(lacking=lacking)
    for name in (f"{LEAF}.directory_allowed_operations", "crowd.directories[Customers].allowed_operations"):
        assert "GRANT SELECT (operation_type) ON cwd_directory_operation" in found[name].remedy
    assert "cwd_directory (active)" in found["crowd.directories[Customers].active"].why
    assert found[f"{LEAF}.allowed_operations"].state is FactState.OBSERVED


def test_without_crowd_s_own_address_applications_of_two_crowds_are_not_mixed_up():
    other = CrowdView("elsewhere", "dirsync", "https://other.example.org/crowd")
    found = facts(views=(*VIEWS, other))
    assert found["directories[crowd_customers].crowd_directory"].value == "Customers"
    assert found["directories[elsewhere].crowd_directory"].state is FactState.UNKNOWN
    assert facts(views=(*VIEWS, other), url="")["directories[crowd_customers].crowd_directory"].state is (
        FactState.UNKNOWN
    )


def test_nothing_at_all_is_no_crowd_without_applications():
    found = facts({table: [] for table in ROWS})
    assert {
        name: fact.state for name, fact in found.items() if name in {"crowd.applications", "crowd.directories"}
    } == {
        "crowd.applications": FactState.UNKNOWN,
        "crowd.directories": FactState.UNKNOWN,
    }
