"""What some Changes touch, held so that it can be laid over what was read; see `dirsync.model.changed`."""

from __future__ import annotations

from collections import defaultdict
from heapq import merge
from operator import attrgetter
from typing import TYPE_CHECKING, Generic, TypeVar

from dirsync.model.entries import Group, User
from dirsync.model.names import fold
from dirsync.model.snapshot import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

Entry = TypeVar("Entry", User, Group)
NEW = "new:"
"""Before the id of what does not exist yet, which is its folded name."""
BY_ID = attrgetter("id")


class Touched(Generic[Entry]):
    """Entries as they will be, by id and by name; those that will be gone are there too."""

    def __init__(self, name_of: Callable[[Entry], str]) -> None:
        self._name_of: Callable[[Entry], str] = name_of
        self._entries: dict[str, Entry | None] = {}
        self._named: dict[str, set[str]] = defaultdict(set)

    def __contains__(self, entry_id: object) -> bool:
        """Say whether one of this id is touched."""
        return entry_id in self._entries

    def __iter__(self) -> Iterator[str]:
        """Yield the ids."""
        return iter(self._entries)

    def put(self, entry: Entry) -> None:
        """Let an entry be so."""
        self.drop(entry.id)
        self._entries[entry.id] = entry
        self._named[fold(self._name_of(entry))].add(entry.id)

    def drop(self, entry_id: str) -> None:
        """Let an entry be gone."""
        before = self._entries.get(entry_id)
        if before is not None:
            self._named[fold(self._name_of(before))].discard(entry_id)
        self._entries[entry_id] = None

    def of(self, entry_id: str) -> Entry | None:
        """Return one that is touched; None where it will be gone."""
        return self._entries[entry_id]

    def after(self, entry: Entry) -> Entry | None:
        """Return an entry as it will be, touched or not."""
        return self._entries.get(entry.id, entry)

    def is_gone(self, entry_id: str) -> bool:
        """Say whether one will be gone."""
        return entry_id in self._entries and self._entries[entry_id] is None

    def named(self, name: str) -> Collection[str]:
        """Return the ids of the touched ones that will bear a name."""
        return self._named.get(fold(name), ())

    def over(self, entries: Iterable[Entry], selection: str) -> Iterator[Entry]:
        """Yield entries by id as they will be; with WHOLE those too that are new."""
        stay = map(self.after, entries)
        new = (self._entries[entry_id] for entry_id in sorted(self._entries) if entry_id.startswith(NEW))
        return merge(filter(None, stay), filter(None, new if selection == WHOLE else ()), key=BY_ID)


class Edges:
    """Memberships that are added and ended, to be found from either side. Ids stand for groups and what is inside."""

    def __init__(self) -> None:
        self.added: set[tuple[str, str]] = set()
        """(id of a group, id of what is inside it)"""
        self._inside: dict[tuple[str, bool], set[str]] = defaultdict(set)
        self._around: dict[tuple[str, bool], set[str]] = defaultdict(set)

    def add(self, group: str, inner: str) -> None:
        """Let something be inside a group."""
        self.added.add((group, inner))
        self._move(group, inner, is_added=True)

    def end(self, group: str, inner: str) -> None:
        """Let it be there no longer."""
        self.added.discard((group, inner))
        self._move(group, inner, is_added=False)

    def _move(self, group: str, inner: str, *, is_added: bool) -> None:
        self._inside[group, is_added].add(inner)
        self._inside[group, not is_added].discard(inner)
        self._around[inner, is_added].add(group)
        self._around[inner, not is_added].discard(group)

    def inside(self, group: str, *, is_added: bool) -> Collection[str]:
        """Return what is added to a group, or ended in it."""
        return self._inside.get((group, is_added), ())

    def around(self, inner: str, *, is_added: bool) -> Collection[str]:
        """Return the groups that something is added to, or ended in."""
        return self._around.get((inner, is_added), ())
