"""What of a plan is about one person: real plans of a story, asked for each of its people."""

from __future__ import annotations

from dataclasses import replace

from unit.plan.stories import CROWD, CUSTOMERS, Story

from dirsync.model.conflicts import Agreement, Claim, Conflict, Conflicts
from dirsync.model.entries import User
from dirsync.model.explained import Remembered, Tonight
from dirsync.model.plans import Op
from dirsync.workflow.explain.finding import Found
from dirsync.workflow.explain.tonight import tonight

DEFAULTS = CUSTOMERS + "default_groups: [portal-all]\n"


def of(story: Story, *usernames: str, remembered: tuple[Remembered, ...] = ()) -> Tonight:
    """Ask for the person whose accounts in both directories have these names."""
    accounts = [
        Found(name, user)
        for name, directory in sorted(story.directories.items())
        for user in directory.users.values()
        if user.username in usernames
    ]
    planned = story.planned()
    return tonight(accounts, remembered, planned.plan, planned.recorded, tuple(story.mappings.values()))


def steps(told: Tonight) -> list[tuple[Op, str]]:
    return [(change.op, change.user) for change in told.changes]


def test_only_the_changes_of_that_person_are_told() -> None:
    story = Story().mapping(DEFAULTS)
    story.corp.person("ana")
    story.corp.person("bert")
    assert steps(of(story, "ana")) == [(Op.CREATE_USER, "ana"), (Op.ADD_MEMBER, "ana")], "and no group's"
    assert steps(of(story, "carl")) == []


def test_a_change_is_theirs_by_the_account_and_by_the_person_behind_it() -> None:
    story = Story().mapping()
    source_id = story.corp.person("ana")
    story.nightly()
    story.corp.person("ana-married", source_id)
    renamed = [(Op.RENAME_USER, "ana"), (Op.UPDATE_USER, "ana-married")]
    assert steps(of(story, "ana")) == renamed
    assert steps(of(story, "ana-married")) == renamed


def test_somebody_the_source_no_longer_shows_is_counted_as_missing_with_what_follows() -> None:
    story = Story().mapping(missing="remove", missing_after=3)
    story.corp.person("ana")
    story.corp.person("bert")
    story.nightly()
    story.corp.without("id-ana")
    (missing,) = of(story, "ana").missing
    assert (missing.username, missing.times, missing.needed, missing.then) == ("ana", 1, 3, "remove")
    assert (missing.directory, missing.mapping) == (CROWD, "customers")
    assert of(story, "bert").missing == ()


def test_an_account_that_was_there_before_is_adopted_unless_the_store_knows_it() -> None:
    story = Story().mapping()
    story.corp.person("ana")
    account = story.crowd.person("ana")
    (link,) = of(story, "ana").adopted
    assert (link.target_id, link.source_id) == (account, "id-ana")
    planned, mappings = story.planned(), tuple(story.mappings.values())
    in_corp = [Found("corp", story.corp.users["id-ana"])]
    assert tonight(in_corp, (), planned.plan, planned.recorded, mappings).adopted == (link,), "from either side"
    known = Remembered(CROWD, "customers", "ana", "id-ana", account)
    assert of(story, "ana", remembered=(known,)).adopted == ()


def test_what_is_remembered_of_somebody_leads_to_their_changes_without_any_account() -> None:
    story = Story().mapping()
    story.corp.person("ana")
    planned = story.planned()
    known = Remembered(CROWD, "customers", "ana", "id-ana", "gone")
    told = tonight([], (known,), planned.plan, planned.recorded, tuple(story.mappings.values()))
    assert steps(told) == [(Op.CREATE_USER, "ana")]


def test_an_obstacle_is_theirs_by_name_where_they_have_an_account() -> None:
    story = Story().mapping()
    story.corp.person("ana")
    story.crowd.person("ana", email="other@example.org")
    (obstacle,) = of(story, "ana").obstacles
    assert "another e-mail address" in obstacle.reason
    assert of(story, "bert").obstacles == ()
    planned = story.planned()
    elsewhere = [Found("elsewhere", User("x", "r", "ANA"))]
    assert tonight(elsewhere, (), planned.plan, (), tuple(story.mappings.values())).obstacles == ()


def test_a_target_that_may_not_be_written_is_named_only_where_something_would_be() -> None:
    story = Story().mapping()
    story.corp.person("ana")
    story.corp.reason = "size limit"
    assert list(of(story, "ana").unappliable) == [CROWD]
    assert of(story, "bert").unappliable == {}


def test_a_conflict_is_theirs_by_any_of_the_accounts_that_mappings_take() -> None:
    story = Story().mapping()
    ana, other = story.corp.person("ana"), story.corp.person("anna")
    claims = tuple(Claim("customers", CROWD, "corp", "x", one, answers=True) for one in (ana, other))
    conflict = Conflict((Agreement.EMAIL,), "ana@example.org", claims, "", "Wins.", "")
    plan = replace(story.plan(), conflicts=Conflicts({Agreement.EMAIL: 1}, (conflict,)))
    for username, source, told in (("ana", "corp", (conflict,)), ("anna", "corp", (conflict,)), ("ana", "hr", ())):
        account = Found(source, User(f"id-{username}", "r", username))
        assert tonight([account], (), plan, (), tuple(story.mappings.values())).conflicts == told
