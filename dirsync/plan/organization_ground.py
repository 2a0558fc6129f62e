"""What Jira holds of organisations, for one comparison: who bears a name, what dirsync made, what serves what."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from dirsync.model.names import fold
from dirsync.model.organizations import ORGANIZATIONS, organizations_in, projects_in, projects_of
from dirsync.model.plans import Change, Obstacle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dirsync.model.entries import Group, User
    from dirsync.model.links import Links
    from dirsync.model.plans import Op
    from dirsync.model.snapshot import Snapshot
    from dirsync.plan.organization_feeds import OrganizationFeed


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who bears a name: one organisation, none, or several of which nobody can say which is meant."""

    organization: Group | None
    is_known: bool = True


@dataclass(frozen=True)
class OrganizationGround:
    """Jira's organisations as they were read, and the Mappings that carry any."""

    observed: Snapshot
    links: Links
    feeds: Sequence[OrganizationFeed]

    @cached_property
    def bearers(self) -> Mapping[str, Sequence[Group]]:
        """The organisations by folded name, which is not unique."""
        found: defaultdict[str, list[Group]] = defaultdict(list)
        for one in organizations_in(self.observed):
            found[fold(one.name)].append(one)
        return found

    @cached_property
    def projects(self) -> Mapping[str, str]:
        """The keys of the service projects that were read, by folded key."""
        return projects_in(self.observed)

    @cached_property
    def made(self) -> Mapping[str, set[str]]:
        """Ids of the organisations that dirsync made, by Mapping."""
        return {feed.name: {one.group for one in self.links.groups(ORGANIZATIONS, feed.name)} for feed in self.feeds}

    def bearer(self, folded: str) -> Bearer:
        """Return who bears a name; of several the one that dirsync made, if that is just one."""
        bearers = self.bearers.get(folded, ())
        if len(bearers) > 1:
            ours = set().union(*self.made.values())
            bearers = [one for one in bearers if one.id in ours]
            return Bearer(bearers[0]) if len(bearers) == 1 else Bearer(None, is_known=False)
        return Bearer(bearers[0] if bearers else None)

    def is_in(self, account: User, organization: Group) -> bool:
        """Say whether an account belongs to an organisation."""
        return any(one.id == organization.id for one in self.observed.groups_of(account.id))

    def served_by(self, organization: Group | None) -> set[str]:
        """Return the folded keys of the service projects that serve an organisation."""
        return projects_of(self.observed, organization) if organization else set()


def about(op: Op, feed: OrganizationFeed, organization: Group | str, reason: str) -> Change:
    """Return a Change of an organisation: one that is there, or the name of one that is still to be made."""
    if isinstance(organization, str):
        return Change(op, ORGANIZATIONS, feed.name, group=organization, reason=reason)
    return Change(op, ORGANIZATIONS, feed.name, group=organization.name, group_id=organization.id, reason=reason)


def in_the_way(feed: OrganizationFeed, name: str, why: str) -> Obstacle:
    """Return an Obstacle."""
    return Obstacle(ORGANIZATIONS, feed.name, name, why)
