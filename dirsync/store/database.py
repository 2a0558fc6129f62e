"""The store's tables, and the one place that opens the database."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    OperationalError,
    ProgrammingError,
)

from dirsync.errors import DirsyncError, UsageInvalid
from dirsync.store.migrations import MIGRATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine import ExceptionContext

VERSION = 7
"""Of the tables below; an older store is migrated, one of another version refused, not guessed at."""

METADATA = MetaData()

STORE_VERSION = Table("dirsync_store", METADATA, Column("version", Integer, primary_key=True, autoincrement=False))

RUNS = Table(
    "runs",
    METADATA,
    Column("id", String, primary_key=True),
    Column("started_at", String, nullable=False, index=True),
    Column("finished_at", String),
    Column("mode", String, nullable=False),
    Column("exit_code", Integer),
    Column("is_complete", Boolean, nullable=False, default=False),
    Column("document", Text),
    Column("summary", Text),
    Column("number", Integer, index=True),
)

READS = Table(
    "reads",
    METADATA,
    Column("directory", String, primary_key=True),
    Column("read_at", String, nullable=False),
    Column("users", Integer, nullable=False),
    Column("groups", Integer, nullable=False),
)

FINDINGS = Table(
    "findings",
    METADATA,
    Column("id", String, primary_key=True),
    Column("first_seen", String, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("rule", String),
    Column("is_waived", Boolean),
    Column("told", Text),
    Column("news_at", String),
    Column("resolved_at", String),
)

USER_LINKS = Table(
    "user_links",
    METADATA,
    Column("directory", String, primary_key=True),
    Column("mapping", String, primary_key=True),
    Column("source_id", String, primary_key=True),
    Column("target_id", String, nullable=False),
    Column("username", String, nullable=False),
    Column("missed", Integer, nullable=False, default=0),
    Column("missed_at", String, nullable=False, default=""),
    Column("is_deactivated", Boolean, nullable=False, default=False),
    Index("user_links_target", "directory", "target_id"),
    sqlite_with_rowid=False,
)
"""This and the next lie in the order of the people, in which every plan walks through them."""

MEMBER_LINKS = Table(
    "member_links",
    METADATA,
    Column("directory", String, primary_key=True),
    Column("mapping", String, primary_key=True),
    Column("source_id", String, primary_key=True),
    Column("group", String, primary_key=True),
    sqlite_with_rowid=False,
)

GROUP_LINKS = Table(
    "group_links",
    METADATA,
    Column("directory", String, primary_key=True),
    Column("mapping", String, primary_key=True),
    Column("group", String, primary_key=True),
)

JOURNAL = Table(
    "journal",
    METADATA,
    Column("run", String, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("change_id", String, nullable=False),
    Column("change", Text, nullable=False),
    Column("intended_at", String, nullable=False),
    Column("result", String, index=True),
    Column("message", Text),
    Column("at", String),
    Column("target_id", String),
    Column("image", Text),
)


def open_database(url: str) -> Engine:
    """Open the store and make its tables where they are missing.

    Raises `UsageInvalid` that names the place, never a password. What fails later on (a full disk, a lost
    server) is raised as a `DirsyncError` that names it too.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise UsageInvalid(
            "DIRSYNC_STORE is not a database URL.", "Write e.g. sqlite:////var/lib/dirsync/dirsync.db"
        ) from None
    # drivers take passwords as ?password=… too
    shown = parsed.set(query={}).render_as_string(hide_password=True)
    if parsed.get_backend_name() == "sqlite" and parsed.database not in {None, "", ":memory:"}:
        path = Path(str(parsed.database))
        with contextlib.suppress(OSError):  # what is wrong with the place is said better by the open below
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600, exist_ok=True)
    try:
        engine = create_engine(parsed)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _make_sqlite_durable)
        _make_tables(engine, shown)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise UsageInvalid(
            f"The store {shown} needs a driver that is not installed ({error}).",
            "For PostgreSQL install dirsync-connector[postgres] and write postgresql+psycopg://…",
        ) from None
    except DBAPIError as error:
        raise UsageInvalid(
            f"The store {shown} can't be opened: {str(error.orig).strip().rstrip('.')}.",
            "Check the path or address in DIRSYNC_STORE and who may write there.",
        ) from None
    remedy = "Make room there or mend it, then run the same command again: what was under way is settled first."
    tell_failures(engine, f"The store {shown}", remedy)
    return engine


def is_there(url: str) -> bool:
    """Say whether a store has been made there; what can't be told is left for `open_database` to complain about."""
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            path = Path(parsed.database or "")
            return path.exists() and not (path.is_file() and path.stat().st_size == 0)
        engine = create_engine(parsed)
    except (ArgumentError, ValueError, NoSuchModuleError, ModuleNotFoundError, OSError):
        return True
    try:
        return STORE_VERSION.name in inspect(engine).get_table_names()
    except DBAPIError:
        return True
    finally:
        engine.dispose()


def tell_failures(engine: Engine, what: str, remedy: str) -> None:
    """Let what comes over a database in use (a full disk, a lost server) be raised as a `DirsyncError`."""

    def tell(failure: ExceptionContext) -> None:
        if isinstance(failure.sqlalchemy_exception, OperationalError):
            why = str(failure.original_exception).strip().rstrip(".")
            raise DirsyncError(f"{what} failed during the run: {why}.", remedy)

    event.listen(engine, "handle_error", tell)


def _make_tables(engine: Engine, shown: str) -> None:
    """Make the tables of a new store; raise `UsageInvalid` for one that this version did not make."""
    try:
        version = _version_with_tables(engine, shown)
    except (IntegrityError, OperationalError, ProgrammingError):
        # another process may have been making the same tables at that moment
        version = _version_with_tables(engine, shown)
    if version in MIGRATIONS:
        version = _migrate(engine)
    if version != VERSION:
        raise UsageInvalid(
            f"The store {shown} is of version {version}; this dirsync works with version {VERSION}.",
            "Run the dirsync that made it, or name another database in DIRSYNC_STORE.",
        )


def _version_with_tables(engine: Engine, shown: str) -> int:
    if STORE_VERSION.name not in inspect(engine).get_table_names():
        _make_all(engine, shown)
    with engine.connect() as connection:
        return int(connection.execute(select(STORE_VERSION.c.version)).scalar() or 0)


def _make_all(engine: Engine, shown: str) -> None:
    with _alone(engine) as connection:
        found = set(inspect(connection).get_table_names()) & set(METADATA.tables)
        if STORE_VERSION.name in found:
            return
        if found:
            raise UsageInvalid(
                f"The store {shown} has tables called {', '.join(sorted(found))} that are not of this dirsync.",
                "Name an empty database in DIRSYNC_STORE, or move that one away.",
            )
        METADATA.create_all(connection)
        connection.execute(insert(STORE_VERSION).values(version=VERSION))


def _migrate(engine: Engine) -> int:
    """Bring an older store up to date, whole or not at all, and return its version then."""
    with _alone(engine) as connection:
        # asked again: another process may have been faster
        version = int(connection.execute(select(STORE_VERSION.c.version).with_for_update()).scalar() or 0)
        while version in MIGRATIONS:
            MIGRATIONS[version](connection)
            version += 1
        connection.execute(update(STORE_VERSION).values(version=version))
    return version


@contextlib.contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """Open a transaction for changing tables."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            # sqlite3 begins no transaction of its own before DDL, so two processes would see each other's half
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection


def _make_sqlite_durable(connection: object, _record: object) -> None:
    """Make commits survive a power cut: an intent must be durable before its request leaves (design 8.6)."""
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()
