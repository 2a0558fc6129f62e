"""Many rows at once: psycopg's COPY, whose one door this is, and what is as quick as that elsewhere.

On PostgreSQL and for few rows a statement per row is as good (see `pays`); SQLite takes bare tuples by the thousand,
without a dictionary made of each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ARRAY, Boolean, Integer, Text, bindparam, delete, insert, text
from sqlalchemy.types import TypeDecorator

from dirsync.store.failures import told_of
from dirsync.store.texts import POSTGRESQL, SQLITE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Column, Connection, Table

FEW: Final = 4
"""From five rows on these are quicker than a statement for each (tests/bench/test_store.py)."""
AT_A_TIME: Final = 50_000
"""Rows of one statement, whose values are in memory on both sides."""


def pays(connection: Connection, number: int) -> bool:
    """Say whether so many rows are better brought all at once."""
    return number > FEW and connection.dialect.name == POSTGRESQL


def add(connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Add rows, whose values stand in the order of `names`, in the caller's transaction.

    Raises as any statement on the store does.
    """
    columns = [table.c[name] for name in names]
    into = f"COPY {table.name} ({', '.join(_quoted(column) for column in columns)}) FROM STDIN"
    # not `driver_connection`, which a lease's connection no longer has: it left the pool
    driver: Any = connection.connection.dbapi_connection
    try:
        with driver.cursor() as cursor, cursor.copy(into) as copy:
            for row in _written(connection, columns, rows):
                copy.write_row(row)
    except connection.dialect.loaded_dbapi.Error as error:
        is_lost = bool(driver.closed)
        if is_lost:
            connection.invalidate(error)
        raise told_of(connection, error, is_lost=is_lost) from error


def put(
    connection: Connection, table: Table, keys: Sequence[str], names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Add rows, whose values stand in the order of `names`, in the caller's transaction; of equal `keys` it replaces.

    The keys are the table's own primary key, and no two of the rows have the same.
    """
    if connection.dialect.name == SQLITE:
        columns = [table.c[name] for name in names]
        into = f"INSERT OR REPLACE INTO {table.name} ({', '.join(map(_quoted, columns))})"
        _run_each(connection, f"{into} VALUES ({', '.join('?' * len(columns))})", columns, rows)
        return
    at = [names.index(key) for key in keys]
    remove(connection, table, keys, [[row[place] for place in at] for row in rows])
    if pays(connection, len(rows)):
        add(connection, table, names, rows)
    else:
        connection.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])


def remove(connection: Connection, table: Table, keys: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Remove the rows whose columns `keys` hold one of the given combinations, in the caller's transaction."""
    columns = [table.c[key] for key in keys]
    if connection.dialect.name == SQLITE:
        those = " AND ".join(f"{_quoted(column)} = ?" for column in columns)
        _run_each(connection, f"DELETE FROM {table.name} WHERE {those}", columns, rows)  # noqa: S608
        return
    if not pays(connection, len(rows)):
        one = delete(table).where(*(column == bindparam(f"the_{column.name}") for column in columns))
        connection.execute(one, [{f"the_{key}": value for key, value in zip(keys, row, strict=True)} for row in rows])
        return
    for part in _parts(rows):
        statement = f"DELETE FROM {table.name} AS held USING {_given(columns)} WHERE {_same(columns)}"  # noqa: S608
        _run(connection, statement, columns, part)


def change(
    connection: Connection, table: Table, keys: Sequence[str], names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Give the rows with these keys other values, in the caller's transaction; each row holds keys, then values."""
    columns = [table.c[key] for key in keys]
    changed = [table.c[name] for name in names]
    to = ", ".join(f"{_quoted(column)} = given.{_quoted(column)}" for column in changed)
    every = [*columns, *changed]
    for part in _parts(rows):
        statement = f"UPDATE {table.name} AS held SET {to} FROM {_given(every)} WHERE {_same(columns)}"  # noqa: S608
        _run(connection, statement, every, part)


def _run_each(
    connection: Connection, statement: str, columns: Sequence[Column[Any]], rows: Iterable[Sequence[Any]]
) -> None:
    connection.exec_driver_sql(statement, [tuple(row) for row in _written(connection, columns, rows)])


def _run(connection: Connection, statement: str, columns: Sequence[Column[Any]], rows: Iterable[Sequence[Any]]) -> None:
    whole = [list(values) for values in zip(*_written(connection, columns, rows), strict=True)]
    arrays = [bindparam(f"all_{at}", whole[at], ARRAY(_array_of(column))) for at, column in enumerate(columns)]
    connection.execute(text(statement).bindparams(*arrays))


def _given(columns: Sequence[Column[Any]]) -> str:
    arrays = ", ".join(f":all_{at}" for at in range(len(columns)))
    return f"unnest({arrays}) AS given ({', '.join(map(_quoted, columns))})"


def _same(columns: Sequence[Column[Any]]) -> str:
    return " AND ".join(f"held.{_quoted(column)} = given.{_quoted(column)}" for column in columns)


def _array_of(column: Column[Any]) -> Integer | Boolean | Text:
    kind = column.type.python_type
    return Boolean() if kind is bool else Integer() if kind is int else Text()


def _written(
    connection: Connection, columns: Sequence[Column[Any]], rows: Iterable[Sequence[Any]]
) -> Iterable[Sequence[Any]]:
    """Return rows as the columns' own types write them: COPY and arrays go past those."""
    dialect = connection.dialect
    own = [(at, column.type) for at, column in enumerate(columns) if isinstance(column.type, TypeDecorator)]
    writers = [(at, write) for at, kind in own if (write := kind.bind_processor(dialect))]

    def as_written(row: Sequence[Any]) -> Sequence[Any]:
        values = list(row)
        for at, write in writers:
            values[at] = write(values[at])
        return values

    return map(as_written, rows) if writers else rows


def _parts(rows: Sequence[Sequence[Any]]) -> Iterable[Sequence[Sequence[Any]]]:
    return (rows[start : start + AT_A_TIME] for start in range(0, len(rows), AT_A_TIME))


def _quoted(column: Column[Any]) -> str:
    return f'"{column.name}"'
