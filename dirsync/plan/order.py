"""The order of a plan: every prefix of it is safe to stop after.

Names are freed before they are taken, groups exist before members, access is given before it is taken away, and
accounts are ended last. Where those would give somebody a seat for a moment that the end does not give them, they
yield: nobody who is switched off is put into a group before that, and what nests groups comes after whatever takes
people out of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.names import fold
from dirsync.model.plans import Change, Obstacle, Op

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

PHASES = (
    Op.RENAME_USER,
    Op.RENAME_GROUP,
    Op.CREATE_GROUP,
    Op.UPDATE_GROUP,
    Op.CREATE_USER,
    Op.UPDATE_USER,
    Op.REMOVE_CHILD_GROUP,
    Op.ADD_MEMBER,
    Op.REMOVE_MEMBER,
    Op.REACTIVATE_USER,
    Op.DEACTIVATE_USER,
    Op.REMOVE_USER,
    Op.REMOVE_GROUP,
    Op.ADD_CHILD_GROUP,
)
"""Until people are in their groups, a nesting is one that was there and stays; until a nesting is made, whoever is in
the inner group and active is so at the end. So each way to a seat stood at the beginning or stands at the end. What
two directories with equal names do to each other is apart from this: they can't be written to at once."""
PHASE = {op: number for number, op in enumerate(PHASES)}
LAST = len(PHASES)
"""When people come into groups whom the same plan switches off before."""
ACCOUNT_ENDS = frozenset({Op.DEACTIVATE_USER, Op.REMOVE_USER})


def in_order(
    changes: Iterable[Change], customers: Collection[str] = ()
) -> tuple[tuple[Change, ...], tuple[Obstacle, ...]]:
    """Return the Changes of all targets in their one order, and the renames that can't be ordered.

    Two people who swap names can't be renamed one after the other; they stand as obstacles, by name, and
    what depends on their new names stays out too. Of the accounts that end, those of the `customers` Mappings come
    first: Jira shows the first account of a name, so the end of an agent's may bring out a customer's.
    """
    known = list(changes)
    ending = {(change.directory, change.user_id) for change in known if change.op is Op.DEACTIVATE_USER}
    ordered = sorted(known, key=lambda change: _sort_key(change, ending, customers))
    renames = [change for change in ordered if change.op is Op.RENAME_USER]
    chained, stuck = _chain(renames)
    stuck_people = {(change.directory, change.user_id) for change in stuck}
    rest = [
        change
        for change in ordered
        if change.op is not Op.RENAME_USER and (change.directory, change.user_id or None) not in stuck_people
    ]
    obstacles = tuple(
        Obstacle(
            change.directory,
            change.mapping,
            change.user,
            f"should be renamed to '{change.after['username']}', but that name is only free after another rename"
            " that waits for this one; rename one of them by hand",
        )
        for change in stuck
    )
    return (*chained, *rest), obstacles


def _sort_key(change: Change, ending: Collection[tuple[str, str]], customers: Collection[str]) -> tuple[object, ...]:
    names = (fold(change.group), fold(change.user), fold(change.child_group))
    is_switched_off_first = change.op is Op.ADD_MEMBER and (change.directory, change.user_id) in ending
    phase = LAST if is_switched_off_first else PHASE[change.op]
    is_later = change.op in ACCOUNT_ENDS and change.mapping not in customers
    return (phase, is_later, change.directory, *names, change.mapping, change.user_id, change.id)


def _chain(renames: list[Change]) -> tuple[list[Change], list[Change]]:
    """Order renames so that a name is free when it is taken; return those in order and those in a circle."""
    waiting = {(change.directory, fold(change.user)): change for change in renames}
    done: list[Change] = []
    while True:
        free = [
            (key, change)
            for key, change in waiting.items()
            if (change.directory, fold(str(change.after["username"]))) not in waiting
        ]
        if not free:
            return done, list(waiting.values())
        for key, change in free:
            done.append(change)
            del waiting[key]
