"""Eight threads write to one Crowd that misbehaves, as do line and disk: each step is done once, or said not to be."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from servers.sandbox import StartSandbox

from dirsync.apply.apply import Applying
from dirsync.apply.failures import MAX_FAILURES
from dirsync.apply.targets.build import Commission, build_crew
from dirsync.apply.workers import Crew
from dirsync.errors import DirsyncError
from dirsync.model.plans import Change, Op, Outcome, Result, Target
from dirsync.sandbox.faults import Fault
from dirsync.sandbox.server import RunningSandbox
from dirsync.settings.models import CrowdSettings
from dirsync.store.store import Store

CROWD = "crowd"
OF_CROWD = {"X-Embedded-Crowd-Version": "Crowd/6.0.2"}
WRITERS = 8
PEOPLE = 40
SEED = """
crowd:
  directories:
    - name: customers
      groups: [{name: Portal}]
      users: [{username: Ada, email: ada@example.org, groups: [Portal]}, {username: grace, email: grace@example.org}]
  applications: [{name: dirsync, password: sandbox-only, directories: [{directory: customers}]}]
"""


def create(name: str) -> Change:
    after = {"username": name, "email": f"{name}@example.org", "display_name": name, "active": True}
    return Change(Op.CREATE_USER, CROWD, "customers", name, after=after, source_id=f"id-{name}")


def join(name: str, group: str = "portal") -> Change:
    return Change(Op.ADD_MEMBER, CROWD, "customers", name, group=group, source_id=f"id-{name}")


NAMES = [f"p{number:02}" for number in range(PEOPLE)]
PLAN = [*map(create, NAMES), *map(join, NAMES)]


class Bench:
    """One apply on a sandbox, with a store on disk."""

    def __init__(self, sandbox: RunningSandbox, file: Path) -> None:
        self.sandbox, self.file = sandbox, file
        self.store = Store(f"sqlite:///{file}")
        self.settings: dict[str, Any] = {"retry_seconds": 20, "writers": WRITERS}
        self.should_stop: Callable[[], bool] = lambda: False
        self.wrap: Callable[[Target], Target] = lambda target: target
        self.crew = Crew([])

    def apply(self, changes: Sequence[Change] = PLAN) -> list[Outcome]:
        known = {"kind": "crowd", "url": self.sandbox.crowd_url, "application": "dirsync", "password": "sandbox-only"}
        made = build_crew(CROWD, CrowdSettings(**known, **self.settings), Commission((), "run-1"), len(changes))
        self.crew = Crew([self.wrap(target) for target in made.targets], hurry=made.hurry)
        applying = Applying(
            run="run-1",
            crews={CROWD: self.crew},
            journal=self.store.journal,
            clock=lambda: "2026-11-20T01:00:00+00:00",
            should_stop=self.should_stop,
            progress=lambda *_: None,
        )
        try:
            return applying.carry_out(changes)
        finally:
            made.close()

    def fault(self, **rule: Any) -> Fault:
        return self.sandbox.faults.add(Fault(**rule))

    def made(self) -> list[str]:
        """Return who was made in Crowd, as often as it happened."""
        with self.sandbox.state.lock:
            told = [event.what for event in self.sandbox.state.events._events]
        return [what.user.name for what in told if hasattr(what, "user") and what.operation == "CREATED"]

    def members(self) -> set[str]:
        return set(self.sandbox.state.directory("customers").group("portal").users)

    def open(self) -> set[str]:
        return {intent.change.id for intent in self.store.journal.open_intents()}


@pytest.fixture
def bench(start_sandbox: StartSandbox, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(start_sandbox(SEED), tmp_path / "dirsync.db")
    yield made
    made.store.close()


def everything_was_done_once(bench: Bench, outcomes: Sequence[Outcome]) -> None:
    assert [outcome.change for outcome in outcomes] == [change.id for change in PLAN]
    wrong = [outcome for outcome in outcomes if outcome.result is not Result.DONE]
    assert not wrong, wrong[:3]
    assert Counter(name for name in bench.made() if name in NAMES) == dict.fromkeys(NAMES, 1)
    assert bench.members() >= set(NAMES)
    assert bench.open() == set()
    with bench.store.links() as links:
        assert {link.username for link in links.users(CROWD, "customers")} == set(NAMES)
        assert len(list(links.members(CROWD, "customers"))) == PEOPLE


def test_a_plan_is_carried_out_whole_by_all_writers(bench: Bench) -> None:
    names: set[str] = set()

    class Named:
        directory = CROWD

        def __init__(self, target: Target) -> None:
            self.carry_out = lambda change: names.add(threading.current_thread().name) or target.carry_out(change)

    bench.wrap = Named
    bench.fault(times=None, method="POST", latency=0.01)
    everything_was_done_once(bench, bench.apply())
    assert names == {f"dirsync-{CROWD}-{number}" for number in range(WRITERS)}


def test_no_crew_is_larger_than_its_work(bench: Bench) -> None:
    bench.apply(PLAN[:3])
    assert len(bench.crew.targets) == 3


def test_every_intent_is_on_disk_before_its_request_leaves(bench: Bench) -> None:
    missing: list[str] = []

    class Looking:
        directory = CROWD

        def __init__(self, target: Target) -> None:
            self._target = target

        def carry_out(self, change: Change) -> Outcome:
            with closing(sqlite3.connect(bench.file)) as reader:
                if not reader.execute("select 1 from journal where change_id = ?", (change.id,)).fetchone():
                    missing.append(change.user)
            return self._target.carry_out(change)

    bench.wrap = Looking
    everything_was_done_once(bench, bench.apply())
    assert missing == []


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param([{"status": 429, "headers": {"Retry-After": "0"}, "times": 12, "first": 5}], id="429 storm"),
        pytest.param([{"status": 503, "headers": {"Retry-After": "1"}, "times": 3, "first": 20}], id="503 that asks"),
        pytest.param([{"status": 503, "first": at} for at in (3, 11, 29)], id="503 of a proxy"),
        pytest.param([{"status": 503, "headers": OF_CROWD, "first": at} for at in (3, 11, 29)], id="503 of Crowd"),
        pytest.param([{"drop": "before", "first": at} for at in (1, 12, 23, 60)], id="dropped before it acted"),
        pytest.param([{"drop": "after", "first": at} for at in (1, 12, 23, 60)], id="dropped after it acted"),
        pytest.param([{"cut_body_after": 10, "path": "/user$", "first": at} for at in (2, 17)], id="half an answer"),
        pytest.param([{"edit_body": bytes.upper, "path": "/user$", "times": None}], id="all in capitals"),
    ],
)
def test_a_server_that_fails_now_and_then_gets_everything_once(bench: Bench, rules: list[dict[str, Any]]) -> None:
    struck = [bench.fault(method="POST", **rule) for rule in rules]
    everything_was_done_once(bench, bench.apply())
    assert all(bench.sandbox.faults.struck(rule) for rule in struck)


def test_silence_longer_than_the_time_out_is_settled_by_looking(bench: Bench) -> None:
    bench.settings["read_timeout"] = 0.4
    rule = bench.fault(method="POST", path="/group/user/direct", first=3, latency=0.8)
    outcomes = bench.apply()
    assert bench.sandbox.faults.struck(rule) == 1
    assert {outcome.result for outcome in outcomes} <= {Result.DONE, Result.ALREADY_SO}
    assert bench.members() >= set(NAMES)


def test_a_429_to_one_of_them_holds_all(bench: Bench) -> None:
    # long enough that a busy machine looks before it is over
    bench.fault(method="POST", path="/user$", first=5, status=429, headers={"Retry-After": "5"})
    bench.fault(method="POST", path="/user$", times=None, latency=0.02)
    meanwhile: list[int] = []
    watch = threading.Thread(target=lambda: (_until(lambda: len(bench.made()) >= 6), time.sleep(0.5),
                                             meanwhile.append(len(bench.made()))))  # fmt: skip
    watch.start()
    outcomes = bench.apply()
    watch.join(30)
    everything_was_done_once(bench, outcomes)
    # Ada and grace were there; whoever was on the way when one was refused arrived
    assert meanwhile[0] <= 2 + 4 + 2 * WRITERS


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)


def test_names_in_another_case_are_the_same_people_and_groups(bench: Bench) -> None:
    update = Change(Op.UPDATE_USER, CROWD, "customers", "ADA", before={"email": "ada@example.org"},
                    after={"email": "ada.king@example.org"}, source_id="id-ada")  # fmt: skip
    outcomes = bench.apply([update, join("ADA", "PORTAL"), join("GRACE", "pOrTaL")])
    assert [outcome.result for outcome in outcomes] == [Result.DONE, Result.ALREADY_SO, Result.DONE]
    assert bench.members() == {"ada", "grace"}


def test_somebody_deleted_under_our_feet_costs_only_their_own_changes(bench: Bench) -> None:
    class Deleting:
        directory = CROWD

        def __init__(self, target: Target) -> None:
            self._target = target

        def carry_out(self, change: Change) -> Outcome:
            if change.op is Op.ADD_MEMBER and change.user == "p07":
                with bench.sandbox.state.lock:
                    bench.sandbox.state.directory("customers").remove_user("p07")
            return self._target.carry_out(change)

    bench.wrap = Deleting
    outcomes = bench.apply()
    wrong = {outcome.change: outcome.message for outcome in outcomes if outcome.result is not Result.DONE}
    assert list(wrong) == [join("p07").id]
    assert "p07" in wrong[join("p07").id]


def test_after_too_many_failures_only_what_is_under_way_is_still_tried(bench: Bench) -> None:
    rule = bench.fault(
        method="POST", path="/user$", times=None, status=400, latency=0.01,
        headers=OF_CROWD, content_type="application/json",
        body=b'{"reason": "INVALID_USER", "message": "not this one"}',
    )  # fmt: skip
    outcomes = bench.apply()
    failed = [outcome for outcome in outcomes if outcome.result is Result.FAILED]
    assert MAX_FAILURES <= len(failed) < MAX_FAILURES + WRITERS
    assert bench.sandbox.faults.struck(rule) == len(failed)
    assert {outcome.result for outcome in outcomes} == {Result.FAILED, Result.NOT_TRIED}
    assert len(outcomes) == len(PLAN)
    assert bench.open() == set()


def test_a_target_that_is_lost_leaves_open_what_was_under_way_and_nothing_else(bench: Bench) -> None:
    bench.settings["retry_seconds"] = 0
    bench.fault(method="POST", path="/user$", times=10)
    bench.fault(method="POST", path="/user$", times=None, drop="after", latency=0.05)
    bench.fault(method="GET", times=None, drop="before")
    outcomes = bench.apply()
    failed = {outcome.change for outcome in outcomes if outcome.result is Result.FAILED}
    assert 1 <= len(failed) <= WRITERS
    assert bench.open() == failed
    done = {outcome.change for outcome in outcomes if outcome.result is Result.DONE}
    assert {outcome.result for outcome in outcomes} == {Result.DONE, Result.FAILED, Result.NOT_TRIED}
    assert len(done) == 10


def test_a_wish_to_stop_waits_for_no_servers_patience_and_leaves_a_consistent_journal(bench: Bench) -> None:
    bench.settings["retry_seconds"] = 600
    bench.fault(method="POST", path="/user$", first=9, times=None, status=429, headers={"Retry-After": "300"})
    stop = threading.Event()
    bench.should_stop = stop.is_set
    asking = threading.Thread(target=lambda: (_until(lambda: len(bench.made()) >= 10), time.sleep(0.3), stop.set()))
    asking.start()
    began = time.monotonic()
    outcomes = bench.apply()
    asking.join(30)
    assert time.monotonic() - began < 60
    results = Counter(outcome.result for outcome in outcomes)
    assert results[Result.DONE] == 8
    assert results[Result.FAILED] <= WRITERS
    assert bench.open() == {outcome.change for outcome in outcomes if outcome.result is Result.FAILED}


def test_a_full_disk_ends_it_and_whatever_was_done_has_its_intent(bench: Bench) -> None:
    names = [f"q{number:04}" for number in range(1000)]
    with bench.store._engine.connect() as connection:
        pages = connection.exec_driver_sql("pragma page_count").scalar()
        connection.exec_driver_sql(f"pragma max_page_count = {pages + 25}")
    with pytest.raises(DirsyncError, match=r"failed during the run: database or disk is full") as full:
        bench.apply([create(name) for name in names])
    assert "settled first" in full.value.remedy
    made = {name for name in bench.made() if name in names}
    assert 0 < len(made) < len(names)
    with closing(sqlite3.connect(bench.file)) as reader:
        intended = {change for (change,) in reader.execute("select change_id from journal")}
    assert {create(name).id for name in made} <= intended
