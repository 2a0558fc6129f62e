"""Where the store is: DIRSYNC_STORE understood, shown without its secrets, and what the driver is told besides."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from dirsync.database.address import DatabaseAddress, connect_arguments, texts
from dirsync.errors import UsageInvalid
from dirsync.store.texts import POSTGRESQL, SQLITE

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

STATEMENT_SECONDS: Final = 600
"""Longer takes no statement of ours; one that does hangs, or the server is not fit for the job."""
LOCK_SECONDS: Final = 60
DRIVER_MISSING: Final = "For PostgreSQL install dirsync-connector[postgres] and write postgresql+psycopg://…"


@dataclass(frozen=True)
class StoreAddress:
    """Where the store is."""

    url: URL = field(repr=False)
    shown: str
    """Without any password: drivers take them as ?password=… too."""
    arguments: dict[str, Any] = field(repr=False)
    """What the driver is told besides the URL. Over a network a server must prove who it is, as the products' do."""
    secrets: tuple[str, ...] = field(repr=False)

    @property
    def is_postgresql(self) -> bool:
        """Whether it is a server, which several hosts may share."""
        return self.url.get_backend_name() == POSTGRESQL

    @property
    def is_in_memory(self) -> bool:
        """Whether it is gone with the process."""
        return self.url.get_backend_name() == SQLITE and self.url.database in {None, "", ":memory:"}


def store_address(url: str) -> StoreAddress:
    """Return where a store is. Raises `UsageInvalid` that repeats nothing of a URL that is none."""
    try:
        given = make_url(url)
    except (ArgumentError, ValueError):
        raise UsageInvalid(
            "DIRSYNC_STORE is not a database URL.", "Write e.g. sqlite:////var/lib/dirsync/dirsync.db."
        ) from None
    if given.drivername in {"postgres", POSTGRESQL}:  # SQLAlchemy's own default is a driver that we don't bring along
        given = given.set(drivername=f"{POSTGRESQL}+psycopg")
    shown = given.set(query={}).render_as_string(hide_password=True)
    in_query = (texts(given.query.get(name)) for name in ("password", "sslpassword"))
    secrets = (url, given.password or "", *(secret for found in in_query for secret in found))
    as_database = DatabaseAddress("the store", url, "DIRSYNC_STORE", statement_timeout=STATEMENT_SECONDS)
    return StoreAddress(given, shown, connect_arguments(given, as_database), secrets)
