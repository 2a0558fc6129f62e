"""Whether somebody stands between us and PostgreSQL who hands sessions on.

A pool in transaction mode gives each transaction another session. Locks of a session (who may write, who has the store
open) then belong to somebody else or to nobody, so such a store can't be worked with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

SESSIONS_ARE_SHARED: Final = "is behind a pooler in transaction mode, which gives each transaction another session."
POOLER_REMEDY: Final = (
    "Name the server itself in DIRSYNC_STORE, or a pool in session mode (PgBouncer: pool_mode = session)."
)
TRIES: Final = 20
SESSION: Final = "SELECT pg_backend_pid()"


def is_pooled(driver: Any, session: int) -> bool:  # noqa: ANN401 - psycopg, which need not be installed
    """Say whether a pooler is there: what it calls the session when a connection is made is of its own making."""
    return bool(driver.info.backend_pid != session)


def shares_sessions(engine: Engine) -> bool:
    """Say whether two connections, both open, were given the same session; as far as that can be told.

    Raises `DBAPIError`.
    """
    with engine.connect() as one:
        session = _session(one)
        if not is_pooled(one.connection.driver_connection, session):
            return False
        with engine.connect() as other:
            # the pool gets a session back some time after its transaction, and hands out another one until then
            return any(_session(other) == _session(one) for _ in range(TRIES))


def _session(connection: Connection) -> int:
    """Return the session that a transaction was given, and end the transaction."""
    session: int = connection.execute(text(SESSION)).scalar_one()
    connection.rollback()
    return session
