"""The table of checks, in the order of the answer. A new check is one function and one row."""

from __future__ import annotations

from dirsync.errors import ExitCode
from dirsync.operations.doctor.certificates import ca_files
from dirsync.operations.doctor.channels import channels
from dirsync.operations.doctor.interface import Check
from dirsync.operations.doctor.last_run import last_run
from dirsync.operations.doctor.live_crowd_admin import crowd_admin
from dirsync.operations.doctor.live_database import database
from dirsync.operations.doctor.live_http import crowd, jira
from dirsync.operations.doctor.live_ldap import ldap
from dirsync.operations.doctor.live_other import jira_directory
from dirsync.operations.doctor.mapping_files import declaration, mappings, questions, samples, waivers
from dirsync.operations.doctor.organizations import agent, where_jira_is
from dirsync.operations.doctor.places import ldif_files, store
from dirsync.operations.doctor.secret_places import in_a_checkout, in_a_shell
from dirsync.operations.doctor.settings_files import permissions, plaintext, secrets, settings
from dirsync.operations.doctor.silenced import facts
from dirsync.operations.doctor.workers import workers
from dirsync.settings.models import (
    CrowdAdminSettings,
    CrowdSettings,
    JiraDirectorySettings,
    JiraSettings,
    LdapSettings,
    ProductSettings,
)

CHECKS: tuple[Check, ...] = (
    Check("settings", settings),
    Check("secret", secrets),
    Check("file mode", permissions),
    Check("exposure", in_a_shell),
    Check("exposure", in_a_checkout),
    Check("encryption", plaintext),
    Check("CA file", ca_files),
    Check("LDIF file", ldif_files, ExitCode.UNREADABLE),
    Check("mapping", mappings),
    Check("filters", questions),
    Check("organisations", where_jira_is),
    Check("sample", samples),
    Check("waiver", waivers),
    Check("estate", declaration),
    Check("store", store),
    Check("last run", last_run),
    Check("workers", workers),
    Check("telling", channels),
    Check("LDAP", ldap, ExitCode.UNREADABLE, of=LdapSettings),
    Check("Crowd", crowd, ExitCode.UNREADABLE, of=CrowdSettings),
    Check("Crowd admin", crowd_admin, ExitCode.UNREADABLE, of=CrowdAdminSettings),
    Check("Jira", jira, ExitCode.UNREADABLE, of=JiraSettings),
    Check("organisations", agent, ExitCode.UNREADABLE, of=JiraSettings),
    Check("database", database, ExitCode.UNREADABLE, of=ProductSettings),
    Check("directory", jira_directory, ExitCode.UNREADABLE, of=JiraDirectorySettings),
    Check("fact", facts),
)
