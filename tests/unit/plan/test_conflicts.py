"""Whom several mappings take: told by what they are one, who wins, and what another order would change."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.plan.stories import CROWD, CUSTOMERS, Story

from dirsync.audit.role_addresses import role_in
from dirsync.model.conflicts import Agreement, Claim, Conflict, Conflicts
from dirsync.model.names import fold
from dirsync.model.plans import Op
from dirsync.plan import conflicts
from dirsync.plan.conflict_words import JiraOrder
from dirsync.plan.conflicts import MANY, find_conflicts
from dirsync.plan.desired import Feed
from dirsync.plan.plan import make_plan

AGENTS = """
version: 1
name: agents
audience: agents
source: {directory: corp}
target: {directory: crowd-agents}
"""
PARTNERS = """
version: 1
name: partners
audience: customers
source: {directory: abroad}
target: {directory: crowd-customers}
"""
GUESTS = CUSTOMERS.replace("name: customers", "name: guests")
NOBODY_TOLD = JiraOrder(unknown="nobody told")
KNOWN = JiraOrder({"crowd_agents": (0, 0), CROWD: (1, 0)})


def told(story: Story, jira: JiraOrder = KNOWN, feeds: dict[str, list[Feed]] | None = None) -> Conflicts:
    return find_conflicts(feeds or story.feeds(), jira, lambda address: bool(role_in(address)[0]))


def one(story: Story, jira: JiraOrder = KNOWN) -> Conflict:
    found = told(story, jira)
    (conflict,) = found.listed
    assert found.counts == {conflict.by[0]: 1}
    return conflict


def test_one_mapping_is_never_in_conflict_with_itself() -> None:
    story = Story().mapping()
    story.corp.person("ana", "1", email="ana@example.org")
    story.corp.person("ana", "2", email="ana@example.org")
    assert told(story) == Conflicts()


def test_mappings_that_take_different_people_are_silent() -> None:
    story = Story().mapping(AGENTS).mapping()
    story.corp.person("ana", taken_by=["agents"])
    story.corp.person("bob", taken_by=["customers"])
    assert told(story) == Conflicts()


def test_two_targets_for_one_person_are_said_and_jira_s_order_decides() -> None:
    story = Story().mapping(AGENTS).mapping()
    story.corp.person("ana", taken_by=["agents", "customers"])
    conflict = one(story)
    assert conflict.by == (Agreement.ID, Agreement.USERNAME, Agreement.EMAIL)
    assert conflict.claims == (
        Claim("agents", "crowd_agents", "corp", "ana", "id-ana", answers=True),
        Claim("customers", CROWD, "corp", "ana", "id-ana", answers=True),
    )
    assert conflict.targets == ("crowd_agents", CROWD)
    assert conflict.in_jira == "crowd_agents"
    assert conflict.wins == (
        "Mapping 'agents' answers on crowd_agents. Mapping 'customers' answers on crowd_customers."
        " There is an account on each of 2 targets, crowd_agents and crowd_customers;"
        " Jira goes by that of crowd_agents, whose user directory comes first."
    )
    assert conflict.flips == "Were Jira's user directories in another order, it would go by crowd_customers."


def test_with_jira_s_order_turned_the_other_account_wins() -> None:
    story = Story().mapping(AGENTS).mapping()
    story.corp.person("ana", taken_by=["agents", "customers"])
    turned = one(story, JiraOrder({"crowd_agents": (1, 0), CROWD: (0, 3)}))
    assert turned.in_jira == CROWD
    assert turned.flips == "Were Jira's user directories in another order, it would go by crowd_agents."


@pytest.mark.parametrize(
    ("jira", "why"),
    [
        (NOBODY_TOLD, "nobody told"),
        (JiraOrder({CROWD: (0, 0)}), "nothing says which user directory of Jira shows crowd_agents"),
        (JiraOrder(), "nothing says which user directory of Jira shows crowd_agents and crowd_customers"),
    ],
)
def test_an_unknown_order_is_said_to_be_unknown_and_why(jira: JiraOrder, why: str) -> None:
    story = Story().mapping(AGENTS).mapping()
    story.corp.person("ana", taken_by=["agents", "customers"])
    conflict = one(story, jira)
    assert conflict.in_jira == ""
    assert conflict.wins.endswith(f"Jira goes by its first user directory, and which one that is can't be said: {why}.")
    assert conflict.flips == ""


def test_on_one_target_the_first_mapping_by_name_wins_and_the_other_would() -> None:
    story = Story().mapping().mapping(GUESTS)
    story.corp.person("ana")
    conflict = one(story)
    assert [(claim.mapping, claim.answers) for claim in conflict.claims] == [("customers", True), ("guests", False)]
    assert conflict.targets == (CROWD,)
    assert conflict.in_jira == ""
    assert conflict.wins == "Mapping 'customers' answers on crowd_customers, the first by name that takes them."
    assert conflict.flips == ("If mapping 'guests' came before the others by name, it would answer on crowd_customers.")


def test_two_people_of_one_name_in_two_directories() -> None:
    story = Story().mapping().mapping(PARTNERS)
    story.corp.person("Ana", "corp-1")
    story.directory("abroad").person("ana", "abroad-1", email="other@example.org")
    conflict = one(story)
    assert (conflict.by, conflict.name) == ((Agreement.USERNAME,), "Ana")
    assert [(claim.mapping, claim.user_id, claim.answers) for claim in conflict.claims] == [
        ("customers", "corp-1", True), ("partners", "abroad-1", False),
    ]  # fmt: skip
    assert "'partners' came before" in conflict.flips


def test_one_name_and_one_address_agree_by_both() -> None:
    story = Story().mapping().mapping(PARTNERS)
    story.corp.person("ana", "corp-1", email="Ana@example.org")
    story.directory("abroad").person("ANA", "abroad-1", email="ana@EXAMPLE.org ")
    assert one(story).by == (Agreement.USERNAME, Agreement.EMAIL)


def test_people_without_an_address_do_not_agree_by_it() -> None:
    story = Story().mapping().mapping(PARTNERS)
    story.corp.person("ana", "corp-1", email="")
    story.directory("abroad").person("ana", "abroad-1", email=" ")
    assert one(story).by == (Agreement.USERNAME,)


def test_a_name_of_several_people_in_one_mapping_is_nobody_s_unless_the_other_mapping_comes_first() -> None:
    story = Story().mapping().mapping(PARTNERS)
    story.corp.person("ana", "corp-1", email="1@example.org")
    story.corp.person("ana", "corp-2", email="2@example.org")
    story.directory("abroad").person("ana", "abroad-1", email="3@example.org")
    conflict = one(story)
    assert conflict.targets == ()
    assert conflict.wins == ("No mapping answers on crowd_customers: the name would be several people's there.")
    assert conflict.flips == (
        "If mapping 'partners' came before the others by name, it would answer on crowd_customers."
    )
    story.directory("abroad").person("ana", "abroad-2", email="4@example.org")
    assert one(story).flips == ""


def test_of_very_many_namesakes_in_one_mapping_the_first_are_told() -> None:
    story = Story().mapping().mapping(PARTNERS)
    for number in range(MANY + 3):
        story.corp.person("ana", f"corp-{number}", email="")
    story.directory("abroad").person("ana", "abroad-1", email="")
    assert [claim.user_id for claim in one(story).claims] == [
        *(f"corp-{number}" for number in range(MANY)), "abroad-1",
    ]  # fmt: skip


def test_one_address_under_two_usernames_is_two_accounts_whatever_the_order() -> None:
    story = Story().mapping().mapping(PARTNERS)
    story.corp.person("ana", "corp-1", email="ana@example.org")
    story.directory("abroad").person("ana.b", "abroad-1", email="ANA@example.org")
    conflict = one(story)
    assert (conflict.by, conflict.name) == ((Agreement.EMAIL,), "ana@example.org")
    assert conflict.wins == "Mappings 'customers' and 'partners' each answer for an account on crowd_customers."
    assert (conflict.in_jira, conflict.flips) == ("", "")


def test_one_address_under_two_usernames_on_two_targets_is_two_users_to_jira() -> None:
    story = Story().mapping(AGENTS).mapping(PARTNERS)
    story.corp.person("ana", "corp-1", email="ana@example.org")
    story.directory("abroad").person("ana.b", "abroad-1", email="ana@example.org")
    conflict = one(story)
    assert conflict.wins.endswith("; their usernames differ, so they are several users to Jira whatever its order.")
    assert (conflict.in_jira, conflict.flips) == ("", "")


@pytest.mark.parametrize("address", ["", "none", "info@example.org", "no-reply@example.org"])
def test_an_address_that_is_nobody_s_makes_nobody_one_person(address: str) -> None:
    story = Story().mapping().mapping(PARTNERS)
    story.corp.person("ana", email=address)
    story.directory("abroad").person("bob", email=address)
    assert told(story) == Conflicts()


@pytest.mark.parametrize(("usernames", "told_ones"), [(MANY, 1), (MANY + 1, 0)])
def test_an_address_of_many_usernames_is_a_shared_mailbox(usernames: int, told_ones: int) -> None:
    story = Story().mapping().mapping(PARTNERS)
    for number in range(usernames - 1):
        story.corp.person(f"u{number}", email="team@example.org")
    story.directory("abroad").person("v", email="team@example.org")
    assert len(told(story).listed) == told_ones


@pytest.mark.parametrize(("more", "told_ones"), [(MANY * 2 - 1, 1), (MANY * 2, 0)])
def test_an_address_of_more_namesakes_than_can_be_told_is_held_by_nobody(more: int, told_ones: int) -> None:
    story = Story().mapping().mapping(PARTNERS)
    for number in range(more):
        story.corp.person("ana", f"corp-{number}", email="team@example.org")
    story.directory("abroad").person("bob", email="team@example.org")
    story.directory("abroad").person("cem", email="alone@example.org")
    assert all(each.wins == "Mapping 'partners' answers on crowd_customers." for each in told(story).listed)
    assert len(told(story).listed) == told_ones


def test_the_inactive_are_compared_by_name_and_not_by_address() -> None:
    story = Story().mapping().mapping(PARTNERS)
    story.corp.person("ana", "corp-1", email="x@example.org", active=False)
    story.directory("abroad").person("ana", "abroad-1", email="y@example.org")
    story.corp.person("bob", "corp-2", email="z@example.org", active=False)
    story.directory("abroad").person("bobby", "abroad-2", email="z@example.org")
    assert one(story).name == "ana"


def test_accounts_of_one_mapping_under_one_address_are_the_audit_s_business() -> None:
    story = Story().mapping().mapping(PARTNERS)
    story.corp.person("ana", email="ana@example.org")
    story.corp.person("ana-admin", email="ana@example.org")
    story.directory("abroad").person("bob")
    assert told(story) == Conflicts()


def test_beyond_the_listed_ones_people_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conflicts, "LISTED", 3)
    story = Story().mapping().mapping(GUESTS).mapping(PARTNERS)
    for number in range(7):
        story.corp.person(f"p{number}")
    story.directory("abroad").person("p0", "abroad-1", email="else@example.org")
    found = told(story)
    assert found.counts == {Agreement.ID: 7, Agreement.USERNAME: 1}
    assert [(each.by[0], each.name) for each in found.listed] == [
        (Agreement.ID, "p0"), (Agreement.ID, "p1"), (Agreement.ID, "p2"), (Agreement.USERNAME, "p0"),
    ]  # fmt: skip


def test_they_are_listed_by_agreement_and_then_by_name() -> None:
    story = Story().mapping().mapping(GUESTS).mapping(PARTNERS)
    story.corp.person("zoe", "1", email="zoe@example.org")
    story.corp.person("Bob", "2", email="bob@example.org")
    story.corp.person("ana", "3", email="ana@example.org", taken_by=["customers"])
    story.corp.person("cem", "4", email="cem@example.org", taken_by=["customers"])
    story.directory("abroad").person("ana", "abroad-1", email="ana@example.net")
    story.directory("abroad").person("ali", "abroad-2", email="cem@example.org")
    assert [(str(each.by[0]), each.name) for each in told(story).listed] == [
        ("id", "Bob"), ("id", "zoe"), ("username", "ana"), ("email", "cem@example.org"),
    ]  # fmt: skip


def test_the_audience_of_a_target_makes_no_difference_and_what_was_not_read_whole_is_compared() -> None:
    story = Story().mapping(AGENTS).mapping()
    story.corp.person("ana", taken_by=["agents", "customers"])
    story.corp.reason = "time limit"
    assert one(story).targets == ("crowd_agents", CROWD)


PEOPLE = st.lists(
    st.tuples(
        st.sampled_from(["corp", "abroad"]),
        st.sampled_from(["1", "2", "3", "4"]),
        st.sampled_from(["ana", "Ana", "bob", "caf\u00e9", "cafe\u0301"]),
        st.sampled_from(["", "x", "one@example.org", "ONE@example.org", "two@example.org", "info@example.org"]),
        st.booleans(),
        st.lists(st.sampled_from(["agents", "customers", "guests", "partners"]), min_size=1, unique=True),
    ),
    max_size=7,
    unique_by=lambda person: person[:2],
)


def world(people: list[tuple[str, str, str, str, bool, list[str]]]) -> Story:
    story = Story().mapping(AGENTS).mapping().mapping(GUESTS).mapping(PARTNERS)
    for source, user_id, name, email, active, taken_by in people:
        story.directory(source).person(name, user_id, email=email, active=active, taken_by=taken_by)
    return story


def by_brute_force(feeds: list[Feed]) -> set[tuple[str, frozenset[tuple[str, str]]]]:
    """Compare everybody with everybody, and return each conflict as its agreement and who is taken by what."""
    taken = [(feed.name, feed.source.directory, user) for feed in feeds for user in feed.users()]
    found: dict[tuple[str, str], list[tuple[str, str, object]]] = {}
    for mapping, source, user in taken:
        found.setdefault(("id", f"{source} {user.id}"), []).append((mapping, source, user))
        found.setdefault(("username", fold(user.username)), []).append((mapping, source, user))
        if user.active and "@" in user.email and not role_in(user.email)[0]:
            found.setdefault(("email", fold(user.email)), []).append((mapping, source, user))
    conflicting = set()
    for (by, _), group in found.items():
        for one_taken, other in combinations(group, 2):
            (mapping, source, user), (another, elsewhere, somebody) = one_taken, other
            is_one_account = (source, user.id) == (elsewhere, somebody.id)
            is_one_name = fold(user.username) == fold(somebody.username)
            counts = {"id": True, "username": not is_one_account, "email": not (is_one_account or is_one_name)}[by]
            if mapping != another and counts:
                conflicting.add((by, frozenset((name, f"{at} {who.id}") for name, at, who in group)))
    return conflicting


@settings(max_examples=300, deadline=None)
@given(people=PEOPLE, seed=st.integers(0, 5))
def test_streaming_finds_what_comparing_everybody_finds_in_whatever_order_they_come(
    people: list[tuple[str, str, str, str, bool, list[str]]], seed: int
) -> None:
    story = world(people)
    found = told(story)
    assert {
        (str(each.by[0]), frozenset((claim.mapping, f"{claim.source} {claim.user_id}") for claim in each.claims))
        for each in found.listed
    } == by_brute_force([feed for feeds in story.feeds().values() for feed in feeds])
    assert sum(found.counts.values()) == len(found.listed)
    assert told(story, feeds=story.feeds(random.Random(seed))) == found


@settings(max_examples=300, deadline=None)
@given(people=PEOPLE, order=st.permutations(range(3)))
def test_who_is_said_to_answer_is_whose_account_the_plan_makes_and_another_order_flips_it_as_said(
    people: list[tuple[str, str, str, str, bool, list[str]]], order: list[int]
) -> None:
    story = world(people)
    feeds = story.feeds()
    feeds[CROWD] = [feeds[CROWD][place] for place in order]
    assert_the_plan_agrees(story, feeds)
    for conflict in told(story, feeds=feeds).listed:
        for claim in conflict.claims:
            if f"'{claim.mapping}'" in conflict.flips.partition(" came before")[0]:
                first = [feed for feed in feeds[claim.directory] if feed.name == claim.mapping]
                others = [feed for feed in feeds[claim.directory] if feed.name != claim.mapping]
                flipped = {**feeds, claim.directory: [*first, *others]}
                made = created(story, flipped)
                theirs = {(claim.directory, claim.mapping, each.user_id) for each in conflict.claims}
                assert theirs & made, (conflict, made)


def created(story: Story, feeds: dict[str, list[Feed]]) -> set[tuple[str, str, str]]:
    plan = make_plan(feeds, story.targets(), story.links, story.now).plan
    return {(one.directory, one.mapping, one.source_id) for one in plan.changes if one.op is Op.CREATE_USER}


def assert_the_plan_agrees(story: Story, feeds: dict[str, list[Feed]]) -> None:
    made = created(story, feeds)
    for conflict in told(story, feeds=feeds).listed:
        for claim in conflict.claims:
            assert claim.answers == ((claim.directory, claim.mapping, claim.user_id) in made), (conflict, made)
