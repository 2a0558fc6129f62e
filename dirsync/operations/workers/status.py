"""How an enqueueing stands: what waits, what is under way, how each task ended, and the exit code of the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dirsync.errors import ExitCode
from dirsync.operations.workers.tables import STALLED_SECONDS, has_tables, workers_alive
from dirsync.operations.workers.work import AUDIT, QUEUE, Work, whole_exit_code, work_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.operations.workers.door import Queue

_STATES: Final[Mapping[str, str]] = {"todo": "waiting", "doing": "under way", "succeeded": "ended"}
_NEWEST: Final = """SELECT args ->> 'enqueueing' AS enqueueing FROM procrastinate_jobs
    WHERE queue_name = %s AND task_name = %s ORDER BY id DESC LIMIT 1"""
_TASKS: Final = """
    SELECT job.task_name, job.args, job.status::text AS status, job.scheduled_at, tries.*, worker.is_stalled
    FROM procrastinate_jobs job
    LEFT JOIN LATERAL (
        SELECT run, host, began_at, ended_at, exit_code, message, count(*) OVER () AS tries
        FROM worker_tries WHERE job = job.id ORDER BY id DESC LIMIT 1) tries ON true
    LEFT JOIN LATERAL (
        SELECT coalesce(max(last_heartbeat) < now() - make_interval(secs => %s), true) AS is_stalled
        FROM procrastinate_workers WHERE id = job.worker_id) worker ON job.status = 'doing'
    WHERE job.queue_name = %s AND job.args ->> 'enqueueing' = %s
    ORDER BY job.id"""


@dataclass(frozen=True, slots=True)
class Task:
    """One task: a group of Mappings, or the audit of all."""

    work: Work
    is_audit: bool
    state: str
    """`waiting`, `under way`, `stalled` (its worker is gone), `ended`; else what procrastinate calls it."""
    tries: int
    exit_code: int | None
    """Of the newest try that ended; of the task once it has ended."""
    run: str
    host: str
    began_at: str
    ended_at: str
    message: str
    due_at: str
    """When it is tried again; empty for at once."""

    @property
    def is_open(self) -> bool:
        """Say whether somebody has to do something yet."""
        return self.state in {"waiting", "under way", "stalled"}

    def document(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "task": "audit" if self.is_audit else "sync",
            "mappings": list(self.work.mappings),
            "state": self.state,
            "tries": self.tries,
            "exit_code": self.exit_code,
            "run": self.run,
            "host": self.host,
            "began_at": self.began_at,
            "ended_at": self.ended_at,
            "message": self.message,
            "due_at": self.due_at,
        }


@dataclass(frozen=True, slots=True)
class Status:
    """How one enqueueing stands, and whether anybody works."""

    workers: int
    """Alive now."""
    tasks: tuple[Task, ...] = ()
    """The groups, then the audit; none where nothing was ever enqueued."""

    @property
    def has_ended(self) -> bool:
        """Say whether every task has."""
        return not any(task.is_open for task in self.tasks)

    @property
    def exit_code(self) -> int | None:
        """The exit code of the whole; None before its end."""
        if not self.tasks or not self.has_ended:
            return None
        *groups, audit = self.tasks
        return whole_exit_code(map(_ended_with, groups), _ended_with(audit))

    def document(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        work = self.tasks[-1].work if self.tasks else None
        return {
            "workers": self.workers,
            "enqueueing": work.enqueueing if work else "",
            "enqueued_at": work.at if work else "",
            "enqueued_by": work.host if work else "",
            "exit_code": self.exit_code,
            "tasks": [task.document() for task in self.tasks],
        }


def _ended_with(task: Task) -> int:
    if task.state == "ended":
        return int(ExitCode.UNEXPECTED) if task.exit_code is None else task.exit_code
    return int(ExitCode.UNEXPECTED if task.state == "failed" else ExitCode.INTERRUPTED)


def status_of(queue: Queue, enqueueing: str = "") -> Status:
    """Return how an enqueueing stands, or the newest."""
    if not has_tables(queue):
        return Status(0)
    if not enqueueing:
        newest = queue.execute(_NEWEST, [QUEUE, AUDIT]).fetchone()
        if newest is None:
            return Status(workers_alive(queue))
        enqueueing = newest["enqueueing"]
    rows = queue.execute(_TASKS, [STALLED_SECONDS, QUEUE, enqueueing]).fetchall()
    return Status(workers_alive(queue), tuple(_task(row) for row in rows))


def _task(row: Mapping[str, Any]) -> Task:
    state = _STATES.get(row["status"], row["status"])
    is_waiting = state == "waiting"
    return Task(
        work=work_of(row["args"]),
        is_audit=row["task_name"] == AUDIT,
        state="stalled" if row["is_stalled"] else state,
        tries=row["tries"] or 0,
        exit_code=row["exit_code"],
        run=row["run"] or "",
        host=row["host"] or "",
        began_at=_iso(row["began_at"]),
        ended_at=_iso(row["ended_at"]),
        message=row["message"] or "",
        due_at=_iso(row["scheduled_at"]) if is_waiting else "",
    )


def _iso(at: Any) -> str:  # noqa: ANN401 - a datetime, or nothing
    return at.isoformat(timespec="seconds") if at else ""


def status_text(status: Status) -> str:
    """Return what an admin wants to see in the morning."""
    alive = "1 worker is alive" if status.workers == 1 else f"{status.workers} workers are alive"
    if not status.tasks:
        return f"{alive}. Nothing has been enqueued; 'dirsync sync --enqueue' does."
    work = status.tasks[-1].work
    code = status.exit_code
    whole = "not ended" if code is None else f"exit code {code} ('dirsync explain exit-{code}')"
    lines = [f"{alive}. Enqueued {work.at} by {work.host}: {whole}."]
    for task in status.tasks:
        names = ", ".join(task.work.mappings)
        name = f"audit of {names or 'all'}" if task.is_audit else names
        said = f"exit code {task.exit_code}" if task.exit_code is not None else ""
        told = [
            task.state,
            said if task.state == "ended" or task.tries > 1 else "",
            f"run {task.run} on {task.host}" if task.run else "",
            f"{task.tries} tries" if task.tries > 1 else "",
            f"next at {task.due_at}" if task.due_at and task.tries else "",
            task.message,
        ]
        lines.append(f"  {name}: {', '.join(filter(None, told))}")
    if not status.workers and code is None:
        lines.append("Nobody works: start 'dirsync worker' on a host that has the settings and mappings.")
    return "\n".join(lines)
