"""Which Changes may be under way at once: pure, so that any interleaving it allows can be tried without a server.

A plan is a row of bands, each a run of Changes of one kind, and every prefix of it is safe to stop after
(`dirsync.plan.order`). A band begins only when the one before it has ended, so that whatever is done at any moment is
whole bands and a part of one: a prefix of an order that is as safe. Inside a band, Changes that touch the same name or
the same id follow each other in the order of the plan; the same name also where it stands in several Directories, for
Jira shows the first of them.
"""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

from dirsync.model.names import fold
from dirsync.model.plans import Change, Op

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Key = tuple[str, str]
"""(what, name or id)"""

MEMBERSHIPS = frozenset({Op.ADD_MEMBER, Op.REMOVE_MEMBER})


def touched_by(change: Change) -> frozenset[Key]:
    """Return what nobody else may touch while a Change is under way: people and groups, by name and by id.

    A group whose members change is not among it, for many people may come into one group, or leave it, at once.
    """
    touched = {("user", fold(name)) for name in (change.user, *_names(change, "username"))}
    touched.add((f"user id in {change.directory}", change.user_id))
    if change.op not in MEMBERSHIPS:
        names = (change.group, change.child_group, *_names(change, "name"))
        touched |= {("group", fold(name)) for name in names} | {(f"group id in {change.directory}", change.group_id)}
    return frozenset((what, name) for what, name in touched if name)


def _names(change: Change, attribute: str) -> Iterator[str]:
    return (str(values.get(attribute, "")) for values in (change.before, change.after))


class Schedule:
    """Takes Changes in the order of the plan and says which of them may begin; each has a number of its own."""

    def __init__(self) -> None:
        self._bands: deque[tuple[Op, list[tuple[int, Change]]]] = deque()
        """What may not begin yet, because another band comes first."""
        self._op: Op | None = None
        """What the band under way does."""
        self._under_way: dict[int, frozenset[Key]] = {}
        """All of this band that was taken and has not ended, begun or not."""
        self._last: dict[Key, int] = {}
        """Who touches something last, of those in this band."""
        self._waits_for: dict[int, int] = {}
        """How many others of this band must end first."""
        self._followers: defaultdict[int, list[int]] = defaultdict(list)
        self._free: deque[int] = deque()

    @property
    def outstanding(self) -> int:
        """How many were taken and have not ended."""
        return len(self._under_way) + sum(len(band) for _, band in self._bands)

    def take(self, changes: Iterable[tuple[int, Change]]) -> None:
        """Take the next Changes of the plan, in its order."""
        for number, change in changes:
            if not self._bands and (self._op is change.op or not self._under_way):
                self._op = change.op
                self._join(number, change)
            elif self._bands and self._bands[-1][0] is change.op:
                self._bands[-1][1].append((number, change))
            else:
                self._bands.append((change.op, [(number, change)]))

    def free(self) -> Iterator[int]:
        """Yield those that may begin, each once; also those that become free meanwhile."""
        while self._free:
            yield self._free.popleft()

    def end(self, number: int) -> None:
        """Let those follow that waited for one that has ended, however it ended."""
        for key in self._under_way.pop(number):
            if self._last[key] == number:
                del self._last[key]
        for follower in self._followers.pop(number, ()):
            self._waits_for[follower] -= 1
            if not self._waits_for[follower]:
                self._release(follower)
        if not self._under_way and self._bands:
            self._op, band = self._bands.popleft()
            for waiting, change in band:
                self._join(waiting, change)

    def _join(self, number: int, change: Change) -> None:
        keys = self._under_way[number] = touched_by(change)
        before = {self._last[key] for key in keys if key in self._last}
        self._last.update(dict.fromkeys(keys, number))
        for one in before:
            self._followers[one].append(number)
        self._waits_for[number] = len(before)
        if not before:
            self._release(number)

    def _release(self, number: int) -> None:
        del self._waits_for[number]
        self._free.append(number)
