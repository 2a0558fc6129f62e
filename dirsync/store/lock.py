"""One run at a time on one store."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from dirsync.errors import LockHeld, UsageInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def only_run(folder: Path, started_at: str) -> Iterator[None]:
    """Hold the lock for a writing run. Raises `LockHeld` that names the process and since when it runs.

    The lock is the operating system's own, so it goes with the process that held it, however that ended.
    Raises `UsageInvalid` where the folder can't be written to.
    """
    holder = folder / "dirsync.lock.json"
    lock = FileLock(folder / "dirsync.lock", timeout=0, mode=0o600)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock.acquire()
    except Timeout:
        raise LockHeld(f"Another run is under way{_who(holder)}.", "Wait for it, or look at what it does.") from None
    except OSError as error:
        raise UsageInvalid(
            f"The lock {folder / 'dirsync.lock'} can't be taken: {error.strerror or error}.",
            "Let this account write to that folder, or name another store in DIRSYNC_STORE.",
        ) from None
    try:
        with suppress(OSError):  # on a full disk nobody hears who holds it, and that is all
            holder.write_text(json.dumps({"pid": os.getpid(), "started_at": started_at}), encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _who(holder: Path) -> str:
    try:
        held = json.loads(holder.read_text(encoding="utf-8"))
        return f": process {held['pid']}, since {held['started_at']}"
    except (OSError, ValueError, LookupError, TypeError):
        return ""  # the other run has just begun or just ended
