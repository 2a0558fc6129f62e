"""How fast a plan is written to a Crowd 20 ms away, and what the journal costs of that (`tests/run --bench`).

The server answers each write after 20 ms, from a process of its own. All figures are ratios of medians of runs taken
in turn: many threads against one (wanted: 20 times); many threads against a bare loop over `requests` with as many
threads (0.85); with the journal against without (0.9). No target is asserted: the machines are noisy, and a timed test
would be a coin. The counts are.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from bench.measuring import Contender, machine, measure, spread

WRITERS = 32
CHANGES = int(os.environ.get("DIRSYNC_BENCH_CHANGES", "6400"))
ALONE = 200
"""Changes for one thread, which needs as long for them as many threads for all."""
ROUNDS = int(os.environ.get("DIRSYNC_BENCH_ROUNDS", "5"))

SERVER = """
import asyncio
import re

HEAD = b"HTTP/1.1 201 Created\\r\\nX-Embedded-Crowd-Version: Crowd/6.0.2\\r\\nContent-Type: application/json\\r\\n"

class Crowd(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.came = transport, b""
    def data_received(self, data):
        self.came += data
        while b"\\r\\n\\r\\n" in self.came:
            head, _, rest = self.came.partition(b"\\r\\n\\r\\n")
            length = int(re.search(rb"(?i)content-length: *(\\d+)", head)[1])
            if len(rest) < length:
                return
            self.came = rest[length:]
            body = b'{"name": "somebody", "key": "32769:7"}' if b"/user HTTP" in head else b""
            answer = HEAD + b"Content-Length: %d\\r\\n\\r\\n" % len(body) + body
            asyncio.get_running_loop().call_later(0.02, self.transport.write, answer)

async def main():
    server = await asyncio.get_running_loop().create_server(Crowd, "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""

APPLY = """
import sys, time
from pathlib import Path
from dirsync.apply.apply import Applying
from dirsync.apply.targets.build import Commission, build_crew
from dirsync.apply.targets.rehearsal import RehearsalJournal
from dirsync.model.plans import Change, Op
from dirsync.settings.models import CrowdSettings
from dirsync.store.store import Store
from dirsync.workflow.job import utc_now

url, writers, number, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
people = [f"p{one:06}" for one in range(number // 2)]
changes = [
    Change(Op.CREATE_USER, "crowd", "customers", name, source_id=name, after={
        "username": name, "email": f"{name}@example.org", "first_name": "P", "last_name": name,
        "display_name": f"P {name}", "active": True,
    }) for name in people
] + [Change(Op.ADD_MEMBER, "crowd", "customers", name, group="portal", source_id=name) for name in people]
settings = CrowdSettings(kind="crowd", url=url, application="dirsync", password="secret", writers=writers)
store = Store(f"sqlite:///{folder}/{time.time_ns()}.db") if folder else None
crew = build_crew("crowd", settings, Commission((), "run"), number)
began = time.perf_counter()
applying = Applying("run", {"crowd": crew}, store.journal if store else RehearsalJournal(),
                    lambda: utc_now().isoformat(), lambda: False, lambda *_: None)
outcomes = applying.carry_out(changes)
took = time.perf_counter() - began
assert not store or store.journal.open_intents() == ()
print(sum(one.result == "done" for one in outcomes), f"inside={took:.4f}")
"""

BARE = """
import json, sys, threading, time
import requests

url, writers, number = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
base, done = url + "/rest/usermanagement/1", []

def post(session, path, params, body):
    answer = session.post(base + path, params=params, json=body, headers={"Accept": "application/json"}, timeout=60)
    assert answer.status_code == 201
    return answer.content

def work(mine):
    session = requests.Session()
    session.trust_env = False
    session.auth = ("dirsync", "secret")
    for one in range(mine):
        name = f"p{one:06}"
        body = {"name": name, "email": f"{name}@example.org", "first-name": "P", "last-name": name,
                "display-name": f"P {name}", "active": True, "password": {"value": "x" * 47}}
        json.loads(post(session, "/user", {}, body))
        post(session, "/group/user/direct", {"groupname": "portal"}, {"name": name})
        done.extend((1, 1))

threads = [threading.Thread(target=work, args=(number // 2 // writers,)) for _ in range(writers)]
began = time.perf_counter()
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(done), f"inside={time.perf_counter() - began:.4f}")
"""


@pytest.fixture
def crowd() -> Iterator[str]:
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield f"http://127.0.0.1:{int(server.stdout.readline())}/crowd"
        server.kill()


def contender(name: str, script: str, number: int, *arguments: object) -> Contender:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return Contender(name, command, lambda told: told.startswith(f"{number} "))


def rates(contenders: Mapping[str, tuple[Contender, int]], environment: Mapping[str, str]) -> dict[str, list[float]]:
    """Return Changes per second of each contender, in rounds in which each has its turn."""
    found: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, (one, number) in contenders.items():
            measured = measure(one, environment)
            assert measured.inside
            found[name].append(number / measured.inside)
    return found


def test_a_plan_written_to_a_crowd_20_ms_away(crowd: str, tmp_path: Path, capsys) -> None:
    def ours(writers: int, number: int, folder: object) -> Contender:
        return contender(f"dirsync, {writers}", APPLY, number, crowd, writers, number, folder)

    contenders = {
        "one thread": (ours(1, ALONE, tmp_path), ALONE),
        "eight threads": (ours(8, CHANGES // 4, tmp_path), CHANGES // 4),
        "many threads": (ours(WRITERS, CHANGES, tmp_path), CHANGES),
        "without journal": (ours(WRITERS, CHANGES, ""), CHANGES),
        "one, without journal": (ours(1, ALONE, ""), ALONE),
        "bare requests": (contender("requests", BARE, CHANGES, crowd, WRITERS, CHANGES), CHANGES),
    }
    found = rates(contenders, {})
    per_second = {name: statistics.median(values) for name, values in found.items()}

    def compare(one: str, other: str) -> str:
        return spread([mine / theirs for mine, theirs in zip(found[one], found[other], strict=True)])

    with capsys.disabled():
        print(f"\n{CHANGES:,} changes, {WRITERS} threads, a server 20 ms away, {ROUNDS} rounds, on {machine()}\n")
        print("\n".join(f"| {name} | {rate:,.0f} changes/s |" for name, rate in per_second.items()))
        print(f"\n{WRITERS} threads against one: {compare('many threads', 'one thread')} times")
        print(f"against requests in a bare loop: {compare('many threads', 'bare requests')}")
        print(f"with the journal against without: {compare('many threads', 'without journal')}")
        print(f"the same with one thread: {compare('one thread', 'one, without journal')}")
