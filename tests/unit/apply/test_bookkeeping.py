import pytest
from unit.plan.stories import CROWD

from dirsync.apply.bookkeeping import LinkChanges, links_after
from dirsync.model.links import GroupLink, MemberLink, UserLink
from dirsync.model.plans import Change, Op, Outcome, Result

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
