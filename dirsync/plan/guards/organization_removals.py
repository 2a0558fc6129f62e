"""Too large a share of people would be left without an organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.organizations import ORGANIZATIONS
from dirsync.model.plans import Op, Refusal
from dirsync.plan.guards.member_removals import ENDING
from dirsync.plan.guards.removals import SHARE_FROM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.plan.guards.interface import GuardContext


class OrganizationRemovals:
    """Counts, per Mapping, who is taken out of an organisation and put into none, as when half lose the attribute.

    The share is of those whom dirsync knows to be in one. Whoever moves is counted by `member-removals` alone.
    """

    name = "organization-removals"

    def judge(self, context: GuardContext) -> Iterator[Refusal]:
        """See `Guard`."""
        for mapping, limits in sorted(context.limits.items()):
            leaving = {change.source_id for change in context.changes(mapping, (Op.REMOVE_FROM_ORGANIZATION,))}
            if not leaving:
                continue
            entering = {change.source_id for change in context.changes(mapping, (Op.ADD_TO_ORGANIZATION,))}
            number = len(leaving - entering)
            people = len({link.source_id for link in context.links.members(ORGANIZATIONS, mapping)})
            share = number / people if people else 0.0
            is_too_large_a_share = people >= SHARE_FROM and share > limits.max_removal_share
            allowance = max(number, len(context.changes(mapping, ENDING)))
            is_allowed = context.allowances.covers(context.allowances.member_removals, allowance)
            message = (
                f"Plan for '{mapping}' leaves {number:,} of {people:,} people without an organisation, {share:.1%}; the"
                f" mapping allows {limits.max_removal_share:.0%} (guards.max_removal_share)."
            )
            if is_too_large_a_share:
                message += (
                    " Look whether the account that reads may still see the attribute of target.organizations."
                    f" If that is right, run again with --allow-member-removals {allowance}."
                )
            yield Refusal(self.name, is_too_large_a_share and not is_allowed, message, mapping)
