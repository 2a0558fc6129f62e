"""Which usernames stand in a directory of customers and in another one of agents, and which account wins in Jira."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from typing import TYPE_CHECKING

from dirsync.model.names import fold, same

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dirsync.audit.people import People
    from dirsync.model.entries import User
    from dirsync.model.estate import Estate
    from dirsync.model.products import DuplicateAccount

Place = tuple[int, int]
"""Where a Directory stands: the place of Jira's user directory in its order, then that in the Crowd application's."""
DUPLICATES = "jira.duplicated_users"
Listed = Mapping[str, tuple["DuplicateAccount", ...]]


@dataclass(frozen=True, slots=True)
class SharedName:
    """A name that customers of one Directory and agents of others bear."""

    username: str
    customer: User | None
    """None where only Jira's own list proves it."""
    agents: tuple[str, ...]
    """Keys of the agents' Directories."""
    deactivated: tuple[str, ...] = ()
    """Keys of the Directories in which that account is deactivated."""


def shared_names(customers: People, agents: Sequence[People]) -> Iterator[SharedName]:
    """Yield each name that customers and agents share, once; nobody is looked up whose name is not shared.

    What was read of an incomplete Directory counts as far as it goes. Names compare as directories compare them.
    Left out is what Jira does not count as a duplicate: "more than one active account, or the only active one is
    not in the top directory" ("Finding duplicate user accounts").
    """
    for name in _in_both(customers.usernames(), merge(*(people.usernames() for people in agents))):
        customer = customers.named(name)
        if customer is None:
            continue
        found = [(people.directory, people.named(customer.username)) for people in agents]
        bearers = {
            directory: agent
            for directory, agent in found
            if agent and _counts(customers.estate, (customers.directory, customer), (directory, agent))
        }
        if bearers:
            everybody = {customers.directory: customer, **bearers}
            deactivated = tuple(directory for directory, user in everybody.items() if not user.active)
            yield SharedName(customer.username, customer, tuple(bearers), deactivated)


def _in_both(some: Iterator[str], others: Iterator[str]) -> Iterator[str]:
    """Yield the names that both have, each once; both come sorted and are walked side by side."""
    other = next(others, None)
    for name, _ in groupby(some):
        while other is not None and other < name:
            other = next(others, None)
        if other is None:
            return
        if other == name:
            yield name


def _counts(estate: Estate, one: tuple[str, User], other: tuple[str, User]) -> bool:
    active = [directory for directory, user in (one, other) if user.active]
    if len(active) != 1:
        return bool(active)
    places = [place(estate, directory) for directory, _ in (one, other)]
    known = [where for where in places if where is not None]
    return len(known) < len(places) or place(estate, active[0]) != min(known)


def names_jira_lists(listed: Listed, customers: People, agents: Sequence[People]) -> Iterator[SharedName]:
    """Yield the names that Jira itself lists in directories of both audiences, of which not both were read whole.

    Where both were, `shared_names` has the answer, and nothing that Jira has cached is newer.
    """
    estate = customers.estate
    for username, accounts in sorted(listed.items()):
        mine = [account for account in accounts if customers.directory in directories_of(estate, account)]
        customer = customers.named(username)
        if not mine or not (customer or _is_open(customers)):
            continue
        others = {
            directory for account in accounts if account not in mine for directory in directories_of(estate, account)
        }
        bearers = tuple(
            people.directory
            for people in agents
            if people.directory in others
            and not (customer and people.named(username))
            and (people.named(username) or _is_open(people))
        )
        if bearers:
            yield SharedName(customer.username if customer else username, customer, bearers)


def _is_open(people: People) -> bool:
    snapshot = people.snapshot
    return snapshot is None or not snapshot.completeness.is_complete


def size(people: People) -> int:
    """Return how many accounts a walk over the people meets at most."""
    snapshot = people.snapshot
    return sum(snapshot.counts(selection).users for selection in people.selections) if snapshot else 0


def place(estate: Estate, directory: str) -> Place | None:
    """Return where the first active user directory of Jira that shows a Directory stands; None when nobody told."""
    if not estate.has("jira.user_directories"):
        return None
    for number, known in enumerate(estate.jira_directories()):
        active = f"jira.user_directories[{known.name}].active"
        if estate.has(active) and not estate.need(active).value:
            continue
        through_crowd = estate.crowd_application_shows(known.crowd_application)
        if directory in through_crowd:
            return number, through_crowd.index(directory)
        if known.directory and same(known.directory, directory):
            return number, 0
    return None


def listed_by_jira(estate: Estate) -> Listed:
    """Return the names of which Jira itself knows several accounts, folded; nothing where it was not asked."""
    told = estate.need(DUPLICATES).value if estate.has(DUPLICATES) else {}
    return {fold(username): tuple(accounts) for username, accounts in told.items()}


def directories_of(estate: Estate, account: DuplicateAccount) -> frozenset[str]:
    """Return the Directories that the account's user directory of Jira shows, as far as that is known."""
    if not estate.has("jira.user_directories"):
        return frozenset()
    return frozenset(
        directory
        for known in estate.jira_directories()
        if same(known.name, account.directory)
        for directory in (known.directory, *estate.crowd_application_shows(known.crowd_application))
        if directory
    )
