"""Mass removals that other connectors did to their users; by name, so that none of them comes back here.

Each ends a real issue thread; what is proven is that this plan layer would have stopped it.
"""

import pytest
from unit.plan.guarding import no_reach
from unit.plan.stories import CROWD, CUSTOMERS, ENDING, Story, obstacles, steps

from dirsync.model.entries import Quarantined
from dirsync.model.estate import Estate
from dirsync.model.plans import Op
from dirsync.model.snapshot import LastRead
from dirsync.plan.guards import judge
from dirsync.plan.guards.interface import GuardContext

PEOPLE = 200


def carried(*mappings: str, **target: object) -> Story:
    """Two hundred people, all in one group, carried over last night; whoever is missing is removed at once."""
    story = Story()
    for text in mappings or (CUSTOMERS,):
        story.mapping(text, **{"missing": "remove", "missing_after": 1, "missing_groups": "remove", **target})
    for number in range(PEOPLE):
        story.corp.person(f"p{number:03}")
    story.corp.group("portal-users", *story.corp.users)
    return story.nightly()


def refusing(story: Story) -> set[str]:
    """Return the guards that refuse tonight's plan."""
    planned = story.planned()
    context = GuardContext(
        plan=planned.plan, feeds=planned.feeds, targets=story.targets(),
        limits={name: one.content.guards for name, one in story.mappings.items()},
        audiences={name: one.content.audience for name, one in story.mappings.items()},
        links=story.links, last_reads={"corp": LastRead(users=PEOPLE)}, estate=Estate(), reach=no_reach,
        applications={},
    )  # fmt: skip
    return {refusal.guard for refusal in judge(context) if refusal.refused}


def ends(story: Story) -> list[str]:
    return [str(change.op) for change in story.plan().changes if change.op in ENDING]


@pytest.mark.parametrize("reason", ["time limit", "size limit of 500", "connection lost", "the cookie did not come"])
@pytest.mark.parametrize("left", [0, 1, 100, 199])
def test_gitea_4402_a_search_that_ran_into_its_limit_deactivates_nobody(reason: str, left: int) -> None:
    story = carried()
    for user_id in list(story.corp.users)[left:]:
        story.corp.without(user_id)
    story.corp.reason = reason
    assert ends(story) == []
    assert story.plan().appliable == ()


def test_gitea_7949_an_empty_answer_that_looks_whole_is_refused() -> None:
    story = carried()
    story.corp.without(*story.corp.users)
    assert ends(story).count("remove_user") == PEOPLE
    assert {"removals", "shrunk-directory"} <= refusing(story)


def test_owncloud_460_an_ldap_that_is_down_removes_nobody() -> None:
    story = carried()
    story.corp.without(*story.corp.users, *story.corp.groups)
    story.corp.reason = "ldap.example.org does not answer"
    assert ends(story) == []


def test_pg_ldap_sync_32_a_group_that_lost_all_its_members_is_refused() -> None:
    story = carried()
    story.corp.members.clear()
    assert ends(story) == ["remove_member"] * PEOPLE
    assert {"member-removals", "emptied-group"} <= refusing(story)


def test_pg_ldap_sync_32_also_a_small_group_that_lost_all_its_members_is_refused() -> None:
    story = carried()
    small = story.corp.group("portal-small", "id-p000", "id-p001")
    story.nightly()
    story.corp.members = {pair for pair in story.corp.members if pair[0] != small}
    assert refusing(story) == {"emptied-group"}


def test_atlassian_826895869_a_result_cut_by_the_server_removes_nobody_beyond_the_cut() -> None:
    story = carried()
    for user_id in sorted(story.corp.users)[150:]:
        story.corp.without(user_id)
    assert {"removals", "shrunk-directory"} <= refusing(story), "even where the server called that a success"


def test_adobe_377_people_outside_a_narrowed_filter_are_kept_until_the_admin_says_their_number() -> None:
    story = carried()
    for user_id in sorted(story.corp.users)[PEOPLE - 21 :]:
        story.corp.selections[user_id] = ("another",)
    assert ends(story).count("remove_user") == 21
    assert "removals" in refusing(story)


def test_keycloak_28144_groups_of_another_mapping_and_groups_made_by_hand_stay() -> None:
    other = CUSTOMERS.replace("name: customers", "name: partners").replace(
        '"portal-*": "portal-*"', '"team-*": "team-*"'
    )
    story = carried(CUSTOMERS, other)
    story.corp.group("team-red", "id-p000")
    story.nightly()
    story.crowd.group("by-hand", "key-1")
    story.corp.without("gid-portal-users")
    assert "remove_group portal-users" in steps(story.plan())
    assert not [told for told in steps(story.plan()) if "team-red" in told or "by-hand" in told]


def test_sawtooth_271_accounts_of_nobody_s_source_stay() -> None:
    story = carried()
    story.crowd.person("signed-up")
    story.crowd.person("svc-backup")
    story.corp.without(*story.corp.users)
    assert {change.user for change in story.plan().changes if change.op is Op.REMOVE_USER} == {
        f"p{number:03}" for number in range(PEOPLE)
    }


def test_gitea_13419_names_in_other_letters_are_the_same_people_and_groups() -> None:
    story = carried()
    for user_id, user in list(story.corp.users.items()):
        story.corp.person(user.username.upper(), user_id, email=user.email.upper(), display_name=user.username)
    story.corp.without("gid-portal-users").group("PORTAL-USERS", *story.corp.users)
    assert ends(story) == []
    assert {change.op for change in story.plan().changes} == {Op.UPDATE_USER}


def test_bitwarden_548_an_entry_without_a_usable_id_removes_nobody() -> None:
    story = carried()
    story.corp.without("id-p000")
    story.corp.quarantined.append(Quarantined("uid=p000", "it has no id"))
    assert "remove_user p000" not in steps(story.plan())
    assert "p000" in obstacles(story.plan())


def test_gitlab_481627_one_bad_night_of_a_throttled_directory_takes_nothing() -> None:
    story = carried(missing_after=2)
    gone = story.corp.users["id-p000"]
    story.corp.without("id-p000")
    assert ends(story) == []
    story.nightly()
    story.corp.users[gone.id] = gone
    story.nightly()
    assert len(story.crowd.users) == PEOPLE


def test_rocket_chat_17561_whom_the_source_disabled_does_not_come_back_by_night() -> None:
    story = carried()
    story.corp.person("p000", "id-p000", active=False)
    story.nightly(3)
    assert not story.crowd.named("p000").active
    assert steps(story.plan()) == []


def test_owncloud_751_one_name_in_the_way_stops_nobody_else() -> None:
    story = carried()
    story.corp.person("p000", "id-second")
    story.corp.person("new")
    assert steps(story.plan()) == ["create_user new"]
    assert "p000" in obstacles(story.plan())


def test_nextcloud_8764_a_rename_makes_no_second_account() -> None:
    story = carried()
    story.corp.person("renamed", "id-p000", email="p000@example.org", display_name="p000")
    assert steps(story.plan()) == ["rename_user p000 > renamed"]


def test_adobe_167_a_name_written_in_the_other_unicode_form_is_not_updated_every_night() -> None:
    story = carried()
    story.corp.person("ren\u00e9e", "id-p000", display_name="Rene\u0301e")
    story.nightly()
    assert steps(story.plan()) == []
    story.corp.person("rene\u0301e", "id-p000", email="ren\u00e9e@example.org", display_name="Ren\u00e9e")
    assert steps(story.plan()) == []
    account = next(user for user in story.crowd.users.values() if user.username == "ren\u00e9e")
    story.crowd.person(account.username, account.id, email=account.email, display_name="Rene\u0301e")
    assert steps(story.plan()) == [], "nor where the target writes it so"


def test_univention_25319_what_somebody_deleted_on_the_target_does_not_stop_the_queue() -> None:
    story = carried()
    story.corp.without("id-p000")
    story.crowd.without(story.crowd.named("p000").id)
    story.corp.person("new")
    story.nightly()
    assert steps(story.plan()) == []
    assert story.links.user(CROWD, "customers", "id-p000") is None
