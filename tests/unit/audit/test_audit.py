"""The audit as a whole: states, counts, order."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st
from unit.audit.building import AGENTS, CUSTOMERS, TODAY, EstateBuilder, only, those

from dirsync.audit.audit import audit
from dirsync.audit.rules import RULES
from dirsync.model.estate import Audience
from dirsync.model.facts import MissingFact, unknown
from dirsync.model.findings import Finding, Mechanism, Severity, Subject, SubjectKind, Verdict
from dirsync.model.products import DirectoryType
from dirsync.model.run import ApplicationSeats, AtRisk, AudienceCount, ComputedSeats
from dirsync.model.waivers import Waiver

HOLDS = "customer-holds-application-access"
DEFAULTS = "customer-default-group-grants-application-access"


def estate() -> EstateBuilder:
    return EstateBuilder().customers().agents().directory("corp", "ldap")


def licensed() -> EstateBuilder:
    return estate().application("jira-software", "jira-users", name="Jira Software", seats=25, used=20)


def state(result, rule):
    return next(known for known in result.rules if known.rule == rule)


class TestStates:
    def test_a_rule_that_fails_anywhere_fails(self):
        told = licensed().user("ana", in_group="jira-users").user("ben", AGENTS)
        told.customers("other", "others").unread("other")
        known = state(told.audited(), HOLDS)
        assert known.state is Verdict.FAIL
        assert known.why == "1 failing, 1 undecided"
        assert known.title == "A free customer occupies a paid seat"
        assert known.decides_seats

    def test_a_waived_failure_still_fails_and_is_said_to_be_waived(self):
        told = licensed().user("ana", in_group="jira-users").user("ben", in_group="jira-users")
        waiver = Waiver(HOLDS, "owner@example.org", "pilot", TODAY, user="ana")
        result = told.audited(waiver)
        assert state(result, HOLDS).state is Verdict.FAIL
        assert state(result, HOLDS).why == "2 failing, 1 of them waived"
        assert [finding.subject.name for finding in result.findings if finding.waiver] == ["ana"]

    def test_an_expired_waiver_does_not_apply(self):
        told = licensed().user("ana", in_group="jira-users")
        waiver = Waiver(HOLDS, "owner@example.org", "pilot", date(2026, 11, 19), user="ana")
        assert only(told.audited(waiver).findings, Verdict.FAIL, rule=HOLDS).waiver is None

    def test_an_undecided_rule_says_why(self):
        known = state(estate().audited(), HOLDS)
        assert known.state is Verdict.UNKNOWN
        assert "nothing says what jira.applications is" in known.why.lower()

    def test_a_rule_undecided_in_many_places_gives_three_reasons_and_the_number_of_others(self):
        told = licensed()
        for number in range(5):
            told.customers(f"other_{number}", f"other-{number}").unread(f"other_{number}")
        assert state(told.audited(), HOLDS).why.endswith("And 2 more.")
        assert state(told.audited(), HOLDS).why.count("can't be said") == 3

    def test_exactly_three_reasons_are_all_given(self):
        told = licensed()
        for number in range(3):
            told.customers(f"other_{number}", f"other-{number}").unread(f"other_{number}")
        assert "more." not in state(told.audited(), HOLDS).why

    def test_a_rule_that_passes_everywhere_passes_without_more_words(self):
        known = state(licensed().audited(), HOLDS)
        assert (known.state, known.why) == (Verdict.PASS, "")

    def test_a_rule_that_does_not_apply_says_why(self):
        known = state(EstateBuilder().agents().audited(), HOLDS)
        assert known.state is Verdict.NOT_APPLICABLE
        assert known.why == "No mapping has the audience 'customers'."

    def test_every_rule_has_a_state_in_the_order_of_the_catalogue(self):
        assert [known.rule for known in EstateBuilder().audited().rules] == [rule.id for rule in RULES]

    def test_only_the_seat_rules_decide_seats(self):
        undecided = {known.rule for known in EstateBuilder().audited().rules if not known.decides_seats}
        assert undecided == {
            "admin-group-takes-seats",
            "agent-without-application-access",
            "application-default-group-misconfigured",
            "licensed-group-unresolved",
            "aggregation-exposes-customers",
            "audiences-share-a-directory",
            "audit-incomplete",
            "customers-directory-above-agents",
            "directory-order-unknown",
            "group-fed-by-both-audiences",
            "masked-seat",
            "nesting-crosses-directories",
            "declaration-stale",
            "customer-group-in-agent-role",
            "customer-role-group-grants-application-access",
            "portal-permission-by-group",
            "same-person-twice",
            "customers-cannot-authenticate",
            "mailing-list-as-customer",
            "seat-count-disagrees-with-jira",
            "seats-nearly-exhausted",
            "username-in-both-audiences",
            "waiver-expired",
            "waiver-not-honoured",
            "waiver-unused",
        }


class _Careless:
    """A rule that lets a missing fact escape."""

    id, severity, since, decides_seats = "careless", Severity.LOW, "0.1", False

    def audit(self, _):
        yield Finding(self.id, Verdict.FAIL, self.severity, Subject(SubjectKind.ESTATE, "first"), "First.")
        raise MissingFact(unknown("some.fact", "Nobody told.", "Tell."))


class _Silent:
    """A rule that finds nothing to say."""

    id, severity, since, decides_seats = "silent", Severity.LOW, "0.1", False

    def audit(self, _):
        yield from ()


def test_a_rule_that_says_nothing_does_not_apply():
    assert audit(estate().build(), [_Silent()]).rules[0].state is Verdict.NOT_APPLICABLE


def test_a_rule_that_trips_over_a_missing_fact_is_undecided_and_keeps_what_it_had_found():
    result = audit(estate().build(), [_Careless()])
    assert only(result.findings, Verdict.FAIL).subject.name == "first"
    tripped = only(result.findings, Verdict.UNKNOWN)
    assert (tripped.missing, tripped.message, tripped.remedy) == (("some.fact",), "Nobody told.", "Tell.")


def test_audit_incomplete_sees_the_other_answers_wherever_it_stands_in_the_catalogue():
    told = estate().build()
    forwards, backwards = audit(told), audit(told, tuple(reversed(RULES)))
    last = [finding for finding in backwards.findings if finding.rule == "audit-incomplete"]
    assert last == [finding for finding in forwards.findings if finding.rule == "audit-incomplete"]
    order = list(dict.fromkeys(finding.rule for finding in backwards.findings))
    assert order[-4:] == ["audit-incomplete", "waiver-not-honoured", "waiver-expired", "waiver-unused"]
    assert [known.rule for known in backwards.rules] == [rule.id for rule in reversed(RULES)]


class TestOrder:
    def test_within_a_rule_failures_come_first_then_what_is_open_then_the_rest(self):
        told = licensed().user("ana", in_group="jira-users").user("ben").incomplete(CUSTOMERS)
        told.customers("other", "others").user("eve", "other")
        verdicts = [finding.verdict for finding in told.audited().findings if finding.rule == HOLDS]
        assert verdicts == [Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS]

    @given(st.randoms())
    @settings(deadline=None, max_examples=25)
    def test_the_order_in_which_things_are_known_makes_no_difference(self, chooser: random.Random):
        told = licensed().application("jira-core", "core", default_groups=("core", "jira-users"))
        told.agents("other", "others").user("ben", "other", "core")
        for username in ("zoe", "ana", "Mia"):
            told.user(username, in_group="jira-users")
        told.group("jira-users").inside("core")
        built = told.build()

        def shuffled(items):
            items = list(items)
            chooser.shuffle(items)
            return items

        other = replace(
            built,
            snapshots=dict(shuffled(built.snapshots.items())),
            facts=dict(shuffled(built.facts.items())),
            kinds=dict(shuffled(built.kinds.items())),
        )
        assert audit(other) == audit(built)
        populations = replace(built, populations=tuple(shuffled(built.populations)))
        assert {f.id for f in audit(populations).findings} == {f.id for f in audit(built).findings}


class TestAudiences:
    def test_people_are_counted_per_mapping(self):
        told = licensed().user("ana", in_group="jira-users").user("ben").user("cat", active=False)
        told.user("dan", AGENTS, "jira-users")
        assert told.audited().audiences == (
            AudienceCount(Audience.CUSTOMERS, "customers", users=3, active=2, judged=2, holding=1),
            AudienceCount(Audience.AGENTS, "agents", users=1, active=1, judged=1, holding=1),
        )

    def test_whoever_several_mappings_bring_to_one_directory_counts_once(self):
        told = licensed().customers(mapping="partners", source="partners").user("ana", in_group="jira-users")
        told.user("ben").user("cat", active=False).user("ben", "partners", selections=("partners",))
        assert told.audited().audiences == (
            AudienceCount(Audience.CUSTOMERS, "customers", users=2, active=1, judged=1, holding=1),
            AudienceCount(Audience.AGENTS, "agents", users=0, active=0, judged=0, holding=0),
            AudienceCount(Audience.CUSTOMERS, "partners", users=1, active=1, judged=1, holding=0),
        )

    def test_who_holds_two_seats_is_one_holder(self):
        told = licensed().application("jira-core", "core").user("ana", in_group="jira-users")
        told.group("core").holds("ana")
        assert told.audited().audiences[0].holding == 1

    def test_people_in_doubt_are_not_judged(self):
        told = licensed().user("ana", in_group="portal").user("ben")
        told.group("portal", AGENTS).inside("jira-users")
        assert told.audited().audiences[0].judged == 1

    def test_in_a_directory_of_both_audiences_each_counts_its_own(self):
        told = EstateBuilder().application("jira-software", "jira-users").customers().agents(CUSTOMERS, source="staff")
        told.user("ana", in_group="jira-users").user("eva", in_group="jira-users").user("ben")
        for name, source, mapping in (("ana", "corp", "customers"), ("ben", "corp", "customers")):
            told.user(name, source, selections=(mapping,))
        assert told.user("eva", "staff", selections=("agents",)).audited().audiences == (
            AudienceCount(Audience.CUSTOMERS, "customers", users=2, active=2, judged=2, holding=1),
            AudienceCount(Audience.AGENTS, "agents", users=1, active=1, judged=1, holding=1),
        )

    def test_only_holders_are_judged_there_whichever_mapping_brings_them(self):
        told = licensed().customers(mapping="partners", source="partners").user("ana", in_group="jira-users")
        told.user("ben").user("ben", "partners", selections=("partners",)).incomplete(CUSTOMERS)
        judged = {known.mapping: (known.active, known.judged) for known in told.audited().audiences}
        assert judged == {"customers": (1, 1), "agents": (0, 0), "partners": (1, 0)}

    def test_in_a_directory_not_read_whole_only_holders_are_judged(self):
        told = licensed().user("ana", in_group="jira-users").user("ben").incomplete(CUSTOMERS)
        assert told.audited().audiences[0] == AudienceCount(Audience.CUSTOMERS, "customers", 2, 2, judged=1, holding=1)

    def test_there_only_holders_of_every_application_are_judged(self):
        told = licensed().application("jira-core", "core").user("ana", in_group="jira-users")
        known = told.user("ben", in_group="core").incomplete(CUSTOMERS).audited().audiences[0]
        assert (known.judged, known.holding) == (0, 2)

    def test_nobody_is_judged_where_nobody_knows_what_costs_a_seat(self):
        assert estate().user("ana").audited().audiences[0] == AudienceCount(Audience.CUSTOMERS, "customers", 1, 1, 0, 0)

    def test_without_applications_everybody_is_judged(self):
        told = estate().user("ana").says("jira.version", "9.12").says("jira.applications", ())
        assert told.audited().audiences[0].judged == 1

    def test_an_unread_directory_has_nobody_to_count(self):
        assert licensed().unread(CUSTOMERS).audited().audiences[0].users == 0


class TestUnmapped:
    def test_people_whom_jira_sees_and_no_mapping_names_are_counted(self):
        told = licensed().directory("portal", "jira").user("root", "portal", "jira-users").user("guest", "portal")
        told.user("old", "portal", "jira-users", active=False)
        result = told.audited()
        assert (result.unmapped_users, result.unmapped_holding) == (3, 1)

    def test_people_of_a_mere_source_are_not(self):
        assert licensed().user("ana", "corp").audited().unmapped_users == 0

    def test_of_a_directory_that_mappings_take_people_from_the_rest_is_unmapped(self):
        told = EstateBuilder().customers("portal", selection="customers").directory("portal", "jira")
        told.application("jira-software", "jira-users").application("jira-core", "jira-users")
        told.user("ana", "portal", "jira-users", selections=("customers",)).user("ben", "portal", "jira-users")
        result = told.audited()
        assert (result.unmapped_users, result.unmapped_holding) == (1, 1)

    def test_they_hold_nothing_provable_where_nobody_knows_what_costs_a_seat(self):
        result = estate().directory("portal", "jira").user("root", "portal", "jira-users").audited()
        assert (result.unmapped_users, result.unmapped_holding) == (1, 0)


class TestSeats:
    def test_seats_are_counted_per_application(self):
        told = licensed().user("ana", in_group="jira-users").user("ben", in_group="portal").user("cat", active=False)
        told.user("dan", AGENTS, "jira-users").customers("other", "others").user("eve", "other", "jira-users")
        told.crowd_application("jira", (CUSTOMERS,), default_groups=("jira-users",))
        assert told.audited().applications == (
            ApplicationSeats(
                "jira-software",
                "Jira Software",
                25,
                20,
                False,
                2,
                customers_at_risk=1,
                agents_holding=1,
                risk_decided=False,
                at_risk_by=(AtRisk(Mechanism.CROWD_APPLICATION, 1),),
            ),
        )

    def test_beside_them_stands_what_the_directories_give_in_jira_s_order(self):
        told = licensed().user("ana", in_group="jira-users").user("dan", AGENTS, "jira-users").user("dan")
        assert told.audited().applications[0].computed is None
        told.jira_directory("Customers", CUSTOMERS, active=True).jira_directory("Agents", AGENTS, active=True)
        told.crowd_application("a", None)
        assert told.audited().applications[0].computed == ComputedSeats(1, 1, {"masked": 1}, 19)

    def test_nobody_is_at_risk_by_a_group_that_only_new_accounts_get(self):
        told = estate().user("ana").no_crowd()
        told.application("jira-core", "core", default_groups=("core",), selected_by_default=True)
        result = told.audited()
        assert those(result.findings, Verdict.FAIL, rule=DEFAULTS)
        assert result.applications[0].customers_at_risk == 0
        assert result.applications[0].at_risk_by == (AtRisk(Mechanism.JIRA_APPLICATION, 0),)
        assert result.applications[0].name == "jira-core"

    def test_the_risk_is_counted_for_the_application_that_is_reached(self):
        told = licensed().application("jira-core", "core").user("ana").customers("crowd_shop", "shop")
        told.user("eve", "crowd_shop").crowd_directory("Customers", CUSTOMERS, default_groups=("core",))
        at_risk = {known.key: known.customers_at_risk for known in told.audited().applications}
        assert at_risk == {"jira-software": 0, "jira-core": 1}

    def test_who_holds_a_seat_of_another_application_is_at_risk_all_the_same(self):
        told = licensed().application("jira-core", "core").user("ana", in_group="core")
        told.crowd_directory("Customers", CUSTOMERS, default_groups=("jira-users",))
        known = {each.key: (each.customers_holding, each.customers_at_risk) for each in told.audited().applications}
        assert known == {"jira-software": (0, 1), "jira-core": (1, 0)}

    def test_what_is_open_or_computed_of_one_application_is_so_of_that_one(self):
        told = licensed().application("jira-servicedesk", "team", used=0)
        told.user("ana", in_group="portal").user("dan", AGENTS).group("portal", AGENTS).inside("jira-users")
        told.jira_directory("Customers", CUSTOMERS, active=True).jira_directory("Agents", AGENTS, active=True)
        told.crowd_application("a", None).group("team").holds("ana")
        software, desk = told.audited().applications
        assert (software.customers_decided, desk.customers_decided) == (False, True)
        assert (software.computed.at_least, software.computed.at_most) == (0, 1)
        assert (desk.computed.at_least, desk.computed.at_most) == (1, 1)

    def test_there_are_none_where_nobody_knows_them(self):
        assert estate().audited().applications == ()

    def test_before_jira_7_one_pseudo_application_stands_for_all_of_jira(self):
        told = estate().says("jira.version", "6.4").says("jira.permissions", {"USE": ("jira-users",)})
        (known,) = told.user("ana", in_group="jira-users").audited().applications
        assert (known.key, known.seats, known.customers_holding) == ("jira", None, 1)


def test_the_finding_of_a_customer_keeps_its_id_over_a_rename_of_the_mapping():
    one = EstateBuilder().customers(mapping="a").application("jira-software", "g").user("ana", in_group="g")
    other = EstateBuilder().customers(mapping="b").application("jira-software", "g").user("ana", in_group="g")
    ids = {only(told.audited().findings, Verdict.FAIL, rule=HOLDS).id for told in (one, other)}
    assert len(ids) == 1


def test_sign_up_is_open_while_nobody_knows_whether_the_writable_directory_is_active():
    told = EstateBuilder().customers(public_signup=True)
    told.jira_directory("Crowd", CUSTOMERS, mode="read-write").forgets("jira.user_directories[Crowd].active")
    finding = only(told.audited().findings, Verdict.UNKNOWN, rule="public-signup-needs-read-write")
    assert finding.missing == ("jira.user_directories[Crowd].active",)


def test_a_writable_directory_of_unknown_state_is_not_promised_as_the_place_where_sign_ups_land():
    told = EstateBuilder().customers(public_signup=True)
    told.jira_directory("Crowd", CUSTOMERS, mode="read-only", active=True)
    told.jira_directory("Internal", "portal", DirectoryType.INTERNAL, mode="read-write")
    finding = only(told.audited().findings, Verdict.FAIL, rule="public-signup-needs-read-write")
    assert "sign-up fails" in finding.message


def test_counts_that_may_be_more_say_so():
    decided = licensed().user("ana", in_group="jira-users").no_crowd().audited().applications[0]
    assert decided.customers_decided
    doubtful = licensed().user("ana", in_group="jira-users").incomplete(CUSTOMERS).audited().applications[0]
    assert (doubtful.customers_holding, doubtful.customers_decided) == (1, False)


def test_a_default_group_keeps_its_finding_whether_its_directory_was_read_or_the_group_is_there_yet():
    def ids(*, group_is_there: bool, is_read: bool) -> set[str]:
        told = EstateBuilder().customers(default_groups=("Jira-Users",)).application("jira-software", "jira-users")
        if group_is_there:
            told.group("jira-users")
        if not is_read:
            told.unread(CUSTOMERS)
        return {found.id for found in those(told.audited().findings, Verdict.FAIL, rule=DEFAULTS)}

    first = ids(group_is_there=True, is_read=True)
    assert len(first) == 1
    assert first == ids(group_is_there=False, is_read=True) == ids(group_is_there=True, is_read=False)
