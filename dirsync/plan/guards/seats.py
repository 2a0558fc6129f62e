"""More agents than the licence has seats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.names import fold
from dirsync.model.plans import Op, Refusal
from dirsync.plan.desired import groups_below

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.model.plans import Change
    from dirsync.model.products import JiraApplication
    from dirsync.model.snapshot import Snapshot
    from dirsync.plan.guards.interface import GuardContext


class SeatsOverTier:
    """Counts people the plan newly puts into a Jira application's groups against the seats that are left."""

    name = "seats-over-tier"

    def judge(self, context: GuardContext) -> Iterator[Refusal]:
        """See `Guard`."""
        if not context.estate.has("jira.applications"):
            return
        for application in context.estate.applications():
            if application.is_unlimited or application.seats is None or application.used is None:
                continue
            gaining = _gaining(context, application)
            left = application.seats - application.used
            is_over = bool(gaining) and len(gaining) > left
            message = (
                f"The plan gives {application.key} to {len(gaining):,} more people; {application.used:,} of"
                f" {application.seats:,} seats are taken, {left:,} are left."
            )
            if is_over:
                message += f" Buy {_seats(len(gaining) - left)} more, or put fewer people into its groups."
            yield Refusal(self.name, is_over, message)


def _gaining(context: GuardContext, application: JiraApplication) -> set[tuple[str, str]]:
    """Return (directory, folded username) of active people who get a seat they do not hold today.

    They are put into a granting group, or switched on while they are in one. Inactive people take no seat.
    """
    granting = {directory: _granting(application, target) for directory, target in context.targets.items()}
    changes = context.plan.appliable
    switched = {_who(change): bool(change.after["active"]) for change in changes if "active" in change.after}
    gaining = set()
    for change in changes:
        groups, target = granting[change.directory], context.targets[change.directory]
        is_put_in = change.op is Op.ADD_MEMBER and fold(change.group) in groups
        if not is_put_in and change.op is not Op.REACTIVATE_USER:
            continue
        account = target.user(change.user_id)
        is_active = account is not None and account.active
        is_in_one = any(fold(group.name) in groups for group in target.groups_of(change.user_id))
        if switched.get(_who(change), is_active) and (is_put_in or is_in_one) and not (is_active and is_in_one):
            gaining.add(_who(change))
    return gaining


def _who(change: Change) -> tuple[str, str]:
    return change.directory, fold(change.user)


def _granting(application: JiraApplication, target: Snapshot) -> set[str]:
    """Return the folded names of the groups that grant access in a target: the application's, and all inside them."""
    granting = {fold(group) for group in application.groups}
    for name in application.groups:
        group = target.group_named(name)
        if group is not None:
            granting |= {fold(inner.name) for inner in groups_below(target, group.id)}
    return granting


def _seats(number: int) -> str:
    return f"{number:,} seat{'s' * (number != 1)}"
