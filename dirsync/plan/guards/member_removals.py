"""Too many people would lose a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.plans import Op, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.plan.guards.interface import GuardContext

SHOWN = 5
ENDING = frozenset(
    {
        Op.REMOVE_MEMBER,
        Op.REMOVE_CHILD_GROUP,
        Op.REMOVE_FROM_ORGANIZATION,
        Op.UNLINK_ORGANIZATION,
        Op.REMOVE_ORGANIZATION,
    }
)


class MemberRemovals:
    """Counts memberships that would end, per Mapping, and names the groups that lose most."""

    name = "member-removals"

    def judge(self, context: GuardContext) -> Iterator[Refusal]:
        """See `Guard`."""
        for mapping, limits in sorted(context.limits.items()):
            ending = context.changes(mapping, ENDING)
            number = len(ending)
            is_too_many = number > limits.max_member_removals
            is_allowed = context.allowances.covers(context.allowances.member_removals, number)
            message = (
                f"Plan for '{mapping}' ends {number:,} memberships; the mapping allows {limits.max_member_removals:,}"
                " (guards.max_member_removals)."
            )
            if is_too_many:
                groups = sorted(context.by_group(ending).items(), key=lambda pair: (-pair[1], pair[0]))
                named = ", ".join(f"{count:,} in '{group}'" for group, count in groups[:SHOWN])
                more = f" and {len(groups) - SHOWN:,} more groups" if len(groups) > SHOWN else ""
                message += f" {named}{more}. If that is right, run again with --allow-member-removals {number}."
            yield Refusal(self.name, is_too_many and not is_allowed, message, mapping)
