"""What the Mappings ask of each Directory: one Selection per Mapping that reads it, and WHOLE for a target."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from dirsync.directories.interface import ActiveValues, Attributes, GroupAttributes, Selection, TextValues
from dirsync.mapping.attributes import TextValues as MappedText
from dirsync.mapping.attributes import UserAttributes
from dirsync.model.conditions import Conditions, GroupConditions
from dirsync.model.snapshot import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Mapping as MappingType

    from dirsync.mapping.attributes import SourceAttributes
    from dirsync.mapping.checked import Mapping
    from dirsync.mapping.source import PeopleMeant, UsersTaken

Told = TypeVar("Told", bool, str)


def selections(mappings: Sequence[Mapping]) -> dict[str, tuple[Selection, ...]]:
    """Return for each Directory key what is to be read from it; Directories nobody uses are not in it."""
    wanted: dict[str, list[Selection]] = defaultdict(list)
    for mapping in mappings:
        wanted[mapping.source].append(selection(mapping))
    for mapping in mappings:
        if mapping.target and not any(one.name == WHOLE for one in wanted[mapping.target]):
            wanted[mapping.target].append(target_selection(mapping.target, mappings))
    return {directory: tuple(asked) for directory, asked in sorted(wanted.items())}


def target_selection(target: str, mappings: Iterable[Mapping]) -> Selection:
    """Return what is read of a target, and looked at before anything is written to it: what is dirsync's to look at.

    It is one for all Mappings that feed it, which name the same filter and attributes (`dirsync.mapping.places`).
    """
    feeding = [one.content.target for one in mappings if one.target == target and one.content.target]
    places = [one.users for one in feeding if one.users]
    if not places:
        return Selection()
    return Selection(
        user_bases=tuple(dict.fromkeys(place.base for place in places)),
        user_filter=places[0].filter,
        attributes=Attributes(**places[0].attributes.model_dump()),
        group_bases=tuple(dict.fromkeys(one.groups_base for one in feeding if one.groups_base)),
    )


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
    conditions = _conditions(users, is_nested=bool(groups and groups.nested))
    return Selection(
        name=mapping.name,
        user_bases=users.base,
        user_filter=users.filter,
        attributes=replace(
            _attributes(users.attributes),
            organization=target.organizations.attribute if target and target.organizations else "",
        ),
        group_bases=groups.base if groups else (),
        group_filter=groups.filter if groups else "",
        group_attributes=GroupAttributes(**groups.attributes.model_dump()) if groups else GroupAttributes(),
        wants_groups=target is None or bool(target.groups) or bool(conditions and conditions.groups),
        conditions=conditions,
    )


def _conditions(users: UsersTaken, *, is_nested: bool) -> Conditions | None:
    include, exclude = users.include, users.exclude
    if include is None and exclude is None:
        return None
    groups = GroupConditions(include.groups if include else (), exclude.groups if exclude else (), is_nested)
    return Conditions(_patterns(include), _patterns(exclude), groups)


def _patterns(meant: PeopleMeant | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(sorted(meant.attributes.items())) if meant else ()


def _attributes(told: SourceAttributes) -> Attributes:
    named: dict[str, str] = {}
    text_values: list[TextValues] = []
    for meaning in UserAttributes.model_fields:
        one = getattr(told, meaning)
        named[meaning] = one if isinstance(one, str) else one.attribute
        if isinstance(one, MappedText):
            text_values.append(TextValues(meaning, _by_value(one.values), one.default))
    active = told.active
    known = None if isinstance(active, str) else ActiveValues(_by_value(active.values), active.default)
    return Attributes(**named, active_values=known, text_values=tuple(text_values))


def _by_value(values: MappingType[str, Told]) -> tuple[tuple[str, Told], ...]:
    return tuple(sorted((value.strip().lower(), told) for value, told in values.items()))
