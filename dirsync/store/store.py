"""The store as the rest of dirsync sees it."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_state_path
from sqlalchemy.engine import make_url

from dirsync.store.database import is_there, open_database
from dirsync.store.journal import Journal
from dirsync.store.links import StoredLinks
from dirsync.store.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import URL


class Store:
    """What outlives a run. Raises `UsageInvalid` when the database can't be opened."""

    def __init__(self, url: str = "") -> None:
        self.url = url or default_url()
        self._engine = open_database(self.url)

    @property
    def is_passing(self) -> bool:
        """Say whether it is gone with the process, so that nothing is worth keeping beside it."""
        return _is_in_memory(make_url(self.url))

    @property
    def folder(self) -> Path:
        """The folder for what belongs to the store and is no table: the lock, the newest reports."""
        url = make_url(self.url)
        is_file = url.get_backend_name() == "sqlite" and not _is_in_memory(url)
        return Path(str(url.database)).parent if is_file else _state_folder()

    @cached_property
    def runs(self) -> Runs:
        """The run history."""
        return Runs(self._engine)

    @cached_property
    def journal(self) -> Journal:
        """The journal."""
        return Journal(self._engine)

    @contextmanager
    def links(self) -> Iterator[StoredLinks]:
        """Open the links for reading; what is written meanwhile need not be seen."""
        with self._engine.connect() as connection:
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


def _is_in_memory(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}


def _state_folder() -> Path:
    return user_state_path("dirsync", appauthor=False)
