"""Two hosts carry out one night's work together: real PostgreSQL, real slapd, the sandbox, the real command line."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from integration.workers.scene import CANARY, NAMES, Running, Scene, is_alive

from dirsync.sandbox.faults import Fault

SLOW = 0.1
"""Seconds for each write, so that there is something to interrupt."""


def slowly(scene: Scene, seconds: float = SLOW, times: int | None = None) -> None:
    scene.sandbox.faults.add(Fault(method="POST", path="/user", times=times, latency=seconds))


def until(holds: Callable[[], bool], scene: Scene, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, scene.logs()
        time.sleep(0.02)


def test_two_workers_do_what_one_sync_does_and_one_audit_tells_of_it_all(scene: Scene) -> None:
    slowly(scene)
    with scene.workers("one", "two"):
        enqueued = scene.host("one").run("sync", "--enqueue", "--wait")
    status = scene.status()
    assert enqueued.code == status["exit_code"] == 0, (enqueued, scene.logs())
    tasks = [(task["task"], task["mappings"], task["state"], task["tries"]) for task in status["tasks"]]
    assert tasks == [
        ("sync", ["a1", "a2"], "ended", 1),
        ("sync", ["b1", "b2"], "ended", 1),
        ("sync", ["c1", "c2"], "ended", 1),
        ("audit", [], "ended", 1),
    ]
    assert {task["exit_code"] for task in status["tasks"][:-1]} == {12}, "a group can't decide what the whole can"
    assert status["tasks"][-1]["exit_code"] == 0
    scene.everything_was_done_once()
    runs = {run["id"]: run for run in scene.host("two").run("--json", "history").document["runs"]}
    assert {runs[task["run"]]["mode"] for task in status["tasks"][:3]} == {"sync"}
    newest = scene.rows("SELECT document FROM runs WHERE id = %s", status["tasks"][-1]["run"])
    assert all(f'"{name}"' in newest[0][0] for name in NAMES), "the last report is of everybody"
    assert all("worker.log" in path.name for path in scene.folder.glob("*/worker.log"))
    assert (
        len([host for host in ("one", "two") if "Report:" in (scene.hosts[host].folder / "worker.log").read_text()])
        == 2
    )
    assert scene.host("one").run("worker", "--status").stdout.startswith("0 workers are alive. Enqueued ")
    kept = scene.rows("SELECT args::text FROM procrastinate_jobs UNION ALL SELECT t::text FROM worker_tries t")
    assert kept
    assert not any(CANARY in row[0] or scene.slapd.reader_password in row[0] for row in kept)


def test_what_is_enqueued_by_two_hosts_at_once_is_done_once(scene: Scene) -> None:
    hosts = ("one", "two")
    for host in hosts:
        scene.host(host).environment()
    with ThreadPoolExecutor() as pool:
        ran = list(pool.map(lambda host: scene.host(host).run("sync", "--enqueue"), hosts))
    assert [one.code for one in ran] == [0, 0], ran
    assert sorted("Nothing was added" in one.stderr for one in ran) == [False, True]
    assert scene.rows("SELECT count(*) FROM procrastinate_jobs") == [(4,)]
    assert scene.start("one", "worker", "--once", "--concurrency", "3").end(0) == 0
    again = scene.host("two").run("sync", "--enqueue", "--wait")
    assert (again.code, "Nothing was added" in again.stderr) == (0, True), "it ended, but less than a minute ago"
    scene.everything_was_done_once()


def _stopped_in_mid_apply(scene: Scene) -> tuple[Running, int]:
    slowly(scene)
    worker = scene.start("one", "worker")
    assert scene.host("two").run("sync", "--enqueue").code == 0
    until(lambda: sum(scene.made().values()) >= 3, scene)
    (child,) = worker.children()
    return worker, child


@pytest.mark.long
def test_on_sigterm_the_change_in_flight_ends_and_another_worker_goes_on_at_once(scene: Scene) -> None:
    worker, child = _stopped_in_mid_apply(scene)
    assert worker.end(signal.SIGTERM) == 130
    assert not is_alive(child)
    before = scene.status()["tasks"][0]
    assert (before["state"], before["exit_code"], before["tries"]) == ("waiting", 130, 1)
    assert scene.rows("SELECT * FROM journal WHERE result IS NULL") == []
    with scene.workers("two"):
        status = scene.until_ended()
    assert status["exit_code"] == 0, status
    assert status["tasks"][0]["tries"] == 2
    assert "is taken up again" not in scene.logs(), "nobody had to be missed"
    scene.everything_was_done_once()


def test_a_worker_without_work_ends_by_0_on_sigterm(scene: Scene) -> None:
    worker = scene.start("one", "worker")
    until(lambda: "Works at" in worker.log.read_text("utf-8"), scene)
    time.sleep(0.5)
    assert worker.end(signal.SIGTERM) == 0


def test_a_killed_worker_takes_its_child_along_and_is_missed_soon(scene: Scene) -> None:
    worker, child = _stopped_in_mid_apply(scene)
    worker.end(signal.SIGKILL)
    until(lambda: not is_alive(child), scene, 10)
    killed_at = time.monotonic()
    with scene.workers("two"):
        until(lambda: "is taken up again" in (scene.hosts["two"].folder / "worker.log").read_text("utf-8"), scene)
        assert time.monotonic() - killed_at < 35
        status = scene.until_ended()
    assert status["exit_code"] == 0, status
    scene.everything_was_done_once()


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 7))
def test_workers_killed_at_any_moment_leave_what_one_sync_leaves(scene: Scene, seed: int) -> None:
    chance = random.Random(seed)
    slowly(scene)
    running = {host: scene.start(host, "worker", "--concurrency", "2") for host in ("one", "two")}
    try:
        assert scene.host("one").run("sync", "--enqueue").code == 0
        for _ in range(chance.randint(2, 4)):
            time.sleep(chance.uniform(0.2, 4))
            host = chance.choice(["one", "two"])
            running[host].end(signal.SIGKILL)
            running[host] = scene.start(host, "worker", "--concurrency", "2")
        status = scene.until_ended()
    finally:
        for one in running.values():
            one.end(signal.SIGTERM)
    assert status["exit_code"] == 0, (status, scene.logs())
    scene.everything_was_done_once()
    plain = scene.host("plain").run("--json", "plan")
    assert plain.document["plan"]["changes"] == []


@pytest.mark.long
def test_a_worker_with_other_mapping_files_leaves_the_work_and_says_so(scene: Scene) -> None:
    scene.host("two").write("mappings/estate.yaml", "# another\nversion: 1\ncrowd: none\n")
    assert scene.host("one").run("sync", "--enqueue").code == 0
    with scene.workers("two"):
        until(lambda: bool(scene.status()["tasks"][0]["message"]), scene)
    task = scene.status()["tasks"][0]
    assert (task["state"], task["exit_code"], task["tries"]) == ("waiting", 2, 1)
    assert "are not those that" in task["message"]
    assert scene.made() == {}
    with scene.workers("one"):
        assert scene.until_ended()["exit_code"] == 0
    scene.everything_was_done_once()


@pytest.mark.long
def test_a_task_whose_target_is_held_elsewhere_waits_for_it(scene: Scene) -> None:
    slowly(scene, 1, times=20)
    held = threading.Thread(target=lambda: scene.host("one").run("sync", "--only", "a1"))
    held.start()
    until(lambda: bool(scene.made()), scene)
    scene.hosts["same"] = scene.host("one")
    assert scene.host("one").run("sync", "--enqueue").code == 0
    assert scene.start("same", "worker", "--once").end(0) == 0
    held.join()
    status = scene.status()
    assert status["exit_code"] == 0
    codes = scene.rows("SELECT exit_code FROM worker_tries ORDER BY id")
    assert (75,) in codes
    scene.everything_was_done_once()


@pytest.mark.long
def test_what_one_group_ran_into_is_how_the_whole_ends_for_everybody_who_is_told(scene: Scene) -> None:
    one = scene.host("one")
    limited = (one.folder / "mappings" / "c2.yaml").read_text("utf-8") + "guards: {max_creations: 0}\n"
    one.mapping("c2", limited)
    assert one.run("sync", "--enqueue").code == 0
    assert scene.start("one", "--metrics", "night.prom", "worker", "--once", "--concurrency", "3").end(0) == 0
    waited = one.run("sync", "--enqueue", "--wait")
    status = scene.status()
    assert waited.code == status["exit_code"] == 4
    assert [task["exit_code"] for task in status["tasks"]] == [12, 12, 4, 4]
    assert {task["tries"] for task in status["tasks"]} == {1}
    assert "dirsync_exit_code 4.0" in (one.folder / "night.prom").read_text("utf-8"), "the last one told, tells all"
    (document,) = scene.rows("SELECT exit_code FROM runs WHERE id = %s", status["tasks"][-1]["run"])
    assert document == (0,), "the audit itself found nothing"
    assert scene.state()["c"] == ([], [])


@pytest.mark.long
def test_a_worker_whose_database_goes_away_says_so_and_lets_a_service_start_it_anew(scene: Scene) -> None:
    worker = scene.start("one", "worker")
    until(lambda: "Works at" in worker.log.read_text("utf-8"), scene)
    assert scene.host("two").run("worker", "--status").code == 0
    name = scene.store.partition("@/")[2].partition("?")[0]
    with psycopg.connect(scene.store.replace("+psycopg", "").replace(f"/{name}?", "/postgres?")) as connection:
        connection.autocommit = True
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
    assert worker.process.wait(90) == 1
    assert "can't be used" in worker.log.read_text("utf-8")
