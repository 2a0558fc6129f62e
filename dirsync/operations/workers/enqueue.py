"""`dirsync sync --enqueue`: one task for each group of mappings, and one audit of them all behind them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from dirsync.operations.workers.tables import one_at_a_time
from dirsync.operations.workers.work import AUDIT, QUEUE, SYNC, Work, work_of
from dirsync.store.advisory import ENQUEUEING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from procrastinate import App

    from dirsync.operations.workers.door import Queue

SAME_SECONDS: Final = 60
"""Clocks of hosts that are to enqueue at one time may differ by so much; what comes later is meant."""
KEPT_DAYS: Final = 30
LATE: Final = -1
"""The audit's priority: it waits for the others, so they go first."""


@dataclass(frozen=True, slots=True)
class Enqueued:
    """What stands in the queue now."""

    work: Work
    """The audit at the end."""
    is_new: bool
    """False when the same was enqueued before, so that nothing was added."""


def enqueue(queue: Queue, app: App, groups: Sequence[Sequence[str]], audit: Work) -> Enqueued:
    """Enqueue a task for each group and the audit behind them, all or none.

    Nothing is added while the same is under way, or was enqueued by somebody less than `SAME_SECONDS` ago: cron on
    several hosts may enqueue at one time. What was enqueued with other mapping files is not the same: no worker that
    has these would carry it out.
    """
    with queue.transaction():
        one_at_a_time(queue, ENQUEUEING)
        before = _same(queue, audit)
        if before is not None:
            return Enqueued(before, is_new=False)
        _forget_old(queue)
        for group in groups:
            work = replace(audit, mappings=tuple(group))
            app.configure_task(SYNC, queue=QUEUE, connection=queue).defer(**work.arguments())
        app.configure_task(AUDIT, queue=QUEUE, priority=LATE, connection=queue).defer(**audit.arguments())
        return Enqueued(audit, is_new=True)


def _same(queue: Queue, audit: Work) -> Work | None:
    rows = queue.execute(
        """SELECT job.args FROM procrastinate_jobs job
        WHERE job.queue_name = %s AND job.task_name = %s AND (job.status IN ('todo', 'doing') OR EXISTS (
            SELECT FROM procrastinate_events event WHERE event.job_id = job.id AND event.type = 'deferred'
            AND event.at > now() - make_interval(secs => %s)))
        ORDER BY job.id DESC""",
        [QUEUE, AUDIT, SAME_SECONDS],
    ).fetchall()
    known = (work_of(row["args"]) for row in rows)
    return next((one for one in known if (one.mappings, one.digest) == (audit.mappings, audit.digest)), None)


def _forget_old(queue: Queue) -> None:
    queue.execute(
        """DELETE FROM procrastinate_jobs job WHERE job.queue_name = %s AND job.status NOT IN ('todo', 'doing')
        AND NOT EXISTS (SELECT FROM procrastinate_events event
            WHERE event.job_id = job.id AND event.at > now() - make_interval(days => %s))""",
        [QUEUE, KEPT_DAYS],
    )
    queue.execute("DELETE FROM worker_tries WHERE job NOT IN (SELECT id FROM procrastinate_jobs)")
