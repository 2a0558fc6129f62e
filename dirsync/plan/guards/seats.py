"""More agents than the licence has seats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.names import fold
from dirsync.model.plans import Op, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.plan.guards.interface import GuardContext


class SeatsOverTier:
    """Counts people the plan newly puts into a Jira application's groups against the seats that are left."""

    name = "seats-over-tier"

    def judge(self, context: GuardContext) -> Iterator[Refusal]:
        """See `Guard`."""
        if not context.estate.has("jira.applications"):
            return
        added = [change for change in context.plan.appliable if change.op is Op.ADD_MEMBER]
        for application in context.estate.applications():
            if application.is_unlimited or application.seats is None or application.used is None:
                continue
            groups = {fold(group) for group in application.groups}
            gaining = {
                (change.directory, fold(change.user))
                for change in added
                if fold(change.group) in groups
                and not _holds_already(context, change.directory, change.user_id, groups)
            }
            left = application.seats - application.used
            is_over = bool(gaining) and len(gaining) > left
            message = (
                f"The plan gives {application.key} to {len(gaining):,} more people; {application.used:,} of"
                f" {application.seats:,} seats are taken, {left:,} are left."
            )
            if is_over:
                message += f" Buy {len(gaining) - left:,} more seats, or put fewer people into its groups."
            yield Refusal(self.name, is_over, message)


def _holds_already(context: GuardContext, directory: str, user_id: str, groups: set[str]) -> bool:
    if not user_id:
        return False
    return any(fold(group.name) in groups for group in context.targets[directory].groups_of(user_id))
