"""Locks that PostgreSQL keeps for us, by purpose; they go with whoever held them (manual, 13.3.5).

Each schema has its own: two stores in one database don't wait for each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection

CHANGING: Final = "tables are being changed"
IN_USE: Final = "a dirsync has it open"
NUMBERING: Final = "a run gets its number"
LEASING: Final = "a run takes its lease"
REMEMBERING: Final = "a run keeps what it found"
ENQUEUEING: Final = "somebody enqueues"
MAKING_QUEUE: Final = "the tables of the queue"
RESCUING: Final = "rescue"


def key(purpose: str) -> str:
    """Return the lock of a purpose as SQL; of words of ours, never of a name from outside."""
    return key_of(f"'{purpose}'")


def key_of(named: str) -> str:
    """Return the lock of what an SQL expression names, in which a name from outside is bound."""
    return f"hashtextextended(coalesce(current_schema(), '') || ': ' || {named}, 0)"


def wait_for(connection: Connection, purpose: str) -> None:
    """Take a lock until the transaction ends; on PostgreSQL only."""
    connection.execute(text(f"SELECT pg_advisory_xact_lock({key(purpose)})"))
