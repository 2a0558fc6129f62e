"""What the permission schemes of service projects grant, out of Jira's database.

Which values mean what: "How to List Permissions for Groups and Project Roles in Jira Data Center"
(jirakb/790630266.html): a group without a name is anyone on the web.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from dirsync.database.jira_tables import GRANTED, ROLES, SCHEMES, SERVICE_DESKS
from dirsync.database.rows import number, text
from dirsync.errors import AnswerMalformed, DirectoryUnreadable
from dirsync.facts.jira_project_permissions import GROUP, ROLE, held_by, names_of

if TYPE_CHECKING:
    from dirsync.database.rows import Row, Tables
    from dirsync.facts.database_facts import DatabaseFacts
    from dirsync.model.products import ProjectPermission

KINDS: Final = {"group": GROUP, "projectrole": ROLE}
"""The database's words for holders, to those of REST."""


def schemes_of(tables: Tables) -> list[int]:
    """Return the ids of the permission schemes whose grants matter; none where they can't be read."""
    try:
        return sorted({number(row, "sink_node_id") for row in tables.rows(SCHEMES.name, *SCHEMES.columns)})
    except DirectoryUnreadable:
        return []


def tell_permissions(facts: DatabaseFacts, project: Row) -> None:
    """Tell what the permission scheme of a service project grants to groups and roles."""
    key = text(project, "PROJECT_KEY")
    facts.tell(
        f"jira.service_projects[{key}].permissions",
        partial(_permissions, facts.tables, project),
        otherwise=f"declare the permissions of {key} under jira.service_projects in mappings/estate.yaml",
    )


def _permissions(tables: Tables, project: Row) -> tuple[ProjectPermission, ...]:
    tables.rows(SERVICE_DESKS.name, "PROJECT_ID")
    linked = tables.rows(SCHEMES.name, *SCHEMES.columns)
    schemes = {number(row, "sink_node_id") for row in linked if row["source_node_id"] == project["PROJECT_ID"]}
    if len(schemes) != 1:
        raise AnswerMalformed(
            f"In {tables.database} the project {text(project, 'PROJECT_KEY')} has {len(schemes)} permission schemes in "
            f"{SCHEMES.name}, and every project of Jira has one.",
            "See that no row-level security keeps rows from the account.",
        )
    granted = tables.rows(GRANTED.name, *GRANTED.columns)
    rows = [row for row in granted if number(row, "scheme") in schemes]
    if not rows:
        raise AnswerMalformed(
            f"In {tables.database} the permission scheme of {text(project, 'PROJECT_KEY')} grants nothing, so nobody "
            "could use the project.",
            "See that no row-level security keeps rows from the account.",
        )
    names = {str(number(role, "id")): text(role, "name") for role in tables.rows(ROLES.name, *ROLES.columns)}
    return held_by(names_of(names, *_grant(row)) for row in rows)


def _grant(row: Row) -> tuple[str, str, str]:
    kind = text(row, "perm_type")
    return text(row, "permission_key"), KINDS.get(kind.lower(), kind), text(row, "perm_parameter")
