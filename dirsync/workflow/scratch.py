"""A folder for what a run reads, gone with the run. What killed runs have left there goes with the next one.

A run that was killed can't tidy up, and its spools hold whole directories: night after night they would fill the disk.
"""

from __future__ import annotations

import fcntl
import re
import stat
from contextlib import contextmanager, suppress
from os import getuid
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX: Final = "dirsync-"
MARK: Final = "in-use"
"""A file that its run keeps locked, so that the lock ends with the process; no other folder is ever touched."""
_OURS = re.compile(rf"{PREFIX}[a-z0-9_]{{8}}")
"""As `tempfile` names folders."""
_SPOOLS = "*.spool*"
"""With the journals that SQLite leaves beside them."""


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Clear away what killed runs of this account have left, and give a folder that is gone when the block ends."""
    for left in Path(gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            _clear(left)
    with TemporaryDirectory(prefix=PREFIX) as name:
        folder = Path(name)
        unmarked = folder / "new"
        with unmarked.open("wb") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            unmarked.rename(folder / MARK)  # only now, or another run would see a mark that nobody holds
            yield folder


def _clear(folder: Path) -> None:
    """Delete a folder of a run that is no more. Raises OSError where it is none, or its run lives."""
    known = folder.lstat()
    if not _OURS.fullmatch(folder.name) or not stat.S_ISDIR(known.st_mode) or known.st_uid != getuid():
        return
    with (folder / MARK).open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for spool in folder.glob(_SPOOLS):
            spool.unlink()
        (folder / MARK).unlink()
        folder.rmdir()
