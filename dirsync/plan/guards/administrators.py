"""The last administrators would lose their group or their account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.names import fold
from dirsync.model.plans import Op, Refusal
from dirsync.plan.desired import groups_below

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.plan.guards.interface import GuardContext


class LastAdministrators:
    """Refuses a plan after which an administrative group has no active member left, groups inside it included."""

    name = "last-administrators"

    def judge(self, context: GuardContext) -> Iterator[Refusal]:
        """See `Guard`."""
        if not context.estate.has("jira.administrative_groups"):
            return
        administrative = {fold(name) for name in context.estate.need("jira.administrative_groups").value}
        ended = {
            (change.directory, change.user_id)
            for change in context.plan.appliable
            if change.op in {Op.REMOVE_USER, Op.DEACTIVATE_USER}
        }
        left_group = {
            (change.directory, change.user_id, fold(change.group))
            for change in context.plan.appliable
            if change.op is Op.REMOVE_MEMBER
        }
        for directory, target in sorted(context.targets.items()):
            for name in sorted(administrative):
                group = target.group_named(name)
                if group is None:
                    continue
                members: set[str] = set()
                staying: set[str] = set()
                for one in (group, *groups_below(target, group.id)):
                    active = {user.id for user in target.members(one.id) if user.active}
                    members |= active
                    staying |= {
                        user_id
                        for user_id in active
                        if (directory, user_id) not in ended and (directory, user_id, fold(one.name)) not in left_group
                    }
                if members and not staying:
                    message = (
                        f"The plan leaves nobody in '{group.name}' in {directory}, which grants administration:"
                        f" all {len(members):,} active members would go. Put somebody else into it first."
                    )
                    yield Refusal(self.name, refused=True, message=message, directory=directory)
