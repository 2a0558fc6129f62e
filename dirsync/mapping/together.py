"""Which Mappings one run must hold together: they write into the same place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.organizations import ORGANIZATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dirsync.mapping.checked import Mapping


def places_of(mapping: Mapping) -> frozenset[str]:
    """Return what a Mapping writes into: its target's key, and `ORGANIZATIONS` where it puts people into any.

    All organisations are in the one Jira of the settings. What is audited only is written nowhere.
    """
    target = mapping.content.target
    if target is None:
        return frozenset()
    return frozenset({mapping.target, ORGANIZATIONS} if target.organizations is not None else {mapping.target})


def together(mappings: Iterable[Mapping]) -> tuple[tuple[str, ...], ...]:
    """Return groups of names, each sorted, in the order of their first names.

    Mappings belong together that feed one target, or that put people into organisations, also by way of a third. What
    is audited only stands in no group.
    """
    groups: list[tuple[set[str], set[str]]] = []
    for mapping in mappings:
        names, places = {mapping.name}, {*places_of(mapping)}
        if not places:
            continue
        apart = []
        for group in groups:
            if group[1] & places:
                names |= group[0]
                places |= group[1]
            else:
                apart.append(group)
        groups = [*apart, (names, places)]
    return tuple(sorted(tuple(sorted(names)) for names, _ in groups))
