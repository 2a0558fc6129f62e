"""What Jira's own database tells, read in one transaction (databases.md, "Jira")."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from dirsync.database.address import database_of
from dirsync.database.door import reading
from dirsync.database.jira_tables import (
    ACCESS,
    ACTORS,
    BUILD_PROPERTY,
    EXTERNAL_MANAGEMENT,
    FACT_TABLES,
    GRANTED,
    NUMBERS,
    PERMISSIONS,
    PROPERTIES,
    SCHEMES,
    SELECTED,
    STRINGS,
    VERSION_PROPERTY,
)
from dirsync.database.rows import text, truth
from dirsync.errors import AnswerMalformed, DirectoryUnreadable
from dirsync.facts.database_facts import DatabaseFacts, Remarked, all_unknown, instant
from dirsync.facts.jira_database_directories import USER_DIRECTORIES, tell_user_directories
from dirsync.facts.jira_database_permissions import schemes_of
from dirsync.facts.jira_database_projects import projects_of, tell_service_projects
from dirsync.facts.jira_questions import APPLICATIONS, VERSION
from dirsync.facts.jira_service_projects import SERVICE_PROJECTS
from dirsync.facts.ways_to_know import to_declare
from dirsync.model.products import JiraApplication
from dirsync.model.versions import version_numbers

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from dirsync.database.address import DatabaseAddress
    from dirsync.database.rows import Tables
    from dirsync.facts.jira_attribution import JiraAttribution
    from dirsync.model.facts import Fact

GLOBAL_PERMISSIONS: Final = "jira.permissions"
ADMINISTRATIVE_GROUPS: Final = "jira.administrative_groups"
EXTERNALLY_MANAGED: Final = "jira.external_user_management"
TOLD: Final = (
    *(VERSION, GLOBAL_PERMISSIONS, ADMINISTRATIVE_GROUPS, APPLICATIONS, USER_DIRECTORIES, SERVICE_PROJECTS),
    EXTERNALLY_MANAGED,
)
"""The facts that are unknown where the database can't be asked at all; the others hang on them."""
AS_DECLARED: Final = {"USE": "JIRA_USERS"}
"""The database's key of a global permission to the one in mappings/estate.yaml, where they differ."""
ADMINISTRATIVE: Final = ("ADMINISTER", "SYSTEM_ADMIN")
LOGIN: Final = "JIRA_USERS"


def read_jira_database_facts(
    address: DatabaseAddress, who: JiraAttribution, clock: Callable[[], datetime]
) -> dict[str, Fact[Any]]:
    """Ask Jira's database. Never raises for what it does not tell: those facts are unknown, and say why."""
    at = instant(clock)
    try:
        with reading(address) as reader:
            for table in FACT_TABLES:
                if table not in {ACTORS, SCHEMES, GRANTED, NUMBERS, STRINGS}:
                    reader.read(table)
            projects = projects_of(reader.told)
            reader.read(ACTORS, {"pid": projects})
            reader.read(SCHEMES, {"source_node_id": projects})
            reader.read(GRANTED, {"scheme": schemes_of(reader.told)})
            for table in (NUMBERS, STRINGS):
                reader.read(table, {"id": _property_ids(reader.told)})
            tables = reader.told
    except DirectoryUnreadable as problem:
        return all_unknown(TOLD, problem, f"Jira's database ({database_of(address.url)})")
    return jira_facts_from(tables, at, who)


def jira_facts_from(tables: Tables, at: str, who: JiraAttribution) -> dict[str, Fact[Any]]:
    """Work out the facts from what was read at one instant (ISO 8601)."""
    facts = DatabaseFacts(tables, at)
    facts.tell(VERSION, partial(_version, tables), otherwise="declare jira.version in mappings/estate.yaml")
    for name, work in ((GLOBAL_PERMISSIONS, _permissions), (ADMINISTRATIVE_GROUPS, _administrative)):
        facts.tell(name, partial(work, tables), otherwise=to_declare(name))
    declare = "declare jira.applications in mappings/estate.yaml ('[]' before Jira 7)"
    facts.tell(APPLICATIONS, partial(_applications, tables), otherwise=declare)
    tell_user_directories(facts, who)
    tell_service_projects(facts)
    facts.tell(EXTERNALLY_MANAGED, partial(_is_managed_elsewhere, tables))
    return facts.facts


def _permissions(tables: Tables) -> dict[str, tuple[str, ...]]:
    rows = tables.some_rows(PERMISSIONS.name, *PERMISSIONS.columns)
    held: dict[str, list[str]] = {}
    for row in rows:
        key = text(row, "permission").upper()
        permission, group = AS_DECLARED.get(key, key), text(row, "group_id")
        if not group and permission in {LOGIN, *ADMINISTRATIVE}:
            raise AnswerMalformed(
                f"In {tables.database} the global permission {key} is granted to no group, which is to anyone.",
                "See in Jira administration > System > Global permissions.",
            )
        held.setdefault(permission, []).extend([group] if group else [])
    return {permission: tuple(sorted(groups)) for permission, groups in sorted(held.items())}


def _administrative(tables: Tables) -> tuple[str, ...]:
    held = _permissions(tables)
    return tuple(sorted({group for permission in ADMINISTRATIVE for group in held.get(permission, ())}))


def _applications(tables: Tables) -> tuple[JiraApplication, ...] | Remarked:
    """Return the applications with the groups that have access; names of groups are lower case there.

    Each Jira since 7 has at least the application it is licensed for, so no row proves nothing. Seats are not told.
    """
    rows = tables.some_rows(ACCESS.name, *ACCESS.columns)
    for column, what in (
        ("group_id", "to no group, which may mean anyone"),
        ("license_role_name", "to no application"),
    ):
        if not all(text(row, column) for row in rows):
            raise AnswerMalformed(
                f"In {tables.database} a row of {ACCESS.name} grants access {what}.",
                "See in Jira administration > Applications > Application access.",
            )
    keys = sorted({text(row, "license_role_name") for row in rows})
    try:
        selected = {text(row, "license_role_name") for row in tables.rows(SELECTED.name, *SELECTED.columns)}
    except DirectoryUnreadable as problem:
        applications = tuple(_application(key, tables, None) for key in keys)
        return Remarked(applications, f"selected by default: {problem}")
    return tuple(_application(key, tables, key in selected) for key in keys)


def _application(key: str, tables: Tables, is_selected: bool | None) -> JiraApplication:  # noqa: FBT001 - as the model has it
    rows = [row for row in tables.rows(ACCESS.name) if text(row, "license_role_name") == key]
    return JiraApplication(
        key=key,
        groups=tuple(sorted(text(row, "group_id") for row in rows)),
        default_groups=tuple(
            sorted(text(row, "group_id") for row in rows if text(row, "primary_group") and truth(row, "primary_group"))
        ),
        selected_by_default=is_selected,
    )


def _property_ids(tables: Tables) -> list[int]:
    try:
        return [row["id"] for row in tables.rows(PROPERTIES.name, *PROPERTIES.columns)]
    except DirectoryUnreadable:
        return []


def _property(tables: Tables, key: str, values: str) -> str:
    """Return a setting of Jira itself; empty where it was never set."""
    known = {row["id"] for row in tables.rows(PROPERTIES.name, *PROPERTIES.columns) if text(row, "property_key") == key}
    rows = tables.rows(values, "id", "propertyvalue")
    return next((text(row, "propertyvalue") for row in rows if row["id"] in known), "")


def _version(tables: Tables) -> str:
    version = _property(tables, VERSION_PROPERTY, STRINGS.name)
    if "." in version and version_numbers(version):
        return version
    build = _property(tables, BUILD_PROPERTY, STRINGS.name)
    said = f"only the build number {build}" if build else "nothing"
    raise AnswerMalformed(
        f"{tables.database} tells {said} of the version of Jira.", "Set DIRSYNC_JIRA__URL, which tells it to anybody."
    )


def _is_managed_elsewhere(tables: Tables) -> bool:
    """Say whether users are managed outside Jira; where the switch was never touched they are not (recall)."""
    written = _property(tables, EXTERNAL_MANAGEMENT, NUMBERS.name)
    return truth({EXTERNAL_MANAGEMENT: written}, EXTERNAL_MANAGEMENT) if written else False
