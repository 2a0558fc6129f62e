"""Two hosts with a worker each, started again whenever it ends, as a service manager does."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import psycopg
from integration.soak.runs import Ran
from servers.workplace import Workplace

HOSTS = ("one", "two")
ENOUGH = 240
"""Seconds after which a night's work is held to hang: who is killed is missed after 25, and lives three times."""
OPEN = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
UNDER_WAY = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'"


@dataclass
class Crew:
    """Works in the settings and with the mappings of a desk, each host in a folder of its own."""

    desk: Workplace
    store: str
    chance: Random
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    hosts: dict[str, Workplace] = field(default_factory=dict)
    read: dict[Path, int] = field(default_factory=dict)
    """How much of each log has been looked at."""

    def __post_init__(self) -> None:
        for name in HOSTS:
            folder = self.desk.folder / f"host-{name}"
            shutil.copytree(self.desk.folder / "mappings", folder / "mappings")
            self.hosts[name] = Workplace(folder, dict(self.desk.settings))
        self.keep()

    def keep(self) -> None:
        """Start the workers that do not run."""
        for name in HOSTS:
            if name not in self.running or self.running[name].poll() is not None:
                with (self.hosts[name].folder / "worker.log").open("ab") as log:
                    self.running[name] = self._start(name, log, "worker", "--concurrency", "2")

    def _start(self, host: str, log: object, *arguments: str) -> subprocess.Popen[bytes]:
        place = self.hosts[host]
        command = [sys.executable, "-m", "dirsync", *arguments]
        return subprocess.Popen(
            command, cwd=place.folder, env=place.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )

    def do(self, arguments: tuple[str, ...]) -> tuple[subprocess.Popen[bytes], Path]:
        """Enqueue a night's work, and wait for it in a process of its own; where it writes."""
        self._let_a_minute_go_by()
        out = self.desk.folder / "enqueued"
        with out.open("wb") as log:
            return self._start("one", log, *arguments, "--enqueue", "--wait"), out

    def wait_for(self, enqueued: subprocess.Popen[bytes], out: Path) -> Ran:
        """Wait until everything that was enqueued has ended, and return how."""
        began = time.monotonic()
        while enqueued.poll() is None or self._number(OPEN):
            assert time.monotonic() - began < ENOUGH, f"it hung: {self.told()}"
            self.keep()
            time.sleep(0.1)
        told = out.read_text("utf-8")
        return Ran(enqueued.returncode, told, f"{told}\n{self.told()}", time.monotonic() - began)

    def told(self) -> str:
        """Return what the workers have written since this was asked last."""
        found = []
        for place in self.hosts.values():
            log = place.folder / "worker.log"
            text = log.read_text("utf-8", "replace")
            found.append(text[self.read.get(log, 0) :])
            self.read[log] = len(text)
        return "\n".join(found)

    def is_busy(self) -> bool:
        """Say whether a task is under way."""
        return self._number(UNDER_WAY) > 0

    def changes(self) -> int:
        """Count the changes that were ever made."""
        return self._number("SELECT count(*) FROM journal WHERE result = 'done'")

    def signal(self, host: str, by: int) -> None:
        """Send a worker a signal."""
        with suppress(ProcessLookupError):
            self.running[host].send_signal(by)

    def kill_child(self, host: str) -> bool:
        """Kill the process in which a worker carries out a task; say whether there was one."""
        process = self.running[host].pid
        with suppress(OSError):
            listed = Path(f"/proc/{process}/task/{process}/children").read_text("ascii")
            for child in map(int, listed.split()):
                os.kill(child, signal.SIGKILL)
                return True
        return False

    def stop(self) -> None:
        """End the workers."""
        for one in self.running.values():
            one.terminate()
        for one in self.running.values():
            try:
                one.wait(30)
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait()

    def _let_a_minute_go_by(self) -> None:
        """Within one, the same is not enqueued twice."""
        if self._number("SELECT to_regclass('procrastinate_events') IS NOT NULL"):
            self._ask("UPDATE procrastinate_events SET at = at - interval '1 hour'")

    def _number(self, question: str) -> int:
        """Ask the database; while it is away something is open."""
        try:
            found = self._ask(question)
        except psycopg.Error:
            return 1
        return int(found[0][0]) if found else 0

    def _ask(self, question: str) -> list[tuple[int]]:
        with psycopg.connect(self.store.replace("+psycopg", ""), autocommit=True) as connection:
            asked = connection.execute(question)
            return asked.fetchall() if asked.description else []
