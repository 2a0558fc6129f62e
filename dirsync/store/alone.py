"""A transaction for changing tables."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from dirsync.store.advisory import CHANGING, wait_for
from dirsync.store.texts import POSTGRESQL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine


@contextlib.contextmanager
def alone(engine: Engine) -> Iterator[Connection]:
    """Open a transaction in which nobody else changes tables, whatever process or host; others wait for its end."""
    with engine.begin() as connection:
        if engine.dialect.name == POSTGRESQL:
            wait_for(connection, CHANGING)
        else:
            # sqlite3 begins no transaction of its own before DDL, so two processes would see each other's half
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection
