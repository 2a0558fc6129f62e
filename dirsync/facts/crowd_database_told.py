"""Rows of Crowd's database as what a route tells about Crowd; a part that can't be read is None, with the reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from dirsync.database.crowd_tables import (
    AGGREGATION,
    APPLICATION_ATTRIBUTES,
    APPLICATIONS,
    AUTHORISED,
    DEFAULT_GROUPS,
    DIRECTORIES,
    DIRECTORY_ATTRIBUTES,
    DIRECTORY_OPERATIONS,
    FILTERS,
    GIVEN,
    LICENSING,
    MAPPINGS,
    OPERATIONS,
    SYNCHRONISATION,
)
from dirsync.database.rows import number, text, truth
from dirsync.errors import AnswerMalformed, DirectoryUnreadable
from dirsync.facts.crowd_admin_told import ToldApplication, ToldDirectory, ToldMapping
from dirsync.model.products import DirectoryType, LicenceUse, SyncState

if TYPE_CHECKING:
    from collections.abc import Callable

    from dirsync.database.rows import Row, Tables
    from dirsync.database.tables import NamedTable

T = TypeVar("T")
TYPES: Final = {
    "INTERNAL": DirectoryType.INTERNAL,
    "CONNECTOR": DirectoryType.CONNECTOR,
    "DELEGATING": DirectoryType.DELEGATING,
    "CROWD": DirectoryType.CROWD,
}
"""Crowd's words (databases.md); AZURE_AD and CUSTOM have no word of ours."""
SEPARATOR: Final = "|"
"""Between several default groups of a directory (recall: seen with one group only, databases.md)."""


@dataclass
class CrowdRows:
    """What was read, and why some of it could not be told: by the last part of a leaf's name."""

    tables: Tables
    reasons: dict[str, DirectoryUnreadable] = field(default_factory=dict)

    def applications(self) -> tuple[ToldApplication, ...]:
        """Return all applications, in the order of their names."""
        rows = self.tables.some_rows(APPLICATIONS.name, "id", "application_name")
        return tuple(self._application(row) for row in sorted(rows, key=lambda row: text(row, "application_name")))

    def directories(self) -> tuple[ToldDirectory, ...]:
        """Return all directories, in the order in which they were made."""
        rows = self.tables.some_rows(DIRECTORIES.name, "id", "directory_name")
        return tuple(self._directory(row) for row in sorted(rows, key=lambda row: number(row, "id")))

    def mappings(self, application: str) -> tuple[ToldMapping, ...]:
        """Return what an application (by number) shows, in its order."""
        rows = self.tables.some_rows(MAPPINGS.name, "id", "application_id", "directory_id", "list_index")
        mine = [row for row in rows if str(row["application_id"]) == application]
        if any(row["list_index"] is None for row in mine):
            raise AnswerMalformed(
                f"In {self.tables.database} a row of {MAPPINGS.name} has no list_index, so their order can't be told.",
                "See in Crowd > Applications > the application > Directories & groups.",
            )
        return tuple(self._mapping(row) for row in sorted(mine, key=lambda row: number(row, "list_index")))

    def licences(self, application: str) -> tuple[LicenceUse, ...]:
        """Return the seats of an application (by number) as Crowd counts them; none where it does not."""
        rows = self.tables.rows(LICENSING.name, *LICENSING.columns)
        return tuple(
            LicenceUse(
                text(row, "application_subtype"), number(row, "total_users"), _limit(row), row["total_crowd_users"]
            )
            for row in rows
            if str(row["application_id"]) == application and truth(row, "active")
        )

    def aggregates(self, application: str) -> bool:
        """Say whether an application adds up memberships; where that was never set it does not (crowd-rest.md 9.2)."""
        return self._is_set(application, AGGREGATION)

    def filters(self, application: str) -> bool:
        """Say whether access-based synchronisation is on."""
        return any(self._is_set(application, name) for name in FILTERS)

    def _is_set(self, application: str, name: str) -> bool:
        rows = self.tables.rows(APPLICATION_ATTRIBUTES.name, *APPLICATION_ATTRIBUTES.columns)
        return any(
            truth(row, "attribute_value")
            for row in rows
            if str(row["application_id"]) == application and text(row, "attribute_name") == name
        )

    def _application(self, row: Row) -> ToldApplication:
        return ToldApplication(
            number=str(row["id"]),
            name=text(row, "application_name"),
            type=self._told("type", lambda: self._text(APPLICATIONS, row, "application_type")) or "",
            is_active=self._told("active", lambda: self._flag(APPLICATIONS, row, "active")),
        )

    def _directory(self, row: Row) -> ToldDirectory:
        number = row["id"]
        kind = self._told("type", lambda: self._text(DIRECTORIES, row, "directory_type")) or ""
        return ToldDirectory(
            number=str(number),
            name=text(row, "directory_name"),
            type=TYPES.get(kind.upper()),
            is_active=self._told("active", lambda: self._flag(DIRECTORIES, row, "active")),
            allowed_operations=self._told(
                "directory_allowed_operations",
                partial(self._names, DIRECTORY_OPERATIONS, "directory_id", number, "operation_type"),
            ),
            default_groups=self._told("directory_default_groups", partial(self._given_by_directory, number)),
            sync_state=self._told("sync_state", partial(self._sync_state, number)),
        )

    def _mapping(self, row: Row) -> ToldMapping:
        number = row["id"]

        def names(leaf: str, table: NamedTable, key: str, column: str) -> tuple[str, ...] | None:
            return self._told(leaf, partial(self._names, table, key, number, column))

        return ToldMapping(
            number=str(row["directory_id"]),
            allow_all_to_authenticate=self._told(
                "allow_all_to_authenticate", lambda: self._flag(MAPPINGS, row, "allow_all")
            ),
            authorised_groups=names("authorised_groups", AUTHORISED, "app_dir_mapping_id", "group_name"),
            default_groups=names("default_groups", GIVEN, "application_mapping_id", "group_name"),
            allowed_operations=names("allowed_operations", OPERATIONS, "app_dir_mapping_id", "operation_type"),
        )

    def _told(self, leaf: str, work: Callable[[], T]) -> T | None:
        """Return what `work` returns, or None with the reason kept."""
        try:
            return work()
        except DirectoryUnreadable as problem:
            self.reasons.setdefault(leaf, problem)
            return None

    def _text(self, table: NamedTable, row: Row, column: str) -> str:
        self.tables.rows(table.name, column)
        return text(row, column)

    def _flag(self, table: NamedTable, row: Row, column: str) -> bool:
        self.tables.rows(table.name, column)
        return truth(row, column)

    def _names(self, table: NamedTable, key: str, number: Any, column: str) -> tuple[str, ...]:  # noqa: ANN401 - an id
        rows = self.tables.rows(table.name, key, column)
        return tuple(sorted({text(row, column) for row in rows if row[key] == number}))

    def _given_by_directory(self, number: Any) -> tuple[str, ...]:  # noqa: ANN401 - an id
        rows = self.tables.rows(DIRECTORY_ATTRIBUTES.name, *DIRECTORY_ATTRIBUTES.columns)
        written = [
            text(row, "attribute_value")
            for row in rows
            if row["directory_id"] == number and text(row, "attribute_name") == DEFAULT_GROUPS
        ]
        names = (name.strip() for value in written for name in value.split(SEPARATOR))
        return tuple(dict.fromkeys(name for name in names if name))

    def _sync_state(self, number: Any) -> SyncState | None:  # noqa: ANN401 - an id
        """Return the state of the newest synchronisation; None where there never was one."""
        rows = self.tables.rows(SYNCHRONISATION.name, *SYNCHRONISATION.columns)
        mine = [row for row in rows if row["directory_id"] == number and row["sync_start"] is not None]
        if not mine:
            return None
        newest = max(mine, key=lambda row: row["sync_start"])
        return SyncState(
            newest["sync_end"] is None,
            text(newest, "sync_start"),
            text(newest, "sync_end"),
            text(newest, "sync_status"),
        )


def _limit(row: Row) -> int | None:
    """Return the seats a licence allows; Jira's sign for unlimited is -1 (jira-jsm.md 3.5)."""
    if row["max_user_limit"] is None:
        return None
    limit = number(row, "max_user_limit")
    return None if limit < 0 else limit
