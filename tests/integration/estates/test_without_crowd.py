"""No Crowd: Jira on two LDAP directories, the agents' with local groups, and customers in its internal directory."""

from __future__ import annotations

import pytest
from integration.databases.schemas import JIRA_TABLES, SECRET
from integration.estates.conftest import DEFAULT_GROUP, HOLDS, failing, path, person, states, undecided, unit
from servers.postgresql import Account, PostgreSql
from servers.slapd import Slapd, StartSlapd
from servers.workplace import Ran, Workplace

from dirsync.operations.doctor.grants import Product, grants_script

pytestmark = pytest.mark.server
STAFF, PARTNERS = "dc=staff,dc=example,dc=org", "dc=partners,dc=example,dc=org"
INTERNAL_DIRECTORY, STAFF_DIRECTORY, PARTNERS_DIRECTORY = 1, 10100, 10200

JIRA_ROWS = f"""
INSERT INTO cwd_directory (id, directory_name, active, directory_type, directory_position) VALUES
  ({STAFF_DIRECTORY}, 'Staff', 1, 'CONNECTOR', 0), ({PARTNERS_DIRECTORY}, 'Partners', 1, 'CONNECTOR', 1),
  ({INTERNAL_DIRECTORY}, 'Jira Internal Directory', 1, 'INTERNAL', 2);
INSERT INTO cwd_directory_operation VALUES
  ({STAFF_DIRECTORY}, 'CREATE_GROUP'), ({STAFF_DIRECTORY}, 'UPDATE_GROUP'), ({STAFF_DIRECTORY}, 'DELETE_GROUP'),
  ({PARTNERS_DIRECTORY}, 'UPDATE_USER_ATTRIBUTE'),
  ({INTERNAL_DIRECTORY}, 'CREATE_USER'), ({INTERNAL_DIRECTORY}, 'UPDATE_USER'),
  ({INTERNAL_DIRECTORY}, 'DELETE_USER'), ({INTERNAL_DIRECTORY}, 'CREATE_GROUP');
INSERT INTO cwd_directory_attribute VALUES
  ({STAFF_DIRECTORY}, 'ldap.local.groups', 'true'), ({STAFF_DIRECTORY}, 'ldap.password', '{SECRET}'),
  ({PARTNERS_DIRECTORY}, 'ldap.local.groups', 'false');
INSERT INTO globalpermissionentry VALUES
  (1, 'ADMINISTER', 'jira-administrators'), (2, 'SYSTEM_ADMIN', 'jira-administrators');
INSERT INTO licenserolesgroup VALUES (1, 'jira-servicedesk', 'jsm-agents', 'Y');
INSERT INTO projectrole VALUES (10200, 'Service Desk Customers', ''), (10201, 'Service Desk Team', '');
INSERT INTO "AO_54307E_SERVICEDESK" VALUES (1, 10500, 'HELP', false, 1, 'x', 1);
INSERT INTO projectroleactor VALUES
  (1, 10500, 10200, 'atlassian-group-role-actor', 'portal-customers'),
  (2, 10500, 10201, 'atlassian-group-role-actor', 'jsm-agents');
INSERT INTO nodeassociation VALUES (10500, 'Project', 10100, 'PermissionScheme', 'ProjectScheme', NULL);
INSERT INTO schemepermissions (id, scheme, perm_type, perm_parameter, permission_key) VALUES
  (1, 10100, 'projectrole', '10201', 'BROWSE_PROJECTS'), (2, 10100, 'sd.customer.portal.only', NULL, 'BROWSE_PROJECTS');
INSERT INTO propertyentry VALUES (1, 'jira.properties', 1, 'jira.version', 5);
INSERT INTO propertystring VALUES (1, '9.12.8');
INSERT INTO cwd_user (id, directory_id, user_name, lower_user_name, active, credential, email_address) VALUES
  (20, {STAFF_DIRECTORY}, 'amy', 'amy', 1, 'nopass', 'amy@example.org'),
  (21, {STAFF_DIRECTORY}, 'bob', 'bob', 1, 'nopass', 'bob@example.org'),
  (30, {PARTNERS_DIRECTORY}, 'pia', 'pia', 1, 'nopass', 'pia@example.org'),
  (40, {INTERNAL_DIRECTORY}, 'ana@example.org', 'ana@example.org', 1, '{SECRET}', 'ana@example.org');
INSERT INTO cwd_group (id, directory_id, group_name, lower_group_name) VALUES
  (200, {STAFF_DIRECTORY}, 'jsm-agents', 'jsm-agents'),
  (201, {STAFF_DIRECTORY}, 'jira-administrators', 'jira-administrators'),
  (400, {INTERNAL_DIRECTORY}, 'portal-customers', 'portal-customers');
INSERT INTO cwd_membership (id, directory_id, membership_type, lower_parent_name, lower_child_name) VALUES
  (1, {STAFF_DIRECTORY}, 'GROUP_USER', 'jsm-agents', 'amy'),
  (2, {STAFF_DIRECTORY}, 'GROUP_USER', 'jira-administrators', 'bob'),
  (3, {INTERNAL_DIRECTORY}, 'GROUP_USER', 'portal-customers', 'ana@example.org');
"""
NESTED = f"""
INSERT INTO cwd_group (id, directory_id, group_name, lower_group_name) VALUES
  (401, {INTERNAL_DIRECTORY}, 'jsm-agents', 'jsm-agents');
INSERT INTO cwd_membership (id, directory_id, membership_type, lower_parent_name, lower_child_name) VALUES
  (9, {INTERNAL_DIRECTORY}, 'GROUP_GROUP', 'jsm-agents', 'portal-customers');
"""
PARTNER_WITH_A_LOCAL_GROUP = f"""
INSERT INTO cwd_directory_operation VALUES ({PARTNERS_DIRECTORY}, 'CREATE_GROUP');
UPDATE cwd_directory_attribute SET attribute_value = 'true' WHERE directory_id = {PARTNERS_DIRECTORY};
INSERT INTO cwd_group (id, directory_id, group_name, lower_group_name) VALUES
  (300, {PARTNERS_DIRECTORY}, 'jsm-agents', 'jsm-agents');
INSERT INTO cwd_membership (id, directory_id, membership_type, lower_parent_name, lower_child_name) VALUES
  (8, {PARTNERS_DIRECTORY}, 'GROUP_USER', 'jsm-agents', 'pia');
"""

AGENTS = f"""
version: 1
name: agents
audience: agents
source:
  directory: staff
  users: {{base: "ou=people,{STAFF}"}}
  groups: {{base: "ou=groups,{STAFF}"}}
"""
PARTNERS_MAPPING = f"""
version: 1
name: partners
audience: customers
source:
  directory: partners
  users: {{base: "ou=people,{PARTNERS}"}}
public_signup: off
"""
PORTAL = """
version: 1
name: portal
audience: customers
source: {directory: portal}
default_groups: [portal-customers]
public_signup: wanted
"""
ESTATE = """
version: 1
declared: {by: identity-admin@example.org, on: 2026-01-01, valid_until: 2099-01-01}
jira:
  user_directories:
    - {name: Staff, type: ldap, directory: staff}
    - {name: Partners, type: ldap, directory: partners}
    - {name: Jira Internal Directory, type: internal, directory: portal}
  applications:
    - {key: jira-servicedesk, groups: [jsm-agents], default_groups: [jsm-agents], selected_by_default: false, seats: 25,
       used: %(used)s}
  public_signup: {global: true, projects: {HELP: true}, agent_signup: false}
crowd: none
"""


@pytest.fixture(scope="module")
def staff(start_slapd: StartSlapd) -> Slapd:
    people = person(STAFF, "amy") + person(STAFF, "bob")
    return start_slapd(suffixes=(STAFF,), ldif=unit(STAFF, "people") + unit(STAFF, "groups") + people)


@pytest.fixture(scope="module")
def partners(start_slapd: StartSlapd) -> Slapd:
    return start_slapd(suffixes=(PARTNERS,), ldif=unit(PARTNERS, "people") + person(PARTNERS, "pia"))


@pytest.fixture
def desk(workplace: Workplace, staff: Slapd, partners: Slapd) -> Workplace:
    workplace.ldap("staff", staff)
    workplace.ldap("partners", partners)
    workplace.directory("staff-in-jira", kind="jira", jira_directory="Staff")
    workplace.directory("partners-in-jira", kind="jira", jira_directory="Partners")
    workplace.directory("portal", kind="jira", jira_directory="Jira Internal Directory")
    workplace.mapping("agents", AGENTS)
    workplace.mapping("partners", PARTNERS_MAPPING)
    workplace.mapping("portal", PORTAL)
    return workplace


def jira_with(postgresql: PostgreSql, script: str = "") -> Account:
    account = postgresql.database(JIRA_TABLES + JIRA_ROWS + script).account()
    return account.given(grants_script(Product.JIRA, account.name))


def audited(desk: Workplace, account: Account, *arguments: str, used: int = 2) -> Ran:
    """Audit with Jira's database and as many seats in use as Jira shows to whoever declared it."""
    desk.mapping("estate", ESTATE % {"used": used})
    desk.settings["DIRSYNC_JIRA__DATABASE_URL"] = account.url()
    ran = desk.run("audit", "--json", *arguments)
    assert SECRET not in ran.stdout + ran.stderr
    assert account.password not in ran.stdout + ran.stderr
    return ran


def test_everything_is_decided_and_local_groups_count(desk: Workplace, postgresql: PostgreSql) -> None:
    ran = audited(desk, jira_with(postgresql), used=1)
    assert (undecided(ran), failing(ran), ran.code) == ([], [], 0), ran.stderr
    assert {one["name"]: (one["kind"], one["users"], one["complete"]) for one in ran.document["directories"]} == {
        "staff": ("ldap", 2, True),
        "partners": ("ldap", 1, True),
        "staff_in_jira": ("jira", 2, True),
        "partners_in_jira": ("jira", 1, True),
        "portal": ("jira", 1, True),
    }
    [application] = ran.document["applications"]
    assert (application["agents_holding"], application["customers_holding"]) == (1, 0), "amy, by a local group"
    assert ran.document["unmapped"]["users"] == 0, "whom Jira has of an LDAP tree is whom the tree has"
    assert states(ran)["public-signup-needs-read-write"] == "pass"


def test_sign_ups_default_group_inside_one_with_access_is_found_by_its_path(
    desk: Workplace, postgresql: PostgreSql
) -> None:
    ran = audited(desk, jira_with(postgresql, NESTED))
    assert ran.code == 10
    assert undecided(ran) == []
    assert {DEFAULT_GROUP, HOLDS} <= set(failing(ran))
    assert path(ran, DEFAULT_GROUP) == ["portal-customers", "jsm-agents", "jira-servicedesk"]
    assert path(ran, HOLDS) == ["ana@example.org", "portal-customers", "jsm-agents", "jira-servicedesk"]


def test_a_customer_in_a_local_group_is_found_where_ldap_shows_none(desk: Workplace, postgresql: PostgreSql) -> None:
    ran = audited(desk, jira_with(postgresql, PARTNER_WITH_A_LOCAL_GROUP))
    assert (ran.code, undecided(ran)) == (10, [])
    [found] = ran.findings(HOLDS, "fail")
    assert found["path"] == ["pia", "jsm-agents", "jira-servicedesk"]
    assert (found["subject"]["directory"], found["mapping"]) == ("partners", "partners")
    assert any("Jira's database" in one["source"] for one in found["evidence"])
    assert any("ldap://" in one["source"] for one in found["evidence"])


def test_what_is_not_read_out_of_jira_is_not_cleared(desk: Workplace, postgresql: PostgreSql) -> None:
    for name in ("KIND", "JIRA_DIRECTORY"):
        del desk.settings[f"DIRSYNC_DIRECTORIES__PARTNERS_IN_JIRA__{name}"]
    ran = audited(desk, jira_with(postgresql, PARTNER_WITH_A_LOCAL_GROUP), used=1)
    assert ran.code == 12
    [found] = ran.findings(HOLDS, "unknown")
    assert "Jira keeps memberships of its own for the people of partners" in found["message"]
    assert "add a directory of kind jira to the settings" in found["remedy"]


def test_a_right_that_is_missing_makes_a_directory_unreadable_and_names_the_grant(
    desk: Workplace, postgresql: PostgreSql
) -> None:
    account = jira_with(postgresql)
    account.given(f"REVOKE SELECT (lower_child_name) ON cwd_membership FROM {account.name}")
    ran = audited(desk, account)
    assert ran.code == 3
    read = {one["name"]: one for one in ran.document["directories"]}
    assert (read["portal"]["complete"], read["staff"]["complete"]) == (False, True)
    assert "may not read cwd_membership (lower_child_name)" in read["portal"]["reason"]
    [found] = [one for one in ran.findings(HOLDS, "unknown") if one["subject"]["directory"] == "partners"]
    assert "What Jira itself holds of 'partners' was not read whole" in found["message"]
    doctor = desk.run("doctor")
    assert f"GRANT SELECT (lower_child_name) ON cwd_membership TO {account.name};" in doctor.stdout


def test_one_mapping_alone_is_judged_with_its_local_groups_too(desk: Workplace, postgresql: PostgreSql) -> None:
    ran = audited(desk, jira_with(postgresql, PARTNER_WITH_A_LOCAL_GROUP), "--only", "partners")
    assert {one["name"] for one in ran.document["directories"]} == {"partners", "partners_in_jira"}
    assert ran.document["unmapped"]["users"] == 0
    assert path(ran, HOLDS) == ["pia", "jsm-agents", "jira-servicedesk"]


def test_the_doctor_finds_each_directory_in_jira_s_database(desk: Workplace, postgresql: PostgreSql) -> None:
    desk.mapping("estate", ESTATE % {"used": 1})
    desk.settings["DIRSYNC_JIRA__DATABASE_URL"] = jira_with(postgresql).url()
    desk.directory("gone", kind="jira", jira_directory="No Such Directory")
    ran = desk.run("doctor")
    assert ran.code == 3
    assert f"'Staff' is directory {STAFF_DIRECTORY} in Jira's database" in ran.stdout
    assert "every column of 17 tables can be read" in ran.stdout
    assert "Jira has no user directory 'No Such Directory'" in ran.stdout
