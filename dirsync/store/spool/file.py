"""One SQLite file, and its failures in words.

The standard library's module and no SQLAlchemy: a spool is SQLite by nature, and rows are bound as tuples by the
thousand, where building statements per record would cost more than the read itself.
"""

from __future__ import annotations

import sqlite3
from itertools import islice
from typing import TYPE_CHECKING

from dirsync.errors import DirsyncError
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from pathlib import Path

Value = str | int | float | bytes | None
FOLD = "dirsync_fold"
"""What `fold` is called in SQL: SQLite's own `lower` knows ASCII only."""
_CACHE_KIB = 16384
AT_ONCE = 500
"""Values of one statement; older SQLite binds 999. JSON takes any number, but cuts texts at a NUL."""


class SpoolDamaged(DirsyncError):
    """The file is no database any more, or none of ours. What it held can be read anew from the directory."""


class SpoolFile:
    """An open file. `what` begins the sentence that tells of a failure; the remedy ends it.

    `discard` deletes a file in which damage was found, so that it is not found again every night.
    """

    def __init__(self, path: Path, what: str, remedy: str, discard: Callable[[], None] | None = None) -> None:
        self._what = what
        self._remedy = remedy
        self._discard = discard
        try:
            # no transactions but those begun here, and no wait for a lock: another run has files of its own
            self._connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
            self._connection.create_function(FOLD, 1, fold, deterministic=True)
        except sqlite3.Error as error:
            raise self._told(error) from None
        self.run(f"PRAGMA cache_size = -{_CACHE_KIB}")

    def run(self, sql: str, values: Sequence[Value] = ()) -> sqlite3.Cursor:
        """Run one statement. Raises DirsyncError, SpoolDamaged where it is the file's own fault."""
        try:
            return self._connection.execute(sql, values)
        except sqlite3.Error as error:
            raise self._told(error) from None

    def run_each(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        """Run one statement with each of the rows. Raises as `run`."""
        try:
            self._connection.executemany(sql, rows)
        except sqlite3.Error as error:
            raise self._told(error) from None

    def rows(self, sql: str, values: Sequence[Value] = ()) -> Iterator[tuple[Value, ...]]:
        """Yield what a question gives. Raises as `run`."""
        try:
            yield from self._connection.execute(sql, values)
        except sqlite3.Error as error:
            raise self._told(error) from None

    def number(self, sql: str, values: Sequence[Value] = ()) -> int:
        """Return the one whole number that a question gives; 0 for none."""
        found = self.run(sql, values).fetchone()
        return int(found[0] or 0) if found else 0

    def close(self) -> None:
        """Close it; what was not committed is taken back."""
        self._connection.close()

    def _told(self, error: sqlite3.Error) -> DirsyncError:
        why = str(error).strip().rstrip(".")
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            if not self._discard:
                return SpoolDamaged(f"{self._what} is damaged: {why}.", self._remedy)
            self._discard()
            return SpoolDamaged(f"{self._what} is damaged: {why}.", "It was deleted. Run again: all is read anew.")
        return DirsyncError(f"{self._what} failed during the run: {why}.", self._remedy)


def places(wanted: Collection[str], after: int) -> Iterator[tuple[str, list[str]]]:
    """Yield the placeholders of an IN list, behind `after` other ones, and the values for them, batch by batch.

    They come sorted, in the order of an index, so that neighbours are found in one page of the file.
    """
    left = iter(sorted({*wanted}))
    while batch := list(islice(left, AT_ONCE)):
        yield ",".join(f"?{after + place}" for place in range(1, len(batch) + 1)), batch
