"""Who comes into which organisation, and who leaves.

Jira learns of an account only when it synchronises its directories, so whoever is made tonight is put in later. Only
memberships that are ours are ever taken away.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dirsync.model.links import MemberLink
from dirsync.model.names import fold, same
from dirsync.model.organizations import LEAVERS, ORGANIZATIONS
from dirsync.model.plans import Op
from dirsync.plan.organization_ground import about, in_the_way

if TYPE_CHECKING:
    from collections.abc import Collection

    from dirsync.model.entries import Group, User
    from dirsync.plan.organization_feeds import Member, OrganizationFeed
    from dirsync.plan.organization_ground import OrganizationGround
    from dirsync.plan.target_diff import TargetDiff


@dataclass
class OrganizationPeople:
    """Compares person by person, Mapping after Mapping."""

    diff: TargetDiff
    ground: OrganizationGround
    ending: Collection[tuple[str, str]]
    """(mapping, source id) of those whose accounts end tonight."""
    entering: dict[str, str] = field(default_factory=dict)
    """Folded names of organisations that are not there and that somebody comes into, with the first such Mapping."""
    leaving: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Id of an organisation to Jira's keys of those who are taken out."""
    in_doubt: set[str] = field(default_factory=set)
    """Names of the Mappings all of whose people lost their organisation at once: rather the attribute is lost."""
    _planned: set[tuple[str, str]] = field(default_factory=set)
    """(folded organisation, Jira's key) of those who are put in."""
    _kept: set[tuple[str, str]] = field(default_factory=set)
    """(id of an organisation, Jira's key) of those whom a Mapping wants in it, where there are several."""

    def compare(self, feed: OrganizationFeed) -> None:
        """Plan what becomes of the memberships of one Mapping's people."""
        for member in feed.members():
            wanted = feed.folded(member.user)
            if member.user and wanted and fold(member.user.username) not in feed.namesakes:
                self._stay_or_enter(feed, member, member.user, wanted)
            for folded in sorted(member.linked - {wanted}):
                if member.user and not feed.wanted:
                    self.in_doubt.add(feed.name)
                else:
                    self._leave(feed, member, folded)
            if member.was_called and (member.user or member.link or not member.linked):
                self.diff.forgotten.append(MemberLink(LEAVERS, feed.name, member.source_id, member.was_called))
        if feed.name in self.in_doubt:
            why = (
                f"nobody in {feed.source.directory} belongs to an organisation any more (attribute "
                f"'{feed.carried.attribute}'), so nobody is taken out of one; look whether the account that reads may "
                "still see it, and whether target.organizations.names still fits"
            )
            self.diff.obstacles.append(in_the_way(feed, feed.name, why))

    def _stay_or_enter(self, feed: OrganizationFeed, member: Member, user: User, folded: str) -> None:
        bearer = self.ground.bearer(folded)
        if not bearer.is_known:
            return
        # without a link nothing says that the account of this name is theirs, and later nobody could tell who had left
        account = self.ground.observed.user_named(feed.account_name(member)) if member.link else None
        organization = bearer.organization
        if account and organization and self.ground.is_in(account, organization):
            if len(self.ground.feeds) > 1:
                self._kept.add((organization.id, account.id))
            if folded not in member.linked:
                self.diff.recorded.append(MemberLink(ORGANIZATIONS, feed.name, member.source_id, folded))
        elif user.active:
            self._enter(feed, member, user, account, organization or feed.wanted[folded])

    def _enter(
        self, feed: OrganizationFeed, member: Member, user: User, account: User | None, organization: Group | str
    ) -> None:
        name = organization if isinstance(organization, str) else organization.name
        source = feed.source.directory
        if account is None:
            why = (
                f"has no account yet that Jira shows as dirsync's; will be put into '{name}' once Jira has synchronised"
            )
            self.diff.obstacles.append(in_the_way(feed, user.username, why))
            return
        if user.email and account.email and not same(user.email, account.email):
            why = (
                f"has another e-mail address in Jira than in {source}, so nothing says that they are one person, and "
                f"is not put into '{name}'; Jira may not have synchronised yet"
            )
            self.diff.obstacles.append(in_the_way(feed, user.username, why))
            return
        if (fold(name), account.id) in self._planned:
            return
        self._planned.add((fold(name), account.id))
        if isinstance(organization, str):
            self.entering.setdefault(fold(name), feed.name)
        change = about(Op.ADD_TO_ORGANIZATION, feed, organization, f"belongs to it in {source}")
        self.diff.changes.append(replace(change, user=account.username, user_id=account.id, source_id=member.source_id))

    def _leave(self, feed: OrganizationFeed, member: Member, folded: str) -> None:
        """Plan the end of a membership that is ours. Whoever is missing keeps it as long as they keep their account."""
        is_missing = member.user is None and not any(
            one.user(member.source_id) for one in self.ground.feeds if feed.reads_as(one)
        )
        if is_missing and not (feed.is_ended(member) or (feed.name, member.source_id) in self.ending):
            return
        bearer = self.ground.bearer(folded)
        if not bearer.is_known:
            return
        organization = bearer.organization
        account = self.ground.observed.user_named(feed.account_name(member))
        if organization is None or account is None or not self.ground.is_in(account, organization):
            self.diff.forgotten.append(MemberLink(ORGANIZATIONS, feed.name, member.source_id, folded))
            return
        self.leaving[organization.id].add(account.id)
        source = feed.source.directory
        reason = f"is gone from {source}" if is_missing else f"belongs to it no longer in {source}"
        change = about(Op.REMOVE_FROM_ORGANIZATION, feed, organization, f"{reason}, which was read whole")
        self.diff.changes.append(replace(change, user=account.username, user_id=account.id, source_id=member.source_id))

    def spare_who_is_called_for(self) -> None:
        """Let those stay whom another Mapping wants in the organisation; only the link of the one that doesn't ends."""
        for change in [one for one in self.diff.changes if (one.group_id, one.user_id) in self._kept]:
            self.diff.changes.remove(change)
            self.leaving[change.group_id].discard(change.user_id)
            self.diff.forgotten.append(MemberLink(ORGANIZATIONS, change.mapping, change.source_id, fold(change.group)))
