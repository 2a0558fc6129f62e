"""Laws that hold whatever the source and the target hold, over several nights of change."""

from __future__ import annotations

import random
from copy import deepcopy
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unit.plan.fakes import FakeTarget, Killed
from unit.plan.stories import CROWD, CUSTOMERS, ENDING, Story, step, steps

from dirsync.apply import apply
from dirsync.model.entries import Quarantined
from dirsync.model.links import GroupLink, MemberLink, UserLink
from dirsync.model.names import fold, nfc
from dirsync.model.plans import Op, Result

QUICK = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])

NAMES = st.sampled_from(
    ["ana", "Ana", "bob", "BOB ", "caf\u00e9", "cafe\u0301", "d", "stra\u00dfe", "STRASSE", "\u202eeve"]
)
ADDRESSES = st.sampled_from(["", "one@example.org", "two@example.org", "ONE@example.org"])
GROUPS = st.sampled_from(["portal-a", "Portal-A", "portal-b", "team-x", "portal-", "all"])
TAKEN_BY = st.sampled_from([("customers",), ("partners",), ("customers", "partners")])


@dataclass
class Person:
    number: int
    name: str
    email: str
    active: bool
    taken_by: tuple[str, ...]
    groups: list[str]
    is_left_out: bool


PERSON = st.builds(
    Person, number=st.integers(0, 5), name=NAMES, email=ADDRESSES, active=st.booleans(), taken_by=TAKEN_BY,
    groups=st.lists(GROUPS, max_size=3), is_left_out=st.sampled_from([False] * 7 + [True]),
)  # fmt: skip
NIGHT = st.lists(PERSON, max_size=6, unique_by=lambda person: person.number)
NIGHTS = st.lists(NIGHT, min_size=1, max_size=4)
BY_HAND = st.lists(st.tuples(NAMES, ADDRESSES, st.lists(GROUPS, max_size=2), st.booleans()), max_size=3,
                   unique_by=lambda one: fold(one[0]))  # fmt: skip
POLICY = st.fixed_dictionaries({
    "missing": st.sampled_from(["keep", "deactivate", "remove"]),
    "missing_groups": st.sampled_from(["keep", "remove"]),
    "missing_after": st.just(1),
})  # fmt: skip


def tonight(story: Story, people: list[Person]) -> None:
    """Let the source hold exactly these people, in groups that nest each other."""
    corp = story.corp
    corp.users.clear()
    corp.groups.clear()
    corp.members.clear()
    corp.quarantined.clear()
    for person in people:
        user_id = f"id-{person.number}"
        if person.is_left_out:
            corp.quarantined.append(Quarantined(f"uid={person.name}", "its id is not its own", user_id))
            continue
        corp.person(person.name, user_id, email=person.email, active=person.active, taken_by=person.taken_by)
        for group in person.groups:
            corp.group(group, user_id)
    if {"gid-portal-a", "gid-team-x"} <= corp.groups.keys():
        corp.members |= {("gid-portal-a", "gid-team-x"), ("gid-team-x", "gid-portal-a")}


def world(policy: dict[str, object], by_hand: list[tuple[str, str, list[str], bool]]) -> Story:
    story = Story().mapping(CUSTOMERS + "default_groups: [all]\n", **policy)
    story.mapping(CUSTOMERS.replace("name: customers", "name: partners"), **policy)
    for number, (name, email, groups, active) in enumerate(by_hand):
        key = story.crowd.person(name, f"hand-{number}", email=email, active=active)
        for group in groups:
            found = story.crowd.group_named(group)
            story.crowd.members.add((found.id if found else story.crowd.group(group), key))
    return story


def held(story: Story) -> object:
    people = {fold(user.username): (user.email, user.display_name, user.active) for user in story.crowd.users.values()}
    return people, {fold(one.name): story.crowd.members_of(one.name) for one in story.crowd.groups.values()}


@QUICK
@given(policy=POLICY, by_hand=BY_HAND, nights=NIGHTS)
def test_everything_planned_can_be_carried_out_and_then_nothing_is_left_to_do(policy, by_hand, nights) -> None:
    story = world(policy, by_hand)
    for people in nights:
        tonight(story, people)
        planned = story.plan()
        story.nightly()
        if not planned.obstacles:
            assert steps(story.plan()) == []
    story.nightly(3)
    assert steps(story.plan()) == [], "names that removed people gave free are taken by now"


@QUICK
@given(policy=POLICY, by_hand=BY_HAND, nights=NIGHTS)
def test_after_a_night_the_target_shows_what_the_source_says_of_everybody_not_in_the_way(
    policy, by_hand, nights
) -> None:
    story = world(policy, by_hand)
    for people in nights:
        tonight(story, people)
        in_the_way = {fold(obstacle.name) for obstacle in story.plan().obstacles}
        story.nightly()
        for user in story.corp.users.values():
            account = story.crowd.named(user.username)
            if fold(user.username) in in_the_way:
                continue
            links = [link for link in story.links._of(UserLink, CROWD) if link.source_id == user.id]
            assert [link.target_id for link in links] == [account.id], "one person, one account"
            assert not user.email or nfc(account.email) == nfc(user.email)
            assert user.active or not account.active
            if "customers" in story.corp.selections[user.id]:
                assert account.username in story.crowd.members_of("all")
            for group_id, member in story.corp.members:
                name = story.corp.groups[group_id].name
                if member == user.id and fold(name).startswith("portal-") and len(name) > len("portal-"):
                    assert account.username in story.crowd.members_of(name)


@QUICK
@given(policy=POLICY, by_hand=BY_HAND, nights=NIGHTS)
def test_nothing_is_ended_that_dirsync_did_not_make_or_adopt(policy, by_hand, nights) -> None:
    story = world(policy, by_hand)
    for people in nights:
        tonight(story, people)
        links = deepcopy(story.links)
        planned = story.planned()
        links.record(link for link in planned.recorded if isinstance(link, UserLink))
        accounts = {link.target_id for link in links._of(UserLink, CROWD)}
        for change in planned.plan.changes:
            told = step(change)
            if change.op in {Op.REMOVE_USER, Op.DEACTIVATE_USER, Op.REACTIVATE_USER, Op.RENAME_USER}:
                assert change.user_id in accounts, told
            elif change.op is Op.REMOVE_MEMBER:
                ours = MemberLink(CROWD, change.mapping, change.source_id, fold(change.group))
                assert ours in story.links.all.values(), told
            elif change.op is Op.REMOVE_GROUP:
                assert GroupLink(CROWD, change.mapping, fold(change.group)) in story.links.all.values(), told
        story.nightly()


@QUICK
@given(policy=POLICY, by_hand=BY_HAND, nights=NIGHTS)
def test_without_links_nobody_and_nothing_is_taken_away(policy, by_hand, nights) -> None:
    story = world(policy, by_hand)
    for people in nights:
        tonight(story, people)
        story.nightly()
        lost = deepcopy(story)
        lost.links.all.clear()
        tonight(lost, nights[0])
        gone = {Op.REMOVE_USER, Op.REMOVE_MEMBER, Op.REMOVE_GROUP}
        assert not {change.op for change in lost.plan().changes} & gone


@QUICK
@given(policy=POLICY, by_hand=BY_HAND, nights=NIGHTS, which=st.sampled_from(["corp", CROWD]))
def test_half_a_read_ends_nothing_and_settles_no_link(policy, by_hand, nights, which) -> None:
    story = world(policy, by_hand)
    for people in nights:
        tonight(story, people)
        story.directory(which).reason = "size limit of 500"
        planned = story.planned()
        assert not {change.op for change in planned.plan.changes} & ENDING
        assert planned.plan.appliable == ()
        assert not planned.recorded
        assert not planned.forgotten
        story.directory(which).reason = ""
        story.nightly()


@QUICK
@given(policy=POLICY, by_hand=BY_HAND, nights=NIGHTS, seed=st.integers(0, 1000))
def test_the_order_of_records_never_shows(policy, by_hand, nights, seed) -> None:
    story = world(policy, by_hand)
    for people in nights:
        tonight(story, people)
        assert story.planned(random.Random(seed)).plan == story.plan()
        story.nightly()


@QUICK
@given(people=NIGHT)
def test_a_target_that_already_holds_everything_needs_nothing(people) -> None:
    story = world({"missing_after": 1}, [])
    tonight(story, people)
    story.nightly(2)
    story.links.all.clear()
    assert [told for told in steps(story.plan()) if not told.startswith("reactivate")] == []


@settings(QUICK, max_examples=200)
@given(
    policy=POLICY, by_hand=BY_HAND, nights=NIGHTS, at=st.integers(1, 12), acts=st.booleans(),
    how=st.sampled_from(["killed at a change", "lost at a change", "killed at a write"]),
)  # fmt: skip
def test_whatever_is_interrupted_ends_where_it_would_have_ended(policy, by_hand, nights, at, acts, how) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apply, "GROUP", 2)
        story, undisturbed = world(policy, by_hand), world(policy, by_hand)
        for people in nights:
            tonight(undisturbed, people)
            undisturbed.nightly(4)
        for people in nights:
            tonight(story, people)
            target = FakeTarget(story.crowd, acts_before_it_ends=acts, takes_along=story.journal)
            if how == "killed at a write":
                story.journal.dies_at, story.journal.dies_after_commit = story.journal.writes + at, acts
            else:
                setattr(target, "dies_at" if how == "killed at a change" else "is_lost_at", at)
            try:
                story.sync(**{CROWD: target})
            except Killed:
                story.journal.dies_at = 0
            story.journal.dies_at = 0
            story.nightly(3)
            assert story.journal.open_intents() == ()
        assert held(story) == held(undisturbed)
        assert Result.FAILED not in {one.result for one in story.journal.outcomes.values() if one}
