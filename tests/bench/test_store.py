"""How fast links are kept and read: SQLite, PostgreSQL row by row, PostgreSQL by COPY (`tests/run --bench`).

Each way is a process of its own, in turn with the others. Links come in groups, as a first full load brings them;
then all are read as a plan reads them. Memory is the largest while reading less what it was before: with a cursor of
the server's it does not grow with the links. CPU is that of dirsync, without PostgreSQL's. Below that, small groups,
as apply commits them: from how many rows on COPY is worth it.

The counts are asserted. No figure is: the machines are noisy, and a timed test would be a coin.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from bench.measuring import machine, spread
from servers.postgresql import PostgreSql

SIZES = [int(size) for size in os.environ.get("DIRSYNC_BENCH_LINKS", "100000,1000000").split(",")]
ROUNDS = int(os.environ.get("DIRSYNC_BENCH_ROUNDS", "3"))
SMALL = (1, 2, 5, 10, 50, 200)
WAYS = ("SQLite", "PostgreSQL, a statement per row", "PostgreSQL, COPY")

BEFORE = """
import json, resource, sys, time
from dirsync.model.links import MemberLink, UserLink
from dirsync.store import copying
from dirsync.store.store import Store

url, way, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
copying.FEW = 0 if way == "PostgreSQL, COPY" else 10**9
store = Store(url)

def made(numbers):
    for one in numbers:
        yield UserLink("crowd", "customers", f"{one:09}", f"key-{one}", f"somebody-{one}")

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

def passed(since):
    return [now - then for now, then in zip((time.perf_counter(), time.process_time()), since)]

def begun():
    return time.perf_counter(), time.process_time()
"""
KEEP = """
since = begun()
for first in range(0, number, 20_000):
    store.runs.remember_links(made(range(first, min(number, first + 20_000))), ())
print(json.dumps({"seconds": passed(since), "links": number}))
"""
READ = """
before, since = peak(), begun()
with store.links() as links:
    read = sum(1 for _ in links.bare_users("crowd", "customers"))
print(json.dumps({"seconds": passed(since), "grown": peak() - before, "links": read}))
"""
FEW = """
links = list(made(range(number)))
store.runs.remember_links(links, ())
times = []
for _ in range(50):
    since = begun()
    store.runs.remember_links(links, ())
    times.append(passed(since)[0])
print(json.dumps({"seconds": [sorted(times)[25]], "links": number}))
"""


def carried_out(script: str, url: str, way: str, number: int) -> dict[str, Any]:
    command = [sys.executable, "-c", BEFORE + script, url, way, str(number)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=3600)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["links"] == number
    return told


@pytest.fixture
def make_url(postgresql: PostgreSql, tmp_path: Path):
    def made(way: str, number: int) -> str:
        return f"sqlite:///{tmp_path / f'{number}.db'}" if way == "SQLite" else postgresql.store_url()

    return made


@pytest.mark.parametrize("number", SIZES)
def test_many_links_kept_and_read(make_url, number: int) -> None:
    def one_round(at: int) -> dict[tuple[str, str], dict[str, Any]]:
        urls = {way: make_url(way, number * 100 + at) for way in WAYS}
        return {(way, script): carried_out(script, urls[way], way, number) for script in (KEEP, READ) for way in WAYS}

    rounds = [one_round(at) for at in range(ROUNDS)]
    print(f"\n{number:,} links, {ROUNDS} rounds, {machine()}; ratios are to SQLite\n")
    print("| way | kept s | wall ratio | CPU ratio | read s | wall ratio | CPU ratio | MiB more while reading |")
    print("|---|---|---|---|---|---|---|---|")
    for way in WAYS:
        row = [way]
        for what in (KEEP, READ):
            seconds = [(one[way, what]["seconds"], one["SQLite", what]["seconds"]) for one in rounds]
            row.append(f"{statistics.median(ours[0] for ours, _ in seconds):.2f}")
            row += (spread([ours[at] / theirs[at] for ours, theirs in seconds]) for at in (0, 1))
        row.append(f"{statistics.median(one[way, READ]['grown'] for one in rounds):.1f}")
        print(f"| {' | '.join(row)} |")


def test_small_groups(make_url) -> None:
    print("\nMilliseconds for one group of links that are there already, median of 50\n")
    print(f"| way | {' | '.join(map(str, SMALL))} |")
    print(f"|---{'|---' * len(SMALL)}|")
    for way in WAYS:
        figures = [carried_out(FEW, make_url(way, size), way, size)["seconds"][0] * 1000 for size in SMALL]
        print(f"| {way} | {' | '.join(f'{figure:.2f}' for figure in figures)} |")
