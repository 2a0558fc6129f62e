"""Groups that nobody reads, inside those by which Mappings choose people: whom these hold is then not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dirsync.directories.outer_groups import LOOKS, Wanted, look_for_groups
from dirsync.model.conditions import fits
from dirsync.model.outer_groups import strangers_below

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dirsync.directories.interface import Selection
    from dirsync.model.snapshot import Snapshot


def not_known_inside(settings: Any, asked: Sequence[Selection], snapshot: Snapshot) -> Iterator[str]:  # noqa: ANN401 - a union that pydantic discriminates
    """Yield for each Mapping why it can't be said whom it includes or excludes by groups, though these were read.

    A group inside one of them, beyond the base or the filter of `source.groups`, holds people who would slip past the
    condition. What its members are is asked only where there are any that were not read.
    """
    unread = {one.name: refs for one in asked if (refs := _unread(one, snapshot))}
    if not unread or type(settings) not in LOOKS:
        return
    every = tuple(sorted({ref for refs in unread.values() for ref in refs}))
    found = look_for_groups(Wanted(refs=every), snapshot.directory, settings, asked)
    for name, refs in unread.items():
        inside = sorted(found.among[ref] for ref in refs if ref in found.among)
        meant = f"mapping '{name}' includes or excludes the members of"
        if found.trouble:
            yield f"{meant} groups that hold something not read, and whether it is a group isn't known: {found.trouble}"
        elif inside:
            more = f" and {len(inside) - 1:,} more" if len(inside) > 1 else ""
            yield f"{meant} a group that holds one which source.groups does not read: {inside[0]}{more}"


def _unread(asked: Selection, snapshot: Snapshot) -> tuple[str, ...]:
    """Return the members that were not read, of the groups by which a Mapping chooses and of all inside these."""
    if asked.conditions is None or not asked.conditions.groups.is_nested:
        return ()
    patterns = (*asked.conditions.groups.include, *asked.conditions.groups.exclude)
    return strangers_below(snapshot, [group.id for group in snapshot.groups(asked.name) if fits(patterns, group.name)])
