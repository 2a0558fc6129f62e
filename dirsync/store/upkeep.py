"""What an admin does to a store by hand: bring it up to date before the night, or take it back for an older dirsync."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from dirsync.errors import UsageInvalid
from dirsync.store.address import store_address
from dirsync.store.database import VERSION
from dirsync.store.failures import as_unusable
from dirsync.store.inspection import look_at_store
from dirsync.store.lock import only_run
from dirsync.store.migrations import OLDEST
from dirsync.store.store import Store, default_url, folder_of

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class WayBack:
    """What taking a store back to an older version means."""

    shown: str
    version: int
    to: int
    losses: Sequence[str]
    """What is lost, in words, the newest step first."""


def upgrade(url: str) -> int:
    """Bring the store up to date, as each start does, and return its version. Raises as `Store`."""
    Store(url).close()
    return VERSION


def way_back(url: str, to: int) -> WayBack:
    """Say what taking the store back would lose; changes nothing. Raises `UsageInvalid` where there is no such way."""
    looked = look_at_store(url, may_connect=True)
    if looked.problem:
        raise UsageInvalid(f"The store {looked.shown} {looked.problem}", looked.remedy)
    if looked.version is None:
        raise UsageInvalid(f"The store {looked.shown} is {looked.state}", "There is nothing to take back.")
    if not OLDEST <= to < looked.version:
        what = f"The store {looked.shown} is of version {looked.version}, and can't be taken back to version {to}."
        raise UsageInvalid(
            what, f"Name a version from {OLDEST} to {looked.version - 1}." if looked.version > OLDEST else ""
        )
    from dirsync.store.migrations.moving import what_is_lost

    return WayBack(looked.shown, looked.version, to, tuple(what_is_lost(looked.version, to)))


def downgrade(url: str, to: int) -> WayBack:
    """Take the store back, whole or not at all. Raises as `way_back`, and `LockHeld` while a run is under way."""
    way = way_back(url, to)
    url = url or default_url()
    address = store_address(url)
    from dirsync.store.migrations.moving import take_back

    # a server knows itself who works with a store, on whatever host
    nobody_runs = nullcontext() if address.is_postgresql else only_run(folder_of(url), datetime.now(UTC).isoformat())
    with nobody_runs:
        try:
            take_back(address, to)
        except DBAPIError as error:
            raise as_unusable(address, error) from None
    return way
