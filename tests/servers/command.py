"""The real command line in a process of its own, forked from one that has imported it.

Starting Python and importing everything takes longer than most commands do, and the tests run hundreds. What starting
itself does is tested with real processes (`tests/unit/cli`).
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["servers.preloaded"])
TO_END = 10
"""Seconds that a killed one may take."""


def run_dirsync(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], timeout: float
) -> tuple[int, str, str]:
    """Run `dirsync` in a folder; return its exit code, stdout and stderr. Raises TimeoutExpired as subprocess does."""
    with TemporaryDirectory() as scratch:
        out, err = Path(scratch, "out"), Path(scratch, "err")
        process = FORKING.Process(target=_become, args=(list(arguments), folder, dict(environment), out, err))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join(TO_END)
            raise subprocess.TimeoutExpired(["dirsync", *arguments], timeout)
        return process.exitcode, out.read_text("utf-8"), err.read_text("utf-8")


def _become(arguments: list[str], folder: Path, environment: dict[str, str], out: Path, err: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for number, path in ((1, out), (2, err)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT)
        os.dup2(file, number)
        os.close(file)
    sys.argv = ["dirsync", *arguments]
    from dirsync.cli import main

    main()
