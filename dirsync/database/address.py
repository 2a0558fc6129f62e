"""Where a product's database is: its URL understood, shown without its secrets, and what the driver is told besides."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from dirsync.errors import DirectoryUnreadable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

POSTGRESQL: Final = "postgresql"


@dataclass(frozen=True)
class DatabaseAddress:
    """Where a product's database is, as the settings name it. Times are seconds."""

    product: str
    """As people call it: Jira, Crowd."""
    url: str = field(repr=False)
    settings_prefix: str
    """`DIRSYNC_JIRA`, for remedies."""
    ca_file: Path | None = None
    allow_plaintext: bool = False
    connect_timeout: float = 10.0
    statement_timeout: float = 60.0


def database_of(url: str) -> str:
    """Return a database's address as it may be shown: without name, password and options."""
    try:
        return shown(make_url(url))
    except (ArgumentError, ValueError):
        return "an address that is none"


def account_of(url: str) -> str:
    """Return as whom a database is asked; empty where the URL does not say."""
    try:
        return make_url(url).username or ""
    except (ArgumentError, ValueError):
        return ""


def shown(url: URL) -> str:
    """Return a URL as it may be shown."""
    where = URL.create(url.get_backend_name(), host=url.host, port=url.port, database=url.database)
    return where.render_as_string()


def parsed(address: DatabaseAddress) -> URL:
    """Return the URL with the driver that is installed for it. Raises `DirectoryUnreadable`."""
    try:
        url = make_url(address.url)
    except (ArgumentError, ValueError):
        raise DirectoryUnreadable(
            f"{address.settings_prefix}__DATABASE_URL is not the URL of a database.",
            "Write it like postgresql+psycopg://NAME:PASSWORD@HOST/DATABASE, with %40 for an @ in the password.",
        ) from None
    # the driver that comes with dirsync-connector[postgres]; SQLAlchemy's own default is another
    return url.set(drivername="postgresql+psycopg") if url.drivername in {"postgres", POSTGRESQL} else url


def connect_arguments(url: URL, address: DatabaseAddress) -> dict[str, Any]:
    """Return what PostgreSQL's libpq is told besides the URL (manual, 34.1.2); nothing for other databases.

    Over a network the server must prove who it is, unless the URL or ALLOW_PLAINTEXT says otherwise.
    """
    if url.get_backend_name() != POSTGRESQL:
        return {}
    given: dict[str, Any] = {
        "connect_timeout": max(2, round(address.connect_timeout)),  # less than 2 seconds libpq does not take
        "application_name": "dirsync",
        "client_encoding": "utf8",  # else names of a database in SQL_ASCII come as bytes, which equal no name
        "keepalives_idle": max(1, round(address.statement_timeout)),
        "keepalives_interval": 10,
        "keepalives_count": 3,
    }
    if not (_is_local(url) or address.allow_plaintext or "sslmode" in url.query):
        given["sslmode"] = "verify-full"
        if "sslrootcert" not in url.query:
            given["sslrootcert"] = str(address.ca_file) if address.ca_file else "system"
    return {name: value for name, value in given.items() if name not in url.query}


def _is_local(url: URL) -> bool:
    """Say whether what is sent never leaves this machine: over a socket file, or to a loopback address."""
    hosts = [part for named in texts(url.query.get("host")) for part in named.split(",")] or [url.host or ""]
    return all(_is_this_machine(host) for host in hosts)


def _is_this_machine(host: str) -> bool:
    if not host or host.startswith(("/", "@")) or host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def texts(given: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the values of a part of a URL's query, which may stand there once, several times or not at all."""
    return (given,) if isinstance(given, str) else tuple(given or ())
