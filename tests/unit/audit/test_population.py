"""Judged, unmapped, holding: every number of a report is the number of the findings beside it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.audit.building import AGENTS, CUSTOMERS, TODAY, Counting, EstateBuilder, only, those
from unit.reports.runs import a_run

from dirsync.audit.access import SeatPaths
from dirsync.audit.outside import Outside, outside
from dirsync.model.estate import Audience
from dirsync.model.findings import Severity, Verdict
from dirsync.model.products import DirectoryType
from dirsync.model.waivers import Waiver
from dirsync.reports.document import document

HOLDS = "customer-holds-application-access"
OUTSIDE = "people-outside-every-mapping"
PERMISSION = "customer-default-group-has-jira-users-permission"
ACCESS = "customer-default-group-grants-application-access"
INCOMPLETE = "audit-incomplete"
PORTAL = "portal"


def licensed() -> EstateBuilder:
    return EstateBuilder().customers().application("jira-software", "jira-users", "staff", name="Jira Software")


def report(told: EstateBuilder, *waivers: Waiver):
    return document(a_run(audit=told.audited(*waivers), facts=()))


people = st.lists(
    st.tuples(
        st.sampled_from([CUSTOMERS, "crowd_shop", AGENTS, "corp", PORTAL]),
        st.sampled_from("abcdefgh"),
        st.sampled_from(["", "jira-users", "core", "portal-users"]),
        st.booleans(),
        st.sampled_from([(), ("audited",), ("audited", "second")]),
    ),
    max_size=25,
)


@given(people, st.sampled_from(["", CUSTOMERS, PORTAL, "corp"]), st.booleans())
@settings(deadline=None, max_examples=150)
def test_every_number_is_the_number_of_findings(accounts, incomplete, is_nested):
    told = licensed().application("jira-core", "core").customers("crowd_shop", "shop").agents()
    told.customers("corp", "audited", selection="audited", is_synced=False).directory("corp", "ldap")
    told.customers("corp", "second", selection="second", is_synced=False).directory(PORTAL, "jira")
    told.jira_directory("LDAP", "corp", DirectoryType.LDAP, mode="read-only")
    for directory, username, group, active, selections in accounts:
        told.user(username, directory, group, active=active, selections=("", *selections))
    if is_nested:
        told.group("portal-users").inside("jira-users")
    if incomplete:
        told.incomplete(incomplete)
    result = told.audited()
    shown = document(a_run(audit=result, facts=()))
    failing = those(result.findings, Verdict.FAIL, rule=HOLDS)
    undecided = those(result.findings, Verdict.UNKNOWN, rule=HOLDS)

    held = {
        mapping: len({(f.subject.directory, f.subject.id) for f in failing if f.mapping == mapping})
        for mapping in ("customers", "shop", "audited", "second")
    }
    assert held == {each["mapping"]: each["holding"] for each in shown["audiences"] if each["audience"] == "customers"}
    for application in shown["applications"]:
        of_it = [finding for finding in failing if finding.application == application["key"]]
        assert application["customers_holding"] == len(of_it)
        assert application["customers_decided"] is not any(f.application == application["key"] for f in undecided)
    customers = [each for each in shown["audiences"] if each["audience"] == Audience.CUSTOMERS.value]
    assert all(each["holding"] <= each["active"] <= each["users"] for each in customers)
    assert all(each["judged"] <= each["active"] for each in customers)
    assert (sum(each["active"] - each["judged"] for each in customers) == 0) or undecided
    passed = those(result.findings, Verdict.PASS, rule=HOLDS, application="jira-core")
    if not undecided:
        core = {(f.subject.directory, f.subject.id) for f in failing if f.application == "jira-core"}
        assert sum(f.count for f in passed) == sum(each["judged"] for each in customers) - len(core)

    outsiders = those(result.findings, Verdict.FAIL, rule=OUTSIDE)
    counted = [
        re.search(r"([\d,]+) accounts? (is|are) in no mapping(?:, ([\d,]+) of them)?", f.message) for f in outsiders
    ]
    assert shown["unmapped"] == {
        "users": sum(int(found[1]) for found in counted),
        "holding": sum(int(found[3] or 0) for found in counted),
    }
    assert all(
        (f.severity is Severity.HIGH) == bool(found[3]) == bool(f.path)
        for f, found in zip(outsiders, counted, strict=True)
    )
    assert ("in no mapping" in shown["answer"]) == bool(outsiders)
    if not undecided and sum(each["users"] for each in customers):
        users, holding = (sum(each[what] for each in customers) for what in ("users", "holding"))
        assert re.search(rf"\b{holding} of {users} customers? holds? a paid seat", shown["answer"])


class TestOutside:
    def found(self, told: EstateBuilder, directory: str = PORTAL) -> Outside:
        estate = told.build()
        return outside(estate, directory, SeatPaths(estate) if estate.has("jira.applications") else None)

    def test_five_are_named_and_the_rest_counted(self):
        told = licensed().directory(PORTAL, "jira")
        for username in "abcdef":
            told.user(username, PORTAL, active=username != "b")
        found = self.found(told)
        assert (found.users, found.active, found.names) == (6, 5, ("a", "b", "c", "d", "e"))

    def test_whoever_holds_two_seats_is_one_holder_and_the_first_path_is_kept(self):
        told = licensed().application("jira-core", "core").directory(PORTAL, "jira").user("root", PORTAL, "staff")
        told.group("core", PORTAL).holds("root", "technical")
        told.user("technical", PORTAL)
        found = self.found(told)
        assert found.holding == 2
        assert found.first_holder.path.names == ("root", "staff", "jira-software")

    def test_a_mapping_names_whom_it_takes_from_its_source_wherever_it_carries_them(self):
        told = (
            licensed()
            .agents(source=PORTAL)
            .directory(PORTAL, "jira")
            .user("ana", PORTAL, "staff", selections=("agents",))
        )
        assert self.found(told) == Outside()
        assert self.found(told.user("eve", PORTAL)).names == ("eve",)

    def test_nobody_is_outside_in_a_target_though_a_source_is_read_in_part(self):
        told = licensed().agents("corp", "agents", selection="agents", source="corp").user("eve", "corp")
        assert self.found(told, "corp").users == 1
        assert self.found(told.customers("corp", "copies"), "corp") == Outside()
        assert self.found(licensed().unread(PORTAL)) == Outside()

    def test_a_target_is_not_walked_to_find_that_out(self):
        estate = licensed().user("ana").build()
        counting = Counting(estate.snapshots[CUSTOMERS])
        assert outside(replace(estate, snapshots={CUSTOMERS: counting}), CUSTOMERS, None) == Outside()
        assert counting.walked == 0

    def test_without_knowing_what_costs_a_seat_nobody_holds_one(self):
        told = EstateBuilder().customers().directory(PORTAL, "jira").user("root", PORTAL, "jira-users")
        assert (self.found(told).users, self.found(told).holding) == (1, 0)


class TestSeatsOfThoseOutside:
    def undecided(self, told: EstateBuilder):
        return those(told.audited().findings, Verdict.UNKNOWN, rule=OUTSIDE, application="jira-software")

    def told(self) -> EstateBuilder:
        told = licensed().directory("ldap", "ldap").user("root", "ldap", "staff").user("old", "ldap", active=False)
        return told.jira_directory("LDAP", "ldap", DirectoryType.LDAP, mode="read-only-local-groups")

    def test_they_are_open_where_jira_keeps_memberships_of_its_own(self):
        assert "others of the accounts of ldap" in self.undecided(self.told().user("eve", "ldap"))[0].message
        assert self.undecided(self.told().user("eve", "ldap"))[0].missing == ("directories[ldap].memberships_in_jira",)

    def test_they_are_decided_where_everybody_active_holds_one_already(self):
        assert not self.undecided(self.told())

    def test_they_are_open_where_nobody_is_proven(self):
        told = licensed().user("eve", "ldap").directory("ldap", "ldap")
        told.jira_directory("LDAP", "ldap", DirectoryType.LDAP, mode="read-only-local-groups")
        (finding,) = self.undecided(told)
        assert finding.message.startswith("Whether the accounts of ldap in no mapping hold a seat of Jira Software")


class TestNobodyMapped:
    def told(self) -> EstateBuilder:
        told = licensed().directory("corp", "ldap").no_crowd().agents().user("ben", "corp", selections=("agents",))
        return told.says("jira.user_directories", ())

    def test_the_answer_says_so_before_anything_else_and_claims_nothing(self):
        shown = report(self.told())
        assert shown["answer"].startswith(
            "The mapping 'customers' takes nobody out of corp, which was read whole. No customer was found who could "
            "hold a paid seat"
        )
        assert only(self.told().audited().findings, Verdict.FAIL, rule=INCOMPLETE).severity is Severity.HIGH
        # The others are directory-order-unknown: an empty list places none of the two directories.
        assert "2 other findings fail, all of severity info" in shown["answer"]

    def test_an_accepted_one_leaves_the_plain_answer(self):
        waiver = Waiver(INCOMPLETE, "owner@example.org", "go-live is in May", TODAY, mapping="customers")
        assert "There are no customers yet" in report(self.told(), waiver)["answer"]
        assert "takes nobody" not in report(self.told(), waiver)["answer"]

    def test_an_empty_mapping_of_agents_makes_no_customer_doubtful(self):
        told = licensed().directory("corp", "ldap").agents().user("ben", "corp", selections=("customers",))
        answer = report(told.says("jira.user_directories", ()))["answer"]
        assert answer.startswith("The mapping 'agents' takes nobody out of corp")
        assert "There are no customers yet" in answer

    def test_accounts_made_by_hand_in_the_target_are_still_counted(self):
        shown = report(self.told().user("ana", in_group="staff"))
        assert "1 of 1 customer holds a paid seat" in shown["answer"]
        assert shown["answer"].startswith("The mapping 'customers' takes nobody")

    @pytest.mark.parametrize("change", [lambda told: told.incomplete("corp"), lambda told: told.unread("corp")])
    def test_a_source_that_was_not_read_whole_is_told_as_such_and_not_as_empty(self, change):
        findings = change(self.told()).audited().findings
        assert {f.subject.name for f in findings if f.rule == INCOMPLETE and f.verdict is Verdict.FAIL} == {"corp"}

    def test_it_says_what_becomes_of_people_who_are_carried_over(self):
        message = only(self.told().audited().findings, Verdict.FAIL, rule=INCOMPLETE).message
        assert "So nobody is carried over to crowd_customers, and only who is there already is judged." in message


class TestBeforeJira7:
    def told(self) -> EstateBuilder:
        told = EstateBuilder().customers(default_groups=("portal-users",)).no_crowd().user("ana").user("ben")
        told.says("jira.version", "6.4").says("jira.permissions", {"USE": ("staff",), "ADMINISTER": ("Staff",)})
        told.group("portal-users").inside("staff").inside("everybody")
        return told

    def test_customers_are_at_risk_by_a_permission_as_by_application_access(self):
        (known,) = self.told().audited().applications
        assert (known.key, known.customers_at_risk, known.risk_decided) == ("jira", 2, True)
        finding = only(self.told().audited().findings, Verdict.FAIL, rule=PERMISSION)
        assert "holds the permission JIRA Users and ADMINISTER through 'staff'" in finding.message

    def test_the_risk_is_undecided_where_a_permission_is_not_told(self):
        told = self.told().declares("jira.permissions", {"ADMINISTER": ()})
        (known,) = told.audited().applications
        assert (known.customers_at_risk, known.risk_decided) == (0, False)

    def test_the_answer_counts_the_group_once_whichever_rule_speaks(self):
        assert "1 default group would give one to every new customer" in report(self.told())["answer"]
        assert not those(self.told().audited().findings, Verdict.FAIL, rule=ACCESS)
        since_7 = EstateBuilder().customers(default_groups=("staff",)).no_crowd().user("ana")
        since_7.says("jira.version", "7.0").application("jira-core", "staff")
        assert "1 default group would give one to every new customer" in report(since_7)["answer"]
        assert not those(since_7.audited().findings, Verdict.FAIL, rule=PERMISSION)

    def test_an_unknown_version_keeps_the_answer_from_clearing_default_groups(self):
        told = EstateBuilder().customers().no_crowd().user("ana").says("jira.permissions", {})
        assert "it can't be said whether a default group would give one" in report(told)["answer"]
        assert only(told.audited().findings, Verdict.UNKNOWN, rule=PERMISSION).missing == ("jira.version",)
