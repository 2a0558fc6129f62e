"""Several mappings, of one source or two, that feed one target."""

import pytest
from unit.plan.stories import CROWD, CUSTOMERS, Story, obstacles, steps

from dirsync.model.links import UserLink

PARTNERS = CUSTOMERS.replace("name: customers", "name: partners").replace("portal-*", "partner-*")
OTHER_SOURCE = PARTNERS.replace("directory: corp", "directory: hr")


@pytest.fixture
def story() -> Story:
    return Story().mapping()


def link(source_id: str, target_id: str, username: str = "ana", mapping: str = "customers") -> UserLink:
    return UserLink(CROWD, mapping, source_id, target_id, username)


@pytest.fixture
def both(story: Story) -> Story:
    return story.mapping(PARTNERS)


def test_somebody_in_two_mappings_of_a_target_gets_one_account_from_the_first(both: Story) -> None:
    both.corp.person("ana")
    assert steps(both.plan()) == ["create_user ana"]
    assert both.plan().changes[0].mapping == "customers"
    both.nightly()
    assert steps(both.plan()) == []


def test_an_obstacle_in_the_first_mapping_is_told_once(both: Story) -> None:
    both.corp.person("ana")
    both.crowd.person("ana", email="other@example.org")
    assert len(both.plan().obstacles) == 1


def test_a_move_to_another_mapping_of_the_target_keeps_the_account_even_over_a_rename(both: Story) -> None:
    ana = both.corp.person("ana", taken_by=["customers"])
    both.nightly()
    both.corp.person("anna", ana, taken_by=["partners"], email="new@example.org", display_name="ana")
    assert steps(both.plan()) == ["rename_user ana > anna", "update_user anna"]
    both.nightly()
    assert list(both.crowd.users) == ["key-1"]
    assert [one.mapping for one in both.links._of(UserLink, CROWD)] == ["partners"]


def test_the_account_of_somebody_who_moved_to_another_mapping_is_not_adopted(both: Story) -> None:
    ana = both.corp.person("ana", taken_by=["customers"], email="")
    both.nightly()
    both.crowd.person("taken", "key-stranger")
    both.corp.person("taken", ana, taken_by=["partners"], email="")
    both.corp.person("ana", "id-second", taken_by=["customers"], email="")
    plan = both.plan()
    assert steps(plan) == []
    assert set(obstacles(plan)) == {"ana", "taken"}


def test_an_old_link_to_an_account_that_is_gone_does_not_hide_the_account_of_today(both: Story) -> None:
    both.corp.person("ana", display_name="Ana")
    both.crowd.person("ana", "key-1", display_name="Ana")
    both.links.record([link("id-ana", "key-gone"), link("id-ana", "key-1", mapping="partners")])
    planned = both.planned()
    assert planned.plan.obstacles == ()
    assert link("id-ana", "key-1") in planned.recorded


def test_two_sources_that_bring_two_people_of_one_name_are_told_apart(story: Story) -> None:
    story.mapping(OTHER_SOURCE)
    story.corp.person("ana", "id-1")
    story.directory("hr").person("Ana", "id-2")
    plan = story.plan()
    assert steps(plan) == ["create_user ana"]
    assert "mapping 'customers' brings somebody else called 'Ana'" in obstacles(plan)["Ana"]


def test_equal_ids_of_two_sources_are_two_people(story: Story) -> None:
    story.mapping(OTHER_SOURCE)
    story.directory("hr").person("ana", "1", email="")
    story.nightly()
    story.corp.person("ana", "1", email="")
    plan = story.plan()
    assert steps(plan) == []
    assert len(plan.obstacles) == 2, "the account is not handed from one to the other"


def test_a_person_who_moves_from_one_source_to_another_keeps_the_account(story: Story) -> None:
    story.mapping(missing="remove", missing_after=1).mapping(OTHER_SOURCE)
    ana = story.corp.person("ana")
    story.nightly()
    story.corp.without(ana)
    story.directory("hr").person("ana", "id-hr")
    story.nightly(3)
    assert list(story.crowd.users) == ["key-1"]


def test_everybody_but_those_of_the_other_mapping_are_taken(story: Story) -> None:
    rest = PARTNERS.replace("groups: {nested: true}}", "users: {except_mapping: customers}}", 1)
    story.mapping(rest)
    story.corp.person("ana", taken_by=["customers", "partners"])
    story.corp.person("bob", taken_by=["partners"])
    assert [(change.mapping, change.user) for change in story.plan().changes] == [
        ("customers", "ana"), ("partners", "bob"),
    ]  # fmt: skip


def test_two_targets_do_not_mix(story: Story) -> None:
    story.mapping(PARTNERS.replace("crowd-customers", "crowd-partners"))
    story.corp.person("ana")
    story.nightly()
    assert len(story.crowd.users) == len(story.directory("crowd_partners").users) == 1
    assert steps(story.plan()) == []
