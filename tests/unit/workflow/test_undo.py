"""Runs taken back, over the real store; only the target and the snapshots are in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from unit.plan.fakes import NOW, Directory, Killed
from unit.plan.stories import CROWD, Story, obstacles, steps
from unit.workflow.test_changing import DEFAULTS, KNOWN, Nights

from dirsync.apply.targets import build
from dirsync.errors import UsageInvalid
from dirsync.mapping.policy import Policy
from dirsync.model.estate import Estate
from dirsync.model.facts import observed
from dirsync.model.links import GroupLink, MemberLink, UserLink
from dirsync.model.plans import Change, Op, Result
from dirsync.model.run import Mode
from dirsync.plan.guards.interface import Allowances
from dirsync.settings.models import CrowdSettings
from dirsync.store.store import Store
from dirsync.workflow.changing import Changing
from dirsync.workflow.job import Job
from dirsync.workflow.undo import Undoing, check_known

ALL = Allowances(1000, 1000, 1000)


@dataclass
class Undos(Nights):
    """Nights, some of which take others back; every run is in the history."""

    facts: dict[str, Any] = field(default_factory=lambda: dict(KNOWN))

    def changing(self, mode: Mode, settings: Any = None, undoes: str = "", **job: Any) -> Changing:
        self.runs += 1
        run = f"run-{self.runs}"
        self.store.runs.begin(run, mode, self.now.isoformat())
        mappings = tuple(self.story.mappings.values())
        asked = Job(
            mode, settings or self.settings(), Policy(mappings, None, (), "digest", {}), self.store, lambda *_: None,
            allowances=ALL, clock=lambda: self.now, stop=self.stop, undoes=undoes,
        )  # fmt: skip
        asked = replace(asked, **job)
        snapshots = {"corp": self.story.corp.snapshot(self.story.mappings), CROWD: self.story.crowd.snapshot()}
        facts = {name: observed(name, value, "GET", NOW.isoformat()) for name, value in self.facts.items()}
        estate = Estate(snapshots, tuple(one.population() for one in mappings), facts=facts)
        changing = (Undoing if undoes else Changing)(asked, run, estate, snapshots, self.last_reads)
        changing.plan_and_guard()
        self.planned = changing.plan.changes if changing.plan else ()
        return changing

    def undo(self, run: str = "", **job: Any) -> Changing:
        """Take a run back, the newest one unless another is named."""
        return self.sync(Mode.UNDO, undoes=run or f"run-{self.runs}", **job)

    def kept(self) -> set[tuple[object, ...]]:
        """Return all links, with names for the target's ids, which are other ones for what was made anew."""
        names = {user.id: user.username for user in self.story.crowd.users.values()}
        with self.store.links() as links:
            users = [*links.users(CROWD, "customers")]
            others = [*links.members(CROWD, "customers"), *links.groups(CROWD, "customers")]
        return {*others, *(replace(one, target_id=names.get(one.target_id, "gone")) for one in users)}


def shown(crowd: Directory) -> dict[str, object]:
    """Return what a target holds, with names for ids."""
    names = {one.id: one.name for one in crowd.groups.values()}
    names |= {one.id: one.username for one in crowd.users.values()}
    return {
        "users": sorted(tuple(user[2:]) for user in crowd.users.values()),
        "groups": sorted((group.name, group.description) for group in crowd.groups.values()),
        "members": sorted((names[group], names[inner]) for group, inner in crowd.members),
    }


def never_missed(links: set[Any]) -> set[Any]:
    """Return links without who was missing: that is told by a read, and not by the changes it led to."""
    return {replace(one, missed=0, missed_at="") if isinstance(one, UserLink) else one for one in links}


@pytest.fixture
def nights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Undos]:
    story = Story().mapping(DEFAULTS, missing="remove", missing_after=1, missing_groups="remove")
    story.crowd.person("by-hand", "key-by-hand")
    story.crowd.group("portal-hand", "key-by-hand", description="made by hand")
    store = Store(f"sqlite:///{tmp_path / 'dirsync.db'}")
    nights = Undos(story, store)
    monkeypatch.setitem(build.CREWS, CrowdSettings, nights.make_crew)
    yield nights
    store.close()


def settled(nights: Undos) -> Undos:
    """Let three people and their group have been carried over."""
    corp = nights.story.corp
    people = [corp.person(name) for name in ("ana", "bob", "cem")]
    corp.group("portal-eu", *people[:2], description="Europe")
    nights.sync()
    return nights


def leave(nights: Undos) -> None:
    nights.story.crowd.members.add(("gid-portal-hand", nights.story.crowd.named("bob").id))
    nights.story.corp.without("id-bob")


def rename(nights: Undos) -> None:
    corp = nights.story.corp
    corp.person("anna", "id-ana")
    corp.person("ana", "id-new")


def alter(nights: Undos) -> None:
    corp = nights.story.corp
    corp.person("ana", "id-ana", email="", first_name="Ana", display_name="A")
    corp.person("bob", "id-bob", email="robert@example.org", active=False)
    corp.groups["gid-portal-eu"] = replace(corp.groups["gid-portal-eu"], description="EU")


def move(nights: Undos) -> None:
    corp = nights.story.corp
    corp.members -= {("gid-portal-eu", "id-ana")}
    corp.members |= {("gid-portal-eu", "id-cem")}
    corp.group("portal-us", "id-ana")


def end_group(nights: Undos) -> None:
    nights.story.corp.without("gid-portal-eu")
    crowd = nights.story.crowd
    crowd.members.add(("gid-portal-hand", crowd.group_named("portal-eu").id))


def everything(nights: Undos) -> None:
    rename(nights)
    nights.story.corp.without("id-bob", "gid-portal-eu")
    nights.story.corp.person("dee")
    nights.story.corp.person("cem", email="c@example.org", active=False)
    nights.story.corp.group("portal-asia", "id-ana", "id-dee")


STORIES: list[Callable[[Undos], None]] = [leave, rename, alter, move, end_group, everything]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_a_run_is_taken_back_whole_and_so_is_its_undo(nights: Undos, story: Callable[[Undos], None]) -> None:
    story(settled(nights))
    before, owned = shown(nights.story.crowd), nights.kept()
    done = nights.sync()
    assert done.outcomes
    after = shown(nights.story.crowd)
    assert after != before
    undone = nights.undo()
    assert {one.result for one in undone.outcomes} == {Result.DONE}
    assert (undone.plan.obstacles, undone.refusals and undone.is_refused) == ((), False)
    assert shown(nights.story.crowd) == before
    # who was missing in a read is told by that read, not by the changes it led to
    assert {
        replace(one, missed=0, missed_at="") if isinstance(one, UserLink) else one for one in nights.kept()
    } == owned
    again = nights.undo()
    assert {one.result for one in again.outcomes} == {Result.DONE}
    assert again.notices[-1] == "Run run-3 had taken another run back; what that one did is done again."
    assert shown(nights.story.crowd) == after


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_the_sync_after_an_undo_does_the_same_again(nights: Undos, story: Callable[[Undos], None]) -> None:
    story(settled(nights))
    done = nights.sync()
    after = shown(nights.story.crowd)
    undone = nights.undo()
    assert "The next 'dirsync sync' would do the same as run run-2 again" in undone.notices[-1]
    assert sorted(steps(nights.sync().plan)) == sorted(steps(done.plan))
    assert shown(nights.story.crowd) == after


@pytest.mark.parametrize("acts", [True, False])
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_an_undo_that_is_killed_anywhere_is_finished_by_the_next_one(
    nights: Undos, story: Callable[[Undos], None], *, acts: bool
) -> None:
    story(settled(nights))
    before, owned = shown(nights.story.crowd), nights.kept()
    number = len(nights.sync().outcomes)
    for dies_at in range(1, number + 1):
        nights.target_options = {"dies_at": dies_at, "acts_before_it_ends": acts}
        try:
            nights.undo("run-2")
        except Killed:
            continue
        finally:
            nights.target_options = {}
        break
    last = nights.undo("run-2")
    assert not last.plan.obstacles
    assert shown(nights.story.crowd) == before
    assert never_missed(nights.kept()) == owned


def test_a_run_that_was_killed_half_way_is_taken_back_as_far_as_it_came(nights: Undos) -> None:
    everything(settled(nights))
    before = shown(nights.story.crowd)
    nights.target_options = {"dies_at": 5, "acts_before_it_ends": True}
    with pytest.raises(Killed):
        nights.sync()
    nights.target_options = {}
    looked = nights.changing(Mode.UNDO_PLAN, undoes="run-2")
    assert len(looked.plan.changes) == 5
    assert nights.store.journal.open_intents(), "without the lock nothing is settled"
    undone = nights.undo("run-2")
    assert [one.id for one in undone.plan.changes] == [one.id for one in looked.plan.changes]
    assert any(notice.startswith("Run run-2 did not make ") for notice in undone.notices)
    assert shown(nights.story.crowd) == before


def test_a_failed_change_was_not_made_and_is_not_taken_back(nights: Undos) -> None:
    settled(nights)
    nights.story.corp.person("dee")
    nights.story.corp.person("eva")
    before = shown(nights.story.crowd)
    nights.target_options = {"refuses": lambda change: change.user == "dee"}
    nights.sync()
    nights.target_options = {}
    undone = nights.undo()
    assert steps(undone.plan) == ["remove_member eva > portal-all", "remove_user eva"]
    assert shown(nights.story.crowd) == before


def test_a_removed_person_comes_back_with_groups_and_another_id_and_that_is_said_before(nights: Undos) -> None:
    leave(settled(nights))
    key = nights.story.crowd.named("bob").id
    nights.sync()
    looked = nights.changing(Mode.UNDO_PLAN, undoes="run-2")
    lost = (
        "What the undo can't bring back: the ids and passwords of 1 removed account in crowd_customers: bob. Whoever "
        "is made anew has another id, and a password that nobody knows, or none."
    )
    assert lost in looked.notices
    assert looked.outcomes == ()
    nights.undo("run-2")
    bob = nights.story.crowd.named("bob")
    assert bob.id != key
    assert nights.story.crowd.members_of("portal-hand") == {"bob", "by-hand"}
    assert MemberLink(CROWD, "customers", "id-bob", "portal-eu") in nights.kept()
    assert MemberLink(CROWD, "customers", "id-bob", "portal-hand") not in nights.kept(), "that was never ours"
    [link] = [one for one in nights.kept() if isinstance(one, UserLink) and one.source_id == "id-bob"]
    assert (link.missed, link.missed_at) == (1, "2026-11-21T01:00:00+00:00")


def test_a_person_whom_somebody_else_had_disabled_stays_theirs_to_enable(nights: Undos) -> None:
    settled(nights)
    crowd = nights.story.crowd
    key = crowd.named("bob").id
    crowd.users[key] = crowd.users[key]._replace(active=False)
    nights.sync()
    nights.story.corp.without("id-bob")
    nights.sync()
    nights.undo()
    assert crowd.named("bob").active is False
    assert [one.is_deactivated for one in nights.links()] == [False] * 3
    nights.story.corp.person("bob")
    assert "dirsync did not do that" in obstacles(nights.sync().plan)["bob"]


def test_what_somebody_changed_since_stays_and_is_named_with_both_values(nights: Undos) -> None:
    alter(settled(nights))
    nights.sync()
    crowd = nights.story.crowd
    bob = crowd.named("bob")
    crowd.users[bob.id] = bob._replace(email="bobby@example.org")
    undone = nights.undo()
    assert obstacles(undone.plan) == {
        "bob": "was changed since (email: the run left 'robert@example.org', and it is 'bobby@example.org' now), "
        "so that stays"
    }
    now = crowd.named("bob")
    assert (now.email, now.active) == ("bobby@example.org", True)
    assert crowd.named("ana").display_name == "ana"


def test_runs_are_taken_back_newest_first(nights: Undos) -> None:
    settled(nights)
    corp = nights.story.corp
    for number in (1, 2):
        corp.person("ana", email=f"ana{number}@example.org")
        nights.sync()
    too_early = nights.undo("run-2")
    assert too_early.outcomes == ()
    assert obstacles(too_early.plan) == {
        "ana": "was changed since (email: the run left 'ana1@example.org', and it is 'ana2@example.org' now), so that "
        "stays; that was run run-3, so undo that one first"
    }
    nights.undo("run-3")
    assert nights.story.crowd.named("ana").email == "ana1@example.org"
    assert not nights.undo("run-2").plan.obstacles
    assert nights.story.crowd.named("ana").email == "ana@example.org"


def test_what_a_later_run_did_again_is_that_runs(nights: Undos) -> None:
    settled(nights)
    move(nights)
    nights.sync()
    nights.undo("run-2")
    nights.sync()
    twice = nights.undo("run-2")
    assert twice.outcomes == ()
    told = obstacles(twice.plan)["cem"]
    assert told == "was put into 'portal-eu' by the run and by a later one; that was run run-4, so undo that one first"


def test_an_undo_may_be_asked_for_twice(nights: Undos) -> None:
    everything(settled(nights))
    number = len(nights.sync().outcomes)
    nights.undo("run-2")
    before = shown(nights.story.crowd)
    again = nights.undo("run-2")
    assert (again.outcomes, again.plan.obstacles) == ((), ())
    assert again.notices == [f"Run run-2 made {number} changes of which nothing is left to take back."]
    assert shown(nights.story.crowd) == before


def test_guards_hold_for_an_undo_too(nights: Undos) -> None:
    settled(nights)
    mapping = nights.story.mappings["customers"]
    limits = mapping.content.guards.model_copy(update={"max_removals": 1})
    content = mapping.content.model_copy(update={"guards": limits})
    nights.story.mappings["customers"] = replace(mapping, content=content)
    refused = nights.undo("run-1", allowances=Allowances(member_removals=10))
    assert refused.is_refused
    assert nights.story.crowd.named("ana")
    [why] = [one.message for one in refused.refusals if one.refused]
    assert "run again with --allow-removals 3" in why
    assert not nights.undo("run-1", allowances=Allowances(3, 0, 10)).is_refused
    assert shown(nights.story.crowd)["users"] == [("by-hand", "by-hand@example.org", "", "", "", True, "")]


def test_no_customer_is_enabled_again_in_a_group_that_gives_a_seat(nights: Undos) -> None:
    settled(nights)
    crowd = nights.story.crowd
    crowd.group("jira-users", crowd.named("bob").id)
    nights.story.corp.person("bob", active=False)
    nights.sync()
    nights.facts["jira.administrative_groups"] = ("jira-users",)
    refused = nights.undo()
    assert crowd.named("bob").active is False
    [why] = [one.message for one in refused.refusals if one.refused]
    assert why == (
        "The undo enables 1 customer of 'customers' who are in 'jira-users' in crowd_customers, which gives access:"
        " jira-users > administration of Jira. Take it from the group, or them out of it."
    )
    del nights.facts["jira.administrative_groups"]
    unknown = nights.undo("run-2")
    assert crowd.named("bob").active is False
    assert any("nobody can say whether that group grants access" in one.message for one in unknown.refusals)


def test_a_target_that_was_not_read_whole_is_left_alone(nights: Undos) -> None:
    everything(settled(nights))
    nights.sync()
    nights.story.crowd.reason = "size limit"
    held = nights.undo()
    assert (held.plan.changes, held.outcomes) == ((), ())
    assert held.plan.unappliable == {CROWD: "crowd_customers itself was not read whole: size limit"}
    nights.story.crowd.reason, nights.story.corp.reason = "", "time limit"
    shown_only = nights.undo("run-2")
    assert shown_only.plan.changes
    assert shown_only.outcomes == ()


def test_changes_of_a_mapping_that_is_gone_stay_since_no_guard_would_count_them(nights: Undos) -> None:
    settled(nights)
    [mapping] = nights.story.mappings.values()
    nights.story.mappings = {"others": replace(mapping, content=mapping.content.model_copy(update={"name": "others"}))}
    undone = nights.changing(Mode.UNDO_PLAN, undoes="run-1")
    assert undone.plan.changes == ()
    assert obstacles(undone.plan) == {
        "customers": "does not write to crowd_customers now, so nothing says which guards hold for it, and 10 changes "
        "of the run stay; bring the mapping back as it was, or leave out --only"
    }
    nights.story.mappings = {}
    assert obstacles(nights.changing(Mode.UNDO_PLAN, undoes="run-1").plan).keys() == {"customers"}


def test_a_run_that_changed_nothing_or_never_was(nights: Undos) -> None:
    nights.changing(Mode.PLAN)
    nothing = nights.undo("run-1")
    assert nothing.notices == ["Run run-1 changed nothing that could be undone."]
    assert (nothing.plan.changes, nothing.outcomes) == ((), ())
    check_known(nights.store, "run-1")
    with pytest.raises(UsageInvalid, match=r"There is no run 'run-9' in the store\. 'dirsync history --json'"):
        check_known(nights.store, "run-9")


def test_a_run_of_an_older_dirsync_is_taken_back_as_far_as_it_is_known(nights: Undos, tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    leave(settled(nights))
    nights.sync()
    with closing(sqlite3.connect(tmp_path / "dirsync.db")) as connection, connection:
        connection.execute("UPDATE journal SET image = NULL")
    undone = nights.undo()
    assert steps(undone.plan) == ["create_user bob"]
    assert undone.notices[-2] == (
        "What the undo can't bring back: the groups in crowd_customers that bob stood in, for an older dirsync did not "
        "keep them; put them there by hand."
    )
    assert {link.source_id for link in nights.links()} == {"id-ana", "id-bob", "id-cem"}


def test_what_dirsync_owned_it_owns_again(nights: Undos) -> None:
    settled(nights)
    end_group(nights)
    nights.sync()
    assert GroupLink(CROWD, "customers", "portal-eu") not in nights.kept()
    nights.undo()
    assert GroupLink(CROWD, "customers", "portal-eu") in nights.kept()
    assert Change(Op.ADD_CHILD_GROUP, CROWD, "customers").op in {one.op for one in nights.planned}
