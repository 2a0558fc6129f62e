"""Taking back Changes on groups and memberships."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from dirsync.model.links import GroupLink, MemberLink
from dirsync.model.plans import Change, Op
from dirsync.plan.undo_ground import AS_BEFORE, Back, account_id, differing, equal, group_id

if TYPE_CHECKING:
    from dirsync.model.entries import Group
    from dirsync.model.journaled import Journaled
    from dirsync.model.links import Link
    from dirsync.plan.undo_ground import Ground

NAMED = 3
"""So many members of a group that can't be removed are named."""


def take_back_group_creation(ground: Ground, entry: Journaled) -> Back:
    """Remove a group that the run made, if nobody else has put anything into it, or it into anything."""
    change = entry.change
    group = ground.group(change.group)
    if group is None:
        return AS_BEFORE
    left = {name: value for name, value in change.after.items() if value != ""}
    if changed := differing(left, group):
        return Back(why_not=f"was made by the run and is not as it left it ({'; '.join(changed)}), so it stays")
    if held := [user.username for user in islice(ground.now.members(group.id), NAMED + 1)]:
        more = " and others" if len(held) > NAMED else ""
        return Back(why_not=f"was made by the run, but holds {', '.join(held[:NAMED])}{more}, so it stays")
    if around := [*ground.now.child_groups(group.id), *ground.now.parent_groups(group.id)]:
        named = ", ".join(f"'{one.name}'" for one in around[:NAMED])
        return Back(why_not=f"was made by the run, but is nested with {named} by now, so it stays")
    before: dict[str, str | bool] = {"name": group.name, "description": group.description}
    return Back(_about(Op.REMOVE_GROUP, entry, group, before, {}))


def take_back_group_removal(ground: Ground, entry: Journaled) -> Back:
    """Make a group anew that the run removed."""
    change = entry.change
    if ground.group(change.group) is not None:
        return AS_BEFORE
    return Back(
        Change(
            Op.CREATE_GROUP, change.directory, change.mapping, group=change.group,
            after={"name": change.group, **change.before}, reason=f"run {entry.run} removed it",
        ),
        restores=_links(entry, GroupLink),
    )  # fmt: skip


def take_back_group_attributes(ground: Ground, entry: Journaled) -> Back:
    """Give a group its old description, or its old name."""
    change = entry.change
    name = str(change.after.get("name", change.group))
    group = ground.group(name, change.group_id)
    if group is None:
        return Back(why_not="is there no longer, so what the run changed of it can't be taken back")
    if all(equal(value, getattr(group, attribute)) for attribute, value in change.before.items()):
        return AS_BEFORE
    if changed := differing(change.after, group):
        return Back(why_not=f"was changed since ({'; '.join(changed)}), so that stays")
    old = str(change.before.get("name", group.name))
    bearer = ground.now.group_named(old)
    if bearer is not None and bearer.id != group.id:
        return Back(why_not=f"can't be called '{old}' again, since that is another group's name by now")
    return Back(_about(change.op, entry, group, dict(change.after), dict(change.before)))


def take_back_addition(ground: Ground, entry: Journaled) -> Back:
    """Take somebody out of a group that the run put into it."""
    change = entry.change
    account, group = ground.account(change), ground.group(change.group, change.group_id)
    if account is None or group is None or not ground.is_member(account, group):
        return AS_BEFORE
    if other := ground.also_called_for_by(change, account):
        return Back(why_not=f"was put into '{group.name}' by the run, but mapping '{other}' calls for that too")
    return Back(member_change(Op.REMOVE_MEMBER, entry, ground, group), restores=_links(entry, MemberLink))


def take_back_ending(ground: Ground, entry: Journaled) -> Back:
    """Put somebody into a group again that the run took out of it."""
    change = entry.change
    account, group = ground.account(change), ground.group(change.group, change.group_id)
    if account is None or group is None:
        gone = f"the group '{change.group}'" if group is None else "the account"
        return Back(why_not=f"was taken out of '{change.group}' by the run, and {gone} is there no longer")
    if ground.is_member(account, group):
        return AS_BEFORE
    return Back(member_change(Op.ADD_MEMBER, entry, ground, group), restores=_links(entry, MemberLink))


def member_change(op: Op, entry: Journaled, ground: Ground, group: Group) -> Change:
    """Return a Change of a membership in a group, of the account that an entry is about."""
    change, account = entry.change, ground.account(entry.change)
    return Change(
        op, change.directory, change.mapping, user=account.username if account else change.user,
        user_id=account_id(account) if account else "", group=group.name, group_id=group_id(group),
        reason=f"run {entry.run} did the opposite", source_id=change.source_id,
    )  # fmt: skip


def take_back_nesting(ground: Ground, entry: Journaled) -> Back:
    """End a nesting that the run made, or make one that it ended."""
    change = entry.change
    is_addition = change.op is Op.ADD_CHILD_GROUP
    group, child = ground.group(change.group, change.group_id), ground.group(change.child_group)
    if group is None or child is None:
        gone = change.group if group is None else change.child_group
        why = f"was taken out of '{change.group}' by the run, and the group '{gone}' is there no longer"
        return AS_BEFORE if is_addition else Back(why_not=why)
    is_inside = any(one.id == child.id for one in ground.now.child_groups(group.id))
    if is_inside is not is_addition:
        return AS_BEFORE
    return Back(nesting(entry, Op.REMOVE_CHILD_GROUP if is_addition else Op.ADD_CHILD_GROUP, group, child.name))


def nesting(entry: Journaled, op: Op, group: Group, child: str) -> Change:
    """Return a Change that nests a group in another one, or ends that."""
    change = entry.change
    return Change(
        op, change.directory, change.mapping, group=group.name, group_id=group_id(group), child_group=child,
        reason=f"run {entry.run} did the opposite", source_id=change.source_id,
    )  # fmt: skip


def _links(entry: Journaled, kind: type[Link]) -> tuple[Link, ...] | None:
    if entry.image is None:
        return None
    return tuple(link for link in entry.image.links if isinstance(link, kind))


def _about(
    op: Op, entry: Journaled, group: Group, before: dict[str, str | bool], after: dict[str, str | bool]
) -> Change:
    change = entry.change
    return Change(
        op, change.directory, change.mapping, group=group.name, group_id=group_id(group),
        before=before, after=after, reason=f"run {entry.run} did the opposite", source_id=change.source_id,
    )  # fmt: skip
