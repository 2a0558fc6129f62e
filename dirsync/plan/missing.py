"""People that are linked to an account and no longer in their source: kept, deactivated or removed.

Only after a complete read, and only when they were missing often enough: `missing_after` complete reads at
least 20 hours apart, so that one bad night takes nobody's access.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dirsync.model.plans import Change, Obstacle, Op

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dirsync.model.entries import User
    from dirsync.model.links import Links, UserLink
    from dirsync.model.snapshot import Snapshot
    from dirsync.plan.desired import Feed
    from dirsync.plan.target_diff import TargetDiff

APART = timedelta(hours=20)


def diff_missing(
    diff: TargetDiff,
    feed: Feed,
    feeds: Sequence[Feed],
    target: Snapshot,
    links: Links,
    in_use: set[str],
    now: datetime,
) -> None:
    """Plan what becomes of the accounts of people the source no longer shows.

    `in_use` holds the ids of accounts that stand for somebody the sources do show: a person whose entry was
    made anew, with another id, keeps the account.
    """
    if not feed.source.completeness.is_complete:
        return
    unreadable = {entry.id.strip() for entry in feed.source.quarantined}
    for link in links.users(diff.directory, feed.name):
        if link.source_id in unreadable or feed.user(link.source_id) is not None:
            if link.missed and (feed.name, link.source_id) not in diff.standings:
                diff.recorded.append(replace(link, missed=0, missed_at=""))
            continue
        account = target.user(link.target_id)
        if account is None or account.id in in_use:
            diff.forgotten.append(link)
            continue
        if _is_taken_elsewhere(feed, feeds, link):
            continue  # something is in their way there; the link keeps their account known until that is solved
        missed = _missed(link, now)
        if missed != link:
            diff.recorded.append(missed)
        _end(diff, feed, account, missed, has_nameless="" in unreadable)


def _is_taken_elsewhere(feed: Feed, feeds: Sequence[Feed], link: UserLink) -> bool:
    """Somebody in one Mapping of a target but not in another is not missing (design, section 5)."""
    return any(
        other is not feed and other.source.directory == feed.source.directory and other.user(link.source_id) is not None
        for other in feeds
    )


def _missed(link: UserLink, now: datetime) -> UserLink:
    """Count this read, unless the last one that counted is too near.

    One that counted in what is now the future was counted by a wrong clock: from here on this read stands for it.
    """
    since_counted = now - datetime.fromisoformat(link.missed_at) if link.missed_at else APART
    if since_counted < timedelta(0):
        return replace(link, missed_at=now.isoformat())
    if since_counted < APART:
        return link
    return replace(link, missed=link.missed + 1, missed_at=now.isoformat())


def _end(diff: TargetDiff, feed: Feed, account: User, link: UserLink, *, has_nameless: bool) -> None:
    destination = feed.mapping.content.target
    if destination is None or destination.missing == "keep" or link.missed < destination.missing_after:
        return
    if has_nameless:
        why = f"is missing from {feed.source.directory}, but entries without an id were left out there; it stays"
        diff.obstacles.append(Obstacle(diff.directory, feed.name, account.username, why))
        return
    reason = f"missing from {feed.source.directory} in {link.missed} complete read{'s' * (link.missed > 1)}"
    if destination.missing == "remove":
        before: dict[str, str | bool] = {
            "username": account.username,
            "email": account.email,
            "first_name": account.first_name,
            "last_name": account.last_name,
            "display_name": account.display_name,
            "active": account.active,
        }
        op, after = Op.REMOVE_USER, {}
    elif account.active:
        op, before, after = Op.DEACTIVATE_USER, {"active": True}, {"active": False}
    else:
        return
    diff.changes.append(
        Change(
            op, diff.directory, feed.name, user=account.username, user_id=account.id,
            before=before, after=after, reason=reason, source_id=link.source_id,
        )
    )  # fmt: skip
