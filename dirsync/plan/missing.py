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
    from collections.abc import Collection, Sequence

    from dirsync.model.entries import User
    from dirsync.model.links import UserLink
    from dirsync.plan.accounts import Accounts, Standing
    from dirsync.plan.desired import Feed
    from dirsync.plan.people import Person
    from dirsync.plan.target_diff import TargetDiff

APART = timedelta(hours=20)


class Missing:
    """Gathers whom their source no longer shows, and judges them once it is known which accounts are still in use.

    A person whose entry was made anew, with another id, keeps the account. `shared` holds the accounts that several
    links lead to.
    """

    def __init__(self, diff: TargetDiff, feeds: Sequence[Feed], shared: Collection[str]) -> None:
        self._diff = diff
        self._shared = shared
        self._proving = {feed.name: feed for feed in feeds if feed.source.completeness.is_complete}
        self._unreadable = {feed.name: {entry.id.strip() for entry in feed.source.quarantined} for feed in feeds}
        self._in_use: set[str] = set()
        """Accounts of people who are there, as far as anybody else's link may lead to them."""
        self._missing: list[tuple[Feed, UserLink, User | None, bool]] = []

    def note(self, person: Person, standing: Standing | None, accounts: Accounts) -> None:
        """Take one person of a source; `standing` is None where nobody takes them, or something is in their way."""
        if standing is not None and standing.account is not None:
            link, account = standing.link, standing.account
            is_theirs_alone = link is not None and link is person.links.get(standing.feed.name)
            if not is_theirs_alone or account.id in self._shared:
                self._in_use.add(account.id)
        for mapping, link in person.links.items():
            feed = self._proving.get(mapping)
            if feed is None:
                continue
            is_taken = mapping in person.taken
            if not is_taken and person.id not in self._unreadable[mapping]:
                self._missing.append((feed, link, accounts.account(link.target_id), bool(person.taken)))
            elif link.missed and (standing is None or not is_taken):
                self._diff.recorded.append(replace(link, missed=0, missed_at=""))

    def judge(self, now: datetime) -> None:
        """Plan what becomes of the accounts of those whom the source no longer shows."""
        for feed, link, account, is_taken_elsewhere in self._missing:
            if account is None or account.id in self._in_use:
                self._diff.forgotten.append(link)
                continue
            if is_taken_elsewhere:
                # somebody in one Mapping of a target but not in another is not missing (design, section 5): something
                # is in their way there; the link keeps their account known until that is solved
                continue
            missed = _missed(link, now)
            if missed != link:
                self._diff.recorded.append(missed)
            _end(self._diff, feed, account, missed, has_nameless="" in self._unreadable[feed.name])


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
