"""One run at a time on one store."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from dirsync.errors import LockHeld

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def only_run(folder: Path, started_at: str) -> Iterator[None]:
    """Hold the lock for a writing run. Raises `LockHeld` that names the process and since when it runs.

    The lock is the operating system's own, so it goes with the process that held it, however that ended.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    holder = folder / "dirsync.lock.json"
    lock = FileLock(folder / "dirsync.lock", timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise LockHeld(f"Another run is under way{_who(holder)}.", "Wait for it, or look at what it does.") from None
    try:
        holder.write_text(json.dumps({"pid": os.getpid(), "started_at": started_at}), encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _who(holder: Path) -> str:
    try:
        held = json.loads(holder.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return f": process {held.get('pid')}, since {held.get('started_at')}"
