from dataclasses import replace

import pytest
from unit.plan.fakes import FakeTarget
from unit.plan.stories import CROWD, CUSTOMERS, Story, obstacles, steps

from dirsync.model.entries import Quarantined
from dirsync.model.links import UserLink
from dirsync.model.names import NameRule
from dirsync.model.plans import Adoption, Op

PARTNERS = CUSTOMERS.replace("name: customers", "name: partners").replace("portal-*", "partner-*")
OTHER_SOURCE = PARTNERS.replace("directory: corp", "directory: hr")


@pytest.fixture
def story() -> Story:
    return Story().mapping()


def link(source_id: str, target_id: str, username: str = "ana", mapping: str = "customers") -> UserLink:
    return UserLink(CROWD, mapping, source_id, target_id, username)


def test_somebody_new_gets_an_account_with_what_the_source_knows(story: Story) -> None:
    story.corp.person("ana", first_name="Ana", last_name="Petrov", active=True)
    [change] = story.plan().changes
    assert (change.op, change.user, change.source_id) == ("create_user", "ana", "id-ana")
    assert dict(change.after) == {
        "username": "ana", "email": "ana@example.org", "first_name": "Ana", "last_name": "Petrov",
        "display_name": "Ana Petrov", "active": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"display_name": "Dr Ana"}, "Dr Ana"),
        ({"first_name": "Ana"}, "Ana"),
        ({"last_name": "Petrov"}, "Petrov"),
        ({}, "ana"),
    ],
)
def test_a_new_account_always_has_a_display_name(story: Story, given: dict[str, str], shown: str) -> None:
    story.corp.person("ana", **given)
    assert story.plan().changes[0].after["display_name"] == shown


def test_what_the_source_leaves_empty_is_not_taken_away(story: Story) -> None:
    story.corp.person("ana", email="")
    story.crowd.person("ana", first_name="Ana", display_name="ana")
    assert steps(story.plan()) == []


def test_an_update_tells_only_what_differs(story: Story) -> None:
    story.corp.person("ana", first_name="Ana", display_name="Ana")
    story.nightly()
    story.corp.person("ana", first_name="Anna", display_name="Ana")
    [change] = story.plan().changes
    assert (dict(change.before), dict(change.after)) == ({"first_name": "Ana"}, {"first_name": "Anna"})


def test_a_rename_is_a_rename_and_what_follows_it_is_under_the_new_name(story: Story) -> None:
    ana = story.corp.person("ana", display_name="Ana")
    story.nightly()
    story.corp.person("anna", ana, display_name="Anna")
    story.corp.group("portal-users", ana)
    assert steps(story.plan()) == [
        "rename_user ana > anna", "create_group portal-users", "update_user anna", "add_member anna > portal-users",
    ]  # fmt: skip
    story.nightly()
    assert len(story.crowd.users) == 1
    assert steps(story.plan()) == []


def test_a_name_in_other_letters_is_the_same_name(story: Story) -> None:
    story.corp.person("Ana  Maria", email="a@example.org", display_name="Ana")
    story.crowd.person("ana maria", email="A@example.org", display_name="Ana")
    assert steps(story.plan()) == ["update_user ana maria"], "the address is written as the source writes it"


def test_a_name_that_becomes_free_tonight_can_be_taken_tonight(story: Story) -> None:
    first = story.corp.person("ana", email="one@example.org")
    story.nightly()
    story.corp.person("anna", first, email="one@example.org")
    story.corp.person("ana", "id-new", email="two@example.org")
    assert steps(story.plan())[:2] == ["rename_user ana > anna", "create_user ana"]
    story.nightly()
    assert {user.username: user.email for user in story.crowd.users.values()} == {
        "anna": "one@example.org", "ana": "two@example.org",
    }  # fmt: skip
    assert steps(story.plan()) == []


def test_names_passed_along_a_row_of_people_are_freed_before_they_are_taken(story: Story) -> None:
    people = [story.corp.person(f"p{number}") for number in range(4)]
    story.nightly()
    for number, person in enumerate(people):
        story.corp.person(f"p{number + 1}", person, email=f"p{number}@example.org")
    assert [step for step in steps(story.plan()) if step.startswith("rename")] == [
        "rename_user p3 > p4", "rename_user p2 > p3", "rename_user p1 > p2", "rename_user p0 > p1",
    ]  # fmt: skip
    story.nightly()
    assert steps(story.plan()) == []


def test_thousands_of_names_passed_along_end_in_a_plan(story: Story) -> None:
    for number in range(1200):
        story.corp.person(f"p{number + 1:04}", f"id-{number}", email="")
        story.crowd.person(f"p{number:04}", f"key-{number}", email="", display_name=f"p{number + 1:04}")
        story.links.record([link(f"id-{number}", f"key-{number}", f"p{number:04}")])
    plan = story.plan()
    assert len(plan.changes) == 1200
    assert plan.obstacles == ()


def test_two_people_swap_names_and_nobody_is_mixed_up(story: Story) -> None:
    ana, bob = story.corp.person("ana"), story.corp.person("bob")
    story.corp.group("portal-users", ana)
    story.nightly()
    ids = {user.username: user.id for user in story.crowd.users.values()}
    story.corp.person("bob", ana, email="ana@example.org", first_name="Ana")
    story.corp.person("ana", bob, email="bob@example.org", active=False)
    story.corp.group("portal-more", ana)
    plan = story.plan()
    assert obstacles(plan) == {}
    assert [one.op for one in plan.changes[:3]] == [Op.RENAME_USER] * 3
    story.nightly()
    assert {user.username: user.id for user in story.crowd.users.values()} == {"bob": ids["ana"], "ana": ids["bob"]}
    assert story.crowd.named("bob").email == "ana@example.org"
    assert not story.crowd.named("ana").active
    assert steps(story.plan()) == []


@pytest.mark.parametrize("length", range(1, 4))
def test_a_swap_that_is_stopped_anywhere_is_gone_on_with_the_next_night(story: Story, length: int) -> None:
    ana, bob = story.corp.person("ana"), story.corp.person("bob")
    story.nightly()
    ids = {user.username: user.id for user in story.crowd.users.values()}
    story.corp.person("bob", ana, email="ana@example.org")
    story.corp.person("ana", bob, email="bob@example.org")
    target = FakeTarget(story.crowd, is_lost_at=length)
    story.sync(**{CROWD: target})
    story.nightly()
    assert {user.username: user.id for user in story.crowd.users.values()} == {"bob": ids["ana"], "ana": ids["bob"]}
    assert steps(story.plan()) == []


def test_a_new_name_that_a_stranger_holds_on_the_target_is_an_obstacle(story: Story) -> None:
    ana = story.corp.person("ana")
    story.nightly()
    story.crowd.person("anna", "key-stranger")
    story.corp.person("anna", ana)
    plan = story.plan()
    assert steps(plan) == []
    assert "the account 'ana' should be renamed to 'anna'" in obstacles(plan)["anna"]


def test_a_name_that_its_bearer_cannot_leave_is_not_promised_to_anybody(story: Story) -> None:
    ana = story.corp.person("ana")
    story.nightly()
    story.crowd.person("anna", "key-stranger")
    story.corp.person("anna", ana)
    story.corp.person("ana", "id-new", email="new@example.org")
    story.corp.person("zoe", "id-zoe")
    plan = story.plan()
    assert steps(plan) == ["create_user zoe"]
    assert obstacles(plan)["ana"] == "the account 'ana' already stands for somebody else"


def test_a_row_of_renames_whose_last_one_is_blocked_is_blocked_as_a_whole(story: Story) -> None:
    people = [story.corp.person(f"p{number}") for number in range(3)]
    story.nightly()
    story.crowd.person("p3", "key-stranger")
    for number, person in enumerate(people):
        story.corp.person(f"p{number + 1}", person, email=f"p{number}@example.org")
    plan = story.plan()
    assert steps(plan) == []
    assert set(obstacles(plan)) == {"p1", "p2", "p3"}


def test_a_bearer_who_shares_the_new_name_with_somebody_frees_nothing(story: Story) -> None:
    ana = story.corp.person("ana")
    story.nightly()
    story.corp.person("anna", ana)
    story.corp.person("anna", "id-second")
    story.corp.person("ana", "id-new", email="new@example.org")
    plan = story.plan()
    assert steps(plan) == []
    assert set(obstacles(plan)) == {"ana", "anna"}


SHORT = NameRule("a login", 4, "+")


def test_a_name_that_the_server_would_refuse_is_an_obstacle_and_not_a_failure_of_tonight(story: Story) -> None:
    story.crowd.usernames = SHORT
    ana = story.corp.person("ana")
    story.corp.person("an+")
    assert steps(story.plan()) == ["create_user ana"]
    assert obstacles(story.plan()) == {"an+": "the name holds +, which a login does not take; correct it in corp"}
    story.nightly()
    story.corp.person("annas", ana)
    assert steps(story.plan()) == []
    assert "the name has 5 characters, and a login takes 4" in obstacles(story.plan())["annas"]


def test_a_name_that_is_borne_there_already_is_one_that_the_server_takes(story: Story) -> None:
    story.crowd.person("annas")
    ana = story.corp.person("annas")
    story.crowd.usernames = SHORT
    assert (steps(story.plan()), obstacles(story.plan())) == (["update_user annas"], {}), "it is adopted"
    story.nightly()
    story.corp.person("Annas", ana, email="annas@example.org", first_name="Ana")
    assert (steps(story.plan()), obstacles(story.plan())) == (["update_user annas"], {})


def test_a_name_is_not_promised_whose_bearer_would_get_one_that_the_server_refuses(story: Story) -> None:
    ana, bob = story.corp.person("ana"), story.corp.person("bob")
    story.nightly()
    story.crowd.usernames = SHORT
    story.corp.person("annas", ana)
    story.corp.person("ana", bob)
    assert steps(story.plan()) == []
    assert set(obstacles(story.plan())) == {"annas", "ana"}


def test_an_account_that_was_there_is_adopted_by_name_and_equal_address(story: Story) -> None:
    story.corp.person("ana", display_name="Ana")
    account = story.crowd.person("ANA", "key-1", email="ANA@example.org", display_name="Ana")
    planned = story.planned()
    assert steps(planned.plan) == ["update_user ANA"]
    assert list(planned.recorded) == [link("id-ana", account, "ANA")]
    assert list(planned.plan.adopted) == [Adoption(CROWD, "customers", "ANA", account, "id-ana")]


def test_only_what_was_nobodys_is_told_as_taken_over_and_only_once(story: Story) -> None:
    story.crowd.person("ana")
    story.corp.person("ana", email="")
    story.corp.person("bob")
    assert [one.user for one in story.plan().adopted] == ["ana"]
    story.nightly()
    story.corp.person("bob", "id-made-anew")
    story.corp.without("id-bob")
    plan = story.plan()
    assert not plan.adopted, "the account of bob is dirsync's own already"


def test_half_a_read_takes_nobody_over(story: Story) -> None:
    story.crowd.person("ana")
    story.corp.person("ana", email="")
    story.corp.reason = "size limit of 500"
    assert not story.plan().adopted


def test_what_is_taken_over_is_part_of_the_digest_and_in_order(story: Story) -> None:
    for name in ("bob", "Ana", "cyd"):
        story.crowd.person(name)
        story.corp.person(name, email="", display_name="")
    plan = story.plan()
    assert [one.user for one in plan.adopted] == ["Ana", "bob", "cyd"]
    assert replace(plan, adopted=()).digest != plan.digest
    assert not list(replace(plan, unappliable={CROWD: "read-only"}).adoptable)
    assert list(plan.adoptable) == list(plan.adopted)


@pytest.mark.parametrize(("ours", "theirs"), [("", "x@example.org"), ("x@example.org", ""), ("", "")])
def test_an_account_is_adopted_where_one_side_has_no_address(story: Story, ours: str, theirs: str) -> None:
    story.corp.person("ana", email=ours, display_name="Ana")
    story.crowd.person("ana", "key-1", email=theirs, display_name="Ana")
    planned = story.planned()
    assert planned.plan.obstacles == ()
    assert [one.target_id for one in planned.recorded] == ["key-1"]


def test_an_account_of_another_address_is_never_adopted(story: Story) -> None:
    story.corp.person("ana", email="ana@example.org")
    story.crowd.person("ana", email="other.ana@example.org")
    planned = story.planned()
    assert steps(planned.plan) == []
    assert not planned.recorded
    assert "with another e-mail address" in obstacles(planned.plan)["ana"]


def test_an_account_of_another_address_is_no_obstacle_to_its_known_owner(story: Story) -> None:
    ana = story.corp.person("ana")
    story.nightly()
    story.corp.person("ana", ana, email="ana.petrov@example.org")
    assert steps(story.plan()) == ["update_user ana"]


def test_a_person_whose_entry_was_made_anew_keeps_the_account(story: Story) -> None:
    story.mapping(missing="remove", missing_after=1)
    ana = story.corp.person("ana")
    story.nightly()
    story.corp.without(ana)
    story.corp.person("ana", "id-made-anew")
    assert steps(story.plan()) == []
    story.nightly(3)
    assert list(story.crowd.users) == ["key-1"]
    assert [one.source_id for one in story.links.users(CROWD, "customers")] == ["id-made-anew"]


def test_an_account_deactivated_by_dirsync_comes_back_to_the_person_whose_entry_was_made_anew(story: Story) -> None:
    story.mapping(missing="deactivate", missing_after=1)
    ana = story.corp.person("ana")
    story.nightly()
    story.corp.without(ana)
    story.nightly()
    assert not story.crowd.named("ana").active
    story.corp.person("ana", "id-made-anew")
    assert steps(story.plan()) == ["reactivate_user ana"]


def test_an_account_is_never_given_to_two_people(story: Story) -> None:
    story.corp.person("ana")
    story.nightly()
    story.crowd.users["key-1"] = story.crowd.users["key-1"]._replace(username="ana2")
    story.corp.person("ana2", "id-second")
    plan = story.plan()
    assert steps(plan) == ["rename_user ana2 > ana", "create_user ana2"]


def test_the_account_of_somebody_who_was_left_out_of_the_read_is_not_adopted(story: Story) -> None:
    ana = story.corp.person("ana", email="")
    story.nightly()
    story.corp.without(ana)
    story.corp.quarantined.append(Quarantined("uid=ana", "its id is also the id of another entry", ana))
    story.corp.person("ana", "id-second", email="")
    plan = story.plan()
    assert steps(plan) == []
    assert "already stands for somebody else" in obstacles(plan)["ana"]


def test_several_people_of_one_name_are_all_left_out_by_name_and_nobody_else(story: Story) -> None:
    story.corp.person("ana", "id-1")
    story.corp.person("ANA", "id-2")
    story.corp.person("bob")
    plan = story.plan()
    assert steps(plan) == ["create_user bob"]
    assert [obstacle.name for obstacle in plan.obstacles] == ["ANA", "ana"]
    assert "several people in corp are called" in obstacles(plan)["ana"]


def test_an_account_deleted_by_hand_is_made_again(story: Story) -> None:
    story.corp.person("ana")
    story.nightly()
    story.crowd.users.clear()
    assert steps(story.plan()) == ["create_user ana"]
    story.nightly()
    assert steps(story.plan()) == []


# disabled and enabled


def test_a_disabled_person_is_switched_off_and_on_again(story: Story) -> None:
    ana = story.corp.person("ana")
    story.nightly()
    story.corp.person("ana", ana, active=False)
    assert steps(story.plan()) == ["deactivate_user ana"]
    story.nightly()
    assert steps(story.plan()) == []
    story.corp.person("ana", ana)
    assert steps(story.plan()) == ["reactivate_user ana"]
    story.nightly()
    assert story.crowd.named("ana").active
    assert steps(story.plan()) == []


def test_who_returns_stays_inactive_where_the_mapping_says_so(story: Story) -> None:
    story.mapping(missing="deactivate", missing_after=1, returning="ignore")
    for name in ("ana", "bob"):
        story.corp.person(name)
    story.nightly()
    story.corp.person("ana", active=False)
    story.corp.without("id-bob")
    story.nightly()
    assert not story.crowd.named("ana").active
    assert not story.crowd.named("bob").active
    for name in ("ana", "bob"):
        story.corp.person(name)
    for _ in range(2):
        plan = story.plan()
        assert steps(plan) == []
        assert set(obstacles(plan)) == {"ana", "bob"}
        assert "stays inactive in crowd_customers as the mapping says (target.returning)" in obstacles(plan)["bob"]
        story.nightly()
    story.mapping(missing="deactivate", missing_after=1, returning="reactivate")
    assert steps(story.plan()) == ["reactivate_user ana", "reactivate_user bob"]


def test_a_person_who_is_disabled_from_the_start_can_be_enabled_later(story: Story) -> None:
    ana = story.corp.person("ana", active=False)
    story.nightly(2)
    assert not story.crowd.named("ana").active
    story.corp.person("ana", ana)
    assert steps(story.plan()) == ["reactivate_user ana"]


def test_a_disabled_person_who_is_renamed_meanwhile_can_still_be_enabled(story: Story) -> None:
    ana = story.corp.person("ana")
    story.nightly()
    story.corp.person("ana", ana, active=False)
    story.nightly()
    story.corp.person("anna", ana, active=False, email="ana@example.org")
    story.nightly()
    story.corp.person("anna", ana, email="ana@example.org")
    assert steps(story.plan()) == ["reactivate_user anna"]


def test_an_account_switched_off_by_hand_is_not_switched_on(story: Story) -> None:
    story.corp.person("ana")
    story.nightly()
    story.crowd.users["key-1"] = story.crowd.users["key-1"]._replace(active=False)
    plan = story.plan()
    assert steps(plan) == []
    assert "dirsync did not do that" in obstacles(plan)["ana"]


def test_an_account_that_somebody_switched_on_by_hand_is_no_longer_remembered_as_ours_to_switch_on(
    story: Story,
) -> None:
    ana = story.corp.person("ana", active=False)
    story.nightly()
    story.corp.person("ana", ana)
    story.crowd.users["key-1"] = story.crowd.users["key-1"]._replace(active=True)
    story.nightly()
    story.crowd.users["key-1"] = story.crowd.users["key-1"]._replace(active=False)
    assert steps(story.plan()) == []
    assert "dirsync did not do that" in obstacles(story.plan())["ana"]


@pytest.mark.parametrize(("name", "why"), [(" ana", "blank"), ("ana ", "blank"), ("a" * 256, "256 characters")])
def test_a_name_that_no_target_takes_is_an_obstacle_and_not_a_failure_every_night(
    story: Story, name: str, why: str
) -> None:
    story.corp.person(name, "id-odd")
    story.corp.person("b" * 255)
    plan = story.plan()
    assert steps(plan) == [f"create_user {'b' * 255}"]
    [obstacle] = plan.obstacles
    assert why in obstacle.reason
    assert "correct it in corp" in obstacle.reason
