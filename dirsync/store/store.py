"""The store as the rest of dirsync sees it."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_state_path
from sqlalchemy.engine import make_url

from dirsync.store.database import open_database
from dirsync.store.journal import Journal
from dirsync.store.links import StoredLinks
from dirsync.store.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Iterator


class Store:
    """What outlives a run. Raises `UsageInvalid` when the database can't be opened."""

    def __init__(self, url: str = "") -> None:
        self.url = url or default_url()
        self._engine = open_database(self.url)

    @property
    def folder(self) -> Path:
        """The folder for what belongs to the store and is no table: the lock, the newest reports."""
        url = make_url(self.url)
        is_file = url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}
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


def default_url() -> str:
    """Return where the store is when no setting says."""
    return f"sqlite:///{_state_folder() / 'dirsync.db'}"


def _state_folder() -> Path:
    return user_state_path("dirsync", appauthor=False)
