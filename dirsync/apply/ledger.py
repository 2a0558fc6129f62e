"""What became of the Changes of one apply, on its way into the journal: committed in groups, by one thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from dirsync.apply.bookkeeping import links_after
from dirsync.store.journal import Intent, Settled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dirsync.model.plans import Outcome

LONGEST_UNWRITTEN = 1.0
"""Seconds an outcome may wait for others to share its commit."""


class WritesJournal(Protocol):
    """What apply needs of a journal; see `dirsync.store.journal.Journal`."""

    def write(self, settled: Sequence[Settled], intents: Sequence[Intent], at: str) -> None:
        """Commit outcomes and intents together."""


class Ledger:
    """Gathers outcomes and writes them with the next intents. Not for several threads.

    `clock` returns now, ISO 8601 in UTC; `timer` returns seconds, for measuring only.
    """

    def __init__(self, journal: WritesJournal, clock: Callable[[], str], timer: Callable[[], float]) -> None:
        self.outcomes: dict[int, Outcome] = {}
        """By position in the plan."""
        self._journal, self._clock, self._timer = journal, clock, timer
        self._settled: list[Settled] = []
        self._written_at = timer()

    def write(self, intents: Sequence[Intent] = ()) -> None:
        """Make all outcomes so far durable, and these intents: only now may their requests leave."""
        self._journal.write(self._settled, intents, self._clock())
        self._settled = []
        self._written_at = self._timer()

    def write_if_due(self) -> None:
        """Write outcomes that have waited long enough for company."""
        if self._settled and self._timer() - self._written_at >= LONGEST_UNWRITTEN:
            self.write()

    def note(self, intent: Intent, outcome: Outcome, *, is_known: bool = True) -> None:
        """Take in what became of a Change; where that is not known for sure, its intent stays open."""
        self.outcomes[intent.position] = outcome
        if is_known:
            after = links_after(intent.change, outcome)
            self._settled.append(Settled(intent, outcome, after.recorded, after.forgotten))

    def in_order(self) -> list[Outcome]:
        """Return all outcomes in the order of the plan."""
        return [self.outcomes[position] for position in sorted(self.outcomes)]
