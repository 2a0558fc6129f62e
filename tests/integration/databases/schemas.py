"""The tables of both products as public schema dumps show them, with rows that a small company would have.

Passwords stand where the products keep them, so that a test can prove that none of them is ever read.
"""

from __future__ import annotations

SECRET = "c4n4ry-s3cr3t"

JIRA_TABLES = """
CREATE TABLE cwd_directory (id numeric(18) PRIMARY KEY, directory_name varchar(255), lower_directory_name varchar(255),
  created_date timestamp, active integer, description varchar(255), impl_class varchar(255),
  directory_type varchar(60), directory_position numeric(18));
CREATE TABLE cwd_directory_operation (directory_id numeric(18), operation_type varchar(60));
CREATE TABLE cwd_directory_attribute (directory_id numeric(18), attribute_name varchar(255), attribute_value text);
CREATE TABLE globalpermissionentry (id numeric(18) PRIMARY KEY, permission varchar(255), group_id varchar(255));
CREATE TABLE licenserolesgroup (id numeric(18) PRIMARY KEY, license_role_name varchar(255), group_id varchar(255),
  primary_group char(1));
CREATE TABLE licenserolesdefault (id numeric(18) PRIMARY KEY, license_role_name varchar(255));
CREATE TABLE projectrole (id numeric(18) PRIMARY KEY, name varchar(255), description text);
CREATE TABLE projectroleactor (id numeric(18) PRIMARY KEY, pid numeric(18), projectroleid numeric(18),
  roletype varchar(255), roletypeparameter varchar(255));
CREATE TABLE nodeassociation (source_node_id numeric(18), source_node_entity varchar(60), sink_node_id numeric(18),
  sink_node_entity varchar(60), association_type varchar(60), sequence numeric(9));
CREATE TABLE schemepermissions (id numeric(18) PRIMARY KEY, scheme numeric(18), permission numeric(9),
  perm_type varchar(255), perm_parameter varchar(255), permission_key varchar(255));
CREATE TABLE "AO_54307E_SERVICEDESK" ("ID" integer PRIMARY KEY, "PROJECT_ID" bigint,
  "PROJECT_KEY" varchar(255) DEFAULT 'N/A' NOT NULL, "DISABLED" boolean, "PUBLIC_SIGNUP" integer,
  "CREATED_BY_USER_KEY" varchar(255), "OPEN_CUSTOMER_ACCESS" integer);
CREATE TABLE propertyentry (id numeric(18) PRIMARY KEY, entity_name varchar(255), entity_id numeric(18),
  property_key varchar(255), propertytype numeric(9));
CREATE TABLE propertynumber (id numeric(18) PRIMARY KEY, propertyvalue numeric(18));
CREATE TABLE propertystring (id numeric(18) PRIMARY KEY, propertyvalue text);
CREATE TABLE cwd_user (id numeric(18) PRIMARY KEY, directory_id numeric(18), user_name varchar(255),
  lower_user_name varchar(255), active integer, created_date timestamp, first_name varchar(255),
  last_name varchar(255), display_name varchar(255), email_address varchar(255), external_id varchar(255),
  credential varchar(255), UNIQUE (lower_user_name, directory_id));
CREATE TABLE cwd_group (id numeric(18) PRIMARY KEY, group_name varchar(255), lower_group_name varchar(255),
  active integer, local integer, description varchar(255), group_type varchar(60), directory_id numeric(18),
  UNIQUE (lower_group_name, directory_id));
CREATE TABLE cwd_membership (id numeric(18) PRIMARY KEY, parent_id numeric(18), child_id numeric(18),
  membership_type varchar(60), group_type varchar(60), parent_name varchar(255), lower_parent_name varchar(255),
  child_name varchar(255), lower_child_name varchar(255), directory_id numeric(18));
"""

JIRA_ROWS = f"""
INSERT INTO cwd_directory VALUES
  (1, 'Jira Internal Directory', 'jira internal directory', now(), 1, '', 'x', 'INTERNAL', 2),
  (10000, 'Crowd Customers', 'crowd customers', now(), 1, '', 'x', 'CROWD', 1),
  (10100, 'Staff', 'staff', now(), 1, '', 'x', 'CONNECTOR', 0),
  (10200, 'Old Partners', 'old partners', now(), 0, '', 'x', 'DELEGATING', 3);
INSERT INTO cwd_directory_operation VALUES
  (1, 'CREATE_USER'), (1, 'UPDATE_USER'), (1, 'DELETE_USER'), (1, 'CREATE_GROUP'), (1, 'UPDATE_GROUP'),
  (1, 'DELETE_GROUP'), (1, 'UPDATE_USER_ATTRIBUTE'), (1, 'UPDATE_GROUP_ATTRIBUTE'),
  (10000, 'UPDATE_USER_ATTRIBUTE'), (10000, 'UPDATE_GROUP_ATTRIBUTE'),
  (10100, 'CREATE_USER'), (10100, 'CREATE_GROUP'), (10100, 'UPDATE_GROUP'), (10100, 'UPDATE_USER_ATTRIBUTE'),
  (10200, 'CREATE_USER'), (10200, 'UPDATE_USER'), (10200, 'CREATE_GROUP');
INSERT INTO cwd_directory_attribute VALUES
  (10000, 'application.name', 'jira-customers'), (10000, 'application.password', '{SECRET}'),
  (10000, 'crowd.server.url', 'https://crowd.example.org/crowd'),
  (10100, 'ldap.url', 'ldaps://ldap.example.org:636'), (10100, 'ldap.basedn', 'OU=Staff, DC=example,DC=org'),
  (10100, 'ldap.password', '{SECRET}'), (10100, 'ldap.local.groups', 'true'),
  (10100, 'autoAddGroups', 'jira-users|wiki-users');
INSERT INTO globalpermissionentry VALUES
  (1, 'ADMINISTER', 'jira-administrators'), (2, 'SYSTEM_ADMIN', 'jira-administrators'),
  (3, 'CREATE_SHARED_OBJECTS', NULL), (4, 'ADMINISTER', 'helpdesk-leads'), (5, 'USE', 'jira-users');
INSERT INTO licenserolesgroup VALUES
  (1, 'jira-software', 'jira-users', 'Y'), (2, 'jira-software', 'jira-administrators', 'N'),
  (3, 'jira-servicedesk', 'jsm-agents', NULL);
INSERT INTO licenserolesdefault VALUES (1, 'jira-software');
INSERT INTO projectrole VALUES (10002, 'Administrators', ''), (10200, 'Service Desk Customers', '');
INSERT INTO projectroleactor VALUES
  (1, 10500, 10200, 'atlassian-group-role-actor', 'portal-customers'),
  (2, 10500, 10200, 'atlassian-user-role-actor', 'JIRAUSER10100'),
  (3, 10500, 10002, 'atlassian-group-role-actor', 'jira-administrators'),
  (4, 999, 10200, 'atlassian-group-role-actor', 'of-a-software-project'),
  (5, 10500, 10200, 'some-plugins-role-actor', 'whatever');
INSERT INTO "AO_54307E_SERVICEDESK" VALUES
  (1, 10500, 'HELP', false, 0, 'x', NULL), (2, 10600, 'OLD', true, 1, 'x', 1), (3, 10700, 'NEW', NULL, 1, 'x', 2);
INSERT INTO nodeassociation VALUES
  (10500, 'Project', 10100, 'PermissionScheme', 'ProjectScheme', NULL),
  (10500, 'Project', 10100, 'NotificationScheme', 'ProjectScheme', NULL),
  (10500, 'Issue', 10101, 'PermissionScheme', 'x', NULL),
  (10700, 'Project', 10100, 'PermissionScheme', 'ProjectScheme', NULL),
  (999, 'Project', 0, 'PermissionScheme', 'ProjectScheme', NULL);
INSERT INTO schemepermissions (id, scheme, perm_type, perm_parameter, permission_key) VALUES
  (1, 10100, 'projectrole', '10002', 'ADMINISTER_PROJECTS'), (2, 10100, 'group', 'portal-customers', 'BROWSE_PROJECTS'),
  (3, 10100, 'sd.customer.portal.only', NULL, 'BROWSE_PROJECTS'), (4, 10100, 'group', NULL, 'CREATE_ISSUES'),
  (5, 0, 'group', 'of-a-software-project', 'BROWSE_PROJECTS'), (6, 10101, 'group', 'of-an-issue', 'BROWSE_PROJECTS');
INSERT INTO propertyentry VALUES
  (1, 'jira.properties', 1, 'jira.version', 5), (2, 'jira.properties', 1, 'jira.version.patched', 5),
  (3, 'jira.properties', 1, 'jira.option.user.externalmanagement', 1), (4, 'jira.properties', 1, 'a.plugin.token', 5),
  (5, 'ServiceConfig', 1, 'jira.version', 5);
INSERT INTO propertystring VALUES (1, '9.12.8'), (2, '9120008'), (4, '{SECRET}'), (5, '1.2');
INSERT INTO propertynumber VALUES (3, 1);
INSERT INTO cwd_user (id, directory_id, user_name, lower_user_name, active, first_name, last_name, display_name,
  email_address, credential) VALUES
  (10, 1, 'Admin', 'admin', 1, 'Ada', 'Min', 'Ada Min', 'admin@example.org', '{SECRET}'),
  (11, 1, 'ana@example.org', 'ana@example.org', 1, NULL, NULL, 'Ana', 'ana@example.org', '{SECRET}'),
  (12, 1, 'Gone', 'gone', 0, '', '', '', '', '{SECRET}'),
  (20, 10100, 'Agent', 'agent', 1, '', '', 'Agent', 'agent@example.org', 'nopass');
INSERT INTO cwd_group (id, directory_id, group_name, lower_group_name, description) VALUES
  (100, 1, 'jira-administrators', 'jira-administrators', 'Admins'), (101, 1, 'Portal', 'portal', NULL),
  (102, 1, 'jira-users', 'jira-users', ''), (200, 10100, 'Portal', 'portal', 'another one');
INSERT INTO cwd_membership (id, directory_id, membership_type, parent_name, lower_parent_name, child_name,
  lower_child_name) VALUES
  (1, 1, 'GROUP_USER', 'jira-administrators', 'jira-administrators', 'Admin', 'admin'),
  (2, 1, 'GROUP_USER', 'Portal', 'portal', 'ana@example.org', 'ana@example.org'),
  (3, 1, 'GROUP_GROUP', 'jira-users', 'jira-users', 'Portal', 'portal'),
  (4, 10100, 'GROUP_USER', 'Portal', 'portal', 'Agent', 'agent');
"""

CROWD_TABLES = """
CREATE TABLE cwd_directory (id bigint PRIMARY KEY, directory_name varchar(255), lower_directory_name varchar(255),
  active char(1), description varchar(255), impl_class varchar(255), directory_type varchar(32));
CREATE TABLE cwd_directory_operation (directory_id bigint, operation_type varchar(32));
CREATE TABLE cwd_directory_attribute (directory_id bigint, attribute_name varchar(255), attribute_value text);
CREATE TABLE cwd_application (id bigint PRIMARY KEY, application_name varchar(255), application_type varchar(32),
  active char(1), credential varchar(255));
CREATE TABLE cwd_application_attribute (application_id bigint, attribute_name varchar(255), attribute_value text);
CREATE TABLE cwd_app_dir_mapping (id bigint PRIMARY KEY, application_id bigint, directory_id bigint, allow_all char(1),
  list_index integer);
CREATE TABLE cwd_app_dir_group_mapping (id bigint PRIMARY KEY, app_dir_mapping_id bigint, application_id bigint,
  directory_id bigint, group_name varchar(255));
CREATE TABLE cwd_app_dir_operation (app_dir_mapping_id bigint, operation_type varchar(32));
CREATE TABLE cwd_app_dir_default_groups (id bigint PRIMARY KEY, application_mapping_id bigint, group_name varchar(255));
CREATE TABLE cwd_app_licensing (id bigint PRIMARY KEY, application_id bigint, application_subtype varchar(32),
  total_users integer, max_user_limit integer, total_crowd_users integer, generated_on timestamp, active char(1));
CREATE TABLE cwd_synchronisation_status (id bigint PRIMARY KEY, directory_id bigint, sync_start bigint,
  sync_end bigint, sync_status varchar(255), full_sync_error text, incremental_sync_error text);
"""

CROWD_ROWS = f"""
INSERT INTO cwd_directory VALUES
  (32770, 'Customers', 'customers', 'T', '', 'x', 'INTERNAL'), (32771, 'Staff', 'staff', 'T', '', 'x', 'CONNECTOR'),
  (32772, 'Partners', 'partners', 'F', '', 'x', 'AZURE_AD');
INSERT INTO cwd_directory_operation VALUES (32770, 'CREATE_USER'), (32770, 'UPDATE_USER'), (32771, 'UPDATE_USER');
INSERT INTO cwd_directory_attribute VALUES
  (32770, 'autoAddGroups', 'everybody'), (32771, 'ldap.password', '{SECRET}');
INSERT INTO cwd_application VALUES
  (2, 'jira-customers', 'JIRA', 'T', '{SECRET}'), (3, 'dirsync-customers', 'GENERIC_APPLICATION', 'T', '{SECRET}'),
  (4, 'old-wiki', 'CONFLUENCE', 'F', '{SECRET}');
INSERT INTO cwd_application_attribute VALUES
  (2, 'aggregateMemberships', 'true'), (2, 'filterUsersWithAccess', 'false'), (2, 'filterGroupsWithAccess', 'true'),
  (3, 'aggregateMemberships', 'false');
INSERT INTO cwd_app_dir_mapping VALUES
  (100, 2, 32771, 'F', 1), (101, 2, 32770, 'T', 0), (102, 3, 32770, 'T', 0), (103, 4, 32771, 'T', 0);
INSERT INTO cwd_app_dir_group_mapping VALUES (1, 100, 2, 32771, 'staff'), (2, 100, 2, 32771, 'admins');
INSERT INTO cwd_app_dir_operation VALUES (101, 'CREATE_USER'), (100, 'UPDATE_USER');
INSERT INTO cwd_app_dir_default_groups VALUES (1, 101, 'portal-customers');
INSERT INTO cwd_app_licensing VALUES
  (1, 2, 'jira-software', 11, 25, 9, now(), 'T'), (2, 2, 'jira-servicedesk', 3, -1, 3, now(), 'T'),
  (3, 2, 'jira-core', 99, 1, 1, now(), 'F');
INSERT INTO cwd_synchronisation_status VALUES
  (1, 32771, 1000, 2000, 'success.full', NULL, NULL), (2, 32771, 3000, NULL, 'fetching', NULL, NULL);
"""

JIRA = JIRA_TABLES + JIRA_ROWS
CROWD = CROWD_TABLES + CROWD_ROWS
