"""Leavers whose account ended in a night in which Jira could not be asked: they are taken out when it answers again."""

from __future__ import annotations

import pytest
from unit.plan.organization_stories import PLAIN, OrganizationStory, organization_steps

from dirsync.model.organizations import LEAVERS, ORGANIZATIONS

ACME = "Acme"


def left_while_jira_was_down(story: OrganizationStory) -> str:
    """Let ana leave and lose the account; Jira keeps hers, as it does for whoever has written requests."""
    (account,) = (one for one in story.crowd.users.values() if one.username == "ana")
    story.belong(ana=None)
    story.jira.reason = "HTTP 503"
    story.nightly()
    assert "ana" not in {one.username for one in story.crowd.users.values()}, "accounts go on"
    story.jira.reason = ""
    key = story.known_to_jira("ana")
    (acme,) = (one.id for one in story.jira.groups.values() if one.name == ACME)
    story.jira.members.add((acme, key))
    return str(account.id)


@pytest.fixture
def story() -> OrganizationStory:
    told = OrganizationStory().carrying(PLAIN, people="remove").belong(ana=ACME, bob=ACME)
    told.make("Globex", "old-hand")
    told.nightly(2)
    assert told.inside(ACME) == {"ana", "bob"}
    return told


def farewells(story: OrganizationStory) -> list[tuple[str, str]]:
    return list(story.links.members_by_person(LEAVERS, "customers"))


def test_who_lost_the_account_while_jira_was_down_is_taken_out_the_next_night(story: OrganizationStory) -> None:
    left_while_jira_was_down(story)
    assert farewells(story) == [("id-ana", "ana")]
    assert organization_steps(story.plan()) == ["remove_from_organization ana Acme"]
    story.nightly()
    assert story.inside(ACME) == {"bob"}
    story.nightly()
    assert (farewells(story), organization_steps(story.plan())) == ([], [])


def test_so_is_who_lost_it_by_hand(story: OrganizationStory) -> None:
    story.crowd.without(*(one.id for one in story.crowd.users.values() if one.username == "ana"))
    left_as = story.known_to_jira("ana")
    (acme,) = (one.id for one in story.jira.groups.values() if one.name == ACME)
    story.jira.members.add((acme, left_as))
    story.jira.reason = "HTTP 503"
    story.belong(ana=None).nightly()
    story.jira.reason = ""
    assert organization_steps(story.plan()) == ["remove_from_organization ana Acme"]


def test_an_account_that_bears_the_name_again_is_somebody_elses(story: OrganizationStory) -> None:
    left_while_jira_was_down(story)
    story.crowd.person("ana", "key-of-another")
    assert organization_steps(story.plan()) == []
    story.nightly(2)
    assert ("id-ana", "acme") not in story.links.members_by_person(ORGANIZATIONS, "customers")
    assert (story.inside(ACME), farewells(story)) == ({"ana", "bob"}, [])


def test_who_comes_back_is_known_by_the_account_and_no_longer_by_the_name(story: OrganizationStory) -> None:
    left_while_jira_was_down(story)
    story.belong(ana=ACME).nightly()
    assert farewells(story) == []


def test_nobody_is_remembered_as_gone_who_is_in_no_organisation(story: OrganizationStory) -> None:
    story.belong(dan="").nightly()
    story.belong(dan=None).nightly()
    assert farewells(story) == []


def test_jira_may_be_down_for_several_nights(story: OrganizationStory) -> None:
    left_while_jira_was_down(story)
    story.jira.reason = "HTTP 503"
    story.nightly(3)
    story.jira.reason = ""
    assert organization_steps(story.plan()) == ["remove_from_organization ana Acme"]
