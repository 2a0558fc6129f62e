"""The store as the rest of dirsync sees it."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from platformdirs import user_state_path

from dirsync.errors import UsageInvalid
from dirsync.store.address import store_address
from dirsync.store.journal import Journal
from dirsync.store.lease import LEASES
from dirsync.store.links import StoredLinks
from dirsync.store.opening import is_there, open_database
from dirsync.store.runs import Runs
from dirsync.store.texts import POSTGRESQL

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

    from dirsync.store.lease.interface import Holder, Lease


ONE_INSTANT: Final = "REPEATABLE READ"
"""In PostgreSQL this is snapshot isolation: all that is read of the links was so at one time (manual, 13.2.2)."""


class Store:
    """What outlives a run. Raises `UsageInvalid` when the database can't be opened."""

    def __init__(self, url: str = "") -> None:
        self.url = url or default_url()
        self._engine = open_database(self.url)
        self._lease: Lease | None = None

    @property
    def is_passing(self) -> bool:
        """Say whether it is gone with the process, so that nothing is worth keeping beside it."""
        return store_address(self.url).is_in_memory

    @property
    def folder(self) -> Path:
        """The folder for what belongs to the store and is no table: the lock, the newest reports."""
        return folder_of(self.url)

    @cached_property
    def runs(self) -> Runs:
        """The run history."""
        return Runs(self._engine, self._begin)

    @cached_property
    def journal(self) -> Journal:
        """The journal."""
        return Journal(self._engine, self._begin)

    @contextmanager
    def leased(self, wanted: Sequence[Collection[str]], holder: Holder) -> Iterator[Lease]:
        """Hold the groups of places that are free, in their order, each whole or not at all, until the block ends.

        Meanwhile links and the journal are written only while they are held: raises `LeaseLost` later on. Raises
        `LockHeld` where one run has the whole store.
        """
        with LEASES[self._engine.dialect.name](self._engine, self.folder, wanted, holder) as lease:
            self._lease = lease
            try:
                yield lease
            finally:
                self._lease = None

    def is_ours(self, place: str) -> bool:
        """Say whether nobody else writes into a place: a lease is held of it, or none was asked for."""
        return self._lease is None or place in self._lease.held

    def _begin(self) -> AbstractContextManager[Connection]:
        return self._lease.writing() if self._lease else self._engine.begin()

    @contextmanager
    def links(self) -> Iterator[StoredLinks]:
        """Open the links for reading; what is written meanwhile need not be seen."""
        with self._engine.connect() as connection:
            if connection.dialect.name == POSTGRESQL:
                connection.execution_options(isolation_level=ONE_INSTANT, postgresql_readonly=True)
            yield StoredLinks(connection)

    @contextmanager
    def own_links(self) -> Iterator[StoredLinks]:
        """Open the links for reading as whoever may write them: nobody else has since the lease was taken.

        Raises `LeaseLost` where that can't be said any more.
        """
        with self._begin() as connection:
            yield StoredLinks(connection)

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()


def stored(url: str = "") -> Store | None:
    """Open the store if there is one; what only reads must not make it. Raises as `Store`."""
    return Store(url) if is_there(url or default_url()) else None


def passing_store() -> Store:
    """Return an empty store that is gone with the process."""
    return Store("sqlite://")


def default_url() -> str:
    """Return where the store is when no setting says."""
    return f"sqlite:///{_state_folder() / 'dirsync.db'}"


def folder_of(url: str) -> Path:
    """Return the folder for what belongs to a store and is no table."""
    address = store_address(url)
    is_file = not (address.is_postgresql or address.is_in_memory)
    return Path(str(address.url.database)).parent if is_file else _state_folder()


def store_file(url: str) -> Path | None:
    """Return the file a store is kept in; None where it is none, or nobody could tell."""
    try:
        address = store_address(url or default_url())
    except UsageInvalid:
        return None
    return None if address.is_postgresql or address.is_in_memory else Path(str(address.url.database)).absolute()


def _state_folder() -> Path:
    return user_state_path("dirsync", appauthor=False)
