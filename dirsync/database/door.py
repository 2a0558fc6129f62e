"""The one door to a product's database: one read-only transaction that sees one instant, and only named columns."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import column, create_engine, select, table, text
from sqlalchemy.exc import DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from dirsync.database.address import POSTGRESQL, connect_arguments, parsed, shown, texts
from dirsync.database.failures import Failure
from dirsync.database.patience import answered_within
from dirsync.database.rows import Contents, Lacking, Tables
from dirsync.database.tables import ACCOUNT, Grants
from dirsync.errors import DirectoryUnreadable, ReadIncomplete, Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import URL, Connection, Engine, Select

    from dirsync.database.address import DatabaseAddress
    from dirsync.database.rows import Row
    from dirsync.database.tables import NamedTable

ONE_INSTANT: Final = "REPEATABLE READ"
"""In PostgreSQL this is snapshot isolation: all statements see the same instant (manual, 13.2.2)."""
AT_A_TIME: Final = 1000
"""How many values one statement names; servers have limits (PostgreSQL 65,535 parameters, Oracle 1,000 in a list)."""
STREAMED: Final = 2000
"""Rows that are fetched at a time with the server's cursor, and so in memory."""


@dataclass
class DatabaseReader:
    """An open transaction. `told` collects what was read."""

    connection: Connection
    address: DatabaseAddress
    told: Tables
    secrets: Sequence[str] = field(repr=False)

    def read(self, named: NamedTable, only: Mapping[str, Sequence[Any]] | None = None) -> Contents:
        """Read the rows of a table in which the columns of `only` have one of the given values.

        `only` adds to what the table itself narrows. A column that can't be read is noted, and the others are read
        all the same. Raises `Unreachable` when the line breaks.
        """
        narrowed = {**named.only, **(only or {})}
        contents = self._all(named, named.columns, narrowed)
        if not isinstance(contents, Contents):
            contents = self._column_by_column(named, narrowed, contents)
        self.told.contents[named.name] = contents
        return contents

    def look_at(self, named: NamedTable) -> Contents:
        """Find out which columns of a table can be read, without reading any row. Raises as `read`."""
        tried = self._tried(_selection(named, named.columns).limit(0))
        contents = Contents(named.name, (), self._unreadable(named) if isinstance(tried, Failure) else {})
        self.told.contents[named.name] = contents
        return contents

    def stream(self, named: NamedTable, only: Mapping[str, Sequence[Any]]) -> Iterator[Row]:
        """Yield rows as the server sends them, whatever number there is, narrowed as `read` does (a few values each).

        Raises `ColumnsLacking` before the first row when one column can't be read, and `ReadIncomplete` or
        `Unreachable` when the server ends it early.
        """
        self.look_at(named)
        self.told.rows(named.name, *named.columns)
        [statement] = _statements(named, named.columns, {**named.only, **only})
        rows = 0
        try:
            for part in self._parts(statement):
                for row in part:
                    rows += 1
                    yield dict(zip(named.columns, row, strict=True))
        except DBAPIError as error:
            failure = Failure(error, self.secrets)
            if failure.is_broken_line:
                raise self._broke_off(failure) from None
            why = f"took longer than {self.address.statement_timeout:g} s" if failure.is_timeout else failure.said
            raise ReadIncomplete(
                f"{self.told.database}: reading {named.name} ended after {rows:,} rows: {why}.",
                f"Raise {self.address.settings_prefix}__READ_TIMEOUT, and see the log of the database."
                if failure.is_timeout
                else "See the log of the database, and run the same command again.",
            ) from None

    def _parts(self, statement: Select[Any]) -> Iterator[Sequence[Any]]:
        """Yield rows as they are fetched; nobody is hurried between two fetches."""
        with self._waiting():
            found = self.connection.execute(statement, execution_options={"yield_per": STREAMED})
        with found:
            parts = found.partitions()
            while True:
                with self._waiting():
                    part = next(parts, None)
                if part is None:
                    return
                yield part

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        """Raise `Unreachable` when the server does not answer, and does not end the statement in time either."""
        seconds = self.address.statement_timeout
        with answered_within(self.connection, seconds) as was_cut:
            try:
                yield
            except DBAPIError:
                if not was_cut.is_set():
                    raise
                raise Unreachable(
                    f"{self.told.database} fell silent: no answer within {seconds:g} s (READ_TIMEOUT), and no end of "
                    "the statement either.",
                    "See whether the database still answers others, and run the same command again.",
                ) from None

    def _broke_off(self, failure: Failure) -> Unreachable:
        return Unreachable(f"{self.told.database} broke off: {failure.said}.", "Run the same command again.")

    def _unreadable(self, named: NamedTable) -> dict[str, Lacking]:
        tried = {name: self._tried(_selection(named, (name,)).limit(0)) for name in named.columns}
        return {name: _lacking(failure) for name, failure in tried.items() if isinstance(failure, Failure)}

    def _column_by_column(self, named: NamedTable, only: Mapping[str, Sequence[Any]], whole: Failure) -> Contents:
        """Find out which columns can be read, and read those."""
        if whole.is_timeout:
            why = Lacking(f"reading {{what}} took longer than {self.address.statement_timeout:g} s (READ_TIMEOUT)")
            return Contents(named.name, (), dict.fromkeys(named.columns, why))
        lacking = self._unreadable(named)
        readable = tuple(name for name in named.columns if name not in lacking)
        narrowing = [lacking[name] for name in only if name in lacking]
        if not lacking or not readable or narrowing:
            # without the column that narrows, rows would come that nobody asked for
            rest = Lacking(narrowing[0].why) if narrowing else _lacking(whole)
            return Contents(named.name, (), {name: lacking.get(name, rest) for name in named.columns})
        found = self._all(named, readable, only)
        if isinstance(found, Contents):
            return replace(found, lacking=lacking)
        return Contents(named.name, (), dict.fromkeys(named.columns, _lacking(found)))

    def _all(self, named: NamedTable, columns: Sequence[str], only: Mapping[str, Sequence[Any]]) -> Contents | Failure:
        rows: list[Mapping[str, Any]] = []
        for statement in _statements(named, columns, only):
            found = self._tried(statement)
            if isinstance(found, Failure):
                return found
            rows += (dict(zip(columns, row, strict=True)) for row in found)
        return Contents(named.name, tuple(rows))

    def _tried(self, statement: Select[Any]) -> list[Any] | Failure:
        """Carry a statement out in a savepoint: in PostgreSQL one that fails would end the transaction."""
        try:
            with self._waiting(), self.connection.begin_nested():
                return list(self.connection.execute(statement).all())
        except DBAPIError as error:
            failure = Failure(error, self.secrets)
            if failure.is_broken_line:
                raise self._broke_off(failure) from None
            return failure


@contextmanager
def reading(address: DatabaseAddress) -> Iterator[DatabaseReader]:
    """Open the database and one transaction that can only read. Raises `DirectoryUnreadable` in words."""
    url = parsed(address)
    in_query = (texts(url.query.get(name)) for name in ("password", "sslpassword"))
    secrets = (address.url, url.password or "", *(secret for given in in_query for secret in given))
    name = f"{address.product}'s database ({shown(url)})"
    told = Tables(name, Grants(url.username or ACCOUNT))
    engine = _engine(url, address)
    try:
        try:
            connection = engine.connect().execution_options(**_transaction(engine))
        except DBAPIError as error:
            raise Failure(error, secrets).as_unreachable(name, address.settings_prefix) from None
        with connection:
            try:
                _limit(connection, address)
            except DBAPIError as error:
                raise Failure(error, secrets).as_unreachable(name, address.settings_prefix) from None
            yield DatabaseReader(connection, address, told, secrets)
    finally:
        engine.dispose()


def _engine(url: URL, address: DatabaseAddress) -> Engine:
    try:
        return create_engine(
            url, connect_args=connect_arguments(url, address), poolclass=NullPool, hide_parameters=True
        )
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise DirectoryUnreadable(
            f"{address.settings_prefix}__DATABASE_URL needs a driver that is not installed ({error}).",
            "For PostgreSQL install dirsync-connector[postgres] and write postgresql+psycopg://…",
        ) from None


def _transaction(engine: Engine) -> dict[str, Any]:
    if engine.dialect.name == POSTGRESQL:
        return {"isolation_level": ONE_INSTANT, "postgresql_readonly": True}
    return {}


def _limit(connection: Connection, address: DatabaseAddress) -> None:
    """Begin the transaction, with the longest time one statement may take."""
    if connection.dialect.name == POSTGRESQL:
        milliseconds = str(max(1, round(address.statement_timeout * 1000)))
        connection.execute(text("SELECT set_config('statement_timeout', :longest, true)"), {"longest": milliseconds})


def _statements(named: NamedTable, columns: Sequence[str], only: Mapping[str, Sequence[Any]]) -> Iterator[Select[Any]]:
    """Yield the statements that together ask for the rows: the longest list of values is asked for part by part."""
    asked = _selection(named, columns)
    longest = max(only, key=lambda name: len(only[name]), default=None)
    for name, values in only.items():
        if name != longest:
            asked = asked.where(column(name).in_(values))
    if longest is None:
        yield asked
        return
    values = only[longest]
    for start in range(0, len(values), AT_A_TIME):
        yield asked.where(column(longest).in_(values[start : start + AT_A_TIME]))


def _selection(named: NamedTable, columns: Sequence[str]) -> Select[Any]:
    asked: Select[Any] = select().add_columns(*(column(name) for name in columns))
    return asked.select_from(table(named.name, *(column(name) for name in columns)))


def _lacking(failure: Failure) -> Lacking:
    if failure.is_refusal:
        return Lacking("this account may not read {what}", needs_grant=True)
    if failure.is_undefined:
        return Lacking("there is no {what}", is_missing=True)
    said = failure.said.replace("{", "(").replace("}", ")")
    return Lacking(f"{{what}} can't be read ({said})")
