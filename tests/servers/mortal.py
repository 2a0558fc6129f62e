"""The real command line in processes that kill themselves at the n-th write: to the store, to a target, or to a file.

One process imports everything and forks another for each command, so that a test can afford hundreds of deaths. What
is counted: before and after each commit of a database (journal, links, runs), before each request that changes
something and after its answer, before and after each file that takes another one's place.
"""

from __future__ import annotations

import json
import mmap
import os
import signal
import struct
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parent.parent
CHANGING = {"POST", "PUT", "DELETE"}


@dataclass(frozen=True)
class Life:
    """How one command ended: its exit code, or the negative number of the signal, and how many writes it came to."""

    code: int
    writes: int
    stdout: str
    stderr: str


class Hospital:
    """Runs commands, each in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, folder: Path, environment: dict[str, str], *arguments: str, dies_at: int = 0) -> Life:
        """Run `dirsync` in a folder; it is killed at that write, or never."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"folder": str(folder), "environment": environment, "arguments": arguments, "dies_at": dies_at}
        self._process.stdin.write(f"{json.dumps(asked)}\n")
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline())
        out, err = ((folder / name).read_text("utf-8") for name in ("stdout", "stderr"))
        return Life(told["code"], told["writes"], out, err)


@contextmanager
def hospital() -> Iterator[Hospital]:
    """Start the process that has everything imported."""
    command = [sys.executable, __file__]
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        yield Hospital(process)
        assert process.stdin is not None
        process.stdin.close()
        process.wait(60)


def _serve() -> None:
    import dirsync.apply.targets.crowd
    import dirsync.cli.app
    import dirsync.cli.runs
    import dirsync.reports.html
    import dirsync.workflow.run  # noqa: F401 - all of it imported before anything is forked

    for line in sys.stdin:
        asked = json.loads(line)
        counter = mmap.mmap(-1, 8)
        child = os.fork()
        if not child:
            _live(asked, counter)
        _, status = os.waitpid(child, 0)
        writes = struct.unpack("q", counter)[0]
        print(json.dumps({"code": os.waitstatus_to_exitcode(status), "writes": writes}), flush=True)  # noqa: T201


def _live(asked: dict[str, Any], counter: mmap.mmap) -> None:
    """Be the command. Never returns."""
    from dirsync.cli import main

    code = 1
    try:
        os.chdir(asked["folder"])
        os.environ.clear()
        os.environ.update(asked["environment"])
        for number, name in ((0, os.devnull), (1, "stdout"), (2, "stderr")):
            os.dup2(os.open(name, os.O_RDONLY if not number else os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), number)
        _count_writes(counter, asked["dies_at"])
        sys.argv = ["dirsync", *asked["arguments"]]
        main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001 - nothing may come back into the process that forks
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _count_writes(counter: mmap.mmap, dies_at: int) -> None:
    import requests.adapters
    import sqlalchemy.engine.default

    lock = threading.Lock()

    def point() -> None:
        with lock:
            number = struct.unpack("q", counter)[0] + 1
            counter[:] = struct.pack("q", number)
            if number == dies_at:
                os.kill(os.getpid(), signal.SIGKILL)
                threading.Event().wait()  # the signal is on its way

    def around(function: Callable[..., Any], counts: Callable[..., bool] = lambda *_: True) -> Callable[..., Any]:
        def counted(*arguments: Any, **named: Any) -> Any:
            does_count = counts(*arguments)
            if does_count:
                point()
            result = function(*arguments, **named)
            if does_count:
                point()
            return result

        return counted

    dialect, adapter = sqlalchemy.engine.default.DefaultDialect, requests.adapters.HTTPAdapter
    dialect.do_commit = around(dialect.do_commit)
    adapter.send = around(adapter.send, lambda _self, request, *_: request.method in CHANGING)
    os.replace, os.rename = around(os.replace), around(os.rename)


if __name__ == "__main__":
    _serve()
