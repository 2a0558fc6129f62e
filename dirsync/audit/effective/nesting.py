"""Groups inside groups: from the groups that grant something downwards, level by level.

Every group is met once, so cycles end, the first path found is the shortest, and a chain may be as long as it likes.
Only groups that are nested or grant something are held, never users.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

from dirsync.model.facts import Fact, unknown
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from dirsync.model.snapshot import Snapshot

Step = tuple[str, str]
"""Ids of a group and of one directly inside it."""
HOPS_TOLD = 4
"""How many steps of a way over several Directories are told one by one; the last ones are counted."""


@dataclass(frozen=True)
class GroupGraph:
    """The groups of one Directory that are nested or asked for by name."""

    directory: str
    names: Mapping[str, str]
    """Id to name."""
    children: Mapping[str, Sequence[str]]
    """Id of a group to the ids of those directly inside it."""

    def only(self, keeps_group: Callable[[str], bool], keeps_step: Callable[[Step], bool]) -> GroupGraph:
        """Return it without the groups and the steps that don't count."""
        names = {group_id: name for group_id, name in self.names.items() if keeps_group(group_id)}
        children = {
            parent: [child for child in inside if child in names and keeps_step((parent, child))]
            for parent, inside in self.children.items()
            if parent in names
        }
        return GroupGraph(self.directory, names, children)


NO_GROUPS = GroupGraph("", {}, {})


def graph_of(directory: str, snapshot: Snapshot, wanted: Collection[str] = ()) -> GroupGraph:
    """Return the nesting of a Directory, and those of its groups whose folded names are wanted."""
    children: dict[str, list[str]] = defaultdict(list)
    for parent, child in snapshot.nestings():
        children[parent].append(child)
    nested = children.keys() | {child for inside in children.values() for child in inside}
    names = {group.id: group.name for group in snapshot.groups() if group.id in nested or fold(group.name) in wanted}
    return GroupGraph(directory, names, children)


@dataclass(frozen=True)
class Climb:
    """The groups of one Directory that lead to something, nearest first."""

    goal: str
    """What the last group grants: the key of a Jira application."""
    names: dict[str, str] = field(default_factory=dict)
    """Group id to name."""
    above: dict[str, str] = field(default_factory=dict)
    """Group id to the id of the next group on its shortest path; empty for one that grants it itself."""
    depth: dict[str, int] = field(default_factory=dict)
    """Group id to the number of groups above it on that path."""
    by_name: dict[str, str] = field(default_factory=dict)
    """Folded name to the id of the nearest group of that name."""
    _onwards: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The way from one group to the goal, the last that was asked for; from all of a long chain they would be many."""

    def path(self, group_id: str) -> tuple[str, ...]:
        """Return the names from a group to the goal."""
        above = self.above[group_id]
        if above not in self._onwards:  # groups beside each other are asked for one after the other
            self._onwards.clear()
            self._onwards[above] = (*(name for _, name in self.upwards(above)), self.goal)
        return (self.names[group_id], *self._onwards[above])

    def upwards(self, group_id: str) -> Iterator[tuple[str, str]]:
        """Yield (id, name) of a group and of those above it, up to the one that grants the goal."""
        while group_id:
            yield group_id, self.names[group_id]
            group_id = self.above[group_id]


def climb(graph: GroupGraph, goal: str, granting: Iterable[str]) -> Climb:
    """Work out which groups lead to a goal that the groups of these names grant. Equals go by name."""
    folded = {fold(name) for name in granting}
    found = Climb(goal)
    level = {group_id: "" for group_id, name in graph.names.items() if fold(name) in folded}
    depth = 0
    while level:
        below: dict[str, str] = {}
        for group_id in sorted(level, key=lambda known: (fold(graph.names[known]), known)):
            found.names[group_id] = graph.names[group_id]
            found.above[group_id] = level[group_id]
            found.depth[group_id] = depth
            found.by_name.setdefault(fold(graph.names[group_id]), group_id)
            for child in graph.children.get(group_id, ()):
                if child not in level and child not in found.names:
                    below.setdefault(child, group_id)
        level, depth = below, depth + 1
    return found


@dataclass(frozen=True)
class Merged:
    """The groups that lead to something if groups of one name are one group everywhere, by folded name."""

    climb: Climb
    directories: dict[str, str] = field(default_factory=dict)
    """Folded name of a group to the Directory in which it is inside the next one; none for one that grants it."""


def merge(graphs: Sequence[GroupGraph], goal: str, granting: Iterable[str]) -> Merged:
    """Work out which names of groups lead to a goal over several Directories. Equals go by name."""
    inside: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for graph in graphs:
        for parent in sorted(graph.children):
            for child in graph.children[parent]:
                name = graph.names[child]
                inside[fold(graph.names[parent])].setdefault(fold(name), (name, graph.directory))
    found = Merged(Climb(goal))
    level = {fold(name): (name, "", "") for name in granting}
    depth = 0
    while level:
        below: dict[str, tuple[str, str, str]] = {}
        for folded in sorted(level):
            found.climb.names[folded], found.climb.above[folded], found.directories[folded] = level[folded]
            found.climb.depth[folded] = depth
            for child, (name, directory) in sorted(inside[folded].items()) if folded in inside else ():
                if child not in level and child not in found.climb.names:
                    below.setdefault(child, (name, folded, directory))
        level, depth = below, depth + 1
    return found


def crossing_doubt(name: str, directory: str, found: Merged) -> Fact[Any]:
    """Return what keeps open whether a group of a Directory leads to a goal that it reaches by merging alone."""
    goal, climbed = found.climb.goal, found.climb
    first, depth = fold(name), climbed.depth[fold(name)]
    steps = islice(pairwise(climbed.upwards(first)), HOPS_TOLD if depth > HOPS_TOLD + 1 else None)
    hops = [f"'{inner}' is inside '{outer}' in {found.directories[folded]}" for (folded, inner), (_, outer) in steps]
    if len(hops) < depth:
        hops.append(f"so on over {depth - len(hops):,} more groups")
    return unknown(
        f"nesting[{name}]",
        f"in {directory} nothing puts '{name}' inside a group of {goal}, but {' and '.join(hops)}: "
        f"if groups of one name are merged over directories it grants {goal}, if each directory "
        "stands for itself it does not",
        f"Rename the group '{name}' in one of the directories, so that the question can't arise; or see in Jira "
        "(User management > Groups) whether its members are listed in the licensed group.",
    )
