"""The same questions answered the slow way: every world that the open questions leave, one after the other.

A world fixes each of them: what every view is set to, who is there in a directory that was not read, whom Crowd lets
in, which namesake is meant, whether an inactive account on top ends the search, whether groups of one name nest over
directories, and whether a group masks one of its name below.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from hypothesis import strategies as st
from unit.audit.effective.orders import layer

from dirsync.audit.effective.order import EITHER, EVERYBODY, NO, YES, Admission, Filtering, Layer, Order, View
from dirsync.model.entries import User
from dirsync.model.names import fold

NAMES = ("ana", "Ana", "ben", "cleo")
GROUPS = ("g", "h", "k", "jira-users")
CONTENT = {
    "users": st.dictionaries(st.sampled_from(NAMES), st.sets(st.sampled_from(GROUPS), max_size=2), max_size=3),
    "inactive": st.sets(st.sampled_from(NAMES), max_size=2),
    "nested": st.dictionaries(st.sampled_from(GROUPS), st.sets(st.sampled_from(GROUPS), max_size=2), max_size=3),
    "groups": st.sets(st.sampled_from(GROUPS), max_size=2),
}
switches = st.sampled_from([YES, YES, NO, EITHER])
some = (Admission(()), Admission(("g",)), Admission(("h", "jira-users")))
admissions = st.sampled_from([EVERYBODY, EVERYBODY, None, *some])
filterings = st.sampled_from([
    (Filtering.NONE,), (Filtering.NONE,), (Filtering.USERS,), (Filtering.USERS_AND_GROUPS,), tuple(Filtering),
    (Filtering.NONE, Filtering.USERS),
])  # fmt: skip


@st.composite
def layers(draw, number: int) -> Layer:
    content = {name: draw(strategy) for name, strategy in CONTENT.items()}
    reason = draw(st.sampled_from(["", "", "", "size limit"]))
    return layer(f"dir-{number}", **content, reason=reason, admission=draw(admissions))


@st.composite
def orders(draw) -> Order:
    sizes = draw(st.sampled_from([(1,), (2,), (1, 1), (2, 1), (1, 2)]))
    numbers = iter(range(3))
    return Order(tuple(
        View(
            f"view-{position}",
            tuple(draw(layers(next(numbers))) for _ in range(size)),
            is_active=draw(switches),
            aggregates=draw(st.sampled_from([NO, YES, EITHER])),
            filterings=draw(filterings),
            nests=draw(switches),
        )
        for position, size in enumerate(sizes)
    ))  # fmt: skip


@dataclass
class World:
    """One choice for every open question; None of `unread` says that the name is not there."""

    settings: dict[View, tuple[bool, bool, Filtering, bool]]
    namesake: dict[Layer, int]
    unread: dict[Layer, bool | None]
    let_in: dict[Layer, bool]
    shows_groups: dict[Layer, bool]
    goes_on: bool
    merges: bool
    masks_groups: bool


def worlds(order: Order, name: str) -> Iterator[World]:
    every = [each for view in order.views for each in view.layers]
    for settings, namesake, unread, let_in, shows_groups in product(
        product(*(product(v.is_active, v.aggregates, v.filterings, v.nests) for v in order.views)),
        product(*(range(max(len(each.named(name)), 1)) for each in every)),
        product(*((None,) if each.is_whole else (None, True, False) for each in every)),
        product(*(EITHER if each.admission is None or not each.is_whole else YES for each in every)),
        product(*(EITHER if each.admission is None else YES for each in every)),
    ):
        known = [dict(zip(every, values, strict=True)) for values in (namesake, unread, let_in, shows_groups)]
        for choices in product((True, False), repeat=3):
            yield World(dict(zip(order.views, settings, strict=True)), *known, *choices)


def outcomes(order: Order, name: str, granting: str = "jira-users") -> set[bool]:
    """Return whether a username holds a seat, in all worlds."""
    found: set[bool] = set()
    for world in worlds(order, name):
        found.add(holds(order, world, name, granting))
        if len(found) == 2:
            break
    return found


def holds(order: Order, world: World, name: str, granting: str) -> bool:
    first: tuple[View, Layer, User | None, bool] | None = None
    for view in order.views:
        shown = shown_by(view, world, name)
        if shown and first is None:
            first = (view, *shown)
        if shown and shown[2] and world.goes_on and first and not first[3]:
            first = (view, *shown)
    if first is None or not first[3] or first[2] is None:
        return False
    view, home, user, _ = first
    accounts = [(home, user)]
    if world.settings[view][1]:
        below = view.layers[view.layers.index(home) + 1 :]
        accounts += [(each, twin) for each in below for twin in each.named(name)]
    return any(leads(order, world, view, each, twin, granting) for each, twin in accounts)


def shown_by(view: View, world: World, name: str) -> tuple[Layer, User | None, bool] | None:
    is_active, _, filtering, _ = world.settings[view]
    if not is_active:
        return None
    for each in view.layers:
        users = each.named(name)
        if users:
            user = users[world.namesake[each]]
            if filtering is not Filtering.NONE and not is_let_in(each, world, user):
                return None
            return each, user, user.active
        if world.unread[each] is not None:
            return each, None, bool(world.unread[each])
    return None


def is_let_in(each: Layer, world: World, user: User) -> bool:
    if each.admission is None:
        return world.let_in[each]
    if each.admission.groups is None:
        return True
    if any(inside(each, group.id, each.admission.groups, set()) for group in each.snapshot.groups_of(user.id)):
        return True
    return not each.is_whole and world.let_in[each]


def inside(each: Layer, group_id: str, names: tuple[str, ...], seen: set[str]) -> bool:
    group = next(known for known in each.snapshot.groups() if known.id == group_id)
    if fold(group.name) in {fold(name) for name in names}:
        return True
    seen.add(group_id)
    above = [parent for parent in each.snapshot.parent_groups(group_id) if parent.id not in seen]
    return any(inside(each, parent.id, names, seen) for parent in above)


def is_group_shown(view: View, each: Layer, world: World, group_id: str) -> bool:
    if world.settings[view][2] is not Filtering.USERS_AND_GROUPS:
        return True
    if each.admission is None:
        return world.shows_groups[each]
    return each.admission.groups is None or inside(each, group_id, each.admission.groups, set())


def leads(order: Order, world: World, view: View, each: Layer, user: User, granting: str) -> bool:
    seen: set[tuple[Layer, str]] = set()
    waiting = [(view, each, group.id) for group in each.snapshot.groups_of(user.id)]
    while waiting:
        view, each, group_id = waiting.pop()
        if (each, group_id) in seen or not is_group_shown(view, each, world, group_id):
            continue
        seen.add((each, group_id))
        group = next(known for known in each.snapshot.groups() if known.id == group_id)
        if fold(group.name) == fold(granting):
            return True
        if world.settings[view][3] and not (world.masks_groups and masks(world, view, each, group.name)):
            waiting += [(view, each, parent.id) for parent in each.snapshot.parent_groups(group_id)]
        if world.settings[view][3] and world.masks_groups and masks(world, view, each, group.name):
            home = next(above for above in view.layers if above.snapshot.group_named(group.name))
            named = home.snapshot.group_named(group.name)
            around = {fold(parent.name) for parent in home.snapshot.parent_groups(named.id)}
            waiting += [
                (view, each, parent.id)
                for parent in each.snapshot.parent_groups(group_id)
                if fold(parent.name) in around
            ]
        if world.merges:
            waiting += [
                (other_view, other, known.id)
                for other_view in order.views
                for other in other_view.layers
                if True in other_view.is_active
                for known in [other.snapshot.group_named(group.name)]
                if known
            ]
    return False


def masks(world: World, view: View, each: Layer, name: str) -> bool:
    """Say whether a group of a higher directory of the same application stands before this one."""
    if world.settings[view][1]:
        return False
    return next(above for above in view.layers if above.snapshot.group_named(name)) is not each


def told(order: Order) -> str:
    """Return an order in words, for a failing example."""
    lines = []
    for view in order.views:
        settings = (view.is_active, view.aggregates, [str(each) for each in view.filterings], view.nests)
        lines.append(f"{view.name} active, aggregates, filterings, nests: {settings}")
        for each in view.layers:
            users = {
                f"{user.username}{'' if user.active else ' (inactive)'}": [
                    g.name for g in each.snapshot.groups_of(user.id)
                ]
                for user in each.snapshot.users()
            }
            groups = {g.name: [p.name for p in each.snapshot.parent_groups(g.id)] for g in each.snapshot.groups()}
            lines.append(f"  {each.directory} whole={each.is_whole} {each.admission} users {users} groups {groups}")
    return "\n".join(lines)
