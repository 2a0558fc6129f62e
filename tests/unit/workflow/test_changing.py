"""The second half of a run over the real store; only the target and the snapshots are in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from unit.plan.fakes import NOW, FakeTarget, Killed
from unit.plan.stories import CROWD, CUSTOMERS, Story, steps

from dirsync.apply.targets import build
from dirsync.apply.targets.build import Commission
from dirsync.apply.workers import Crew
from dirsync.errors import PlanRefused, UsageInvalid
from dirsync.mapping.policy import Policy
from dirsync.model.estate import Estate
from dirsync.model.facts import observed
from dirsync.model.links import UserLink
from dirsync.model.plans import Change, Op, Outcome, Result
from dirsync.model.run import Mode
from dirsync.model.snapshot import LastRead
from dirsync.plan.guards.interface import Allowances
from dirsync.plan.saved import read_saved, saved_form
from dirsync.settings.models import CrowdSettings, LdapSettings, Settings
from dirsync.store.store import Store
from dirsync.workflow.changing import Changing
from dirsync.workflow.job import Job, StopRequest

DEFAULTS = CUSTOMERS + "default_groups: [portal-all]\n"
KNOWN = {
    "jira.version": "9.12.0",
    "jira.applications": (),
    "jira.administrative_groups": ("jira-administrators",),
    "jira.user_directories": (),
    "crowd.applications": (),
    "crowd.directories": (),
}


@dataclass
class ClosingTarget(FakeTarget):
    """A fake target that notes what surrounded it."""

    stop: StopRequest = field(default_factory=StopRequest)
    is_closed: bool = False
    was_deferred: list[bool] = field(default_factory=list)

    def carry_out(self, change: Change) -> Outcome:
        self.was_deferred.append(self.stop.is_deferred)
        return super().carry_out(change)

    def close(self) -> None:
        self.is_closed = True


@dataclass
class Nights:
    """Runs one after another over one store."""

    story: Story
    store: Store
    kind: dict[str, Any] = field(default_factory=lambda: {"kind": "crowd", "url": "https://crowd.example.org/crowd"})
    now: datetime = NOW
    runs: int = 0
    planned: tuple[Change, ...] = ()
    target_options: dict[str, Any] = field(default_factory=dict)
    target: ClosingTarget | None = None
    stop: StopRequest = field(default_factory=StopRequest)
    last_reads: dict[str, LastRead] = field(default_factory=dict)

    def make_crew(self, name: str, settings: CrowdSettings, commission: Commission, work: int) -> Crew:
        assert work == sum(change.directory == name for change in self.planned)
        assert settings.application == "dirsync"
        assert [mapping.name for mapping in commission.mappings] == ["customers"]
        assert commission.run == f"run-{self.runs}"
        self.target = ClosingTarget(self.story.directory(name), stop=self.stop, **self.target_options)
        return Crew([self.target])

    def settings(self, **more: Any) -> Settings:
        crowd = {"application": "dirsync", "password": "secret"} if self.kind["kind"] == "crowd" else {}
        return Settings(
            directories={"corp": {"kind": "ldif", "path": "corp.ldif"}, CROWD: {**self.kind, **crowd}}, **more
        )

    def changing(self, mode: Mode, settings: Settings | None = None, **job: Any) -> Changing:
        self.runs += 1
        mappings = tuple(self.story.mappings.values())
        asked = Job(
            mode=mode,
            settings=settings or self.settings(),
            policy=Policy(mappings, None, (), "digest", {}),
            store=self.store,
            progress=lambda *_: None,
            clock=lambda: self.now,
            stop=self.stop,
            **job,
        )
        snapshots = {"corp": self.story.corp.snapshot(self.story.mappings), CROWD: self.story.crowd.snapshot()}
        facts = {name: observed(name, value, "GET", NOW.isoformat()) for name, value in KNOWN.items()}
        changing = Changing(asked, f"run-{self.runs}", Estate(snapshots, facts=facts), snapshots, self.last_reads)
        changing.plan_and_guard()
        self.planned = changing.plan.changes if changing.plan else ()
        return changing

    def sync(self, mode: Mode = Mode.SYNC, **job: Any) -> Changing:
        changing = self.changing(mode, **job)
        changing.apply()
        self.now += timedelta(hours=24)
        return changing

    def links(self) -> list[UserLink]:
        with self.store.links() as links:
            return list(links.users(CROWD, "customers"))


@pytest.fixture
def nights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nights]:
    story = Story().mapping(DEFAULTS, missing="remove")
    story.corp.person("ana")
    store = Store(f"sqlite:///{tmp_path / 'dirsync.db'}")
    nights = Nights(story, store)
    monkeypatch.setitem(build.CREWS, CrowdSettings, nights.make_crew)
    yield nights
    store.close()


def test_a_sync_plans_carries_out_and_remembers_so_that_the_next_one_has_nothing_to_do(nights: Nights) -> None:
    first = nights.sync()
    assert steps(first.plan) == ["create_group portal-all", "create_user ana", "add_member ana > portal-all"]
    assert [outcome.result for outcome in first.outcomes] == [Result.DONE] * 3
    assert [link.target_id for link in nights.links()] == ["key-1"]
    assert nights.target.is_closed
    second = nights.sync()
    assert (steps(second.plan), second.outcomes, second.notices) == ([], (), [])


def test_before_anything_was_planned_there_is_nothing_to_apply(nights: Nights) -> None:
    settings = nights.settings()
    job = Job(Mode.SYNC, settings, Policy((), None, (), "", {}), nights.store, lambda *_: None)
    changing = Changing(job, "run-1", Estate(), {}, {})
    changing.apply()
    assert (changing.plan, changing.outcomes, changing.is_refused) == (None, (), False)


def test_a_mapping_without_a_target_is_planned_for_nowhere(nights: Nights) -> None:
    mapping = nights.story.mappings["customers"]
    nights.story.mappings["customers"] = replace(mapping, content=mapping.content.model_copy(update={"target": None}))
    changing = nights.changing(Mode.PLAN)
    assert changing.plan.changes == ()
    assert changing.refusals == ()


def test_a_request_to_stop_waits_for_the_change_under_way(nights: Nights) -> None:
    nights.sync()
    assert nights.target.was_deferred == [True] * 3
    assert not nights.stop.is_deferred


def test_a_target_is_closed_and_stops_are_heard_again_when_apply_breaks(nights: Nights) -> None:
    nights.target_options = {"dies_at": 2}
    with pytest.raises(Killed):
        nights.sync()
    assert nights.target.is_closed
    assert not nights.stop.is_deferred


def test_a_run_that_was_killed_is_settled_first_and_that_is_told(nights: Nights) -> None:
    nights.target_options = {"dies_at": 2, "acts_before_it_ends": True}
    with pytest.raises(Killed):
        nights.sync()
    nights.target_options = {}
    looked = nights.changing(Mode.PLAN)
    assert looked.notices == []
    assert steps(looked.plan) == ["add_member ana > portal-all"]
    assert len(nights.store.journal.open_intents()) == 2, "a plan holds no lock, so it settles nothing"
    synced = nights.sync()
    assert synced.notices == [
        "Run run-1 ended without knowing what became of 2 changes; they were settled first, by looking at the target."
    ]
    assert [link.target_id for link in nights.links()] == ["key-1"]
    assert steps(nights.changing(Mode.PLAN).plan) == []


def killed_in_a_rename(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave a run behind that was killed when the server had renamed ana, but not yet done all that follows."""
    nights.story.corp.person("ana", display_name="Ana")
    nights.sync()
    monkeypatch.setitem(build.CREWS, LdapSettings, lambda name, *_: Crew([_target(nights, name)]))
    nights.kind = {"kind": "ldap", "url": "ldaps://tree.example.org", "bind_dn": "cn=w", "password": "secret"}
    ana = nights.story.corp.users["id-ana"]
    nights.story.corp.users["id-ana"] = ana._replace(username="anna")
    nights.target_options = {"dies_at": 1, "acts_before_it_ends": True}
    with pytest.raises(Killed):
        nights.sync()
    nights.target_options = {}


def _target(nights: Nights, name: str) -> ClosingTarget:
    nights.target = ClosingTarget(nights.story.directory(name), stop=nights.stop, **nights.target_options)
    return nights.target


HALF = (
    "A run was cut off when 'ana' had become 'anna' in crowd_customers, and groups there may still list the old name."
)


def test_a_rename_in_a_tree_that_was_cut_off_is_done_again_so_that_its_groups_follow(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_in_a_rename(nights, monkeypatch)
    rest = nights.sync()
    assert [(one.op, one.user, dict(one.after)) for one in nights.target.tried[:1]] == [
        (Op.RENAME_USER, "ana", {"username": "anna"})
    ]
    assert nights.target.is_closed
    assert "it was settled first" in " ".join(rest.notices)
    assert HALF not in " ".join(rest.notices)
    assert nights.store.journal.open_intents() == ()


def test_a_rename_that_was_cut_off_waits_open_while_nothing_may_be_written(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_in_a_rename(nights, monkeypatch)
    before = nights.target
    read_only = nights.changing(Mode.SYNC, settings=nights.settings(read_only=True))
    assert read_only.notices == [f"{HALF} The next run without DIRSYNC_READ_ONLY sees to it."]
    assert nights.target is before
    assert len(nights.store.journal.open_intents()) == 1
    nights.sync()
    assert nights.target.tried[0].after == {"username": "anna"}
    assert nights.store.journal.open_intents() == ()


def test_a_rename_that_can_t_be_finished_is_told_and_tried_again(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_in_a_rename(nights, monkeypatch)
    nights.target_options = {"refuses": lambda change: change.op is Op.RENAME_USER}
    assert nights.sync().notices == [f"{HALF} The next run tries again, since it could not be done: not allowed"]
    nights.target_options = {}
    assert "settled first" in " ".join(nights.sync().notices)
    assert nights.store.journal.open_intents() == ()


def test_a_rename_that_the_server_did_not_come_to_is_planned_again_not_finished(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_in_a_rename(nights, monkeypatch)
    anna = nights.story.crowd.users["key-1"]
    nights.story.crowd.users["key-1"] = anna._replace(username="ana")
    again = nights.sync()
    assert steps(again.plan) == ["rename_user ana > anna"]
    assert nights.store.journal.open_intents() == ()


def test_a_plan_writes_nothing_but_itself(nights: Nights) -> None:
    nights.changing(Mode.PLAN)
    assert nights.target is None
    assert nights.links() == []
    assert nights.store.journal.open_intents() == ()


def test_a_rehearsal_tells_what_it_would_do_and_keeps_nothing(nights: Nights) -> None:
    nights.story.crowd.person("ana", "key-by-hand", display_name="ana")
    rehearsed = nights.sync(Mode.REHEARSAL)
    assert [outcome.message for outcome in rehearsed.outcomes] == [
        "rehearsal: would create group portal-all", "rehearsal: would add member ana",
    ]  # fmt: skip
    assert nights.links() == []
    assert nights.target is None
    assert nights.store.journal.open_intents() == ()


def test_a_refused_plan_changes_nothing_and_remembers_nothing(nights: Nights) -> None:
    nights.sync()
    nights.story.corp.without("id-ana")
    nights.story.crowd.person("stranger")
    nights.last_reads = {"corp": LastRead(users=1000)}
    refused = nights.sync()
    assert refused.is_refused
    assert refused.outcomes == ()
    assert [link.missed for link in nights.links()] == [0], "a night that is refused is not a proof"
    allowed = nights.sync(allowances=Allowances(removals=1000))
    assert not allowed.is_refused
    assert [link.missed for link in nights.links()] == [1]


def test_only_a_sync_counts_somebody_as_missing(nights: Nights) -> None:
    nights.sync()
    nights.story.crowd.members.add(("gid-portal-all", nights.story.crowd.person("by-hand")))
    nights.story.corp.without("id-ana")
    nights.sync(Mode.APPLY)
    assert [link.missed for link in nights.links()] == [0]
    nights.sync()
    assert [link.missed for link in nights.links()] == [1]
    removed = nights.sync()
    assert steps(removed.plan) == ["remove_user ana"]
    assert list(nights.story.crowd.users) == ["id-by-hand"]


def test_an_apply_remembers_who_was_adopted_and_who_came_back(nights: Nights) -> None:
    nights.story.crowd.person("ana", "key-by-hand")
    nights.sync(Mode.APPLY)
    assert [link.target_id for link in nights.links()] == ["key-by-hand"]
    nights.story.corp.without("id-ana")
    nights.sync()
    nights.story.corp.person("ana")
    nights.sync(Mode.APPLY)
    assert [link.missed for link in nights.links()] == [0]


def reviewed(nights: Nights) -> Any:
    content = saved_form(nights.changing(Mode.PLAN).plan, "digest", nights.now)
    return read_saved(content, "plan.json", nights.now)


def test_the_reviewed_plan_is_applied(nights: Nights) -> None:
    applied = nights.sync(Mode.APPLY, reviewed=reviewed(nights))
    assert [outcome.result for outcome in applied.outcomes] == [Result.DONE] * 3


def test_another_plan_than_the_reviewed_one_is_refused_with_the_differences(nights: Nights) -> None:
    plan = reviewed(nights)
    nights.story.corp.person("bob")
    with pytest.raises(PlanRefused, match=r"not what was reviewed; nothing was changed:\n\+ create_user bob"):
        nights.sync(Mode.APPLY, reviewed=plan)
    assert nights.target is None


def test_a_rehearsal_of_another_plan_than_the_reviewed_one_is_refused_too(nights: Nights) -> None:
    plan = reviewed(nights)
    nights.story.corp.without("id-ana")
    with pytest.raises(PlanRefused):
        nights.sync(Mode.REHEARSAL, reviewed=plan)


@pytest.mark.parametrize("mode", [Mode.SYNC, Mode.APPLY])
def test_read_only_refuses_every_write(nights: Nights, mode: Mode) -> None:
    with pytest.raises(UsageInvalid, match="DIRSYNC_READ_ONLY is set, so none of 3 changes was made"):
        nights.sync(mode, settings=nights.settings(read_only=True))
    assert nights.target is None
    assert nights.links() == []


def test_read_only_has_nothing_against_a_rehearsal_or_a_sync_without_changes(nights: Nights) -> None:
    read_only = nights.settings(read_only=True)
    assert len(nights.sync(Mode.REHEARSAL, settings=read_only).outcomes) == 3
    nights.sync()
    assert nights.sync(settings=read_only).outcomes == ()


def test_a_target_of_a_kind_that_cannot_be_written_is_planned_for_and_says_why(nights: Nights) -> None:
    nights.kind = {"kind": "jira", "jira_directory": "Jira Internal Directory"}
    planned = nights.sync()
    assert len(planned.plan.changes) == 3
    assert "can't write to" in planned.plan.unappliable[CROWD]
    assert planned.outcomes == ()


def test_a_file_is_planned_for_where_nobody_says_where_accounts_are_made(nights: Nights) -> None:
    nights.kind = {"kind": "ldif", "path": "out.ldif"}
    planned = nights.sync()
    assert len(planned.plan.changes) == 3
    assert "Set target.users.base" in planned.plan.unappliable[CROWD]
    assert planned.outcomes == ()


def test_an_incomplete_source_leaves_its_target_alone(nights: Nights) -> None:
    nights.story.corp.reason = "size limit of 500"
    synced = nights.sync()
    assert "size limit of 500" in synced.plan.unappliable[CROWD]
    assert synced.outcomes == ()
    assert nights.target is None


def stops_after(nights: Nights, number: int) -> Callable[[Change], bool]:
    def refuses(change: Change) -> bool:
        nights.stop.is_set = len(nights.target.tried) >= number
        return not change

    return refuses


def test_a_request_to_stop_ends_the_run_between_two_changes_and_the_next_run_does_the_rest(nights: Nights) -> None:
    nights.target_options = {"refuses": stops_after(nights, 1)}
    stopped = nights.sync()
    assert [outcome.result for outcome in stopped.outcomes] == [Result.DONE, Result.NOT_TRIED, Result.NOT_TRIED]
    nights.stop.is_set, nights.target_options = False, {}
    assert steps(nights.sync().plan) == ["create_user ana", "add_member ana > portal-all"]


def test_guards_see_the_crowd_application_and_who_was_adopted_tonight(nights: Nights) -> None:
    for number in range(40):
        nights.story.crowd.person(f"p{number}", f"hand-{number}")
        nights.story.corp.person(f"p{number}", active=number >= 5)
    refusals = [refusal for refusal in nights.changing(Mode.PLAN).refusals if refusal.refused]
    [refused] = [refusal for refusal in refusals if refusal.guard == "removals"]
    assert "deactivates 5 of 40 people, 12.5%" in refused.message
