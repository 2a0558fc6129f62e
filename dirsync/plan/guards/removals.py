"""Too many people would lose their accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.plans import Op, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.plan.guards.interface import GuardContext

SHARE_FROM = 20
"""Below this many people a share means nothing: one of five is 20 %."""


class Removals:
    """Counts removals and deactivations together, per Mapping, against a number and a share."""

    name = "removals"

    def judge(self, context: GuardContext) -> Iterator[Refusal]:
        """See `Guard`."""
        for mapping, limits in sorted(context.limits.items()):
            number = len(context.changes(mapping, (Op.REMOVE_USER, Op.DEACTIVATE_USER)))
            people = context.managed(mapping)
            share = number / people if people else 0.0
            is_too_large_a_share = people >= SHARE_FROM and share > limits.max_removal_share
            is_too_many = number > limits.max_removals or is_too_large_a_share
            is_allowed = context.allowances.covers(context.allowances.removals, number)
            sum_ = f"Plan for '{mapping}' removes or deactivates {number:,} of {people:,} people, {share:.1%}"
            limit = (
                f"the mapping allows {limits.max_removals:,} and {limits.max_removal_share:.0%}"
                " (guards.max_removals, guards.max_removal_share)"
            )
            way_out = f" If that is right, run again with --allow-removals {number}." if is_too_many else ""
            yield Refusal(self.name, is_too_many and not is_allowed, f"{sum_}; {limit}.{way_out}", mapping)
