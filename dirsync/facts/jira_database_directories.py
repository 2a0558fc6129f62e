"""Jira's user directories out of its database: order, type, mode, default groups (jira-jsm.md 4.2, databases.md)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from dirsync.database.jira_tables import (
    CROWD_APPLICATION,
    DEFAULT_GROUPS,
    DIRECTORIES,
    DIRECTORY_ATTRIBUTES,
    LDAP_BASE,
    LDAP_URL,
    LOCAL_GROUPS,
    NESTED_GROUPS,
    OPERATIONS,
)
from dirsync.database.rows import text, truth
from dirsync.errors import AnswerMalformed, DirectoryUnreadable
from dirsync.facts.database_facts import Remarked
from dirsync.facts.ways_to_know import to_declare
from dirsync.model.names import fold
from dirsync.model.products import DirectoryMode, DirectoryType, JiraDirectory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dirsync.database.rows import Row, Tables
    from dirsync.facts.database_facts import DatabaseFacts
    from dirsync.facts.jira_attribution import JiraAttribution, ShownBy
    from dirsync.model.facts import Fact

USER_DIRECTORIES: Final = "jira.user_directories"
TYPES: Final = {
    "INTERNAL": DirectoryType.INTERNAL,
    "CONNECTOR": DirectoryType.LDAP,
    "CROWD": DirectoryType.CROWD,
    "DELEGATING": DirectoryType.DELEGATING,
}
FROM_LDAP: Final = frozenset({DirectoryType.LDAP, DirectoryType.DELEGATING})
"""Types with the setting "Default Group Memberships"."""
SEPARATOR: Final = "|"
"""Between several default groups (recall: seen with one group only, databases.md)."""
ON_USERS: Final = frozenset({"CREATE_USER", "UPDATE_USER", "DELETE_USER"})
ON_GROUPS: Final = frozenset({"CREATE_GROUP", "UPDATE_GROUP", "DELETE_GROUP"})


def tell_user_directories(facts: DatabaseFacts, who: JiraAttribution) -> None:
    """Tell the user directories in Jira's order, and of each whether it is active, its mode and its default groups."""
    tables = facts.tables
    facts.tell(
        USER_DIRECTORIES,
        partial(_in_order, tables, who),
        otherwise="declare jira.user_directories in mappings/estate.yaml",
    )
    if tables.is_without(DIRECTORIES.name, "directory_position"):
        return  # what other products than Jira know of directories of the same names would be taken for Jira's
    try:
        named = tables.rows(DIRECTORIES.name, "id", "directory_name")
    except DirectoryUnreadable:
        return
    for row in named:
        leaf = f"{USER_DIRECTORIES}[{text(row, 'directory_name')}]"
        told = {"active": _active, "mode": _mode}
        if _may_have_default_groups(tables, row):
            told["default_groups"] = _default_groups
        for key, work in told.items():
            facts.tell(f"{leaf}.{key}", partial(work, tables, row), otherwise=to_declare(f"{leaf}.{key}"))
        if _has_attributes(tables) and _attribute(tables, row, NESTED_GROUPS):
            facts.tell(f"{leaf}.nested_groups", partial(_nests, tables, row))


def _in_order(tables: Tables, who: JiraAttribution) -> Remarked:
    rows = tables.some_rows(DIRECTORIES.name, "id", "directory_name", "directory_type", "directory_position")
    if any(row["directory_position"] is None or row["directory_position"] != row["directory_position"] for row in rows):
        raise AnswerMalformed(
            f"In {tables.database} a row of {DIRECTORIES.name} has no position, so their order can't be told.",
            "See in Jira administration > User management > User directories.",
        )
    _refuse_twins(tables, rows)
    directories: list[JiraDirectory] = []
    because = ["by directory_position"]
    vouched_for: list[Fact[Any]] = []
    for row in sorted(rows, key=lambda row: (row["directory_position"], row["id"])):
        name, kind = text(row, "directory_name"), _type(tables, row)
        shown = _shown(tables, who, row, kind)
        application = _crowd_application(tables, row, kind)
        directories.append(JiraDirectory(name, kind, shown.directory, application, shown.mapping, shown.held_in))
        because += [f"{name}: {shown.because}"] if shown.because else []
        vouched_for += [shown.declared] if shown.declared else []
    if any(known.type is DirectoryType.CROWD for known in directories):
        because += _untold_applications(tables)
    return Remarked(tuple(directories), "; ".join(because), tuple(vouched_for))


def _refuse_twins(tables: Tables, rows: Sequence[Row]) -> None:
    """Raise where two have one name: facts and estate.yaml know them by names, and would take one for the other."""
    numbers: dict[str, list[str]] = {}
    for row in rows:
        numbers.setdefault(fold(text(row, "directory_name")), []).append(str(row["id"]))
    twins = {name: found for name, found in numbers.items() if len(found) > 1}
    if twins:
        named = "; ".join(f"'{name}' ({DIRECTORIES.name}.id {', '.join(sorted(of))})" for name, of in twins.items())
        raise AnswerMalformed(
            f"In {tables.database} several user directories have one name, and nothing says which one is meant: "
            f"{named}.",
            "Give each a name of its own under Jira administration > User management > User directories.",
        )


def _shown(tables: Tables, who: JiraAttribution, row: Row, kind: DirectoryType) -> ShownBy:
    name = text(row, "directory_name")
    if kind is DirectoryType.LDAP and _has_attributes(tables):
        return who.of_directory(name, _attribute(tables, row, LDAP_URL), _attribute(tables, row, LDAP_BASE))
    return who.of_directory(name)


def _crowd_application(tables: Tables, row: Row, kind: DirectoryType) -> str:
    """Return the Crowd application as which Jira logs in; empty where it may not be read, which leaves just it open."""
    if kind is not DirectoryType.CROWD or not _has_attributes(tables):
        return ""
    return _attribute(tables, row, CROWD_APPLICATION)


def _untold_applications(tables: Tables) -> list[str]:
    try:
        tables.rows(DIRECTORY_ATTRIBUTES.name, *DIRECTORY_ATTRIBUTES.columns)
    except DirectoryUnreadable as problem:
        return [f"the Crowd applications as which Jira logs in: {problem}"]
    return []


def _type(tables: Tables, row: Row) -> DirectoryType:
    written = text(row, "directory_type").upper()
    if written not in TYPES:
        raise AnswerMalformed(
            f"In {tables.database} the user directory '{text(row, 'directory_name')}' is of the type '{written}', "
            "which this version of dirsync does not know.",
            "Please report it.",
        )
    return TYPES[written]


def _active(tables: Tables, row: Row) -> bool:
    tables.rows(DIRECTORIES.name, "active")
    return truth(row, "active")


def _mode(tables: Tables, row: Row) -> DirectoryMode:
    """Decide what Jira may write. A list of operations alone may mean local groups too (crowd-rest.md 10)."""
    tables.rows(DIRECTORIES.name, "directory_type")
    kind = _type(tables, row)
    operations = {
        text(granted, "operation_type").upper()
        for granted in tables.some_rows(OPERATIONS.name, *OPERATIONS.columns)
        if granted["directory_id"] == row["id"]
    }
    on_users, on_groups = operations & ON_USERS, operations & ON_GROUPS
    if not on_users and not on_groups:
        return DirectoryMode.READ_ONLY
    if kind is DirectoryType.LDAP:
        if not on_users:
            return DirectoryMode.READ_ONLY_LOCAL_GROUPS
        local = _attribute(tables, row, LOCAL_GROUPS).lower()
        if local == "true":
            return DirectoryMode.READ_ONLY_LOCAL_GROUPS
        if local != "false":
            raise AnswerMalformed(
                f"In {tables.database} the LDAP directory '{text(row, 'directory_name')}' allows "
                f"{', '.join(sorted(operations))} and does not say whether it has local groups ({LOCAL_GROUPS}), so "
                "its mode may be Read/Write or Read Only with Local Groups.",
                "See in Jira administration > User management > User directories.",
            )
    if "CREATE_USER" in on_users:
        return DirectoryMode.READ_WRITE
    raise AnswerMalformed(
        f"In {tables.database} the user directory '{text(row, 'directory_name')}' allows "
        f"{', '.join(sorted(operations))}, which is none of the modes that Jira offers.",
        "See in Jira administration > User management > User directories.",
    )


def _nests(tables: Tables, row: Row) -> bool:
    return truth({NESTED_GROUPS: _attribute(tables, row, NESTED_GROUPS)}, NESTED_GROUPS)


def _may_have_default_groups(tables: Tables, row: Row) -> bool:
    """Say whether the setting exists for this type; elsewhere it is told only where it is set all the same."""
    if text(row, "directory_type").upper() in {name for name, kind in TYPES.items() if kind in FROM_LDAP}:
        return True
    return _has_attributes(tables) and bool(_attribute(tables, row, DEFAULT_GROUPS))


def _default_groups(tables: Tables, row: Row) -> tuple[str, ...] | Remarked:
    written = _attribute(tables, row, DEFAULT_GROUPS)
    groups = tuple(dict.fromkeys(name.strip() for name in written.split(SEPARATOR) if name.strip()))
    return Remarked(groups, f"'{written}' taken apart at every {SEPARATOR}") if SEPARATOR in written else groups


def _has_attributes(tables: Tables) -> bool:
    return not tables.contents[DIRECTORY_ATTRIBUTES.name].lacking


def _attribute(tables: Tables, row: Row, name: str) -> str:
    """Return an attribute of a directory; empty where it is not set."""
    rows = tables.rows(DIRECTORY_ATTRIBUTES.name, *DIRECTORY_ATTRIBUTES.columns)
    return next(
        (
            text(attribute, "attribute_value")
            for attribute in rows
            if attribute["directory_id"] == row["id"] and text(attribute, "attribute_name") == name
        ),
        "",
    )
