import pytest
from unit.plan.stories import CROWD, CUSTOMERS, Story, steps

from dirsync.model.links import MemberLink
from dirsync.plan.desired import carried_name

DEFAULTS = CUSTOMERS + "default_groups: [portal-all]\n"
PARTNERS = CUSTOMERS.replace("name: customers", "name: partners")


@pytest.fixture
def story() -> Story:
    return Story().mapping()


@pytest.mark.parametrize(
    ("pattern", "to", "group", "carried"),
    [
        ("portal-*", "crowd-*", "portal-users", "crowd-users"),
        ("portal-*", "crowd-*", "PORTAL-Users", "crowd-Users"),
        ("portal-*", "crowd-*", "my-portal-users", None),
        ("*", "*", "anything, even this", "anything, even this"),
        ("*-team-*", "*/*", "red-team-one", "red/one"),
        ("*-team-*", "*/*", "a-team-b-team-c", "a-team-b/c"),
        ("team-*-*", "*", "team-red-one", "red"),
        ("portal-users", "customers", "Portal-Users", "customers"),
        ("portal-*", "everybody", "portal-users", "everybody"),
        ("portal-*", "crowd-*", "portal-", "crowd-"),
        ("caf\u00e9-*", "*", "CAFE\u0301-bar", "bar"),
        ("a.b*", "*", "axb1", None),
        ("(a|b)*", "*", "(A|B)1", "1"),
        ("[ab]*", "*", "a1", None),
        ("portal-*", r"\1-*", "portal-users", r"\1-users"),
        ("line*", "*", "line\nbreak", "\nbreak"),
    ],
)
def test_a_group_is_carried_under_what_the_stars_matched(
    pattern: str, to: str, group: str, carried: str | None
) -> None:
    assert carried_name(pattern, to, group) == carried


def test_a_carried_group_is_made_with_its_description_before_its_members_come(story: Story) -> None:
    story.corp.group("portal-users", story.corp.person("ana"), description="Portal")
    plan = story.plan()
    assert steps(plan) == ["create_group portal-users", "create_user ana", "add_member ana > portal-users"]
    assert dict(plan.changes[0].after) == {"name": "portal-users", "description": "Portal"}
    story.nightly()
    assert story.crowd.members_of("portal-users") == {"ana"}
    assert steps(story.plan()) == []


def test_a_group_that_no_pattern_fits_is_not_carried(story: Story) -> None:
    story.corp.group("staff", story.corp.person("ana"))
    assert steps(story.plan()) == ["create_user ana"]


def test_a_pattern_that_leaves_no_name_carries_nothing(story: Story) -> None:
    story.mapping(groups={"portal-*": "*"})
    story.corp.group("portal-")
    story.corp.group("portal- ", group_id="gid-blank")
    assert steps(story.plan()) == []


def test_the_first_pattern_that_fits_decides(story: Story) -> None:
    story.mapping(groups={"portal-vip": "vips", "portal-*": "everybody"})
    story.corp.group("portal-vip")
    story.corp.group("portal-x")
    assert steps(story.plan()) == ["create_group everybody", "create_group vips"]


def test_several_source_groups_may_become_one(story: Story) -> None:
    story.mapping(groups={"portal-*": "Everybody"})
    ana, bob = story.corp.person("ana"), story.corp.person("bob")
    story.corp.group("portal-a", ana)
    story.corp.group("portal-b", bob, ana, description="All of them")
    plan = story.plan()
    assert steps(plan)[-2:] == ["add_member ana > Everybody", "add_member bob > Everybody"]
    assert plan.changes[0].after["description"] == "All of them"
    assert plan.changes[-2].reason == "member of 'portal-a', 'portal-b' in corp"
    story.nightly()
    story.corp.members.discard(("gid-portal-b", ana))
    assert steps(story.plan()) == [], "she is still in the other one"
    story.corp.members.discard(("gid-portal-a", ana))
    assert steps(story.plan()) == ["remove_member ana > Everybody"]


def test_everybody_of_the_mapping_is_put_into_its_default_groups(story: Story) -> None:
    story.mapping(DEFAULTS)
    story.corp.person("ana")
    story.corp.person("bob", active=False)
    assert steps(story.plan()) == [
        "create_group portal-all", "create_user ana", "create_user bob", "add_member ana > portal-all",
        "add_member bob > portal-all",
    ]  # fmt: skip


def test_a_default_group_that_is_also_carried_keeps_everybody(story: Story) -> None:
    story.mapping(DEFAULTS)
    story.corp.person("bob")
    story.corp.group("PORTAL-ALL", story.corp.person("ana"), description="All")
    story.nightly()
    assert story.crowd.members_of("portal-all") == {"ana", "bob"}
    assert story.crowd.group_named("portal-all").description == "All"


def test_members_of_member_groups_count_at_any_depth_and_circles_end(story: Story) -> None:
    ana, bob = story.corp.person("ana"), story.corp.person("bob")
    inner = story.corp.group("inner", ana)
    middle = story.corp.group("middle", bob, inner)
    outer = story.corp.group("portal-users", middle)
    story.corp.members.add((inner, outer))
    story.nightly()
    assert story.crowd.members_of("portal-users") == {"ana", "bob"}


def test_members_of_member_groups_do_not_count_unless_the_mapping_says_so(story: Story) -> None:
    story.mapping(CUSTOMERS.replace("nested: true", "nested: false"))
    inner = story.corp.group("inner", story.corp.person("ana"))
    story.corp.group("portal-users", story.corp.person("bob"), inner)
    story.nightly()
    assert story.crowd.members_of("portal-users") == {"bob"}


def test_a_mapping_without_source_groups_does_not_unfold_them(story: Story) -> None:
    story.mapping(CUSTOMERS.replace(", groups: {nested: true}", ""))
    story.corp.group("portal-users", story.corp.group("inner", story.corp.person("ana")))
    assert "add_member ana > portal-users" not in steps(story.plan())


def test_members_whom_the_mapping_does_not_take_are_not_carried(story: Story) -> None:
    stranger = story.corp.person("stranger", taken_by=["another"])
    story.corp.group("portal-users", story.corp.person("ana"), stranger)
    story.nightly()
    assert story.crowd.members_of("portal-users") == {"ana"}


def test_somebody_in_the_way_of_the_plan_is_in_no_group_of_it(story: Story) -> None:
    story.corp.group("portal-users", story.corp.person("ana"))
    story.crowd.person("ana", email="other@example.org")
    assert steps(story.plan()) == ["create_group portal-users"]


def test_a_membership_that_the_source_ends_is_ended(story: Story) -> None:
    ana, bob = story.corp.person("ana"), story.corp.person("bob")
    group = story.corp.group("portal-users", ana, bob)
    story.nightly()
    story.corp.members.discard((group, ana))
    assert steps(story.plan()) == ["remove_member ana > portal-users"]
    story.nightly()
    assert steps(story.plan()) == []
    assert [one.source_id for one in story.links.members(CROWD, "customers")] == [bob]


def test_members_put_in_by_hand_stay(story: Story) -> None:
    ana, bob = story.corp.person("ana"), story.corp.person("bob")
    story.corp.group("portal-users", ana)
    story.nightly()
    stranger = story.crowd.person("signed-up")
    account = story.crowd.named("bob").id
    story.crowd.members |= {("gid-portal-users", stranger), ("gid-portal-users", account)}
    assert bob
    assert steps(story.plan()) == []
    story.nightly(3)
    assert story.crowd.members_of("portal-users") == {"ana", "bob", "signed-up"}


def test_a_membership_that_was_there_and_that_the_source_calls_for_is_adopted(story: Story) -> None:
    ana = story.corp.person("ana", display_name="Ana")
    group = story.corp.group("portal-users", ana)
    story.crowd.group("Portal-Users", story.crowd.person("ana", "key-1", display_name="Ana"))
    planned = story.planned()
    assert steps(planned.plan) == []
    assert MemberLink(CROWD, "customers", ana, "portal-users") in planned.recorded
    story.nightly()
    story.corp.members.discard((group, ana))
    assert steps(story.plan()) == ["remove_member ana > Portal-Users"]


def test_a_membership_ended_on_both_sides_is_forgotten(story: Story) -> None:
    ana = story.corp.person("ana")
    story.corp.group("portal-users", ana)
    story.nightly()
    story.corp.members.clear()
    story.crowd.members.clear()
    assert steps(story.plan()) == []
    story.nightly()
    story.crowd.members.add(("gid-portal-users", "key-1"))
    assert steps(story.plan()) == [], "this one was made by hand"


def test_a_group_that_is_gone_on_the_target_takes_its_links_with_it(story: Story) -> None:
    ana, group = story.corp.person("ana"), "gid-portal-users"
    story.corp.group("portal-users", ana)
    story.nightly()
    story.corp.without(group)
    story.crowd.without(group)
    story.mapping(missing_groups="remove")
    assert steps(story.plan()) == []
    story.nightly()
    assert list(story.links.members(CROWD, "customers")) == list(story.links.groups(CROWD, "customers")) == []


def test_a_description_follows_the_source_only_in_groups_that_dirsync_made(story: Story) -> None:
    story.corp.group("portal-ours", description="one")
    story.crowd.group("portal-theirs", description="by hand")
    story.nightly()
    story.corp.group("portal-ours", description="two")
    story.corp.group("portal-theirs", description="two")
    assert steps(story.plan()) == ["update_group portal-ours"]
    story.nightly()
    assert steps(story.plan()) == []


def test_a_description_that_the_source_leaves_empty_stays(story: Story) -> None:
    story.corp.group("portal-ours", description="one")
    story.nightly()
    story.corp.group("portal-ours")
    assert steps(story.plan()) == []
