"""Tasks whose worker is gone: found by its heartbeat, and given back to the queue by one worker at a time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from dirsync.operations.workers.tables import STALLED_SECONDS
from dirsync.operations.workers.work import QUEUE
from dirsync.store.advisory import RESCUING, key

if TYPE_CHECKING:
    from procrastinate import App, PsycopgConnector

ALONE = f"SELECT pg_try_advisory_lock({key(RESCUING)}) AS is_mine"
DONE = f"SELECT pg_advisory_unlock({key(RESCUING)})"


async def give_back_stalled(app: App) -> list[int]:
    """Give back every task whose worker was not heard of for `STALLED_SECONDS`; return their numbers.

    Under a lock: between the look and the giving back of one worker another could have taken the task up again.
    """
    manager = app.job_manager
    stalled = [*await manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=STALLED_SECONDS)]
    if not stalled:
        return []
    given_back: list[int] = []
    async with cast("PsycopgConnector", app.connector).pool.connection() as connection:
        row = await (await connection.execute(ALONE)).fetchone()
        if row is None or not row[0]:
            return []
        try:
            for job in await manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=STALLED_SECONDS):
                await manager.retry_job(job, retry_at=datetime.now(UTC))
                given_back.append(job.id or 0)
        finally:
            await connection.execute(DONE)
    return given_back
