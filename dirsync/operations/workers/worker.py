"""`dirsync worker`: takes tasks, carries each out as a process, gives back what was not ended."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from loguru import logger
from procrastinate import BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.jobs import Status

from dirsync.errors import DirsyncError, ExitCode
from dirsync.model.run_id import new_run_id
from dirsync.operations.workers.child import Child
from dirsync.operations.workers.rescue import give_back_stalled
from dirsync.operations.workers.tables import STALLED_SECONDS
from dirsync.operations.workers.tries import Tries
from dirsync.operations.workers.work import (
    AUDIT,
    LOST,
    MOST_LOST,
    QUEUE,
    SYNC,
    Work,
    is_worn_out,
    wait_after,
    whole_exit_code,
    work_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from procrastinate import App
    from procrastinate.jobs import Job

HEARTBEAT_SECONDS: Final = 5
LOOK_SECONDS: Final = 2
"""How often the queue is looked into for what is due again, for stalled tasks and for its end."""
OPEN: Final = (Status.TODO, Status.DOING)
SIBLINGS_SECONDS: Final = 15
"""The longest time between two looks of an audit for whether the groups before it have ended."""


class TryAgain(Exception):
    """Not an error: the task is given back, for whoever takes it after so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"to be tried again in {seconds:.0f} s")
        self.seconds = seconds


class GivenBack(BaseRetryStrategy):
    """Gives back what asks for it; any other exception is a mistake of ours, and the task has failed."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:  # noqa: ARG002 - procrastinate's own signature
        """Return when to try again, None for never."""
        if not isinstance(exception, TryAgain):
            return None
        return RetryDecision(retry_at=datetime.now(UTC) + timedelta(seconds=exception.seconds))


@dataclass(frozen=True)
class Means:
    """How a worker carries tasks out."""

    words: tuple[str, ...]
    """What starts `dirsync` with this worker's settings file, mappings and way of logging."""
    digest: Callable[[], str]
    """Returns the digest of the mapping files as they are now. Raises `DirsyncError`."""
    host: str
    concurrency: int = 1
    once: bool = False
    """Whether it ends when the queue is empty."""


class Worker:
    """One process that takes tasks."""

    def __init__(self, app: App, means: Means) -> None:
        self._app = app
        self._means = means
        self._tries = Tries(app, means.host)
        self._children: set[Child] = set()
        self._is_stopping = False
        self._gave_back = False
        app.task(name=SYNC, queue=QUEUE, pass_context=True, retry=GivenBack())(self._sync)
        app.task(name=AUDIT, queue=QUEUE, pass_context=True, retry=GivenBack())(self._audit)

    async def run(self) -> ExitCode:
        """Work until SIGTERM or SIGINT, or the end of the queue; 130 when tasks under way were given back for that.

        Raises what procrastinate raises when the database is lost.
        """
        async with self._app.open_async():
            taking = asyncio.create_task(self._take())
            looking = asyncio.create_task(self._look())
            loop = asyncio.get_running_loop()
            for wanted in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(wanted, self._stop, taking)
            done, _ = await asyncio.wait({taking, looking}, return_when=asyncio.FIRST_COMPLETED)
            is_lost = taking in done and not self._is_stopping
            self._stop(taking)
            looking.cancel()
            ended = await asyncio.gather(taking, looking, return_exceptions=True)
            for one in ended:
                if isinstance(one, Exception):
                    raise one
            if is_lost:
                raise ConnectionError("procrastinate stopped taking tasks")
        return ExitCode.INTERRUPTED if self._gave_back else ExitCode.DONE

    async def _take(self) -> None:
        await self._app.run_worker_async(
            queues=[QUEUE],
            name=self._means.host,
            concurrency=self._means.concurrency,
            fetch_job_polling_interval=LOOK_SECONDS,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=STALLED_SECONDS,
            install_signal_handlers=False,  # the processes below must be asked to stop as well
        )

    def _stop(self, taking: asyncio.Task[None]) -> None:
        """Take nothing more, and let what is under way end as it does on SIGTERM."""
        if self._is_stopping:
            return
        self._is_stopping = True
        taking.cancel()  # procrastinate then takes no more, and waits for what is under way
        for child in self._children:
            child.stop()

    async def _look(self) -> None:
        """Give back what dead workers had; return when the queue has ended and nobody wants more."""
        while not (self._means.once and await self._is_empty()):
            for job in await give_back_stalled(self._app):
                logger.warning(f"Task {job} is taken up again: its worker was not heard of for {STALLED_SECONDS} s.")
            await asyncio.sleep(LOOK_SECONDS)

    async def _is_empty(self) -> bool:
        manager = self._app.job_manager
        for status in OPEN:
            if [*await manager.list_jobs_async(queue=QUEUE, status=status.value)]:
                return False
        return True

    async def _sync(self, context: JobContext, /, **arguments: Any) -> None:  # noqa: ANN401 - JSON, checked by `work_of`
        await self._carry_out(context.job, work_of(arguments), ["sync"])

    async def _audit(self, context: JobContext, /, **arguments: Any) -> None:  # noqa: ANN401 - as above
        work = work_of(arguments)
        jobs = await self._app.job_manager.list_jobs_async(queue=QUEUE, task=SYNC)
        groups = [job for job in jobs if work_of(job.task_kwargs).enqueueing == work.enqueueing]
        if any(Status(job.status) in OPEN for job in groups):
            raise TryAgain(min(1 + context.job.attempts, SIBLINGS_SECONDS))
        ends = [await self._ended_with(job) for job in groups] or [int(ExitCode.DONE)]
        command = ["audit", "--fail-on", work.fail_on, "--groups-ended", ",".join(map(str, ends))]
        await self._carry_out(context.job, work, command, whole_exit_code(ends, ExitCode.DONE))

    async def _ended_with(self, job: Job) -> int:
        codes = await self._tries.codes(job.id or 0)
        return codes[-1] if codes and codes[-1] != LOST else int(ExitCode.UNEXPECTED)

    async def _carry_out(self, job: Job, work: Work, command: Sequence[str], at_least: int = ExitCode.DONE) -> None:
        """Carry a task out and note how it ended; `at_least` is how it ends whatever it does itself."""
        if self._is_stopping:
            raise TryAgain(0)
        number = job.id or 0
        before = await self._tries.codes(number)
        run = new_run_id(datetime.now(UTC), os.urandom(3))
        begun = await self._tries.begin(number, run)
        if is_worn_out(before):
            await self._tries.end(begun, ExitCode.UNEXPECTED, f"given up: {MOST_LOST} workers died of it")
            return
        code, message = await self._outcome(work, run, command)
        await self._tries.end(begun, code, message)
        if message:
            logger.warning(f"Task {number} ({', '.join(work.mappings) or 'all'}): {message}.")
        if self._is_stopping and code == ExitCode.INTERRUPTED:
            self._gave_back = True
            raise TryAgain(0)
        seconds = wait_after(code, before) if code != at_least else None
        if seconds is not None:
            raise TryAgain(seconds)

    async def _outcome(self, work: Work, run: str, command: Sequence[str]) -> tuple[int, str]:
        if why := self._why_not(work):
            return ExitCode.INVALID, why
        only = [word for name in work.mappings for word in ("--only", name)]
        child = Child([*self._means.words, "--quiet", "--run-id", run, *only, *command])
        self._children.add(child)
        try:
            return await child.run()
        finally:
            self._children.discard(child)

    def _why_not(self, work: Work) -> str:
        try:
            digest = self._means.digest()
        except DirsyncError as error:
            return str(error).splitlines()[0].rstrip(".")
        if digest == work.digest:
            return ""
        return (
            f"the mapping files of {self._means.host} ({digest}) are not those that {work.host} enqueued "
            f"({work.digest}); put the same ones on every host"
        )
