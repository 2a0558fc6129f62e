"""What a run alone can tell the journal of how things were: the groups of what it removes, what an undo restores."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dirsync.apply.bookkeeping import links_settled
from dirsync.model.plans import Change, Op

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dirsync.apply.ledger import WritesJournal
    from dirsync.model.links import Link
    from dirsync.model.snapshot import Snapshot
    from dirsync.store.journal import Intent, Settled


@dataclass(frozen=True)
class ImagingJournal:
    """A journal that is told more of each intent than its Change holds; see `WritesJournal`."""

    journal: WritesJournal
    targets: Mapping[str, Snapshot]
    """As they were read before the first Change."""
    restores: Mapping[str, tuple[Link, ...]] = field(default_factory=dict)
    """Id of a Change to the links that hold once it is done."""

    def write(self, settled: Sequence[Settled], intents: Sequence[Intent], at: str) -> None:
        """Commit outcomes and intents together."""
        self.journal.write([self._settled(one) for one in settled], [self._told(intent) for intent in intents], at)

    def _settled(self, one: Settled) -> Settled:
        if one.intent.change.id not in self.restores:
            return one
        links = links_settled(replace(one.intent, restores=self.restores[one.intent.change.id]), one.outcome)
        return replace(one, recorded=links.recorded, forgotten=links.forgotten)

    def _told(self, intent: Intent) -> Intent:
        change = intent.change
        return replace(intent, groups=self._groups(change), restores=self.restores.get(change.id))

    def _groups(self, change: Change) -> tuple[str, ...]:
        target = self.targets[change.directory]
        if change.op is Op.REMOVE_USER:
            around = target.groups_of(change.user_id)
        elif change.op is Op.REMOVE_GROUP and (group := target.group_named(change.group)):
            around = target.parent_groups(group.id)
        else:
            return ()
        return tuple(group.name for group in around)
