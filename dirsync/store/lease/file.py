"""The lease of a store that is a file: one run has all of it.

SQLite lets one process write at a time, and others wait no longer than seconds: a run that keeps a million links would
end another one. So runs of other targets wait for each other, too.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dirsync.store.lock import only_run

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from dirsync.store.lease.interface import Holder


@dataclass(frozen=True)
class FileLease:
    """See `Lease`."""

    engine: Engine
    held: AbstractSet[str]
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    def writing(self) -> AbstractContextManager[Connection]:
        """See `Lease`; the operating system takes the lock of no process that lives."""
        return self.engine.begin()


@contextmanager
def file_lease(engine: Engine, folder: Path, wanted: Sequence[Collection[str]], holder: Holder) -> Iterator[FileLease]:
    """Hold the whole store. Raises `LockHeld` where another run has it."""
    with only_run(folder, holder.since):
        yield FileLease(engine, frozenset().union(*wanted))
