"""The tables of the queue: procrastinate's own, and two beside them that say how each try ended and who made them."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Final, LiteralString

from dirsync.errors import UsageInvalid
from dirsync.store.advisory import MAKING_QUEUE, key

if TYPE_CHECKING:
    from dirsync.operations.workers.door import Queue

STALLED_SECONDS: Final = 20
"""A worker that has not been heard of for so long is taken for dead."""
OURS: Final = """
CREATE TABLE IF NOT EXISTS worker_tables (migration text PRIMARY KEY, procrastinate text NOT NULL);
CREATE TABLE IF NOT EXISTS worker_tries (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    job bigint NOT NULL,
    run text NOT NULL,
    host text NOT NULL,
    began_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    exit_code integer,
    message text NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS worker_tries_job ON worker_tries (job);
"""
TABLE: Final = "procrastinate_jobs"


def one_at_a_time(queue: Queue, purpose: str) -> None:
    """Wait until nobody else does the same, until the transaction ends."""
    queue.execute(f"SELECT pg_advisory_xact_lock({key(purpose)})")


def has_tables(queue: Queue) -> bool:
    """Say whether workers have ever been wanted here."""
    found = queue.execute("SELECT to_regclass('worker_tables') IS NOT NULL AS is_there").fetchone()
    return bool(found and found["is_there"])


def ready(queue: Queue) -> str:
    """Make the tables that are missing, and bring older ones up to date; return what was done, or nothing.

    One process at a time, the others wait for it. Raises `UsageInvalid` where somebody works with older tables, and
    where they are not ours or of a later procrastinate.
    """
    import procrastinate

    with queue.transaction():
        one_at_a_time(queue, MAKING_QUEUE)
        if not has_tables(queue):
            _refuse_strange_tables(queue)
            queue.execute(OURS)
            queue.execute(_sql("schema.sql"))
            _note(queue, migrations()[-1])
            return "The tables of the queue were made."
        found = queue.execute("SELECT migration, procrastinate FROM worker_tables").fetchone()
        made_by, migration = (found["procrastinate"], found["migration"]) if found else ("?", "")
        known = migrations()
        if migration not in known:
            raise UsageInvalid(
                f"The tables of the queue are of procrastinate {made_by}; here is {procrastinate.__version__}.",
                "Install the same dirsync-connector[workers] on every host.",
            )
        missing = known[known.index(migration) + 1 :]
        if not missing:
            return ""
        _refuse_while_used(queue, made_by)
        for name in missing:
            queue.execute(_sql(f"migrations/{name}"))
        _note(queue, missing[-1])
        return f"The tables of the queue are now those of procrastinate {procrastinate.__version__}, not {made_by}."


def migrations() -> list[str]:
    """Return procrastinate's own steps, the oldest first: their names begin with version and number."""
    folder = resources.files("procrastinate.sql") / "migrations"
    return sorted(one.name for one in folder.iterdir() if one.name.endswith(".sql"))


def _sql(name: str) -> LiteralString:
    # theirs, so as good as a literal: mypy has no LiteralString of its own
    return (resources.files("procrastinate.sql") / name).read_text(encoding="utf-8")


def _note(queue: Queue, migration: str) -> None:
    import procrastinate

    queue.execute("DELETE FROM worker_tables")
    queue.execute("INSERT INTO worker_tables VALUES (%s, %s)", [migration, procrastinate.__version__])


def _refuse_strange_tables(queue: Queue) -> None:
    found = queue.execute("SELECT to_regclass(%s) IS NOT NULL AS is_there", [TABLE]).fetchone()
    if found and found["is_there"]:
        raise UsageInvalid(
            f"The store's database has a table {TABLE} that dirsync did not make.",
            "Give dirsync a schema or a database of its own: another program's queue must not be mixed with this one.",
        )


def _refuse_while_used(queue: Queue, made_by: str) -> None:
    alive = workers_alive(queue)
    if alive:
        raise UsageInvalid(
            f"The tables of the queue are of procrastinate {made_by}, older than this one, and {alive} of its workers "
            f"{'is' if alive == 1 else 'are'} at work.",
            "Stop every worker; the first one that starts then brings the tables up to date.",
        )


def workers_alive(queue: Queue) -> int:
    """Return how many workers were heard of lately."""
    found = queue.execute(
        "SELECT count(*) AS alive FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)",
        [STALLED_SECONDS],
    ).fetchone()
    return int(found["alive"]) if found else 0
