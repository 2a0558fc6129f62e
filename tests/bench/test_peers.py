"""dirsync beside other clients (`tests/run --bench -k peers`); writes docs/peers.md.

No target is asserted: the machines are noisy, and a timed test would be a coin. The counts are, by each client itself.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from bench.measuring import machine
from bench.peers.page import faults_table, page, speed_table
from bench.peers.shapes import ATLASSIAN, CAP, LARGE, Shape
from bench.peers.table import ENVIRONMENT, PEERS, ROOT, Peer
from bench.peers.versions import is_there
from servers.slapd import StartSlapd

ROUNDS = int(os.environ.get("DIRSYNC_BENCH_ROUNDS", "5"))
SHAPES = (ATLASSIAN, LARGE)
PAGE = ROOT / "docs" / "peers.md"
SHRUNK_BY = int(os.environ.get("DIRSYNC_BENCH_SHRUNK_BY", "1"))
"""100 takes a hundredth of each shape, to try the benchmark itself; then nothing is written."""


def shrunk(shape: Shape) -> Shape:
    return Shape(shape.name, shape.users // SHRUNK_BY, shape.groups // SHRUNK_BY, shape.memberships // SHRUNK_BY)


def installed() -> tuple[list[Peer], list[Peer]]:
    """Install the clients; return those that are there and those that are missing."""
    uv = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
    subprocess.run([ROOT / "tests" / "bench" / "peers" / "install", ROOT, uv], check=True)
    there = [peer for peer in PEERS if is_there(peer)]
    return there, [peer for peer in PEERS if peer not in there]


def test_peers(start_slapd: StartSlapd, tmp_path: Path, capsys) -> None:
    with capsys.disabled():
        peers, missing = installed()
    for peer in missing:
        with capsys.disabled():
            print(f"WARNING: {peer.name} is left out: it can't be installed here (see {ENVIRONMENT}/last-error)")
    tables = []
    for shape in map(shrunk, SHAPES):
        server = start_slapd(ldif=shape.ldif("dc=example,dc=org"))
        tables.append(speed_table(shape, peers, server, tmp_path, ROUNDS))
        server.stop()
    # the same people, of whom a reader gets only so many
    shape = shrunk(ATLASSIAN)
    whole = start_slapd(ldif=shape.ldif("dc=example,dc=org"))
    capped = start_slapd(ldif=shape.ldif("dc=example,dc=org"), limits="hard", size=min(CAP, shape.users // 2))
    faults = faults_table(shape, peers, whole, capped, tmp_path)
    text = page(tables, faults, missing, machine(), ROUNDS)
    with capsys.disabled():
        print(f"\n{text}")
    if SHRUNK_BY == 1:
        PAGE.write_text(text, encoding="utf-8")
