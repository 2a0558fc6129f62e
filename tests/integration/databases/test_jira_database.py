"""Jira's database, with an account that may read the printed columns and nothing else."""

from __future__ import annotations

import pytest
from integration.databases.conftest import NOW, clock, jira_at
from integration.databases.schemas import JIRA_TABLES, SECRET

from dirsync.facts.jira_attribution import JiraAttribution
from dirsync.facts.jira_database import TOLD, read_jira_database_facts
from dirsync.model.facts import FactState
from dirsync.model.products import (
    DirectoryMode,
    DirectoryType,
    JiraApplication,
    JiraDirectory,
    ProjectPermission,
    ProjectRole,
    ServiceProject,
)
from dirsync.settings.models import JiraDirectorySettings

pytestmark = pytest.mark.server
WHO = JiraAttribution(
    {"portal": JiraDirectorySettings(kind="jira", jira_directory="jira internal directory")}, {}, frozenset()
)

PERMISSIONS = (
    ProjectPermission("ADMINISTER_PROJECTS", roles=("Administrators",)),
    ProjectPermission("BROWSE_PROJECTS", ("portal-customers",)),
)


def told(account, **more):
    return read_jira_database_facts(jira_at(account, **more), WHO, clock)


@pytest.fixture(scope="module")
def facts(jira_reader):
    return told(jira_reader)


def values(facts):
    return {name: fact.value for name, fact in facts.items() if fact.state is not FactState.UNKNOWN}


def test_every_fact_that_is_certain_is_observed_with_its_tables(facts, jira_reader):
    directory = "jira.user_directories"
    assert values(facts) == {
        "jira.version": "9.12.8",
        "jira.permissions": {
            "ADMINISTER": ("helpdesk-leads", "jira-administrators"),
            "SYSTEM_ADMIN": ("jira-administrators",),
            "JIRA_USERS": ("jira-users",),
            "CREATE_SHARED_OBJECTS": (),
        },
        "jira.administrative_groups": ("helpdesk-leads", "jira-administrators"),
        "jira.applications": (
            JiraApplication("jira-servicedesk", ("jsm-agents",), (), selected_by_default=False),
            JiraApplication(
                "jira-software", ("jira-administrators", "jira-users"), ("jira-users",), selected_by_default=True
            ),
        ),
        directory: (
            JiraDirectory("Staff", DirectoryType.LDAP, ""),
            JiraDirectory("Crowd Customers", DirectoryType.CROWD, "", "jira-customers"),
            JiraDirectory("Jira Internal Directory", DirectoryType.INTERNAL, "portal"),
            JiraDirectory("Old Partners", DirectoryType.DELEGATING, ""),
        ),
        f"{directory}[Staff].mode": DirectoryMode.READ_ONLY_LOCAL_GROUPS,
        f"{directory}[Staff].active": True,
        f"{directory}[Staff].default_groups": ("jira-users", "wiki-users"),
        f"{directory}[Crowd Customers].mode": DirectoryMode.READ_ONLY,
        f"{directory}[Crowd Customers].active": True,
        f"{directory}[Jira Internal Directory].mode": DirectoryMode.READ_WRITE,
        f"{directory}[Jira Internal Directory].active": True,
        f"{directory}[Old Partners].mode": DirectoryMode.READ_WRITE,
        f"{directory}[Old Partners].active": False,
        f"{directory}[Old Partners].default_groups": (),
        "jira.service_projects": (ServiceProject("HELP"), ServiceProject("NEW")),
        "jira.service_projects[HELP].roles": (
            ProjectRole(10002, "Administrators", ("jira-administrators",)),
            ProjectRole(10200, "Service Desk Customers", ("portal-customers",), ("JIRAUSER10100",)),
        ),
        "jira.service_projects[NEW].roles": (
            ProjectRole(10002, "Administrators"),
            ProjectRole(10200, "Service Desk Customers"),
        ),
        "jira.service_projects[HELP].permissions": PERMISSIONS,
        "jira.service_projects[NEW].permissions": PERMISSIONS,
        "jira.public_signup.projects[HELP]": False,
        "jira.external_user_management": True,
    }
    where = f"postgresql://127.0.0.1:{jira_reader.database.server.port}/{jira_reader.database.name}"
    fact = facts["jira.permissions"]
    assert fact.source == f"Jira's database ({where}), globalpermissionentry"
    assert (fact.at, fact.state) == (NOW.isoformat(), FactState.OBSERVED)


def test_switches_that_nobody_documents_are_unknown_unless_they_are_off(facts):
    signup, access = facts["jira.public_signup.projects[NEW]"], facts["jira.service_projects[HELP].open_access"]
    assert "AO_54307E_SERVICEDESK.PUBLIC_SIGNUP of NEW is 1, and what that means is not documented" in signup.why
    assert "OPEN_CUSTOMER_ACCESS of HELP is empty, and what that means follows a default" in access.why
    assert {signup.state, access.state} == {FactState.UNKNOWN}


def test_no_secret_and_no_account_is_in_any_fact(facts, jira_reader):
    shown = repr(facts)
    assert SECRET not in shown
    assert jira_reader.password not in shown
    assert "whatever" not in shown, "an actor of a kind that nobody knows"
    assert "of-a-software-project" not in shown


def test_an_account_without_any_right_leaves_every_fact_unknown_with_the_grant_to_add(jira_database):
    account = jira_database.account()
    facts = told(account)
    assert set(facts) == set(TOLD)
    assert {fact.state for fact in facts.values()} == {FactState.UNKNOWN}
    fact = facts["jira.permissions"]
    assert "this account may not read globalpermissionentry (permission, group_id)." in fact.why
    assert f"GRANT SELECT (permission, group_id) ON globalpermissionentry TO {account.name};" in fact.remedy
    assert fact.remedy.endswith("Or declare jira.permissions in mappings/estate.yaml.")
    # what the facts ask for is all that they need
    for fact in facts.values():
        if "GRANT" in fact.remedy:
            account.given(fact.remedy[fact.remedy.index("GRANT") : fact.remedy.index(";") + 1])
    later = told(account)
    assert later["jira.permissions"].state is FactState.OBSERVED
    assert later["jira.service_projects"].state is FactState.OBSERVED


REVOKED = [
    ("directory_position", "cwd_directory", {"jira.user_directories"}),
    ("active", "cwd_directory", {"jira.user_directories[Staff].active", "jira.user_directories[Old Partners].active"}),
    ("operation_type", "cwd_directory_operation", {"jira.user_directories[Staff].mode"}),
    ("primary_group", "licenserolesgroup", {"jira.applications"}),
    ('"PUBLIC_SIGNUP"', '"AO_54307E_SERVICEDESK"', {"jira.public_signup.projects[HELP]"}),
    ("roletypeparameter", "projectroleactor", {"jira.service_projects[HELP].roles"}),
    ("sink_node_id", "nodeassociation", {"jira.service_projects[HELP].permissions"}),
    ("perm_parameter", "schemepermissions", {"jira.service_projects[HELP].permissions"}),
    ("propertyvalue", "propertynumber", {"jira.external_user_management"}),
]


@pytest.mark.parametrize(
    ("column", "table", "lost"), REVOKED, ids=[f"{table}.{column}" for column, table, _ in REVOKED]
)
def test_a_column_that_lacks_costs_its_own_facts_only(make_jira, facts, column, table, lost):
    account = make_jira("")
    account.given(f"REVOKE SELECT ({column}) ON {table} FROM {account.name}")
    found = told(account)
    unknown = {name for name, fact in found.items() if fact.state is FactState.UNKNOWN}
    before = {name for name, fact in facts.items() if fact.state is FactState.UNKNOWN}
    assert lost <= unknown
    assert not [name for name in unknown - before if found[name].source.rpartition(", ")[2] != table.strip('"')]
    for name in lost:
        plain = column.strip('"')
        assert f"may not read {table.strip(chr(34))} ({plain})" in found[name].why
        assert f"GRANT SELECT ({column}) ON {table} TO {account.name};" in found[name].remedy


def test_without_the_attributes_that_hold_passwords_too_the_rest_is_told(make_jira):
    account = make_jira("")
    account.given(
        f"REVOKE SELECT (directory_id, attribute_name, attribute_value) ON cwd_directory_attribute FROM {account.name}"
    )
    facts = told(account)
    assert facts["jira.user_directories[Crowd Customers].mode"].value is DirectoryMode.READ_ONLY
    assert facts["jira.user_directories[Staff].mode"].state is FactState.UNKNOWN
    assert facts["jira.user_directories[Staff].default_groups"].state is FactState.UNKNOWN
    directories = facts["jira.user_directories"]
    assert [(known.name, known.crowd_application) for known in directories.value] == [
        ("Staff", ""),
        ("Crowd Customers", ""),
        ("Jira Internal Directory", ""),
        ("Old Partners", ""),
    ]
    assert "Crowd applications as which Jira logs in: In Jira's database" in directories.source
    assert f"TO {account.name};" in directories.source


def test_a_table_or_column_that_this_version_has_not_is_named(make_jira):
    account = make_jira("DROP TABLE licenserolesdefault")
    account.database.run("ALTER TABLE cwd_directory DROP COLUMN directory_position")
    facts = told(account)
    assert "there is no cwd_directory (directory_position)" in facts["jira.user_directories"].why
    assert "search_path" in facts["jira.user_directories"].remedy
    [software] = [known for known in facts["jira.applications"].value if known.key == "jira-software"]
    assert software.selected_by_default is None
    assert "there is no licenserolesdefault (license_role_name)" in facts["jira.applications"].source


def test_without_service_management_there_are_no_service_projects(make_jira):
    gone = 'DROP TABLE "AO_54307E_SERVICEDESK";'
    unlicensed = "DELETE FROM licenserolesgroup WHERE license_role_name = 'jira-servicedesk'"
    assert told(make_jira(gone))["jira.service_projects"].state is FactState.UNKNOWN
    found = told(make_jira(gone + unlicensed))["jira.service_projects"]
    assert (found.state, found.value) == (FactState.OBSERVED, ())
    assert told(make_jira(gone + "DELETE FROM licenserolesgroup"))["jira.service_projects"].state is FactState.UNKNOWN


def test_an_empty_table_proves_nothing(postgresql):
    from integration.databases.conftest import _granted

    from dirsync.operations.doctor.grants import Product

    account = _granted(postgresql.database(JIRA_TABLES), Product.JIRA)
    facts = told(account)
    open_all_the_same = {"jira.service_projects": (), "jira.external_user_management": False}
    assert values(facts) == open_all_the_same
    assert "licenserolesgroup shows no row, and it always has some" in facts["jira.applications"].why
