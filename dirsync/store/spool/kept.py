"""The file of a Directory's last read, on which the next one builds.

A whole read goes into a new file that takes the old one's place when the run says so; a read that builds on the last
one works in its file, in a transaction that ends then. Killed in between, the last read is still there.
"""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout
from loguru import logger

from dirsync.errors import DirsyncError
from dirsync.store.spool.file import SpoolFile
from dirsync.store.spool.schema import BEGUN, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta
    from pathlib import Path

MOST_KEPT = 4
"""Files per Directory: one for each set of mappings that is asked for (`--only`). The oldest goes first."""
_SUFFIX, _NEW, _JOURNAL = ".kept", ".new", "-journal"
_UNSAFE = re.compile(r"[^a-z0-9_]")


@dataclass
class KeptFile:
    """A file that is nobody else's until it is released."""

    path: Path
    """Where to write."""
    is_new: bool
    begun: datetime
    """When what it holds was begun to be read, if it is new."""
    place: Path
    lock: FileLock
    is_done: bool = field(default=False, init=False)

    @property
    def remedy(self) -> str:
        """What to do where the file can't be used."""
        return f"Make room there, or delete {self.place}: it only spares reading everything again."

    def put_in_place(self) -> None:
        """Let the next read find it. Raises OSError; then it does not, or finds that of the read before."""
        if self.is_new:
            with self.path.open("rb") as written:
                os.fsync(written.fileno())
            _delete(self.place)
            self.path.replace(self.place)
        self.is_done = True
        # files of other sets of mappings go by the time they were last of use
        os.utime(self.place)
        for one in sorted(_siblings(self.place), key=lambda one: one.stat().st_mtime)[:-MOST_KEPT]:
            _delete(one)

    def discard(self) -> None:
        """Delete it: the next read begins anew."""
        with contextlib.suppress(OSError):
            _delete(self.place)

    def release(self) -> None:
        """Let others have it; what was not put in place is gone."""
        if self.is_new and not self.is_done:
            self.path.unlink(missing_ok=True)
        self.lock.release()


@dataclass(frozen=True)
class Keeping:
    """Where reads are kept, and how old they may get. `now` is the start of the run."""

    folder: Path
    now: datetime

    def file_of(self, directory: str, asked: str, most: timedelta | None) -> KeptFile | None:
        """Return the file of a Directory; None where another run has it, or nothing can be kept.

        `asked` is everything its content depends on beside the server; `most` is the age after which everything is read
        anew, None for no kept file at all.
        """
        if most is None or not most:
            self.forget(directory)
            return None
        name = _UNSAFE.sub("_", directory)
        place = self.folder / f"{name}-{sha256(f'{VERSION} {asked}'.encode()).hexdigest()[:12]}{_SUFFIX}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = FileLock(self.folder / f"{name}.lock", timeout=0, mode=0o600)
            lock.acquire()
        except Timeout:
            return None
        except OSError as error:
            logger.warning(
                "{}: what is read can't be kept in {}, so that the next run reads everything again: {}",
                directory, self.folder, error.strerror or error,
            )  # fmt: skip
            return None
        new = place.with_suffix(_NEW)
        with contextlib.suppress(OSError):
            for left_by_a_killed_run in self.folder.glob(f"{name}-*{_NEW}"):
                left_by_a_killed_run.unlink()
            is_usable = self._is_usable(place, most)
            if not is_usable:
                new.touch(mode=0o600, exist_ok=False)
            return KeptFile(place if is_usable else new, not is_usable, self.now, place, lock)
        lock.release()
        return None

    def forget(self, directory: str) -> None:
        """Delete what is kept of a Directory."""
        with contextlib.suppress(OSError):
            name = _UNSAFE.sub("_", directory)
            for suffix in (_SUFFIX, f"{_SUFFIX}{_JOURNAL}", _NEW):
                for one in self.folder.glob(f"{name}-*{suffix}"):
                    _delete(one)

    def _is_usable(self, place: Path, most: timedelta) -> bool:
        """Say whether a file is there that was begun within that time, by a clock that has not gone back since.

        Not one that can't be written to, or that somebody looks into: both would be found when all is done.
        """
        if not place.exists():
            return False
        try:
            file = SpoolFile(place, "", "")
            with contextlib.closing(file):
                file.run("BEGIN EXCLUSIVE")
                begun = file.number("SELECT note FROM notes WHERE name = ?", (BEGUN,))
        except DirsyncError:
            return False
        return 0 <= self.now.timestamp() - begun < most.total_seconds()


def _delete(file: Path) -> None:
    """Delete a file, and with it the journal of a run that was killed in it.

    SQLite would play a journal that was left alone back into whatever next bears the file's name
    (https://www.sqlite.org/howtocorrupt.html, 1.4).
    """
    file.unlink(missing_ok=True)
    file.with_name(f"{file.name}{_JOURNAL}").unlink(missing_ok=True)


def _siblings(place: Path) -> Iterator[Path]:
    return place.parent.glob(f"{place.name.rpartition('-')[0]}-*{_SUFFIX}")
