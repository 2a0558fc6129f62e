"""The Plan of a whole run: the differences of all targets, ordered and digested."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dirsync.model.estate import Audience
from dirsync.model.organizations import ORGANIZATIONS
from dirsync.model.plans import Op, Plan
from dirsync.plan.diff import diff_target
from dirsync.plan.order import in_order
from dirsync.plan.organization_feeds import organization_feeds
from dirsync.plan.organization_leavers import leavers
from dirsync.plan.organizations import diff_organizations, why_organizations_stay
from dirsync.plan.target_diff import TargetDiff

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from dirsync.model.links import Link, Links
    from dirsync.model.piles import NewPile, Pile
    from dirsync.model.rest import Rest
    from dirsync.model.snapshot import Snapshot
    from dirsync.plan.desired import Feed

ENDING = frozenset(
    {
        *(Op.DEACTIVATE_USER, Op.REMOVE_USER, Op.REMOVE_MEMBER, Op.REMOVE_CHILD_GROUP, Op.REMOVE_GROUP),
        *(Op.REMOVE_FROM_ORGANIZATION, Op.UNLINK_ORGANIZATION, Op.REMOVE_ORGANIZATION),
    }
)
"""What takes something away; nothing of it is even shown where the reads prove nothing."""


@dataclass(frozen=True)
class Planned:
    """A Plan, and the links that follow from reading alone, whether or not it is applied."""

    plan: Plan
    recorded: Pile[Link] = field(default_factory=list)
    forgotten: tuple[Link, ...] = ()
    feeds: Mapping[str, tuple[Feed, ...]] = field(default_factory=dict)
    """Target Directory to what feeds it."""
    rests: Mapping[str, Rest | None] = field(default_factory=dict)
    """Target Directory to who needs nothing there, for the next plan."""
    concerned: Mapping[str, int | None] = field(default_factory=dict)
    """Target Directory to how many people were looked at; None: everybody."""


def make_plan(
    feeds: Mapping[str, Sequence[Feed]],
    targets: Mapping[str, Snapshot],
    links: Links,
    now: datetime,
    new_pile: NewPile = list,
) -> Planned:
    """Plan every target. A target that was not read whole, or that a partly read source feeds, is unappliable.

    The organisations of Jira come last, where `targets` holds them (`dirsync.model.organizations`).

    For an unappliable one the Plan shows what would be added or altered, and never an end of anything. What may be as
    many as there are people lies in piles of `new_pile`.
    """
    recorded, adopted = new_pile(), new_pile()
    diffs: list[TargetDiff] = []
    unappliable: dict[str, str] = {}
    for directory in sorted(feeds):
        why = why_unappliable(directory, targets[directory], feeds[directory])
        gathered = (new_pile(), new_pile()) if why else (recorded, adopted)
        diff = TargetDiff(directory, recorded=gathered[0], adopted=gathered[1])
        diff_target(diff, targets[directory], feeds[directory], links, now)
        if why:
            unappliable[directory] = why
            diff.changes = [change for change in diff.changes if change.op not in ENDING]
        diffs.append(diff)
    customers = {
        feed.name for each in feeds.values() for feed in each if feed.mapping.content.audience is Audience.CUSTOMERS
    }
    changes = in_order((change for diff in diffs for change in diff.changes), customers)
    if ORGANIZATIONS in targets:
        organizations = diff_organizations(feeds, targets, links, changes)
        if why := why_organizations_stay(feeds, targets, links):
            unappliable[ORGANIZATIONS] = why
            organizations.changes = [change for change in organizations.changes if change.op not in ENDING]
        else:
            for link in organizations.recorded:
                recorded.append(link)
        diffs.append(organizations)
        changes = (*changes, *organizations.changes)
    obstacles = sorted(
        (obstacle for diff in diffs for obstacle in diff.obstacles),
        key=lambda obstacle: (obstacle.directory, obstacle.mapping, obstacle.name, obstacle.reason),
    )
    snapshots = {**targets, **{feed.source.directory: feed.source for each in feeds.values() for feed in each}}
    base = {name: snapshot.completeness.cursor or "" for name, snapshot in sorted(snapshots.items())}
    sound = [diff for diff in diffs if diff.directory not in unappliable]
    forgotten = tuple(link for diff in sound for link in diff.forgotten)
    carrying = organization_feeds(feeds, targets, links)
    for leaver in leavers(carrying, changes, forgotten):
        recorded.append(leaver)
    return Planned(
        Plan(changes, tuple(obstacles), unappliable, base, adopted),
        recorded,
        forgotten,
        {directory: tuple(each) for directory, each in feeds.items()},
        {diff.directory: diff.rest for diff in diffs if diff.directory in feeds},
        {diff.directory: diff.concerned for diff in diffs if diff.directory in feeds},
    )


def why_unappliable(directory: str, target: Snapshot, feeds: Sequence[Feed]) -> str:
    """Return what was not read whole, so that nothing may be written to a target; or an empty string."""
    if not target.completeness.is_complete:
        return f"{directory} itself was not read whole: {target.completeness.reason}"
    for feed in feeds:
        if not feed.source.completeness.is_complete:
            return f"{feed.source.directory}, which feeds it, was not read whole: {feed.source.completeness.reason}"
    return ""
