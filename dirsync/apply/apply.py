"""Carrying out a plan: intents first, then the Changes by many threads, then their outcomes, group by group.

One thread directs: it alone writes the journal, hands out what the schedule allows and whose intent is durable, and
takes what has ended. Rehearsal takes the same path with targets that only say what they would do
(`dirsync.apply.targets.rehearsal`).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from dirsync.apply.failures import BREAKING, Failures
from dirsync.apply.ledger import Ledger, WritesJournal
from dirsync.apply.schedule import Schedule
from dirsync.apply.workers import Tried, Workers
from dirsync.errors import DirectoryUnreadable
from dirsync.model.plans import Change, Outcome, Result
from dirsync.store.journal import Intent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dirsync.apply.workers import Crew, Ended
    from dirsync.model.plans import Target

GROUP = 50
"""How many Changes share one commit, at least; a crash leaves that many to settle, and some more for many threads."""
LOOK_UP = 0.2
"""Seconds until somebody's wish to stop is noticed while nothing ends."""
ASKED_TO_STOP = "the run was asked to stop"


@dataclass
class Applying:
    """One apply under way."""

    run: str
    crews: Mapping[str, Crew]
    journal: WritesJournal
    clock: Callable[[], str]
    """Returns now, ISO 8601 in UTC."""
    should_stop: Callable[[], bool]
    progress: Callable[[str, int, int], None]
    timer: Callable[[], float] = time.monotonic
    """Returns seconds, for measuring only."""
    tell: Callable[[Change, Outcome], None] = lambda _change, _outcome: None
    """Told of each Outcome as it becomes known, by one thread."""
    _failures: Failures = field(default_factory=Failures)

    def carry_out(self, changes: Sequence[Change]) -> list[Outcome]:
        """Carry out the Changes and return an Outcome for each one tried or given up, in the order of the plan.

        When asked to stop, what is under way is finished; what was intended and not begun is settled as not tried. A
        Change during which its target was lost keeps its intent open, for `dirsync.apply.settle`. What a Target
        raises beyond its promises ends everything, and is raised here once what was done is written down.
        """
        directing = _Directing(self, changes, Ledger(self.journal, self.clock, self.timer))
        workers = Workers(self.crews, self._try)
        try:
            with workers:
                directing.until_over(workers)
        finally:
            directing.take_in(workers.ended())
            directing.ledger.write()
        if directing.unexpected is not None:
            raise directing.unexpected
        return directing.ledger.in_order()

    def hurry(self) -> None:
        """Let nobody wait any longer for a server that asks for patience."""
        for crew in self.crews.values():
            crew.hurry()

    def why_not(self, change: Change) -> str:
        """Return why a Change is not to be tried, or an empty string; what it was to make is then missing in turn."""
        if self.should_stop():
            return ASKED_TO_STOP
        if given_up := self._failures.why_given_up(change.directory):
            return given_up
        if blocked := self._failures.why_blocked(change):
            self._failures.block(change)
            return blocked
        return ""

    def not_tried(self, change: Change, why: str) -> Outcome:
        """Return the Outcome of a Change that was not tried."""
        return Outcome(change.id, Result.NOT_TRIED, why, self.clock())

    def note_failure(self, change: Change, outcome: Outcome) -> None:
        """Keep out what depends on a Change that did not work."""
        if outcome.result in BREAKING:
            self._failures.block(change)

    def _try(self, target: Target, change: Change) -> Tried:
        """Carry out one Change; called in many threads."""
        # asked once more: while it waited for its turn, others may have failed
        why = ASKED_TO_STOP if self.should_stop() else self._failures.why_given_up(change.directory)
        if why:
            return Tried(self.not_tried(change, why))
        try:
            tried = Tried(target.carry_out(change))
        except DirectoryUnreadable as error:
            # it may have been carried out before the target was lost, so the next run looks
            tried = Tried(Outcome(change.id, Result.FAILED, str(error), self.clock()), is_known=False)
            self._failures.lose(change.directory, error.message)
            self.crews[change.directory].hurry()
        self._failures.count(change, tried.outcome)
        return tried


class _Directing:
    """What the one thread does that directs the others."""

    def __init__(self, applying: Applying, changes: Sequence[Change], ledger: Ledger) -> None:
        self._applying, self.ledger = applying, ledger
        self._schedule = Schedule()
        self._total = len(changes)
        self._waiting = (Intent(applying.run, position, change) for position, change in enumerate(changes))
        self._intended: dict[int, Intent] = {}
        writers = max((len(crew.targets) for crew in applying.crews.values()), default=1)
        # So much in hand that nobody waits for a slow disk; one thread alone intends nothing ahead of its group.
        self._enough, self._group = 4 * (writers - 1), GROUP + 8 * (writers - 1)
        self._is_closing = False
        self.unexpected: BaseException | None = None
        """What a Target raised beyond its promises."""

    def until_over(self, workers: Workers) -> None:
        """Direct until everything has ended, or everything under way when asked to stop."""
        while self.unexpected is None:
            self._intend()
            self._hand_out(workers)
            if self._schedule.outstanding:
                self.take_in(workers.ended(LOOK_UP))
            elif self._is_closing:
                return

    def take_in(self, ended: Sequence[Ended]) -> None:
        """Note what is under way no longer."""
        for one in ended:
            if one.tried is None:
                self.unexpected = self.unexpected or one.error
            else:
                self._applying.note_failure(one.intent.change, one.tried.outcome)
                self._note(one.intent, one.tried.outcome, is_known=one.tried.is_known)

    def _intend(self) -> None:
        """Make the next intents durable when those in hand run low, and write outcomes that have waited for long."""
        if self._applying.should_stop():
            self._applying.hurry()
            self._is_closing = True
        if not self._is_closing and self._schedule.outstanding <= self._enough:
            intents = tuple(islice(self._waiting, self._group))
            if intents:
                self.ledger.write(intents)
                self._intended.update((intent.position, intent) for intent in intents)
                self._schedule.take((intent.position, intent.change) for intent in intents)
            else:
                self._is_closing = True
        self.ledger.write_if_due()

    def _hand_out(self, workers: Workers) -> None:
        for position in self._schedule.free():
            intent = self._intended[position]
            if why := self._applying.why_not(intent.change):
                self._note(intent, self._applying.not_tried(intent.change, why))
            else:
                workers.begin(intent)

    def _note(self, intent: Intent, outcome: Outcome, *, is_known: bool = True) -> None:
        self.ledger.note(intent, outcome, is_known=is_known)
        self._applying.tell(intent.change, outcome)
        del self._intended[intent.position]
        self._schedule.end(intent.position)
        self._applying.progress("changes", len(self.ledger.outcomes), self._total)
