"""Threads that carry out Changes: each has a Target of its own, for no Target is made for several threads."""

from __future__ import annotations

from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dirsync.model.plans import Change, Outcome, Target
    from dirsync.store.journal import Intent


@dataclass(frozen=True, slots=True)
class Crew:
    """Who writes to one Directory: one thread for each Target."""

    targets: Sequence[Target]
    hurry: Callable[[], None] = lambda: None
    """Asks those that wait for the server's patience to wait no longer, because the run ends."""

    def close(self) -> None:
        """End what the Targets hold open."""
        for target in self.targets:
            getattr(target, "close", lambda: None)()


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one Change; not `is_known` where its target was lost meanwhile."""

    outcome: Outcome
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Ended:
    """One Change that is under way no longer."""

    intent: Intent
    tried: Tried | None = None
    error: BaseException | None = None
    """What nobody expected. It ends the run, and what became of the Change is not known."""


class Workers:
    """The threads of all crews. `carry_out` is called in them; all else is for one thread, which directs them.

    A context manager: on leaving, what is under way is waited for, and what has not begun never does. Its results are
    then in `ended`.
    """

    def __init__(self, crews: Mapping[str, Crew], carry_out: Callable[[Target, Change], Tried]) -> None:
        self._carry_out = carry_out
        self._tasks: dict[str, SimpleQueue[Intent | None]] = {name: SimpleQueue() for name in crews}
        self._ended: SimpleQueue[Ended] = SimpleQueue()
        self._is_halted = False
        self._threads = [
            Thread(target=self._work, args=(target, self._tasks[name]), name=f"dirsync-{name}-{number}", daemon=True)
            for name, crew in crews.items()
            for number, target in enumerate(crew.targets)
        ]
        self._directories = [name for name, crew in crews.items() for _ in crew.targets]

    def __enter__(self) -> Self:
        """Start the threads."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for what is under way."""
        self._is_halted = True
        for directory in self._directories:
            self._tasks[directory].put(None)
        for thread in self._threads:
            thread.join()

    def begin(self, intent: Intent) -> None:
        """Let one of the Directory's crew carry out a Change as soon as it can."""
        self._tasks[intent.change.directory].put(intent)

    def ended(self, seconds: float = 0.0) -> list[Ended]:
        """Return what has ended since the last call; wait so long for the first one."""
        found: list[Ended] = []
        try:
            found.append(self._ended.get(timeout=seconds) if seconds else self._ended.get_nowait())
            while True:
                found.append(self._ended.get_nowait())
        except Empty:
            return found

    def _work(self, target: Target, tasks: SimpleQueue[Intent | None]) -> None:
        while (intent := tasks.get()) is not None and not self._is_halted:
            try:
                ended = Ended(intent, self._carry_out(target, intent.change))
            except BaseException as error:  # noqa: BLE001 - raised anew in the thread that directs this one
                self._ended.put(Ended(intent, error=error))
                return
            self._ended.put(ended)
