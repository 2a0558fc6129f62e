"""Taking back single Changes: what the target shows decides, and what it does not show any more is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from unit.plan.fakes import Directory, MemoryLinks
from unit.plan.stories import CROWD, step

from dirsync.model.journaled import Image, Journaled
from dirsync.model.links import GroupLink, MemberLink, UserLink
from dirsync.model.organizations import AS_GROUP
from dirsync.model.plans import Change, Op, Outcome, Result
from dirsync.plan.undo import TAKES_BACK, Undoing, undo

ANA = {"user": "ana", "user_id": "key-ana", "source_id": "id-ana"}
FULL = {
    "username": "ana", "email": "ana@example.org", "active": True, "first_name": "", "last_name": "",
    "display_name": "",
}  # fmt: skip


@dataclass
class Past:
    """What runs did on one target, told Change by Change, and how the target looks now."""

    crowd: Directory = field(default_factory=lambda: Directory(CROWD))
    links: MemoryLinks = field(default_factory=MemoryLinks)
    entries: list[Journaled] = field(default_factory=list)
    later: list[Journaled] = field(default_factory=list)
    mappings: Sequence[str] = ("customers",)

    def did(
        self, op: Op, result: Result = Result.DONE, *, image: Image | None = None, made: str = "", **fields: Any
    ) -> Past:
        change = Change(op, CROWD, "customers", **fields)
        outcome = Outcome(change.id, result, target_id=made)
        self.entries.append(Journaled("run-1", len(self.entries), change, outcome, image))
        return self

    def then(self, run: str, op: Op, *, is_undo: bool = False, **fields: Any) -> Past:
        change = Change(op, CROWD, "customers", **fields)
        outcome = Outcome(change.id, Result.DONE)
        self.later.append(Journaled(run, len(self.later), change, outcome, is_undo=is_undo))
        return self

    def undo(self) -> Undoing:
        return undo(self.entries, self.later, {CROWD: self.crowd.snapshot()}, self.links, {CROWD: list(self.mappings)})

    def steps(self) -> list[str]:
        undoing = self.undo()
        assert undoing.obstacles == []
        return [step(change) for change in undoing.changes]

    def why_not(self) -> str:
        """Return the one obstacle, of a run of which nothing can be taken back."""
        undoing = self.undo()
        assert undoing.changes == []
        [obstacle] = undoing.obstacles
        return f"{obstacle.name} {obstacle.reason}"


@pytest.fixture
def past() -> Past:
    past = Past()
    past.crowd.person("ana", "key-ana")
    past.links.record([UserLink(CROWD, "customers", "id-ana", "key-ana", "ana")])
    return past


def test_every_change_has_a_way_back() -> None:
    assert set(TAKES_BACK) == set(Op) - set(AS_GROUP), "those of organisations are taken back as groups"
    assert set(AS_GROUP.values()) <= set(TAKES_BACK)


@pytest.mark.parametrize("result", [one for one in Result if one not in {Result.DONE, Result.PLANNED}])
def test_what_was_not_done_is_not_taken_back(past: Past, result: Result) -> None:
    past.did(Op.UPDATE_USER, result, **ANA, before={"email": "old@example.org"}, after={"email": "ana@example.org"})
    past.entries.append(replace(past.entries[0], outcome=None))
    assert past.undo() == Undoing()


def test_what_was_written_down_is_taken_back_where_it_shows(past: Past) -> None:
    past.did(Op.UPDATE_USER, Result.PLANNED, **ANA, before={"email": "o@x.org"}, after={"email": "ana@example.org"})
    assert past.steps() == ["update_user ana"]


def test_a_created_account_is_removed_with_what_it_holds_as_the_image_for_the_next_undo(past: Past) -> None:
    past.did(Op.CREATE_USER, made="key-ana", user="ana", source_id="id-ana", after=FULL)
    [change] = past.undo().changes
    assert (change.op, change.user_id, change.source_id, change.before, change.after) == (
        Op.REMOVE_USER, "key-ana", "id-ana", FULL, {},
    )  # fmt: skip
    assert change.reason == "run run-1 did the opposite"


def test_a_created_account_without_a_known_id_is_found_by_its_name(past: Past) -> None:
    past.did(Op.CREATE_USER, user="ana", source_id="id-ana", after=FULL)
    assert past.steps() == ["remove_user ana"]


def test_a_created_account_that_was_made_anew_since_is_found_by_its_link(past: Past) -> None:
    past.did(Op.CREATE_USER, made="key-old", user="ana", source_id="id-ana", after=FULL)
    assert past.steps() == ["remove_user ana"]


@pytest.mark.parametrize("made", ["", "key-ana"])
def test_a_created_account_that_is_gone_is_as_before(made: str) -> None:
    past = Past().did(Op.CREATE_USER, made=made, user="ana", source_id="id-ana", after=FULL)
    assert (past.undo().changes, past.undo().as_before) == ([], 1)


def test_a_created_account_that_somebody_has_made_something_of_stays(past: Past) -> None:
    past.did(Op.CREATE_USER, made="key-ana", user="ana", source_id="id-ana", after={**FULL, "active": False})
    assert past.why_not() == (
        "ana was made by the run and is not as it left it (active: the run left false, and it is true now), so it stays"
    )
    past.entries.clear()
    past.did(Op.CREATE_USER, made="key-ana", user="ana", source_id="id-ana", after=FULL)
    past.crowd.group("by hand", "key-ana")
    assert past.why_not() == (
        "ana was made by the run, but is in 'by hand' now, where the run did not put it or can't end it, so it stays"
    )


def test_a_created_account_that_stands_for_somebody_else_stays(past: Past) -> None:
    past.did(Op.CREATE_USER, made="key-ana", user="ana", source_id="id-old", after=FULL)
    assert past.why_not() == (
        "ana was made by the run, but stands for somebody else by now (mapping 'customers'), so it stays"
    )
    past.entries.clear()
    past.did(Op.CREATE_USER, made="key-ana", user="ana", source_id="id-ana", after=FULL)
    past.mappings = ("agents", "customers")
    assert past.steps() == ["remove_user ana"]
    past.links.record([UserLink(CROWD, "pilots", "id-ana", "key-ana", "ana")])
    past.mappings = ("customers", "pilots")
    assert past.why_not() == "ana was made by the run, but mapping 'pilots' needs it by now, so it stays"


def test_a_created_account_without_any_owner_is_still_what_the_journal_says() -> None:
    past = Past()
    past.crowd.person("ana", "key-ana")
    past.did(Op.CREATE_USER, made="key-ana", user="ana", source_id="id-ana", after=FULL)
    assert past.steps() == ["remove_user ana"]


def test_a_removed_account_is_made_anew_only_once_and_only_if_its_name_is_free(past: Past) -> None:
    past.did(Op.REMOVE_USER, user="ana", user_id="key-old", source_id="id-ana", before=FULL)
    assert (past.undo().changes, past.undo().as_before, past.undo().losses) == ([], 1, [])
    past.crowd.person("ana.lee", "key-ana")
    assert past.why_not() == "ana was removed by the run, and the same person has the account 'ana.lee' by now"
    past.links = MemoryLinks()
    past.crowd.person("Ana", "key-ana")
    assert past.why_not() == (
        "ana was removed by the run, and 'Ana' is another account (id key-ana) by now; rename that one first if both "
        "are wanted"
    )


def test_a_removed_account_comes_back_with_what_it_had_and_its_groups_as_far_as_they_are_there() -> None:
    past = Past()
    ours, theirs = past.crowd.group("Ours"), past.crowd.group("Theirs")
    link = UserLink(
        CROWD, "customers", "id-ana", "key-ana", "ana", missed=2, missed_at="2026-11-19", is_deactivated=True
    )
    member = MemberLink(CROWD, "customers", "id-ana", "ours")
    image = Image((link, member), ("Ours", "Theirs", "Gone"))
    past.did(Op.REMOVE_USER, image=image, **ANA, before={**FULL, "active": False})
    undoing = past.undo()
    made, first, second = undoing.changes
    assert made.after == {"username": "ana", "email": "ana@example.org", "active": False}
    assert [(one.user, one.user_id, one.group_id) for one in (first, second)] == [
        ("ana", "", ours),
        ("ana", "", theirs),
    ]
    assert undoing.restores == {made.id: (link,), first.id: (member,), second.id: ()}
    assert [(one.name, one.reason) for one in undoing.obstacles] == [("ana", "was in 'Gone', which is there no longer")]
    assert undoing.losses == [
        (
            f"the ids and passwords of 1 removed account in {CROWD}: ana. Whoever is made anew has another id, and a "
            "password that nobody knows, or none."
        )
    ]


def test_only_a_few_lost_passwords_are_named_and_groups_nobody_kept_are_told() -> None:
    past = Past()
    for number in range(7):
        name = f"p{number}"
        past.did(Op.REMOVE_USER, user=name, user_id=name, source_id=name, before={"username": name})
    lost, unknown = past.undo().losses
    assert lost.startswith(f"the ids and passwords of 7 removed accounts in {CROWD}: p6, p5, p4, p3, p2 and 2 more. ")
    assert unknown == (
        f"the groups in {CROWD} that p6, p5, p4, p3, p2 and others stood in, for an older dirsync did not keep them; "
        "put them there by hand."
    )


def test_attributes_come_back_one_by_one(past: Past) -> None:
    past.crowd.person("ana", "key-ana", first_name="Ana", last_name="Lee", display_name="by hand")
    before = {"first_name": "", "last_name": "Lee", "display_name": "old"}
    past.did(Op.UPDATE_USER, **ANA, before=before, after={"first_name": "Ana", "last_name": "L", "display_name": "new"})
    undoing = past.undo()
    [change], [obstacle] = undoing.changes, undoing.obstacles
    assert (change.before, change.after) == ({"first_name": "Ana"}, {"first_name": ""})
    assert obstacle.reason == (
        "was changed since (display_name: the run left 'new', and it is 'by hand' now), so that stays"
    )


def test_attributes_that_are_as_before_or_all_others_by_now(past: Past) -> None:
    past.did(Op.UPDATE_USER, **ANA, before={"email": "ana@example.org"}, after={"email": "new@example.org"})
    assert past.undo() == Undoing(as_before=1)
    past.crowd.person("ana", "key-ana", email="third@example.org")
    assert past.why_not() == (
        "ana was changed since (email: the run left 'new@example.org', and it is 'third@example.org' now), so that "
        "stays"
    )


def test_an_account_that_is_back_without_its_groups_gets_those_too(past: Past) -> None:
    past.crowd.group("g", "key-ana")
    past.crowd.group("h")
    past.did(Op.REMOVE_USER, image=Image((), ("g", "h")), **{**ANA, "user_id": "key-old"}, before=FULL)
    assert past.steps() == ["add_member ana > h"]


def test_what_is_gone_can_not_be_given_anything_back(past: Past) -> None:
    past.did(Op.DEACTIVATE_USER, user="bob", user_id="key-bob", before={"active": True}, after={"active": False})
    assert past.why_not() == "bob is there no longer, so what the run changed of it can't be taken back"


@pytest.mark.parametrize(
    ("op", "inverse", "active"),
    [(Op.DEACTIVATE_USER, Op.REACTIVATE_USER, False), (Op.REACTIVATE_USER, Op.DEACTIVATE_USER, True)],
)
def test_whoever_was_switched_is_switched_back_and_owned_as_before(
    past: Past, op: Op, inverse: Op, active: object
) -> None:
    past.crowd.person("ana", "key-new", active=active)
    past.crowd.without("key-ana")
    past.links.record([UserLink(CROWD, "customers", "id-ana", "key-new", "ana")])
    link = UserLink(CROWD, "customers", "id-ana", "key-ana", "ana", missed=1)
    past.did(op, image=Image((link,)), **ANA, before={"active": not active}, after={"active": active})
    undoing = past.undo()
    [change] = undoing.changes
    assert (change.op, change.user_id) == (inverse, "key-new"), "it was made anew since"
    assert undoing.restores == {change.id: (replace(link, target_id="key-new"),)}
    past.entries[0] = replace(past.entries[0], image=None)
    assert past.undo().restores == {}


def test_what_left_the_link_alone_leaves_it_alone_again(past: Past) -> None:
    image = Image((UserLink(CROWD, "customers", "id-ana", "key-ana", "ana", missed=7),))
    past.did(Op.UPDATE_USER, image=image, **ANA, before={"email": "o"}, after={"email": "ana@example.org"})
    assert (len(past.undo().changes), past.undo().restores) == (1, {})
    past.entries.clear()
    past.did(Op.RENAME_USER, image=image, made="key-ana", **ANA, before={"username": "a"}, after={"username": "ana"})
    assert (len(past.undo().changes), past.undo().restores) == (1, {})
    by_name = {**ANA, "user_id": "a"}
    past.entries.clear()
    past.did(
        Op.RENAME_USER, image=image, made="key-ana", **by_name, before={"username": "a"}, after={"username": "ana"}
    )
    assert list(past.undo().restores.values()) == [image.links]


def renamed(past: Past, now: str) -> Past:
    past.crowd.person(now, "key-ana")
    return past.did(Op.RENAME_USER, **ANA, before={"username": "ana"}, after={"username": "anna"})


def test_a_name_comes_back_where_it_is_free(past: Past) -> None:
    assert renamed(past, "anna").steps() == ["rename_user anna > ana"]
    past.crowd.person("ANA", "key-other")
    assert past.why_not() == (
        "anna was renamed to 'anna' by the run, and that name is another account's (id key-other) by now; rename or "
        "remove that one first"
    )


def test_a_name_that_was_changed_in_its_case_alone_comes_back(past: Past) -> None:
    past.crowd.person("Ana", "key-ana")
    past.did(Op.RENAME_USER, **ANA, before={"username": "ana"}, after={"username": "Ana"})
    assert past.steps() == ["rename_user Ana > ana"]


def test_a_name_that_is_the_old_one_or_a_third_one_stays(past: Past) -> None:
    assert renamed(past, "ana").undo().as_before == 1
    past.crowd.person("hannah", "key-ana")
    assert past.why_not() == "anna was renamed to 'anna' by the run and is called 'hannah' now, so that stays"
    past.crowd.without("key-ana")
    assert past.why_not() == "anna was renamed to 'anna' by the run and is there no longer"


def test_an_account_that_a_directory_knows_by_its_name_is_found_by_its_new_one() -> None:
    past = Past()
    past.crowd.person("anna", "anna")
    past.did(
        Op.RENAME_USER, made="anna", **{**ANA, "user_id": "ana"}, before={"username": "ana"}, after={"username": "anna"}
    )
    [change] = past.undo().changes
    assert (change.user, change.user_id) == ("anna", "anna")


def test_names_are_freed_before_they_are_taken(past: Past) -> None:
    past.crowd.person("anna", "key-ana")
    past.crowd.person("ana", "key-new")
    past.did(Op.RENAME_USER, **ANA, before={"username": "ana"}, after={"username": "anna"})
    past.did(Op.CREATE_USER, made="key-new", user="ana", source_id="id-new", after={"username": "ana"})
    past.did(Op.UPDATE_USER, **{**ANA, "user": "anna"}, before={"email": "o"}, after={"email": "anna@example.org"})
    past.links.record([UserLink(CROWD, "customers", "id-new", "key-new", "ana")])
    assert past.steps() == ["update_user anna", "remove_user ana", "rename_user anna > ana"]


def made_group(past: Past, description: str = "") -> Past:
    return past.did(Op.CREATE_GROUP, group="new", after={"name": "new", "description": description})


def test_a_group_that_the_run_made_goes_when_nobody_else_uses_it(past: Past) -> None:
    assert made_group(past).undo().as_before == 1
    past.crowd.group("new", "key-ana")
    past.did(Op.ADD_MEMBER, **ANA, group="new")
    assert past.steps() == ["remove_member ana > new", "remove_group new"]
    others = [past.crowd.person(name) for name in ("b", "c", "d", "e")]
    past.crowd.group("new", *others)
    assert past.undo().obstacles[0].reason == "was made by the run, but holds b, c, d and others, so it stays"
    past.crowd.without(*others[1:])
    assert past.undo().obstacles[0].reason == "was made by the run, but holds b, so it stays"


def test_a_group_that_somebody_described_or_nested_stays(past: Past) -> None:
    made_group(past, "one")
    past.crowd.group("new", description="two")
    assert past.why_not() == (
        "new was made by the run and is not as it left it (description: the run left 'one', and it is 'two' now), so it"
        " stays"
    )
    past.crowd.group("new", past.crowd.group("inner"), description="one")
    assert past.why_not() == "new was made by the run, but is nested with 'inner' by now, so it stays"
    past.crowd.without("gid-inner")
    past.crowd.group("outer", "gid-new")
    assert past.why_not() == "new was made by the run, but is nested with 'outer' by now, so it stays"


def test_a_group_that_the_run_removed_is_made_anew_where_it_was() -> None:
    past = Past()
    link = GroupLink(CROWD, "customers", "old")
    image = Image((link,), ("outer",))
    past.did(Op.REMOVE_GROUP, image=image, group="old", group_id="gid-old", before={"name": "old", "description": "d"})
    past.crowd.group("outer")
    made, nested = past.undo().changes
    assert (made.op, made.after) == (Op.CREATE_GROUP, {"name": "old", "description": "d"})
    assert (nested.op, nested.group, nested.child_group) == (Op.ADD_CHILD_GROUP, "outer", "old")
    assert past.undo().restores == {made.id: (link,)}
    past.crowd.group("outer", past.crowd.group("OLD"))
    assert (past.undo().changes, past.undo().as_before) == ([], 1)


def test_a_groups_description_and_name_come_back() -> None:
    past = Past()
    past.crowd.group("eu", group_id="g", description="two")
    past.did(Op.UPDATE_GROUP, group="eu", group_id="g", before={"description": "one"}, after={"description": "two"})
    [change] = past.undo().changes
    assert (change.op, change.group_id, change.after) == (Op.UPDATE_GROUP, "g", {"description": "one"})
    past.crowd.group("eu", group_id="g", description="one")
    assert past.undo().as_before == 1
    past.crowd.group("eu", group_id="g", description="three")
    assert (
        past.why_not() == "eu was changed since (description: the run left 'two', and it is 'three' now), so that stays"
    )
    past.crowd.without("g")
    assert past.why_not() == "eu is there no longer, so what the run changed of it can't be taken back"


def test_a_renamed_group_gets_its_old_name_where_it_is_free() -> None:
    past = Past()
    past.crowd.group("new", group_id="g")
    past.did(Op.RENAME_GROUP, group="old", group_id="g", before={"name": "old"}, after={"name": "new"})
    [change] = past.undo().changes
    assert (change.op, change.group, change.after) == (Op.RENAME_GROUP, "new", {"name": "old"})
    past.crowd.group("old", group_id="h")
    assert past.why_not() == "old can't be called 'old' again, since that is another group's name by now"


def test_a_group_that_was_renamed_since_is_still_the_same_by_its_id(past: Past) -> None:
    past.crowd.group("third", "key-ana", group_id="g")
    past.did(Op.ADD_MEMBER, **ANA, group="new", group_id="g")
    assert past.steps() == ["remove_member ana > third"]
    # of two groups with one name only the first can be found by it
    past.crowd.group("Third", group_id="a")
    assert past.undo() == Undoing(as_before=1)


def test_memberships_are_given_and_ended_where_they_still_are_as_left(past: Past) -> None:
    past.crowd.group("g", "key-ana")
    past.crowd.group("h")
    past.did(Op.ADD_MEMBER, **ANA, group="g").did(Op.REMOVE_MEMBER, **ANA, group="h")
    assert past.steps() == ["add_member ana > h", "remove_member ana > g"]
    past.crowd.members = {("gid-h", "key-ana")}
    assert past.undo() == Undoing(as_before=2)


def test_a_membership_is_owned_as_it_was_before(past: Past) -> None:
    past.crowd.group("g", "key-ana")
    link = MemberLink(CROWD, "customers", "id-ana", "g")
    past.did(Op.ADD_MEMBER, image=Image((link,)), **ANA, group="g")
    undoing = past.undo()
    assert list(undoing.restores.values()) == [(link,)]


def test_a_membership_of_what_is_gone(past: Past) -> None:
    past.did(Op.ADD_MEMBER, **ANA, group="gone").did(Op.ADD_MEMBER, user="bob", user_id="b", group="gone")
    assert past.undo() == Undoing(as_before=2)
    past.entries.clear()
    past.did(Op.REMOVE_MEMBER, **ANA, group="gone")
    assert past.why_not() == "ana was taken out of 'gone' by the run, and the group 'gone' is there no longer"
    past.entries.clear()
    past.crowd.group("g")
    past.did(Op.REMOVE_MEMBER, user="bob", user_id="b", group="g")
    assert past.why_not() == "bob was taken out of 'g' by the run, and the account is there no longer"


def test_somebody_else_under_the_name_is_somebody_else(past: Past) -> None:
    past.crowd.person("bob", "key-other")
    past.crowd.group("g", "key-other")
    past.did(Op.ADD_MEMBER, user="bob", user_id="key-bob", source_id="id-bob", group="g")
    assert past.undo() == Undoing(as_before=1)


def test_a_membership_of_an_account_that_the_run_made_is_found_by_what_it_made(past: Past) -> None:
    past.crowd.group("g", "key-ana")
    past.crowd.person("Ana Lee", "key-ana")
    past.links = MemoryLinks()
    past.did(Op.CREATE_USER, made="key-ana", user="ana", after={"username": "ana"})
    past.did(Op.ADD_MEMBER, user="ana", group="g")
    assert [step(change) for change in past.undo().changes] == ["remove_member Ana Lee > g"]


def test_a_membership_that_another_mapping_calls_for_stays(past: Past) -> None:
    past.crowd.group("g", "key-ana")
    past.did(Op.ADD_MEMBER, **ANA, group="G")
    past.mappings = ("customers", "others")
    assert past.steps() == ["remove_member ana > g"]
    past.links.record([
        UserLink(CROWD, "others", "o-ana", "key-ana", "ana"), MemberLink(CROWD, "others", "o-ana", "g"),
        MemberLink(CROWD, "others", "o-gone", "g"),
    ])  # fmt: skip
    assert past.why_not() == "ana was put into 'g' by the run, but mapping 'others' calls for that too"


def test_nestings_are_made_and_ended() -> None:
    past = Past()
    past.crowd.group("outer", past.crowd.group("a"))
    past.crowd.group("b")
    past.did(Op.ADD_CHILD_GROUP, group="outer", child_group="a")
    past.did(Op.REMOVE_CHILD_GROUP, group="outer", child_group="b")
    assert [(one.op, one.child_group) for one in past.undo().changes] == [
        (Op.ADD_CHILD_GROUP, "b"),
        (Op.REMOVE_CHILD_GROUP, "a"),
    ]
    past.crowd.members = {("gid-outer", "gid-b")}
    assert past.undo() == Undoing(as_before=2)
    past.crowd.without("gid-b", "gid-a")
    assert [one.reason for one in past.undo().obstacles] == [
        "was taken out of 'outer' by the run, and the group 'b' is there no longer"
    ]
    past.crowd.without("gid-outer")
    assert [one.reason for one in past.undo().obstacles] == [
        "was taken out of 'outer' by the run, and the group 'outer' is there no longer"
    ]


def test_what_a_later_run_did_too_is_that_ones_unless_it_took_something_back(past: Past) -> None:
    past.crowd.group("g", "key-ana")
    past.did(Op.ADD_MEMBER, **ANA, group="g")
    past.then("run-2", Op.REMOVE_MEMBER, **ANA, group="G").then("run-3", Op.ADD_MEMBER, **ANA, group="g")
    assert (
        past.why_not()
        == "ana was put into 'g' by the run and by a later one; that was run run-3, so undo that one first"
    )
    past.then("run-4", Op.ADD_MEMBER, is_undo=True, **ANA, group="g")
    assert past.steps() == ["remove_member ana > g"]


EMAIL = {"before": {"email": "o"}, "after": {"email": "ana@example.org"}}
TOLD = {"before": {"description": "o"}, "after": {"description": ""}}


@pytest.mark.parametrize(
    ("did", "later"),
    [
        ({"op": Op.CREATE_USER, "user": "ana", "source_id": "id-ana", "after": FULL}, {"user": "x"}),
        ({"op": Op.UPDATE_USER, **ANA, **EMAIL}, {"user": "x", "before": {}, "after": {"email": ""}}),
        ({"op": Op.CREATE_GROUP, "group": "g", "after": {"name": "g"}}, {"op": Op.REMOVE_GROUP, "group": "G"}),
        ({"op": Op.UPDATE_GROUP, "group": "g", **TOLD}, {"group": "G", "after": {"description": "x"}}),
        ({"op": Op.ADD_CHILD_GROUP, "group": "h", "child_group": "g"}, {"child_group": "G"}),
    ],
)
def test_each_kind_of_thing_is_known_again_in_later_runs(past: Past, did: Any, later: Any) -> None:
    past.crowd.group("g")
    past.crowd.group("h", "gid-g")
    if did["op"] is Op.CREATE_GROUP:
        past.crowd.members.clear()
    past.did(**did)
    assert past.undo().changes
    past.then("run-2", **{**did, **later})
    assert "that was run run-2, so undo that one first" in past.why_not()


def test_what_is_as_before_needs_no_later_run_undone(past: Past) -> None:
    past.crowd.group("g")
    past.did(Op.ADD_MEMBER, **ANA, group="g").then("run-2", Op.REMOVE_MEMBER, **ANA, group="g")
    assert past.undo() == Undoing(as_before=1)


def test_a_target_that_nobody_writes_to_any_more_is_told_once() -> None:
    past = Past().did(Op.ADD_MEMBER, **ANA, group="g").did(Op.ADD_MEMBER, **ANA, group="h")
    undoing = undo(past.entries, (), {}, past.links, {})
    assert [(one.name, one.reason.partition(";")[0]) for one in undoing.obstacles] == [
        (
            "customers",
            f"does not write to {CROWD} now, so nothing says which guards hold for it, and 2 changes of the run stay",
        )
    ]


def test_a_target_that_was_not_read_whole_is_passed_over(past: Past) -> None:
    past.crowd.reason = "size limit"
    past.did(Op.CREATE_USER, made="key-ana", user="ana", source_id="id-ana", after=FULL)
    assert past.undo() == Undoing()


def test_several_targets_go_back_one_after_the_other(past: Past) -> None:
    other = Directory("other")
    other.group("h", other.person("ana", "o-ana"))
    past.crowd.group("g", "key-ana")
    past.did(Op.ADD_MEMBER, **ANA, group="g")
    change = Change(Op.ADD_MEMBER, "other", "agents", user="ana", user_id="o-ana", group="h")
    past.entries.append(Journaled("run-1", 1, change, Outcome(change.id, Result.DONE)))
    targets = {CROWD: past.crowd.snapshot(), "other": other.snapshot()}
    undoing = undo(past.entries, (), targets, past.links, {CROWD: ["customers"], "other": ["agents"]})
    assert [(one.directory, one.group) for one in undoing.changes] == [(CROWD, "g"), ("other", "h")]
