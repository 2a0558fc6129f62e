from collections.abc import Callable, Sequence

import pytest
from unit.plan.fakes import Directory, FakeTarget, Killed, MemoryJournal, MemoryLinks
from unit.plan.stories import CROWD

from dirsync.apply.apply import GROUP, Applying
from dirsync.apply.failures import MAX_FAILURES
from dirsync.apply.targets.rehearsal import RehearsalJournal, RehearsalTarget
from dirsync.apply.workers import Crew
from dirsync.errors import Unreachable
from dirsync.model.links import UserLink
from dirsync.model.names import fold
from dirsync.model.plans import Change, Op, Outcome, Result

AGENTS = "crowd_agents"
AT = "2026-11-20T01:00:00+00:00"


def create(name: str, directory: str = CROWD) -> Change:
    after = {"username": name, "email": f"{name}@example.org", "display_name": name, "active": True}
    return Change(Op.CREATE_USER, directory, "customers", name, after=after, source_id=f"id-{name}")


def rename(key: str, old: str, new: str) -> Change:
    before, after = {"username": old}, {"username": new}
    return Change(Op.RENAME_USER, CROWD, "customers", old, key, before=before, after=after, source_id=f"id-{old}")


def join(name: str, group: str = "portal", key: str = "") -> Change:
    return Change(Op.ADD_MEMBER, CROWD, "customers", name, key, group, source_id=f"id-{name}")


def make(group: str) -> Change:
    return Change(Op.CREATE_GROUP, CROWD, "customers", group=group, after={"name": group})


class Bench:
    """An apply on fake targets, with what it wrote down."""

    def __init__(self, **targets: FakeTarget) -> None:
        self.crowd = Directory(CROWD)
        self.links = MemoryLinks()
        self.journal = MemoryJournal(self.links)
        self.targets = {CROWD: FakeTarget(self.crowd), AGENTS: FakeTarget(Directory(AGENTS)), **targets}
        self.told: list[tuple[str, int, int]] = []

    def apply(self, changes: Sequence[Change], should_stop: Callable[[], bool] = lambda: False) -> list[Outcome]:
        applying = Applying(
            run="run-1",
            crews={name: Crew([target]) for name, target in self.targets.items()},
            journal=self.journal,
            clock=lambda: AT,
            should_stop=should_stop,
            progress=lambda what, done, total: self.told.append((what, done, total)),
            timer=lambda: 0.0,
        )
        return applying.carry_out(changes)

    def refuse(self, *ops: Op, users: Sequence[str] = ()) -> None:
        self.targets[CROWD].refuses = lambda change: change.op in ops and (not users or change.user in users)


def results(outcomes: Sequence[Outcome]) -> list[str]:
    return [outcome.result.value for outcome in outcomes]


def test_changes_are_carried_out_in_order_and_each_is_told() -> None:
    bench = Bench()
    changes = [make("portal"), create("ana"), join("ana")]
    outcomes = bench.apply(changes)
    assert [outcome.change for outcome in outcomes] == [change.id for change in changes]
    assert results(outcomes) == ["done"] * 3
    assert bench.targets[CROWD].acted == changes
    assert bench.told == [("changes", 1, 3), ("changes", 2, 3), ("changes", 3, 3)]
    assert bench.journal.open_intents() == ()
    assert bench.links.user(CROWD, "customers", "id-ana") == UserLink(CROWD, "customers", "id-ana", "key-1", "ana")


def test_nothing_to_do_writes_nothing() -> None:
    bench = Bench()
    assert bench.apply([]) == []
    assert bench.journal.writes == 0


@pytest.mark.parametrize("number", [1, GROUP, GROUP + 1, 3 * GROUP])
def test_intents_are_durable_before_their_requests_leave_and_outcomes_come_in_groups(number: int) -> None:
    bench = Bench()
    target = bench.targets[CROWD]
    open_when_tried: list[bool] = []
    carry_out = target.carry_out

    def watched(change: Change) -> Outcome:
        open_when_tried.append(change in [intent.change for intent in bench.journal.open_intents()])
        return carry_out(change)

    target.carry_out = watched  # type: ignore[method-assign]
    bench.apply([create(f"p{one:03}") for one in range(number)])
    assert open_when_tried == [True] * number
    groups = -(-number // GROUP)
    assert bench.journal.writes == groups + 1
    assert [intent.position for intent in bench.journal.intents.values()] == list(range(number))


def test_a_refused_account_keeps_out_only_what_hangs_on_it() -> None:
    bench = Bench()
    bench.refuse(Op.CREATE_USER, users=["ana"])
    outcomes = bench.apply([make("portal"), create("ana"), create("bob"), join("ANA"), join("bob")])
    assert results(outcomes) == ["done", "refused", "done", "not_tried", "done"]
    assert outcomes[3].message == "user 'ANA' could not be made, and this depends on it"
    assert bench.links.user(CROWD, "customers", "id-ana") is None


def test_a_refused_group_keeps_out_only_its_members() -> None:
    bench = Bench()
    bench.crowd.group("other")
    bench.targets[CROWD].refuses = lambda change: change.op is Op.CREATE_GROUP
    outcomes = bench.apply([make("Portal"), create("ana"), join("ana", "portal"), join("ana", "other")])
    assert results(outcomes) == ["refused", "done", "not_tried", "done"]


def test_equal_names_of_a_user_and_a_group_or_of_two_targets_are_no_dependency() -> None:
    bench = Bench()
    bench.refuse(Op.CREATE_USER, users=["ana"])
    group = bench.crowd.group("other", bench.crowd.person("bob", "key-b"))
    assert group
    outcomes = bench.apply([create("ana"), create("ana", AGENTS), make("ana"), join("bob", "ana", "key-b")])
    assert results(outcomes) == ["refused", "done", "done", "done"]


def test_a_failed_rename_keeps_out_what_is_planned_under_the_new_name() -> None:
    bench = Bench()
    bench.crowd.person("ana", "key-a")
    bench.crowd.group("portal")
    bench.refuse(Op.RENAME_USER)
    update = Change(Op.UPDATE_USER, CROWD, "customers", "anna", "key-a", after={"email": "x@example.org"})
    outcomes = bench.apply([rename("key-a", "ana", "anna"), update, join("anna", key="key-a")])
    assert results(outcomes) == ["refused", "not_tried", "not_tried"]


def test_a_name_that_was_not_freed_is_given_to_nobody() -> None:
    """A target may answer "already so" for an equal account: that one would be somebody else's."""
    bench = Bench()
    bench.crowd.person("ana", "key-a", display_name="ana")
    bench.refuse(Op.RENAME_USER)
    outcomes = bench.apply([rename("key-a", "ana", "anna"), create("ana")])
    assert results(outcomes) == ["refused", "not_tried"]
    assert outcomes[1].message == "the name 'ana' was not freed, because its bearer could not be renamed"
    assert list(bench.links.users(CROWD, "customers")) == []


def test_a_row_of_renames_stops_behind_the_one_that_failed() -> None:
    bench = Bench()
    for name in "abc":
        bench.crowd.person(name, f"key-{name}")
    bench.refuse(Op.RENAME_USER, users=["c"])
    outcomes = bench.apply([rename("key-c", "c", "d"), rename("key-b", "b", "c"), rename("key-a", "a", "b")])
    assert results(outcomes) == ["refused", "not_tried", "not_tried"]
    assert set("abc") == {user.username for user in bench.crowd.users.values()}


def test_what_could_not_be_tried_blocks_in_turn_and_is_not_counted_as_a_failure_of_the_target() -> None:
    bench = Bench()
    bench.refuse(Op.CREATE_USER, users=["ana"])
    outcomes = bench.apply([create("ana"), *[join("ana", f"g{one}") for one in range(MAX_FAILURES * 2)], create("bob")])
    assert outcomes[-1].result is Result.DONE


def test_somebody_who_could_not_be_taken_out_of_a_group_is_not_enabled_again_after_that() -> None:
    bench = Bench()
    for name in ("ana", "bob"):
        bench.crowd.person(name, f"key-{name}", active=False)
    bench.refuse(Op.REMOVE_MEMBER, users=["ana"])
    leave = Change(Op.REMOVE_MEMBER, CROWD, "customers", "ana", "key-ana", "agents")
    on = [
        Change(Op.REACTIVATE_USER, CROWD, "customers", name, f"key-{fold(name)}", after={"active": True})
        for name in ("Ana", "bob")
    ]
    outcomes = bench.apply([leave, *on])
    assert results(outcomes) == ["refused", "not_tried", "done"]
    why = "user 'Ana' could not be taken out of a group, and is to be before being enabled again"
    assert outcomes[1].message == why


def test_where_groups_stay_nested_nobody_joins_or_is_enabled_after_that() -> None:
    bench = Bench()
    bench.crowd.person("ana", "key-ana")
    bench.crowd.group("portal")
    bench.refuse(Op.REMOVE_CHILD_GROUP)
    kept = Change(Op.REMOVE_CHILD_GROUP, CROWD, "customers", group="agents", child_group="portal")
    enable = Change(Op.REACTIVATE_USER, CROWD, "customers", "ana", "key-ana", after={"active": True})
    update = Change(Op.UPDATE_USER, CROWD, "customers", "ana", "key-ana", after={"email": "x@example.org"})
    outcomes = bench.apply([kept, join("ana", key="key-ana"), enable, update])
    assert results(outcomes) == ["refused", "not_tried", "not_tried", "done"]
    why = "a group could not be taken out of another one, and through it this might give somebody more"
    assert {outcomes[1].message, outcomes[2].message} == {why}


def test_somebody_who_could_not_be_switched_off_is_put_into_no_group_after_that() -> None:
    bench = Bench()
    for name in ("ana", "bob"):
        bench.crowd.person(name, f"key-{name}")
    bench.crowd.group("portal")
    bench.refuse(Op.DEACTIVATE_USER, users=["ana"])
    off = [
        Change(Op.DEACTIVATE_USER, CROWD, "customers", name, f"key-{name}", after={"active": False})
        for name in ("ana", "bob")
    ]
    update = Change(Op.UPDATE_USER, CROWD, "customers", "ana", "key-ana", after={"email": "x@example.org"})
    outcomes = bench.apply([*off, join("Ana", key="key-ana"), join("bob", key="key-bob"), update])
    assert results(outcomes) == ["refused", "done", "not_tried", "done", "done"]
    assert outcomes[2].message == "user 'Ana' could not be switched off, and is to be before joining 'portal'"


TAKING_AWAY = (Op.REMOVE_MEMBER, Op.REMOVE_CHILD_GROUP, Op.DEACTIVATE_USER, Op.REMOVE_USER, Op.REMOVE_GROUP)


@pytest.mark.parametrize("op", TAKING_AWAY)
def test_where_something_could_not_be_taken_away_no_groups_are_nested_after_that(op: Op) -> None:
    bench = Bench()
    bench.targets[CROWD].refuses = lambda change: change.op is op
    bench.targets[AGENTS].refuses = lambda _: True
    taking = Change(op, CROWD, "customers", "ana", group="inner", child_group="other")
    nesting = Change(Op.ADD_CHILD_GROUP, CROWD, "customers", group="outer", child_group="inner")
    elsewhere = Change(Op.ADD_CHILD_GROUP, AGENTS, "customers", group="outer", child_group="inner")
    outcomes = bench.apply([taking, nesting, elsewhere, make("new")])
    assert results(outcomes) == ["refused", "not_tried", "refused", "done"]
    assert "this nesting might give them more" in outcomes[1].message


@pytest.mark.parametrize(("failing", "last"), [(MAX_FAILURES - 1, "done"), (MAX_FAILURES, "not_tried")])
def test_after_too_many_failures_the_rest_of_that_target_is_not_tried(failing: int, last: str) -> None:
    bench = Bench()
    bench.refuse(Op.CREATE_USER, users=[f"bad{one}" for one in range(failing)])
    bad = [create(f"bad{one}") for one in range(failing)]
    outcomes = bench.apply([*bad, create("good"), create("elsewhere", AGENTS)])
    assert results(outcomes) == ["refused"] * failing + [last, "done"]
    if last == "not_tried":
        assert outcomes[-2].message == f"{failing} changes have failed on {CROWD}; the rest is not tried"


def test_a_target_that_is_lost_gives_up_only_its_own_changes() -> None:
    bench = Bench()
    bench.targets[CROWD].is_lost_at = 2
    changes = [create("ana"), create("bob"), create("eve", AGENTS), create("cyd"), create("zoe", AGENTS)]
    outcomes = bench.apply(changes)
    assert results(outcomes) == ["done", "failed", "done", "not_tried", "done"]
    assert "can't be reached any more" in outcomes[3].message
    assert len(bench.targets[CROWD].tried) == 2


def test_a_change_during_which_the_target_was_lost_stays_open_because_it_may_have_been_done() -> None:
    bench = Bench()
    bench.targets[CROWD].is_lost_at = 2
    bench.apply([create("ana"), create("bob"), create("cyd")])
    assert [intent.change.user for intent in bench.journal.open_intents()] == ["bob"]


@pytest.mark.parametrize("done", range(4))
def test_a_request_to_stop_ends_between_two_changes(done: int) -> None:
    bench = Bench()
    changes = [create(f"p{one}") for one in range(3)]
    outcomes = bench.apply(changes, should_stop=lambda: len(bench.crowd.users) >= done)
    assert results(outcomes) == (["done"] * done + ["not_tried"] * (3 - done) if done else [])
    assert bench.journal.open_intents() == ()
    assert all(outcome.message == "the run was asked to stop" for outcome in outcomes[done:])


def test_what_waited_for_those_under_way_when_asked_to_stop_is_not_begun() -> None:
    bench = Bench()
    outcomes = bench.apply(
        [make("portal"), create("ana"), join("ana")], should_stop=lambda: "key-1" in bench.crowd.users
    )
    assert results(outcomes) == ["done", "done", "not_tried"]
    assert outcomes[2].message == "the run was asked to stop"
    assert bench.journal.open_intents() == ()


def test_a_request_to_stop_begins_no_further_group() -> None:
    bench = Bench()
    outcomes = bench.apply(
        [create(f"p{one:03}") for one in range(3 * GROUP)], should_stop=lambda: len(bench.crowd.users) >= GROUP
    )
    assert len(outcomes) == GROUP
    assert len(bench.journal.intents) == GROUP
    assert bench.journal.open_intents() == ()


def test_what_was_done_before_an_unexpected_error_is_written_down() -> None:
    bench = Bench()
    target = bench.targets[CROWD]
    carry_out = target.carry_out

    def breaks(change: Change) -> Outcome:
        if change.user == "bob":
            raise ZeroDivisionError
        return carry_out(change)

    target.carry_out = breaks  # type: ignore[method-assign]
    with pytest.raises(ZeroDivisionError):
        bench.apply([create("ana"), create("bob"), create("cyd")])
    assert [intent.change.user for intent in bench.journal.open_intents()] == ["bob", "cyd"]
    assert bench.links.user(CROWD, "customers", "id-ana") is not None


def test_a_journal_that_cannot_be_written_lets_no_request_leave() -> None:
    bench = Bench()
    bench.journal.dies_at = 1
    with pytest.raises(Killed):
        bench.apply([create("ana")])
    assert bench.targets[CROWD].tried == []


def test_a_rehearsal_says_of_every_change_what_it_would_do() -> None:
    """Not being tried is what a rehearsal is; it is no failure that others hang on or that adds up."""
    changes = [*(create(f"p{one}") for one in range(MAX_FAILURES * 2)), join("p0"), rename("key-x", "x", "y")]
    applying = Applying(
        run="run-1", crews={CROWD: Crew([RehearsalTarget(CROWD)])}, journal=RehearsalJournal(), clock=lambda: AT,
        should_stop=lambda: False, progress=lambda *_: None,
    )  # fmt: skip
    outcomes = applying.carry_out(changes)
    assert {outcome.result for outcome in outcomes} == {Result.NOT_TRIED}
    assert {outcome.message.split(" would ")[0] for outcome in outcomes} == {"rehearsal:"}


def test_the_message_of_a_lost_target_names_it_and_the_reason() -> None:
    class Gone:
        directory = CROWD

        def carry_out(self, change: Change) -> Outcome:
            assert change.user == "ana"
            raise Unreachable("crowd.example.org does not answer.", "Start it.")

    bench = Bench()
    bench.targets[CROWD] = Gone()  # type: ignore[assignment]
    outcomes = bench.apply([create("ana"), create("bob")])
    assert outcomes[0].message == "crowd.example.org does not answer. Start it."
    assert outcomes[1].message == f"{CROWD} can't be reached any more: crowd.example.org does not answer."
