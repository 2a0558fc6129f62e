"""Kill it anywhere (design, promise 6): whatever is interrupted, the next night ends where no interruption would."""

import pytest
from unit.plan.fakes import FakeTarget, Killed
from unit.plan.stories import CROWD, CUSTOMERS, Story, steps

from dirsync.apply import apply
from dirsync.model.links import UserLink
from dirsync.model.plans import Op, Result


@pytest.fixture(autouse=True)
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a plan of a dozen changes take several commits."""
    monkeypatch.setattr(apply, "GROUP", 3)


def eventful() -> Story:
    """Tonight brings a rename, a new person and group, somebody off, somebody on, somebody gone, a group gone."""
    story = Story().mapping(CUSTOMERS, missing="remove", missing_after=1, missing_groups="remove")
    corp = story.corp
    for name in ("ana", "bob", "cyd", "dan"):
        corp.person(name)
    corp.person("zoe", active=False)
    corp.group("portal-a", "id-ana", "id-bob", "id-cyd", description="one")
    corp.group("portal-b", "id-ana")
    story.nightly()
    by_hand = story.crowd.person("by-hand")
    story.crowd.members.add(("gid-portal-a", by_hand))
    corp.person("anna", "id-ana")
    corp.person("bob", active=False)
    corp.person("new")
    corp.person("zoe")
    corp.group("portal-a", "id-new", description="two")
    corp.group("portal-c", "id-new")
    corp.members.discard(("gid-portal-a", "id-cyd"))
    corp.without("id-dan", "gid-portal-b")
    return story


PLANNED = len(eventful().plan().changes)


def held(story: Story) -> object:
    """Return what the target holds, with the ids, which must not change over a crash."""
    people = {user.id: user for user in story.crowd.users.values()}
    groups = {group.name: group.description for group in story.crowd.groups.values()}
    return people, groups, {name: story.crowd.members_of(name) for name in groups}


def linked(story: Story) -> set[tuple[object, ...]]:
    """Return the links, without the name an account had when it was last seen."""
    return {
        (link.mapping, link.source_id, link.target_id, link.is_deactivated) if isinstance(link, UserLink) else (link,)
        for link in story.links.all.values()
    }


def ends_well(story: Story) -> None:
    acted_on_last_night = [change.id for change in story.last_target[CROWD].acted]
    story.nightly()
    acted = acted_on_last_night + [change.id for change in story.last_target[CROWD].acted]
    assert len(acted) == len(set(acted)), "nothing is done twice"
    undisturbed = eventful().nightly()
    assert held(story) == held(undisturbed)
    assert linked(story) == linked(undisturbed)
    assert story.journal.open_intents() == ()
    assert steps(story.plan()) == []
    story.nightly()
    assert held(story) == held(undisturbed)


def test_the_story_is_eventful_enough() -> None:
    ops = {change.op for change in eventful().plan().changes}
    assert len(ops) >= 11
    assert PLANNED > 3 * apply.GROUP


@pytest.mark.parametrize("is_at_once", [False, True], ids=["with its last words", "at once"])
@pytest.mark.parametrize("acts", [False, True], ids=["before it acted", "after it acted"])
@pytest.mark.parametrize("change", range(1, PLANNED + 1))
def test_killed_at_any_change_the_next_night_does_the_rest_and_nothing_twice(
    change: int, *, acts: bool, is_at_once: bool
) -> None:
    story = eventful()
    journal = story.journal if is_at_once else None
    target = FakeTarget(story.crowd, dies_at=change, acts_before_it_ends=acts, takes_along=journal)
    with pytest.raises(Killed):
        story.sync(**{CROWD: target})
    story.journal.dies_at = 0
    assert len(target.acted) == change - (not acts)
    ends_well(story)


@pytest.mark.parametrize("committed", [False, True], ids=["before its commit", "after its commit"])
@pytest.mark.parametrize("write", range(1, -(-PLANNED // 3) + 2))
def test_killed_at_any_write_of_the_journal_the_next_night_does_the_rest_and_nothing_twice(
    write: int, *, committed: bool
) -> None:
    story = eventful()
    story.journal.dies_at, story.journal.dies_after_commit = story.journal.writes + write, committed
    with pytest.raises(Killed):
        story.sync()
    story.journal.dies_at = 0
    ends_well(story)


@pytest.mark.parametrize("acts", [False, True], ids=["before it acted", "after it acted"])
@pytest.mark.parametrize("change", range(1, PLANNED + 1))
def test_a_connection_lost_at_any_change_is_settled_as_a_crash_is(change: int, *, acts: bool) -> None:
    story = eventful()
    outcomes = story.sync(**{CROWD: FakeTarget(story.crowd, is_lost_at=change, acts_before_it_ends=acts)})
    assert [outcome.result for outcome in outcomes].count(Result.FAILED) == 1
    ends_well(story)


@pytest.mark.parametrize("change", range(1, PLANNED + 1))
def test_killed_twice_it_still_ends_well(change: int) -> None:
    story = eventful()
    with pytest.raises(Killed):
        story.sync(**{CROWD: FakeTarget(story.crowd, dies_at=change, acts_before_it_ends=True)})
    first = story.last_target[CROWD].acted
    if story.plan().changes:
        with pytest.raises(Killed):
            story.sync(**{CROWD: FakeTarget(story.crowd, dies_at=1, acts_before_it_ends=True)})
    second = [] if story.last_target[CROWD].acted is first else story.last_target[CROWD].acted
    assert not {change.id for change in first} & {change.id for change in second}
    story.nightly()
    assert held(story) == held(eventful().nightly())


@pytest.mark.parametrize("op", sorted({change.op for change in eventful().plan().changes}))
def test_a_refusal_of_one_kind_of_change_leaves_the_rest_done_and_heals_when_it_is_allowed(op: Op) -> None:
    story = eventful()
    outcomes = story.sync(**{CROWD: FakeTarget(story.crowd, refuses=lambda change: change.op is op)})
    assert Result.REFUSED in {outcome.result for outcome in outcomes}
    ends_well(story)


def test_a_target_that_could_not_be_read_after_the_crash_is_settled_when_it_can() -> None:
    story = eventful()
    with pytest.raises(Killed):
        story.sync(**{CROWD: FakeTarget(story.crowd, dies_at=5, acts_before_it_ends=True)})
    still_open = story.journal.open_intents()
    story.crowd.reason = "connection lost"
    assert story.sync() == []
    assert story.journal.open_intents() == still_open
    story.crowd.reason = ""
    story.nightly()
    assert held(story) == held(eventful().nightly())
