import random
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.plan.fakes import FakeTarget
from unit.plan.stories import CROWD, CUSTOMERS, ENDING, Story, step, steps

from dirsync.model.organizations import AS_GROUP
from dirsync.model.plans import Change, Op, Plan
from dirsync.plan.order import PHASES, in_order
from dirsync.plan.renames import name_between

PARTNERS = CUSTOMERS.replace("name: customers", "name: partners").replace("directory: corp", "directory: hr")


def rename(old: str, new: str, key: str = "") -> Change:
    return Change(
        Op.RENAME_USER, CROWD, "customers", old, key or f"key-{old}", before={"username": old}, after={"username": new}
    )


def everything() -> Story:
    """A story whose next plan holds nearly every kind of change."""
    story = Story().mapping(missing="remove", missing_after=1, missing_groups="remove").mapping(PARTNERS)
    corp, hr = story.corp, story.directory("hr")
    for name in ("ana", "bob", "cyd", "dan", "eve"):
        corp.person(name)
    corp.group("portal-a", "id-ana", "id-bob", "id-dan", description="one")
    corp.group("portal-b", "id-cyd")
    hr.person("zoe", active=False)
    story.nightly()
    corp.person("anna", "id-ana")
    corp.person("bob", active=False)
    corp.person("new")
    corp.group("portal-a", "id-new", description="two")
    corp.group("portal-c", "id-eve")
    corp.members.discard(("gid-portal-a", "id-dan"))
    corp.without("id-eve", "gid-portal-b")
    hr.person("zoe")
    return story


def test_a_plan_frees_before_it_takes_gives_before_it_ends_and_ends_people_last() -> None:
    assert steps(everything().plan()) == [
        "rename_user ana > anna",
        "create_group portal-c",
        "update_group portal-a",
        "create_user new",
        "update_user anna",
        "add_member new > portal-a",
        "remove_member dan > portal-a",
        "remove_member cyd > portal-b",
        "reactivate_user zoe",
        "deactivate_user bob",
        "remove_user eve",
        "remove_group portal-b",
    ]


def test_every_kind_of_change_has_its_place_in_the_order() -> None:
    assert sorted({*PHASES, *AS_GROUP}) == sorted(Op), "organisations have an order of their own, after all accounts"


@pytest.mark.parametrize("seed", range(20))
def test_the_order_in_which_records_arrive_changes_nothing(seed: int) -> None:
    story = everything()
    straight, shuffled = story.planned(), story.planned(random.Random(seed))
    assert shuffled.plan.digest == straight.plan.digest
    assert shuffled.plan == straight.plan
    assert shuffled.recorded == straight.recorded
    assert shuffled.forgotten == straight.forgotten


def test_mappings_in_another_order_make_the_same_plan() -> None:
    story = everything()
    digest = story.plan().digest
    story.mappings = dict(reversed(story.mappings.items()))
    assert story.plan().digest == digest


def test_the_digest_tells_plans_apart() -> None:
    one, two = rename("ana", "anna"), rename("bob", "rob")
    digests = {Plan(changes).digest for changes in [(), (one,), (two,), (one, two), (two, one)]}
    assert len(digests) == 5


def test_the_cursor_of_the_server_is_evidence_and_not_part_of_the_digest() -> None:
    story = everything()
    before = story.plan()
    story.corp.made += 1
    after = story.plan()
    assert before.base != after.base
    assert before.digest == after.digest


def held(story: Story) -> object:
    people = {user.username: (user.id, user.email, user.active) for user in story.crowd.users.values()}
    groups = {group.name: group.description for group in story.crowd.groups.values()}
    return people, groups, {name: story.crowd.members_of(name) for name in groups}


@pytest.mark.parametrize("length", range(12))
def test_every_prefix_of_a_plan_is_a_safe_place_to_stop(length: int) -> None:
    story = everything()
    before = {user.username for user in story.crowd.users.values() if user.active}
    target = FakeTarget(story.crowd, is_lost_at=length + 1)
    story.sync(**{CROWD: target})
    assert len(target.acted) == length
    ended = {step(change) for change in target.acted if change.op in ENDING}
    assert not ended or length > 6, "nobody loses anything before everybody has been given what is theirs"
    assert before - {user.username for user in story.crowd.users.values()} <= {"ana", "eve"}
    story.nightly()
    assert held(story) == held(everything().nightly())
    assert steps(story.plan()) == []


@pytest.mark.parametrize("names", ["abcde", "edcba", "cadbe"])
def test_a_name_is_freed_before_it_is_taken(names: str) -> None:
    row = [rename(one, other) for one, other in pairwise(names)]
    changes = in_order(row)
    assert [change.user for change in changes] == list(reversed(names[:-1]))


def moves(changes: Iterable[Change]) -> list[tuple[str, str]]:
    return [(change.user, str(change.after["username"])) for change in changes if change.op is Op.RENAME_USER]


def test_where_names_go_round_one_is_left_for_a_moment() -> None:
    circle = [rename("ana", "bob"), rename("BOB", "cyd"), rename("cyd", "Ana")]
    follows = Change(Op.ADD_MEMBER, CROWD, "customers", "bob", "key-ana", "portal")
    others = [rename("dan", "don"), Change(Op.CREATE_USER, CROWD, "customers", "new")]
    changes = in_order([*circle, follows, *others])
    between = name_between(circle[0])
    assert moves(changes) == [("ana", between), ("cyd", "Ana"), ("BOB", "cyd"), (between, "bob"), ("dan", "don")]
    assert [change.op for change in changes[5:]] == [Op.CREATE_USER, Op.ADD_MEMBER]
    away, back = changes[0], changes[3]
    assert (away.user_id, away.before) == (circle[0].user_id, circle[0].before)
    assert (back.user_id, dict(back.before)) == (circle[0].user_id, {"username": between})
    assert away.reason.endswith("makes room for somebody else, to be called 'bob' a moment later")
    assert back.reason == circle[0].reason
    assert (len(between), between[:8]) == (20, "dirsync-")
    assert len({change.id for change in changes}) == len(changes)


@given(st.permutations([*"abcdefgh"]), st.randoms())
def test_whoever_changes_names_each_one_is_free_when_it_is_taken(names: list[str], order: random.Random) -> None:
    renames = [rename(one, other) for one, other in zip("abcdefgh", names, strict=True) if one != other]
    order.shuffle(renames)
    called = {f"key-{name}": name for name in "abcdefgh"}
    for change in in_order(renames):
        new = str(change.after["username"])
        assert called[change.user_id] == change.user
        assert new not in called.values()
        called[change.user_id] = new
    assert called == {f"key-{one}": other for one, other in zip("abcdefgh", names, strict=True)}


def test_a_circle_on_one_target_does_not_touch_equal_names_on_another() -> None:
    circle = [rename("ana", "bob"), rename("bob", "ana")]
    elsewhere = replace(rename("bob", "zoe"), directory="crowd_agents")
    changes = in_order([*circle, elsewhere])
    assert [change.directory for change in changes] == ["crowd_agents", CROWD, CROWD, CROWD]
    assert moves(changes)[0] == ("bob", "zoe")
    named = {name_between(change) for change in (*circle, replace(circle[0], directory="crowd_agents"))}
    assert len(named) == 3, "a name of its own for each account on each target"


def test_names_compare_folded_when_they_wait_for_each_other() -> None:
    changes = in_order([rename("Ana", "BOB"), rename("bob", "cyd")])
    assert [change.user for change in changes] == ["bob", "Ana"]


def test_of_two_accounts_of_one_name_each_gets_its_own_new_one() -> None:
    twins = [rename("ana", "bob", "key-1"), rename("Ana", "cyd", "key-2"), rename("cyd", "dan", "key-3")]
    for order in (twins, twins[::-1]):
        changes = in_order(order)
        assert sorted(change.user_id for change in changes) == ["key-1", "key-2", "key-3"]
        assert [change.user_id for change in changes].index("key-3") < [one.user_id for one in changes].index("key-2")
