"""The one door to a product's database: one read-only transaction that sees one instant, and only named columns."""

from __future__ import annotations

import ipaddress
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import URL, column, create_engine, select, table, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from dirsync.errors import DirectoryUnreadable, Unreachable
from dirsync.facts.database_failures import Failure
from dirsync.facts.database_rows import Contents, Lacking, Tables
from dirsync.facts.database_tables import ACCOUNT, Grants

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection, Engine, Select

    from dirsync.facts.database_tables import NamedTable

POSTGRESQL: Final = "postgresql"
ONE_INSTANT: Final = "REPEATABLE READ"
"""In PostgreSQL this is snapshot isolation: all statements see the same instant (manual, 13.2.2)."""
AT_A_TIME: Final = 1000
"""How many values one statement names; servers have limits (PostgreSQL 65,535 parameters, Oracle 1,000 in a list)."""


@dataclass(frozen=True)
class DatabaseAddress:
    """Where a product's database is, as the settings name it. Times are seconds."""

    product: str
    """As people call it: Jira, Crowd."""
    url: str = field(repr=False)
    settings_prefix: str
    """`DIRSYNC_JIRA`, for remedies."""
    ca_file: Path | None = None
    allow_plaintext: bool = False
    connect_timeout: float = 10.0
    statement_timeout: float = 60.0


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
            with self.connection.begin_nested():
                return list(self.connection.execute(statement).all())
        except DBAPIError as error:
            failure = Failure(error, self.secrets)
            if failure.is_broken_line:
                raise Unreachable(
                    f"{self.told.database} broke off: {failure.said}.", "Run the same command again."
                ) from None
            return failure


@contextmanager
def reading(address: DatabaseAddress) -> Iterator[DatabaseReader]:
    """Open the database and one transaction that can only read. Raises `DirectoryUnreadable` in words."""
    url = _parsed(address)
    secrets = (address.url, url.password or "", *_texts(url.query.get("password")))
    name = f"{address.product}'s database ({_shown(url)})"
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


def database_of(url: str) -> str:
    """Return a database's address as it may be shown: without name, password and options."""
    try:
        return _shown(make_url(url))
    except (ArgumentError, ValueError):
        return "an address that is none"


def account_of(url: str) -> str:
    """Return as whom a database is asked; empty where the URL does not say."""
    try:
        return make_url(url).username or ""
    except (ArgumentError, ValueError):
        return ""


def _shown(url: URL) -> str:
    where = URL.create(url.get_backend_name(), host=url.host, port=url.port, database=url.database)
    return where.render_as_string()


def _parsed(address: DatabaseAddress) -> URL:
    try:
        url = make_url(address.url)
    except (ArgumentError, ValueError):
        raise DirectoryUnreadable(
            f"{address.settings_prefix}__DATABASE_URL is not the URL of a database.",
            "Write it like postgresql+psycopg://NAME:PASSWORD@HOST/DATABASE, with %40 for an @ in the password.",
        ) from None
    # the driver that comes with dirsync-connector[postgres]; SQLAlchemy's own default is another
    return url.set(drivername="postgresql+psycopg") if url.drivername in {"postgres", POSTGRESQL} else url


def _engine(url: URL, address: DatabaseAddress) -> Engine:
    try:
        return create_engine(
            url, connect_args=_connect_arguments(url, address), poolclass=NullPool, hide_parameters=True
        )
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise DirectoryUnreadable(
            f"{address.settings_prefix}__DATABASE_URL needs a driver that is not installed ({error}).",
            "For PostgreSQL install dirsync-connector[postgres] and write postgresql+psycopg://…",
        ) from None


def _connect_arguments(url: URL, address: DatabaseAddress) -> dict[str, Any]:
    """Return what PostgreSQL's libpq is told besides the URL (manual, 34.1.2); nothing for other databases.

    Over a network the server must prove who it is, unless the URL or ALLOW_PLAINTEXT says otherwise.
    """
    if url.get_backend_name() != POSTGRESQL:
        return {}
    given: dict[str, Any] = {
        "connect_timeout": max(2, round(address.connect_timeout)),  # less than 2 seconds libpq does not take
        "application_name": "dirsync",
        "keepalives_idle": max(1, round(address.statement_timeout)),
        "keepalives_interval": 10,
        "keepalives_count": 3,
    }
    if not (_is_local(url) or address.allow_plaintext or "sslmode" in url.query):
        given["sslmode"] = "verify-full"
        if "sslrootcert" not in url.query:
            given["sslrootcert"] = str(address.ca_file) if address.ca_file else "system"
    return {name: value for name, value in given.items() if name not in url.query}


def _is_local(url: URL) -> bool:
    """Say whether what is sent never leaves this machine: over a socket file, or to a loopback address."""
    hosts = [part for named in _texts(url.query.get("host")) for part in named.split(",")] or [url.host or ""]
    return all(_is_this_machine(host) for host in hosts)


def _is_this_machine(host: str) -> bool:
    if not host or host.startswith(("/", "@")) or host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _texts(given: str | Sequence[str] | None) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given or ())


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
        return Lacking("there is no {what}")
    said = failure.said.replace("{", "(").replace("}", ")")
    return Lacking(f"{{what}} can't be read ({said})")
