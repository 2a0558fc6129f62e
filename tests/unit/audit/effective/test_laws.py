"""What holds of every order of directories, whatever stands in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from unit.audit.effective.orders import SOFTWARE, crowd, layer
from unit.audit.effective.worlds import CONTENT, GROUPS, NAMES, layers, orders, outcomes
from unit.audit.effective.worlds import told as in_words

from dirsync.audit.effective.access import Access, EffectiveAccess, Hold
from dirsync.audit.effective.accounts import standings, twins
from dirsync.audit.effective.groups import groups_of
from dirsync.audit.effective.order import EITHER, NO, YES, Filtering, Order
from dirsync.model.names import fold

many = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
edge = st.tuples(st.sampled_from(GROUPS), st.sampled_from(GROUPS))


def verdicts(order: Order) -> dict[str, bool]:
    """Return by folded username whether the seat is certain; nobody else may take one."""
    found = {}
    for access in EffectiveAccess(order, [SOFTWARE]).accounts(SOFTWARE):
        name = fold(access.layer.snapshot.user(access.user_id).username)
        if access.hold is not Hold.MASKED:
            assert name not in found
            found[name] = access.hold is Hold.TAKEN
    return found


def alone(order: Order, name: str) -> Access | None:
    """Return what a name takes, or may take, by itself."""
    found = EffectiveAccess(order, [SOFTWARE]).of(name, SOFTWARE)
    seats = [access for access in found if access.hold is not Hold.MASKED]
    assert len(seats) == len(found) <= 1 or not seats
    return seats[0] if seats else None


def folded(names: Iterable[str]) -> set[str]:
    return {fold(name) for name in names}


@given(orders())
@many
def test_a_verdict_is_certain_where_every_world_agrees(order):
    note(in_words(order))
    may_hide_groups = any(len(v.filterings) > 1 and Filtering.USERS_AND_GROUPS in v.filterings for v in order.views)
    for name in ("ana", "ben", "cleo"):
        found, expected = alone(order, name), outcomes(order, name)
        assert (found is not None) == (True in expected)
        is_taken = found is not None and found.hold is Hold.TAKEN
        # Where groups may be hidden, a way that one reading hides is doubtful for all of them: that is the safe side.
        assert is_taken == (expected == {True}) or (may_hide_groups and not is_taken)
        assert found is None or (found.hold is Hold.OPEN) == bool(found.doubts)


@given(orders())
@many
def test_streaming_gives_what_each_name_gives_by_itself(order):
    note(in_words(order))
    effective = EffectiveAccess(order, [SOFTWARE])
    by_name = [each for name in {fold(name) for name in NAMES} for each in effective.of(name, SOFTWARE)]
    streamed = list(effective.accounts(SOFTWARE))
    assert Counter(map(told, streamed)) == Counter(map(told, by_name))


def told(access: Access) -> tuple[object, ...]:
    # Asked alone, a name may have more reasons: what is read in part below a user directory that may be off.
    return access.layer, access.user_id, access.way.path, access.hold, bool(access.doubts)


@given(orders())
@many
def test_every_step_of_a_path_is_a_membership_and_it_ends_where_access_is_granted(order):
    for access in EffectiveAccess(order, [SOFTWARE]).accounts(SOFTWARE):
        *groups, application = access.way.path.names
        assert application == SOFTWARE.key
        assert fold(groups[-1]) == "jira-users"
        assert len(set(groups)) == len(groups)
        for child, parent in pairwise(groups):
            assert any(
                fold(known.name) == fold(parent)
                for view in order.views
                for each in view.layers
                for start in each.snapshot.groups()
                if fold(start.name) == fold(child)
                for known in each.snapshot.parent_groups(start.id)
            )


@given(st.data())
@many
def test_another_membership_never_takes_a_way_away(data):
    one, other = ({name: data.draw(strategy) for name, strategy in CONTENT.items()} for _ in range(2))
    child, parent = data.draw(edge)
    more = {**one["nested"], child: {*one["nested"].get(child, ()), parent}}
    scheme = data.draw(st.sampled_from([YES, NO, EITHER]))
    # the group must be there before: a new group may mask one of its name below
    one["groups"] |= {child, parent}

    def told(nested):
        return verdicts(crowd(layer("one", **{**one, "nested": nested}), layer("two", **other), aggregates=scheme))

    before, after = told(one["nested"]), told(more)
    assert before.keys() <= after.keys()
    assert all(after[name] for name, is_certain in before.items() if is_certain)


@given(st.data())
@many
def test_another_group_of_a_user_never_takes_a_way_away(data):
    content = [{name: data.draw(strategy) for name, strategy in CONTENT.items()} for _ in range(2)]
    for each in content:
        each["groups"] |= set(GROUPS)
    number, group = data.draw(st.integers(0, 1)), data.draw(st.sampled_from(GROUPS))
    scheme = data.draw(st.sampled_from([YES, NO, EITHER]))

    def told():
        return verdicts(crowd(*(layer(str(n), **each) for n, each in enumerate(content)), aggregates=scheme))

    before = told()
    content[number]["users"] = {name: {*theirs, group} for name, theirs in content[number]["users"].items()}
    after = told()
    assert before.keys() <= after.keys()
    assert all(after[name] for name, is_certain in before.items() if is_certain)


def shortest(order: Order, name: str) -> int:
    """Return the number of groups on the shortest way of a user of the only directory, found from below; 0 for none."""
    snapshot = order.views[0].layers[0].snapshot
    level = [group for user in snapshot.users_named(name) for group in snapshot.groups_of(user.id)]
    met: set[str] = set()
    steps = 1
    while level:
        if any(fold(group.name) == "jira-users" for group in level):
            return steps
        met |= {group.id for group in level}
        level = [up for group in level for up in snapshot.parent_groups(group.id) if up.id not in met]
        steps += 1
    return 0


@given(layers(0))
@many
def test_everybody_is_told_once_and_by_a_shortest_way(only):
    order = Order((replace(crowd(only).views[0], nests=YES),))
    met = Counter()
    for access in EffectiveAccess(order, [SOFTWARE]).accounts(SOFTWARE):
        user = only.snapshot.user(access.user_id)
        met[access.user_id] += 1
        first, *_ = access.way.path.names
        assert first in {group.name for group in only.snapshot.groups_of(user.id)}
        if len(only.named(user.username)) == 1:
            assert len(access.way.path.names) - 1 == shortest(order, user.username)
    assert all(number == 1 for number in met.values())


@given(st.data())
@many
def test_another_membership_makes_no_way_longer(data):
    content = {name: data.draw(strategy) for name, strategy in CONTENT.items()}
    child, parent = data.draw(edge)
    more = {**content["nested"], child: {*content["nested"].get(child, ()), parent}}

    def lengths(nested):
        only = crowd(layer("one", **{**content, "nested": nested}))
        told = EffectiveAccess(only, [SOFTWARE]).accounts(SOFTWARE)
        return {access.user_id: len(access.way.path.names) for access in told}

    before, after = lengths(content["nested"]), lengths(more)
    assert all(after[user_id] <= length for user_id, length in before.items())


@given(st.data())
@many
def test_the_order_of_entries_makes_no_difference(data):
    content = {name: data.draw(strategy) for name, strategy in CONTENT.items()}
    users = data.draw(st.permutations(list(content["users"].items())))
    nested = data.draw(st.permutations(list(content["nested"].items())))
    shuffled = {**content, "users": dict(users), "nested": dict(nested)}

    def told(each):
        return [
            (found.user_id, found.way.path) for found in EffectiveAccess(crowd(each), [SOFTWARE]).accounts(SOFTWARE)
        ]

    assert told(layer("one", **content)) == told(layer("one", **shuffled))


@given(layers(0), layers(1))
@many
def test_aggregation_gives_at_least_the_groups_that_masking_leaves(one, two):
    for name in ("ana", "ben", "cleo"):
        on, off, open_ = (groups_of(crowd(one, two, aggregates=scheme), name) for scheme in (YES, NO, EITHER))
        assert {fold(each) for each in off.certain} <= {fold(each) for each in on.certain}
        assert {fold(each) for each in (*off.certain, *off.possible)} <= {
            fold(each) for each in (*on.certain, *on.possible)
        }
        assert {fold(each) for each in open_.certain} == {fold(each) for each in off.certain}
    on, off = (verdicts(crowd(one, two, aggregates=scheme)) for scheme in (YES, NO))
    assert off.keys() <= on.keys()
    assert all(on[name] for name, is_certain in off.items() if is_certain)


@given(layers(0))
@many
def test_with_one_directory_aggregation_changes_nothing(only):
    schemes = [verdicts(crowd(only, aggregates=scheme)) for scheme in (YES, NO, EITHER)]
    assert schemes[0] == schemes[1] == schemes[2]
    for name in NAMES:
        groups = [groups_of(crowd(only, aggregates=scheme), name) for scheme in (YES, NO, EITHER)]
        assert groups[0] == groups[1] == groups[2]


@given(orders())
@many
def test_what_stands_below_an_active_account_of_the_name_is_masked(order):
    order = Order(tuple(replace(v, aggregates=NO, is_active=YES, filterings=(Filtering.NONE,)) for v in order.views))
    for name in ("ana", "ben", "cleo"):
        readings = standings(order, name)
        if len(readings) == 1 and readings[0].is_active:
            home = readings[0].account.layer
            assert readings[0].counted == (readings[0].account,)
            assert not any(each.named(name) for place in order.places() if place.layer is home for each in place.above)


@given(orders())
@many
def test_twins_are_the_names_that_stand_more_than_once(order):
    bearers = Counter(fold(user.username) for place in order.places() for user in place.layer.snapshot.users())
    assert list(twins(order)) == sorted(name for name, number in bearers.items() if number > 1)


@given(orders())
@many
def test_a_group_is_certain_if_and_only_if_no_reading_lacks_it(order):
    """A seat is certain for whoever is active and surely in the group that grants it."""
    for name in ("ana", "ben", "cleo"):
        groups, found = groups_of(order, name), alone(order, name)
        if all(reading.is_active for reading in standings(order, name)):
            assert ("jira-users" in groups.certain) == (found is not None and found.hold is Hold.TAKEN)
            assert ("jira-users" in (*groups.certain, *groups.possible)) == (found is not None)


def test_a_chain_of_a_thousand_groups_with_a_cycle_is_followed():
    nested = {f"group-{number}": [f"group-{number + 1}"] for number in range(999)}
    nested["group-999"] = ["jira-users", "group-0"]
    order = crowd(layer("only", {"ana": ["group-0"]}, nested=nested))
    (found,) = EffectiveAccess(order, [SOFTWARE]).accounts(SOFTWARE)
    assert found.hold is Hold.TAKEN
    assert len(found.way.path.names) == 1002
    assert len(groups_of(order, "ana").certain) == 1001
