"""What dirsync reads in Jira's database (databases.md, "Jira"): these tables make the queries and the GRANT script."""

from __future__ import annotations

from typing import Final

from dirsync.database.tables import NamedTable

PASSWORDS_TOO: Final = (
    "CAUTION: other rows of this table hold passwords (ldap.password, application.password), and a column grant can't "
    "leave rows out. dirsync asks for these names only: {names}. Leave this grant out, and {lost} stay unknown "
    "unless mappings/estate.yaml declares them."
)
MORE_SETTINGS: Final = (
    "CAUTION: other rows of this table hold other settings of Jira and of its plug-ins. dirsync asks only for those "
    "above. Leave this grant out, and they stay unknown."
)
EXTERNAL_MANAGEMENT: Final = "jira.option.user.externalmanagement"
VERSION_PROPERTY: Final = "jira.version"
BUILD_PROPERTY: Final = "jira.version.patched"
"""Holds a build number under a misleading name; admins read it by SQL to know what a backup was made by."""
OF_JIRA_ITSELF: Final = "jira.properties"
DEFAULT_GROUPS, LOCAL_GROUPS = "autoAddGroups", "ldap.local.groups"
CROWD_APPLICATION = "application.name"
LDAP_URL, LDAP_BASE = "ldap.url", "ldap.basedn"
NESTED_GROUPS = "useNestedGroups"
ATTRIBUTES: Final = (DEFAULT_GROUPS, LOCAL_GROUPS, CROWD_APPLICATION, LDAP_URL, LDAP_BASE, NESTED_GROUPS)
GROUP_ACTOR, USER_ACTOR = "atlassian-group-role-actor", "atlassian-user-role-actor"
PROJECT, PERMISSION_SCHEME = "Project", "PermissionScheme"
"""What `nodeassociation` calls them ("How to List Permissions for Groups and Project Roles in Jira Data Center",
jirakb/790630266.html, which also says how to read `schemepermissions`)."""

DIRECTORIES: Final = NamedTable(
    "cwd_directory",
    ("id", "directory_name", "active", "directory_type", "directory_position"),
    "User directories: type, order, and which are switched on.",
)
OPERATIONS: Final = NamedTable(
    "cwd_directory_operation",
    ("directory_id", "operation_type"),
    "What Jira may write to each user directory, which is its mode.",
)
DIRECTORY_ATTRIBUTES: Final = NamedTable(
    "cwd_directory_attribute",
    ("directory_id", "attribute_name", "attribute_value"),
    "Default groups and local groups of user directories, and what they show: a Crowd application or an LDAP server.",
    only={"attribute_name": ATTRIBUTES},
    caution=PASSWORDS_TOO.format(
        names=", ".join(ATTRIBUTES), lost="default groups, the modes of LDAP directories and the Crowd applications"
    ),
)
PERMISSIONS: Final = NamedTable(
    "globalpermissionentry",
    ("permission", "group_id"),
    "Global permissions: which groups administer Jira, and before Jira 7 which may log in.",
)
ACCESS: Final = NamedTable(
    "licenserolesgroup",
    ("license_role_name", "group_id", "primary_group"),
    "Application access: the groups whose members hold a seat, and the default groups of each application.",
)
SELECTED: Final = NamedTable(
    "licenserolesdefault",
    ("license_role_name",),
    "Applications that new users get without being asked.",
)
SERVICE_DESKS: Final = NamedTable(
    "AO_54307E_SERVICEDESK",
    ("PROJECT_ID", "PROJECT_KEY", "DISABLED", "PUBLIC_SIGNUP", "OPEN_CUSTOMER_ACCESS"),
    "Service projects, with sign-up and open access. Leave it out where Jira Service Management is not installed.",
)
ROLES: Final = NamedTable("projectrole", ("id", "name"), "Names of project roles.")
ACTORS: Final = NamedTable(
    "projectroleactor",
    ("pid", "projectroleid", "roletype", "roletypeparameter"),
    "Who acts in the roles of service projects.",
    only={"roletype": (GROUP_ACTOR, USER_ACTOR)},
)
SCHEMES: Final = NamedTable(
    "nodeassociation",
    ("source_node_id", "source_node_entity", "sink_node_id", "sink_node_entity"),
    "Which permission scheme each service project has.",
    only={"source_node_entity": (PROJECT,), "sink_node_entity": (PERMISSION_SCHEME,)},
)
GRANTED: Final = NamedTable(
    "schemepermissions",
    ("scheme", "permission_key", "perm_type", "perm_parameter"),
    "Who is granted what by those permission schemes.",
)
PROPERTIES: Final = NamedTable(
    "propertyentry",
    ("id", "entity_name", "property_key"),
    "Where the settings below are kept.",
    only={
        "entity_name": (OF_JIRA_ITSELF,),
        "property_key": (EXTERNAL_MANAGEMENT, VERSION_PROPERTY, BUILD_PROPERTY),
    },
)
NUMBERS: Final = NamedTable(
    "propertynumber",
    ("id", "propertyvalue"),
    f"Whether users are managed outside Jira ({EXTERNAL_MANAGEMENT}).",
    caution=MORE_SETTINGS,
)
STRINGS: Final = NamedTable(
    "propertystring",
    ("id", "propertyvalue"),
    f"The version of Jira, where REST does not tell it ({VERSION_PROPERTY}, {BUILD_PROPERTY}).",
    caution=MORE_SETTINGS,
)
USERS: Final = NamedTable(
    "cwd_user",
    (
        *("id", "directory_id", "user_name", "lower_user_name", "active"),
        *("first_name", "last_name", "display_name", "email_address"),
    ),
    "The people of user directories, for directories of kind jira in dirsync's settings. Leave this and the next two "
    "out where there is none.",
)
GROUPS: Final = NamedTable(
    "cwd_group",
    ("id", "directory_id", "group_name", "lower_group_name", "description"),
    "Their groups.",
)
MEMBERSHIPS: Final = NamedTable(
    "cwd_membership",
    ("directory_id", "membership_type", "lower_parent_name", "lower_child_name"),
    "Who is in which group, and which group is in which.",
)
FACT_TABLES: Final = (
    *(DIRECTORIES, OPERATIONS, DIRECTORY_ATTRIBUTES, PERMISSIONS, ACCESS, SELECTED, SERVICE_DESKS, ROLES, ACTORS),
    *(SCHEMES, GRANTED, PROPERTIES, NUMBERS, STRINGS),
)
"""What Jira is set to: small tables, read whole."""
PEOPLE_TABLES: Final = (USERS, GROUPS, MEMBERSHIPS)
"""What its user directories hold: as large as they are, and streamed one directory at a time."""
JIRA_TABLES: Final = (*FACT_TABLES, *PEOPLE_TABLES)
