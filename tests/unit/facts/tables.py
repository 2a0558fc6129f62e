"""Tables as they were read, without a database: what a test does not give is an empty table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dirsync.database.rows import Contents, Lacking, Tables
from dirsync.database.tables import Grants, NamedTable

REFUSED = Lacking("this account may not read {what}", needs_grant=True)
MISSING = Lacking("there is no {what}")


def read_from(
    named: Iterable[NamedTable],
    rows: Mapping[NamedTable, list[tuple[Any, ...]]],
    lacking: Mapping[NamedTable, Mapping[str, Lacking]] | None = None,
) -> Tables:
    told = Tables("the database", Grants("dirsync"))
    for table in named:
        without = (lacking or {}).get(table, {})
        kept = [dict(zip(table.columns, row, strict=True)) for row in rows.get(table, [])]
        shown = tuple({column: value for column, value in row.items() if column not in without} for row in kept)
        told.contents[table.name] = Contents(table.name, () if set(without) == set(table.columns) else shown, without)
    return told
