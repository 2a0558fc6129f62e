"""More people with seats than the licence has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.plans import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.plan.guards.interface import GuardContext


class SeatsOverTier:
    """Holds the people who newly take a seat, or may, against the seats that are left.

    Who they are is worked out by the audit, which knows how directories mask each other (`SeatsAfterPlan`).
    """

    name = "seats-over-tier"

    def judge(self, context: GuardContext) -> Iterator[Refusal]:
        """See `Guard`."""
        applications = {known.key: known for known in context.estate.applications()} if context.seats else {}
        for after in context.seats:
            if after.left is None:
                continue
            application = applications[after.application]
            is_over = bool(after.over_tier)
            message = (
                f"The plan gives {after.application} to {after.gaining:,} more people; {application.used:,} of"
                f" {application.seats:,} seats are taken, {after.left:,} are left."
            )
            if is_over:
                message += f" Buy {_seats(after.gaining - after.left)} more, or put fewer people into its groups."
            yield Refusal(self.name, is_over, message)


def _seats(number: int) -> str:
    return f"{number:,} seat{'s' * (number != 1)}"
