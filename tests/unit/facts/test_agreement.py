"""When two routes say the same, and when they don't: each kind of fact compares in its own way."""

from __future__ import annotations

import pytest

from dirsync.facts.agreement import agree
from dirsync.model.products import (
    CrowdApplication,
    CrowdDirectory,
    DirectoryMode,
    DirectoryType,
    JiraApplication,
    JiraDirectory,
    ProjectPermission,
    ProjectRole,
    ServiceProject,
    SyncState,
)

LEAF = "crowd.applications[a].directories[d].default_groups"
BOTH = frozenset({"jira-rest", "jira-database"})


@pytest.mark.parametrize(
    ("name", "one", "other", "is_same"),
    [
        (LEAF, ("Portal", "jira-users"), ("JIRA-Users", "portal"), True),
        (LEAF, ("portal",), ("portal", "jira-users"), False),
        (LEAF, ("portal",), (), False),
        ("jira.user_directories[x].mode", "read-only", DirectoryMode.READ_ONLY, True),
        ("jira.user_directories[x].mode", "read-only", "read-write", False),
        ("jira.public_signup.global", True, True, True),
        ("jira.public_signup.global", True, False, False),
        ("jira.version", "9.12", "9.12.8", True),
        ("jira.version", "9.12.8", "9.12", True),
        ("jira.version", "9.12", "9.1", False),
        ("jira.permissions", {"ADMINISTER": ["A"]}, {"ADMINISTER": ("a",), "USER_PICKER": ("b",)}, True),
        ("jira.permissions", {"ADMINISTER": ["a"]}, {"ADMINISTER": ("a", "b")}, False),
        ("jira.permissions", {}, {"ADMINISTER": ("a",)}, True),
        ("crowd.directories[x].sync_state", SyncState(is_running=True), SyncState(is_running=False), True),
        ("crowd.applications[x].licence_use", (1,), (2,), True),
        ("crowd.applications[x].licensed_users", ("a",), ("b",), True),
    ],
)
def test_plain_facts_compare_as_the_products_compare_names(name, one, other, is_same):
    assert agree(name, one, other) is is_same
    assert agree(name, other, one) is is_same


SOFTWARE = JiraApplication(
    "jira-software", ("jira-users",), ("jira-users",), selected_by_default=False, seats=10, used=3
)


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        (JiraApplication("jira-software", ("JIRA-USERS",)), True),
        (JiraApplication("jira-software", ("jira-users",), ("Jira-Users",), selected_by_default=False, used=9), True),
        (JiraApplication("jira-software", ("jira-users", "admins")), False),
        (JiraApplication("jira-software", ("jira-users",), ()), False),
        (JiraApplication("jira-software", ("jira-users",), selected_by_default=True), False),
        (JiraApplication("jira-software", ("jira-users",), seats=11), False),
        (JiraApplication("jira-software", ("jira-users",), is_unlimited=True), False),
    ],
)
def test_applications_compare_in_what_both_routes_tell(other, is_same):
    assert agree("jira.applications", (SOFTWARE,), (other,)) is is_same
    assert agree("jira.applications", (other,), (SOFTWARE,)) is is_same


def test_an_application_that_only_one_route_has_counts_unless_the_database_kept_it():
    left_over = (SOFTWARE, JiraApplication("jira-core", ("old",)))
    assert not agree("jira.applications", (SOFTWARE,), left_over)
    assert not agree("jira.applications", (SOFTWARE,), left_over, frozenset({"jira-rest", "declared"}))
    assert agree("jira.applications", (SOFTWARE,), left_over, BOTH)
    assert agree("jira.applications", (SOFTWARE,), (SOFTWARE, JiraApplication("jira-core", ())))


STAFF = JiraDirectory("Staff", DirectoryType.LDAP, "corp")
CUSTOMERS = JiraDirectory("Customers", DirectoryType.CROWD, "", "jira-customers")


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        ((JiraDirectory("staff", DirectoryType.LDAP, ""), CUSTOMERS), True),
        ((CUSTOMERS, STAFF), False),
        ((STAFF,), False),
        ((STAFF, CUSTOMERS, CUSTOMERS), False),
        ((JiraDirectory("Staff", DirectoryType.INTERNAL, "corp"), CUSTOMERS), False),
        ((JiraDirectory("Staff", DirectoryType.LDAP, "portal"), CUSTOMERS), False),
        ((STAFF, JiraDirectory("Customers", DirectoryType.CROWD, "", "JIRA-customers")), True),
        ((STAFF, JiraDirectory("Customers", DirectoryType.CROWD, "", "jira-all")), False),
    ],
)
def test_user_directories_compare_in_order(other, is_same):
    assert agree("jira.user_directories", (STAFF, CUSTOMERS), other) is is_same


def test_rest_may_see_a_part_of_the_service_projects_only():
    few, all_of_them = (ServiceProject("HELP"),), (ServiceProject("help"), ServiceProject("IT"))
    assert agree("jira.service_projects", few, all_of_them, BOTH)
    assert agree("jira.service_projects", all_of_them, few, BOTH)
    assert not agree("jira.service_projects", (ServiceProject("HR"),), all_of_them, BOTH)
    assert not agree("jira.service_projects", few, all_of_them, frozenset({"declared", "jira-database"}))
    assert agree("jira.service_projects", few, (ServiceProject("help", "Help desk", 3),))


def test_roles_compare_by_their_groups():
    name = "jira.service_projects[HELP].roles"
    one = (ProjectRole(1, "Administrators", ("a",), ("ana",)), ProjectRole(2, "Empty"))
    assert agree(name, one, (ProjectRole(None, "administrators", ("A",), ("JIRAUSER1",)),))
    assert not agree(name, one, (ProjectRole(1, "Administrators", ("a", "b")),))
    assert not agree(name, one, (*one, ProjectRole(3, "Team", ("c",))))
    assert not agree("jira.service_projects[HELP].open_access", True, False)


BROWSE = ProjectPermission("BROWSE_PROJECTS", ("portal",), ("Service Desk Team",))


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        ((ProjectPermission("browse_projects", ("PORTAL",), ("service desk team",)),), True),
        ((BROWSE, ProjectPermission("CREATE_ISSUES")), True),
        ((ProjectPermission("BROWSE_PROJECTS", ("portal",), ("10200",)),), True),
        ((ProjectPermission("BROWSE_PROJECTS", ("other",), ("10200",)),), False),
        ((ProjectPermission("BROWSE_PROJECTS", ("portal",), ("Administrators",)),), False),
        ((ProjectPermission("BROWSE_PROJECTS", ("portal", "Service Desk Team")),), False),
        ((BROWSE, ProjectPermission("CREATE_ISSUES", ("portal",))), False),
        ((), False),
    ],
)
def test_permissions_of_a_project_compare_by_groups_and_by_roles_that_have_names(other, is_same):
    name = "jira.service_projects[HELP].permissions"
    assert agree(name, (BROWSE,), other) is is_same
    assert agree(name, other, (BROWSE,)) is is_same


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        ((CrowdApplication("JIRA", ("a", "b")),), True),
        ((CrowdApplication("jira", ("a", "b")), CrowdApplication("wiki", ("b",))), True),
        ((CrowdApplication("jira", ("b", "a")),), False),
        ((CrowdApplication("jira", None),), True),
        ((CrowdApplication("jira", ("b",), unattributed=("Partners",)),), True),
        ((CrowdApplication("jira", ("c",), unattributed=("Partners",)),), False),
        ((CrowdApplication("jira", ("a", "b"), unattributed=("Partners",)),), False),
        ((CrowdApplication("wiki", ("a", "b")),), False),
        ((), False),
    ],
)
def test_crowd_applications_compare_in_order_where_all_that_they_show_is_known(other, is_same):
    known = (CrowdApplication("jira", ("a", "b")),)
    assert agree("crowd.applications", known, other) is is_same
    assert agree("crowd.applications", other, known) is is_same


def test_what_two_routes_leave_open_in_ways_of_their_own_is_no_contradiction():
    open_here = (CrowdApplication("jira", ("a",), unattributed=("Partners",)),)
    open_there = (CrowdApplication("jira", (), unattributed=("A", "Partners")),)
    assert agree("crowd.applications", open_here, open_there)
    # one tree that Crowd has twice is one Directory
    twice = (CrowdApplication("jira", ("a",), crowd_directories=("A", "A2")),)
    assert agree("crowd.applications", open_here, twice)
    assert agree("crowd.applications", (), ())


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        ((CrowdDirectory("staff", None, ""),), True),
        ((CrowdDirectory("Staff", DirectoryType.CONNECTOR, "corp"), CrowdDirectory("More", None, "")), True),
        ((CrowdDirectory("Staff", DirectoryType.INTERNAL, "corp"),), False),
        ((CrowdDirectory("Staff", DirectoryType.CONNECTOR, "portal"),), False),
        ((CrowdDirectory("Others", None, ""),), False),
        ((), False),
    ],
)
def test_crowd_directories_compare_in_what_both_routes_tell(other, is_same):
    known = (CrowdDirectory("Staff", DirectoryType.CONNECTOR, "corp"),)
    assert agree("crowd.directories", known, other) is is_same
    assert agree("crowd.directories", other, known) is is_same
