"""The inverse of what a run did, as Changes: backwards, step by step, so that every prefix of it is safe.

Each step leads from where a part of the run had led to back where that part began; and whatever a run leaves when it
is stopped is safe (`dirsync.plan.order`). What somebody has changed since is left as it is, and named.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dirsync.model.links import MemberLink
from dirsync.model.names import fold
from dirsync.model.plans import Change, Obstacle, Op
from dirsync.plan.undo_ground import AS_BEFORE, Back, Ground, altered, is_undoable
from dirsync.plan.undo_groups import (
    member_change,
    nesting,
    take_back_addition,
    take_back_ending,
    take_back_group_attributes,
    take_back_group_creation,
    take_back_group_removal,
    take_back_nesting,
)
from dirsync.plan.undo_people import (
    take_back_attributes,
    take_back_creation,
    take_back_removal,
    take_back_rename,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from dirsync.model.journaled import Journaled
    from dirsync.model.links import Link, Links
    from dirsync.model.snapshot import Snapshot

NAMED = 5
"""So many people whose passwords are lost are named."""
TAKES_BACK: Mapping[Op, Callable[[Ground, Journaled], Back]] = {
    Op.CREATE_USER: take_back_creation,
    Op.UPDATE_USER: take_back_attributes,
    Op.RENAME_USER: take_back_rename,
    Op.DEACTIVATE_USER: take_back_attributes,
    Op.REACTIVATE_USER: take_back_attributes,
    Op.REMOVE_USER: take_back_removal,
    Op.CREATE_GROUP: take_back_group_creation,
    Op.UPDATE_GROUP: take_back_group_attributes,
    Op.RENAME_GROUP: take_back_group_attributes,
    Op.REMOVE_GROUP: take_back_group_removal,
    Op.ADD_MEMBER: take_back_addition,
    Op.REMOVE_MEMBER: take_back_ending,
    Op.ADD_CHILD_GROUP: take_back_nesting,
    Op.REMOVE_CHILD_GROUP: take_back_nesting,
}


@dataclass
class Undoing:
    """What takes a run back, and what can't be."""

    changes: list[Change] = field(default_factory=list)
    """In the order in which they must be carried out, target after target."""
    obstacles: list[Obstacle] = field(default_factory=list)
    restores: dict[str, tuple[Link, ...]] = field(default_factory=dict)
    """Id of a Change to the links that hold once it is done; of all others those that follow from the Change."""
    losses: list[str] = field(default_factory=list)
    """What even a whole undo does not bring back, in sentences."""
    as_before: int = 0
    """How many Changes of the run are taken back already."""


def undo(
    entries: Sequence[Journaled],
    later: Iterable[Journaled],
    targets: Mapping[str, Snapshot],
    links: Links,
    feeding: Mapping[str, Sequence[str]],
) -> Undoing:
    """Plan how to take a run back.

    `entries` are its own, in its order; `later` those of the runs that came after it. `feeding` names for each target
    the Mappings that may write to it now. Targets that were not read whole are passed over.
    """
    undoing = Undoing()
    by_target: defaultdict[str, list[Journaled]] = defaultdict(list)
    for entry in entries:
        if is_undoable(entry):
            by_target[entry.change.directory].append(entry)
    since = altered(entry for entry in later if is_undoable(entry))
    for directory, done in sorted(by_target.items()):
        guarded = [entry for entry in done if entry.change.mapping in feeding.get(directory, ())]
        undoing.obstacles += _unguarded(directory, done, feeding.get(directory, ()))
        if directory in targets and targets[directory].completeness.is_complete:
            _Walk(Ground(directory, targets[directory], links, guarded, since, feeding[directory]), undoing).back()
    return undoing


def _unguarded(directory: str, done: Iterable[Journaled], feeding: Sequence[str]) -> Iterator[Obstacle]:
    """Name the Mappings without which nobody would say what may be done."""
    by_mapping = Counter(entry.change.mapping for entry in done)
    for mapping in sorted(by_mapping.keys() - set(feeding)):
        why = (
            f"does not write to {directory} now, so nothing says which guards hold for it, and {by_mapping[mapping]:,} "
            "changes of the run stay; bring the mapping back as it was, or leave out --only"
        )
        yield Obstacle(directory, mapping, mapping, why)


class _Walk:
    """Goes backwards through what a run did on one target."""

    def __init__(self, ground: Ground, undoing: Undoing) -> None:
        self._ground, self._undoing = ground, undoing
        self._made_anew: list[Journaled] = []
        self._back_again: list[Journaled] = []

    def back(self) -> None:
        """Take back what can be."""
        for entry in reversed(self._ground.entries):
            self._take(entry, TAKES_BACK[entry.change.op](self._ground, entry))
        for entry in self._back_again:
            self._put_back(entry)
        self._undoing.losses += self._losses()

    def _take(self, entry: Journaled, back: Back) -> None:
        later = self._ground.altered_later(entry)
        if later and back == AS_BEFORE:
            self._undoing.as_before += 1
            return
        if later:
            told = back.why_not or f"{_told(entry.change)} and by a later one"
            self._leave(entry, f"{told}; that was run {later}, so undo that one first")
            return
        if back.why_not:
            self._leave(entry, back.why_not)
        if back.change:
            self._add(back.change, back.restores)
        elif not back.why_not:
            self._undoing.as_before += 1
        if entry.change.op in {Op.REMOVE_USER, Op.REMOVE_GROUP} and not back.why_not:
            # also what is there already, for an undo that was interrupted may not have come to its groups
            self._back_again.append(entry)
            self._made_anew += [entry] if back.change else []

    def _add(self, change: Change, restores: tuple[Link, ...] | None) -> None:
        self._undoing.changes.append(change)
        if restores is not None:
            self._undoing.restores[change.id] = restores
        self._ground.now.carry_out(change)

    def _leave(self, entry: Journaled, why: str) -> None:
        change = entry.change
        name = str(change.after.get("username", change.user)) if change.op is Op.RENAME_USER else change.user
        self._undoing.obstacles.append(Obstacle(change.directory, change.mapping, name or change.group, why))

    def _put_back(self, entry: Journaled) -> None:
        """Put what was made anew into the groups it was in, as far as nothing else has done so."""
        change = entry.change
        for name in entry.image.groups if entry.image else ():
            group = self._ground.group(name)
            if group is None:
                self._leave(entry, f"was in '{name}', which is there no longer")
            elif change.user:
                account = self._ground.account(change)
                if account is not None and not self._ground.is_member(account, group):
                    self._add(member_change(Op.ADD_MEMBER, entry, self._ground, group), _owned(entry, name))
            elif all(fold(one.name) != fold(change.group) for one in self._ground.now.child_groups(group.id)):
                self._add(nesting(entry, Op.ADD_CHILD_GROUP, group, change.group), None)

    def _losses(self) -> Iterator[str]:
        people = [entry for entry in self._made_anew if entry.change.user]
        where = self._ground.directory
        if people:
            names = ", ".join(entry.change.user for entry in people[:NAMED])
            more = f" and {len(people) - NAMED:,} more" if len(people) > NAMED else ""
            accounts = f"{len(people):,} removed account{'s' * (len(people) > 1)}"
            yield (
                f"the ids and passwords of {accounts} in {where}: {names}{more}. Whoever is made anew has another id, "
                "and a password that nobody knows, or none."
            )
        if unknown := [entry.change.user or entry.change.group for entry in self._made_anew if entry.image is None]:
            told = ", ".join(unknown[:NAMED]) + (" and others" if len(unknown) > NAMED else "")
            yield (
                f"the groups in {where} that {told} stood in, for an older dirsync did not keep them; put them there "
                "by hand."
            )


def _owned(entry: Journaled, group: str) -> tuple[Link, ...]:
    """Return the link of a membership that was ours; one that somebody else had given stays theirs."""
    links = entry.image.links if entry.image else ()
    return tuple(link for link in links if isinstance(link, MemberLink) and link.group == fold(group))


def _told(change: Change) -> str:
    what = {Op.ADD_MEMBER: f"was put into '{change.group}'", Op.REMOVE_MEMBER: f"was taken out of '{change.group}'"}
    return f"{what.get(change.op, 'was changed')} by the run"
