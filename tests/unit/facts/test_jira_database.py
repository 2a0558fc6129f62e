"""Rows of Jira's database as facts: modes above all, and everything that does not fit together."""

from __future__ import annotations

import pytest
from unit.facts.tables import MISSING, REFUSED, read_from

from dirsync.database import jira_tables as named
from dirsync.database.jira_tables import JIRA_TABLES
from dirsync.facts.jira_attribution import JiraAttribution
from dirsync.facts.jira_database import jira_facts_from
from dirsync.facts.jira_database_permissions import schemes_of
from dirsync.model.facts import FactState, declared
from dirsync.model.products import DirectoryMode, DirectoryType, JiraDirectory, ProjectPermission
from dirsync.settings.models import JiraDirectorySettings, LdapSettings

NOBODY = JiraAttribution({}, {}, frozenset())
READ = ["UPDATE_USER_ATTRIBUTE", "UPDATE_GROUP_ATTRIBUTE"]
USERS = ["CREATE_USER", "UPDATE_USER", "DELETE_USER"]
GROUPS = ["CREATE_GROUP", "UPDATE_GROUP", "DELETE_GROUP"]


def facts(rows=None, lacking=None, who=NOBODY):
    return jira_facts_from(read_from(JIRA_TABLES, rows or {}, lacking), "now", who)


def directory(kind, operations, attributes=(), lacking=None, who=NOBODY):
    rows = {
        named.DIRECTORIES: [(7, "Staff", 1, kind, 0)],
        named.OPERATIONS: [(7, operation) for operation in operations] + [(8, "CREATE_USER")],
        named.DIRECTORY_ATTRIBUTES: [(7, name, value) for name, value in attributes],
    }
    return facts(rows, lacking, who)


@pytest.mark.parametrize(
    ("kind", "operations", "attributes", "mode"),
    [
        ("INTERNAL", [*USERS, *GROUPS, *READ], [], DirectoryMode.READ_WRITE),
        ("CROWD", READ, [], DirectoryMode.READ_ONLY),
        ("CROWD", [], [], DirectoryMode.READ_ONLY),
        ("CROWD", [*USERS, *GROUPS], [], DirectoryMode.READ_WRITE),
        ("DELEGATING", [*USERS, *GROUPS], [], DirectoryMode.READ_WRITE),
        ("CONNECTOR", READ, [], DirectoryMode.READ_ONLY),
        ("CONNECTOR", READ, [("ldap.local.groups", "false")], DirectoryMode.READ_ONLY),
        ("CONNECTOR", [*GROUPS, *READ], [], DirectoryMode.READ_ONLY_LOCAL_GROUPS),
        ("CONNECTOR", [*USERS, *GROUPS], [("ldap.local.groups", "TRUE")], DirectoryMode.READ_ONLY_LOCAL_GROUPS),
        ("CONNECTOR", [*USERS, *GROUPS], [("ldap.local.groups", "false")], DirectoryMode.READ_WRITE),
        ("connector", ["create_user"], [("ldap.local.groups", "false")], DirectoryMode.READ_WRITE),
    ],
)
def test_the_mode_is_told_by_type_operations_and_local_groups(kind, operations, attributes, mode):
    fact = directory(kind, operations, attributes)["jira.user_directories[Staff].mode"]
    assert (fact.value, fact.state) == (mode, FactState.OBSERVED)


@pytest.mark.parametrize(
    ("kind", "operations", "why"),
    [
        ("CONNECTOR", [*USERS, *GROUPS], "does not say whether it has local groups (ldap.local.groups)"),
        ("CROWD", GROUPS, "CREATE_GROUP, DELETE_GROUP, UPDATE_GROUP, which is none of the modes"),
        ("CROWD", ["UPDATE_USER"], "allows UPDATE_USER, which is none of the modes"),
    ],
)
def test_a_mode_that_can_not_be_told_for_sure_is_unknown(kind, operations, why):
    fact = directory(kind, operations)["jira.user_directories[Staff].mode"]
    assert fact.state is FactState.UNKNOWN
    assert why in fact.why


def test_operations_that_nobody_shows_are_no_read_only():
    fact = facts({named.DIRECTORIES: [(7, "Staff", 1, "CROWD", 0)]})["jira.user_directories[Staff].mode"]
    assert "cwd_directory_operation shows no row" in fact.why


def test_a_type_that_nobody_knows_leaves_list_and_mode_unknown_and_the_rest_known():
    found = directory("CUSTOM", USERS)
    assert "is of the type 'CUSTOM'" in found["jira.user_directories"].why
    assert "is of the type 'CUSTOM'" in found["jira.user_directories[Staff].mode"].why
    assert found["jira.user_directories[Staff].active"].value is True
    assert "jira.user_directories[Staff].default_groups" not in found


def test_a_row_without_a_position_has_no_place():
    rows = {named.DIRECTORIES: [(7, "Staff", 1, "CROWD", None), (8, "Other", 0, "CROWD", 1)]}
    assert "has no position" in facts(rows)["jira.user_directories"].why


def test_default_groups_are_told_where_the_setting_exists_or_is_set():
    leaf = "jira.user_directories[Staff].default_groups"
    assert directory("CONNECTOR", READ)[leaf].value == ()
    several = directory("DELEGATING", READ, [("autoAddGroups", "a| b|a||")])[leaf]
    assert several.value == ("a", "b")
    assert "taken apart at every |" in several.source
    assert leaf not in directory("CROWD", READ)
    assert directory("CROWD", READ, [("autoAddGroups", "a")])[leaf].value == ("a",)
    lacking = {named.DIRECTORY_ATTRIBUTES: dict.fromkeys(named.DIRECTORY_ATTRIBUTES.columns, REFUSED)}
    assert leaf not in directory("CROWD", READ, lacking=lacking)
    assert directory("CONNECTOR", READ, lacking=lacking)[leaf].state is FactState.UNKNOWN


def test_nested_groups_are_told_where_the_setting_is_set():
    leaf = "jira.user_directories[Staff].nested_groups"
    assert directory("CONNECTOR", READ, [("useNestedGroups", "false")])[leaf].value is False
    assert directory("INTERNAL", USERS, [("useNestedGroups", "true")])[leaf].value is True
    assert leaf not in directory("CONNECTOR", READ)
    odd = directory("CONNECTOR", READ, [("useNestedGroups", "perhaps")])[leaf]
    assert (odd.state, "neither yes nor no" in odd.why) == (FactState.UNKNOWN, True)


def test_a_directory_that_is_read_out_of_jira_too_is_told_with_both():
    settings = {
        "corp": LdapSettings(kind="ldap", url="ldaps://ldap.example.org"),
        "local": JiraDirectorySettings(kind="jira", jira_directory="staff"),
    }
    who = JiraAttribution(settings, {"corp": ("ou=a,dc=x",)}, frozenset({"corp"}))
    attributes = [("ldap.url", "ldap://ldap.example.org"), ("ldap.basedn", "dc=x")]
    fact = directory("CONNECTOR", READ, attributes, who=who)["jira.user_directories"]
    assert fact.value == (JiraDirectory("Staff", DirectoryType.LDAP, "corp", held_in="local"),)
    internal = directory("INTERNAL", USERS, attributes, who=who)["jira.user_directories"]
    assert internal.value == (JiraDirectory("Staff", DirectoryType.INTERNAL, "local"),)


def test_an_ldap_directory_is_attributed_by_its_server_if_that_can_be_read():
    corp = LdapSettings(kind="ldap", url="ldaps://ldap.example.org")
    who = JiraAttribution({"corp": corp}, {"corp": ("ou=a,dc=x",)}, frozenset({"corp"}))
    attributes = [("ldap.url", "ldap://LDAP.example.org:389"), ("ldap.basedn", "dc=X")]
    fact = directory("CONNECTOR", READ, attributes, who=who)["jira.user_directories"]
    assert fact.value == (JiraDirectory("Staff", DirectoryType.LDAP, "corp"),)
    assert "Staff: corp is read from the same LDAP server, below dc=X" in fact.source
    assert directory("CROWD", READ, [*attributes, ("application.name", "jira")], who=who)[
        "jira.user_directories"
    ].value == (JiraDirectory("Staff", DirectoryType.CROWD, "", "jira"),)
    lacking = {named.DIRECTORY_ATTRIBUTES: dict.fromkeys(named.DIRECTORY_ATTRIBUTES.columns, REFUSED)}
    fact = directory("CONNECTOR", READ, attributes, lacking, who)["jira.user_directories"]
    assert fact.value == (JiraDirectory("Staff", DirectoryType.LDAP, ""),)


def test_a_directory_that_is_attributed_by_a_declaration_rests_on_it():
    said = declared(
        "jira.user_directories", (JiraDirectory("staff", DirectoryType.LDAP, "corp", "", "agents"),), "e.yaml:3", "then"
    )
    fact = directory("CONNECTOR", READ, who=JiraAttribution({}, {}, frozenset(), said))["jira.user_directories"]
    assert fact.value == (JiraDirectory("Staff", DirectoryType.LDAP, "corp", "", "agents"),)
    assert (fact.state, fact.source.endswith("; shown as e.yaml:3")) == (FactState.DECLARED, True)


@pytest.mark.parametrize("permission", ["USE", "ADMINISTER", "SYSTEM_ADMIN"])
def test_a_permission_that_costs_a_seat_and_is_granted_to_anyone_is_not_taken_for_nobody_s(permission):
    found = facts({named.PERMISSIONS: [(permission, None), ("ADMINISTER", "admins")]})
    assert f"{permission} is granted to no group, which is to anyone" in found["jira.permissions"].why
    assert found["jira.administrative_groups"].state is FactState.UNKNOWN


@pytest.mark.parametrize(
    ("strings", "told"),
    [
        ([(1, "9.12.8")], "9.12.8"),
        ([(2, "9120008")], "tells only the build number 9120008 of the version"),
        ([(1, "unknown")], "tells nothing of the version"),
        ([], "tells nothing of the version"),
    ],
)
def test_the_version_is_told_as_far_as_the_database_has_it(strings, told):
    of_jira = "jira.properties"
    entries = [(1, of_jira, "jira.version"), (2, of_jira, "jira.version.patched"), (3, of_jira, "other")]
    fact = facts({named.PROPERTIES: entries, named.STRINGS: strings})["jira.version"]
    assert told in (fact.value or fact.why)


@pytest.mark.parametrize(("numbers", "managed"), [([(3, 1)], True), ([(3, 0)], False), ([], False), ([(9, 1)], False)])
def test_whether_users_are_managed_elsewhere_is_off_until_it_is_set(numbers, managed):
    entries = [(3, "jira.properties", "jira.option.user.externalmanagement")]
    fact = facts({named.PROPERTIES: entries, named.NUMBERS: numbers})["jira.external_user_management"]
    assert (fact.value, fact.state) == (managed, FactState.OBSERVED)


def test_a_default_group_s_flag_that_is_empty_or_no_is_no_default():
    rows = {named.ACCESS: [("a", "x", "Y"), ("a", "y", "N"), ("a", "z", None), ("a", "w", " ")], named.SELECTED: []}
    [application] = facts(rows)["jira.applications"].value
    assert (application.default_groups, application.groups) == (("x",), ("w", "x", "y", "z"))
    assert application.selected_by_default is False


def test_service_projects_without_their_ids_have_no_roles_but_are_known():
    rows = {named.SERVICE_DESKS: [(1, "HELP", None, 0, 0)], named.ROLES: [(1, "r")]}
    found = facts(rows, {named.SERVICE_DESKS: {"PROJECT_ID": REFUSED}})
    assert [project.key for project in found["jira.service_projects"].value] == ["HELP"]
    assert found["jira.service_projects[HELP].roles"].state is FactState.UNKNOWN
    assert found["jira.service_projects[HELP].open_access"].value is False
    assert "all of them" in found["jira.service_projects"].source


def test_a_jira_without_the_table_of_applications_may_still_have_service_projects():
    gone = {
        named.SERVICE_DESKS: dict.fromkeys(named.SERVICE_DESKS.columns, MISSING),
        named.ACCESS: dict.fromkeys(named.ACCESS.columns, MISSING),
    }
    assert facts({}, gone)["jira.service_projects"].state is FactState.UNKNOWN


HELP = [(500, "HELP", None, 0, 0)]
LINKED = [(500, "Project", 7, "PermissionScheme"), (501, "Project", 8, "PermissionScheme")]


def permissions(granted, linked=LINKED, lacking=None):
    rows = {named.SERVICE_DESKS: HELP, named.ROLES: [(10200, "Service Desk Customers")]}
    rows |= {named.SCHEMES: linked, named.GRANTED: granted}
    return facts(rows, lacking)["jira.service_projects[HELP].permissions"]


def test_a_permission_scheme_tells_groups_and_roles_and_nobody_else():
    granted = [
        (7, "BROWSE_PROJECTS", "group", "portal"),
        (7, "BROWSE_PROJECTS", "group", "portal"),
        (7, "BROWSE_PROJECTS", "group", None),
        (7, "BROWSE_PROJECTS", "projectrole", "10200"),
        (7, "CREATE_ISSUES", "projectrole", "10999"),
        (7, "CREATE_ISSUES", "sd.customer.portal.only", None),
        (7, "EDIT_ISSUES", "applicationRole", ""),
        (7, "EDIT_ISSUES", "user", "JIRAUSER1"),
        (8, "ADMINISTER_PROJECTS", "group", "of another scheme"),
    ]
    fact = permissions(granted)
    assert fact.value == (
        ProjectPermission("BROWSE_PROJECTS", ("portal",), ("Service Desk Customers",)),
        ProjectPermission("CREATE_ISSUES", (), ("10999",)),
    )
    assert fact.source == ("the database, AO_54307E_SERVICEDESK, nodeassociation, schemepermissions, projectrole")


@pytest.mark.parametrize(
    ("granted", "linked", "why"),
    [
        ([(8, "BROWSE_PROJECTS", "group", "a")], LINKED, "the permission scheme of HELP grants nothing"),
        ([(8, "BROWSE_PROJECTS", "group", "a")], LINKED[1:], "HELP has 0 permission schemes in nodeassociation"),
        ([(8, "X", "group", "a")], [*LINKED, (500, "Project", 9, "PermissionScheme")], "HELP has 2 permission schemes"),
    ],
)
def test_a_project_without_one_scheme_that_grants_something_is_not_shown_whole(granted, linked, why):
    fact = permissions(granted, linked)
    assert fact.state is FactState.UNKNOWN
    assert why in fact.why
    assert fact.remedy.startswith("See that no row-level security keeps rows from the account.")
    assert "Or declare the permissions of HELP under jira.service_projects" in fact.remedy


@pytest.mark.parametrize("table", [named.SERVICE_DESKS, named.SCHEMES, named.GRANTED, named.ROLES])
def test_permissions_of_a_project_need_each_of_their_tables(table):
    column = "PROJECT_ID" if table is named.SERVICE_DESKS else table.columns[-1]
    fact = permissions([(7, "BROWSE_PROJECTS", "group", "a")], lacking={table: {column: REFUSED}})
    assert f"may not read {table.name} ({column})" in fact.why


def test_the_schemes_that_are_read_are_those_of_service_projects():
    tables = read_from(JIRA_TABLES, {named.SCHEMES: [*LINKED, LINKED[0]]})
    assert schemes_of(tables) == [7, 8]
    assert schemes_of(read_from(JIRA_TABLES, {}, {named.SCHEMES: {"sink_node_id": REFUSED}})) == []
