"""An organisation would lose everybody."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dirsync.model.organizations import ORGANIZATIONS
from dirsync.model.plans import Op, Refusal
from dirsync.plan.guards.member_removals import ENDING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.model.plans import Change
    from dirsync.plan.guards.interface import GuardContext

SPARING = frozenset({Op.ADD_TO_ORGANIZATION, Op.REMOVE_ORGANIZATION})
"""After these it isn't empty, or isn't there: `missing: remove` asked for that."""
SEVERAL = 2
"""Many organisations have one contact, who moves on: that alone must not stop a night."""


class EmptiedOrganization:
    """Refuses a plan after which an organisation that has several people has none, as after a rename in the source."""

    name = "emptied-organization"

    def judge(self, context: GuardContext) -> Iterator[Refusal]:
        """See `Guard`."""
        leaving: dict[str, list[Change]] = defaultdict(list)
        spared = set()
        for change in context.plan.appliable:
            if change.op is Op.REMOVE_FROM_ORGANIZATION:
                leaving[change.group_id].append(change)
            elif change.op in SPARING:
                spared.add(change.group_id)
        for number, losing in sorted(leaving.items()):
            gone = {change.user_id for change in losing}
            if number in spared or len(gone) < SEVERAL:
                continue
            if all(user.id in gone for user in context.targets[ORGANIZATIONS].members(number)):
                yield self._one(context, losing, len(gone))

    def _one(self, context: GuardContext, losing: list[Change], people: int) -> Refusal:
        mappings = sorted({change.mapping for change in losing})
        number = max(people, *(len(context.changes(mapping, ENDING)) for mapping in mappings))
        is_allowed = context.allowances.covers(context.allowances.member_removals, number)
        message = (
            f"Plan for {' and '.join(map(repr, mappings))} takes all {people:,} people out of organisation"
            f" '{losing[0].group}'. If it is only called otherwise in the source by now, rename it in Jira or say so"
            " under target.organizations.names; requests shared with it then stay shared. If they really leave, run"
            f" again with --allow-member-removals {number}."
        )
        return Refusal(self.name, not is_allowed, message, mappings[0], ORGANIZATIONS)
