"""A group would lose everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.names import fold
from dirsync.model.plans import Op, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.plan.guards.interface import GuardContext


class EmptiedGroup:
    """Refuses a plan after which a group that has members has none."""

    name = "emptied-group"

    def judge(self, context: GuardContext) -> Iterator[Refusal]:
        """See `Guard`."""
        for mapping in sorted(context.limits):
            ending = context.changes(mapping, (Op.REMOVE_MEMBER,))
            filled = {
                (change.directory, fold(change.group))
                for change in context.plan.appliable
                if change.op in {Op.ADD_MEMBER, Op.ADD_CHILD_GROUP}
            }
            lost: dict[tuple[str, str, str], set[str]] = {}
            for change in ending:
                lost.setdefault((change.directory, change.group_id, change.group), set()).add(change.user_id)
            for (directory, group_id, group), gone in sorted(lost.items()):
                target = context.targets[directory]
                staying = next((user for user in target.members(group_id) if user.id not in gone), None)
                is_emptied = (
                    staying is None
                    and (directory, fold(group)) not in filled
                    and not any(target.child_groups(group_id))
                )
                if not is_emptied:
                    continue
                is_allowed = context.allowances.covers(context.allowances.member_removals, len(ending))
                message = (
                    f"Plan for '{mapping}' takes all {len(gone):,} members out of '{group}' in {directory}."
                    f" If that is right, run again with --allow-member-removals {len(ending)}."
                )
                yield Refusal(self.name, not is_allowed, message, mapping, directory)
