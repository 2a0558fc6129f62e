"""Desired against observed, for one target: the Changes, what stands in the way, and the links that follow.

People come in chunks, with all that is known of each (`dirsync.plan.people`), so what is held is what needs something.
Who needs nothing does not come at all (`dirsync.plan.at_rest`); those of whom that is known from the last plan are not
even looked at (`dirsync.plan.rest`).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dirsync.plan.accounts import Accounts
from dirsync.plan.at_rest import AtRest
from dirsync.plan.attributes import diff_account
from dirsync.plan.feed_groups import FeedGroups
from dirsync.plan.groups import diff_gone, diff_wanted
from dirsync.plan.memberships import Memberships
from dirsync.plan.missing import Missing
from dirsync.plan.people import people
from dirsync.plan.rest import Resting, ground_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from dirsync.model.links import Links
    from dirsync.model.snapshot import Snapshot
    from dirsync.plan.accounts import Standing
    from dirsync.plan.desired import Feed
    from dirsync.plan.target_diff import TargetDiff


def diff_target(diff: TargetDiff, target: Snapshot, feeds: Sequence[Feed], links: Links, now: datetime) -> TargetDiff:
    """Compare what the feeds want with what the target holds. Order the result with `dirsync.plan.order`.

    Returns `diff`, which gathers it.
    """
    directory = diff.directory
    accounts = Accounts(directory, target, feeds, links)
    groups = [FeedGroups(feed, directory, target, links) for feed in feeds]
    shared = frozenset(links.shared(directory))
    missing = Missing(diff, feeds, shared)
    at_rest = AtRest(target, accounts, groups, shared)
    resting = Resting(directory, target, feeds, links, ground_of(groups, accounts, shared))
    concerned = resting.concerned()
    diff.concerned = sum(map(len, concerned.values())) if concerned is not None else None
    diff_wanted(diff, groups)
    for source, readers in _by_source(groups).items():
        memberships = Memberships(diff, readers)
        among = concerned[source] if concerned is not None else None
        for chunk in people(directory, [one.feed for one in readers], links, at_rest, among):
            resting.note(source, chunk)
            standings = [diff_account(diff, standing) for standing in accounts.standings(chunk)]
            inside = _groups_of(target, standings)
            for person, standing in zip(chunk, standings, strict=True):
                missing.note(person, standing, accounts)
                account = standing.account if standing else None
                memberships.compare(person, standing, inside[account.id] if account else ())
        for one in readers:
            diff_gone(diff, one, groups, target, memberships)
    missing.judge(now)
    diff.rest = resting.rest()
    return diff


def _by_source(groups: Iterable[FeedGroups]) -> dict[str, list[FeedGroups]]:
    """Put together those that read one Directory: what is true of a person there is so for all of them."""
    readers: dict[str, list[FeedGroups]] = defaultdict(list)
    for one in groups:
        readers[one.feed.source.directory].append(one)
    return readers


def _groups_of(target: Snapshot, standings: Iterable[Standing | None]) -> dict[str, list[str]]:
    """Return for each account the ids of the groups it is in directly."""
    inside: dict[str, list[str]] = {one.account.id: [] for one in standings if one and one.account}
    for account_id, group_id in target.memberships_of(inside):
        inside[account_id].append(group_id)
    return inside
