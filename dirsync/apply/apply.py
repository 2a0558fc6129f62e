"""Carrying out a plan: intents first, then the Changes, then their outcomes, group by group.

Rehearsal takes the same path with a target that only says what it would do (`dirsync.apply.targets.rehearsal`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from dirsync.apply.bookkeeping import links_after
from dirsync.errors import DirectoryUnreadable
from dirsync.model.names import fold
from dirsync.model.plans import Change, Op, Outcome, Result
from dirsync.store.journal import Intent, Settled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dirsync.model.plans import Target

GROUP = 50
"""How many Changes share one commit; a crash leaves at most so many to settle."""
MAX_FAILURES = 25
"""After so many failures on one target the rest of it is not tried: something is wrong with the target itself."""

BREAKING = frozenset({Result.FAILED, Result.REFUSED})
MAKING = frozenset({Op.CREATE_USER, Op.RENAME_USER, Op.CREATE_GROUP})
TAKING_A_NAME = frozenset({Op.CREATE_USER, Op.RENAME_USER})


class WritesJournal(Protocol):
    """What apply needs of a journal; see `dirsync.store.journal.Journal`."""

    def write(self, settled: Sequence[Settled], intents: Sequence[Intent], at: str) -> None:
        """Commit outcomes and intents together."""


@dataclass
class Applying:
    """One apply under way."""

    run: str
    targets: Mapping[str, Target]
    journal: WritesJournal
    clock: Callable[[], str]
    """Returns now, ISO 8601 in UTC."""
    should_stop: Callable[[], bool]
    progress: Callable[[str, int, int], None]
    _failures: dict[str, int] = field(default_factory=dict)
    _lost: dict[str, str] = field(default_factory=dict)
    _broken: set[tuple[str, str, str]] = field(default_factory=set)
    """(directory, what, folded name); what is a user or a group that could not be made, or a name not freed."""
    _in_doubt: set[str] = field(default_factory=set)
    """Changes under way when the target was lost. They may have been carried out, so the next run looks."""

    def carry_out(self, changes: Sequence[Change]) -> list[Outcome]:
        """Carry out the Changes in order and return an Outcome for each one tried or given up.

        Stops between two Changes when asked to; what was intended and not begun is settled as not tried. A
        Change during which its target was lost keeps its intent open, for `dirsync.apply.settle`.
        """
        outcomes: list[Outcome] = []
        settled: list[Settled] = []
        waiting = iter(enumerate(changes))
        try:
            while intents := self._next_group(waiting):
                self.journal.write(settled, intents, self.clock())
                settled = []
                for intent in intents:
                    outcome = self._one(intent.change)
                    outcomes.append(outcome)
                    if intent.change.id not in self._in_doubt:
                        after = links_after(intent.change, outcome)
                        settled.append(Settled(intent, outcome, after.recorded, after.forgotten))
                    self.progress("changes", len(outcomes), len(changes))
                if self.should_stop():
                    break
        finally:
            self.journal.write(settled, (), self.clock())
        return outcomes

    def _next_group(self, waiting: Iterator[tuple[int, Change]]) -> list[Intent]:
        return [Intent(self.run, position, change) for position, change in islice(waiting, GROUP)]

    def _one(self, change: Change) -> Outcome:
        if self.should_stop():
            return self._given_up(change, "the run was asked to stop")
        if why := self._lost.get(change.directory):
            return self._given_up(change, why)
        if why := self._blocked_by(change):
            self._note_failure(change)
            return self._given_up(change, why)
        try:
            outcome = self.targets[change.directory].carry_out(change)
        except DirectoryUnreadable as error:
            self._lost[change.directory] = f"{change.directory} can't be reached any more: {error.message}"
            outcome = Outcome(change.id, Result.FAILED, str(error), self.clock())
            self._in_doubt.add(change.id)
        if outcome.result in BREAKING:
            self._note_failure(change)
            self._count_failure(change)
        return outcome

    def _given_up(self, change: Change, why: str) -> Outcome:
        return Outcome(change.id, Result.NOT_TRIED, why, self.clock())

    def _note_failure(self, change: Change) -> None:
        """Remember what a failed Change was to make, so that only what depends on it stays out."""
        if change.op in MAKING:
            made = _new_name(change) if change.user else change.group
            self._broken.add((change.directory, "user" if change.user else "group", fold(made)))
        if change.op is Op.RENAME_USER:
            self._broken.add((change.directory, "name", fold(change.user)))

    def _count_failure(self, change: Change) -> None:
        failures = self._failures.get(change.directory, 0) + 1
        self._failures[change.directory] = failures
        if failures >= MAX_FAILURES:
            self._lost[change.directory] = (
                f"{failures} changes have failed on {change.directory}; the rest is not tried"
            )

    def _blocked_by(self, change: Change) -> str:
        if change.op in TAKING_A_NAME and (change.directory, "name", fold(_new_name(change))) in self._broken:
            return f"the name '{_new_name(change)}' was not freed, because its bearer could not be renamed"
        for kind, name in (("user", change.user), ("group", change.group)):
            if name and (change.directory, kind, fold(name)) in self._broken:
                return f"{kind} '{name}' could not be made, and this depends on it"
        return ""


def _new_name(change: Change) -> str:
    return str(change.after.get("username", change.user))
