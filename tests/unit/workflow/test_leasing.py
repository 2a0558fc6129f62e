"""What a run takes of its work, and what it leaves to whoever holds it; real leases are in integration/hosts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
from unit.plan.fakes import NOW
from unit.plan.stories import CUSTOMERS, Story

from dirsync.errors import LockHeld
from dirsync.mapping.policy import Policy
from dirsync.model.organizations import ORGANIZATIONS
from dirsync.model.run import Mode
from dirsync.settings.models import Settings
from dirsync.store.lease.interface import Holder
from dirsync.store.store import Store
from dirsync.workflow.job import Job
from dirsync.workflow.leasing import leased

ONE, OTHER, SHARED = "crowd_one", "crowd_other", "crowd_shared"


@dataclass
class Leases:
    """A store that gives what nobody else holds."""

    elsewhere: dict[str, str] = field(default_factory=dict)
    written: frozenset[str] = frozenset()
    wanted: list[tuple[str, ...]] = field(default_factory=list)
    holder: Holder | None = None
    is_over: bool = False

    @property
    def journal(self) -> Any:
        return SimpleNamespace(written_by=lambda run: self.written if run == "run-before" else frozenset())

    @contextmanager
    def leased(self, wanted: Sequence[Collection[str]], holder: Holder) -> Iterator[Any]:
        self.wanted, self.holder = [(*places,) for places in wanted], holder
        held = {place for places in wanted if not {*places} & {*self.elsewhere} for place in places}
        yield SimpleNamespace(held=held, elsewhere=self.elsewhere)
        self.is_over = True


def mapping(name: str, target: str, *, organizations: bool = False) -> str:
    carried = "organizations: {attribute: o}, " if organizations else ""
    made = CUSTOMERS.replace("name: customers", f"name: {name}")
    return made.replace("directory: crowd-customers,", f"directory: {target.replace('_', '-')}, {carried}")


def job(leases: Leases, mode: Mode, mappings: Mapping[str, str], **more: Any) -> Job:
    story = Story()
    for text in mappings.values():
        story.mapping(text)
    return Job(
        mode=mode,
        settings=Settings(),
        policy=Policy(tuple(story.mappings.values()), None, (), "digest", {}),
        store=cast("Store", leases),
        progress=lambda *_: None,
        clock=lambda: NOW,
        run="run-1",
        host="somewhere",
        **more,
    )


THREE = {
    "agents": mapping("agents", SHARED),
    "customers": mapping("customers", SHARED),
    "partners": mapping("partners", ONE),
}


@pytest.mark.parametrize("mode", [mode for mode in Mode if mode not in {Mode.SYNC, Mode.APPLY, Mode.UNDO}])
def test_who_only_looks_takes_nothing(mode: Mode) -> None:
    leases = Leases({SHARED: "x", ONE: "y"})
    asked = job(leases, mode, THREE)
    with leased(asked) as given:
        assert given is asked
    assert leases.holder is None


def test_what_is_free_is_taken_target_by_target_and_given_back() -> None:
    leases = Leases()
    asked = job(leases, Mode.SYNC, THREE)
    with leased(asked) as given:
        assert given is asked
        assert not leases.is_over
    assert leases.is_over
    assert leases.wanted == [(SHARED,), (ONE,)]
    assert (leases.holder.host, leases.holder.run) == ("somewhere", "run-1") if leases.holder else False


def test_what_another_run_holds_is_left_to_it_with_all_that_feeds_it() -> None:
    leases = Leases({SHARED: "process 7 on another, run run-0"})
    with leased(job(leases, Mode.SYNC, THREE)) as given:
        assert [one.name for one in given.policy.carried_out()] == ["partners"]
        assert given.leftover == (
            f"Left to another run: agents, customers, since {SHARED} is held by process 7 on another, run run-0.",
        )


def test_where_nothing_is_free_everybody_who_holds_something_is_named_once() -> None:
    leases = Leases({SHARED: "process 7 on another, run run-0", ONE: ""})
    with pytest.raises(LockHeld) as told, leased(job(leases, Mode.SYNC, THREE)):
        pass
    assert str(told.value.message) == (
        f"Another run is under way: {SHARED} is held by process 7 on another, run run-0; {ONE} is held by a session of"
        " the database that does not say who it is."
    )


def test_all_who_put_people_into_organisations_are_one() -> None:
    both = {name: mapping(name, target, organizations=True) for name, target in (("a", ONE), ("b", OTHER))}
    leases = Leases()
    with leased(job(leases, Mode.SYNC, both)):
        pass
    assert leases.wanted == [tuple(sorted((ONE, OTHER, ORGANIZATIONS)))]


def test_a_reviewed_plan_is_carried_out_whole_or_not_at_all() -> None:
    leases = Leases({ONE: "somebody"})
    with pytest.raises(LockHeld), leased(job(leases, Mode.APPLY, THREE)):
        pass
    assert leases.wanted == [tuple(sorted((SHARED, ONE)))]


def test_an_undo_takes_what_its_run_wrote_into_whatever_the_mappings_say_by_now() -> None:
    leases = Leases(written=frozenset({OTHER, ONE}))
    with leased(job(leases, Mode.UNDO, THREE, undoes="run-before")) as given:
        assert given.leftover == ()
    assert leases.wanted == [(ONE, OTHER)]
    held = Leases({OTHER: "somebody"}, frozenset({OTHER, ONE}))
    with pytest.raises(LockHeld), leased(job(held, Mode.UNDO, THREE, undoes="run-before")):
        pass


def test_who_writes_nowhere_runs_all_the_same() -> None:
    audited = CUSTOMERS.partition("target:")[0]
    for mode in (Mode.SYNC, Mode.APPLY):
        leases = Leases()
        asked = job(leases, mode, {"customers": audited})
        with leased(asked) as given:
            assert given is asked
        assert leases.wanted == []
