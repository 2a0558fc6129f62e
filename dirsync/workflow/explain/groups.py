"""The groups somebody is in, directly and through other groups, and under which names they are carried over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.explained import Carried, GroupReached

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dirsync.model.entries import Group, User
    from dirsync.model.snapshot import Snapshot
    from dirsync.plan.desired import Feed


def groups_reached(user: User, snapshot: Snapshot, feeds: Sequence[Feed]) -> Iterator[GroupReached]:
    """Yield each group once, by the shortest path to it, the direct ones first; circles end.

    `feeds` are those of all Mappings; of them, only who takes the user from this Directory carries anything.
    """
    taking = [
        feed
        for feed in feeds
        if feed.source.directory == snapshot.directory and feed.user(user.id) and feed.mapping.target
    ]
    level: list[tuple[Group, tuple[str, ...]]] = [
        (group, (user.username, group.name)) for group in snapshot.groups_of(user.id)
    ]
    seen = {group.id for group, _ in level}
    is_direct = True
    while level:
        above: list[tuple[Group, tuple[str, ...]]] = []
        for group, path in level:
            yield GroupReached(snapshot.directory, path, tuple(_carried(group, taking, is_direct=is_direct)))
            for parent in snapshot.parent_groups(group.id):
                if parent.id not in seen:
                    seen.add(parent.id)
                    above.append((parent, (*path, parent.name)))
        level, is_direct = above, False


def _carried(group: Group, feeds: Sequence[Feed], *, is_direct: bool) -> Iterator[Carried]:
    for feed in feeds:
        groups_taken = feed.mapping.content.source.groups
        if not is_direct and not (groups_taken and groups_taken.nested):
            continue
        for wanted in feed.groups.values():
            if any(source.id == group.id for source in wanted.sources):
                yield Carried(feed.name, feed.mapping.target, wanted.name)
