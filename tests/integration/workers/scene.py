"""Six mappings in three groups, two hosts with a worker each, and what came of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from servers.slapd import Slapd
from servers.workplace import Workplace

from dirsync.sandbox.server import RunningSandbox

GROUPS = ("a", "b", "c")
NAMES = tuple(f"{group}{number}" for group in GROUPS for number in (1, 2))
PEOPLE = 6
CANARY = "c4n4ry-s3cr3t"
"""The password of every target."""
SUFFIX = "dc=example,dc=org"
SEED = "\n".join(
    [
        "crowd:",
        "  directories:",
        *(f"    - {{name: {group}, groups: [{{name: portal}}]}}" for group in GROUPS),
        "  applications:",
        *(
            f"    - {{name: dirsync-{group}, password: {CANARY}, directories: [{{directory: {group}}}]}}"
            for group in GROUPS
        ),
    ]
)
DIRECTORIES = "\n".join(
    f"    - {{name: {group}, directory: crowd-{group}, type: crowd, mode: read-only, default_groups: []}}"
    for group in GROUPS
)
ESTATE = f"""\
version: 1
jira:
  version: "9.12"
  permissions: {{JIRA_USERS: [], ADMINISTER: [jira-administrators], SYSTEM_ADMIN: [jira-administrators]}}
  applications: [{{key: jira-servicedesk, groups: [agents], default_groups: [agents], selected_by_default: false}}]
  user_directories:
{DIRECTORIES}
  public_signup: {{global: false}}
crowd: none
"""
ENOUGH = 150
"""Seconds for anything here: a worker that dies is missed after 25."""


def people() -> str:
    """Return everybody: a tree for each mapping."""
    trees = "".join(f"dn: ou={name},{SUFFIX}\nobjectClass: organizationalUnit\nou: {name}\n\n" for name in NAMES)
    return trees + "".join(
        f"dn: uid={name}p{number},ou={name},{SUFFIX}\nobjectClass: inetOrgPerson\nuid: {name}p{number}\n"
        f"cn: {name} {number}\nsn: {number}\ngivenName: {name}\nmail: {name}p{number}@example.org\n\n"
        for name in NAMES
        for number in range(PEOPLE)
    )


def mapping(name: str) -> str:
    return (
        f"version: 1\nname: {name}\naudience: customers\n"
        f"source: {{directory: corp, users: {{base: 'ou={name},{SUFFIX}'}}}}\n"
        f"target: {{directory: crowd-{name[0]}}}\ndefault_groups: [portal]\npublic_signup: 'off'\n"
    )


@dataclass
class Scene:
    """The estate, and the hosts that share its store."""

    folder: Path
    store: str
    slapd: Slapd
    sandbox: RunningSandbox
    hosts: dict[str, Workplace] = field(default_factory=dict)

    def host(self, name: str) -> Workplace:
        """Return a host: settings, mappings and a state folder of its own, and the same store."""
        if name not in self.hosts:
            (self.folder / name).mkdir(parents=True)
            place = Workplace(self.folder / name)
            place.ldap("corp", self.slapd)
            for group in GROUPS:
                place.crowd(f"crowd-{group}", self.sandbox.crowd_url, f"dirsync-{group}", CANARY, writers="1")
            for one in NAMES:
                place.mapping(one, mapping(one))
            place.write("mappings/estate.yaml", ESTATE)
            place.settings["DIRSYNC_STORE"] = self.store
            self.hosts[name] = place
        return self.hosts[name]

    def start(self, host: str, *arguments: str) -> Running:
        """Start `dirsync` there as a process of its own."""
        place = self.host(host)
        log = (place.folder / "worker.log").open("ab")
        process = subprocess.Popen(
            [sys.executable, "-m", "dirsync", *arguments],
            cwd=place.folder, env=place.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
        log.close()
        return Running(process, place.folder / "worker.log")

    @contextmanager
    def workers(self, *hosts: str, concurrency: int = 1) -> Iterator[list[Running]]:
        """Run a worker on each host until the block ends."""
        running = [self.start(host, "worker", "--concurrency", str(concurrency)) for host in hosts]
        try:
            yield running
        finally:
            for one in running:
                one.end(signal.SIGTERM)

    def status(self) -> dict[str, Any]:
        ran = self.host("one").run("--json", "worker", "--status")
        assert ran.code == 0, ran.stderr
        found: dict[str, Any] = json.loads(ran.stdout)
        return found

    def until_ended(self) -> dict[str, Any]:
        """Wait for the exit code of the newest enqueueing, and return how it went."""
        deadline = time.monotonic() + ENOUGH
        while (status := self.status())["exit_code"] is None:
            assert time.monotonic() < deadline, f"{status}\n{self.logs()}"
            time.sleep(0.3)
        return status

    def logs(self) -> str:
        return "\n".join(path.read_text("utf-8")[-3000:] for path in sorted(self.folder.glob("*/worker.log")))

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the database of the store."""
        with psycopg.connect(self.store.replace("+psycopg", "")) as connection:
            return connection.execute(query, values).fetchall()

    def state(self) -> dict[str, tuple[list[str], list[str]]]:
        """Return who is in each target, and who in its group."""
        with self.sandbox.state.lock:
            found = {group: self.sandbox.state.directory(group) for group in GROUPS}
            return {group: (sorted(one.users), sorted(one.group("portal").users)) for group, one in found.items()}

    def made(self) -> Counter[str]:
        """Return who was made in a target, with how often that happened."""
        with self.sandbox.state.lock:
            told = [event.what for event in self.sandbox.state.events._events]
        return Counter(what.user.name for what in told if hasattr(what, "user") and what.operation == "CREATED")

    def done_twice(self) -> list[tuple[Any, ...]]:
        """Return Changes that the journal calls done more than once."""
        return self.rows("SELECT change_id FROM journal WHERE result = 'done' GROUP BY change_id HAVING count(*) > 1")

    def everything_was_done_once(self) -> None:
        assert self.state() == expected()
        assert self.made() == dict.fromkeys((name for names, _ in expected().values() for name in names), 1)
        assert self.done_twice() == []
        assert self.rows("SELECT * FROM journal WHERE result IS NULL") == [], "nothing is left open"


def expected() -> dict[str, tuple[list[str], list[str]]]:
    """Return what one plain sync would leave."""
    everybody = {
        group: sorted(f"{name}p{number}" for name in NAMES if name[0] == group for number in range(PEOPLE))
        for group in GROUPS
    }
    return {group: (names, names) for group, names in everybody.items()}


@dataclass
class Running:
    """A process, and where it writes."""

    process: subprocess.Popen[bytes]
    log: Path

    def end(self, by: int) -> int:
        """Send a signal, wait, and return the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(by)
        try:
            return self.process.wait(ENOUGH)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
            raise AssertionError(f"did not end: {self.log.read_text('utf-8')[-3000:]}") from None

    def children(self) -> Sequence[int]:
        """Return the processes below it, as Linux tells."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(one) for one in listed.read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
