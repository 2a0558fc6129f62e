"""What the account of one person should show, and what has to change for that."""

from __future__ import annotations

from operator import eq
from typing import TYPE_CHECKING

from dirsync.model.links import UserLink
from dirsync.model.names import nfc, same
from dirsync.model.plans import Adoption, Change, Obstacle, Op
from dirsync.plan.desired import desired_attributes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.model.entries import User
    from dirsync.plan.accounts import Standing
    from dirsync.plan.target_diff import TargetDiff


def diff_account(diff: TargetDiff, standing: Standing | None) -> Standing | None:
    """Plan what somebody's account needs; return None where nobody takes them or something is in their way."""
    if standing is None:
        return None
    feed, user, account = standing.feed, standing.user, standing.account
    if standing.obstacle:
        diff.obstacles.append(Obstacle(diff.directory, feed.name, user.username, standing.obstacle))
        return None
    if account is None:
        after: dict[str, str | bool] = {"username": user.username, **desired_attributes(user)}
        reason = f"{user.username} is in {feed.source.directory} and not yet in {diff.directory}"
        diff.changes.append(_change(Op.CREATE_USER, diff, standing, {}, after, reason))
        return standing
    if standing.is_adopted:
        diff.adopted.append(Adoption(diff.directory, feed.name, account.username, account.id, user.id))
    if not same(account.username, user.username):
        reason = f"the same person (id {user.id}) is now called {user.username} in {feed.source.directory}"
        before, renamed = {"username": account.username}, {"username": user.username}
        diff.changes.append(_change(Op.RENAME_USER, diff, standing, before, renamed, reason))
    _diff_attributes(diff, standing, account)
    _diff_activity(diff, standing, account)
    _diff_link(diff, standing, account)
    return standing


def _diff_link(diff: TargetDiff, standing: Standing, account: User) -> None:
    link = standing.link
    if link is not None and _is_so(link, standing, account):
        return
    diff.recorded.append(
        UserLink(
            diff.directory, standing.feed.name, standing.user.id, account.id, account.username,
            is_deactivated=link is not None and link.is_deactivated and not account.active,
        )
    )  # fmt: skip
    if link is not None and link.mapping != standing.feed.name:
        diff.forgotten.append(link)


def _is_so(link: UserLink, standing: Standing, account: User) -> bool:
    """Say whether the store knows all this already, as it nearly always does; quicker than making a link for it."""
    return (
        link.mapping == standing.feed.name
        and link.source_id == standing.user.id
        and link.target_id == account.id
        and link.username == account.username
        and not (link.missed or link.missed_at)
        and not (link.is_deactivated and account.active)
    )


def _are_alike(user: User, account: User) -> bool:
    """Say whether two show the same to the letter, with a name of their own and no blanks around anything."""
    shown = (user.email, user.first_name, user.last_name, user.display_name)
    if shown != (account.email, account.first_name, account.last_name, account.display_name):
        return False
    return bool(user.display_name) and all(map(eq, shown, map(str.strip, shown)))


def _diff_attributes(diff: TargetDiff, standing: Standing, account: User) -> None:
    if _are_alike(standing.user, account):
        return
    wanted = desired_attributes(standing.user)
    del wanted["active"]
    after = {name: value for name, value in wanted.items() if nfc(getattr(account, name)) != value}
    if after:
        before = {name: getattr(account, name) for name in after}
        reason = f"{standing.feed.source.directory} says otherwise"
        diff.changes.append(_change(Op.UPDATE_USER, diff, standing, before, after, reason))


def _diff_activity(diff: TargetDiff, standing: Standing, account: User) -> None:
    feed, user, link = standing.feed, standing.user, standing.link
    if user.active == account.active:
        return
    before, after = {"active": account.active}, {"active": user.active}
    if not user.active:
        reason = f"the person is disabled in {feed.source.directory}"
        diff.changes.append(_change(Op.DEACTIVATE_USER, diff, standing, before, after, reason))
    elif link is not None and link.is_deactivated and feed.ignores_returning:
        why = (
            f"is back in {feed.source.directory}, and stays inactive in {diff.directory} as the mapping says"
            " (target.returning); activate the account there if it should be"
        )
        diff.obstacles.append(Obstacle(diff.directory, feed.name, account.username, why))
    elif link is not None and link.is_deactivated:
        reason = f"the person is active again in {feed.source.directory}"
        diff.changes.append(_change(Op.REACTIVATE_USER, diff, standing, before, after, reason))
    else:
        why = (
            f"is inactive in {diff.directory}, and dirsync did not do that; activate the account there if it should be"
        )
        diff.obstacles.append(Obstacle(diff.directory, feed.name, account.username, why))


def _change(
    op: Op,
    diff: TargetDiff,
    standing: Standing,
    before: Mapping[str, str | bool],
    after: Mapping[str, str | bool],
    reason: str,
) -> Change:
    """Make a Change to an account. A rename names the old name; what follows it is under the new one."""
    account = standing.account
    return Change(
        op=op,
        directory=diff.directory,
        mapping=standing.feed.name,
        user=account.username if account and op is Op.RENAME_USER else standing.username,
        user_id=account.id if account else "",
        before=before,
        after=after,
        reason=reason,
        source_id=standing.user.id,
    )
