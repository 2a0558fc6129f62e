"""Everybody of one source, as its Mappings take them and as the store knows them for one target.

They come in chunks, by id: what several places hold of somebody is brought together by reading all of it in one order,
so that nobody is looked for and nothing is held but a chunk. Who needs nothing is passed over before that.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from dirsync.model.entries import User
from dirsync.model.links import BETWEEN, UserLink

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from dirsync.model.links import BareLink, Links
    from dirsync.model.snapshot import BareUser
    from dirsync.plan.at_rest import AtRest
    from dirsync.plan.desired import Feed

AT_ONCE = 5000
"""People read ahead in each place: enough to look up at once what they need, and few enough to hold."""
Record = TypeVar("Record", bound="tuple[Any, ...]")


@dataclass(slots=True)
class Person:
    """Somebody whom a source shows, or whom the store knows from it. Dictionaries are by Mapping, in feeds' order."""

    id: str
    taken: dict[str, User] = field(default_factory=dict)
    """By the Mappings that take them; empty for whoever is missing, or was left out."""
    links: dict[str, UserLink] = field(default_factory=dict)
    memberships: dict[str, set[str]] = field(default_factory=dict)
    """Folded names of the target's groups in which they are through dirsync."""
    groups: Collection[str] = ()
    """Ids of the source's groups that hold them directly."""


def people(
    directory: str, readers: Sequence[Feed], links: Links, at_rest: AtRest, among: Collection[str] | None = None
) -> Iterator[list[Person]]:
    """Yield chunks of those who may need something, of all whom the readers of one source take or took.

    The chunks are by id, for the target `directory`. Whoever is at rest is left out. `among`: no others are looked at.
    """
    places = [_Place(directory, feed, links, among) for feed in readers]
    waiting: list[Person] = []
    end: str | None = ""
    while end is not None:
        end = min((told for place in places if (told := place.read()) is not None), default=None)
        for place in places:
            place.move(end)
        chunk, shared = _Chunk(), _known_to_several(places)
        for place in places:
            place.tell(chunk, at_rest, shared)
        waiting.extend(chunk.values())
        if waiting and (end is None or len(waiting) >= AT_ONCE):
            yield waiting
            waiting = []


class _Chunk(dict[str, Person]):
    """People by id; whoever is asked for is there."""

    def __missing__(self, person_id: str) -> Person:
        person = self[person_id] = Person(person_id)
        return person


class _Place:
    """What one feed and the store know of people, side by side."""

    def __init__(self, directory: str, feed: Feed, links: Links, among: Collection[str] | None) -> None:
        self._directory = directory
        self._feed = feed
        name, source = feed.name, feed.source
        if among is None:
            taken, linked = source.bare_users(name), links.bare_users(directory, name)
            inside = links.groups_by_person(directory, name)
        else:
            taken = iter(sorted(source.bare_users_among(among, name), key=itemgetter(0)))
            linked, inside = links.bare_users_among(directory, name, among), links.groups_among(directory, name, among)
        self._ahead_taken = _Ahead(taken, AT_ONCE)
        self._ahead_links = _Ahead(linked, AT_ONCE)
        self._ahead_inside = _Ahead(inside, AT_ONCE)
        self._taken: list[BareUser] = []
        self._links: list[BareLink] = []
        self._inside: dict[str, str] = {}

    def read(self) -> str | None:
        """See `_Ahead`."""
        told = (self._ahead_taken.read(), self._ahead_links.read(), self._ahead_inside.read())
        return min((end for end in told if end is not None), default=None)

    def move(self, end: str | None) -> None:
        """Come to everybody before an id."""
        self._taken, self._links = self._ahead_taken.before(end), self._ahead_links.before(end)
        self._inside = dict(self._ahead_inside.before(end))

    def tell(self, chunk: _Chunk, at_rest: AtRest, shared: Collection[str]) -> None:
        """Tell a chunk of those who may need something: all but those at rest, whom no other place may know."""
        done = at_rest.among(self._feed, self._taken, self._links, self._inside).difference(shared)
        mapping = self._feed.name
        for row in self._taken:
            if row[0] not in done:
                person = chunk[row[0]]
                person.taken[mapping] = as_user(row)
                person.groups = person.groups or self._feed.source.groups_marked(row[-1])
        for link in self._links:
            if link[0] not in done:
                chunk[link[0]].links[mapping] = UserLink(self._directory, mapping, *link)
        for source_id, names in self._inside.items():
            if source_id not in done:
                chunk[source_id].memberships[mapping] = {*names.split(BETWEEN)}

    def ids(self) -> set[str]:
        """Return whom it knows."""
        return {*(user[0] for user in self._taken), *(link[0] for link in self._links), *self._inside}


def _known_to_several(places: Sequence[_Place]) -> set[str]:
    """Return who is in more than one place."""
    met, several = set[str](), set[str]()
    for place in places if len(places) > 1 else ():
        ids = place.ids()
        several |= ids & met
        met |= ids
    return several


def as_user(row: BareUser) -> User:
    """Return the user of a bare row."""
    user_id, ref, username, email, first_name, last_name, display_name, active, organization, _ = row
    return User(user_id, ref, username, email, first_name, last_name, display_name, bool(active), organization)


class _Ahead(Generic[Record]):
    """Records by id, which is their first field and each one's own, read some way ahead of where they are taken."""

    def __init__(self, records: Iterator[Record], at_once: int) -> None:
        self._at_once = at_once
        self._records = records
        self._held: list[Record] = []
        self._is_at_end = False

    def read(self) -> str | None:
        """Read on; return the id before which all records are held, which is not the first one's; None for all."""
        held = self._held
        while not self._is_at_end and len(held) < max(self._at_once, 2):
            before = len(held)
            held.extend(islice(self._records, self._at_once))
            self._is_at_end = len(held) < before + self._at_once
        return None if self._is_at_end else held[-1][0]

    def before(self, end: str | None) -> list[Record]:
        """Take the records before an id; all for None."""
        place = len(self._held) if end is None else bisect_left(self._held, end, key=itemgetter(0))
        taken, self._held = self._held[:place], self._held[place:]
        return taken
