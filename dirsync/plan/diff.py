"""Desired against observed, for one target: the Changes, what stands in the way, and the links that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.links import UserLink
from dirsync.model.names import nfc, same
from dirsync.model.plans import Adoption, Change, Obstacle, Op
from dirsync.plan.accounts import Accounts, Standing
from dirsync.plan.desired import desired_attributes
from dirsync.plan.memberships import diff_groups
from dirsync.plan.missing import diff_missing
from dirsync.plan.target_diff import TargetDiff

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from dirsync.model.entries import User
    from dirsync.model.links import Links
    from dirsync.model.snapshot import Snapshot
    from dirsync.plan.desired import Feed


def diff_target(directory: str, target: Snapshot, feeds: Sequence[Feed], links: Links, now: datetime) -> TargetDiff:
    """Compare what the feeds want with what the target holds. Order the result with `dirsync.plan.order`."""
    diff = TargetDiff(directory)
    accounts = Accounts(directory, target, feeds, links)
    for feed in feeds:
        for user in feed.users():
            owner = accounts.owner(feed, user.id)
            if owner is not feed:
                if (owner.name, user.id) in diff.standings:
                    diff.standings[feed.name, user.id] = diff.standings[owner.name, user.id]
                continue
            _diff_user(diff, feed, user, accounts.standing(feed, user))
    in_use = {target_id for _, target_id in diff.standings.values()}
    for feed in feeds:
        diff_groups(diff, feed, feeds, target, links)
        diff_missing(diff, feed, feeds, target, links, in_use, now)
    return diff


def _diff_user(diff: TargetDiff, feed: Feed, user: User, standing: Standing) -> None:
    if standing.obstacle:
        diff.obstacles.append(Obstacle(diff.directory, feed.name, user.username, standing.obstacle))
        return
    account = standing.account
    if account is None:
        diff.standings[feed.name, user.id] = (user.username, "")
        after: dict[str, str | bool] = {"username": user.username, **desired_attributes(user)}
        reason = f"{user.username} is in {feed.source.directory} and not yet in {diff.directory}"
        diff.changes.append(_change(Op.CREATE_USER, diff, feed, user, None, {}, after, reason))
        return
    if standing.is_adopted:
        diff.adopted.append(Adoption(diff.directory, feed.name, account.username, account.id, user.id))
    is_renamed = not same(account.username, user.username)
    name = user.username if is_renamed else account.username
    diff.standings[feed.name, user.id] = (name, account.id)
    if is_renamed:
        reason = f"the same person (id {user.id}) is now called {user.username} in {feed.source.directory}"
        before, renamed = {"username": account.username}, {"username": user.username}
        diff.changes.append(_change(Op.RENAME_USER, diff, feed, user, account, before, renamed, reason))
    _diff_attributes(diff, feed, user, account)
    _diff_activity(diff, feed, user, account, standing.link)
    seen = UserLink(
        diff.directory, feed.name, user.id, account.id, account.username,
        is_deactivated=standing.link is not None and standing.link.is_deactivated and not account.active,
    )  # fmt: skip
    if seen != standing.link:
        diff.recorded.append(seen)
    if standing.link is not None and standing.link.mapping != feed.name:
        diff.forgotten.append(standing.link)


def _diff_attributes(diff: TargetDiff, feed: Feed, user: User, account: User) -> None:
    wanted = desired_attributes(user)
    del wanted["active"]
    after = {name: value for name, value in wanted.items() if nfc(getattr(account, name)) != value}
    if after:
        before = {name: getattr(account, name) for name in after}
        reason = f"{feed.source.directory} says otherwise"
        diff.changes.append(_change(Op.UPDATE_USER, diff, feed, user, account, before, after, reason))


def _diff_activity(diff: TargetDiff, feed: Feed, user: User, account: User, link: UserLink | None) -> None:
    if user.active == account.active:
        return
    before, after = {"active": account.active}, {"active": user.active}
    if not user.active:
        reason = f"the person is disabled in {feed.source.directory}"
        diff.changes.append(_change(Op.DEACTIVATE_USER, diff, feed, user, account, before, after, reason))
    elif link is not None and link.is_deactivated and _ignores_returning(feed):
        why = (
            f"is back in {feed.source.directory}, and stays inactive in {diff.directory} as the mapping says"
            " (target.returning); activate the account there if it should be"
        )
        diff.obstacles.append(Obstacle(diff.directory, feed.name, account.username, why))
    elif link is not None and link.is_deactivated:
        reason = f"the person is active again in {feed.source.directory}"
        diff.changes.append(_change(Op.REACTIVATE_USER, diff, feed, user, account, before, after, reason))
    else:
        why = (
            f"is inactive in {diff.directory}, and dirsync did not do that; activate the account there if it should be"
        )
        diff.obstacles.append(Obstacle(diff.directory, feed.name, account.username, why))


def _ignores_returning(feed: Feed) -> bool:
    destination = feed.mapping.content.target
    return destination is not None and destination.returning == "ignore"


def _change(
    op: Op,
    diff: TargetDiff,
    feed: Feed,
    user: User,
    account: User | None,
    before: Mapping[str, str | bool],
    after: Mapping[str, str | bool],
    reason: str,
) -> Change:
    """Make a Change to an account. A rename names the old name; what follows it is under the new one."""
    current = diff.standings[feed.name, user.id][0]
    return Change(
        op=op,
        directory=diff.directory,
        mapping=feed.name,
        user=account.username if account and op is Op.RENAME_USER else current,
        user_id=account.id if account else "",
        before=before,
        after=after,
        reason=reason,
        source_id=user.id,
    )
