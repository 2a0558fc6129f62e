"""Which accounts stand for one person: those the store links, and those of one username in several Directories."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from dirsync.mapping.checked import Mapping
    from dirsync.model.links import Links
    from dirsync.workflow.explain.finding import Found


def by_person(found: Sequence[Found], links: Links, mappings: Sequence[Mapping]) -> list[list[Found]]:
    """Group accounts by person, in the order of their usernames; without those that nobody asked for.

    An account that is linked to somebody found is that person's, whatever its name: while a rename waits, it may
    bear the name of somebody else.
    """
    people = _Joining(len(found))
    linked: set[int] = set()
    sources = {mapping.name: mapping.source for mapping in mappings}
    by_id = {(account.directory, account.id): number for number, account in enumerate(found) if account.id}
    for number, account in enumerate(found):
        owner = links.owner(account.directory, account.id)
        owning = by_id.get((sources.get(owner.mapping, ""), owner.source_id)) if owner else None
        if owning is not None:
            people.join(number, owning)
            linked.add(number)
    bearers: defaultdict[str, list[int]] = defaultdict(list)
    for number, account in enumerate(found):
        if account.username and number not in linked:
            bearers[fold(account.username)].append(number)
    for alike in bearers.values():
        for number in alike[1:]:
            people.join(alike[0], number)
    grouped = [
        _sources_first([found[number] for number in numbers], set(sources.values())) for numbers in people.joined()
    ]
    asked_for = [accounts for accounts in grouped if any(account.is_asked_for for account in accounts)]
    return sorted(asked_for, key=lambda accounts: (fold(accounts[0].username), accounts[0].directory, accounts[0].ref))


def _sources_first(accounts: Sequence[Found], sources: AbstractSet[str]) -> list[Found]:
    return sorted(accounts, key=lambda one: (one.directory not in sources, one.directory, fold(one.username), one.ref))


class _Joining:
    """Disjoint sets of the numbers below `count`."""

    def __init__(self, count: int) -> None:
        self._above = list(range(count))

    def join(self, one: int, other: int) -> None:
        self._above[self._top(one)] = self._top(other)

    def _top(self, number: int) -> int:
        while self._above[number] != number:
            number = self._above[number]
        return number

    def joined(self) -> list[list[int]]:
        sets: defaultdict[int, list[int]] = defaultdict(list)
        for number in range(len(self._above)):
            sets[self._top(number)].append(number)
        return list(sets.values())
