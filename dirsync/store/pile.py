"""A pile in a file without a name: memory holds the last few things only, whatever their number."""

from __future__ import annotations

import marshal
import tempfile
from dataclasses import fields
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
        self._written = 0

    def append(self, one: T, /) -> None:
        """See `Pile`."""
        number = self._number[type(one)]
        self._held.append((number, self._values[number](one)))
        if len(self._held) >= HELD:
            self._write()

    def __iter__(self) -> Iterator[T]:
        """See `Pile`."""
        place = 0
        for _ in range(self._written):
            self._file.seek(place)
            part = marshal.load(self._file)  # noqa: S302 - nobody else can open what has no name
            place = self._file.tell()
            yield from map(self._made, part)
        yield from map(self._made, self._held)

    def __len__(self) -> int:
        """See `Pile`."""
        return self._written * HELD + len(self._held)

    def _made(self, written: tuple[int, Any]) -> T:
        number, values = written
        return self._kinds[number](*values)

    def _write(self) -> None:
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the pile is
                finalize(self, self._file.close)
            self._file.seek(0, 2)
            marshal.dump(self._held, self._file)
            self._file.flush()
        except OSError as error:
            raise DirsyncError(
                f"What this run adds to the store could not be kept in {tempfile.gettempdir()} meanwhile: {error}.",
                "Make room there, or name a folder with more room in the environment variable TMPDIR.",
            ) from None
        self._written += 1
        self._held.clear()
