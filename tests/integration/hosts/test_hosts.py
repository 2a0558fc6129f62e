"""Two hosts run `dirsync sync` on one store: real PostgreSQL, real slapd, the sandbox, the real command line."""

from __future__ import annotations

import json
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socket import gethostname

import psycopg
from integration.workers.scene import Running, Scene

from dirsync.sandbox.faults import Fault
from dirsync.store.lease.interface import Holder, Lease
from dirsync.store.store import Store

WELL = {0, 12}
"""A part of the estate leaves rules undecided."""
HOLDER = Holder("db-host", 4711, "20261120T010000Z-abcdef", "2026-11-20T01:00:00+00:00")
SETTLED = "settled first, by looking at the target"


def slowly(scene: Scene, seconds: float = 0.3, times: int | None = None) -> None:
    scene.sandbox.faults.add(Fault(method="POST", path="/user", times=times, latency=seconds))


def until(holds: Callable[[], object], scene: Scene, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, scene.logs()
        time.sleep(0.02)


@contextmanager
def started(scene: Scene, *arguments: str) -> Iterator[Running]:
    """Start `dirsync` on the first host; the block begins when it has made its first account."""
    running = scene.start("one", *arguments)
    try:
        until(lambda: sum(scene.made().values()), scene)
        yield running
    finally:
        if running.process.poll() is None:
            running.end(signal.SIGKILL)


def ended(running: Running) -> int:
    return running.process.wait(120)


@contextmanager
def holding(scene: Scene, *places: str) -> Iterator[Lease]:
    store = Store(scene.store)
    with store.leased([places], HOLDER) as lease:
        yield lease
    store.close()


def test_the_same_cron_line_on_two_hosts_is_carried_out_once(scene: Scene) -> None:
    slowly(scene, seconds=0.6, times=24)
    with started(scene, "sync") as first:
        second = scene.host("two").run("sync")
        assert second.code == 75, second
        said = (
            rf"crowd_a is held by process {first.process.pid} on {gethostname()[:8]}\S*, run [0-9a-f]{{6}}, since 2\S+"
        )
        assert re.search(said, second.stderr.replace("\n", " ")), second.stderr
        assert ended(first) in WELL, scene.logs()
        scene.everything_was_done_once()
        assert scene.host("two").run("sync").code in WELL, "it is free again"
        scene.everything_was_done_once()


def test_what_is_free_is_taken_and_what_is_not_is_left_and_named(scene: Scene) -> None:
    first = scene.host("one").run("sync", "--json")
    assert first.code in WELL, first
    held = {row[0] for row in scene.rows("SELECT directory FROM reads")}
    counts = scene.rows("SELECT directory, users FROM reads WHERE directory IN ('corp', 'crowd_a') ORDER BY 1")
    with scene.sandbox.state.lock:
        for group in "ac":
            directory = scene.sandbox.state.directory(group)
            del directory.users[f"{group}1p0"]
            directory.group("portal").users.pop(f"{group}1p0")
    open_before = scene.rows("SELECT id, first_seen FROM findings WHERE is_open ORDER BY id")
    with holding(scene, "crowd_a"):
        second = scene.host("two").run("sync", "--json")
        nothing = scene.host("two").run("sync", "--only", "a1")
        elsewhere = scene.host("two").run("sync", "--only", "c1", "--json")
    assert second.code in WELL, second
    [told] = [one for one in second.document["run"]["notices"] if one.startswith("Left to another run")]
    assert told.startswith(
        "Left to another run: a1, a2, since crowd_a is held by process 4711 on db-host, run abcdef, since 2"
    )
    assert {change["directory"] for change in second.document["plan"]["changes"]} == {"crowd_c"}
    assert second.document["summary"]["resolved"] == 0
    assert scene.rows("SELECT id, first_seen FROM findings WHERE is_open ORDER BY id") == open_before
    assert nothing.code == 75
    assert elsewhere.code in WELL
    assert not [one for one in elsewhere.document["run"]["notices"] if "another run" in one]
    assert scene.rows("SELECT directory, users FROM reads WHERE directory IN ('corp', 'crowd_a') ORDER BY 1") == counts
    assert {row[0] for row in scene.rows("SELECT directory FROM reads")} > held, "a part is kept apart"
    assert "a1p0" not in scene.state()["a"][0]
    assert "c1p0" in scene.state()["c"][0]
    whole = scene.host("two").run("sync", "--json")
    assert whole.code in WELL, "a part was no smaller directory"
    assert "a1p0" in scene.state()["a"][0]


def test_a_plan_and_an_undo_need_all_they_touch_and_look_without_a_lease(scene: Scene) -> None:
    assert scene.host("one").run("sync", "--only", "a1").code in WELL
    [run] = scene.rows("SELECT id FROM runs")[0]
    plan = scene.host("one").folder / "tonight.json"
    assert scene.host("one").run("plan", "--out", str(plan)).code in WELL
    with holding(scene, "crowd_a"):
        assert scene.host("two").run("undo", run, "--apply").code == 75
        assert scene.host("two").run("undo", run).code != 75
        assert scene.host("two").run("apply", str(plan)).code == 75
        assert scene.host("two").run("sync", "--dry-run").code != 75
        assert scene.host("two").run("audit").code != 75
    with holding(scene, "crowd_b", "crowd_c"):
        assert scene.host("two").run("apply", str(plan)).code == 75
        assert (
            scene.host("two")
            .run("undo", run, "--apply", "--allow-removals", "12", "--allow-member-removals", "12")
            .code
            in WELL
        )
    assert scene.state()["a"] == ([], [])


def test_a_killed_host_leaves_its_lease_at_once_and_the_next_settles_what_it_left(scene: Scene) -> None:
    slowly(scene, times=8)
    with started(scene, "sync") as first:
        first.end(signal.SIGKILL)
        second = scene.host("two").run("sync", "--json")
        assert second.code in WELL, second
        assert SETTLED in json.dumps(second.document["run"]["notices"])
        scene.everything_was_done_once()


def test_what_another_run_has_under_way_is_not_settled(scene: Scene) -> None:
    slowly(scene, seconds=0.6, times=14)
    with started(scene, "sync", "--only", "a1") as first:
        second = scene.host("two").run("sync", "--json")
        assert "Left to another run: a1, a2" in json.dumps(second.document["run"]["notices"]), "it was at work"
        assert second.code in WELL, second
        assert SETTLED not in json.dumps(second.document["run"]["notices"])
        assert ended(first) in WELL, scene.logs()
        scene.everything_was_done_once()


def test_a_run_that_lost_its_lease_writes_nothing_more_and_nothing_is_done_twice(scene: Scene) -> None:
    slowly(scene, seconds=1.2, times=4)
    with started(scene, "sync") as first:
        with psycopg.connect(scene.store.replace("+psycopg", ""), autocommit=True) as connection:
            ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'dirsync %'"
            assert connection.execute(ends).fetchall() == [(True,)]
        second = scene.host("two").run("sync", "--json")
        assert ended(first) == 1, scene.logs()
        said = " ".join(first.log.read_text("utf-8").split())
        assert "The lease of crowd_a, crowd_b, crowd_c was lost during the run; another run may have it now." in said
        assert "Traceback" not in said
        assert second.code in WELL, second
        scene.everything_was_done_once()
        [lost] = scene.rows("SELECT id FROM runs WHERE finished_at IS NULL")
        by_first = scene.rows("SELECT count(*) FROM journal WHERE run = %s", lost[0])[0][0]
        assert by_first <= 50, "no further group of intents was noted"
