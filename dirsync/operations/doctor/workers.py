"""The queue of `sync --enqueue`: whether anybody takes from it, and whether something hangs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.errors import DirsyncError
from dirsync.operations.doctor.interface import ok, warn
from dirsync.operations.workers.door import queue, queue_address
from dirsync.operations.workers.status import status_of
from dirsync.operations.workers.tables import has_tables
from dirsync.reports.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.operations.doctor.interface import Remark, Surroundings

SUBJECT = "the queue"


def workers(given: Surroundings) -> Iterator[Remark]:
    """Say who works, and what waits for nobody; nothing where workers were never wanted.

    That the database can't be reached is what the check of the store says.
    """
    if given.is_offline or given.settings.store is None:
        return
    try:
        with queue(queue_address(given.settings.store.get_secret_value())) as opened:
            if not has_tables(opened):
                return
            status = status_of(opened)
    except DirsyncError:
        return
    waiting = sum(task.state == "waiting" for task in status.tasks)
    stalled = sum(task.state == "stalled" for task in status.tasks)
    alive = f"{counted(status.workers, 'worker')} alive"
    if status.workers or not (waiting or stalled):
        yield ok(SUBJECT, f"{alive}, {counted(waiting, 'task')} waiting.")
    else:
        hangs = f", {counted(stalled, 'task')} of dead workers" if stalled else ""
        yield warn(
            SUBJECT,
            f"{alive}, {counted(waiting, 'task')} waiting{hangs}: nobody carries them out.",
            "Start 'dirsync worker' on a host that has these settings and mappings.",
        )
