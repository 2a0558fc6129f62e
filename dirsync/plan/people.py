"""Everybody of one source, as its Mappings take them and as the store knows them for one target.

They come in chunks, by id: what several places hold of somebody is brought together by reading all of it in one order,
so that nobody is looked for and nothing is held but a chunk.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import islice
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dirsync.model.entries import User
    from dirsync.model.links import Links, UserLink
    from dirsync.plan.desired import Feed

AT_ONCE = 1000
"""People read ahead in each place: enough to look up at once what they need, and few enough to hold."""
MEMBERSHIPS_EACH = 5
"""So many are read ahead for each person, so that they are seldom what ends a chunk."""
Record = TypeVar("Record")


@dataclass(slots=True)
class Person:
    """Somebody whom a source shows, or whom the store knows from it. Dictionaries are by Mapping, in feeds' order."""

    id: str
    taken: dict[str, User] = field(default_factory=dict)
    """By the Mappings that take them; empty for whoever is missing, or was left out."""
    links: dict[str, UserLink] = field(default_factory=dict)
    memberships: dict[str, set[str]] = field(default_factory=dict)
    """Folded names of the target's groups in which they are through dirsync."""
    groups: list[str] = field(default_factory=list)
    """Ids of the source's groups that hold them directly."""


def people(directory: str, readers: Sequence[Feed], links: Links) -> Iterator[list[Person]]:
    """Yield chunks of everybody whom the readers of one source take or took, for the target `directory`."""
    places = [_Place(directory, feed, links) for feed in readers]
    end: str | None = ""
    while end is not None:
        end = min((told for place in places if (told := place.read()) is not None), default=None)
        chunk = _Chunk()
        for place in places:
            place.move(chunk, end)
        for user_id, group_id in readers[0].source.memberships_of(chunk):
            chunk[user_id].groups.append(group_id)
        yield list(chunk.values())


class _Chunk(dict[str, Person]):
    """People by id; whoever is asked for is there."""

    def __missing__(self, person_id: str) -> Person:
        person = self[person_id] = Person(person_id)
        return person


class _Place:
    """What one feed and the store know of people, side by side."""

    def __init__(self, directory: str, feed: Feed, links: Links) -> None:
        self._mapping = feed.name
        self._taken = _Ahead(feed.users(), attrgetter("id"), AT_ONCE)
        self._links = _Ahead(links.users(directory, feed.name), attrgetter("source_id"), AT_ONCE)
        memberships = links.members_by_person(directory, feed.name)
        self._memberships = _Ahead(memberships, itemgetter(0), MEMBERSHIPS_EACH * AT_ONCE)

    def read(self) -> str | None:
        """See `_Ahead`."""
        told = (self._taken.read(), self._links.read(), self._memberships.read())
        return min((end for end in told if end is not None), default=None)

    def move(self, chunk: _Chunk, end: str | None) -> None:
        """Tell a chunk of everybody before an id."""
        for user in self._taken.before(end):
            chunk[user.id].taken[self._mapping] = user
        for link in self._links.before(end):
            chunk[link.source_id].links[self._mapping] = link
        for source_id, group in self._memberships.before(end):
            chunk[source_id].memberships.setdefault(self._mapping, set()).add(group)


class _Ahead(Generic[Record]):
    """Records by id, read some way ahead of where they are taken."""

    def __init__(self, records: Iterator[Record], id_of: Callable[[Record], str], at_once: int) -> None:
        self._at_once = at_once
        self._records = records
        self._id_of = id_of
        self._held: list[Record] = []
        self._is_at_end = False

    def read(self) -> str | None:
        """Read on; return the id before which all records are held, which is not the first one's; None for all."""
        held, id_of = self._held, self._id_of
        while not self._is_at_end and (len(held) < self._at_once or id_of(held[0]) == id_of(held[-1])):
            before = len(held)
            held.extend(islice(self._records, self._at_once))
            self._is_at_end = len(held) < before + self._at_once
        return None if self._is_at_end else id_of(held[-1])

    def before(self, end: str | None) -> list[Record]:
        """Take the records before an id; all for None."""
        place = len(self._held) if end is None else bisect_left(self._held, end, key=self._id_of)
        taken, self._held = self._held[:place], self._held[place:]
        return taken
