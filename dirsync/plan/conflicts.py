"""Who is taken by several Mappings, by id, by username and by e-mail address: what each of them would do to one person.

The audit's findings judge (`username-in-both-audiences`, `same-person-twice`); this describes who is carried where.
The people stream past in the order of what they are compared by, and only those who conflict are held.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from heapq import merge
from itertools import combinations, groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING

from dirsync.model.conflicts import Agreement, Conflict, Conflicts
from dirsync.model.names import fold, same
from dirsync.plan.claims import Claims
from dirsync.plan.conflict_words import words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dirsync.model.entries import User
    from dirsync.plan.claims import Taken
    from dirsync.plan.conflict_words import JiraOrder
    from dirsync.plan.desired import Feed

LISTED = 10_000
"""Of each agreement so many are told one by one; beyond that a wrong base or filter is the matter, not a person, and
memory must not grow with the directory."""
MANY = 5
"""An address that more usernames bear is nobody's own: a shared mailbox or a placeholder. Inferred; the audit's
`same-person-twice` draws the line at the same number."""


def find_conflicts(feeds: Mapping[str, Sequence[Feed]], jira: JiraOrder, is_a_role: Callable[[str], bool]) -> Conflicts:
    """Return everybody whom several of these feeds take (target to its feeds, in the order in which they win).

    What was not read whole is compared as far as it goes. Somebody who is one by id is not told again by name, nor
    who is one by name again by address; accounts of one Mapping are never compared with each other. An address that
    `is_a_role` calls nobody's own, and one that more than `MANY` usernames bear, make nobody one person.
    """
    every = [feed for _, each in sorted(feeds.items()) for feed in each]
    if len(every) < 2:  # noqa: PLR2004 - it takes two to disagree
        return Conflicts()
    found = _Found(Claims(feeds), jira)
    for taken in _one_by_id(every):
        found.take(Agreement.ID, taken[0][1].username, taken)
    for taken in _one_by_name(every):
        found.take(Agreement.USERNAME, min(user.username for _, user in taken), taken)
    for address, taken in _one_by_address(every, is_a_role):
        found.take(Agreement.EMAIL, address, taken)
    return found.all()


@dataclass
class _Found:
    """The conflicts met so far."""

    claims: Claims
    jira: JiraOrder
    counts: Counter[Agreement] = field(default_factory=Counter)
    listed: list[Conflict] = field(default_factory=list)

    def take(self, strongest: Agreement, name: str, taken: list[Taken]) -> None:
        self.counts[strongest] += 1
        if self.counts[strongest] > LISTED:
            return
        by = tuple(each for each in Agreement if each is strongest or _agree(each, taken))
        claims = self.claims.of(taken)
        could_answer = {(feed.name, user.id) for feed, user in taken if self.claims.could_answer(feed, user)}
        words = words_of(claims, could_answer, self.jira)
        self.listed.append(Conflict(by, name, claims, words.in_jira, words.wins, words.flips))

    def all(self) -> Conflicts:
        order = list(Agreement)
        ranked = sorted(
            self.listed, key=lambda one: (order.index(one.by[0]), fold(one.name), [each.user_id for each in one.claims])
        )
        return Conflicts(dict(self.counts), tuple(ranked))


def _agree(by: Agreement, taken: list[Taken]) -> bool:
    """Say whether all the accounts agree by something weaker than what brought them together."""
    if by is Agreement.ID:
        return False
    values = {fold(user.username if by is Agreement.USERNAME else user.email) for _, user in taken}
    return len(values) == 1 and values != {""}


def _one_by_id(feeds: Sequence[Feed]) -> Iterator[list[Taken]]:
    """Yield the accounts of one Directory that several Mappings take."""
    for source in sorted({feed.source.directory for feed in feeds}):
        readers = [feed for feed in feeds if feed.source.directory == source]
        if len(readers) > 1:
            for user_id, numbers in _met(readers, lambda feed: (user.id for user in feed.users())):
                found = ((readers[number], readers[number].user(user_id)) for number in numbers)
                yield [(feed, user) for feed, user in found if user]


def _one_by_name(feeds: Sequence[Feed]) -> Iterator[list[Taken]]:
    """Yield the accounts of each name that Mappings bring for several people; of one Mapping's namesakes, the first."""
    for name, numbers in _met(feeds, lambda feed: feed.source.usernames(feed.name)):
        bearers = [
            (feed, user)
            for feed in (feeds[number] for number in numbers)
            for user in islice(feed.source.users_named(name, feed.name), MANY)
        ]
        if len({_person(*one) for one in bearers}) > 1:
            yield bearers


def _one_by_address(feeds: Sequence[Feed], is_a_role: Callable[[str], bool]) -> Iterator[tuple[str, list[Taken]]]:
    """Yield the accounts of each address that Mappings bring under several usernames."""

    def marked(number: int) -> Iterator[tuple[str, str, str, int]]:
        feed = feeds[number]
        return ((*told, number) for told in feed.source.addresses(feed.name))

    for address, group in groupby(merge(*map(marked, range(len(feeds)))), itemgetter(0)):
        bearers = list(islice(group, MANY * len(feeds) + 1))
        if not _may_be_one_person(bearers, len(feeds)) or "@" not in address or is_a_role(address):
            continue
        found = ((feeds[number], feeds[number].user(user_id)) for _, _, user_id, number in bearers)
        taken = [(feed, user) for feed, user in found if user]
        if any(_differ(one, other) for one, other in combinations(taken, 2)):
            yield address, taken


def _may_be_one_person(bearers: Sequence[tuple[str, str, str, int]], feeds: int) -> bool:
    usernames = {username for _, username, _, _ in bearers}
    return 1 < len(usernames) <= MANY and len(bearers) <= MANY * feeds


def _differ(one: Taken, other: Taken) -> bool:
    """Say whether two accounts are of several Mappings, and neither one account nor of one name."""
    is_one = _person(*one) == _person(*other) or same(one[1].username, other[1].username)
    return one[0] is not other[0] and not is_one


def _person(feed: Feed, user: User) -> tuple[str, str]:
    return feed.source.directory, user.id


def _met(feeds: Sequence[Feed], told: Callable[[Feed], Iterator[str]]) -> Iterator[tuple[str, list[int]]]:
    """Yield what several feeds tell, with the places of those feeds; each tells sorted."""

    def marked(number: int) -> Iterator[tuple[str, int]]:
        return ((value, number) for value in told(feeds[number]))

    for value, group in groupby(merge(*map(marked, range(len(feeds)))), itemgetter(0)):
        numbers = {number for _, number in group}
        if len(numbers) > 1:
            yield value, sorted(numbers)
