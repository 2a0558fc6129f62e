"""Looking at a store without opening it for work: nothing is made, migrated or locked."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, NoSuchModuleError

from dirsync.errors import UsageInvalid
from dirsync.store.address import DRIVER_MISSING, StoreAddress, store_address
from dirsync.store.database import VERSION
from dirsync.store.failures import as_unusable
from dirsync.store.migrations import OLDEST
from dirsync.store.opening import MADE_BY_ANOTHER, version_of
from dirsync.store.pooler import POOLER_REMEDY, SESSIONS_ARE_SHARED, shares_sessions
from dirsync.store.sessions import bare_engine
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
        address = store_address(url or default_url())
    except UsageInvalid as error:
        return Looked("DIRSYNC_STORE", problem="is not a database URL.", remedy=error.remedy)
    if address.url.get_backend_name() == "sqlite":
        return _file(address)
    if not may_connect:
        return Looked(address.shown, state="a database server, which is not asked offline.")
    return _asked(address)


def _file(address: StoreAddress) -> Looked:
    shown = address.shown
    if address.is_in_memory:
        return Looked(shown, problem="keeps nothing: it is gone when the command ends.")
    path = Path(str(address.url.database))
    if not path.exists():
        made_in = next(parent for parent in path.absolute().parents if parent.exists())
        if made_in.is_dir() and os.access(made_in, os.W_OK | os.X_OK):
            return Looked(shown, state="not there yet; the first run makes it.")
        return Looked(shown, problem=f"can't be made: {made_in} is no folder that this account may write to.")
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK | os.X_OK)):
        return Looked(shown, problem="this account may not write to it and to its folder.")
    # mode=ro: looking must not make the file's first tables
    only_read = URL.create("sqlite", database=f"file:{path.absolute()}", query={"mode": "ro", "uri": "true"})
    return _asked(replace(address, url=only_read))


def _asked(address: StoreAddress) -> Looked:
    shown = address.shown
    try:
        engine = bare_engine(address)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        return Looked(shown, problem=f"needs a driver that is not installed ({error}).", remedy=DRIVER_MISSING)
    try:
        version = version_of(engine)
        is_pooled = address.is_postgresql and shares_sessions(engine)
    except DBAPIError as error:
        told = as_unusable(address, error)
        return Looked(shown, problem=told.message.removeprefix(f"The store {shown} "), remedy=told.remedy)
    finally:
        engine.dispose()
    if is_pooled:
        return Looked(shown, problem=SESSIONS_ARE_SHARED, remedy=POOLER_REMEDY)
    return _of_version(shown, version)


def _of_version(shown: str, version: int | None) -> Looked:
    if version is None:
        return Looked(shown, state="there and empty; the first run makes its tables.")
    if version == VERSION:
        return Looked(shown, state=f"there, of version {version}, and may be written to.", version=version)
    if OLDEST <= version < VERSION:
        state = f"of version {version}; the next run brings it to version {VERSION}."
        return Looked(shown, state=state, version=version)
    return Looked(
        shown,
        problem=f"is of version {version}; this dirsync works with version {VERSION}.",
        remedy=MADE_BY_ANOTHER,
        version=version,
    )
