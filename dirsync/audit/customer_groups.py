"""Which groups have customers in them, or stand where everybody is a customer.

Customers are who the Mappings say: Jira's own lists of a project's customers name everybody in an open one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dirsync.audit.access import SeatPaths
from dirsync.audit.evidence import counted
from dirsync.audit.licences import Licences
from dirsync.audit.people import Belonging, people_by_directory
from dirsync.audit.seats import memberships_missing
from dirsync.audit.unread_groups import groups_unread
from dirsync.model.estate import Audience
from dirsync.model.facts import unknown
from dirsync.model.names import fold
from dirsync.model.products import JiraApplication
from dirsync.model.snapshot import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dirsync.audit.access import AccessPath
    from dirsync.audit.people import People
    from dirsync.model.estate import Estate
    from dirsync.model.facts import Fact


@dataclass(frozen=True, slots=True)
class CustomersIn:
    """Customers of one Directory in a group, directly or through groups inside it."""

    directory: str
    members: int
    """Active ones. None today is a finding all the same where the group stands among customers only."""
    through: tuple[str, ...] = ()
    """The group that the first of them is in, and those between it and the group that was asked about."""

    def __str__(self) -> str:
        """Return it as the rest of a sentence about the group."""
        if not self.members:
            return f"stands in {self.directory}, where everybody is a customer, with nobody in it today"
        nested = f" through {' > '.join(self.through)}" if self.through else ""
        return f"has {counted(self.members, 'active customer')} of {self.directory} in it{nested}"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a group: where customers are in it, and what keeps other Directories open."""

    customers: tuple[CustomersIn, ...] = ()
    doubts: tuple[Fact[Any], ...] = ()

    def __str__(self) -> str:
        """Return the first proof as the rest of a sentence."""
        return str(self.customers[0])


class CustomerGroups:
    """The customers' Directories, asked about one group after the other; each group is worked out once."""

    def __init__(self, estate: Estate, groups: Iterable[str]) -> None:
        """Take the names of all groups that will be asked about, so that no Directory is walked for each of them."""
        self._estate = estate
        self._everybody = people_by_directory(estate, Audience.CUSTOMERS)
        # to SeatPaths each group is what an application is elsewhere: something that it and those inside it lead to
        self._asked = {fold(group): JiraApplication(group, (group,)) for group in groups}
        self._paths = SeatPaths(estate, Licences(tuple(self._asked.values()), ()))
        self._known: dict[str, Standing] = {}

    def of(self, group: str) -> Standing:
        """Return whether customers are in a group. Nesting counts inside each Directory, over several it is open."""
        folded = fold(group)
        if folded not in self._known:
            self._known[folded] = self._work_out(group, self._asked[folded])
        return self._known[folded]

    def _work_out(self, group: str, asked: JiraApplication) -> Standing:
        found: list[CustomersIn] = []
        doubts: list[Fact[Any]] = []
        for people in self._everybody:
            customers, contested = _members(people, asked, self._paths)
            if customers:
                found.append(customers)
                continue
            doubts += [_contested(people, group, contested)] if contested else []
            doubts += _crossing(people, asked, self._paths)
            doubts += memberships_missing(self._estate, people.directory)
            doubts += groups_unread(self._estate, people.directory, [group])
        return Standing(tuple(found), tuple({fact.name: fact for fact in doubts}.values()))


def _members(people: People, asked: JiraApplication, paths: SeatPaths) -> tuple[CustomersIn | None, int]:
    """Return the customers in the group, and how many more accounts may be customers."""
    members, contested = 0, 0
    first: AccessPath | None = None
    for selection in people.selections:
        for holder in paths.holders(asked, people.directory, selection):
            belonging = people.belonging(holder.user)
            if not people.is_first(holder.user, selection):
                continue
            if belonging is Belonging.OURS:
                members, first = members + 1, first or holder.path
            contested += belonging is Belonging.CONTESTED
    if first:
        # the path is (user, groups …, what was asked about, its key)
        return CustomersIn(people.directory, members, first.names[1:-2]), contested
    snapshot = people.snapshot
    is_theirs = people.selections == (WHOLE,) and people.estate.audiences_of(people.directory) == {Audience.CUSTOMERS}
    if is_theirs and snapshot and snapshot.group_named(asked.key):
        return CustomersIn(people.directory, 0), contested
    return None, contested


def _contested(people: People, group: str, number: int) -> Fact[None]:
    return unknown(
        f"audience[{group}]",
        f"{counted(number, 'active account')} of {people.directory} in '{group}' may be customers' or agents': that "
        "directory holds both, and the mappings don't tell whose they are",
        "Give agents and customers a directory each, or take the accounts out of one of the mappings.",
    )


def _crossing(people: People, asked: JiraApplication, paths: SeatPaths) -> Iterator[Fact[Any]]:
    """Yield the groups of customers that only the nesting of another Directory would put into the one asked about."""
    snapshot = people.snapshot
    for group, fact in paths.crossing_groups(asked, people.directory):
        ids = {
            user_id
            for selection in people.selections
            for user_id, is_active in (snapshot.accounts_in(group.id, selection) if snapshot else ())
            if is_active
        }
        if ids:
            yield unknown(
                fact.name,
                f"in {people.directory} nothing puts '{group.name}' into '{asked.key}', another directory does: if "
                f"groups of one name are merged over directories, {counted(len(ids), 'active account')} of "
                f"{people.directory} are in '{asked.key}', if each directory stands for itself they are not",
                f"Rename the group '{group.name}' in one of the directories, so that the question can't arise; or see "
                f"in Jira (User management > Groups) whether its members are listed in '{asked.key}'.",
            )
