"""A Target that says what it would do: `sync --dry-run` walks the path of the real thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.plans import Change, Outcome, Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dirsync.store.journal import Intent, Settled


class RehearsalTarget:
    """Stands where the real Target would."""

    def __init__(self, directory: str) -> None:
        self.directory = directory

    def carry_out(self, change: Change) -> Outcome:
        """See `Target`; changes nothing."""
        what = " ".join(filter(None, (change.op.value.replace("_", " "), change.user or change.group)))
        return Outcome(change.id, Result.NOT_TRIED, f"rehearsal: would {what}")


class RehearsalJournal:
    """Stands where the real journal would; keeps nothing, since nothing is done."""

    def write(self, settled: Sequence[Settled], intents: Sequence[Intent], at: str) -> None:
        """See `Journal`; writes nothing."""
