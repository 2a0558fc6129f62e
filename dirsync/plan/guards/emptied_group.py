"""A group would lose everybody."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from dirsync.model.names import fold
from dirsync.model.plans import Op, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.model.plans import Change
    from dirsync.plan.guards.interface import GuardContext


SPARING = frozenset({Op.ADD_MEMBER, Op.ADD_CHILD_GROUP, Op.REMOVE_GROUP})
"""After these a group isn't empty, or isn't there: `missing_groups: remove` asked for that."""


class EmptiedGroup:
    """Refuses a plan after which a group that has members has none."""

    name = "emptied-group"

    def judge(self, context: GuardContext) -> Iterator[Refusal]:
        """See `Guard`."""
        changes = context.plan.appliable
        spared = {(change.directory, fold(change.group)) for change in changes if change.op in SPARING}
        removals = Counter(change.mapping for change in changes if change.op is Op.REMOVE_MEMBER)
        for (directory, group), losing in sorted(_losses(context).items()):
            target = context.targets[directory]
            found = target.group_named(group)
            gone = {change.user_id for change in losing}
            is_emptied = (
                found is not None
                and (directory, group) not in spared
                and all(user.id in gone for user in target.members(found.id))
                and not any(target.child_groups(found.id))
            )
            if found is None or not is_emptied:
                continue
            mappings = sorted({change.mapping for change in losing})
            number = max(len(gone), *(removals[mapping] for mapping in mappings))
            is_allowed = context.allowances.covers(context.allowances.member_removals, number)
            message = (
                f"Plan for {' and '.join(repr(mapping) for mapping in mappings)} takes all {len(gone):,} members out of"
                f" '{found.name}' in {directory}. If that is right, run again with --allow-member-removals {number}."
            )
            yield Refusal(self.name, not is_allowed, message, mappings[0], directory)


def _losses(context: GuardContext) -> dict[tuple[str, str], list[Change]]:
    """Return what takes people out of each (directory, folded group): their membership ends, or their account does."""
    losses: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for change in context.plan.appliable:
        if change.op is Op.REMOVE_MEMBER:
            losses[change.directory, fold(change.group)].append(change)
        elif change.op is Op.REMOVE_USER:
            for group in context.targets[change.directory].groups_of(change.user_id):
                losses[change.directory, fold(group.name)].append(change)
    return losses
