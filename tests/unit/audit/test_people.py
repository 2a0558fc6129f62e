"""Whose people are whose."""

from __future__ import annotations

from unit.audit.building import EstateBuilder, only

from dirsync.audit.people import Belonging, People, people_by_directory
from dirsync.model.entries import User
from dirsync.model.estate import Audience
from dirsync.model.findings import Verdict

HOLDS = "customer-holds-application-access"


def two_selections() -> EstateBuilder:
    told = EstateBuilder().directory("corp", "ldap").says("jira.user_directories", ())
    for mapping in ("portal", "shop"):
        told.customers("corp", mapping, selection=mapping, is_synced=False)
    told.user("ana", "corp", selections=("portal", "shop")).user("ben", "corp", selections=("shop",))
    return told.user("cat", "corp", selections=("portal",)).application("jira-software", "jira-users")


def found(told: EstateBuilder) -> People:
    (people,) = people_by_directory(told.build(), Audience.CUSTOMERS)
    return people


def test_somebody_whom_two_mappings_take_is_met_once():
    assert sorted(user.username for user in found(two_selections()).users()) == ["ana", "ben", "cat"]


def test_somebody_whom_two_mappings_take_is_judged_once():
    told = two_selections()
    told.group("jira-users", "corp").holds("ana", "ben")
    findings = told.audited().findings
    assert only(findings, Verdict.FAIL, rule=HOLDS, mapping="shop").subject.name == "ben"
    assert only(findings, Verdict.FAIL, rule=HOLDS, mapping="portal").subject.name == "ana"
    assert only(findings, Verdict.PASS, rule=HOLDS).count == 1


def test_a_whole_directory_covers_every_selection_of_it():
    told = EstateBuilder().customers("crowd", "whole").customers("crowd", "part", selection="part")
    told.user("ana", "crowd", selections=("", "part"))
    assert found(told).selections == ("",)
    assert [user.username for user in found(told).users()] == ["ana"]


def test_people_are_listed_per_directory_in_order():
    told = EstateBuilder().customers("b", "one").customers("a", "two").customers("b", "three").agents("c")
    built = told.build()
    names = [
        [known.mapping for known in people.populations] for people in people_by_directory(built, Audience.CUSTOMERS)
    ]
    assert names == [["two"], ["one", "three"]]


def test_the_mapping_of_an_account_that_no_source_has_is_the_first_that_may():
    told = EstateBuilder().customers("crowd", "one").customers("crowd", "two").user("ana", "crowd")
    assert found(told).mapping_of(User("id-ana", "u-ana", "ana")) == "one"


def test_the_mapping_of_an_account_is_the_one_whose_selection_holds_it():
    assert found(two_selections()).mapping_of(User("id-ben", "u-ben", "ben")) == "shop"


class TestShared:
    def told(self) -> EstateBuilder:
        told = EstateBuilder().directory("staff", "ldif").directory("people", "ldif")
        told.customers("crowd", "customers", source="people").agents("crowd", "agents", source="staff")
        for username in ("ana", "ben", "cat", "dan"):
            told.user(username, "crowd")
        told.user("ana", "people", selections=("customers",)).user("cat", "people", selections=("customers",))
        return told.user("ben", "staff", selections=("agents",)).user("cat", "staff", selections=("agents",))

    def belonging(self, username: str) -> Belonging:
        return found(self.told()).belonging(User(f"id-{username}", f"u-{username}", username))

    def test_whom_only_the_customers_source_has_is_a_customer(self):
        assert self.belonging("ana") is Belonging.OURS

    def test_whom_only_the_agents_source_has_is_an_agent(self):
        assert self.belonging("ben") is Belonging.THEIRS

    def test_whom_both_sources_have_or_none_is_contested(self):
        assert self.belonging("cat") is Belonging.CONTESTED
        assert self.belonging("dan") is Belonging.CONTESTED

    def test_agents_are_not_counted_among_the_customers(self):
        assert sorted(user.username for user in found(self.told()).users()) == ["ana", "cat", "dan"]

    def test_an_agents_mapping_that_does_not_take_somebody_does_not_contest_them(self):
        told = EstateBuilder().directory("corp", "ldap").says("jira.user_directories", ())
        told.customers("corp", selection="customers").agents("corp", selection="agents")
        told.user("ana", "corp", selections=("customers",))
        assert found(told).belonging(User("id-ana", "u-ana", "ana")) is Belonging.OURS
