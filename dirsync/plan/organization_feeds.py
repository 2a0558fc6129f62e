"""What one Mapping wants of organisations, person by person, in memory that does not grow with their number."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from dirsync.model.entries import User
from dirsync.model.links import UserLink
from dirsync.model.names import fold, matches, nfc
from dirsync.model.organizations import LEAVERS, ORGANIZATIONS, SERVICE_PROJECTS
from dirsync.plan.desired import carried_name, namesakes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dirsync.mapping.destination import OrganizationsCarried
    from dirsync.model.links import Links
    from dirsync.model.snapshot import Snapshot
    from dirsync.plan.desired import Feed


@dataclass(frozen=True, slots=True)
class _WasCalled:
    name: str


@dataclass
class Member:
    """Somebody whom the Mapping takes, or of whom the store knows something."""

    source_id: str
    user: User | None = None
    """As the source shows them; None: the Mapping does not take them any more."""
    link: UserLink | None = None
    """The account on the Mapping's target that stands for them."""
    linked: set[str] = field(default_factory=set)
    """Folded names of the organisations that dirsync knows them to be in by its own doing."""
    was_called: str = ""
    """The folded name of their account when it ended; empty where it hasn't, or they were in no organisation."""


@dataclass(frozen=True)
class OrganizationFeed:
    """One Mapping with organisations, its source and its target."""

    feed: Feed
    carried: OrganizationsCarried
    target: Snapshot
    links: Links
    others: tuple[str, ...] = ()
    """Names of the other Mappings from the same source to the same target: an account may be under one of them."""

    @property
    def name(self) -> str:
        """The Mapping's name."""
        return self.feed.name

    @property
    def source(self) -> Snapshot:
        """What it reads."""
        return self.feed.source

    @cached_property
    def wanted(self) -> Mapping[str, str]:
        """The organisations that its people belong to: folded name to name, as the first of them by id has it."""
        found: dict[str, str] = {}
        for user in self.feed.users():
            name = self.organization(user)
            if name:
                found.setdefault(fold(name), name)
        return found

    @cached_property
    def namesakes(self) -> set[str]:
        """Folded usernames that several of its people bear: whose account it is nobody can say."""
        return namesakes([self.feed])[self.name]

    @cached_property
    def _left_out(self) -> set[str]:
        return {entry.id.strip() for entry in self.source.quarantined}

    def user(self, source_id: str) -> User | None:
        """Find somebody the Mapping takes."""
        return self.feed.user(source_id)

    def reads_as(self, other: OrganizationFeed) -> bool:
        """Say whether another Mapping reads the same Directory, so that it may take the same people."""
        return other.name != self.name and other.source.directory == self.source.directory

    def organization(self, user: User | None) -> str:
        """Return the name in Jira of somebody's organisation, or an empty string."""
        told = nfc(user.organization).strip() if user else ""
        return _carried(tuple(self.carried.names.items()), told) if told else ""

    def folded(self, user: User | None) -> str:
        """Return the same, folded."""
        return fold(self.organization(user))

    def projects(self, organization: str) -> Sequence[str]:
        """Return the keys of the service projects that are to serve an organisation."""
        lists = self.carried.service_projects.items()
        return next((keys for pattern, keys in lists if matches(pattern, organization)), ())

    def serves(self, folded: str, key: str) -> bool:
        """Say whether the Mapping wants this organisation served by this service project (both folded)."""
        return folded in self.wanted and key in map(fold, self.projects(self.wanted[folded]))

    def keeps_served(self, folded: str, key: str) -> bool:
        """Say whether a link that is ours stays: it is wanted, or nobody names the organisation, which is kept."""
        return self.serves(folded, key) if folded in self.wanted else self.carried.missing == "keep"

    def account_name(self, member: Member) -> str:
        """Return what Jira calls somebody now: as their account is called on the target before tonight's renames."""
        account = self.target.user(member.link.target_id) if member.link else None
        if account is not None:
            return account.username
        if member.user or member.link:
            return member.user.username if member.user else member.link.username if member.link else ""
        # an account that bears the name again is somebody else's
        return "" if self.target.user_named(member.was_called) else member.was_called

    def is_ended(self, member: Member) -> bool:
        """Say whether somebody who is missing has no account any more, or one that dirsync has switched off.

        Not where their entry is there and was left out.
        """
        return member.source_id not in self._left_out and (member.link is None or member.link.is_deactivated)

    def members(self) -> Iterator[Member]:
        """Yield everybody the Mapping takes, or took, by source id."""
        everybody = merge(
            ((user.id, user) for user in self.feed.users()),
            ((link.source_id, link) for link in self.links.users(self.target.directory, self.name)),
            self.links.members_by_person(ORGANIZATIONS, self.name),
            ((person, _WasCalled(name)) for person, name in self.links.members_by_person(LEAVERS, self.name)),
            key=itemgetter(0),
        )
        for source_id, told in groupby(everybody, key=itemgetter(0)):
            member = Member(source_id)
            for _, one in told:
                if isinstance(one, User):
                    member.user = one
                elif isinstance(one, UserLink):
                    member.link = one
                elif isinstance(one, _WasCalled):
                    member.was_called = one.name
                else:
                    member.linked.add(str(one))
            if member.link is None:
                elsewhere = (self.links.user(self.target.directory, other, source_id) for other in self.others)
                member.link = next((link for link in elsewhere if link is not None), None)
            yield member


def organization_feeds(
    feeds: Mapping[str, Sequence[Feed]], targets: Mapping[str, Snapshot], links: Links
) -> list[OrganizationFeed]:
    """Return the feeds whose Mappings carry organisations, by name."""
    found = [
        OrganizationFeed(
            feed,
            feed.mapping.content.target.organizations,
            targets[directory],
            links,
            tuple(one.name for one in each if one is not feed and one.source.directory == feed.source.directory),
        )
        for directory, each in feeds.items()
        for feed in each
        if feed.mapping.content.target and feed.mapping.content.target.organizations
    ]
    return sorted(found, key=lambda one: one.name)


def unseen_accounts(carrying: Sequence[OrganizationFeed], observed: Snapshot) -> Iterator[str]:
    """Yield the usernames of those to be put into an organisation whom Jira has shown in none so far."""
    for feed in carrying:
        for member in feed.members():
            name = feed.account_name(member)
            if member.user and member.link and feed.organization(member.user) and observed.user_named(name) is None:
                yield name


def projects_asked(carrying: Sequence[OrganizationFeed]) -> set[str] | None:
    """Return the folded keys of the service projects to look at: those named, and those linked by an earlier run.

    None: all, since an organisation that may be removed must not be served by any.
    """
    if any(feed.carried.missing == "remove" for feed in carrying):
        return None
    named = {fold(key) for feed in carrying for keys in feed.carried.service_projects.values() for key in keys}
    linked = {link.group for feed in carrying for link in feed.links.members(SERVICE_PROJECTS, feed.name)}
    return named | linked


@lru_cache(maxsize=4096)
def _carried(patterns: tuple[tuple[str, str], ...], told: str) -> str:
    found = (carried_name(pattern, name, told) for pattern, name in patterns)
    return next((name.strip() for name in found if name), "")
