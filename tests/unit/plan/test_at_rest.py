"""Whoever needs nothing is passed over, and no plan shows it: side by side with planning everybody in full."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from unit.plan.stories import CROWD, CUSTOMERS, Story, obstacles, steps
from unit.plan.test_chunks import busy, told
from unit.plan.test_laws import BY_HAND, NIGHTS, POLICY, tonight, world

from dirsync.model.links import MemberLink, UserLink
from dirsync.plan import at_rest, diff, people
from dirsync.plan.accounts import LONGEST_NAME
from dirsync.plan.plan import Planned

STAFF = CUSTOMERS.replace("name: customers", "name: staff").replace("directory: corp", "directory: hr")
MANY_NIGHTS = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Nobody:
    """Has everybody planned in full."""

    def __init__(self, *_: object) -> None:
        pass

    def among(self, *_: object) -> set[str]:
        return set()


def in_full(story: Story) -> Planned:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(diff, "AtRest", Nobody)
        return story.planned()


def passed_over(story: Story) -> set[str]:
    """Plan, insist that planning everybody in full comes to the same, and return who of the sources did not come."""
    came: set[str] = set()

    def watched(*about: Any) -> Iterator[list[people.Person]]:
        for chunk in people.people(*about):
            came.update(person.id for person in chunk)
            yield chunk

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(diff, "people", watched)
        planned = story.planned()
    assert told(planned) == told(in_full(story))
    return {one for mapping in story.mappings.values() for one in story.directory(mapping.source).users} - came


def settled(number: int = 3, text: str = CUSTOMERS, **target: object) -> Story:
    story = Story().mapping(text, **target)
    for one in range(number):
        story.corp.person(f"p{one}", f"id-{one}", first_name="P", last_name=f"{one}", display_name=f"P {one}")
    story.corp.group("portal-a", "id-0", "id-1")
    story.corp.group("portal-b", "id-1")
    return story.nightly()


def account(story: Story, username: str) -> str:
    found = story.crowd.named(username)
    assert found
    return found.id


EVERYBODY = {"id-0", "id-1", "id-2"}


def test_after_a_night_everybody_is_passed_over() -> None:
    assert passed_over(settled()) == EVERYBODY
    by_default = settled(text=CUSTOMERS + "default_groups: [all, Everybody]\n")
    assert passed_over(by_default) == EVERYBODY


def changed(what: str, **shown: object) -> Callable[[Story], None]:
    def change(story: Story) -> None:
        place = story.corp if what == "corp" else story.crowd
        user = place.named("p1")
        assert user
        place.users[user.id] = user._replace(**shown)

    return change


def linked(**known: object) -> Callable[[Story], None]:
    def change(story: Story) -> None:
        link = story.links.user(CROWD, "customers", "id-1")
        assert link
        story.links.record([UserLink(**{name: getattr(link, name) for name in link.__slots__} | known)])

    return change


def drifted_out(story: Story) -> None:
    story.crowd.members.discard((story.crowd.group_named("portal-b").id, account(story, "p1")))


def moved_in_the_source(story: Story) -> None:
    story.corp.members.discard(("gid-portal-b", "id-1"))


def joined_in_the_source(story: Story) -> None:
    story.corp.group("portal-c", "id-1")


def removed_on_the_target(story: Story) -> None:
    story.crowd.without(account(story, "p1"))


def membership_forgotten(story: Story) -> None:
    story.links.forget([MemberLink(CROWD, "customers", "id-1", "portal-a")])


def membership_of_old(story: Story) -> None:
    story.links.record([MemberLink(CROWD, "customers", "id-1", "portal-gone")])


def account_of_somebody_else_too(story: Story) -> None:
    story.links.record([UserLink(CROWD, "customers", "id-of-old", account(story, "p1"), "p1")])


def namesake_on_the_target(story: Story) -> None:
    story.crowd.person("P1", "another")


def namesake_in_the_source(story: Story) -> None:
    story.corp.person("P1", "id-another")


def another_mapping_takes_them(story: Story) -> None:
    story.mapping(CUSTOMERS.replace("name: customers", "name: partners"))
    story.corp.selections |= dict.fromkeys(("id-0", "id-2"), ("customers",))


def another_mapping_took_them(story: Story) -> None:
    another_mapping_takes_them(story)
    story.corp.selections["id-1"] = ("customers",)
    story.links.record([UserLink(CROWD, "partners", "id-1", account(story, "p1"), "p1")])


def another_mapping_put_them_into_groups(story: Story) -> None:
    another_mapping_takes_them(story)
    story.corp.selections["id-1"] = ("customers",)
    story.links.record([MemberLink(CROWD, "partners", "id-1", "portal-a")])


def an_earlier_mapping_brings_the_name(story: Story) -> None:
    story.mapping(STAFF.replace("name: staff", "name: a-staff"))
    story.directory("hr").person("P1", "hr-1")


CHANGES = [
    *(changed("crowd", **{name: "other"}) for name in ("email", "first_name", "last_name", "display_name")),
    *(changed("corp", **{name: "other"}) for name in ("username", "email", "first_name", "last_name", "display_name")),
    *(changed(place, active=False) for place in ("corp", "crowd")),
    *(linked(**known) for known in ({"username": "p-before"}, {"missed": 1}, {"missed_at": "2026-11-19T01:00:00+00:00"},
                                    {"is_deactivated": True}, {"target_id": "another"})),
    *(drifted_out, moved_in_the_source, joined_in_the_source, removed_on_the_target),
    *(membership_forgotten, membership_of_old, account_of_somebody_else_too, namesake_on_the_target),
    *(namesake_in_the_source, another_mapping_takes_them, another_mapping_took_them),
    *(another_mapping_put_them_into_groups, an_earlier_mapping_brings_the_name),
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_whoever_has_changed_anywhere_is_planned_in_full(change: Callable[[Story], None]) -> None:
    story = settled()
    change(story)
    assert passed_over(story) == EVERYBODY - {"id-1"}


@pytest.mark.parametrize(
    "shown",
    [{"email": " p1@example.org"}, {"first_name": "P\u00a0"}, {"display_name": ""}, {"username": " p1"},
     {"username": "p" * LONGEST_NAME + "1"}],
)  # fmt: skip
def test_what_would_be_made_into_something_else_is_planned_in_full_though_both_show_it(shown: dict[str, str]) -> None:
    story = settled()
    changed("corp", **shown)(story)
    changed("crowd", **shown)(story)
    linked(username=shown.get("username", "p1"))(story)
    assert passed_over(story) == EVERYBODY - {"id-1"}


@pytest.mark.parametrize("username", [" p1", "p" * LONGEST_NAME + "1"])
def test_a_name_that_is_refused_is_told_of_every_night_though_an_account_bears_it(username: str) -> None:
    story = settled()
    changed("corp", username=username, display_name="")(story)
    changed("crowd", username=username, display_name="P 1")(story)
    linked(username=username)(story)
    assert passed_over(story) == EVERYBODY - {"id-1"}
    assert list(obstacles(story.plan())) == [username]


def test_what_is_on_the_target_by_hand_disturbs_nobody() -> None:
    story = settled()
    story.crowd.group("by-hand", account(story, "p1"))
    story.crowd.members.add((story.crowd.group_named("portal-a").id, account(story, "p2")))
    story.crowd.person("a-stranger", "stranger")
    assert passed_over(story) == EVERYBODY


def test_whoever_is_switched_off_on_both_sides_is_at_rest() -> None:
    story = settled()
    changed("corp", active=False)(story)
    story.nightly(2)
    assert not story.crowd.named("p1").active
    assert passed_over(story) == EVERYBODY


def test_people_of_several_mappings_are_at_rest_where_one_alone_knows_them() -> None:
    story = settled().mapping(STAFF).mapping(CUSTOMERS.replace("name: customers", "name: partners"))
    story.corp.selections |= {"id-0": ("customers",), "id-1": ("partners",), "id-2": ("customers", "partners")}
    story.directory("hr").person("hans", "hr-1", display_name="Hans")
    story.nightly(2)
    assert passed_over(story) == {"id-0", "id-1", "hr-1"}


def test_a_group_of_the_target_that_is_gone_is_missed_by_whoever_was_in_it() -> None:
    story = settled()
    story.crowd.without(story.crowd.group_named("portal-b").id)
    assert passed_over(story) == {"id-0", "id-2"}
    assert steps(story.plan()) == ["create_group portal-b", "add_member p1 > portal-b"]


def test_drift_on_the_target_is_repaired_every_night() -> None:
    story = settled()
    for drift in (drifted_out, changed("crowd", email="other@example.org"), removed_on_the_target):
        drift(story)
        assert steps(story.plan())
        story.nightly()
        assert steps(story.plan()) == []
        assert passed_over(story) == EVERYBODY


def test_more_verdicts_than_are_kept_are_given_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_rest, "REMEMBERED", 1)
    story = settled()
    assert passed_over(story) == EVERYBODY
    drifted_out(story)
    assert passed_over(story) == EVERYBODY - {"id-1"}


def test_a_busy_night_is_the_same_plan() -> None:
    story = busy()
    assert passed_over(story) == {"id-03", "id-09", "id-10"}, "taken by one Mapping alone, and as they were"


def test_what_is_made_of_somebody_is_at_rest_too() -> None:
    made = {"email": " p1@example.org\t", "first_name": "Jose\u0301", "last_name": "", "display_name": ""}
    story = settled()
    changed("corp", **made)(story)
    story.nightly()
    account = story.crowd.named("p1")
    assert (account.email, account.first_name, account.display_name) == ("p1@example.org", "Jos\u00e9", "Jos\u00e9")
    assert account.last_name == "1", "what the source leaves empty is left as it is"
    assert passed_over(story) == EVERYBODY
    for place in ("corp", "crowd"):
        changed(place, first_name="")(story)
        assert passed_over(story) == EVERYBODY - {"id-1"}
        changed(place, first_name="Jos\u00e9")(story)
    for way in ({"active": False}, {"username": "other"}):
        changed("corp", **way)(story)
        assert passed_over(story) == EVERYBODY - {"id-1"}
        person = story.corp.users["id-1"]
        story.corp.users["id-1"] = person._replace(active=True, username="p1")


@MANY_NIGHTS
@given(policy=POLICY, by_hand=BY_HAND, nights=NIGHTS)
def test_whatever_the_nights_the_plan_is_the_same(policy, by_hand, nights) -> None:
    story = world(policy, by_hand)
    for night in nights:
        tonight(story, night)
        passed_over(story)
        story.nightly()
        passed_over(story)
