"""What comes over a store in use, in words: a full disk, a lost server, a right that is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError

from dirsync.database.failures import CANCELED, REFUSED, TLS_WORDS, Failure
from dirsync.errors import DirsyncError, LockHeld, UsageInvalid
from dirsync.store.address import LOCK_SECONDS, STATEMENT_SECONDS

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine import ExceptionContext

    from dirsync.store.address import StoreAddress

SETTLED_FIRST: Final = "then run the same command again: what was under way is settled first."
LOCKED: Final = "55P03"
"""lock_not_available (PostgreSQL manual, appendix A)."""
ONLY_READS: Final = "25006"
"""read_only_sql_transaction: a standby, or an account that may only read."""
NO_SCHEMA: Final = "3F000"
GRANTS: Final = (
    "Give it a schema of its own: CREATE SCHEMA dirsync AUTHORIZATION account; "
    "ALTER ROLE account SET search_path = dirsync;"
)
_PLACE: Final = "dirsync_store_address"


def tell_failures(engine: Engine, address: StoreAddress) -> None:
    """From now on let what comes over the store be raised as a `DirsyncError` that names it."""
    engine.update_execution_options(**{_PLACE: address})

    def tell(failure: ExceptionContext) -> None:
        error = failure.sqlalchemy_exception
        if isinstance(error, DBAPIError) and (told := _during_a_run(address, error, is_lost=failure.is_disconnect)):
            raise told

    event.listen(engine, "handle_error", tell)


def told_of(connection: Connection, error: Exception, *, is_lost: bool) -> Exception:
    """Return what the driver itself raised as it would be raised if SQLAlchemy had asked it."""
    seen = DBAPIError.instance(None, None, error, connection.dialect.loaded_dbapi.Error, dialect=connection.dialect)
    address = connection.get_execution_options().get(_PLACE)
    told = _during_a_run(address, seen, is_lost=is_lost) if address and isinstance(seen, DBAPIError) else None
    return told or seen


def as_unusable(address: StoreAddress, error: DBAPIError) -> DirsyncError:
    """Return the error for a store that can't be opened."""
    failure = Failure(error, address.secrets)
    if failure.state == LOCKED:
        return LockHeld(
            f"The tables of the store {address.shown} are being changed: another dirsync has it to itself.",
            "Wait until that has ended, and run the same command again.",
        )
    if failure.state == ONLY_READS:
        return _only_reads(address)
    message = f"The store {address.shown} can't be opened: {failure.said}."
    if failure.state in {REFUSED, NO_SCHEMA}:
        return UsageInvalid(message, f"This account must be able to make tables there. {GRANTS}")
    if address.is_postgresql and any(word in failure.said for word in TLS_WORDS):
        return UsageInvalid(
            message,
            "Name the authority in DIRSYNC_STORE with ?sslrootcert=/path/to/ca.pem, or say otherwise with ?sslmode=….",
        )
    if address.is_postgresql:
        return UsageInvalid(
            message,
            "See that the server is up and can be reached from here; host, port, account and database are those in "
            "DIRSYNC_STORE.",
        )
    return UsageInvalid(message, "Check the path in DIRSYNC_STORE and who may write there.")


def _during_a_run(address: StoreAddress, error: DBAPIError, *, is_lost: bool) -> DirsyncError | None:
    failure = Failure(error, address.secrets)
    store = f"The store {address.shown}"
    if failure.state == ONLY_READS:
        return _only_reads(address)
    if is_lost or (address.is_postgresql and isinstance(error, OperationalError) and failure.state[:3] in _GONE):
        remedy = f"See that the database server is up and can be reached, {SETTLED_FIRST}"
        return DirsyncError(f"{store} was lost during the run: {failure.said}.", remedy)
    if failure.state in _STATES:
        what, remedy = _STATES[failure.state]
        return DirsyncError(f"{store} {what} ({failure.said}).", remedy)
    if isinstance(error, OperationalError | InternalError):
        return DirsyncError(
            f"{store} failed during the run: {failure.said}.", f"Make room there or mend it, {SETTLED_FIRST}"
        )
    return None


_GONE: Final = ("", "57P", "080")
"""How SQLSTATEs begin of a server that ends or begins; libpq's own, that nobody answers, are empty."""
_STATES: Final = {
    LOCKED: (
        f"waited {LOCK_SECONDS} s for a lock that somebody else holds",
        f"See who in pg_stat_activity and pg_locks, {SETTLED_FIRST}",
    ),
    CANCELED: (
        f"ended a statement, which may take {STATEMENT_SECONDS} s",
        f"See in the log of the database who ended it or what made it wait, {SETTLED_FIRST}",
    ),
    REFUSED: ("refuses this account a right", f"Let it read and write all its tables, {SETTLED_FIRST}"),
}


def _only_reads(address: StoreAddress) -> UsageInvalid:
    return UsageInvalid(
        f"The store {address.shown} takes no writes: it is a standby, or its account may only read.",
        "Name the primary server in DIRSYNC_STORE, and an account that may write.",
    )
