"""Which condition of a Mapping leaves somebody out, and through which groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.directories.placing import left_out_by
from dirsync.directories.selections import selection
from dirsync.model.conditions import fits, told

if TYPE_CHECKING:
    from dirsync.mapping.checked import Mapping
    from dirsync.model.conditions import GroupConditions
    from dirsync.model.entries import Group, User
    from dirsync.model.snapshot import Snapshot
    from dirsync.workflow.explain.finding import Found

MOST_STEPS = 50
"""So deep are groups looked into, one in another."""


def left_out(account: Found, mapping: Mapping, snapshot: Snapshot) -> str:
    """Return which of the Mapping's conditions an account that it does not hold fails; empty where it meets all."""
    asked = selection(mapping)
    if asked.conditions is None:
        return ""
    fit = account.sighting.fits.get(mapping.name) if account.sighting else None
    why = fit.left_out_by if fit else left_out_by(account.user, asked) if account.user else ""
    if not why and account.user:
        why = _by_groups(account.user, asked.conditions.groups, mapping.name, snapshot)
    return f"the mapping {why}" if why else ""


def _by_groups(user: User, conditions: GroupConditions, mapping: str, snapshot: Snapshot) -> str:
    ways = _ways(user, snapshot, is_nested=conditions.is_nested)
    # only a group that the mapping looks at counts
    looked_at = [way for way in ways if snapshot.group_named(way[-1].name, mapping) == way[-1]]
    for way in looked_at:
        if fits(conditions.exclude, way[-1].name):
            steps = " > ".join([user.username, *(group.name for group in way)])
            return f"excludes members of '{way[-1].name}', and {user.username} is one: {steps}"
    if conditions.include and not any(fits(conditions.include, way[-1].name) for way in looked_at):
        return f"includes only members of {told(conditions.include)}, and {user.username} is in none of them"
    return ""


def _ways(user: User, snapshot: Snapshot, *, is_nested: bool) -> list[tuple[Group, ...]]:
    """Return the shortest way to each group that somebody is in, the nearest first."""
    ways: list[tuple[Group, ...]] = [(group,) for group in snapshot.groups_of(user.id)]
    seen = {way[-1].id for way in ways}
    level = ways
    for _ in range(MOST_STEPS if is_nested else 0):
        level = [
            (*way, group)
            for way in level
            for group in snapshot.parent_groups(way[-1].id)
            if group.id not in seen and not seen.add(group.id)  # type: ignore[func-returns-value] # each once
        ]
        ways = [*ways, *level]
    return ways
