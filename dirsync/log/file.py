"""The file of the log: for its owner only, begun anew when it is full, and never in the way of a run.

Loguru's own sink for files raises when the disk is full: at each line as a heap of text on stderr, and when the log is
ended into the run. It also deletes whatever is called like an old file of its own.
"""

from __future__ import annotations

import fcntl
import os
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import loguru

ONLY_THE_OWNER: Final = 0o600
_PUT_AWAY: Final = "%Y-%m-%d_%H-%M-%S_%f"
_IS_PUT_AWAY: Final = re.compile(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d_\d{6}")


class LogFile:
    """A sink of loguru. Several processes may write to one file: a line is one write at its end.

    `most_bytes` are written before the file is put away as `NAME.TIME.SUFFIX`, of which the newest `keep` stay.
    `complain` is given the record that could not be written, and why. The constructor raises `OSError`.
    """

    def __init__(
        self, path: Path, most_bytes: int, keep: int, complain: Callable[[loguru.Record, OSError], None]
    ) -> None:
        self._path, self._most_bytes, self._keep, self._complain = path, most_bytes, keep, complain
        self._is_torn = False
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._handle = self._opened()
        real = path.resolve()
        if real.exists():  # /dev/stderr may lead to a pipe, which has no name
            self._path = real  # else the link would be put away, and what it leads to would grow for ever

    def write(self, message: loguru.Message) -> None:
        """Append a line. What goes wrong is complained of, and the next line is tried anew."""
        line = str(message).encode("utf-8", "replace")
        for step in (self._follow, lambda: self._make_room_for(line), lambda: self._append(line)):
            try:
                step()
            except OSError as error:
                self._complain(message.record, error)

    def stop(self) -> None:
        """Close it; called by loguru when the log ends or is begun anew."""
        os.close(self._handle)

    def _opened(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, ONLY_THE_OWNER)

    def _reopen(self) -> None:
        handle = self._opened()
        os.close(self._handle)
        self._handle = handle

    def _follow(self) -> None:
        """Go on in the file that has the name now: another dirsync, or logrotate, may have put this one away."""
        if not self._is_in_place():
            self._reopen()

    def _is_in_place(self) -> bool:
        try:
            return os.path.samestat(os.fstat(self._handle), self._path.stat())
        except FileNotFoundError:
            return False

    def _make_room_for(self, line: bytes) -> None:
        size = os.fstat(self._handle).st_size
        if not size or size + len(line) <= self._most_bytes:
            return
        fcntl.flock(self._handle, fcntl.LOCK_EX)  # let go with the handle: of two runs one puts the file away
        if self._is_in_place():
            stamp = datetime.now(UTC).strftime(_PUT_AWAY)
            self._path.rename(self._path.with_name(f"{self._path.stem}.{stamp}{self._path.suffix}"))
        self._reopen()
        for old in sorted(filter(self._is_put_away, self._path.parent.iterdir()), reverse=True)[self._keep :]:
            old.unlink(missing_ok=True)

    def _is_put_away(self, path: Path) -> bool:
        begin, end = f"{self._path.stem}.", self._path.suffix
        if not (path.name.startswith(begin) and path.name.endswith(end)):
            return False
        return bool(_IS_PUT_AWAY.fullmatch(path.name[len(begin) : len(path.name) - len(end)]))

    def _append(self, line: bytes) -> None:
        """Write a line at once. One that came to its end too early, on a full disk, must not begin the next one."""
        rest = b"\n" + line if self._is_torn else line
        while rest:
            rest = rest[os.write(self._handle, rest) :]
            self._is_torn = bool(rest)
