"""Whom a Crowd application lets in: the people of a Directory who are in none of its authorised groups.

With "Allow all to authenticate" off, Crowd authenticates for an application only members of the groups that are
authorised for that directory (Crowd's Java API, ApplicationDirectoryMapping).
"""

from __future__ import annotations

from heapq import merge
from typing import TYPE_CHECKING

from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from dirsync.audit.people import People
    from dirsync.model.entries import Group, User
    from dirsync.model.snapshot import Snapshot


def authorised(snapshot: Snapshot, names: Iterable[str]) -> dict[str, Group]:
    """Return the groups of these names and all groups inside them, by id, as far as the Directory itself nests them."""
    found: dict[str, Group] = {}
    level = [group for name in names if (group := snapshot.group_named(name))]
    while level:
        found |= {group.id: group for group in level}
        level = [child for group in level for child in snapshot.child_groups(group.id) if child.id not in found]
    return found


def shut_out(people: People, snapshot: Snapshot, group_ids: Collection[str]) -> Iterator[User]:
    """Yield the active people who are direct members of none of these groups.

    People and members come sorted by id and are walked side by side, so that nothing grows with the Directory.
    """
    for selection in people.selections:
        members = merge(*(snapshot.members(group, selection) for group in group_ids), key=_id)
        member = next(members, None)
        for user in people.users_of(selection):
            while member and member.id < user.id:
                member = next(members, None)
            if user.active and not (member and member.id == user.id):
                yield user


def among(groups: Iterable[Group], names: Iterable[str]) -> list[str]:
    """Return those of the names that one of the groups bears."""
    borne = {fold(group.name) for group in groups}
    return [name for name in names if fold(name) in borne]


def _id(user: User) -> str:
    return user.id
