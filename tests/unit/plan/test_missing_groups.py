import pytest
from unit.plan.stories import CROWD, CUSTOMERS, Story, obstacles, steps

from dirsync.model.entries import Group, Quarantined
from dirsync.model.links import GroupLink
from dirsync.plan.diff import diff_target
from dirsync.plan.target_diff import TargetDiff

DEFAULTS = CUSTOMERS + "default_groups: [portal-all]\n"
PARTNERS = CUSTOMERS.replace("name: customers", "name: partners")


@pytest.fixture
def story() -> Story:
    return Story().mapping()


def test_a_group_missing_from_the_source_stays_with_its_members(story: Story) -> None:
    story.corp.group("portal-users", story.corp.person("ana"))
    story.nightly()
    story.corp.without("gid-portal-users")
    assert steps(story.plan()) == []
    story.nightly(3)
    assert story.crowd.members_of("portal-users") == {"ana"}


def test_a_group_with_brackets_in_its_name_stays_as_any_other_does(story: Story) -> None:
    story.mapping(groups={"[red] *": "[red] *"})
    story.corp.group("[red] users", story.corp.person("ana"))
    story.nightly()
    story.corp.without("gid-[red] users")
    assert steps(story.plan()) == []


def test_a_group_missing_from_the_source_goes_where_the_mapping_wants_that(story: Story) -> None:
    story.mapping(missing_groups="remove")
    story.corp.group("portal-users", story.corp.person("ana"))
    story.nightly()
    story.corp.without("gid-portal-users")
    plan = story.plan()
    assert steps(plan) == ["remove_member ana > portal-users", "remove_group portal-users"]
    assert dict(plan.changes[1].before) == {"name": "portal-users", "description": ""}
    story.nightly()
    assert steps(story.plan()) == []
    assert "portal-users" not in {group.name for group in story.crowd.groups.values()}
    assert list(story.links.groups(CROWD, "customers")) == []


def test_a_group_that_dirsync_did_not_make_is_never_removed(story: Story) -> None:
    story.mapping(missing_groups="remove")
    story.crowd.group("portal-users")
    story.corp.group("portal-users", story.corp.person("ana"))
    story.nightly()
    story.corp.without("gid-portal-users")
    assert steps(story.plan()) == ["remove_member ana > portal-users"], "the membership is ours, the group is not"


def test_a_group_that_holds_somebody_else_too_is_not_removed(story: Story) -> None:
    story.mapping(missing_groups="remove")
    story.corp.group("portal-users", story.corp.person("ana"))
    story.nightly()
    story.crowd.members.add(("gid-portal-users", story.crowd.person("signed-up")))
    story.corp.without("gid-portal-users")
    plan = story.plan()
    assert steps(plan) == ["remove_member ana > portal-users"]
    assert "members dirsync did not put there" in obstacles(plan)["portal-users"]


def test_a_group_that_holds_a_group_is_not_removed(story: Story) -> None:
    story.mapping(missing_groups="remove")
    story.corp.group("portal-users")
    story.nightly()
    story.crowd.members.add(("gid-portal-users", story.crowd.group("by-hand")))
    story.corp.without("gid-portal-users")
    assert steps(story.plan()) == []
    assert "portal-users" in obstacles(story.plan())


def test_a_group_that_holds_a_missing_person_who_keeps_the_account_is_not_removed(story: Story) -> None:
    story.mapping(missing_groups="remove")
    ana = story.corp.person("ana")
    story.corp.group("portal-users", ana)
    story.nightly()
    story.corp.without(ana, "gid-portal-users")
    plan = story.plan()
    assert steps(plan) == []
    assert obstacles(plan)["portal-users"] == (
        "is no longer in corp, but holds people whom dirsync put there and who stay in it for now: they are missing"
        " from corp too, or can't be carried over; it stays as long as they do"
    )
    assert story.crowd.members_of("portal-users") == {"ana"}


def test_a_group_that_holds_a_missing_person_and_a_stranger_stays_for_the_stranger_s_sake(story: Story) -> None:
    story.mapping(missing_groups="remove")
    ana = story.corp.person("ana")
    story.corp.group("portal-users", ana)
    story.nightly()
    story.crowd.members.add(("gid-portal-users", story.crowd.person("signed-up")))
    story.corp.without(ana, "gid-portal-users")
    assert "members dirsync did not put there" in obstacles(story.plan())["portal-users"]


def test_a_group_goes_once_the_missing_person_in_it_has_gone(story: Story) -> None:
    story.mapping(missing_groups="remove", missing="remove", missing_after=2)
    ana = story.corp.person("ana")
    story.corp.group("portal-users", ana)
    story.nightly()
    story.corp.without(ana, "gid-portal-users")
    story.nightly(3)
    assert "portal-users" not in {group.name for group in story.crowd.groups.values()}
    assert obstacles(story.plan()) == {}


def test_memberships_go_when_the_mapping_itself_no_longer_speaks_of_the_group(story: Story) -> None:
    story.mapping(DEFAULTS.replace("portal-all", "everybody"))
    story.corp.person("ana")
    story.nightly()
    story.mapping(CUSTOMERS)
    assert steps(story.plan()) == ["remove_member ana > everybody"]
    story.nightly()
    assert steps(story.plan()) == []
    assert "everybody" in {group.name for group in story.crowd.groups.values()}, "missing_groups: keep"


def test_a_group_left_out_of_the_read_proves_no_end_of_a_membership(story: Story) -> None:
    """A nested group that could not be used looks exactly like people who left."""
    story.mapping(missing_groups="remove")
    ana = story.corp.person("ana")
    inner = story.corp.group("inner", ana)
    story.corp.group("portal-users", inner)
    story.corp.group("portal-other", ana)
    story.nightly()
    story.corp.without(inner, "gid-portal-other")
    story.corp.groups[""] = Group("", "cn=inner", "inner")
    plan = story.plan()
    assert steps(plan) == []
    assert obstacles(plan) == {
        "portal-users": "corp holds groups that had to be left out, so who is in which group is not proven;"
        " nobody is taken out of it",
        "portal-other": "corp holds groups that had to be left out, so who is in which group is not proven; it stays",
    }


def test_a_person_left_out_of_the_read_stops_nobody_else_from_leaving_a_group(story: Story) -> None:
    ana = story.corp.person("ana")
    group = story.corp.group("portal-users", ana, story.corp.person("bob"))
    story.nightly()
    story.corp.members.discard((group, ana))
    story.corp.quarantined.append(Quarantined("uid=eve", "it has no id"))
    assert steps(story.plan()) == ["remove_member ana > portal-users"]


def test_default_groups_are_the_mappings_own_and_need_no_proof_from_the_sources_groups(story: Story) -> None:
    story.mapping(DEFAULTS)
    story.corp.quarantined.append(Quarantined("cn=x", "it has no id", is_group=True))
    story.corp.person("ana")
    story.nightly()
    story.mapping(PARTNERS)
    story.corp.person("ana", "id-ana", taken_by=["partners"])
    assert steps(story.plan()) == ["remove_member ana > portal-all"]


def test_half_a_read_ends_no_membership_and_no_group_even_before_anybody_asks_whether_it_may_be_applied(
    story: Story,
) -> None:
    story.mapping(missing_groups="remove")
    ana = story.corp.person("ana")
    story.corp.group("portal-a", ana)
    story.corp.group("portal-b", ana)
    story.nightly()
    story.corp.members.clear()
    story.corp.without("gid-portal-b")
    story.corp.reason = "size limit of 500"
    diff = diff_target(TargetDiff(CROWD), story.crowd.snapshot(), story.feeds()[CROWD], story.links, story.now)
    assert (diff.changes, diff.forgotten) == ([], [])


# several mappings


def test_moving_to_another_mapping_of_the_target_ends_the_memberships_of_the_first(story: Story) -> None:
    story.mapping(DEFAULTS.replace("portal-all", "for-customers"))
    story.mapping(PARTNERS + "default_groups: [for-partners]\n")
    ana = story.corp.person("ana", taken_by=["customers"])
    story.nightly()
    story.corp.person("ana", ana, taken_by=["partners"])
    assert steps(story.plan()) == ["add_member ana > for-partners", "remove_member ana > for-customers"]
    story.nightly()
    assert steps(story.plan()) == []
    assert list(story.links.members(CROWD, "customers")) == []


def test_a_membership_that_another_mapping_wants_stays(story: Story) -> None:
    story.mapping(DEFAULTS).mapping(PARTNERS + "default_groups: [Portal-All]\n")
    ana = story.corp.person("ana", taken_by=["customers"])
    story.nightly()
    story.corp.person("ana", ana, taken_by=["partners"])
    assert steps(story.plan()) == []
    story.nightly(2)
    assert story.crowd.members_of("portal-all") == {"ana"}


def test_a_membership_that_two_mappings_want_is_made_once(story: Story) -> None:
    story.mapping(DEFAULTS).mapping(PARTNERS + "default_groups: [portal-all]\n")
    story.corp.person("ana")
    assert steps(story.plan()).count("add_member ana > portal-all") == 1
    assert steps(story.plan()).count("create_group portal-all") == 1
    story.nightly()
    assert steps(story.plan()) == []


@pytest.mark.parametrize("source", ["corp", "hr"])
def test_a_group_that_another_mapping_wants_is_handed_over_not_removed(story: Story, source: str) -> None:
    story.mapping(DEFAULTS, missing_groups="remove")
    story.mapping(PARTNERS.replace("directory: corp", f"directory: {source}"), missing_groups="remove")
    story.corp.person("ana", taken_by=["customers"])
    story.nightly()
    story.mapping(CUSTOMERS, missing_groups="remove", groups={})
    bob = story.directory(source).person("bob", taken_by=["partners"])
    story.directory(source).group("portal-all", bob)
    plan = story.plan()
    assert "remove_group portal-all" not in steps(plan)
    story.nightly()
    assert story.crowd.members_of("portal-all") == {"bob"}
    assert list(story.links._of(GroupLink, CROWD)) == [GroupLink(CROWD, "partners", "portal-all")]
    story.directory(source).without("gid-portal-all")
    assert "remove_group portal-all" in steps(story.plan()), "its new owner may end it"


def test_the_memberships_of_an_account_that_is_gone_are_forgotten(story: Story) -> None:
    story.mapping(missing="remove", missing_after=1)
    ana = story.corp.person("ana")
    group = story.corp.group("portal-users", ana)
    story.nightly()
    story.corp.without(ana)
    story.nightly(2)
    assert list(story.links.members(CROWD, "customers")) == []
    story.crowd.members.add((group, story.crowd.person("ana", "key-by-hand")))
    story.corp.person("ana", ana)
    story.nightly()
    assert story.crowd.members_of("portal-users") == {"ana"}, "a membership made by hand is not ours to end"
