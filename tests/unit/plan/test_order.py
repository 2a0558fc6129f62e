import random
from itertools import pairwise

import pytest
from unit.plan.fakes import FakeTarget
from unit.plan.stories import CROWD, CUSTOMERS, ENDING, Story, step, steps

from dirsync.model.plans import Change, Op, Plan
from dirsync.plan.order import PHASES, in_order

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
    assert sorted(PHASES) == sorted(Op)


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
    changes, obstacles = in_order(row)
    assert obstacles == ()
    assert [change.user for change in changes] == list(reversed(names[:-1]))


def test_names_that_go_round_are_named_and_everybody_else_goes_on() -> None:
    circle = [rename("ana", "bob"), rename("bob", "cyd"), rename("cyd", "ana")]
    follows = Change(Op.ADD_MEMBER, CROWD, "customers", "bob", "key-ana", "portal")
    others = [rename("dan", "don"), Change(Op.CREATE_USER, CROWD, "customers", "new")]
    changes, obstacles = in_order([*circle, follows, *others])
    assert [change.user for change in changes] == ["dan", "new"]
    assert {obstacle.name for obstacle in obstacles} == {"ana", "bob", "cyd"}
    assert all(obstacle.directory == CROWD and obstacle.mapping == "customers" for obstacle in obstacles)


def test_a_circle_on_one_target_does_not_touch_equal_ids_on_another() -> None:
    circle = [rename("ana", "bob"), rename("bob", "ana")]
    elsewhere = Change(Op.UPDATE_USER, "crowd_agents", "agents", "ana", "key-ana", after={"email": "x@example.org"})
    changes, _ = in_order([*circle, elsewhere])
    assert changes == (elsewhere,)


def test_names_compare_folded_when_they_wait_for_each_other() -> None:
    changes, _ = in_order([rename("Ana", "BOB"), rename("bob", "cyd")])
    assert [change.user for change in changes] == ["bob", "Ana"]
