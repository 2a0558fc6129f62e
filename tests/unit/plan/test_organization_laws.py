"""Laws of organisations, over made-up nights: what was applied is not planned again, and nobody else's is touched."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.plan.fakes import Killed
from unit.plan.organization_stories import PLAIN, REMOVING, JiraTarget, OrganizationStory, organization_steps

from dirsync.model.organizations import AS_GROUP, ORGANIZATIONS, as_group_change, as_organization_change
from dirsync.model.plans import Change, Op

NAMES = ("ana", "bob", "cyd")
PLACES = ("", "Acme", "ACME", "Globex", "Initech")
night = st.fixed_dictionaries({name: st.sampled_from([None, *PLACES]) for name in NAMES})
nights = st.lists(night, min_size=1, max_size=4)
mappings = st.sampled_from([PLAIN, REMOVING, "{attribute: o}", '{attribute: o, service_projects: {"A*": HELP}}'])


def begun(organizations: str) -> OrganizationStory:
    story = OrganizationStory().carrying(organizations, people="remove")
    story.make("Globex", "old-hand", serves=("HELP",))
    story.make("Umbrella", "old-hand")
    return story


@given(mappings, nights)
@settings(max_examples=60, deadline=None)
def test_what_was_applied_is_not_planned_again(organizations: str, told: list[dict[str, Any]]) -> None:
    story = begun(organizations)
    for people in told:
        story.belong(**people).nightly()
    story.nightly()
    assert organization_steps(story.plan()) == []
    there = {name: place for name, place in told[-1].items() if place}
    for place in {place.lower() for place in there.values()}:
        inside = {name for name, other in there.items() if other.lower() == place}
        assert story.inside(place) - {"old-hand"} == inside


@given(mappings, nights)
@settings(max_examples=60, deadline=None)
def test_nobody_and_nothing_of_somebody_elses_is_touched(organizations: str, told: list[dict[str, Any]]) -> None:
    story = begun(organizations)
    for people in told:
        story.belong(**people)
        for change in story.plan().changes:
            is_a_strangers = change.user == "old-hand" or change.group == "Umbrella"
            assert not (change.directory == ORGANIZATIONS and is_a_strangers)
            assert not (change.op is Op.REMOVE_ORGANIZATION and change.group == "Globex")
        story.nightly()
    assert (story.inside("Umbrella"), "old-hand" in story.inside("Globex")) == ({"old-hand"}, True)


@given(nights, st.integers(1, 8), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_run_that_is_killed_is_gone_on_with(told: list[dict[str, Any]], dies_at: int, acts: bool) -> None:  # noqa: FBT001 - drawn
    undisturbed, killed = begun(REMOVING), begun(REMOVING)
    for people in told:
        undisturbed.belong(**people).sync()
        killed.belong(**people)
        mortal = JiraTarget(killed.jira, dies_at=dies_at, dies_after_acting=acts)
        with suppress(Killed):
            killed.sync(**{ORGANIZATIONS: mortal})
        for story in (undisturbed, killed):
            story.sync()  # whose account was made a moment ago is put in now, killed or not
    for story in (undisturbed, killed):
        story.nightly(2)
        assert organization_steps(story.plan()) == []
    assert held(killed) == held(undisturbed)


def held(story: OrganizationStory) -> list[tuple[str, set[str], set[str]]]:
    names = sorted(group.name for group in story.jira.groups.values())
    return [(name, story.inside(name), story.served(name)) for name in names]


def test_half_a_read_never_ends_anything() -> None:
    story = begun(REMOVING).belong(ana="Acme", bob="Acme", cyd="Initech").nightly(2)
    story.belong(ana=None, bob="Globex", cyd="Acme")
    story.corp.reason = "the connection broke"
    gone = {Op.REMOVE_FROM_ORGANIZATION, Op.UNLINK_ORGANIZATION, Op.REMOVE_ORGANIZATION}
    assert not gone & {change.op for change in story.plan().changes}


@pytest.mark.parametrize("op", AS_GROUP)
def test_a_change_is_the_same_one_after_it_was_about_groups(op: Op) -> None:
    served = {"service_project": "HELP"}
    touched = {
        Op.CREATE_ORGANIZATION: ({}, {"name": "Acme"}),
        Op.REMOVE_ORGANIZATION: ({"name": "Acme"}, {}),
        Op.LINK_ORGANIZATION: ({}, served),
        Op.UNLINK_ORGANIZATION: (served, {}),
    }
    before, after = touched.get(op, ({}, {}))
    user = "ana" if touched.keys().isdisjoint({op}) else ""
    change = Change(op, ORGANIZATIONS, "customers", user, group="Acme", group_id="7", before=before, after=after)
    assert as_organization_change(as_group_change(change)) == change
    untouched = Change(Op.ADD_MEMBER, "crowd", "customers", "ana", group="portal")
    assert as_group_change(untouched) is untouched
