"""Groups and memberships of one Mapping on its target. Only memberships that are ours are ever taken away."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from dirsync.model.links import GroupLink, MemberLink
from dirsync.model.names import fold, matches
from dirsync.model.plans import Change, Obstacle, Op
from dirsync.plan.desired import DesiredGroup, Feed, desired_members

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dirsync.model.entries import Group
    from dirsync.model.links import Links
    from dirsync.model.snapshot import Snapshot
    from dirsync.plan.target_diff import TargetDiff


def diff_groups(diff: TargetDiff, feed: Feed, feeds: Sequence[Feed], target: Snapshot, links: Links) -> None:
    """Compare the groups one feed wants, and who is in them, with the target."""
    linked: dict[str, set[str]] = defaultdict(set)
    for link in links.members(diff.directory, feed.name):
        linked[link.group].add(link.source_id)
    created = {link.group: link for link in links.groups(diff.directory, feed.name)}
    for folded, group in feed.groups.items():
        existing = target.group_named(group.name)
        _diff_group(diff, feed, group, existing, is_ours=folded in created)
        members = desired_members(feed, group)
        _add_members(diff, feed, group, existing, members, target, linked[folded])
        spurious = linked.pop(folded) - members
        if spurious and feed.has_left_out_groups and not group.is_default:
            diff.obstacles.append(_unproven(diff, feed, group.name, "nobody is taken out of it"))
            continue
        _remove_members(diff, feed, feeds, existing, folded, spurious, target, links)
    gone = {*linked, *created} - set(feed.groups)
    spoken_of = {folded for folded in gone if _is_spoken_of(feed, folded)}
    if _removes_missing_groups(feed) and feed.has_left_out_groups:
        diff.obstacles += [_unproven(diff, feed, folded, "it stays") for folded in sorted(spoken_of)]
    elif _removes_missing_groups(feed):
        spoken_of = set()
    for folded in sorted(set(linked) - spoken_of):
        _remove_members(diff, feed, feeds, target.group_named(folded), folded, linked[folded], target, links)
    for folded in sorted(set(created) & gone - spoken_of):
        _remove_group(diff, feed, feeds, target.group_named(folded), created[folded], linked.get(folded, set()), target)


def _unproven(diff: TargetDiff, feed: Feed, name: str, therefore: str) -> Obstacle:
    why = f"{feed.source.directory} holds groups that had to be left out, so who is in which group is not proven"
    return Obstacle(diff.directory, feed.name, name, f"{why}; {therefore}")


def _is_spoken_of(feed: Feed, folded: str) -> bool:
    """Say whether a pattern of the Mapping still speaks of a group that no source group calls for.

    Without such a pattern the Mapping itself has changed, and its author wants the memberships gone.
    """
    destination = feed.mapping.content.target
    return destination is not None and any(matches(name, folded) for name in destination.groups.values())


def _removes_missing_groups(feed: Feed) -> bool:
    destination = feed.mapping.content.target
    return destination is not None and destination.missing_groups == "remove"


def _diff_group(diff: TargetDiff, feed: Feed, group: DesiredGroup, existing: Group | None, *, is_ours: bool) -> None:
    if existing is None:
        if fold(group.name) in diff.planned_groups:
            return
        diff.planned_groups.add(fold(group.name))
        after: dict[str, str | bool] = {"name": group.name, "description": group.description}
        reason = f"mapping '{feed.name}' puts people into it"
        diff.changes.append(
            Change(Op.CREATE_GROUP, diff.directory, feed.name, group=group.name, after=after, reason=reason)
        )
    elif is_ours and group.description and group.description != existing.description:
        diff.changes.append(
            Change(
                Op.UPDATE_GROUP, diff.directory, feed.name, group=existing.name, group_id=existing.id,
                before={"description": existing.description}, after={"description": group.description},
                reason=f"{feed.source.directory} says otherwise",
            )
        )  # fmt: skip


def _add_members(
    diff: TargetDiff,
    feed: Feed,
    group: DesiredGroup,
    existing: Group | None,
    members: set[str],
    target: Snapshot,
    linked: set[str],
) -> None:
    present = {user.id for user in target.members(existing.id)} if existing else set()
    for source_id in sorted(members):
        standing = diff.standings.get((feed.name, source_id))
        if standing is None:
            continue
        username, target_id = standing
        if target_id in present:
            if source_id not in linked:
                diff.recorded.append(MemberLink(diff.directory, feed.name, source_id, fold(group.name)))
        elif (fold(group.name), fold(username)) not in diff.planned_members:
            diff.planned_members.add((fold(group.name), fold(username)))
            why = f"everybody of mapping '{feed.name}' belongs to it" if group.is_default else _origin(feed, group)
            diff.changes.append(
                Change(
                    Op.ADD_MEMBER, diff.directory, feed.name, user=username, user_id=target_id,
                    group=existing.name if existing else group.name, group_id=existing.id if existing else "",
                    reason=why, source_id=source_id,
                )
            )  # fmt: skip


def _origin(feed: Feed, group: DesiredGroup) -> str:
    names = ", ".join(f"'{source.name}'" for source in group.sources)
    return f"member of {names} in {feed.source.directory}"


def _remove_members(
    diff: TargetDiff,
    feed: Feed,
    feeds: Sequence[Feed],
    existing: Group | None,
    folded: str,
    spurious: set[str],
    target: Snapshot,
    links: Links,
) -> None:
    """Plan the end of memberships that are ours and that the source no longer calls for.

    Whoever is missing from the source altogether keeps them: what happens to missing people is decided in
    `dirsync.plan.missing`. Whoever has come under another Mapping of the same Directory is not missing.
    """
    if not feed.source.completeness.is_complete or not spurious:
        return
    present = {user.id: user for user in target.members(existing.id)} if existing else {}
    readers = [feed, *_other_readers(feed, feeds)]
    wanted_by_others = _wanted_by_others(feed, feeds, folded)
    for source_id in sorted(spurious):
        link = MemberLink(diff.directory, feed.name, source_id, folded)
        standings = (diff.standings.get((one.name, source_id)) for one in readers)
        standing = next((found for found in standings if found is not None), None)
        if standing is None:
            is_known = any(one.user(source_id) or links.user(diff.directory, one.name, source_id) for one in readers)
            if not is_known:
                diff.forgotten.append(link)
            continue
        username, target_id = standing
        if existing is None or target_id not in present or source_id in wanted_by_others:
            diff.forgotten.append(link)
            continue
        diff.changes.append(
            Change(
                Op.REMOVE_MEMBER, diff.directory, feed.name, user=username, user_id=target_id,
                group=existing.name, group_id=existing.id, source_id=source_id,
                reason=f"no longer called for by {feed.source.directory}, which was read whole",
            )
        )  # fmt: skip


def _other_readers(feed: Feed, feeds: Sequence[Feed]) -> list[Feed]:
    return [other for other in feeds if other is not feed and other.source.directory == feed.source.directory]


def _wanted_by_others(feed: Feed, feeds: Sequence[Feed], folded: str) -> set[str]:
    """Return who belongs into the group for the sake of another Mapping that reads the same Directory."""
    return {
        source_id
        for other in _other_readers(feed, feeds)
        if folded in other.groups
        for source_id in desired_members(other, other.groups[folded])
    }


def _remove_group(
    diff: TargetDiff,
    feed: Feed,
    feeds: Sequence[Feed],
    existing: Group | None,
    link: GroupLink,
    ours: set[str],
    target: Snapshot,
) -> None:
    if existing is None:
        diff.forgotten.append(link)
        return
    if heir := next((other for other in feeds if link.group in other.groups), None):
        diff.forgotten.append(link)
        diff.recorded.append(replace(link, mapping=heir.name))
        return
    if not _removes_missing_groups(feed) or not feed.source.completeness.is_complete:
        return
    readers = [feed, *_other_readers(feed, feeds)]
    our_accounts = {diff.standings.get((one.name, source_id), ("", ""))[1] for source_id in ours for one in readers}
    strangers = [user.username for user in target.members(existing.id) if user.id not in our_accounts]
    if strangers or any(target.child_groups(existing.id)):
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
