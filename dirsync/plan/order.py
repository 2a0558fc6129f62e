"""The order of a plan: every prefix of it is safe to stop after.

Names are freed before they are taken, groups exist before members, access is given before it is taken away, and
accounts are ended last. Where those would give somebody a seat for a moment that the end does not give them, they
yield: nobody who is switched off is put into a group before that, and what nests groups comes after whatever takes
people out of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.names import fold
from dirsync.model.plans import Change, Op
from dirsync.plan.renames import in_turn

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


def in_order(changes: Iterable[Change], customers: Collection[str] = ()) -> tuple[Change, ...]:
    """Return the Changes of all targets in their one order.

    Of the accounts that end, those of the `customers` Mappings come first: Jira shows the first account of a name, so
    the end of an agent's may bring out a customer's.
    """
    known = list(changes)
    ending = {(change.directory, change.user_id) for change in known if change.op is Op.DEACTIVATE_USER}
    ordered = sorted(known, key=lambda change: _sort_key(change, ending, customers))
    renames = [change for change in ordered if change.op is Op.RENAME_USER]
    return (*in_turn(renames), *(change for change in ordered if change.op is not Op.RENAME_USER))


def _sort_key(change: Change, ending: Collection[tuple[str, str]], customers: Collection[str]) -> tuple[object, ...]:
    names = (fold(change.group), fold(change.user), fold(change.child_group))
    is_switched_off_first = change.op is Op.ADD_MEMBER and (change.directory, change.user_id) in ending
    phase = LAST if is_switched_off_first else PHASE[change.op]
    is_later = change.op in ACCOUNT_ENDS and change.mapping not in customers
    return (phase, is_later, change.directory, *names, change.mapping, change.user_id, change.id)
