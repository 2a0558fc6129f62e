"""Looking at a store without opening it for work: nothing is made, migrated or locked."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from dirsync.store.database import STORE_VERSION, VERSION
from dirsync.store.migrations import MIGRATIONS
from dirsync.store.store import default_url


@dataclass(frozen=True, slots=True)
class Looked:
    """What a store looks like. `problem` is empty when it can be worked with; `state` then says how it is."""

    shown: str
    """Its place, without any password."""
    state: str = ""
    problem: str = ""
    remedy: str = ""
    version: int | None = None
    """Of its tables; None where there are none, or nobody could ask."""

    @property
    def is_of_today(self) -> bool:
        """Whether opening it for work would make and migrate nothing."""
        return self.version == VERSION


def look_at_store(url: str, *, may_connect: bool) -> Looked:
    """Say whether the store could be used. A server is only asked when `may_connect`."""
    try:
        parsed = make_url(url or default_url())
    except (ArgumentError, ValueError):
        return Looked(
            "DIRSYNC_STORE",
            problem="is not a database URL.",
            remedy="Write e.g. sqlite:////var/lib/dirsync/dirsync.db.",
        )
    shown = parsed.set(query={}).render_as_string(hide_password=True)
    if parsed.get_backend_name() == "sqlite":
        return _file(parsed, shown)
    if not may_connect:
        return Looked(shown, state="a database server, which is not asked offline.")
    return _asked(parsed, shown)


def _file(url: URL, shown: str) -> Looked:
    if url.database in {None, "", ":memory:"}:
        return Looked(shown, problem="keeps nothing: it is gone when the command ends.")
    path = Path(str(url.database))
    if not path.exists():
        made_in = next(parent for parent in path.absolute().parents if parent.exists())
        if made_in.is_dir() and os.access(made_in, os.W_OK | os.X_OK):
            return Looked(shown, state="not there yet; the first run makes it.")
        return Looked(shown, problem=f"can't be made: {made_in} is no folder that this account may write to.")
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK | os.X_OK)):
        return Looked(shown, problem="this account may not write to it and to its folder.")
    # mode=ro: looking must not make the file's first tables
    return _asked(URL.create("sqlite", database=f"file:{path.absolute()}", query={"mode": "ro", "uri": "true"}), shown)


def _asked(url: URL, shown: str) -> Looked:
    try:
        engine = create_engine(url)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        return Looked(
            shown,
            problem=f"needs a driver that is not installed ({error}).",
            remedy="For PostgreSQL install dirsync-connector[postgres] and write postgresql+psycopg://…",
        )
    try:
        with engine.connect() as connection:
            if STORE_VERSION.name not in inspect(connection).get_table_names():
                return Looked(shown, state="there and empty; the first run makes its tables.")
            version = connection.execute(select(STORE_VERSION.c.version)).scalar() or 0
    except DBAPIError as error:
        return Looked(shown, problem=f"can't be opened: {str(error.orig).strip().rstrip('.')}.")
    finally:
        engine.dispose()
    if version == VERSION:
        return Looked(shown, state=f"there, of version {version}, and may be written to.", version=version)
    if version in MIGRATIONS:
        state = f"of version {version}; the next run brings it to version {VERSION}."
        return Looked(shown, state=state, version=version)
    return Looked(
        shown,
        problem=f"is of version {version}; this dirsync works with version {VERSION}.",
        remedy="Run the dirsync that made it, or name another database in DIRSYNC_STORE.",
        version=version,
    )
