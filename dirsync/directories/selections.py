"""What the Mappings ask of each Directory: one Selection per Mapping that reads it, and WHOLE for a target."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dirsync.directories.interface import Attributes, GroupAttributes, Selection

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dirsync.mapping.checked import Mapping


def selections(mappings: Iterable[Mapping]) -> dict[str, tuple[Selection, ...]]:
    """Return for each Directory key what is to be read from it; Directories nobody uses are not in it."""
    wanted: dict[str, list[Selection]] = defaultdict(list)
    for mapping in mappings:
        wanted[mapping.source].append(selection(mapping))
        if mapping.target and Selection() not in wanted[mapping.target]:
            wanted[mapping.target].append(Selection())
    return {directory: tuple(asked) for directory, asked in sorted(wanted.items())}


def exceptions(mappings: Iterable[Mapping]) -> dict[str, str]:
    """Return which Mapping leaves out the people of which other one."""
    return {
        mapping.name: mapping.content.source.users.except_mapping
        for mapping in mappings
        if mapping.content.source.users.except_mapping
    }


def selection(mapping: Mapping) -> Selection:
    """Return what one Mapping takes. Groups are wanted when they are carried over, or when it is only audited."""
    source = mapping.content.source
    target = mapping.content.target
    users, groups = source.users, source.groups
    return Selection(
        name=mapping.name,
        user_bases=users.base,
        user_filter=users.filter,
        attributes=Attributes(**users.attributes.model_dump()),
        group_bases=groups.base if groups else (),
        group_filter=groups.filter if groups else "",
        group_attributes=GroupAttributes(**groups.attributes.model_dump()) if groups else GroupAttributes(),
        wants_groups=target is None or bool(target.groups),
    )
