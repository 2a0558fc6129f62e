"""`dirsync undo`: the second half of a run that takes another one back."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from loguru import logger

from dirsync.apply.images import ImagingJournal
from dirsync.apply.settle import settle
from dirsync.errors import UsageInvalid
from dirsync.model.organizations import ORGANIZATIONS
from dirsync.model.plans import Plan, Result
from dirsync.model.run import Mode
from dirsync.plan import undo
from dirsync.plan.guards.regained_access import RegainedAccess
from dirsync.plan.organization_feeds import organization_feeds
from dirsync.plan.organizations import why_organizations_stay
from dirsync.plan.plan import Planned, why_unappliable
from dirsync.plan.undo_organizations import as_group_entry, as_organizations
from dirsync.workflow.changing import Changing
from dirsync.workflow.organizations import carries_organizations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dirsync.model.estate import Estate
    from dirsync.model.journaled import Journaled
    from dirsync.model.links import Link, Links
    from dirsync.model.plans import Refusal
    from dirsync.model.snapshot import LastRead, Snapshot
    from dirsync.plan.desired import Feed
    from dirsync.plan.guards.interface import GuardContext
    from dirsync.store.store import Store
    from dirsync.workflow.job import Job

NOT_MADE = frozenset({Result.FAILED, Result.REFUSED, Result.NOT_TRIED, Result.ALREADY_SO})
SAME_AGAIN = (
    "The next 'dirsync sync' would do the same as run {run} again, since sources and mappings still ask for it. Before "
    "that, correct them, or stop the job; 'dirsync plan' shows what it would do."
)

DONE_AGAIN = "Run {run} had taken another run back; what that one did is done again."


def check_known(store: Store, run: str) -> None:
    """Raise `UsageInvalid` unless there is such a run."""
    if store.runs.mode_of(run) is None:
        raise UsageInvalid(
            f"There is no run '{run}' in the store.", "'dirsync history --json' lists the runs with their ids."
        )


class Undoing(Changing):
    """See `Changing`; the plan is the inverse of what the job's `undoes` did."""

    def __init__(
        self,
        job: Job,
        run_id: str,
        estate: Estate,
        snapshots: Mapping[str, Snapshot],
        last_reads: Mapping[str, LastRead],
    ) -> None:
        super().__init__(job, run_id, estate, snapshots, last_reads)
        written = {entry.change.directory for entry in self._journal.of_run(job.undoes)}
        # a Directory that the run did not write to can neither be undone nor stand in the way
        self._synced = tuple(
            mapping
            for mapping in self._synced
            if mapping.target in written or (ORGANIZATIONS in written and carries_organizations(mapping))
        )
        self._restores: Mapping[str, tuple[Link, ...]] = {}
        self._losses: Sequence[str] = ()

    def _make_plan(self, feeds: Mapping[str, Sequence[Feed]], targets: Mapping[str, Snapshot], links: Links) -> Planned:
        entries = self._entries(targets, links)
        feeding = {name: [feed.name for feed in each] for name, each in feeds.items()}
        reasons = {name: why_unappliable(name, targets[name], each) for name, each in sorted(feeds.items())}
        if ORGANIZATIONS in targets:
            carrying = organization_feeds(feeds, targets, links)
            feeding[ORGANIZATIONS] = [feed.name for feed in carrying]
            reasons[ORGANIZATIONS] = why_organizations_stay(feeds, targets, links)
        later = map(as_group_entry, self._journal.later(self._job.undoes))
        undoing = as_organizations(undo.undo([*map(as_group_entry, entries)], later, targets, links, feeding))
        self._restores = undoing.restores
        base = {name: snapshot.completeness.cursor or "" for name, snapshot in sorted(targets.items())}
        unappliable = {name: why for name, why in reasons.items() if why}
        self._losses = [f"What the undo can't bring back: {loss}" for loss in undoing.losses]
        self.notices += self._told(entries, undoing)
        return Planned(
            Plan(tuple(undoing.changes), tuple(undoing.obstacles), unappliable, base),
            feeds={name: tuple(each) for name, each in feeds.items()},
        )

    def _entries(self, targets: Mapping[str, Snapshot], links: Links) -> list[Journaled]:
        """Return what the run did; what it left open is judged by looking, and stays open where nothing is written."""
        mine = [intent for intent in self._journal.open_intents() if intent.run == self._job.undoes]
        settled = settle(mine, targets, links, self._job.clock().isoformat())
        found = {one.intent.position: one.outcome for one in settled}
        return [
            replace(entry, outcome=found[entry.position]) if entry.position in found else entry
            for entry in self._journal.of_run(self._job.undoes)
        ]

    def _told(self, entries: Sequence[Journaled], undoing: undo.Undoing) -> Iterator[str]:
        run = self._job.undoes
        results = Counter(entry.outcome.result for entry in entries if entry.outcome)
        if not results[Result.DONE] + results[Result.PLANNED]:
            yield f"Run {run} changed nothing that could be undone."
        if not_made := sum(results[result] for result in NOT_MADE):
            yield f"Run {run} did not make {_changes(not_made)} that it had planned; nothing is taken back there."
        if undoing.as_before:
            yield f"Run {run} made {_changes(undoing.as_before)} of which nothing is left to take back."
        yield from self._losses
        if undoing.changes:
            was_undo = self._job.store.runs.mode_of(run) == Mode.UNDO
            yield (DONE_AGAIN if was_undo else SAME_AGAIN).format(run=run)

    def _judge(self, context: GuardContext) -> tuple[Refusal, ...]:
        return (*RegainedAccess().judge(context), *super()._judge(context))

    def _images(self) -> ImagingJournal:
        return ImagingJournal(self._journal, self._snapshots, self._restores)

    def apply(self) -> None:
        """See `Changing`; what will be lost is said before it begins."""
        if not self.is_refused:
            for loss in self._losses:
                logger.warning("{}", loss)
        super().apply()


def _changes(number: int) -> str:
    return f"{number:,} change{'s' * (number > 1)}"
