"""Connections to the store: what each is told when it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import create_engine, event
from sqlalchemy.pool import NullPool

from dirsync.errors import UsageInvalid
from dirsync.store.address import LOCK_SECONDS, STATEMENT_SECONDS
from dirsync.store.advisory import IN_USE, key
from dirsync.store.pooler import POOLER_REMEDY, SESSION, SESSIONS_ARE_SHARED, is_pooled, shares_sessions
from dirsync.store.texts import SQLITE

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from dirsync.store.address import StoreAddress

# `idle_in_transaction_session_timeout`: links are read bit by bit while a plan is made; a client that is gone is found
# by TCP keepalives. `synchronous_commit`: an intent must be durable before its request leaves (design 8.6); what is
# stricter than `on` stays.
LIMITS: Final = f"""SELECT set_config('lock_timeout', '{LOCK_SECONDS}s', false),
    set_config('statement_timeout', '{STATEMENT_SECONDS}s', false),
    set_config('idle_in_transaction_session_timeout', '0', false),
    set_config('synchronous_commit', CASE current_setting('synchronous_commit')
        WHEN 'off' THEN 'on' WHEN 'local' THEN 'on' ELSE current_setting('synchronous_commit') END, false)"""
SAY_IN_USE: Final = f"SELECT pg_advisory_lock_shared({key(IN_USE)})"


def engine_for(address: StoreAddress) -> Engine:
    """Return connections for work. While one is open, nobody changes the tables of a store on PostgreSQL."""
    if not address.is_postgresql:
        engine = create_engine(address.url)
        if engine.dialect.name == SQLITE:
            event.listen(engine, "connect", _make_sqlite_durable)
        return engine
    engine = create_engine(address.url, pool_pre_ping=True, **_as_we_expect(address))

    def say_in_use(connection: Any, record: object) -> None:  # noqa: ANN401 - whatever the driver has
        try:
            _limit(connection, record)
            _refuse_shared_sessions(connection, address)
            connection.execute(SAY_IN_USE)
            connection.commit()
        except BaseException:
            connection.close()  # nobody else knows of it yet
            raise

    event.listen(engine, "connect", say_in_use)
    return engine


def bare_engine(address: StoreAddress) -> Engine:
    """Return connections for looking and for changing tables: they don't count as use, and change no file."""
    if not address.is_postgresql:
        waits = {"timeout": LOCK_SECONDS} if address.url.get_backend_name() == SQLITE else {}
        return create_engine(address.url, poolclass=NullPool, connect_args=waits)
    engine = create_engine(address.url, poolclass=NullPool, **_as_we_expect(address))
    event.listen(engine, "connect", _limit)
    return engine


def _as_we_expect(address: StoreAddress) -> dict[str, Any]:
    # a server's own defaults may be others
    return {"connect_args": address.arguments, "isolation_level": "READ COMMITTED", "hide_parameters": True}


def _make_sqlite_durable(connection: Any, _record: object) -> None:  # noqa: ANN401 - whatever the driver has
    """Make commits survive a power cut: an intent must be durable before its request leaves (design 8.6)."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _limit(connection: Any, _record: object) -> None:  # noqa: ANN401
    connection.execute(LIMITS)
    connection.commit()


def _refuse_shared_sessions(connection: Any, address: StoreAddress) -> None:  # noqa: ANN401
    [session] = connection.execute(SESSION).fetchone()
    connection.commit()
    if not is_pooled(connection, session):
        return
    looking = bare_engine(address)
    try:
        if shares_sessions(looking):
            raise UsageInvalid(f"The store {address.shown} {SESSIONS_ARE_SHARED}", POOLER_REMEDY)
    finally:
        looking.dispose()
