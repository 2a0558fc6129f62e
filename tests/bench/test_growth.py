"""How time and memory of whole runs grow (`tests/run --bench -k growth`); writes docs/growth.md and docs/growth.svg.

No target is asserted: the machines are noisy, and a timed test would be a coin. What each run saw is.
"""

from __future__ import annotations

import os
from pathlib import Path

from bench.growth.page import Row, drawing, page
from bench.growth.steps import Place, steps
from bench.measuring import machine
from bench.peers.running import ran
from bench.peers.shapes import Shape
from bench.peers.table import ROOT
from servers.slapd import StartSlapd

SIZES = (10_000, 100_000, 1_000_000)
ASKED = tuple(int(size) for size in os.environ.get("DIRSYNC_BENCH_SIZES", "").split(",") if size) or SIZES
"""Others are tried and printed, not written down."""
ROUNDS = {10_000: 5, 100_000: 3}
"""Of runs that do the same each time; of a million one is enough, and of first nights everywhere."""
SESSION_LOG = 10_000
"""Changes of which the servers know what went; without it they name everybody who is still there."""


def test_growth(start_slapd: StartSlapd, tmp_path: Path, capsys) -> None:
    rows: list[Row] = []
    for users in ASKED:
        shape = Shape("growth", users, max(10, users // 1000), 3 * users)
        ldif = shape.ldif("dc=example,dc=org")
        corp, portal = (start_slapd(ldif=ldif, session_log=None, gibibytes=8) for _ in range(2))
        del ldif
        place = Place(tmp_path / str(users), shape, corp, portal)
        environment = {**corp.environment, "PYTHONDONTWRITEBYTECODE": ""}
        tells_changes = False
        for step in steps(users):
            if step.is_feed and not tells_changes:
                corp.tell_changes(SESSION_LOG)
                portal.tell_changes(SESSION_LOG)
                tells_changes = True
            place.settle_in(has_target=step.has_target)
            beside = place.ldapsearch([corp, portal] if step.has_target else [corp])
            ran(beside, environment)
            pairs = []
            for number in range(1 if step.is_once else ROUNDS.get(users, 1)):
                if step.is_first:
                    place.forget()
                if step.is_anew:
                    place.forget_copies()
                if step.changes:
                    place.change(f"{len(rows)}-{number}")
                run = ran(place.dirsync(*step.words), environment)
                step.check(run, shape)
                pairs.append((run, ran(beside, environment)))
            rows.append(Row(users, step.name, pairs))
            with capsys.disabled():
                print(" | ".join(rows[-1].cells()), flush=True)
        corp.stop()
        portal.stop()
    if ASKED == SIZES:
        (ROOT / "docs" / "growth.md").write_text(page(rows, machine()), encoding="utf-8")
        (ROOT / "docs" / "growth.svg").write_text(drawing(rows), encoding="utf-8")
