"""A pile in a file without a name: memory holds the last few things only, whatever their number."""

from __future__ import annotations

import marshal
import tempfile
from dataclasses import fields
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar
from weakref import finalize

from dirsync.errors import DirsyncError

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")
HELD: Final = 2000
"""Things in memory before they are written down: together they go and come quicker than one by one."""


class FilePile(Generic[T]):
    """See `Pile`. Takes instances of given dataclasses whose fields are texts, numbers, booleans or None.

    The file lies in the temporary folder, has no name there and is gone with the pile. Raises DirsyncError where it
    can't be written. `marshal` is the quickest way to write plain values, and safe where nobody else can reach them.
    """

    def __init__(self, *kinds: type[T]) -> None:
        self._kinds = kinds
        self._number = {kind: number for number, kind in enumerate(kinds)}
        self._values: list[Any] = [attrgetter(*(field.name for field in fields(kind))) for kind in kinds]  # type: ignore[arg-type] # all are dataclasses
        self._held: list[tuple[int, Any]] = []
        self._file: Any = None
        self._ends = [0]
        """Where each part of the file ends, and the next one begins."""

    def append(self, one: T, /) -> None:
        """See `Pile`."""
        number = self._number[type(one)]
        self._held.append((number, self._values[number](one)))
        if len(self._held) >= HELD:
            self._write()

    def __iter__(self) -> Iterator[T]:
        """See `Pile`."""
        for place, end in pairwise(self._ends):
            self._file.seek(place)
            # not marshal.load, which asks the file for each number and each text
            part = marshal.loads(self._file.read(end - place))  # noqa: S302 - nobody else can open what has no name
            yield from map(self._made, part)
        yield from map(self._made, self._held)

    def __len__(self) -> int:
        """See `Pile`."""
        return (len(self._ends) - 1) * HELD + len(self._held)

    def _made(self, written: tuple[int, Any]) -> T:
        number, values = written
        return self._kinds[number](*values)

    def _write(self) -> None:
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the pile is
                finalize(self, self._file.close)
            self._file.seek(self._ends[-1])
            end = self._ends[-1] + self._file.write(marshal.dumps(self._held))
            self._file.flush()
        except OSError as error:
            raise DirsyncError(
                f"What this run adds to the store could not be kept in {tempfile.gettempdir()} meanwhile: {error}.",
                "Make room there, or name a folder with more room in the environment variable TMPDIR.",
            ) from None
        self._ends.append(end)
        self._held.clear()
