import pytest
from unit.plan.stories import CROWD

from dirsync.apply.bookkeeping import LinkChanges, links_after, links_settled
from dirsync.model.links import GroupLink, MemberLink, UserLink
from dirsync.model.plans import Change, Op, Outcome, Result
from dirsync.store.journal import Intent

USER = {"user": "Ana", "user_id": "key-1", "source_id": "id-1"}
LINK = UserLink(CROWD, "customers", "id-1", "key-1", "Ana")
MEMBER = MemberLink(CROWD, "customers", "id-1", "portal users")
GROUP = GroupLink(CROWD, "customers", "portal users")
OFF, ON = {"active": False}, {"active": True}


def after(op: Op, result: Result = Result.DONE, target_id: str = "", **fields: object) -> LinkChanges:
    change = Change(op, CROWD, "customers", **{"group": "Portal  Users", **fields})
    return links_after(change, Outcome(change.id, result, target_id=target_id))


@pytest.mark.parametrize("op", Op)
@pytest.mark.parametrize("result", [Result.REFUSED, Result.FAILED, Result.NOT_TRIED])
def test_what_did_not_happen_leaves_no_trace(op: Op, result: Result) -> None:
    assert after(op, result, "key-1", **USER) == LinkChanges()


@pytest.mark.parametrize("result", [Result.DONE, Result.ALREADY_SO])
@pytest.mark.parametrize(
    ("op", "fields", "expected"),
    [
        (Op.DEACTIVATE_USER, {**USER, "after": OFF},
         LinkChanges((UserLink(CROWD, "customers", "id-1", "key-1", "Ana", is_deactivated=True),))),
        (Op.REACTIVATE_USER, {**USER, "after": ON}, LinkChanges((LINK,))),
        (Op.REMOVE_USER, USER, LinkChanges((), (LINK,))),
        (Op.ADD_MEMBER, USER, LinkChanges((MEMBER,))),
        (Op.REMOVE_MEMBER, USER, LinkChanges((), (MEMBER,))),
        (Op.REMOVE_GROUP, {}, LinkChanges((), (GROUP,))),
        (Op.UPDATE_USER, USER, LinkChanges()),
        (Op.UPDATE_GROUP, {}, LinkChanges()),
    ],
)  # fmt: skip
def test_what_happened_is_remembered(op: Op, fields: dict[str, object], expected: LinkChanges, result: Result) -> None:
    assert after(op, result, **fields) == expected


def test_a_new_account_is_known_by_the_id_that_the_target_gave() -> None:
    made = after(Op.CREATE_USER, target_id="key-7", user="Ana", source_id="id-1", after={"username": "Ana", **ON})
    assert made.recorded == (UserLink(CROWD, "customers", "id-1", "key-7", "Ana"),)


def test_a_new_account_of_a_target_without_ids_is_known_by_its_folded_name() -> None:
    made = after(Op.CREATE_USER, user="ANA", source_id="id-1", after={"username": "ANA"})
    assert made.recorded == (UserLink(CROWD, "customers", "id-1", "ana", "ANA"),)


def test_an_account_made_switched_off_is_ours_to_switch_on() -> None:
    made = after(Op.CREATE_USER, target_id="key-7", user="Ana", source_id="id-1", after={"username": "Ana", **OFF})
    assert made.recorded[0].is_deactivated


def test_a_rename_leaves_what_is_known_of_the_account_as_it_is() -> None:
    assert after(Op.RENAME_USER, target_id="key-1", **USER, after={"username": "anna"}) == LinkChanges()


def test_a_rename_on_a_target_without_ids_moves_the_link_to_the_new_name() -> None:
    renamed = after(Op.RENAME_USER, target_id="anna", user="ana", user_id="ana", source_id="id-1",
                    after={"username": "Anna"})  # fmt: skip
    assert renamed.recorded == (UserLink(CROWD, "customers", "id-1", "anna", "Anna"),)


def test_only_a_group_that_dirsync_itself_made_is_ours() -> None:
    assert after(Op.CREATE_GROUP).recorded == (GROUP,)
    assert after(Op.CREATE_GROUP, Result.ALREADY_SO).recorded == ()


def restored(op: Op, result: Result = Result.DONE, target_id: str = "", **fields: object) -> LinkChanges:
    change = Change(op, CROWD, "customers", **fields)
    missed = UserLink(CROWD, "customers", "id-1", "key-1", "Ana", missed=2, is_deactivated=True)
    intent = Intent("run-1", 0, change, restores=(missed, MEMBER))
    return links_settled(intent, Outcome(change.id, result, target_id=target_id))


def test_what_an_undo_restores_takes_the_place_of_what_would_follow() -> None:
    missed = UserLink(CROWD, "customers", "id-1", "key-1", "Ana", missed=2, is_deactivated=True)
    assert restored(Op.REACTIVATE_USER, **USER, after=ON) == LinkChanges((missed, MEMBER), (LINK,))
    assert restored(Op.REMOVE_USER, **USER) == LinkChanges((missed, MEMBER), (LINK,))
    assert restored(Op.REMOVE_USER, Result.FAILED, **USER) == LinkChanges()


def test_an_account_that_an_undo_made_anew_is_linked_by_its_new_id() -> None:
    made = restored(Op.CREATE_USER, target_id="key-2", user="Ana", source_id="id-1")
    assert made.recorded[0].target_id == "key-2"
    assert (made.recorded[0].missed, made.recorded[1]) == (2, MEMBER)
    assert restored(Op.CREATE_USER, user="Ana", source_id="id-1").recorded[0].target_id == "ana"


def test_an_intent_that_restores_nothing_has_no_links_and_any_other_one_what_follows() -> None:
    change = Change(Op.ADD_MEMBER, CROWD, "customers", **USER, group="Portal  Users")
    outcome = Outcome(change.id, Result.DONE)
    assert links_settled(Intent("run-1", 0, change, restores=()), outcome) == LinkChanges((), (MEMBER,))
    assert links_settled(Intent("run-1", 0, change), outcome) == LinkChanges((MEMBER,))
