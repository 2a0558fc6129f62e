"""A group would lose everybody."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dirsync.model.names import fold
from dirsync.model.plans import Op, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.model.plans import Change
    from dirsync.plan.guards.interface import GuardContext


class EmptiedGroup:
    """Refuses a plan after which a group that has members has none."""

    name = "emptied-group"

    def judge(self, context: GuardContext) -> Iterator[Refusal]:
        """See `Guard`."""
        filled = {
            (change.directory, fold(change.group))
            for change in context.plan.appliable
            if change.op in {Op.ADD_MEMBER, Op.ADD_CHILD_GROUP}
        }
        ended = {
            (change.directory, fold(change.group))
            for change in context.plan.appliable
            if change.op is Op.REMOVE_GROUP  # asked for by `missing_groups: remove`; nothing empty stays behind
        }
        for (directory, group), losing in sorted(_losses(context).items()):
            target = context.targets[directory]
            found = target.group_named(group)
            gone = {change.user_id for change in losing}
            is_emptied = (
                found is not None
                and (directory, group) not in filled | ended
                and all(user.id in gone for user in target.members(found.id))
                and not any(target.child_groups(found.id))
            )
            if found is None or not is_emptied:
                continue
            mappings = sorted({change.mapping for change in losing})
            number = max(len(gone), *(len(context.changes(mapping, (Op.REMOVE_MEMBER,))) for mapping in mappings))
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
