"""One name among customers and agents: found once, from whichever side is smaller, and by Jira's own reckoning."""

from __future__ import annotations

from dataclasses import replace

import pytest
from unit.audit.building import AGENTS, CUSTOMERS, Counting, EstateBuilder, only, those

from dirsync.audit.people import people_by_directory
from dirsync.audit.shared_names import directories_of, place, shared_names
from dirsync.model.entries import User
from dirsync.model.estate import Audience
from dirsync.model.findings import Verdict
from dirsync.model.products import DirectoryType, DuplicateAccount

RULE = "username-in-both-audiences"


def both() -> EstateBuilder:
    return EstateBuilder().customers(source="people").agents(source="staff")


def found(told: EstateBuilder) -> list[tuple[str, tuple[str, ...]]]:
    estate = told.build()
    (customers,) = people_by_directory(estate, Audience.CUSTOMERS)
    agents = people_by_directory(estate, Audience.AGENTS)
    return sorted((shared.username, shared.agents) for shared in shared_names(customers, agents))


def findings(told: EstateBuilder):
    return [finding for finding in told.audited().findings if finding.rule == RULE]


def crowd(told: EstateBuilder, directory: str, count: int) -> None:
    for number in range(count):
        told.user(f"{directory}-{number}", directory)


@pytest.mark.parametrize(("customers", "agents"), [(9, 2), (2, 9)])
def test_names_are_compared_without_walking_through_anybody(customers, agents):
    told = both().user("ana").user("ANA", AGENTS)
    crowd(told, CUSTOMERS, customers)
    crowd(told, AGENTS, agents)
    assert found(told) == [("ana", (AGENTS,))]
    estate = told.build()
    counting = {name: Counting(snapshot) for name, snapshot in estate.snapshots.items()}
    watched = replace(estate, snapshots=counting)
    (people,) = people_by_directory(watched, Audience.CUSTOMERS)
    list(shared_names(people, people_by_directory(watched, Audience.AGENTS)))
    assert [each.walked for each in counting.values()] == [0, 0]


@pytest.mark.parametrize("more_customers", [0, 9])
def test_namesakes_on_either_side_are_one_name_told_once(more_customers):
    told = both().agents("crowd_more", "more", source="staff")
    for username in ("ana", "Ana"):
        told.user(username)
    for username in ("ANA", "aNa"):
        told.user(username, AGENTS).user(username, "crowd_more")
    crowd(told, CUSTOMERS, more_customers)
    assert found(told) == [("Ana", (AGENTS, "crowd_more"))]


def test_customers_of_one_mapping_are_compared_and_not_everybody_in_their_directory():
    told = EstateBuilder().customers("corp", selection="customers", source="corp").agents(source="staff")
    told.user("ana", "corp", selections=("customers",)).user("ben", "corp").user("ana", AGENTS).user("ben", AGENTS)
    assert found(told) == [("ana", (AGENTS,))]


@pytest.mark.parametrize(
    ("customer", "agent", "order", "is_told"),
    [
        (True, True, (CUSTOMERS, AGENTS), True),
        (False, False, (CUSTOMERS, AGENTS), False),
        (False, True, (CUSTOMERS, AGENTS), True),
        (False, True, (AGENTS, CUSTOMERS), False),
        (True, False, (CUSTOMERS, AGENTS), False),
        (True, False, (AGENTS, CUSTOMERS), True),
        (True, False, (CUSTOMERS,), True),
        (False, True, (), True),
    ],
)
def test_a_duplicate_is_two_active_accounts_or_an_active_one_below_a_deactivated_one(customer, agent, order, is_told):
    told = both().user("ana", active=customer).user("ana", AGENTS, active=agent)
    for directory in order:
        told.jira_directory(directory, directory)
    assert bool(found(told)) is is_told


def test_the_place_of_a_directory_is_that_of_the_first_active_one_in_jira_that_shows_it():
    told = both().jira_directory("Off", AGENTS, active=False).jira_directory("Other", "elsewhere")
    told.crowd_application("jira", ("elsewhere", CUSTOMERS, AGENTS)).jira_directory("Crowd", application="jira")
    estate = told.jira_directory("Again", AGENTS).build()
    assert place(estate, CUSTOMERS) == (2, 1)
    assert place(estate, AGENTS) == (2, 2)
    assert place(estate, "nowhere") is None
    assert place(both().build(), AGENTS) is None


def jira_lists(told: EstateBuilder, **accounts: tuple[str, ...]) -> EstateBuilder:
    listed = {
        name: tuple(DuplicateAccount(None, where, True) for where in told_of) for name, told_of in accounts.items()
    }
    return told.says("jira.duplicated_users", listed)


def shown() -> EstateBuilder:
    return both().jira_directory("Customers", CUSTOMERS).jira_directory("Agents", AGENTS)


def test_what_jira_lists_counts_where_neither_side_was_read():
    told = jira_lists(shown().unread(CUSTOMERS).unread(AGENTS), Ana=("Customers", "Agents"))
    subject = only(findings(told), Verdict.FAIL).subject
    assert (subject.name, subject.id, subject.directory) == ("ana", "", CUSTOMERS)


def test_what_jira_lists_is_not_told_twice_nor_for_an_account_that_is_not_there_any_more():
    told = shown().user("ana").user("ana", AGENTS).user("ben").incomplete(AGENTS)
    told = jira_lists(told, ana=("Customers", "Agents"), cat=("Customers", "Agents"), dan=("Agents",))
    assert [finding.subject.name for finding in those(findings(told), Verdict.FAIL)] == ["ana"]


def test_what_jira_lists_says_nothing_while_nobody_knows_what_its_directories_show():
    told = jira_lists(both().user("ana").unread(AGENTS), ana=("Customers", "Agents"))
    assert not those(findings(told), Verdict.FAIL)


def test_two_accounts_behind_one_directory_of_jira_are_not_apart_in_its_list():
    told = both().user("ana").unread(AGENTS).crowd_application("jira", (CUSTOMERS, AGENTS))
    told.jira_directory("Crowd", application="jira").jira_directory("Internal", kind=DirectoryType.INTERNAL)
    assert not those(findings(jira_lists(told, ana=("Crowd", "Internal"))), Verdict.FAIL)


def test_the_finding_of_a_name_keeps_its_id_when_another_directory_of_agents_gets_it():
    told = both().agents("crowd_more", "more", source="staff").user("ana").user("ana", AGENTS)
    before = only(findings(told), Verdict.FAIL).id
    assert only(findings(told.user("ana", "crowd_more")), Verdict.FAIL).id == before


def test_a_pair_passes_with_the_number_of_names_compared_beside_one_that_fails():
    told = both().agents("crowd_more", "more", source="staff").user("ana").user("ben").user("ana", AGENTS)
    told.user("cat", "crowd_more")
    passed = only(findings(told), Verdict.PASS)
    assert (passed.subject.name, passed.count) == ("crowd_customers and crowd_more", 1)


class TestTakenTwice:
    def told(self) -> EstateBuilder:
        told = EstateBuilder().directory("corp", "ldap").customers(mapping="shop").customers(mapping="portal").agents()
        return told.agents("crowd_more", "more")

    def test_an_account_is_told_once_however_many_mappings_take_it(self):
        told = self.told().user("ana", "corp", selections=("shop", "portal", "agents", "more"))
        told.user("ben", "corp", selections=("shop", "portal")).user("cat", "corp", selections=("agents", "more"))
        (finding,) = those(findings(told), Verdict.FAIL)
        assert (finding.subject.id, finding.subject.directory, finding.mapping) == ("id-ana", "corp", "shop")

    def test_the_mappings_that_take_it_are_named(self):
        told = self.told().user("ana", "corp", selections=("portal", "more"))
        assert "'portal' (customers) and 'more' (agents)" in only(findings(told), Verdict.FAIL).message

    def test_it_is_told_while_it_stands_in_only_one_of_both_targets(self):
        told = self.told().user("ana", "corp", selections=("portal", "agents")).user("ana")
        assert only(findings(told), Verdict.FAIL).subject.directory == "corp"
        assert only(findings(told.user("ana", AGENTS)), Verdict.FAIL).subject.directory == CUSTOMERS

    def test_in_one_target_for_both_it_is_told_though_it_stands_there(self):
        told = EstateBuilder().customers("crowd").agents("crowd").user("ana", "crowd")
        told.user("ana", "corp", selections=("customers", "agents"))
        assert only(findings(told), Verdict.FAIL).subject.directory == "corp"


def test_a_mapping_s_people_are_found_by_name_among_its_own_only():
    told = EstateBuilder().customers("corp", selection="customers").user("ana", "corp", selections=("customers",))
    (people,) = people_by_directory(told.user("ben", "corp").build(), Audience.CUSTOMERS)
    assert people.named("ANA") == User("id-ana", "u-ana", "ana")
    assert people.named("ben") is None
    (unread,) = people_by_directory(EstateBuilder().customers().unread(CUSTOMERS).build(), Audience.CUSTOMERS)
    assert unread.named("ana") is None


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ((), "Nobody told where crowd_customers, crowd_agents stands there"),
        ((CUSTOMERS,), "Nobody told where crowd_agents stands there"),
        ((CUSTOMERS, AGENTS), "Jira takes the account in crowd_customers"),
        ((AGENTS, CUSTOMERS), "Jira takes the account in crowd_agents"),
    ],
)
def test_the_message_says_which_account_wins_as_far_as_the_order_is_known(order, said):
    told = both().user("ana").user("ana", AGENTS)
    for directory in order:
        told.jira_directory(directory, directory)
    assert said in only(findings(told), Verdict.FAIL).message


def test_what_jira_lists_is_not_told_of_agents_who_were_read_whole_without_that_name():
    told = jira_lists(shown().unread(CUSTOMERS).user("ben", AGENTS), ana=("Customers", "Agents"))
    assert not those(findings(told), Verdict.FAIL)


@pytest.mark.parametrize("more", [0, 9])
def test_an_agent_in_a_shared_directory_is_no_customer_there(more):
    told = EstateBuilder().customers("crowd", source="people").agents("crowd", source="staff")
    told.agents(mapping="more", source="staff").directory("people", "ldif").directory("staff", "ldif")
    for username in ("ana", "ben"):
        told.user(username, "crowd").user(username, AGENTS)
    told.user("ana", "people", selections=("customers",)).user("ben", "staff", selections=("agents",))
    crowd(told, "crowd", more)
    assert only(findings(told), Verdict.FAIL).subject.name == "ana"


def test_where_one_source_is_asked_about_nothing_is_said_to_be_not_applicable():
    told = EstateBuilder().directory("corp", "ldap")
    told.customers("corp", selection="customers", is_synced=False).agents("corp", selection="agents", is_synced=False)
    told.user("ana", "corp", selections=("customers",)).user("ben", "corp", selections=("agents",))
    assert [(finding.verdict, finding.subject.name) for finding in findings(told)] == [(Verdict.PASS, "corp")]


def test_without_jira_s_list_of_user_directories_nobody_knows_what_an_account_s_one_shows():
    account = DuplicateAccount(1, "Crowd Agents", is_active=True)
    told = both().says("jira.duplicated_users", {"ana": (account,)})
    assert directories_of(told.build(), account) == frozenset()
    assert directories_of(told.jira_directory("Crowd Agents", AGENTS).build(), account) == {AGENTS}


def test_the_account_is_known_by_its_id_and_not_by_its_name():
    shared = only(findings(both().user("ana").user("Ana", AGENTS)), Verdict.FAIL)
    assert (shared.subject.name, shared.subject.id, shared.mapping) == ("ana", "id-ana", "customers")


def test_a_source_of_which_both_take_somebody_passes_no_more():
    told = EstateBuilder().customers(source="corp").agents(source="corp").directory("corp", "ldap")
    told.user("ana", "corp", selections=("customers", "agents"))
    assert [each.verdict for each in findings(told) if each.subject.directory == "corp"] == [Verdict.FAIL]
    told.user("ana", "corp", selections=("customers",))
    assert [each.verdict for each in findings(told) if each.subject.directory == "corp"] == [Verdict.PASS]
