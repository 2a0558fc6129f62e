"""The real command line in processes that kill themselves at the n-th write: to the store, to a target, or to a file.

One process imports everything and forks another for each command, so that a test can afford hundreds of deaths. What
is counted: before and after each commit of a database (journal, links, runs), before each request that changes
something (over HTTP or LDAP) and after its answer, before and after each file that takes another one's place.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
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
    """How one command ended: its exit code, or the negative number of the signal, and which writes it came to."""

    code: int
    points: tuple[str, ...]
    """What each of them called, once before and once after it."""
    stdout: str
    stderr: str

    @property
    def writes(self) -> int:
        """How many points it came to."""
        return len(self.points)


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
        out, err, points = ((folder / name).read_text("utf-8") for name in ("stdout", "stderr", "points"))
        return Life(told["code"], tuple(points.split()), out, err)


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
    import dirsync.apply.targets.ldap
    import dirsync.cli.app
    import dirsync.cli.running
    import dirsync.reports.html
    import dirsync.workflow.run  # noqa: F401 - all of it imported before anything is forked

    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if not child:
            _live(asked)
        _, status = os.waitpid(child, 0)
        print(json.dumps({"code": os.waitstatus_to_exitcode(status)}), flush=True)  # noqa: T201


def _live(asked: dict[str, Any]) -> None:
    """Be the command. Never returns."""
    from dirsync.cli import main

    code = 1
    try:
        os.chdir(asked["folder"])
        os.environ.clear()
        os.environ.update(asked["environment"])
        for number, name in ((0, os.devnull), (1, "stdout"), (2, "stderr")):
            os.dup2(os.open(name, os.O_RDONLY if not number else os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), number)
        _count_writes(os.open("points", os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), asked["dies_at"])
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


def _count_writes(points: int, dies_at: int) -> None:
    import ldap3
    import requests.adapters
    import sqlalchemy.engine.default
    from ldap3.extend import StandardExtendedOperations

    lock = threading.Lock()
    numbers = itertools.count(1)

    def point(name: str) -> None:
        with lock:
            os.write(points, f"{name}\n".encode())
            if next(numbers) == dies_at:
                os.kill(os.getpid(), signal.SIGKILL)
                threading.Event().wait()  # the signal is on its way

    def around(function: Callable[..., Any], counts: Callable[..., bool] = lambda *_: True) -> Callable[..., Any]:
        def counted(*arguments: Any, **named: Any) -> Any:
            does_count = counts(*arguments)
            if does_count:
                point(function.__name__)
            result = function(*arguments, **named)
            if does_count:
                point(function.__name__)
            return result

        return counted

    dialect, adapter = sqlalchemy.engine.default.DefaultDialect, requests.adapters.HTTPAdapter
    dialect.do_commit = around(dialect.do_commit)
    adapter.send = around(adapter.send, lambda _self, request, *_: request.method in CHANGING)
    for changing in ("add", "modify", "modify_dn", "delete"):
        setattr(ldap3.Connection, changing, around(getattr(ldap3.Connection, changing)))
    StandardExtendedOperations.modify_password = around(StandardExtendedOperations.modify_password)
    os.replace, os.rename = around(os.replace), around(os.rename)


if __name__ == "__main__":
    _serve()
