"""Runs of the real command line at any hour of any day: in processes that may be killed, and in one that stays.

The one that stays carries out one command after the other, as a worker does; what it holds on to is measured.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import time_machine
from servers.command import FORKING

PATIENCE = 90
"""Seconds after which a run is held to hang."""


@dataclass(frozen=True)
class Order:
    """One run to be: when, in which environment, and what is to become of its process."""

    at: datetime
    arguments: tuple[str, ...] = ("sync", "--json")
    jump: timedelta = timedelta()
    """By how much the clock jumps in the middle of it."""
    jump_after: float = 0.0
    """Seconds."""
    largest_file: int = 0
    """Bytes that its files may have; 0: as many as they like."""
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ran:
    """How a run ended: its exit code, or the negative number of the signal."""

    code: int
    stdout: str
    stderr: str
    seconds: float
    pages: int = 0
    """Of memory, held by the process that stays."""
    files: int = 0
    """Open in it."""


@dataclass
class Runs:
    """Starts runs in a folder. `environment` is asked anew for each."""

    folder: Path
    environment: Callable[[], Mapping[str, str]]

    def in_own_process(self, order: Order, meanwhile: Callable[[int], None] = lambda _: None, name: str = "own") -> Ran:
        """Carry it out in a process of its own; `meanwhile` gets its id, and may do with it what it likes."""
        out, err = self.folder / f"{name}-out", self.folder / f"{name}-err"
        began = time.monotonic()
        err.unlink(missing_ok=True)
        process = FORKING.Process(target=_live, args=(order, self.folder, self._whole(order), out, err), daemon=True)
        process.start()
        while process.is_alive() and not err.exists():  # until then it is the test's own code that would be disturbed
            time.sleep(0.001)
        meanwhile(process.pid or 0)
        process.join(PATIENCE)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise AssertionError(f"it hung: {err.read_text('utf-8')[-2000:]}")
        code = process.exitcode
        process.close()
        texts = [path.read_text("utf-8", "replace") if path.exists() else "" for path in (out, err)]
        return Ran(code, *texts, time.monotonic() - began)

    def _whole(self, order: Order) -> dict[str, str]:
        return {**self.environment(), **order.environment}


class Resident:
    """The process that stays."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._line, other = FORKING.Pipe()
        self._process = FORKING.Process(target=_stay, args=(other, runs.folder), daemon=True)
        self._process.start()
        other.close()

    def run(self, order: Order, meanwhile: Callable[[], None] = lambda: None) -> Ran:
        """Carry it out there."""
        began = time.monotonic()
        self._line.send((order, self._runs._whole(order)))
        meanwhile()
        if not self._line.poll(PATIENCE):
            self.stop()
            raise AssertionError("it hung")
        code, pages, files = self._line.recv()
        texts = [(self._runs.folder / name).read_text("utf-8", "replace") for name in ("stayed-out", "stayed-err")]
        return Ran(code, *texts, time.monotonic() - began, pages, files)

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.join()
        self._line.close()


def _live(order: Order, folder: Path, environment: dict[str, str], out: Path, err: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # of the test's own code nobody is to be told
    os.chdir(folder)
    for number, path in ((1, out), (2, err)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, number)
        os.close(file)
    if order.largest_file:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (order.largest_file, order.largest_file))
    _carry_out(order, environment)


def _stay(line: Connection, folder: Path) -> None:
    os.chdir(folder)
    with suppress(EOFError):
        while True:
            order, environment = line.recv()
            for number, name in ((1, "stayed-out"), (2, "stayed-err")):
                file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
                os.dup2(file, number)
                os.close(file)
            try:
                _carry_out(order, environment)
                code = 0
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else 1
            except KeyboardInterrupt:
                code = 130
            sys.stdout.flush()
            sys.stderr.flush()
            gc.collect()  # what only waits for Python to look for it is no leak
            pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
            line.send((code, pages, len(os.listdir("/proc/self/fd"))))  # noqa: PTH208 - counts, and needs no paths


def _carry_out(order: Order, environment: dict[str, str]) -> Any:
    from dirsync.cli import main

    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None  # whoever has forked this process may have asked for it already
    sys.argv = ["dirsync", *order.arguments]
    with time_machine.travel(order.at) as clock:
        jump = threading.Timer(order.jump_after, lambda: clock.shift(order.jump))
        jump.daemon = True
        if order.jump:
            jump.start()
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            main()
        finally:
            jump.cancel()
