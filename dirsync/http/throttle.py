"""Patience that all who ask one server share: once it refuses one of them, all wait, and ask more slowly then."""

from __future__ import annotations

import time
from threading import Event, Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST_PAUSE, LONGEST_PAUSE = 0.01, 1.0
RECOVERY = 0.95
"""What each good answer leaves of the pause: from the longest to none takes 135 answers and 20 seconds."""
NO_PAUSE = 0.001
LONGEST_SLEEP = 60.0
"""A server may ask for more seconds than a thread can be told to sleep at once."""


class PatienceEnded(Exception):
    """A question still waited for its turn when the run was to end; it never left."""


class Throttle:
    """For any number of threads. `pause` (seconds) lies between any two questions once the server has refused one.

    Each refusal doubles it. Those that were on their way together count as one, for none of them could know.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.pause = 0.0
        self._clock = clock
        self._lock = Lock()
        self._held_until = self._next = self._slowed_at = float("-inf")
        self._ending = Event()

    @property
    def is_ending(self) -> bool:
        """Say whether nobody is to wait any longer."""
        return self._ending.is_set()

    def enter(self) -> float:
        """Wait for one's turn and return when it came, for `refused`. Raises `PatienceEnded` instead of waiting on."""
        while True:
            with self._lock:
                now = self._clock()
                wait = max(self._held_until, self._next) - now
                if wait <= 0:
                    self._next = now + self.pause
                    return now
            if self.is_ending:
                raise PatienceEnded
            self.sleep(min(wait, LONGEST_SLEEP))

    def refused(self, sent_at: float, seconds: float) -> None:
        """Hold everybody for so long: the server has refused a question, which had its turn at `sent_at`."""
        with self._lock:
            now = self._clock()
            self._held_until = max(self._held_until, now + seconds)
            if sent_at >= self._slowed_at:
                self.pause = min(max(2 * self.pause, FIRST_PAUSE), LONGEST_PAUSE)
                self._slowed_at = now

    def answered(self) -> None:
        """Take a good answer as a sign that the server can bear a little more."""
        if self.pause:
            with self._lock:
                faster = self.pause * RECOVERY
                self.pause = faster if faster >= NO_PAUSE else 0.0

    def sleep(self, seconds: float) -> None:
        """Sleep, but not beyond the end."""
        self._ending.wait(seconds)

    def end(self) -> None:
        """Let nobody wait any longer."""
        self._ending.set()
