"""What PostgreSQL's own driver is told to reach the store: for those who bring tables of their own along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dirsync.store.address import StoreAddress


def driver_arguments(address: StoreAddress) -> dict[str, Any]:
    """Return what `psycopg.connect` takes, the password among it. Raises `ModuleNotFoundError` without the driver."""
    _, named = address.url.get_dialect()().create_connect_args(address.url)
    return {**named, **address.arguments}
