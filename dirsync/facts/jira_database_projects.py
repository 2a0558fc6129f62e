"""Service projects out of Jira's database: which there are, who acts in them, sign-up and open access."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from dirsync.database.jira_tables import ACCESS, ACTORS, GROUP_ACTOR, ROLES, SERVICE_DESKS
from dirsync.database.rows import number, text, truth
from dirsync.errors import AnswerMalformed, DirectoryUnreadable
from dirsync.facts.database_facts import Remarked
from dirsync.facts.jira_database_permissions import tell_permissions
from dirsync.facts.jira_service_projects import SERVICE_MANAGEMENT, SERVICE_PROJECTS
from dirsync.facts.jira_signup import SIGNUP_PROJECTS
from dirsync.model.products import ProjectRole, ServiceProject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dirsync.database.rows import Row, Tables
    from dirsync.facts.database_facts import DatabaseFacts

OFF: Final = 0
"""The only value of the two switches whose meaning is certain; they are not documented (databases.md)."""


def tell_service_projects(facts: DatabaseFacts) -> None:
    """Tell the service projects that are switched on, and of each its roles, its permissions and its switches."""
    tables = facts.tables
    facts.tell(
        SERVICE_PROJECTS,
        partial(_service_projects, tables),
        otherwise="declare jira.service_projects in mappings/estate.yaml ('[]' if there is none)",
    )
    if not facts.value(SERVICE_PROJECTS):
        return
    for row in _switched_on(tables):
        key = text(row, "PROJECT_KEY")
        facts.tell(
            f"{SERVICE_PROJECTS}[{key}].roles",
            partial(_roles, tables, row),
            otherwise=f"declare the roles of {key} under jira.service_projects in mappings/estate.yaml",
        )
        tell_permissions(facts, row)
        facts.tell(
            f"{SIGNUP_PROJECTS}[{key}]",
            partial(_switch, tables, row, "PUBLIC_SIGNUP"),
            otherwise="declare jira.public_signup.projects in mappings/estate.yaml",
        )
        facts.tell(f"{SERVICE_PROJECTS}[{key}].open_access", partial(_switch, tables, row, "OPEN_CUSTOMER_ACCESS"))


def projects_of(tables: Tables) -> list[int]:
    """Return the ids of the projects whose roles matter; none where the service projects can't be read."""
    try:
        return [row["PROJECT_ID"] for row in tables.rows(SERVICE_DESKS.name, "PROJECT_ID")]
    except DirectoryUnreadable:
        return []


def _service_projects(tables: Tables) -> Remarked:
    try:
        rows = tables.rows(SERVICE_DESKS.name, "PROJECT_KEY", "DISABLED")
    except DirectoryUnreadable:
        if _has_no_service_management(tables):
            return Remarked((), f"no row for {SERVICE_MANAGEMENT}, so Jira Service Management is not licensed")
        raise
    on = [ServiceProject(text(row, "PROJECT_KEY")) for row in _switched_on(tables)]
    off = len(rows) - len(on)
    return Remarked(tuple(on), f"{off} switched off are left out" if off else "all of them")


def _has_no_service_management(tables: Tables) -> bool:
    """Say whether Jira's own list of applications tells that there is none; an unreadable or empty list does not."""
    try:
        rows = tables.some_rows(ACCESS.name, "license_role_name")
    except DirectoryUnreadable:
        return False
    return all(text(row, "license_role_name") != SERVICE_MANAGEMENT for row in rows)


def _switched_on(tables: Tables) -> Sequence[Row]:
    rows = tables.rows(SERVICE_DESKS.name, "PROJECT_KEY", "DISABLED")
    return [row for row in rows if row["DISABLED"] is None or not truth(row, "DISABLED")]


def _roles(tables: Tables, project: Row) -> Remarked:
    """Return all roles; users stand there by the key that Jira gave them once, not by their names (recall)."""
    tables.rows(SERVICE_DESKS.name, "PROJECT_ID")
    names = tables.some_rows(ROLES.name, *ROLES.columns)
    acting = [row for row in tables.rows(ACTORS.name, *ACTORS.columns) if row["pid"] == project["PROJECT_ID"]]
    roles = tuple(
        ProjectRole(number(role, "id"), text(role, "name"), _actors(acting, role, is_group=True), _actors(acting, role))
        for role in sorted(names, key=lambda role: number(role, "id"))
    )
    return Remarked(roles, "users by Jira's keys for them" if any(role.users for role in roles) else "")


def _actors(acting: Sequence[Row], role: Row, *, is_group: bool = False) -> tuple[str, ...]:
    return tuple(
        sorted(
            text(row, "roletypeparameter")
            for row in acting
            if row["projectroleid"] == role["id"] and (text(row, "roletype") == GROUP_ACTOR) is is_group
        )
    )


def _switch(tables: Tables, project: Row, column: str) -> bool:
    """Return a switch that is off for certain. Raises `AnswerMalformed` for all that nobody documents."""
    tables.rows(SERVICE_DESKS.name, column)
    value = project[column]
    if value == OFF:
        return False
    meant = "follows a default that no table tells" if value is None else "is not documented"
    raise AnswerMalformed(
        f"In {tables.database} {SERVICE_DESKS.name}.{column} of {text(project, 'PROJECT_KEY')} is "
        f"{'empty' if value is None else value}, and what that means {meant}.",
        "Let dirsync ask Jira too (DIRSYNC_JIRA__URL with a token of an administrator).",
    )
