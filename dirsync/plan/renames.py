"""Renames in such an order that each name is free when it is taken.

Where names go round in a circle, as when two people swap theirs, one of them gets a name for the time between. Whoever
bears it when a run is stopped there is known by the immutable id, and the next run goes on.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dirsync.model.plans import Change

DIGITS = 12
"""Of the name for the time between, which has 20 characters: as many as a logon name in Active Directory may have
([MS-ADA3] 2.222, sAMAccountName)."""


def in_turn(renames: Sequence[Change]) -> Iterator[Change]:
    """Yield renames, each after the one that frees its name; no two of them may want the same name.

    Of accounts that bear one name, as two branches of a tree may hold them, one after the other has its turn.
    """
    waiting: dict[tuple[str, str], Change] = {}
    for change in renames:
        waiting.setdefault(_leaves(change), change)
    others = [change for change in renames if waiting[_leaves(change)] is not change]
    for first in renames:
        if waiting.get(_leaves(first)) is not first:
            continue
        row = [waiting.pop(_leaves(first))]
        while following := waiting.pop(_takes(row[-1]), None):
            row.append(following)
        if len(row) > 1 and _takes(row[-1]) == _leaves(first):
            away, back = _by_way_of(first)
            yield away
            yield from reversed(row[1:])
            yield back
        else:
            yield from reversed(row)
    if others:
        yield from in_turn(others)


def name_between(change: Change) -> str:
    """Return what an account is called for the time between; the same every night, and nobody else's."""
    whose = f"{change.directory}\n{change.user_id or change.user}"
    return f"dirsync-{hashlib.sha256(whose.encode()).hexdigest()[:DIGITS]}"


def _by_way_of(change: Change) -> tuple[Change, Change]:
    between = name_between(change)
    away = f"makes room for somebody else, to be called '{change.after['username']}' a moment later"
    return (
        replace(change, after={"username": between}, reason=f"{change.reason}; {away}"),
        replace(change, user=between, before={**change.before, "username": between}),
    )


def _leaves(change: Change) -> tuple[str, str]:
    return change.directory, fold(change.user)


def _takes(change: Change) -> tuple[str, str]:
    return change.directory, fold(str(change.after["username"]))
