"""The one door to procrastinate and its tables, which stand in the database of the store."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dirsync.errors import DirsyncError, UsageInvalid
from dirsync.store.address import store_address
from dirsync.store.driver import driver_arguments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from procrastinate import App
    from psycopg import Connection

    from dirsync.store.address import StoreAddress

    Row = dict[str, Any]
    Queue = Connection[Row]


def queue_address(store: str) -> StoreAddress:
    """Return where the queue is. Raises `UsageInvalid` for a store that can have none, or for a missing library."""
    address = store_address(store)
    if not address.is_postgresql:
        raise UsageInvalid(
            f"Workers share their work through the store, and {address.shown} is a file of this host.",
            "Name a PostgreSQL database in DIRSYNC_STORE, the same for all hosts; or run 'dirsync sync' without them.",
        )
    try:
        import procrastinate  # noqa: F401 - whether it is there
        import psycopg  # noqa: F401 - as above
    except ModuleNotFoundError as error:
        raise UsageInvalid(
            f"Workers need a library that is not installed ({error.name}).",
            "Install dirsync-connector[workers], on every host that enqueues or works.",
        ) from None
    return address


def queue_app(address: StoreAddress, connections: int = 4) -> App:
    """Return procrastinate's App, which opens no connection yet."""
    from procrastinate import App, PsycopgConnector

    return App(
        connector=PsycopgConnector(
            kwargs=driver_arguments(address), min_size=1, max_size=connections, name="dirsync-worker"
        )
    )


@contextmanager
def queue(address: StoreAddress) -> Iterator[Queue]:
    """Open one connection; every statement is a transaction of its own, unless one is begun.

    What the database says is raised as a `DirsyncError` that names the place, and no password.
    """
    import psycopg
    from psycopg.rows import dict_row

    try:
        with psycopg.connect(**driver_arguments(address), autocommit=True, row_factory=dict_row) as connection:
            yield connection
    except psycopg.Error as error:
        raise queue_lost(address, error) from None


def queue_lost(address: StoreAddress, error: BaseException) -> DirsyncError:
    """Return the error for a queue that can't be reached or used any more."""
    lines = str(error.__cause__ or error).strip().splitlines() or [type(error).__name__]
    said = lines[0].rstrip(".")
    for secret in filter(None, address.secrets):
        said = said.replace(secret, "***")
    return DirsyncError(
        f"The queue in {address.shown} can't be used: {said}.",
        "See that the database server is up; what was under way is taken up again by whichever worker comes first.",
    )
