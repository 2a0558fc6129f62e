"""Who may write: a run takes a lease of the places it writes into, and others take what is free.

A place is the key of a target, or `ORGANIZATIONS`: hosts whose mapping files differ don't meet in one either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dirsync.store.lease.file import file_lease
from dirsync.store.lease.postgresql import session_lease
from dirsync.store.texts import POSTGRESQL

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlalchemy import Engine

    from dirsync.store.lease.interface import Holder, Lease

LEASES: Final[
    Mapping[str, Callable[[Engine, Path, Sequence[Collection[str]], Holder], AbstractContextManager[Lease]]]
] = {"sqlite": file_lease, POSTGRESQL: session_lease}
"""By the database's dialect."""
