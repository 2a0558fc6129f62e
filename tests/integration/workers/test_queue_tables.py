"""The tables of the queue: made once, brought up to date, refused where they are somebody else's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import procrastinate
import psycopg
import pytest
from servers.postgresql import PostgreSql
from servers.workplace import Workplace

from dirsync.errors import UsageInvalid
from dirsync.operations.workers.door import queue, queue_address
from dirsync.operations.workers.status import status_of
from dirsync.operations.workers.tables import has_tables, migrations, ready

MAPPING = "version: 1\nname: customers\naudience: customers\nsource: {directory: hr}\npublic_signup: 'off'\n"
PERSON = """\
dn: uid=ana,dc=example,dc=org
objectClass: inetOrgPerson
uid: ana
cn: Ana
sn: A
mail: ana@example.org
entryUUID: 11111111-1111-4111-8111-111111111111
"""
FUNCTIONS = "SELECT count(*) FROM pg_proc WHERE proname = 'procrastinate_retry_job_v2'"


@pytest.fixture
def store(postgresql: PostgreSql) -> str:
    return postgresql.store_url()


def made(store: str) -> str:
    with queue(queue_address(store)) as opened:
        return ready(opened)


def run(store: str, script: str) -> None:
    with psycopg.connect(store.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(script)


def an_older_queue(store: str) -> str:
    """Make the tables as a procrastinate made them that knew all but the last two of today's steps; return which."""
    from importlib import resources

    *known, _, _ = migrations()
    folder = resources.files("procrastinate.sql") / "migrations"
    for name in known:
        run(store, (folder / name).read_text("utf-8"))
    with queue(queue_address(store)) as opened:
        from dirsync.operations.workers import tables

        opened.execute(tables.OURS)
        opened.execute("INSERT INTO worker_tables VALUES (%s, '3.3.0')", [known[-1]])
    return known[-1]


def test_they_are_made_once_whoever_comes_at_the_same_time(store: str) -> None:
    with ThreadPoolExecutor() as pool:
        said = list(pool.map(made, [store] * 6))
    assert sorted(said) == [""] * 5 + ["The tables of the queue were made."]
    with queue(queue_address(store)) as opened:
        assert has_tables(opened)
        assert status_of(opened).exit_code is None


def test_older_tables_are_brought_up_to_date_and_take_work(store: str, workplace: Workplace) -> None:
    an_older_queue(store)
    with psycopg.connect(store.replace("+psycopg", "")) as connection:
        assert connection.execute(FUNCTIONS).fetchone() == (0,), "they are older indeed"
    assert made(store).endswith(f"are now those of procrastinate {procrastinate.__version__}, not 3.3.0.")
    assert made(store) == ""
    with psycopg.connect(store.replace("+psycopg", "")) as connection:
        assert connection.execute(FUNCTIONS).fetchone() == (1,)


def test_older_tables_are_left_alone_while_a_worker_works_with_them(store: str) -> None:
    an_older_queue(store)
    run(store, "INSERT INTO procrastinate_workers DEFAULT VALUES")
    with pytest.raises(UsageInvalid, match=r"1 of its workers is at work\. Stop every worker"):
        made(store)
    run(store, "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '21 seconds'")
    assert "are now those of" in made(store)


def test_tables_of_a_later_procrastinate_are_refused(store: str) -> None:
    made(store)
    run(store, "UPDATE worker_tables SET migration = '99.00.00_01_later.sql', procrastinate = '99.0.0'")
    with pytest.raises(UsageInvalid, match=r"are of procrastinate 99\.0\.0; here is .* on every host"):
        made(store)


def test_another_programs_queue_is_not_touched(store: str) -> None:
    run(store, "CREATE TABLE procrastinate_jobs (id int)")
    with pytest.raises(UsageInvalid, match="a table procrastinate_jobs that dirsync did not make"):
        made(store)
    with queue(queue_address(store)) as opened:
        assert not has_tables(opened)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["worker", "--status"], "is a file of this host"),
        (["worker"], "is a file of this host"),
        (["sync", "--enqueue"], "is a file of this host"),
        (["sync", "--wait"], "--wait goes with --enqueue"),
        (["sync", "--enqueue", "--dry-run", "--allow-removals", "3"], "--dry-run and --allow-removals can't go with"),
    ],
)
def test_what_can_t_be_done_is_refused_with_the_cure(workplace: Workplace, arguments: list[str], told: str) -> None:
    workplace.directory(
        "hr", kind="ldif", path=str(workplace.write("hr.ldif", "dn: dc=example\nobjectClass: domain\n"))
    )
    workplace.mapping(
        "customers", "version: 1\nname: customers\naudience: customers\nsource: {directory: hr}\npublic_signup: 'off'\n"
    )
    refused = workplace.run(*arguments)
    assert (refused.code, refused.stdout) == (2, "")
    assert told in " ".join(refused.stderr.split())


def test_before_anything_was_enqueued_the_status_says_so(store: str, workplace: Workplace) -> None:
    workplace.settings["DIRSYNC_STORE"] = store
    told = workplace.run("worker", "--status")
    assert (told.code, told.stdout) == (
        0, "0 workers are alive. Nothing has been enqueued; 'dirsync sync --enqueue' does.\n",
    )  # fmt: skip


def test_no_password_is_told_where_the_queue_can_t_be_reached(workplace: Workplace) -> None:
    workplace.settings["DIRSYNC_STORE"] = "postgresql+psycopg://dirsync:c4n4ry-s3cr3t@127.0.0.1:1/dirsync"
    told = workplace.run("worker", "--status")
    assert told.code == 1
    assert "can't be used" in told.stderr
    assert "c4n4ry-s3cr3t" not in told.stderr


def test_the_doctor_tells_of_work_that_waits_for_nobody(store: str, workplace: Workplace) -> None:
    workplace.settings["DIRSYNC_STORE"] = store
    workplace.directory("hr", kind="ldif", path=str(workplace.write("hr.ldif", PERSON)))
    workplace.mapping("customers", MAPPING)

    def told() -> list[tuple[str, str]]:
        checks = workplace.run("--json", "doctor").document["checks"]
        return [(one["state"], one["message"]) for one in checks if one["check"] == "workers"]

    assert told() == [], "workers were never wanted"
    assert workplace.run("sync", "--enqueue").code == 0
    assert told() == [("warn", "0 workers alive, 1 task waiting: nobody carries them out.")]
    run(store, "UPDATE procrastinate_jobs SET status = 'doing'")
    assert told() == [("warn", "0 workers alive, 0 tasks waiting, 1 task of dead workers: nobody carries them out.")]
    run(store, "UPDATE procrastinate_jobs SET status = 'todo'; INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert told() == [("ok", "1 worker alive, 1 task waiting.")]


def test_a_task_that_ten_workers_died_of_is_given_up(store: str, workplace: Workplace) -> None:
    workplace.settings["DIRSYNC_STORE"] = store
    workplace.directory("hr", kind="ldif", path=str(workplace.write("hr.ldif", PERSON)))
    workplace.mapping("customers", MAPPING)
    assert workplace.run("sync", "--enqueue").code == 0
    run(
        store,
        "INSERT INTO worker_tries (job, run, host) SELECT id, 'lost', 'gone' FROM procrastinate_jobs,"
        " generate_series(1, 10)",
    )
    assert workplace.run("worker", "--once").code == 0
    (task,) = workplace.run("--json", "worker", "--status").document["tasks"]
    assert (task["state"], task["exit_code"], task["tries"]) == ("ended", 1, 11)
    assert task["message"] == "given up: 10 workers died of it"
    assert workplace.run("sync", "--enqueue", "--wait").code == 1
