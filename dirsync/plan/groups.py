"""The groups themselves: made where people are put into them, described, and removed with their source."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dirsync.model.plans import Change, Obstacle, Op

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from dirsync.model.links import GroupLink
    from dirsync.model.snapshot import Snapshot
    from dirsync.plan.feed_groups import FeedGroups
    from dirsync.plan.target_diff import TargetDiff


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
    ours: Mapping[str, Collection[str]],
) -> None:
    """Plan what becomes of the groups that a feed made and that no source group calls for any more.

    `ours` holds, by folded name, the accounts that are in such a group through the feed. Asked once everybody's
    memberships have been compared, so that it can also be told of which groups the read proves nothing.
    """
    for folded in sorted({*one.made} - {*one.feed.groups}):
        if one.may_end(folded):
            _end(diff, one, one.made[folded], groups, target, ours.get(folded, ()))
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
    ours: Collection[str],
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
    has_strangers = any(user_id not in ours for user_id, _ in target.accounts_in(existing.id))
    if has_strangers or any(target.child_groups(existing.id)):
        why = f"is no longer in {feed.source.directory}, but holds members dirsync did not put there; it stays"
        diff.obstacles.append(Obstacle(diff.directory, feed.name, existing.name, why))
        return
    diff.changes.append(
        Change(
            Op.REMOVE_GROUP, diff.directory, feed.name, group=existing.name, group_id=existing.id,
            before={"name": existing.name, "description": existing.description},
            reason=f"no longer in {feed.source.directory}, which was read whole",
        )
    )  # fmt: skip
