"""Customers into organisations: what is planned, and what is left alone."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from unit.plan.organization_stories import PLAIN, REMOVING, OrganizationStory, organization_steps
from unit.plan.stories import obstacles

from dirsync.mapping.mapping import GuardLimits
from dirsync.model.entries import Quarantined
from dirsync.model.links import GroupLink, MemberLink
from dirsync.model.organizations import ORGANIZATIONS, SERVICE_PROJECTS
from dirsync.model.plans import Op
from dirsync.plan.guards.creations import Creations
from dirsync.plan.guards.interface import Allowances
from dirsync.plan.organization_feeds import organization_feeds, projects_asked, unseen_accounts

ACME, GLOBEX = "Acme", "Globex"


@pytest.fixture
def settled() -> OrganizationStory:
    """After two nights: ana and bob in Acme, cyd in Globex, which was there before with old-hand."""
    story = OrganizationStory().carrying().belong(ana=ACME, bob=ACME, cyd=GLOBEX, dan="")
    story.make(GLOBEX, "old-hand")
    story.nightly(2)
    assert (story.inside(ACME), story.inside(GLOBEX)) == ({"ana", "bob"}, {"cyd", "old-hand"})
    assert organization_steps(story.plan()) == []
    return story


def steps(story: OrganizationStory) -> list[str]:
    return organization_steps(story.plan())


def test_whoever_jira_does_not_know_yet_waits_and_nothing_is_made_for_nobody() -> None:
    story = OrganizationStory().carrying().belong(ana=ACME)
    assert steps(story) == []
    assert obstacles(story.plan()) == {
        "ana": "has no account yet that Jira shows as dirsync's; will be put into 'Acme' once Jira has synchronised"
    }
    story.nightly()
    assert steps(story) == [
        "create_organization Acme", "link_organization HELP Acme", "add_to_organization ana Acme"
    ]  # fmt: skip


def test_organisations_come_after_the_accounts_and_more_is_given_before_it_is_taken(settled: OrganizationStory) -> None:
    settled.carrying(REMOVING).belong(ana=GLOBEX, bob=GLOBEX, eva="Initech", dan="Initech")
    plan = settled.plan()
    assert [change.op for change in plan.changes][:1] == ["create_user"]
    assert organization_steps(plan) == [
        "create_organization Initech",
        "link_organization HELP Initech",
        "add_to_organization ana Globex",
        "add_to_organization bob Globex",
        "add_to_organization dan Initech",
        "remove_from_organization ana Acme",
        "remove_from_organization bob Acme",
        "unlink_organization HELP Acme",
        "remove_organization Acme",
    ]


def test_whoever_is_disabled_stays_in_and_comes_into_none(settled: OrganizationStory) -> None:
    settled.corp.person("ana", organization=ACME, active=False)
    settled.corp.person("dan", organization=ACME, active=False)
    assert steps(settled) == []


def test_a_person_in_it_already_counts_from_now_on_as_put_in(settled: OrganizationStory) -> None:
    settled.jira.members.add(("2", "KEY-old-hand"))
    settled.jira.members.add(("2", next(key for key, user in settled.jira.users.items() if user.username == "dan")))
    settled.belong(dan=ACME)
    settled.nightly()
    settled.belong(dan=GLOBEX)
    assert "remove_from_organization dan Acme" in steps(settled)


def test_whoever_is_missing_keeps_it_as_long_as_the_account(settled: OrganizationStory) -> None:
    settled.carrying(people="keep").belong(ana=None)
    assert steps(settled) == []
    settled.carrying(people="deactivate")
    assert steps(settled) == ["remove_from_organization ana Acme"]
    settled.nightly()
    assert settled.inside(ACME) == {"bob"}


def test_an_account_that_was_switched_off_earlier_leaves_too(settled: OrganizationStory) -> None:
    settled.jira.reason = "Jira did not answer"
    settled.belong(ana=None).nightly()
    settled.jira.reason = ""
    assert steps(settled) == ["remove_from_organization ana Acme"]


def test_of_somebody_whose_account_is_gone_nothing_is_known_any_more(settled: OrganizationStory) -> None:
    link = MemberLink(ORGANIZATIONS, "customers", "id-old-hand", "globex")
    settled.links.record([link])
    assert steps(settled) == []
    assert link in settled.planned().forgotten


def test_an_account_that_is_not_dirsyncs_own_waits(settled: OrganizationStory) -> None:
    settled.known_to_jira("gus", email="gus@example.org")
    settled.belong(gus=ACME)
    assert "add_to_organization gus Acme" not in steps(settled)
    assert "gus" in obstacles(settled.plan())


def test_whoever_was_left_out_keeps_it(settled: OrganizationStory) -> None:
    settled.belong(ana=None).corp.quarantined.append(Quarantined("uid=ana", "its mail is not UTF-8", "id-ana"))
    assert steps(settled) == []


def test_links_to_what_is_gone_are_forgotten(settled: OrganizationStory) -> None:
    settled.jira.without("2")
    settled.belong(ana=GLOBEX, bob="")
    planned = settled.planned()
    assert MemberLink(ORGANIZATIONS, "customers", "id-ana", "acme") in planned.forgotten
    assert GroupLink(ORGANIZATIONS, "customers", "2") in planned.forgotten
    settled.carrying(REMOVING)
    assert MemberLink(SERVICE_PROJECTS, "customers", "acme", "help") in settled.planned().forgotten


def test_a_membership_that_somebody_ended_is_forgotten_when_nothing_calls_for_it(settled: OrganizationStory) -> None:
    settled.jira.members = {pair for pair in settled.jira.members if pair[0] != "2"}
    settled.belong(ana=GLOBEX)
    planned = settled.planned()
    assert MemberLink(ORGANIZATIONS, "customers", "id-ana", "acme") in planned.forgotten
    assert "remove_from_organization ana Acme" not in organization_steps(planned.plan)


def test_a_lost_attribute_takes_nobody_out(settled: OrganizationStory) -> None:
    settled.carrying(REMOVING).belong(ana="", bob="", cyd="")
    assert steps(settled) == []
    assert (
        "nobody in corp belongs to an organisation any more (attribute 'o')" in obstacles(settled.plan())["customers"]
    )


def test_when_all_are_gone_they_are_taken_out_and_what_dirsync_made_is_removed(settled: OrganizationStory) -> None:
    settled.carrying(REMOVING, people="remove").belong(ana=None, bob=None, cyd=None).nightly(2)
    assert (settled.inside(ACME), settled.inside(GLOBEX)) == (set(), {"old-hand"})
    assert settled.jira.group_named(ACME) is None
    assert steps(settled) == []


def test_nobody_ever_having_one_is_no_obstacle() -> None:
    story = OrganizationStory().carrying().belong(ana="", bob="")
    assert (steps(story), obstacles(story.plan())) == ([], {})


def test_an_e_mail_address_that_differs_is_somebody_else(settled: OrganizationStory) -> None:
    key = next(key for key, user in settled.jira.users.items() if user.username == "dan")
    settled.belong(dan=ACME)
    for address, is_put_in in (("dan@example.net", False), ("DAN@example.org", True), ("", True)):
        settled.jira.users[key] = settled.jira.users[key]._replace(email=address)
        assert ("add_to_organization dan Acme" in steps(settled)) is is_put_in
    settled.jira.users[key] = settled.jira.users[key]._replace(email="dan@example.net")
    assert "another e-mail address in Jira than in corp" in obstacles(settled.plan())["dan"]
    settled.corp.person("dan", organization=ACME, email="")
    assert "add_to_organization dan Acme" in steps(settled)


def test_people_who_share_a_name_are_put_in_nowhere(settled: OrganizationStory) -> None:
    settled.corp.person("dan", organization=ACME)
    settled.corp.person("Dan", "id-other-dan", organization=GLOBEX)
    assert steps(settled) == []


def test_until_jira_follows_a_rename_the_old_name_counts(settled: OrganizationStory) -> None:
    settled.corp.person("anna", "id-ana", organization=ACME, email="ana@example.org")
    assert (steps(settled), obstacles(settled.plan())) == ([], {})
    settled.nightly()
    assert (steps(settled), obstacles(settled.plan())) == ([], {})
    assert settled.inside(ACME) == {"anna", "bob"}


def test_names_go_by_the_first_pattern_that_fits(settled: OrganizationStory) -> None:
    settled.carrying('{attribute: o, names: {"glx *": "Globex", "* GmbH": "*", "x*": "*"}}')
    settled.belong(ana="GLX north", bob="Acme GmbH", cyd="Globex", dan="x ")
    assert steps(settled) == [
        "add_to_organization ana Globex",
        "remove_from_organization ana Acme",
        "remove_from_organization cyd Globex",
        "unlink_organization HELP Acme",
        "unlink_organization HELP Globex",
    ]


def test_service_projects_go_by_the_first_pattern_that_fits(settled: OrganizationStory) -> None:
    settled.serve("IT")
    settled.carrying('{attribute: o, service_projects: {"Ac*": [it], "*": [HELP, NONE]}}')
    assert steps(settled) == ["link_organization IT Acme", "unlink_organization HELP Acme"]
    assert set(obstacles(settled.plan())) == {"NONE"}


def test_what_serves_it_already_is_noted_once_and_what_somebody_linked_stays(settled: OrganizationStory) -> None:
    settled.serve("IT")
    settled.jira.members.add(("1", "service project IT"))
    settled.carrying('{attribute: o, service_projects: {"*": [HELP]}}').nightly()
    assert settled.served(GLOBEX) == {"service project HELP", "service project IT"}
    settled.carrying('{attribute: o, service_projects: {"*": [HELP, IT]}}')
    assert MemberLink(SERVICE_PROJECTS, "customers", "globex", "it") in settled.planned().recorded
    settled.nightly()
    assert not settled.planned().recorded


def test_a_link_that_somebody_ended_comes_back_or_is_forgotten(settled: OrganizationStory) -> None:
    settled.jira.members.discard(("2", "service project HELP"))
    assert steps(settled) == ["link_organization HELP Acme"]
    settled.carrying("{attribute: o}")
    assert steps(settled) == ["unlink_organization HELP Globex"]
    assert MemberLink(SERVICE_PROJECTS, "customers", "acme", "help") in settled.planned().forgotten


def test_an_organisation_is_kept_unless_the_mapping_removes_what_dirsync_made(settled: OrganizationStory) -> None:
    settled.belong(ana=GLOBEX, bob=GLOBEX).nightly()
    assert steps(settled) == []
    settled.carrying(REMOVING)
    assert steps(settled) == ["unlink_organization HELP Acme", "remove_organization Acme"]
    settled.belong(ana=ACME, bob=ACME, cyd=ACME)
    assert steps(settled)[-1] == "unlink_organization HELP Globex", "Globex was there before dirsync"


def test_an_organisation_with_anybody_or_anything_else_stays(settled: OrganizationStory) -> None:
    settled.carrying(REMOVING).belong(ana=GLOBEX, bob=GLOBEX)
    settled.serve("IT")
    for pair, told in (
        (("2", "KEY-old-hand"), "'old-hand' belongs to it"),
        (("2", "service project IT"), "service project IT serves it"),
    ):
        settled.jira.members.add(pair)
        assert "remove_organization Acme" not in steps(settled)
        assert told in obstacles(settled.plan())[ACME]
        settled.jira.members.discard(pair)
    assert "remove_organization Acme" in steps(settled)


def test_of_several_of_one_name_the_one_that_dirsync_made_is_meant(settled: OrganizationStory) -> None:
    settled.make("acme", "old-hand")
    settled.belong(dan=ACME)
    assert steps(settled) == ["add_to_organization dan Acme"]
    (change,) = (one for one in settled.plan().changes if one.directory == ORGANIZATIONS)
    assert change.group_id == "2"


def test_of_several_strangers_of_one_name_none_is_touched(settled: OrganizationStory) -> None:
    settled.make("globex")
    settled.belong(dan=GLOBEX, cyd=ACME).carrying("{attribute: o}")
    plan = settled.plan()
    assert organization_steps(plan) == ["add_to_organization cyd Acme", "unlink_organization HELP Acme"]
    assert "ids 1, 3" in obstacles(plan)[GLOBEX]


@pytest.mark.parametrize("which", ["corp", "crowd_customers", ORGANIZATIONS])
def test_half_a_read_ends_nothing_and_writes_nothing(settled: OrganizationStory, which: str) -> None:
    settled.carrying(REMOVING).belong(ana=GLOBEX, bob=GLOBEX, cyd=None)
    settled.directory(which).reason = "the connection broke"
    plan = settled.plan()
    assert organization_steps(plan) == ["add_to_organization ana Globex", "add_to_organization bob Globex"]
    assert "the connection broke" in plan.unappliable[ORGANIZATIONS]
    assert not any(change.directory == ORGANIZATIONS for change in plan.appliable)


def test_mappings_of_one_source_share_an_organisation() -> None:
    story = OrganizationStory()
    story.carrying(name="a").carrying(name="b").belong(ana=ACME, bob=ACME)
    story.corp.selections = {"id-ana": ("a", "b"), "id-bob": ("b",)}
    story.nightly(2)
    assert story.inside(ACME) == {"ana", "bob"}
    assert steps(story) == []
    story.corp.selections = {"id-ana": ("b",), "id-bob": ("b",)}
    assert steps(story) == [], "the other one still calls for it"
    story.nightly()
    story.belong(ana=GLOBEX)
    assert "remove_from_organization ana Acme" in steps(story)


def test_whoever_came_under_another_mapping_of_the_source_is_not_missing() -> None:
    story = OrganizationStory().carrying(name="a").carrying(name="b").belong(ana=ACME, bob=ACME)
    story.corp.selections = {"id-ana": ("a",), "id-bob": ("b",)}
    story.nightly(2)
    story.corp.selections = {"id-ana": ("b",), "id-bob": ("b",)}
    story.belong(ana="")
    story.corp.selections["id-cyd"] = ("a",)
    story.belong(cyd=ACME)
    assert "remove_from_organization ana Acme" in steps(story)


def test_what_another_mapping_calls_for_stays() -> None:
    story = OrganizationStory().carrying(name="a").carrying(name="b").belong(ana=ACME, bob=ACME).nightly(2)
    story.carrying('{attribute: o, names: {"*": "Globex"}, service_projects: [HELP]}', name="a")
    planned = story.planned()
    assert "add_to_organization ana Globex" in organization_steps(planned.plan)
    assert "remove_from_organization ana Acme" not in organization_steps(planned.plan)
    assert MemberLink(ORGANIZATIONS, "a", "id-ana", "acme") in planned.forgotten
    story.nightly()
    assert (story.inside(ACME), story.inside(GLOBEX)) == ({"ana", "bob"}, {"ana", "bob"})
    assert steps(story) == []


def test_an_organisation_that_another_mapping_wants_is_not_removed_nor_unlinked() -> None:
    story = OrganizationStory().carrying(REMOVING, name="a").carrying(REMOVING, name="b", source="branch")
    story.belong(ana=ACME, bob=GLOBEX)
    story.directory("branch").person("eva", "branch-eva", organization=ACME)
    story.nightly(2)
    story.belong(ana=GLOBEX)
    assert steps(story) == ["add_to_organization ana Globex", "remove_from_organization ana Acme"]


def test_who_is_to_be_looked_up(settled: OrganizationStory) -> None:
    settled.jira.without(*(key for key, user in settled.jira.users.items() if user.username == "bob"))
    settled.belong(eva=ACME, fay="", ana=None)
    carrying = organization_feeds(settled.feeds(), settled.targets(), settled.links)
    assert list(unseen_accounts(carrying, settled.targets()[ORGANIZATIONS])) == ["bob"]
    assert projects_asked(carrying) == {"help"}
    settled.links.record([MemberLink(SERVICE_PROJECTS, "customers", "acme", "old")])
    settled.carrying(PLAIN.replace("HELP", "IT"))
    carrying = organization_feeds(settled.feeds(), settled.targets(), settled.links)
    assert projects_asked(carrying) == {"it", "help", "old"}
    settled.carrying(REMOVING)
    assert projects_asked(organization_feeds(settled.feeds(), settled.targets(), settled.links)) is None


@pytest.mark.parametrize(("most", "is_refused"), [(3, False), (2, True)])
def test_new_organisations_count_as_what_is_made(most: int, is_refused: bool) -> None:  # noqa: FBT001 - expected
    made = {Op.CREATE_USER: ["ana"], Op.CREATE_ORGANIZATION: [ACME, GLOBEX]}
    context = SimpleNamespace(
        limits={"customers": GuardLimits(max_creations=most)},
        allowances=Allowances(),
        changes=lambda _, ops: [one for op in ops for one in made[op]],
    )
    (refusal,) = Creations().judge(context)
    assert refusal.refused is is_refused
    assert f"creates 1 accounts and 2 organisations; the mapping allows {most}" in refusal.message
