import threading
import time
from collections.abc import Callable, Sequence

import pytest
from unit.apply.test_apply import AT, create, join, results
from unit.plan.fakes import MemoryJournal, MemoryLinks
from unit.plan.stories import CROWD

from dirsync.apply.apply import Applying
from dirsync.apply.workers import Crew
from dirsync.errors import Unreachable
from dirsync.model.plans import Change, Outcome, Result

WRITERS = 6


class Together:
    """Targets of one crew that see who else is under way."""

    directory = CROWD

    def __init__(self, act: Callable[[Change], None] = lambda _: None) -> None:
        self.act = act
        self.lock = threading.Lock()
        self.under_way: set[str] = set()
        self.most = 0
        self.ended: list[Change] = []
        self.is_closed = False

    def carry_out(self, change: Change) -> Outcome:
        with self.lock:
            assert change.user not in self.under_way, "one step at a time for each person"
            self.under_way.add(change.user)
            self.most = max(self.most, len(self.under_way))
        try:
            self.act(change)
        finally:
            with self.lock:
                self.under_way.discard(change.user)
                self.ended.append(change)
        return Outcome(change.id, Result.DONE, "", AT, f"key-{change.user}")

    def close(self) -> None:
        self.is_closed = True


class Bench:
    def __init__(self, target: Together) -> None:
        self.journal = MemoryJournal(MemoryLinks())
        self.hurried: list[str] = []
        self.crew = Crew([target] * WRITERS, hurry=lambda: self.hurried.append("hurry"))

    def apply(self, changes: Sequence[Change], should_stop: Callable[[], bool] = lambda: False) -> list[Outcome]:
        applying = Applying("run-1", {CROWD: self.crew}, self.journal, lambda: AT, should_stop, lambda *_: None)
        return applying.carry_out(changes)


NAMES = [f"p{number:03}" for number in range(100)]


def test_as_many_are_under_way_as_there_are_writers_and_never_two_steps_of_one_person() -> None:
    gate = threading.Barrier(WRITERS)
    target = Together(lambda change: gate.wait(30) and None if change.user in NAMES[:WRITERS] else None)
    bench = Bench(target)
    groups = [join(name, group) for group in ("a", "b", "c") for name in NAMES]
    outcomes = bench.apply(groups)
    assert results(outcomes) == ["done"] * 300
    assert [outcome.change for outcome in outcomes] == [change.id for change in groups]
    assert target.most == WRITERS
    for name in NAMES:
        assert [change.group for change in target.ended if change.user == name] == ["a", "b", "c"]
    assert bench.journal.open_intents() == ()
    assert bench.hurried == []


def test_what_nobody_expected_in_one_thread_ends_all_and_the_others_results_are_kept() -> None:
    broken = threading.Event()

    def act(change: Change) -> None:
        if change.user == "p003":
            time.sleep(0.05)
            broken.set()
            raise ZeroDivisionError
        broken.wait(30)
        time.sleep(0.1)

    target = Together(act)
    bench = Bench(target)
    with pytest.raises(ZeroDivisionError):
        bench.apply([create(name) for name in NAMES])
    assert not target.under_way, "those under way are waited for"
    assert len(target.ended) <= 2 * WRITERS, "what had not begun never did"
    still_open = {intent.change.user for intent in bench.journal.open_intents()}
    assert "p003" in still_open
    assert not still_open & ({change.user for change in target.ended} - {"p003"})
    assert {link.username for link in bench.journal.links.users(CROWD, "customers")} == {
        change.user for change in target.ended
    } - {"p003"}


def test_a_lost_target_is_lost_for_all_and_those_who_wait_are_told_so() -> None:
    def act(change: Change) -> None:
        time.sleep(0.01)
        if change.user >= "p010":
            raise Unreachable("connection reset by 127.0.0.1")

    bench = Bench(Together(act))
    outcomes = bench.apply([create(name) for name in NAMES])
    failed = {outcome.change for outcome in outcomes if outcome.result is Result.FAILED}
    assert 1 <= len(failed) <= WRITERS
    assert {intent.change.id for intent in bench.journal.open_intents()} == failed
    assert bench.hurried
    assert results(outcomes[:10]) == ["done"] * 10
    assert "can't be reached any more" in outcomes[-1].message


def test_a_wish_to_stop_lets_those_under_way_end_and_hurries_those_who_wait() -> None:
    target = Together(lambda _: time.sleep(0.01))
    bench = Bench(target)
    outcomes = bench.apply([create(name) for name in NAMES], should_stop=lambda: len(target.ended) >= 20)
    done = [outcome for outcome in outcomes if outcome.result is Result.DONE]
    assert len(done) == len(target.ended) < 20 + WRITERS
    assert bench.journal.open_intents() == ()
    assert bench.hurried
    assert {outcome.message for outcome in outcomes if outcome not in done} <= {"the run was asked to stop"}


def test_a_stop_is_noticed_while_everybody_waits() -> None:
    asked, waiting = threading.Event(), threading.Event()

    def act(_: Change) -> None:
        waiting.wait(30)

    bench = Bench(Together(act))
    bench.crew = Crew(bench.crew.targets, hurry=waiting.set)
    threading.Timer(0.2, asked.set).start()
    began = time.monotonic()
    bench.apply([create(name) for name in NAMES], asked.is_set)
    assert time.monotonic() - began < 20


def test_a_crew_closes_all_it_holds() -> None:
    targets = [Together(), Together()]
    Crew(targets).close()
    assert all(target.is_closed for target in targets)


def test_one_slow_step_does_not_hold_up_the_next_group() -> None:
    target = Together()

    def act(change: Change) -> None:
        end = time.monotonic() + 30
        while change.user == "p000" and len(target.ended) < 199 and time.monotonic() < end:
            time.sleep(0.01)

    target.act = act
    changes = [create(f"p{number:03}") for number in range(200)]
    assert results(Bench(target).apply(changes)) == ["done"] * 200
    assert target.ended[-1] == changes[0]


def test_what_has_ended_is_written_while_others_take_their_time() -> None:
    bench = Bench(target := Together())

    def act(change: Change) -> None:
        end = time.monotonic() + 30
        while change.user == "slow" and len(bench.journal.open_intents()) > 1 and time.monotonic() < end:
            time.sleep(0.05)

    target.act = act
    began = time.monotonic()
    bench.apply([create("slow"), create("quick")])
    assert time.monotonic() - began < 25
