from dataclasses import replace
from datetime import timedelta

import pytest
from unit.plan.fakes import NOW
from unit.plan.stories import CROWD, CUSTOMERS, Story, obstacles, steps

from dirsync.model.entries import Quarantined
from dirsync.model.links import UserLink

PARTNERS = CUSTOMERS.replace("name: customers", "name: partners")


@pytest.fixture
def story() -> Story:
    """Ana was carried over last night and has left since."""
    story = Story().mapping(missing="remove")
    story.corp.person("ana")
    story.nightly()
    story.corp.without("id-ana")
    return story


def missed(story: Story) -> int:
    return story.links.user(CROWD, "customers", "id-ana").missed


def test_one_night_takes_nobody_away(story: Story) -> None:
    assert steps(story.plan()) == []
    story.nightly()
    assert missed(story) == 1


def test_missing_in_enough_nights_ends_the_account_and_tells_the_proof(story: Story) -> None:
    story.nightly()
    [change] = story.plan().changes
    assert (change.op, change.user, change.user_id) == ("remove_user", "ana", "key-1")
    assert change.reason == "missing from corp in 2 complete reads"
    assert dict(change.before) == {
        "username": "ana", "email": "ana@example.org", "first_name": "", "last_name": "", "display_name": "ana",
        "active": True,
    }  # fmt: skip
    story.nightly()
    assert story.crowd.users == {}
    assert story.links.user(CROWD, "customers", "id-ana") is None
    assert steps(story.plan()) == []


@pytest.mark.parametrize(("nights", "planned"), [(1, []), (2, []), (3, ["remove_user ana"])])
def test_missing_after_counts_the_reads_with_tonights(story: Story, nights: int, planned: list[str]) -> None:
    story.mapping(missing="remove", missing_after=3)
    story.nightly(nights - 1)
    assert steps(story.plan()) == planned


def test_missing_after_one_ends_at_once(story: Story) -> None:
    story.mapping(missing="remove", missing_after=1)
    assert steps(story.plan()) == ["remove_user ana"]
    assert story.plan().changes[0].reason == "missing from corp in 1 complete read"


@pytest.mark.parametrize(
    ("apart", "counts"),
    [
        (timedelta(hours=20), True),
        (timedelta(hours=19, minutes=59, seconds=59), False),
        (timedelta(0), False),
        (timedelta(hours=-30), False),
    ],
)
def test_only_reads_twenty_hours_apart_count(story: Story, apart: timedelta, *, counts: bool) -> None:
    story.nightly()
    story.now = NOW + timedelta(hours=24) + apart
    assert (steps(story.plan()) == ["remove_user ana"]) is counts


def test_a_read_that_a_wrong_clock_counted_in_the_future_stands_for_now(story: Story) -> None:
    story.now = NOW + timedelta(days=2000)
    story.nightly()
    story.now = NOW
    story.nightly()
    assert missed(story) == 1
    story.now = NOW + timedelta(hours=19)
    assert steps(story.plan()) == []
    story.now = NOW + timedelta(hours=20)
    assert steps(story.plan()) == ["remove_user ana"]


def test_many_reads_within_an_hour_are_one(story: Story) -> None:
    for _ in range(10):
        story.nightly()
        story.now -= timedelta(hours=24)
    assert missed(story) == 1
    assert list(story.crowd.users) == ["key-1"]


def test_who_comes_back_starts_from_nothing(story: Story) -> None:
    story.nightly()
    story.corp.person("ana")
    story.nightly()
    assert missed(story) == 0
    story.corp.without("id-ana")
    assert steps(story.plan()) == []


def test_who_comes_back_and_is_in_the_way_of_the_plan_starts_from_nothing_too(story: Story) -> None:
    story.nightly()
    story.corp.person("ana")
    story.corp.person("ANA", "id-namesake")
    story.nightly()
    assert missed(story) == 0


def test_kept_means_kept_however_long(story: Story) -> None:
    story.mapping(missing="keep")
    story.nightly(5)
    assert steps(story.plan()) == []
    assert missed(story) == 5


def test_deactivated_once_and_never_again(story: Story) -> None:
    story.mapping(missing="deactivate")
    story.nightly()
    assert steps(story.plan()) == ["deactivate_user ana"]
    story.nightly()
    assert not story.crowd.named("ana").active
    for _ in range(4):
        assert steps(story.plan()) == []
        story.nightly()
    story.corp.person("ana")
    assert steps(story.plan()) == ["reactivate_user ana"]


def test_an_account_that_somebody_removed_by_hand_is_forgotten(story: Story) -> None:
    story.nightly()
    story.crowd.users.clear()
    assert steps(story.plan()) == []
    story.nightly()
    assert list(story.links.users(CROWD, "customers")) == []


def test_a_read_that_ended_early_proves_nobody_missing(story: Story) -> None:
    story.nightly()
    story.corp.reason = "size limit of 500"
    planned = story.planned()
    assert steps(planned.plan) == []
    assert planned.plan.unappliable == {CROWD: "corp, which feeds it, was not read whole: size limit of 500"}
    assert not planned.forgotten
    assert not planned.recorded, "it does not count as a night either"


def test_a_target_that_was_not_read_whole_loses_nobody_and_no_link(story: Story) -> None:
    story.nightly()
    story.crowd.reason = "connection lost"
    story.crowd.users.clear()
    planned = story.planned()
    assert planned.plan.unappliable == {CROWD: "crowd_customers itself was not read whole: connection lost"}
    assert planned.forgotten == ()


@pytest.mark.parametrize("id_left_out", ["id-ana", " id-ana "])
def test_whoever_was_left_out_of_the_read_by_id_is_not_missing(story: Story, id_left_out: str) -> None:
    story.nightly()
    story.corp.quarantined.append(Quarantined("uid=ana", "its id is also the id of another entry", id_left_out))
    assert steps(story.plan()) == []
    story.nightly()
    assert missed(story) == 0


@pytest.mark.parametrize("no_id", ["", "  "])
def test_while_an_entry_without_an_id_is_left_out_nobody_is_ended_for_it_might_be_theirs(
    story: Story, no_id: str
) -> None:
    story.nightly()
    story.corp.quarantined.append(Quarantined("uid=somebody", "it has no id", no_id))
    plan = story.plan()
    assert steps(plan) == []
    assert "entries without an id were left out" in obstacles(plan)["ana"]


def test_somebody_in_another_mapping_of_the_target_is_not_missing(story: Story) -> None:
    story.mapping(PARTNERS, missing="remove")
    story.nightly()
    story.corp.person("ana", taken_by=["partners"])
    assert steps(story.plan()) == []
    story.nightly(3)
    assert list(story.crowd.users) == ["key-1"]
    assert [link.mapping for link in story.links._of(UserLink, CROWD)] == ["partners"]


def test_somebody_in_the_way_of_another_mapping_of_the_target_is_not_missing(story: Story) -> None:
    story.mapping(PARTNERS, missing="remove")
    story.nightly()
    story.corp.person("bob", "id-ana", taken_by=["partners"])
    story.crowd.person("bob", "key-stranger", email="else@example.org")
    plan = story.plan()
    assert steps(plan) == []
    assert "bob" in obstacles(plan)
    story.nightly(3)
    assert steps(story.plan()) == []
    story.crowd.without("key-stranger")
    assert steps(story.plan())[0] == "rename_user ana > bob", "the account was not forgotten meanwhile"


def test_people_of_another_source_say_nothing_about_who_is_missing_here(story: Story) -> None:
    story.mapping(PARTNERS.replace("directory: corp", "directory: hr"), missing="remove")
    story.directory("hr").person("zoe", "id-ana")
    story.nightly()
    assert "remove_user ana" in steps(story.plan())


def test_an_incomplete_source_keeps_the_people_of_the_other_source_too(story: Story) -> None:
    """Nobody can say whether they are in the part that was not read."""
    story.mapping(PARTNERS.replace("directory: corp", "directory: hr"), missing="remove")
    story.nightly()
    story.directory("hr").reason = "timed out"
    plan = story.plan()
    assert steps(plan) == []
    assert CROWD in plan.unappliable


def test_another_target_goes_on(story: Story) -> None:
    story.mapping(PARTNERS.replace("crowd-customers", "crowd-partners").replace("directory: corp", "directory: hr"))
    story.directory("hr").person("zoe")
    story.corp.reason = "size limit of 500"
    story.corp.person("new")
    plan = story.plan()
    assert sorted(steps(plan)) == ["create_user new", "create_user zoe"]
    assert [change.user for change in plan.appliable] == ["zoe"], "the other is shown, and marked as not appliable"


def test_a_person_disabled_in_half_a_read_is_not_even_shown_as_switched_off(story: Story) -> None:
    story.corp.person("ana", active=False)
    assert steps(story.plan()) == ["deactivate_user ana"]
    story.corp.reason = "size limit of 500"
    assert steps(story.plan()) == []


def test_a_lost_store_is_a_first_run(story: Story) -> None:
    story.nightly(1)
    story.links.all.clear()
    assert steps(story.plan()) == []
    assert steps(replace(story).nightly(4).plan()) == []
    assert list(story.crowd.users) == ["key-1"]
