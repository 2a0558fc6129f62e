"""Whatever order threads end in: the same end state, and every state on the way is one that a plan may stop in."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.plan.fakes import Directory, FakeTarget
from unit.plan.stories import CROWD

from dirsync.apply.schedule import Schedule, touched_by
from dirsync.model.plans import Change, Op, Result
from dirsync.plan.order import in_order

NAMES = ("ana", "bob", "cyd", "dan")
GROUPS = ("portal", "helpers")


def change(op: Op, user: str = "", group: str = "", **more: object) -> Change:
    return Change(op, CROWD, "customers", user, group=group, **more)


def joins(user: str, group: str = "portal") -> Change:
    return change(Op.ADD_MEMBER, user, group)


def renames(old: str, new: str, key: str = "") -> Change:
    return change(Op.RENAME_USER, old, user_id=key, before={"username": old}, after={"username": new})


def makes(user: str) -> Change:
    after = {"username": user, "email": f"{user}@example.org", "active": True}
    return change(Op.CREATE_USER, user, after=after)


def free_at_once(*changes: Change) -> list[int]:
    schedule = Schedule()
    schedule.take(enumerate(changes))
    return list(schedule.free())


@pytest.mark.parametrize(
    ("changes", "free"),
    [
        ([], []),
        ([makes("ana"), makes("bob")], [0, 1]),
        ([makes("ana"), joins("bob")], [0]),
        ([joins("ana"), joins("bob")], [0, 1]),
        ([joins("ana"), joins("ANA", "helpers")], [0]),
        ([joins("ana"), replace(joins("bob"), directory="elsewhere")], [0, 1]),
        ([joins("ana"), replace(joins("ana", "helpers"), directory="elsewhere")], [0]),
        (
            [
                change(Op.UPDATE_USER, "ana", user_id="k1"),
                replace(change(Op.UPDATE_USER, "bob", user_id="k1"), directory="elsewhere"),
            ],
            [0, 1],
        ),
        (
            [
                change(Op.UPDATE_GROUP, group="a", group_id="g1"),
                replace(change(Op.UPDATE_GROUP, group="b", group_id="g1"), directory="elsewhere"),
            ],
            [0, 1],
        ),
        ([renames("ana", "anna"), renames("bob", "ana"), renames("cyd", "dan")], [0, 2]),
        ([renames("ana", "anna", "k1"), renames("bob", "bobby", "k1")], [0]),
        ([change(Op.CREATE_GROUP, group="Portal"), change(Op.CREATE_GROUP, group="portal")], [0]),
        (
            [
                change(Op.RENAME_GROUP, group="a", before={"name": "a"}, after={"name": "b"}),
                change(Op.RENAME_GROUP, group="c", before={"name": "c"}, after={"name": "a"}),
            ],
            [0],
        ),
        (
            [
                change(Op.UPDATE_GROUP, group="a", group_id="g1"),
                change(Op.UPDATE_GROUP, group="b", group_id="g1"),
                change(Op.UPDATE_GROUP, group="c", group_id="g2"),
            ],
            [0, 2],
        ),
        (
            [
                change(Op.ADD_CHILD_GROUP, group="a", child_group="b"),
                change(Op.ADD_CHILD_GROUP, group="b", child_group="c"),
                change(Op.ADD_CHILD_GROUP, group="d", child_group="e"),
            ],
            [0, 2],
        ),
        ([change(Op.CREATE_GROUP, group="ana"), change(Op.CREATE_GROUP, group="bob")], [0, 1]),
    ],
)
def test_only_what_touches_nothing_of_one_another_is_free_at_once(changes: list[Change], free: list[int]) -> None:
    assert free_at_once(*changes) == free


def test_a_user_and_a_group_of_one_name_are_two_things() -> None:
    assert not touched_by(makes("ana")) & touched_by(change(Op.CREATE_GROUP, group="ana"))


def test_a_membership_holds_its_user_and_not_its_group() -> None:
    touched = touched_by(replace(joins("Ana"), user_id="k1", group_id="g1"))
    assert touched == {("user", "ana"), (f"user id in {CROWD}", "k1")}


def test_a_band_begins_when_all_of_the_one_before_has_ended() -> None:
    schedule = Schedule()
    schedule.take(enumerate([makes("ana"), makes("bob"), joins("ana"), joins("bob")]))
    assert list(schedule.free()) == [0, 1]
    schedule.end(0)
    assert list(schedule.free()) == []
    schedule.end(1)
    assert list(schedule.free()) == [2, 3]


def test_a_band_goes_on_with_what_is_taken_later() -> None:
    schedule = Schedule()
    schedule.take([(0, makes("ana"))])
    assert list(schedule.free()) == [0]
    schedule.take([(1, makes("bob")), (2, joins("ana"))])
    schedule.take([(3, joins("bob")), (4, makes("cyd"))])
    assert list(schedule.free()) == [1]
    assert schedule.outstanding == 5
    schedule.end(1)
    assert list(schedule.free()) == []
    schedule.end(0)
    assert list(schedule.free()) == [2, 3]
    schedule.end(2)
    schedule.end(3)
    assert list(schedule.free()) == [4]
    schedule.end(4)
    assert schedule.outstanding == 0
    schedule.take([(5, joins("ana"))])
    assert list(schedule.free()) == [5]


def test_what_waits_for_several_begins_after_the_last_of_them() -> None:
    schedule = Schedule()
    schedule.take(enumerate([renames("a", "b"), renames("c", "d"), renames("d", "a")]))
    assert list(schedule.free()) == [0, 1]
    schedule.end(1)
    assert list(schedule.free()) == []
    schedule.end(0)
    assert list(schedule.free()) == [2]


def test_what_ends_while_others_are_handed_out_frees_its_followers_in_the_same_go() -> None:
    schedule = Schedule()
    schedule.take(enumerate([joins("ana"), joins("ana", "helpers")]))
    seen = []
    for number in schedule.free():
        seen.append(number)
        schedule.end(number)
    assert seen == [0, 1]


people = st.sampled_from(NAMES)
groups = st.sampled_from(GROUPS)


@st.composite
def plans(draw: st.DrawFn) -> tuple[Callable[[], Directory], tuple[Change, ...]]:
    """Draw a directory and a plan for it that succeeds when it is carried out one by one."""
    before = draw(st.sets(st.tuples(groups, people)))
    wanted = draw(st.sets(st.tuples(groups, people)))
    gone = draw(st.sets(people))
    new_name = draw(st.sampled_from([{}, {"ana": "anna"}, {"ana": "anna", "bob": "ana"}, {"ana": "bob", "bob": "ana"}]))
    made = draw(st.sets(st.sampled_from(["eve", "fay"])))

    def directory() -> Directory:
        fresh = Directory(CROWD)
        keys = {name: fresh.person(name, f"key-of-{name}") for name in NAMES}
        for group in GROUPS:
            fresh.group(group, *(keys[name] for one, name in before if one == group))
        return fresh

    changes = [replace(renames(old, new), user_id=f"key-of-{old}") for old, new in new_name.items()]
    changes += [makes(name) for name in made]
    called = {name: new_name.get(name, name) for name in NAMES}
    for op, pairs in ((Op.ADD_MEMBER, wanted - before), (Op.REMOVE_MEMBER, before - wanted)):
        changes += [change(op, called[name], group, user_id=f"key-of-{name}") for group, name in pairs]
    changes += [joins(name) for name in made]
    for name in gone:
        off = change(Op.DEACTIVATE_USER, called[name], user_id=f"key-of-{name}", after={"active": False})
        changes.append(off)
    return directory, in_order(changes)


def state(directory: Directory) -> object:
    """Return what it holds. The keys of new accounts depend on who came first, and on nothing else."""
    people = {(user.username, user.email, user.active) for user in directory.users.values()}
    return people, {name: directory.members_of(name) for name in GROUPS}


def acts(directory: Directory, changes: Iterable[Change]) -> list[Result]:
    target = FakeTarget(directory)
    return [target.carry_out(one).result for one in changes]


@given(plans(), st.data(), st.integers(1, 5), st.integers(1, 6))
def test_any_interleaving_ends_alike_and_is_safe_all_the_way(plan, data, threads: int, group: int) -> None:
    fresh, changes = plan
    alone = fresh()
    assert set(acts(alone, changes)) <= {Result.DONE}
    together, schedule = fresh(), Schedule()
    waiting, running, done = list(enumerate(changes)), [], []
    while waiting or schedule.outstanding:
        if waiting and schedule.outstanding <= 2 * (threads - 1):
            schedule.take(waiting[:group])
            del waiting[:group]
        running += schedule.free()
        if not running:
            continue
        ends = running.pop(data.draw(st.integers(0, min(threads, len(running)) - 1)))
        assert acts(together, [changes[ends]]) == [Result.DONE], "nothing meets what an earlier step should have made"
        done.append(ends)
        schedule.end(ends)
        is_like_a_prefix(changes, done)
    assert sorted(done) == list(range(len(changes)))
    assert state(together) == state(alone)


def is_like_a_prefix(changes: tuple[Change, ...], done: list[int]) -> None:
    """Hold what is done against the laws of a plan: nothing later before all of an earlier kind, people in order."""
    bands = [0, *accumulate(one.op is not other.op for one, other in pairwise(changes))]
    begun = [bands[number] for number in done]
    assert begun == sorted(begun)
    earlier = {number for number, band in enumerate(bands[: len(changes)]) if band < begun[-1]}
    assert earlier <= set(done)
    for key in {key for one in changes for key in touched_by(one)}:
        mine = [number for number in done if key in touched_by(changes[number])]
        assert mine == sorted(mine)
