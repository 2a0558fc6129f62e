"""The one place that opens the store: it is made, brought up to date or refused."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import insert, inspect, select
from sqlalchemy.exc import DBAPIError, NoSuchModuleError

from dirsync.errors import UsageInvalid
from dirsync.store.address import DRIVER_MISSING, store_address
from dirsync.store.alone import alone
from dirsync.store.database import METADATA, STORE_VERSION, VERSION
from dirsync.store.failures import as_unusable, tell_failures
from dirsync.store.migrations import OLDEST
from dirsync.store.sessions import bare_engine, engine_for
from dirsync.store.texts import SQLITE

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from dirsync.store.address import StoreAddress


MADE_BY_ANOTHER: Final = (
    "Run the dirsync that made it, or let that one take the store back ('dirsync store downgrade'), or name another "
    "database in DIRSYNC_STORE."
)


def open_database(url: str) -> Engine:
    """Open the store; make its tables where they are missing, and bring older ones up to date.

    Raises `UsageInvalid` that names the place, never a password; `LockHeld` where tables must be changed and somebody
    else works on them. What fails later (a full disk, a lost server) is raised as a `DirsyncError` that names it too.
    """
    address = store_address(url)
    _make_place(address)
    engine = _usable(address)
    tell_failures(engine, address)
    return engine


def is_there(url: str) -> bool:
    """Say whether a store has been made there; what can't be told is left for `open_database` to complain about."""
    try:
        address = store_address(url)
        if address.url.get_backend_name() == SQLITE:
            path = Path(address.url.database or "")
            return path.exists() and not (path.is_file() and path.stat().st_size == 0)
        engine = bare_engine(address)
    except (UsageInvalid, NoSuchModuleError, ModuleNotFoundError, OSError):
        return True
    try:
        return _has_tables(engine)
    except DBAPIError:
        return True
    finally:
        engine.dispose()


def version_of(engine: Engine) -> int | None:
    """Return the version of the tables that are there; None where there are none. Raises `DBAPIError`."""
    if not _has_tables(engine):
        return None
    with engine.connect() as connection:
        return int(connection.execute(select(STORE_VERSION.c.version)).scalar() or 0)


def _has_tables(engine: Engine) -> bool:
    return STORE_VERSION.name in inspect(engine).get_table_names()


def _make_place(address: StoreAddress) -> None:
    if address.is_in_memory or address.url.get_backend_name() != SQLITE:
        return
    path = Path(str(address.url.database))
    with contextlib.suppress(OSError):  # what is wrong with the place is said better by the open that follows
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600, exist_ok=True)


def _usable(address: StoreAddress) -> Engine:
    try:
        engine = engine_for(address)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise UsageInvalid(
            f"The store {address.shown} needs a driver that is not installed ({error}).", DRIVER_MISSING
        ) from None
    try:
        _make_or_bring_up(engine, address)
    except DBAPIError as error:
        engine.dispose()
        raise as_unusable(address, error) from None
    except BaseException:
        engine.dispose()
        raise
    return engine


def _make_or_bring_up(engine: Engine, address: StoreAddress) -> None:
    version = version_of(engine)
    if version is None:
        _make_tables(engine, address)
        version = version_of(engine) or 0
    if OLDEST <= version < VERSION:
        from dirsync.store.migrations.moving import bring_up

        engine.dispose()  # while it is open the store is in use, and its tables are not to be changed
        version = bring_up(address, VERSION)
    if version != VERSION:
        raise UsageInvalid(
            f"The store {address.shown} is of version {version}; this dirsync works with version {VERSION}.",
            MADE_BY_ANOTHER,
        )


def _make_tables(engine: Engine, address: StoreAddress) -> None:
    with alone(engine) as connection:
        found = set(inspect(connection).get_table_names()) & set(METADATA.tables)
        if STORE_VERSION.name in found:
            return  # another process was faster
        if found:
            raise UsageInvalid(
                f"The store {address.shown} has tables called {', '.join(sorted(found))} that are not of this dirsync.",
                "Name an empty database in DIRSYNC_STORE, or move that one away.",
            )
        METADATA.create_all(connection)
        connection.execute(insert(STORE_VERSION).values(version=VERSION))
