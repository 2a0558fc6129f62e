"""Crowd's database, with an account that may read the printed columns and nothing else."""

from __future__ import annotations

import pytest
from integration.databases.conftest import clock, crowd_at
from integration.databases.schemas import SECRET

from dirsync.facts.crowd_admin_attribution import CrowdView
from dirsync.facts.crowd_database import TOLD, read_crowd_database_facts
from dirsync.facts.declared import declared_facts
from dirsync.mapping.policy import parse_estate
from dirsync.model.facts import FactState
from dirsync.model.products import CrowdApplication, CrowdDirectory, DirectoryType, LicenceUse, SyncState

pytestmark = pytest.mark.server
VIEWS = (CrowdView("crowd_customers", "dirsync-customers"),)
CUSTOMERS = "crowd.applications[jira-customers].directories[crowd_customers]"


def told(account, declared=None):
    return read_crowd_database_facts(crowd_at(account), VIEWS, declared or {}, "", clock)


@pytest.fixture(scope="module")
def facts(crowd_reader):
    return told(crowd_reader)


def test_applications_stand_with_their_directories_in_order_and_inactive_ones_are_left_out(facts):
    assert facts["crowd.applications"].value == (
        CrowdApplication("dirsync-customers", ("crowd_customers",), ("Customers",), (), "GENERIC_APPLICATION"),
        CrowdApplication("jira-customers", ("crowd_customers",), ("Customers", "Staff"), ("Staff",), "JIRA"),
    )
    assert facts["directories[crowd_customers].crowd_directory"].value == "Customers"


def test_every_leaf_of_an_application_and_its_directory_is_observed(facts):
    found = {name.removeprefix(f"{CUSTOMERS}."): fact.value for name, fact in facts.items() if CUSTOMERS in name}
    assert found == {
        "allow_all_to_authenticate": True,
        "authorised_groups": (),
        "default_groups": ("portal-customers",),
        "directory_default_groups": ("everybody",),
        "allowed_operations": ("CREATE_USER",),
        "directory_allowed_operations": ("CREATE_USER", "UPDATE_USER"),
    }
    jira = "crowd.applications[jira-customers]"
    assert facts[f"{jira}.aggregate_memberships"].value is True
    assert facts[f"{jira}.access_based_sync"].value is True, "groups are filtered"
    assert facts["crowd.applications[dirsync-customers].access_based_sync"].value is False
    assert facts[f"{jira}.licence_use"].value == (
        LicenceUse("jira-software", 11, 25, 9),
        LicenceUse("jira-servicedesk", 3, None, 3),
    )


def test_directories_are_told_with_activity_and_the_newest_synchronisation(facts):
    assert facts["crowd.directories"].value == (
        CrowdDirectory("Customers", DirectoryType.INTERNAL, "crowd_customers", "", "32770"),
        CrowdDirectory("Staff", DirectoryType.CONNECTOR, "", "", "32771"),
        CrowdDirectory("Partners", None, "", "", "32772"),
    )
    assert facts["crowd.directories[Customers].default_groups"].value == ("everybody",)
    assert facts["crowd.directories[Staff].default_groups"].value == ()
    assert facts["crowd.directories[Staff].sync_state"].value == SyncState(
        is_running=True, started="3000", ended="", status="fetching"
    )
    assert facts["crowd.directories[Partners].active"].value is False


def test_no_secret_is_in_any_fact(facts, crowd_reader):
    assert SECRET not in repr(facts)
    assert crowd_reader.password not in repr(facts)


def test_who_shows_what_may_be_declared(crowd_reader):
    estate = parse_estate(
        "version: 1\ndeclared: {by: o@example.org, on: 2026-11-01, valid_until: 2027-11-01}\n"
        "crowd: {directories: [{name: staff, directory: corp}]}\n",
        "estate.yaml",
    )
    facts = told(crowd_reader, declared_facts(estate, {}, clock().date()))
    [_, jira] = facts["crowd.applications"].value
    assert jira.directories == ("crowd_customers", "corp")
    leaf = facts["crowd.applications[jira-customers].directories[corp].authorised_groups"]
    assert (leaf.value, leaf.state) == (("admins", "staff"), FactState.DECLARED)
    assert "shown as estate.yaml:3" in leaf.source


def test_an_account_without_any_right_leaves_everything_unknown(crowd_database):
    facts = told(crowd_database.account())
    assert {name for name in facts if name in TOLD} == set(TOLD)
    assert {fact.state for fact in facts.values()} == {FactState.UNKNOWN}
    assert "GRANT SELECT (id, application_name, application_type, active) ON cwd_application" in (
        facts["crowd.applications"].remedy
    )


REVOKED = [
    ("group_name", "cwd_app_dir_default_groups", f"{CUSTOMERS}.default_groups"),
    ("group_name", "cwd_app_dir_group_mapping", f"{CUSTOMERS}.authorised_groups"),
    ("operation_type", "cwd_app_dir_operation", f"{CUSTOMERS}.allowed_operations"),
    ("operation_type", "cwd_directory_operation", f"{CUSTOMERS}.directory_allowed_operations"),
    ("operation_type", "cwd_directory_operation", "crowd.directories[Customers].allowed_operations"),
    ("attribute_value", "cwd_directory_attribute", f"{CUSTOMERS}.directory_default_groups"),
    ("attribute_name", "cwd_directory_attribute", "crowd.directories[Customers].default_groups"),
    ("allow_all", "cwd_app_dir_mapping", f"{CUSTOMERS}.allow_all_to_authenticate"),
    ("attribute_value", "cwd_application_attribute", "crowd.applications[jira-customers].access_based_sync"),
    ("total_users", "cwd_app_licensing", "crowd.applications[jira-customers].licence_use"),
    ("active", "cwd_directory", "crowd.directories[Customers].active"),
]


@pytest.mark.parametrize(("column", "table", "lost"), REVOKED, ids=[f"{row[1]}.{row[0]}" for row in REVOKED])
def test_a_column_that_lacks_costs_its_own_facts_only(make_crowd, facts, column, table, lost):
    account = make_crowd("")
    account.given(f"REVOKE SELECT ({column}) ON {table} FROM {account.name}")
    found = told(account)
    assert f"may not read {table} (" in found[lost].why
    assert column in found[lost].why
    assert f"GRANT SELECT ({column}) ON {table} TO {account.name};" in found[lost].remedy
    leaf = lost.rpartition(".")[2].removeprefix("directory_")
    others = {
        name
        for name, fact in found.items()
        if fact.state is FactState.UNKNOWN and not name.endswith((leaf, "aggregate_memberships"))
    }
    assert others <= {name for name, fact in facts.items() if fact.state is FactState.UNKNOWN}


def test_an_order_that_is_not_there_and_a_flag_that_is_none_are_told(make_crowd):
    facts = told(make_crowd("UPDATE cwd_app_dir_mapping SET list_index = NULL WHERE id = 100"))
    assert "no list_index" in facts["crowd.applications[jira-customers].directories"].why
    facts = told(make_crowd("UPDATE cwd_app_dir_mapping SET allow_all = 'X' WHERE id = 101"))
    assert "holds 'X', which is neither yes nor no" in facts[f"{CUSTOMERS}.allow_all_to_authenticate"].why
