"""The nights of a soak as workers do them, who are killed, stopped and cut off from the store while they do.

The clock is the machine's, since each task is carried out in a process of its own; so everybody who is missing is so
at once (`missing_after: 1`), and a night follows the other without a day between them.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from integration.soak import faults
from integration.soak.crew import HOSTS, Crew
from integration.soak.faults import Kind, Night
from integration.soak.runs import Ran
from integration.soak.soak import NUMBER, Soak


@contextmanager
def worker_killed(night: Night) -> Iterator[None]:
    yield from _felt_at_work(night, lambda crew: crew.signal(night.chance.choice(HOSTS), signal.SIGKILL))


@contextmanager
def both_workers_killed(night: Night) -> Iterator[None]:
    yield from _felt_at_work(night, lambda crew: [crew.signal(host, signal.SIGKILL) for host in HOSTS])


@contextmanager
def workers_killed_again_and_again(night: Night) -> Iterator[None]:
    def each_in_turn(crew: Crew) -> None:
        for _ in range(4):
            crew.signal(night.chance.choice(HOSTS), signal.SIGKILL)
            crew.keep()
            time.sleep(night.chance.uniform(0.5, 4))

    yield from _felt_at_work(night, each_in_turn)


@contextmanager
def worker_stopped(night: Night) -> Iterator[None]:
    yield from _felt_at_work(night, lambda crew: crew.signal(night.chance.choice(HOSTS), signal.SIGTERM))


@contextmanager
def child_killed(night: Night) -> Iterator[None]:
    yield from _felt_at_work(night, lambda crew: [crew.kill_child(host) for host in HOSTS])


@contextmanager
def killed_while_crowd_writes(night: Night) -> Iterator[None]:
    fault = night.crowd(method=faults.CHANGING, path="/crowd/", latency=faults.SLOW, among=6)

    def meanwhile(_process: int) -> None:
        deadline = time.monotonic() + 20
        while not night.scene.sandbox.faults.struck(fault) and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(night.chance.uniform(0, 1.5 * faults.SLOW))
        for host in HOSTS:
            _crew(night).signal(host, signal.SIGKILL)

    night.meanwhile = meanwhile
    yield


OF_WORKERS: tuple[Kind, ...] = (
    worker_killed, both_workers_killed, workers_killed_again_and_again, worker_stopped, child_killed,
    killed_while_crowd_writes, faults.database_killed, faults.database_ends_sessions, faults.source_away,
    faults.source_hangs, faults.source_changes_meanwhile, faults.tree_away, faults.tree_killed, faults.tree_hangs,
    faults.crowd_is_busy, faults.crowd_breaks, faults.crowd_breaks_off, faults.crowd_loses_answers,
    faults.crowd_loses_requests, faults.crowd_refuses, faults.crowd_away, faults.crowd_away_from_now_on,
    faults.jira_away, faults.jira_breaks,
)  # fmt: skip


@dataclass
class SoakByWorkers(Soak):
    """See `Soak`."""

    crew: Crew = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.crew = Crew(self.scene.desk, self.store, self.chance)

    def kinds(self) -> list[Kind]:
        """See `Soak`."""
        return [*OF_WORKERS]

    def now(self) -> datetime:
        """See `Soak`."""
        return datetime.now(UTC)

    def _run(self, night: Night) -> Ran:
        night.crew = self.crew
        enqueued, out = self.crew.do(("sync",))
        night.meanwhile(enqueued.pid)
        ran = self.crew.wait_for(enqueued, out)
        self.changes = self.crew.changes()
        return ran

    def _run_allowed(self, night: Night, refused: Ran) -> Ran:
        """By hand, as an admin does: workers are told no numbers."""
        del night, refused  # it ran on some host, and what was enqueued did not say the number
        place = self.crew.hosts["one"]
        number = max(map(int, NUMBER.findall(place.run("plan", "--json").stdout)), default=0)
        ran = place.run("sync", "--json", "--allow-member-removals", str(number))
        return Ran(ran.code, ran.stdout, ran.stderr, 0)

    def stop(self) -> None:
        """See `Soak`."""
        self.crew.stop()
        super().stop()


def _felt_at_work(night: Night, strike: Callable[[Crew], object]) -> Iterator[None]:
    """Strike at some moment; it was felt if a task was under way."""
    was_busy: list[bool] = []

    def meanwhile(_process: int) -> None:
        night.some_time()
        was_busy.append(_crew(night).is_busy())
        strike(_crew(night))

    night.meanwhile, night.was_felt = meanwhile, lambda _: any(was_busy)
    yield


def _crew(night: Night) -> Crew:
    assert night.crew is not None
    return night.crew
