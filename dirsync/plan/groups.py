"""The groups themselves: made where people are put into them, described, and removed with their source."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from dirsync.model.plans import Change, Obstacle, Op
from dirsync.plan.memberships import NONE

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from dirsync.model.links import GroupLink
    from dirsync.model.snapshot import Snapshot
    from dirsync.plan.feed_groups import FeedGroups
    from dirsync.plan.memberships import Memberships
    from dirsync.plan.target_diff import TargetDiff

HOLDS_OURS = (
    "holds people whom dirsync put there and who stay in it for now: they are missing from"
    " {source} too, or can't be carried over; it stays as long as they do"
)
HOLDS_OTHERS = "holds members dirsync did not put there; it stays"


class Ours(NamedTuple):
    """The accounts that are in a group because the feed put them there."""

    leaving: Collection[str]
    """Those that are taken out of it tonight."""
    waiting: Collection[str]
    """Those that stay in it: missing themselves, or in an obstacle."""


def diff_wanted(diff: TargetDiff, groups: Sequence[FeedGroups]) -> None:
    """Make the groups that some feed wants and that are not there, and describe those that are ours."""
    planned: set[str] = set()
    for one in groups:
        for folded, group in one.feed.groups.items():
            existing = one.there(folded)
            if existing is None and folded not in planned:
                planned.add(folded)
                after: dict[str, str | bool] = {"name": group.name, "description": group.description}
                reason = f"mapping '{one.feed.name}' puts people into it"
                diff.changes.append(
                    Change(Op.CREATE_GROUP, diff.directory, one.feed.name, group=group.name, after=after, reason=reason)
                )
            elif existing is not None and folded in one.made and group.description not in {"", existing.description}:
                diff.changes.append(
                    Change(
                        Op.UPDATE_GROUP, diff.directory, one.feed.name, group=existing.name, group_id=existing.id,
                        before={"description": existing.description}, after={"description": group.description},
                        reason=f"{one.feed.source.directory} says otherwise",
                    )
                )  # fmt: skip


def diff_gone(
    diff: TargetDiff,
    one: FeedGroups,
    groups: Sequence[FeedGroups],
    target: Snapshot,
    memberships: Memberships,
) -> None:
    """Plan what becomes of the groups that a feed made and that no source group calls for any more.

    Asked once everybody's memberships have been compared, so that it is known which accounts are in such a group
    through the feed, and of which groups the read proves nothing.
    """
    leaving, waiting = memberships.gone[one.feed.name], memberships.waiting[one.feed.name]
    for folded in sorted({*one.made} - {*one.feed.groups}):
        if one.may_end(folded):
            ours = Ours(leaving.get(folded, NONE), waiting.get(folded, NONE))
            _end(diff, one, one.made[folded], groups, target, ours)
    for folded in sorted(one.unproven):
        wanted = one.feed.groups.get(folded)
        why = (
            f"{one.feed.source.directory} holds groups that had to be left out, so who is in which group is not proven"
        )
        therefore = "nobody is taken out of it" if wanted else "it stays"
        name = wanted.name if wanted else folded
        diff.obstacles.append(Obstacle(diff.directory, one.feed.name, name, f"{why}; {therefore}"))


def _end(
    diff: TargetDiff,
    one: FeedGroups,
    link: GroupLink,
    groups: Sequence[FeedGroups],
    target: Snapshot,
    ours: Ours,
) -> None:
    feed, existing = one.feed, one.there(link.group)
    if existing is None:
        diff.forgotten.append(link)
        return
    if heir := next((other.feed for other in groups if link.group in other.feed.groups), None):
        diff.forgotten.append(link)
        diff.recorded.append(replace(link, mapping=heir.name))
        return
    if not one.removes_missing or not feed.source.completeness.is_complete:
        return
    staying = {user_id for user_id, _ in target.accounts_in(existing.id)}.difference(ours.leaving)
    holds_groups = any(target.child_groups(existing.id))
    if staying or holds_groups:
        told = HOLDS_OTHERS if holds_groups or staying.difference(ours.waiting) else HOLDS_OURS
        why = f"is no longer in {feed.source.directory}, but {told.format(source=feed.source.directory)}"
        diff.obstacles.append(Obstacle(diff.directory, feed.name, existing.name, why))
        return
    diff.changes.append(
        Change(
            Op.REMOVE_GROUP, diff.directory, feed.name, group=existing.name, group_id=existing.id,
            before={"name": existing.name, "description": existing.description},
            reason=f"no longer in {feed.source.directory}, which was read whole",
        )
    )  # fmt: skip
