"""Renames in a tree that a run was cut off in: the account has the new name, groups may still list the old one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dirsync.apply.apply import Applying
from dirsync.apply.bookkeeping import CARRIED_OUT
from dirsync.apply.targets.rehearsal import RehearsalJournal
from dirsync.model.plans import Op

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dirsync.apply.workers import Crew
    from dirsync.model.plans import Change, Outcome
    from dirsync.model.snapshot import Snapshot
    from dirsync.store.journal import Settled
    from dirsync.workflow.job import Job


@dataclass(frozen=True)
class CutOff:
    """Does again what a run was cut off in. `crews` makes the crews for some Changes."""

    job: Job
    run: str
    crews: Callable[..., Mapping[str, Crew]]

    def finish(self, settled: Sequence[Settled], targets: Mapping[str, Snapshot]) -> tuple[list[Settled], list[str]]:
        """Return what is over, and in sentences what is not and therefore must stay open."""
        renames = {number: change for number, one in enumerate(settled) if (change := self._renamed(one, targets))}
        why = self._why_not_done(list(renames.values()))
        over = [one for number, one in enumerate(settled) if number not in renames or renames[number].id not in why]
        return over, [f"{_half(one)} {why[one.id]}" for one in renames.values() if one.id in why]

    def _renamed(self, settled: Settled, targets: Mapping[str, Snapshot]) -> Change | None:
        change = settled.intent.change
        if change.op is not Op.RENAME_USER or self.job.settings.directories[change.directory].kind != "ldap":
            return None
        account, name = targets[change.directory].user(change.user_id), change.after["username"]
        return replace(change, after={"username": name}) if account and account.username == name else None

    def _why_not_done(self, renames: Sequence[Change]) -> dict[str, str]:
        """Carry them out, and return by the id of a Change why it has to wait."""
        if self.job.settings.read_only:
            return {one.id: "The next run without DIRSYNC_READ_ONLY sees to it." for one in renames}
        outcomes = self._carried_out(renames) if renames else ()
        return {
            one.change: f"The next run tries again, since it could not be done: {one.message}"
            for one in outcomes
            if one.result not in CARRIED_OUT
        }

    def _carried_out(self, renames: Sequence[Change]) -> Sequence[Outcome]:
        crews = self.crews(renames, is_rehearsal=False)
        # the journal has them already, and keeps them open until this is over
        applying = Applying(
            run=self.run,
            crews=crews,
            journal=RehearsalJournal(),
            clock=lambda: self.job.clock().isoformat(),
            should_stop=lambda: self.job.stop.is_set,
            progress=lambda *_: None,
        )
        try:
            return applying.carry_out(renames)
        finally:
            for crew in crews.values():
                crew.close()


def _half(change: Change) -> str:
    new = change.after["username"]
    return (
        f"A run was cut off when '{change.user}' had become '{new}' in {change.directory}, and groups there may still"
        " list the old name."
    )
