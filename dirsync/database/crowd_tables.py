"""What dirsync reads in Crowd's database (databases.md, "Crowd"): they make both queries and GRANT script."""

from __future__ import annotations

from typing import Final

from dirsync.database.tables import NamedTable

AGGREGATION: Final = "aggregateMemberships"
FILTERS: Final = ("filterUsersWithAccess", "filterGroupsWithAccess")
"""Either of them is access-based synchronisation."""
DEFAULT_GROUPS: Final = "autoAddGroups"

DIRECTORIES: Final = NamedTable(
    "cwd_directory",
    ("id", "directory_name", "active", "directory_type"),
    "Directories: type, and which are switched on.",
)
DIRECTORY_OPERATIONS: Final = NamedTable(
    "cwd_directory_operation",
    ("directory_id", "operation_type"),
    "What each directory lets anybody write.",
)
DIRECTORY_ATTRIBUTES: Final = NamedTable(
    "cwd_directory_attribute",
    ("directory_id", "attribute_name", "attribute_value"),
    "Default groups of directories.",
    only={"attribute_name": (DEFAULT_GROUPS,)},
    caution="CAUTION: other rows of this table hold passwords (ldap.password, application.password), and a column "
    f"grant can't leave rows out. dirsync asks for {DEFAULT_GROUPS} only. Leave this grant out, and default groups of "
    "directories stay unknown unless mappings/estate.yaml declares them.",
)
APPLICATIONS: Final = NamedTable(
    "cwd_application",
    ("id", "application_name", "application_type", "active"),
    "Applications; the column credential is not read.",
)
APPLICATION_ATTRIBUTES: Final = NamedTable(
    "cwd_application_attribute",
    ("application_id", "attribute_name", "attribute_value"),
    "Whether an application adds up memberships, and whether access-based synchronisation filters what it is shown.",
    only={"attribute_name": (AGGREGATION, *FILTERS)},
)
MAPPINGS: Final = NamedTable(
    "cwd_app_dir_mapping",
    ("id", "application_id", "directory_id", "allow_all", "list_index"),
    "Which directories an application shows, in which order, and whether all their users may log in.",
)
AUTHORISED: Final = NamedTable(
    "cwd_app_dir_group_mapping",
    ("app_dir_mapping_id", "group_name"),
    "Groups whose members may log in to an application, where not everybody may.",
)
OPERATIONS: Final = NamedTable(
    "cwd_app_dir_operation",
    ("app_dir_mapping_id", "operation_type"),
    "What each application may write.",
)
GIVEN: Final = NamedTable(
    "cwd_app_dir_default_groups",
    ("application_mapping_id", "group_name"),
    "Default groups of applications (since Crowd 3.1).",
)
LICENSING: Final = NamedTable(
    "cwd_app_licensing",
    ("application_id", "application_subtype", "total_users", "max_user_limit", "total_crowd_users", "active"),
    "Seats of Jira as Crowd counts them; in Crowd Data Center, where licence monitoring is switched on.",
)
SYNCHRONISATION: Final = NamedTable(
    "cwd_synchronisation_status",
    ("directory_id", "sync_start", "sync_end", "sync_status"),
    "When each directory was last fetched from where it comes.",
)
CROWD_TABLES: Final = (
    *(DIRECTORIES, DIRECTORY_OPERATIONS, DIRECTORY_ATTRIBUTES, APPLICATIONS, APPLICATION_ATTRIBUTES, MAPPINGS),
    *(AUTHORISED, OPERATIONS, GIVEN, LICENSING, SYNCHRONISATION),
)
