"""Customers into organisations of Jira Service Management: what has to change, and what stands in the way.

Only what dirsync made, linked or put in is ever taken away.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from dirsync.model.links import GroupLink, MemberLink
from dirsync.model.names import fold
from dirsync.model.organizations import AS_GROUP, ORGANIZATIONS, SERVICE_PROJECT, SERVICE_PROJECTS
from dirsync.model.plans import Op
from dirsync.plan.organization_feeds import organization_feeds
from dirsync.plan.organization_ground import OrganizationGround, about, in_the_way
from dirsync.plan.organization_people import OrganizationPeople
from dirsync.plan.target_diff import TargetDiff

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dirsync.model.entries import Group
    from dirsync.model.links import Links
    from dirsync.model.plans import Change
    from dirsync.model.snapshot import Snapshot
    from dirsync.plan.desired import Feed
    from dirsync.plan.organization_feeds import OrganizationFeed

_PHASE = {op: number for number, op in enumerate(AS_GROUP)}


def diff_organizations(
    feeds: Mapping[str, Sequence[Feed]], targets: Mapping[str, Snapshot], links: Links, changes: Iterable[Change]
) -> TargetDiff:
    """Compare what the feeds want of organisations with what Jira holds (`targets[ORGANIZATIONS]`), in order.

    `changes` are those of the accounts: whoever's account ends by them leaves the organisations too.
    """
    ending = {
        (change.mapping, change.source_id) for change in changes if change.op in {Op.DEACTIVATE_USER, Op.REMOVE_USER}
    }
    diff = TargetDiff(ORGANIZATIONS)
    ground = OrganizationGround(targets[ORGANIZATIONS], links, organization_feeds(feeds, targets, links))
    people = OrganizationPeople(diff, ground, ending)
    for feed in ground.feeds:
        people.compare(feed)
    people.spare_who_is_called_for()
    for feed in ground.feeds:
        _name_those_of_one_name(diff, feed, ground)
        _make_and_serve(diff, feed, ground, people.entering)
    for feed in ground.feeds:
        if feed.name not in people.in_doubt:
            _end_serving(diff, feed, ground)
            _end(diff, feed, ground, people.leaving)
    diff.changes.sort(
        key=lambda one: (_PHASE[one.op], fold(one.group), one.group_id, fold(one.user), one.mapping, one.id)
    )
    return diff


def why_organizations_stay(feeds: Mapping[str, Sequence[Feed]], targets: Mapping[str, Snapshot], links: Links) -> str:
    """Return what was not read whole, so that nothing may be written to organisations; or an empty string."""
    carrying = organization_feeds(feeds, targets, links)
    read = chain((targets[ORGANIZATIONS],), *((one.source, one.target) for one in carrying))
    partly = next((one for one in read if not one.completeness.is_complete), None)
    if partly is None:
        return ""
    return f"{partly.directory} was not read whole, and organisations go by it: {partly.completeness.reason}"


def _name_those_of_one_name(diff: TargetDiff, feed: OrganizationFeed, ground: OrganizationGround) -> None:
    for folded, name in sorted(feed.wanted.items()):
        if not ground.bearer(folded).is_known:
            ids = ", ".join(one.id for one in ground.bearers[folded])
            why = (
                f"is the name of several organisations in Jira (ids {ids}), and nothing says which is meant; rename or "
                "remove all but one there"
            )
            diff.obstacles.append(in_the_way(feed, name, why))


def _make_and_serve(
    diff: TargetDiff, feed: OrganizationFeed, ground: OrganizationGround, entering: Mapping[str, str]
) -> None:
    """Plan which organisations are made, and which service projects serve those that are there or are made."""
    known = {(link.source_id, link.group) for link in ground.links.members(SERVICE_PROJECTS, feed.name)}
    for folded, name in sorted(feed.wanted.items()):
        organization = ground.bearer(folded).organization
        if organization is None and folded not in entering:
            continue
        if entering.get(folded) == feed.name:
            change = about(Op.CREATE_ORGANIZATION, feed, name, f"people of mapping '{feed.name}' belong to it")
            diff.changes.append(replace(change, after={"name": name}))
        served_by = ground.served_by(organization)
        for key in feed.projects(name):
            if fold(key) not in ground.projects:
                why = f"should serve '{name}', and there is no such service project, or dirsync's account can't see it"
                diff.obstacles.append(in_the_way(feed, key, why))
            elif fold(key) not in served_by:
                reason = f"mapping '{feed.name}' lets this service project serve it"
                change = about(Op.LINK_ORGANIZATION, feed, organization or name, reason)
                diff.changes.append(replace(change, after={SERVICE_PROJECT: ground.projects[fold(key)]}))
            elif (folded, fold(key)) not in known:
                diff.recorded.append(MemberLink(SERVICE_PROJECTS, feed.name, folded, fold(key)))


def _end_serving(diff: TargetDiff, feed: OrganizationFeed, ground: OrganizationGround) -> None:
    for link in ground.links.members(SERVICE_PROJECTS, feed.name):
        bearer = ground.bearer(link.source_id)
        if feed.keeps_served(link.source_id, link.group) or not bearer.is_known:
            continue
        organization = bearer.organization
        is_called_for = any(one.serves(link.source_id, link.group) for one in ground.feeds)
        if organization is None or is_called_for or link.group not in ground.served_by(organization):
            diff.forgotten.append(link)
            continue
        reason = f"mapping '{feed.name}' lets this service project serve it no longer"
        change = about(Op.UNLINK_ORGANIZATION, feed, organization, reason)
        diff.changes.append(replace(change, before={SERVICE_PROJECT: ground.projects[link.group]}))


def _end(diff: TargetDiff, feed: OrganizationFeed, ground: OrganizationGround, leaving: Mapping[str, set[str]]) -> None:
    there = {one.id: one for bearers in ground.bearers.values() for one in bearers}
    for number in sorted(ground.made[feed.name]):
        organization = there.get(number)
        if organization is None:
            diff.forgotten.append(GroupLink(ORGANIZATIONS, feed.name, number))
            continue
        is_wanted = any(fold(organization.name) in one.wanted for one in ground.feeds)
        if feed.carried.missing == "keep" or is_wanted:
            continue
        if held := _held(diff, ground, organization, leaving.get(number, set())):
            why = f"nobody in {feed.source.directory} belongs to it any more, but in Jira {held}, so it stays"
            diff.obstacles.append(in_the_way(feed, organization.name, why))
            continue
        reason = f"nobody in {feed.source.directory} belongs to it any more; requests shared with it lose it for good"
        change = about(Op.REMOVE_ORGANIZATION, feed, organization, reason)
        diff.changes.append(replace(change, before={"name": organization.name}))


def _held(diff: TargetDiff, ground: OrganizationGround, organization: Group, leaving: set[str]) -> str:
    """Return who or what is still with an organisation once the plan is carried out, or an empty string."""
    members = (user.username for user in ground.observed.members(organization.id) if user.id not in leaving)
    unlinked = {
        fold(str(change.before[SERVICE_PROJECT]))
        for change in diff.changes
        if change.op is Op.UNLINK_ORGANIZATION and change.group_id == organization.id
    }
    served_by = sorted(ground.served_by(organization) - unlinked)
    if name := next(members, ""):
        return f"'{name}' belongs to it"
    return f"service project {ground.projects[served_by[0]]} serves it" if served_by else ""
