"""The look beyond the part of a Directory's groups that is read: one table of kinds, one walk outwards for all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from dirsync.model.names import fold
from dirsync.model.outer_groups import MOST_OUTER_GROUPS, OuterGroup
from dirsync.settings.models import LdapSettings, LdifSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from dirsync.directories.interface import Selection


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: by which groups some are held, and which of some entries are groups."""

    above: Sequence[str] = ()
    """Names of groups."""
    refs: Sequence[str] = ()
    """Normal forms of DNs."""


@dataclass(frozen=True, slots=True)
class OuterGroups:
    """What a look found. With a `trouble` it is not the whole answer, and nothing may be concluded from it."""

    above: Mapping[str, tuple[OuterGroup, ...]] = field(default_factory=dict)
    """By the folded name that was asked for: every group around it, at any depth, read or not."""
    among: Mapping[str, OuterGroup] = field(default_factory=dict)
    """By ref: those of the entries that are groups."""
    looked: str = ""
    """Where, as evidence."""
    trouble: str = ""


class TooMany(Exception):
    """More would have to be asked than `MOST_OUTER_GROUPS`."""


class Tree(Protocol):
    """A whole Directory, in which groups are found one question at a time."""

    def named(self, names: Sequence[str]) -> Iterator[tuple[str, OuterGroup, Collection[str]]]:
        """Yield (ref, group, all its names, folded) of every group that has one of the names, wherever it stands."""

    def around(self, refs: Collection[str]) -> Iterator[tuple[str, str, OuterGroup]]:
        """Yield (inner ref, outer ref, outer group) for every group that holds one of the entries directly."""

    def groups_at(self, refs: Sequence[str]) -> Iterator[tuple[str, OuterGroup]]:
        """Yield (ref, group) for each of the entries that is there and is a group."""


def explore(tree: Tree, wanted: Wanted) -> tuple[dict[str, tuple[OuterGroup, ...]], dict[str, OuterGroup]]:
    """Walk outwards from the groups of each name, level by level, until no group is new; raises `TooMany`."""
    named = list(tree.named(wanted.above)) if wanted.above else []
    starts = {ref: names for ref, _, names in named}
    met = {ref: group for ref, group, _ in named}
    around: dict[str, set[str]] = {}
    level = set(met)
    while level:
        if len(met) > MOST_OUTER_GROUPS:
            raise TooMany
        found = list(tree.around(level))
        for inner, outer, _ in found:
            around.setdefault(inner, set()).add(outer)
        level = {outer for _, outer, _ in found if outer not in met}
        met |= {outer: group for _, outer, group in found}
    above = {fold(name): _all_around(name, starts, around, met) for name in wanted.above}
    return above, dict(tree.groups_at(wanted.refs)) if wanted.refs else {}


def _all_around(
    name: str, starts: Mapping[str, Collection[str]], around: Mapping[str, set[str]], met: Mapping[str, OuterGroup]
) -> tuple[OuterGroup, ...]:
    waiting = [ref for ref, names in starts.items() if fold(name) in names]
    seen: set[str] = set()
    while waiting:
        new = around.get(waiting.pop(), set()) - seen
        seen |= new
        waiting += new
    return tuple(sorted(met[ref] for ref in seen))


def look_for_groups(wanted: Wanted, directory: str, settings: Any, selections: Sequence[Selection]) -> OuterGroups:  # noqa: ANN401 - a union that pydantic discriminates
    """Look through the whole Directory. Never raises; what kept it from an answer is its `trouble`."""
    return LOOKS[type(settings)](wanted, directory, settings, tuple(selections))


def _ldap(wanted: Wanted, directory: str, settings: LdapSettings, asked: tuple[Selection, ...]) -> OuterGroups:
    from dirsync.directories.build import ldap_connection
    from dirsync.directories.ldap.outer_groups import look_for_groups as look

    return look(wanted, ldap_connection(directory, settings), asked)


def _ldif(wanted: Wanted, directory: str, settings: LdifSettings, asked: tuple[Selection, ...]) -> OuterGroups:
    from dirsync.directories.ldif_outer_groups import look_for_groups as look

    return look(wanted, directory, settings.path, asked)


LOOKS: Mapping[type, Callable[[Wanted, str, Any, tuple[Selection, ...]], OuterGroups]] = {
    LdapSettings: _ldap,
    LdifSettings: _ldif,
}
"""Kinds of Directory of which only part of the groups may be read."""
