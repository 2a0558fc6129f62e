"""Takes a store from one version to another, with alembic: forwards without loss, backwards with what that costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from dirsync.errors import LockHeld
from dirsync.store.advisory import IN_USE, wait_for
from dirsync.store.alone import alone
from dirsync.store.database import STORE_VERSION
from dirsync.store.failures import LOCKED
from dirsync.store.sessions import bare_engine

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dirsync.store.address import StoreAddress

SCRIPTS: Final = "dirsync.store:migrations"
PATIENCE: Final = 10
"""Seconds for others to close a store whose tables are to be changed; to look at the history takes less."""


def bring_up(address: StoreAddress, to: int) -> int:
    """Bring an older store to a version, whole or not at all, and return the version it has then.

    It may be a later one: another process was faster. Raises as `take_back`.
    """
    return _move(address, to, forwards=True)


def take_back(address: StoreAddress, to: int) -> int:
    """Take a store back to an older version, whole or not at all, and return the version it has then.

    Raises `LockHeld` when a dirsync works with it (on PostgreSQL, whatever the host), `DBAPIError` for what the
    database says.
    """
    return _move(address, to, forwards=False)


def what_is_lost(version: int, to: int) -> list[str]:
    """Return what going back from a version to an older one costs, the newest step first."""
    steps = ScriptDirectory.from_config(_config()).iterate_revisions(str(version), str(to))
    return [step.module.LOSES for step in steps if step.module.LOSES]


def _move(address: StoreAddress, to: int, *, forwards: bool) -> int:
    engine = bare_engine(address)
    try:
        with alone(engine) as connection:
            if address.is_postgresql:
                _wait_until_unused(connection, address)
            # asked again: another process may have been faster
            version = _version(connection)
            if version < to if forwards else version > to:
                config = _config()
                config.attributes["connection"] = connection
                (command.upgrade if forwards else command.downgrade)(config, str(to))
            return _version(connection)
    finally:
        engine.dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    return config


def _version(connection: Connection) -> int:
    return int(connection.execute(select(STORE_VERSION.c.version)).scalar_one())


def _wait_until_unused(connection: Connection, address: StoreAddress) -> None:
    connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}s'"))
    try:
        wait_for(connection, IN_USE)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") != LOCKED:
            raise
        raise LockHeld(
            f"The tables of the store {address.shown} can't be changed: another dirsync works with it.",
            "Wait until it has ended, on every host, and run the same command again.",
        ) from None
    # to go through a store of many years may take longer than any statement of a run
    connection.execute(text("SET LOCAL statement_timeout = 0"))
