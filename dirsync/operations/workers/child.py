"""The process that carries a task out: `dirsync` itself, which ends when its worker does, however that was."""

from __future__ import annotations

import asyncio
import signal
from asyncio.subprocess import PIPE
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Sequence

MODULE: Final = "dirsync.cli.child"
"""Started with `python -m`. It asks itself to stop as soon as its stdin ends: the kernel closes that pipe with the
worker, whatever killed it, and on every POSIX system."""


class Child:
    """One such process."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._process: Process | None = None
        self._is_stopped = False

    async def run(self) -> tuple[int, str]:
        """Start it, wait for its end, and return its exit code and what there is to say of that."""
        # a session of its own: Ctrl-C on a terminal is for the worker, which then asks it to stop, once
        self._process = await asyncio.create_subprocess_exec(*self._words, stdin=PIPE, start_new_session=True)
        if self._is_stopped:  # asked to while it was being started
            self.stop()
        try:
            code = await self._process.wait()
        except asyncio.CancelledError:
            self.stop()
            await self._process.wait()
            raise
        return (code, "") if code >= 0 else (1, f"killed by {signal.Signals(-code).name}")

    def stop(self) -> None:
        """Ask it to end: at once while it reads, after the Change in flight while it writes."""
        self._is_stopped = True
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
