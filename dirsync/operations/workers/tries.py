"""What became of each try of a task: procrastinate keeps that it ended, not with which exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.operations.workers.work import LOST

if TYPE_CHECKING:
    from procrastinate import App


class Tries:
    """The tries of all tasks, over the connections of the App."""

    def __init__(self, app: App, host: str) -> None:
        self._connector = app.connector
        self._host = host

    async def codes(self, job: int) -> list[int]:
        """Return how the tries of a task ended, the oldest first; `LOST` for those that nobody ended."""
        rows = await self._connector.execute_query_all_async(
            "SELECT exit_code FROM worker_tries WHERE job = %(job)s ORDER BY id", job=job
        )
        return [LOST if row["exit_code"] is None else row["exit_code"] for row in rows]

    async def begin(self, job: int, run: str) -> int:
        """Note that a try begins, before it does; return its number."""
        row = await self._connector.execute_query_one_async(
            "INSERT INTO worker_tries (job, run, host) VALUES (%(job)s, %(run)s, %(host)s) RETURNING id",
            job=job,
            run=run,
            host=self._host,
        )
        return int(row["id"])

    async def end(self, number: int, code: int, message: str) -> None:
        """Note how it ended."""
        await self._connector.execute_query_async(
            "UPDATE worker_tries SET ended_at = now(), exit_code = %(code)s, message = %(message)s WHERE id = %(id)s",
            id=number,
            code=code,
            message=message,
        )
