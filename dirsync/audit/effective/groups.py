"""Which groups a username has: where memberships count, and where nesting does."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from dirsync.audit.effective.accounts import standings
from dirsync.audit.effective.nesting import graph_of
from dirsync.audit.effective.order import YES, Filtering
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from dirsync.audit.effective.accounts import Standing
    from dirsync.audit.effective.nesting import GroupGraph, Step
    from dirsync.audit.effective.order import Layer, Order, Place
    from dirsync.model.entries import Group


class Nesting:
    """The groups of an order and how they nest, by the layer they are in.

    Inside one Directory nesting is certain, with two exceptions. Without aggregation a group of that name in a higher
    directory of the same Crowd application masks it, as it would mask a user [EFFECTIVE]; but Jira reads the plain
    hierarchy and flattens it itself (CWD-5410), so both readings stand. And access-based synchronisation may hide a
    group; where nobody told whether it does, the ways over such a group are doubtful by every reading. Whether groups
    of one name in several directories nest as one is `possible` only: nobody documents it.
    """

    def __init__(self, order: Order, wanted: Iterable[str] = ()) -> None:
        """Wanted are the names of groups that are asked for though they may not be nested."""
        folded = {fold(name) for name in wanted}
        self.places: Mapping[Layer, Place] = {place.layer: place for place in order.places()}
        graphs = {layer: graph_of(layer.directory, layer.snapshot, folded) for layer in self.places}
        self._steps = {layer: _named_steps(graph) for layer, graph in graphs.items()}
        self.certain: Mapping[Layer, GroupGraph] = {
            layer: graph.only(
                partial(is_shown, self.places[layer]), partial(self._is_certain, self.places[layer], graph)
            )
            for layer, graph in graphs.items()
        }
        self.possible: Mapping[Layer, GroupGraph] = {
            layer: graph.only(partial(may_be_shown, self.places[layer]), partial(_may_nest, self.places[layer]))
            for layer, graph in graphs.items()
        }

    def _is_certain(self, place: Place, graph: GroupGraph, step: Step) -> bool:
        if False in place.view.nests:
            return False
        if place.view.aggregates == YES:
            return True
        parent, child = (graph.names[group_id] for group_id in step)
        home = next((layer for layer in place.beside if layer.snapshot.group_named(child)), None)
        return home is None or (fold(parent), fold(child)) in self._steps[home]


def _may_nest(place: Place, _: Step) -> bool:
    return True in place.view.nests


def is_shown(place: Place, group_id: str) -> bool:
    """Say whether Jira surely sees a group of a place."""
    may_hide = Filtering.USERS_AND_GROUPS in place.view.filterings
    return not may_hide or place.layer.authorised_ids is None or group_id in place.layer.authorised_ids


def may_be_shown(place: Place, group_id: str) -> bool:
    """Say whether Jira may see a group of a place."""
    surely_hides = place.view.filterings == (Filtering.USERS_AND_GROUPS,) and place.layer.admission is not None
    return not surely_hides or is_shown(place, group_id)


def _named_steps(graph: GroupGraph) -> frozenset[tuple[str, str]]:
    return frozenset(
        (fold(graph.names[parent]), fold(graph.names[child]))
        for parent, inside in graph.children.items()
        for child in inside
    )


@dataclass(frozen=True, slots=True)
class Groups:
    """The names of somebody's groups, direct or by nesting, each once and in the order of their folded forms."""

    certain: tuple[str, ...] = ()
    """By every reading."""
    possible: tuple[str, ...] = ()
    """Beside those, by some reading."""


def groups_of(order: Order, username: str) -> Groups:
    """Return which groups a username has.

    Without aggregation those of the account that decides [ORDER-J, EFFECTIVE], with it those of all its twins in the
    Crowd application. An inactive account has its groups too; it only may not use them.
    """
    nesting = Nesting(order)
    readings = [_groups_by(nesting, standing) for standing in standings(order, username)]
    certain = set[str].intersection(*(set(known) for known, _ in readings))
    shown: dict[str, str] = {}
    for reading in readings:
        for known in reading:
            shown = known | shown
    return Groups(_sorted(shown, certain), _sorted(shown, shown.keys() - certain))


def _sorted(shown: Mapping[str, str], folded: Collection[str]) -> tuple[str, ...]:
    return tuple(shown[name] for name in sorted(folded))


def _groups_by(nesting: Nesting, standing: Standing) -> tuple[dict[str, str], dict[str, str]]:
    """Return by folded name what one reading surely gives, and what it may give."""
    certain: dict[str, str] = {}
    possible: dict[str, str] = {}
    for account in standing.counted:
        place = nesting.places[account.layer]
        direct = list(account.layer.snapshot.groups_of(account.user.id))
        certain |= _above(nesting.certain[account.layer], [each for each in direct if is_shown(place, each.id)])
        possible |= {fold(each.name): each.name for each in direct if may_be_shown(place, each.id)}
    return certain, _merged_above(nesting.possible.values(), possible)


def _above(graph: GroupGraph, direct: Iterable[Group]) -> dict[str, str]:
    """Return the groups and all groups around them in their own Directory, by folded name."""
    parents: dict[str, list[str]] = defaultdict(list)
    for parent, inside in graph.children.items():
        for child in inside:
            parents[child].append(parent)
    found = {group.id: group.name for group in direct}
    waiting = list(found)
    while waiting:
        fresh = [parent for parent in parents.get(waiting.pop(), ()) if parent not in found]
        found |= {parent: graph.names[parent] for parent in fresh}
        waiting += fresh
    return {fold(name): name for name in found.values()}


def _merged_above(graphs: Iterable[GroupGraph], direct: Mapping[str, str]) -> dict[str, str]:
    """Return the groups and all groups around them in any Directory, by folded name."""
    parents: dict[str, dict[str, str]] = defaultdict(dict)
    for graph in graphs:
        for parent, inside in graph.children.items():
            for child in inside:
                parents[fold(graph.names[child])].setdefault(fold(graph.names[parent]), graph.names[parent])
    found = dict(direct)
    waiting = list(found)
    while waiting:
        fresh = {name: shown for name, shown in parents.get(waiting.pop(), {}).items() if name not in found}
        found |= fresh
        waiting += fresh
    return found
