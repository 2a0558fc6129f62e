import pytest
from unit.plan.fakes import Directory, MemoryLinks
from unit.plan.stories import CROWD

from dirsync.apply.settle import settle
from dirsync.model.entries import User
from dirsync.model.links import GroupLink, MemberLink, UserLink
from dirsync.model.plans import Change, Op, Result
from dirsync.store.journal import Intent, Settled

AT = "2026-11-20T01:00:00+00:00"
OFF, ON = {"active": False}, {"active": True}
NEW = {"username": "new", "email": "new@example.org", "active": True}


@pytest.fixture
def crowd() -> Directory:
    crowd = Directory(CROWD)
    crowd.person("ana", "key-ana", first_name="Ana")
    crowd.person("off", "key-off", active=False)
    crowd.group("Portal", "key-ana", crowd.group("Inner"), description="one")
    return crowd


def settled(crowd: Directory, op: Op, **fields: object) -> Settled:
    change = Change(op, CROWD, "customers", **fields)
    [one] = settle([Intent("run-1", 3, change)], {CROWD: crowd.snapshot()}, MemoryLinks(), AT)
    assert (one.intent.run, one.intent.position, one.outcome.change, one.outcome.at) == ("run-1", 3, change.id, AT)
    return one


ANA = {"user": "ana", "user_id": "key-ana"}
FOUND: list[tuple[Op, dict[str, object]]] = [
    (Op.CREATE_USER, {"user": "ANA", "after": {"email": "ana@example.org", "active": True}}),
    (Op.UPDATE_USER, {**ANA, "after": {"first_name": "Ana"}}),
    (Op.RENAME_USER, {"user": "old", "user_id": "key-ana", "after": {"username": "ana"}}),
    (Op.DEACTIVATE_USER, {"user": "off", "user_id": "key-off", "after": OFF}),
    (Op.REACTIVATE_USER, {**ANA, "after": ON}),
    (Op.REMOVE_USER, {"user": "gone", "user_id": "key-gone"}),
    (Op.CREATE_GROUP, {"group": "PORTAL", "after": {"name": "PORTAL"}}),
    (Op.UPDATE_GROUP, {"group": "Portal", "after": {"description": "one"}}),
    (Op.REMOVE_GROUP, {"group": "gone"}),
    (Op.ADD_MEMBER, {**ANA, "group": "portal"}),
    (Op.ADD_MEMBER, {"user": "Ana", "group": "portal"}),
    (Op.REMOVE_MEMBER, {"user": "off", "user_id": "key-off", "group": "Portal"}),
    (Op.REMOVE_MEMBER, {"user": "gone", "user_id": "key-gone", "group": "Portal"}),
    (Op.REMOVE_MEMBER, {**ANA, "group": "gone"}),
    (Op.ADD_CHILD_GROUP, {"group": "Portal", "child_group": "INNER"}),
    (Op.REMOVE_CHILD_GROUP, {"group": "Portal", "child_group": "gone"}),
]
NOT_FOUND: list[tuple[Op, dict[str, object]]] = [
    (Op.CREATE_USER, {"user": "new", "after": NEW}),
    (Op.CREATE_USER, {"user": "ana", "after": {"email": "another.ana@example.org", "active": True}}),
    (Op.UPDATE_USER, {**ANA, "after": {"first_name": "Anna"}}),
    (Op.UPDATE_USER, {"user": "gone", "user_id": "key-gone", "after": {"first_name": "Ana"}}),
    (Op.RENAME_USER, {**ANA, "after": {"username": "anna"}}),
    (Op.DEACTIVATE_USER, {**ANA, "after": OFF}),
    (Op.REACTIVATE_USER, {"user": "off", "user_id": "key-off", "after": ON}),
    (Op.REMOVE_USER, ANA),
    (Op.CREATE_GROUP, {"group": "new", "after": {"name": "new"}}),
    (Op.UPDATE_GROUP, {"group": "Portal", "after": {"description": "two"}}),
    (Op.UPDATE_GROUP, {"group": "gone", "after": {"description": "two"}}),
    (Op.REMOVE_GROUP, {"group": "portal"}),
    (Op.RENAME_GROUP, {"group": "portal", "after": {"name": "users"}}),
    (Op.ADD_MEMBER, {"user": "off", "user_id": "key-off", "group": "Portal"}),
    (Op.ADD_MEMBER, {"user": "gone", "group": "Portal"}),
    (Op.ADD_MEMBER, {**ANA, "group": "gone"}),
    (Op.REMOVE_MEMBER, {**ANA, "group": "Portal"}),
    (Op.ADD_CHILD_GROUP, {"group": "Portal", "child_group": "gone"}),
    (Op.REMOVE_CHILD_GROUP, {"group": "Portal", "child_group": "inner"}),
]


@pytest.mark.parametrize(("op", "fields"), FOUND)
def test_what_is_on_the_target_counts_as_done(crowd: Directory, op: Op, fields: dict[str, object]) -> None:
    one = settled(crowd, op, **fields)
    assert one.outcome.result is Result.DONE
    assert one.outcome.message == "settled after an interruption: found on the target"


@pytest.mark.parametrize(("op", "fields"), NOT_FOUND)
def test_what_is_not_on_the_target_was_not_done_and_leaves_no_link(
    crowd: Directory, op: Op, fields: dict[str, object]
) -> None:
    one = settled(crowd, op, **fields)
    assert one.outcome.result is Result.NOT_TRIED
    assert one.recorded == one.forgotten == ()


def test_an_account_that_was_made_is_linked_by_its_immutable_id(crowd: Directory) -> None:
    crowd.users["key-new"] = User("key-new", "ref-new", **NEW)
    one = settled(crowd, Op.CREATE_USER, user="new", after=NEW, source_id="id-new")
    assert one.recorded == (UserLink(CROWD, "customers", "id-new", "key-new", "new"),)


def test_links_follow_as_if_the_answer_had_come(crowd: Directory) -> None:
    removed = settled(crowd, Op.REMOVE_USER, user="gone", user_id="key-gone", source_id="id-gone")
    assert removed.forgotten == (UserLink(CROWD, "customers", "id-gone", "key-gone", "gone"),)
    joined = settled(crowd, Op.ADD_MEMBER, **ANA, group="Portal", source_id="id-ana")
    assert joined.recorded == (MemberLink(CROWD, "customers", "id-ana", "portal"),)
    made = settled(crowd, Op.CREATE_GROUP, group="Portal")
    assert made.recorded == (GroupLink(CROWD, "customers", "portal"),)
    switched = settled(crowd, Op.DEACTIVATE_USER, user="off", user_id="key-off", after=OFF, source_id="id-off")
    assert switched.recorded[0].is_deactivated


def test_a_target_that_was_not_read_whole_settles_nothing(crowd: Directory) -> None:
    intent = Intent("run-1", 0, Change(Op.REMOVE_USER, CROWD, "customers", "gone", "key-gone"))
    crowd.reason = "connection lost"
    assert settle([intent], {CROWD: crowd.snapshot()}, MemoryLinks(), AT) == []


def test_a_target_that_was_not_read_settles_nothing_and_the_others_are_settled(crowd: Directory) -> None:
    elsewhere = Intent("run-1", 0, Change(Op.REMOVE_USER, "crowd_agents", "agents", "gone", "key-gone"))
    here = Intent("run-1", 1, Change(Op.REMOVE_USER, CROWD, "customers", "gone", "key-gone"))
    assert [one.intent for one in settle([elsewhere, here], {CROWD: crowd.snapshot()}, MemoryLinks(), AT)] == [here]


def test_an_account_that_stands_for_somebody_else_was_not_made_by_the_change_that_wanted_its_name() -> None:
    crowd = Directory(CROWD)
    crowd.person("ana", "key-1")
    wanted = Change(Op.CREATE_USER, CROWD, "customers", user="ana", after={"username": "ana"}, source_id="id-new")
    links = MemoryLinks(UserLink(CROWD, "customers", "id-old", "key-1", "ana"))
    [one] = settle([Intent("run-1", 0, wanted)], {CROWD: crowd.snapshot()}, links, AT)
    assert one.outcome.result is Result.NOT_TRIED
    assert one.recorded == ()


@pytest.mark.parametrize(
    ("bears", "done"),
    [("bob", [True, True]), ("between", [True, False]), ("ana", [False, False]), ("else", [False, False])],
)
def test_a_name_for_the_time_between_was_borne_where_the_account_went_on_from_it(bears: str, done: list[bool]) -> None:
    crowd = Directory(CROWD)
    crowd.person(bears, "key-1")
    steps = [("run-1", "ana", "between"), ("run-1", "Between", "bob")]
    assert rename_results(crowd, *steps) == done


@pytest.mark.parametrize(
    ("later", "user_id"), [(("run-2", "between", "bob"), "key-1"), (("run-1", "other", "bob"), "key-1")]
)
def test_another_run_or_another_name_tells_nothing_of_a_rename(later: tuple[str, str, str], user_id: str) -> None:
    crowd = Directory(CROWD)
    crowd.person("bob", user_id)
    assert rename_results(crowd, ("run-1", "ana", "between"), later) == [False, True]


def test_a_later_change_of_another_kind_or_account_tells_nothing_of_a_rename() -> None:
    crowd = Directory(CROWD)
    crowd.person("bob", "key-1")
    crowd.person("cyd", "key-2")
    first = Change(Op.RENAME_USER, CROWD, "m", user="ana", user_id="key-1", after={"username": "between"})
    email = {"email": "bob@example.org"}
    for other in (
        Change(Op.UPDATE_USER, CROWD, "m", user="between", user_id="key-1", after=email),
        Change(Op.RENAME_USER, CROWD, "m", user="between", user_id="key-2", after={"username": "cyd"}),
    ):
        intents = [Intent("run-1", place, change) for place, change in enumerate((first, other))]
        results = [one.outcome.result for one in settle(intents, {CROWD: crowd.snapshot()}, MemoryLinks(), AT)]
        assert results == [Result.NOT_TRIED, Result.DONE]


def rename_results(crowd: Directory, *steps: tuple[str, str, str]) -> list[bool]:
    intents = [
        Intent(run, place, Change(Op.RENAME_USER, CROWD, "m", user=old, user_id="key-1", after={"username": new}))
        for place, (run, old, new) in enumerate(steps)
    ]
    found = settle(intents, {CROWD: crowd.snapshot()}, MemoryLinks(), AT)
    assert [one.intent.position for one in found] == [0, 1], "in the order of the intents"
    return [one.outcome.result is Result.DONE for one in found]
