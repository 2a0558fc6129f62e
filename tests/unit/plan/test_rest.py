"""A plan that looks only at those of whom the last one's rest no longer tells is the plan that looks at everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unit.plan.stories import CROWD, CUSTOMERS, Story, steps
from unit.plan.test_at_rest import BY_HAND, CHANGES, POLICY, STAFF, account, changed, settled
from unit.plan.test_at_rest import account_of_somebody_else_too as one_account_for_two
from unit.plan.test_chunks import busy, told
from unit.plan.test_laws import NAMES, NIGHTS, tonight, world

from dirsync.model.links import MemberLink, UserLink
from dirsync.model.memory_snapshot import MemorySnapshot
from dirsync.model.rest import Rest
from dirsync.model.snapshot import WHOLE
from dirsync.plan import diff, people, rest
from dirsync.plan.plan import Planned, make_plan

EVERYBODY = {"id-0", "id-1", "id-2"}


@dataclass
class Remembered:
    """The Continuity of one Directory of a story: it remembers what each of its Snapshots told of everybody."""

    told: dict[str, dict[tuple[str, str], object]] = field(default_factory=dict)
    state: str = ""
    rest: Rest | None = None
    forgets: bool = False

    def begin(self, snapshot: MemorySnapshot, selections: list[str]) -> None:
        self.state = f"{snapshot.directory}-{len(self.told)}"
        self.told[self.state] = {
            (name, row[0]): (row[:-1], sorted(snapshot.groups_marked(row[-1])))
            for name in selections
            for row in snapshot.bare_users(name)
        }
        snapshot.continuity = self

    def changed_since(self, state: str) -> set[str] | None:
        if state not in self.told or self.forgets:
            return None
        before, now = self.told[state], self.told[self.state]
        return {key[1] for key in {*before, *now} if before.get(key) != now.get(key)}

    def note_rest(self, rest: Rest | None) -> None:
        self.rest = rest


@dataclass
class Nights:
    """A story whose plans are made with what is known of the last one, and compared with plans that know nothing."""

    story: Story
    remembered: dict[str, Remembered] = field(default_factory=dict)
    came: set[str] = field(default_factory=set)
    """Whom the last plan looked at, whether or not they were at rest."""

    def of(self, name: str) -> Remembered:
        return self.remembered.setdefault(name, Remembered())

    def plan(self) -> Planned:
        feeds, targets = self.story.feeds(), self.story.targets()
        readers: dict[str, tuple[MemorySnapshot, list[str]]] = {
            name: (target, [WHOLE]) for name, target in targets.items()
        }
        for feed in (feed for each in feeds.values() for feed in each):
            readers.setdefault(feed.source.directory, (feed.source, []))[1].append(feed.name)
        for name, (snapshot, selections) in readers.items():
            self.of(name).begin(snapshot, selections)
        self.came = set()

        def watched(*about: Any) -> Iterator[list[people.Person]]:
            among = about[-1]
            feeds_of_source = about[1]
            everybody = {user.id for feed in feeds_of_source for user in feed.users()}
            self.came |= everybody if among is None else everybody & set(among)
            return people.people(*about)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(diff, "people", watched)
            planned = make_plan(feeds, targets, self.story.links, self.story.now)
        assert told(planned) == told(self.story.planned())
        return planned

    def note(self, planned: Planned) -> None:
        for name, found in planned.rests.items():
            states = {mapping: self.story.links.state(name, mapping) for mapping in found.links} if found else {}
            self.of(name).note_rest(replace(found, links=states) if found else None)

    def night(self, number: int = 1) -> set[str]:
        """Plan, do what is planned, note the rest; return whom the last of the plans looked at."""
        for _ in range(number):
            planned = self.plan()
            self.story.nightly()
            self.note(planned)
        return self.came


def rested(story: Story | None = None) -> Nights:
    """Return nights after which everybody is at rest and that is noted."""
    nights = Nights(story or settled())
    nights.night(2)
    return nights


def test_first_everybody_is_looked_at_and_then_nobody() -> None:
    nights = Nights(settled())
    assert nights.night() == EVERYBODY
    assert nights.night() == set()
    assert nights.night() == set()


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_whatever_has_changed_is_in_the_plan(change: Callable[[Story], None]) -> None:
    nights = rested()
    change(nights.story)
    nights.plan()
    assert "id-1" in nights.came


@pytest.mark.parametrize(
    ("change", "number"),
    [
        (changed("corp", email="other"), 2),
        (changed("crowd", email="other"), 2),
        (changed("corp", username="other"), 3),
    ],
)
def test_only_who_has_changed_is_looked_at_until_a_plan_found_them_at_rest(
    change: Callable[[Story], None], number: int
) -> None:
    """A rename is in the store a night after it was made."""
    nights = rested()
    change(nights.story)
    for _ in range(number):
        assert nights.night() == {"id-1"}
    assert nights.night() == set()


def test_who_is_in_the_way_is_told_of_every_night() -> None:
    nights = rested()
    changed("corp", username=" p1")(nights.story)
    for _ in range(3):
        assert len(nights.plan().plan.obstacles) == 1
        assert nights.night() == {"id-1"}


def test_who_left_is_counted_as_missing_every_night() -> None:
    nights = rested(settled(missing="deactivate", missing_after=3))
    nights.story.corp.without("id-1")
    for _ in range(3):
        assert nights.night() == set()
        nights.story.now += timedelta(hours=24)
    assert nights.story.crowd.named("p1").active is False


def test_a_link_that_somebody_else_wrote_wakes_everybody() -> None:
    nights = rested()
    nights.story.links.record([MemberLink(CROWD, "customers", "id-2", "portal-z")])
    assert nights.night() == EVERYBODY


def test_links_of_another_target_or_mapping_wake_nobody() -> None:
    nights = rested()
    nights.story.links.record([UserLink("elsewhere", "customers", "id-2", "key", "p2")])
    nights.story.links.record([UserLink(CROWD, "others", "id-2", "key", "p2")])
    assert nights.night() == set()


@pytest.mark.parametrize("which", ["corp", CROWD])
def test_without_continuity_everybody_is_looked_at(which: str) -> None:
    nights = rested()
    nights.of(which).forgets = True
    assert nights.night() == EVERYBODY


def test_another_mapping_or_another_setting_wakes_everybody() -> None:
    nights = rested()
    nights.story.mapping(CUSTOMERS, missing="remove")
    assert nights.night() == EVERYBODY
    nights.night()
    nights.story.mapping(STAFF)
    nights.story.directory("hr").person("hans", "hr-1", display_name="Hans")
    assert nights.night() == EVERYBODY | {"hr-1"}


def test_a_half_read_directory_notes_nothing_and_builds_on_nothing() -> None:
    nights = rested()
    nights.story.corp.reason = "size limit of 500"
    planned = nights.plan()
    assert (planned.rests, nights.came) == ({CROWD: None}, EVERYBODY)


def test_a_plan_that_is_not_noted_leaves_the_rest_as_it_was() -> None:
    nights = rested()
    changed("corp", email="other")(nights.story)
    nights.plan()
    changed("corp", email="another")(nights.story)
    assert nights.night() == {"id-1"}


def test_two_who_share_an_account_wake_everybody_once() -> None:
    nights = rested()
    one_account_for_two(nights.story)
    assert nights.night() == EVERYBODY


def test_a_name_that_another_mapping_brings_as_well_is_looked_at() -> None:
    nights = rested(settled().mapping(STAFF.replace("name: staff", "name: a-staff")))
    nights.story.directory("hr").person("P1", "hr-1")
    assert nights.night() == {"hr-1", "id-1"}
    nights.story.directory("hr").without("hr-1")
    assert nights.night() == {"id-1"}


def test_more_than_are_quicker_looked_up_are_all_read(monkeypatch: pytest.MonkeyPatch) -> None:
    nights = rested()
    monkeypatch.setattr(rest, "MOST", 1)
    for name in ("p0", "p1"):
        person = nights.story.corp.named(name)
        nights.story.corp.users[person.id] = person._replace(email="other")
    assert nights.night() == EVERYBODY
    assert nights.of(CROWD).rest is None, "two were restless"
    assert nights.night() == EVERYBODY
    assert nights.night() == set()


def test_an_account_that_is_gone_is_made_again() -> None:
    nights = rested()
    nights.story.crowd.without(account(nights.story, "p1"))
    assert steps(nights.plan().plan)[0] == "create_user p1"
    assert nights.came == {"id-1"}


def test_a_busy_night_is_the_same_plan() -> None:
    nights = Nights(busy())
    nights.night(4)
    assert nights.night() == {"id-08"}, "whoever is taken by several Mappings of a target is planned in full"


HAPPENINGS = st.lists(
    st.one_of(
        st.tuples(st.just("rename there"), st.integers(0, 9), NAMES),
        st.tuples(st.just("remove there"), st.integers(0, 9), st.none()),
        st.tuples(st.just("leave there"), st.integers(0, 9), st.none()),
        st.tuples(st.just("made there"), st.integers(0, 9), NAMES),
        st.tuples(st.just("link lost"), st.integers(0, 9), st.none()),
    ),
    max_size=2,
)


def happen(story: Story, happening: tuple[str, int, Any]) -> None:
    """Let somebody else do something on the target, or in the store."""
    what, number, name = happening
    crowd = story.crowd
    if what in {"made there", "rename there"} and crowd.named(name):
        return  # a name belongs to one account there
    if what == "made there":
        crowd.person(name, f"made-{len(crowd.users)}-{number}")
    elif what == "link lost" and story.links.all:
        story.links.forget([story.links.all[sorted(story.links.all)[number % len(story.links.all)]]])
    elif what == "leave there" and crowd.members:
        crowd.members.discard(sorted(crowd.members)[number % len(crowd.members)])
    elif crowd.users and what in {"rename there", "remove there"}:
        user = crowd.users[sorted(crowd.users)[number % len(crowd.users)]]
        if what == "remove there":
            crowd.without(user.id)
        else:
            crowd.users[user.id] = user._replace(username=name)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(policy=POLICY, by_hand=BY_HAND, nights=NIGHTS, happened=st.lists(HAPPENINGS, max_size=4), stay=st.booleans())
def test_whatever_the_nights_the_plan_is_the_same(policy, by_hand, nights, happened, stay) -> None:
    story = world(policy, by_hand)
    told_of = Nights(story)
    for number, night in enumerate(nights):
        tonight(story, night)
        told_of.night()
        for happening in happened[number] if number < len(happened) else ():
            happen(story, happening)
        if stay:
            told_of.night()
