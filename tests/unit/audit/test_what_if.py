"""What would be other if some settings were others: facts replaced, audits compared, nothing else touched."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.audit.building import AGENTS, CUSTOMERS, EstateBuilder

from dirsync.audit.audit import audit
from dirsync.audit.rules.customer_default_group_grants_application_access import (
    CustomerDefaultGroupGrantsApplicationAccess as DefaultGroups,
)
from dirsync.audit.rules.customer_holds_application_access import CustomerHoldsApplicationAccess as Holds
from dirsync.audit.rules.seat_count_disagrees_with_jira import SeatCountDisagreesWithJira as Counted
from dirsync.audit.what_if import supposing
from dirsync.audit.what_if_compare import compared
from dirsync.errors import ConfigurationInvalid
from dirsync.mapping.what_if_file import WhatIf, load_what_if, parse_what_if
from dirsync.model.facts import FactState
from dirsync.model.findings import Confidence, Severity, Verdict, Waived
from dirsync.model.products import DirectoryMode, DuplicateAccount
from dirsync.model.run import WhatIfResult

KEY = "jira-software"
RULES = (DefaultGroups(), Holds(), Counted())
CROWD = "crowd.applications[jira].directories[crowd_customers]"


def estate() -> EstateBuilder:
    told = EstateBuilder().customers(default_groups=("portal",)).agents()
    told.application(KEY, "jira-users", seats=9, used=2, default_groups=("jira-users",), selected_by_default=False)
    told.user("ana", in_group="jira-users").user("ben", in_group="portal").user("eva", AGENTS, "jira-users")
    told.jira_directory("Agents", AGENTS, application="staff", active=True, mode="read-only", default_groups=("a",))
    told.jira_directory("Customers", CUSTOMERS, application="jira", active=True, mode="read-only")
    leaves = {"default_groups": ("jira-users", "portal"), "directory_default_groups": ("portal",)}
    told.crowd_application("jira", (CUSTOMERS,), **leaves).crowd_application("staff", (AGENTS,), default_groups=())
    for name in ("jira", "staff"):
        told.says(f"crowd.applications[{name}].access_based_sync", value=False)
    told.says("crowd.applications[jira].aggregate_memberships", value=False)
    return told.crowd_directory("All Customers", CUSTOMERS, default_groups=("portal",))


def file(*suppositions: str) -> WhatIf:
    lines = "".join(f"  - {each}\n" for each in suppositions)
    return parse_what_if(f"version: 1\nsuppose:{(lines and chr(10) + lines) or ' []'}", "what-if.yaml")


def changed(*suppositions: str, told: EstateBuilder | None = None) -> Any:
    return supposing((told or estate()).build(), file(*suppositions))


def value(name: str, *suppositions: str, told: EstateBuilder | None = None) -> Any:
    return changed(*suppositions, told=told).estate.need(name).value


def mistakes(*suppositions: str, told: EstateBuilder | None = None) -> list[str]:
    with pytest.raises(ConfigurationInvalid) as invalid:
        changed(*suppositions, told=told)
    return [str(mistake) for mistake in invalid.value.mistakes]


def result(*suppositions: str, told: EstateBuilder | None = None) -> WhatIfResult:
    before = (told or estate()).build()
    supposed = supposing(before, file(*suppositions))
    return compared(audit(before, RULES), audit(supposed.estate, RULES), supposed, "what-if.yaml")


class TestFacts:
    def test_a_default_group_of_a_crowd_application(self):
        leaf = f"{CROWD}.default_groups"
        assert value(leaf, "default_group: {add: x, crowd_application: JIRA}") == ("jira-users", "portal", "x")
        gone = "default_group: {remove: Jira-Users, crowd_application: jira, directory: crowd-customers}"
        assert value(leaf, gone) == ("portal",)

    def test_a_default_group_of_a_crowd_directory_wherever_it_is_known(self):
        supposed = changed("default_group: {add: x, crowd_directory: crowd-customers}").estate
        leaves = ("crowd.directories[All Customers].default_groups", f"{CROWD}.directory_default_groups")
        assert [supposed.need(leaf).value for leaf in leaves] == [("portal", "x")] * 2
        told = estate().forgets(leaves[1])
        supposed = changed("default_group: {remove: portal, crowd_directory: crowd-customers}", told=told).estate
        assert supposed.need(leaves[0]).value == ()
        assert not supposed.has(leaves[1])

    def test_a_default_group_of_a_jira_application_and_its_access(self):
        found = value("jira.applications", f"default_group: {{remove: jira-users, jira_application: {KEY}}}")
        assert (found[0].default_groups, found[0].groups) == ((), ("jira-users",))
        found = value("jira.applications", f"application_access: {{grant: portal, application: {KEY.upper()}}}")
        assert (found[0].default_groups, found[0].groups) == (("jira-users",), ("jira-users", "portal"))

    def test_only_the_application_that_is_named_changes(self):
        told = estate().application("jira-core", "core")
        found = value("jira.applications", "application_access: {revoke: core, application: jira-core}", told=told)
        assert [each.groups for each in found] == [("jira-users",), ()]

    def test_a_default_group_of_a_user_directory(self):
        leaf = "jira.user_directories[Agents].default_groups"
        assert value(leaf, "default_group: {add: x, user_directory: agents}") == ("a", "x")

    def test_a_default_group_of_a_mapping_and_where_that_is_told(self):
        supposed = changed("default_group: {remove: portal, mapping: customers}").estate
        customers, agents = supposed.populations
        assert customers.default_groups == ()
        assert customers.where == "mappings/customers.yaml:2, but default_groups as what-if.yaml:3 supposes"
        assert agents == estate().build().populations[1]

    def test_the_order_the_mode_and_the_aggregation(self):
        order = value("jira.user_directories", "directory_order: [customers, Agents]")
        assert [each.name for each in order] == ["Customers", "Agents"]
        mode = value("jira.user_directories[Customers].mode", "mode: {user_directory: customers, becomes: read-write}")
        assert mode is DirectoryMode.READ_WRITE
        leaf = "crowd.applications[jira].aggregate_memberships"
        assert value(leaf, "aggregation: {crowd_application: jira, becomes: on}") is True

    def test_what_nobody_knows_can_be_set(self):
        leaf = "crowd.applications[staff].aggregate_memberships"
        supposed = changed("aggregation: {crowd_application: staff, becomes: off}").estate
        assert supposed.need(leaf).value is False
        assert supposed.need(leaf).source == "what-if.yaml:3, supposed by --what-if (not known today)"
        told = estate().forgets("jira.user_directories[Agents].mode")
        source = (
            changed("mode: {user_directory: Agents, becomes: read-only}", told=told)
            .estate.need("jira.user_directories[Agents].mode")
            .source
        )
        assert source.endswith("(not known today)")

    def test_a_supposed_fact_says_where_and_what_is_the_case_and_is_never_proved(self):
        fact = changed("mode: {user_directory: Customers, becomes: read-write}").estate.need(
            "jira.user_directories[Customers].mode"
        )
        name = "jira.user_directories[Customers].mode"
        assert fact.source == f"what-if.yaml:3, supposed by --what-if (else as told by GET {name})"
        assert fact.state is FactState.DECLARED

    def test_one_after_the_other(self):
        found = changed(
            "default_group: {add: x, crowd_application: jira}", "default_group: {remove: x, crowd_application: jira}"
        )
        assert found.estate.need(f"{CROWD}.default_groups").value == ("jira-users", "portal")
        assert [each.is_already_so for each in found.supposed] == [False, False]

    def test_what_is_so_already_changes_nothing_and_says_so(self):
        before = estate().build()
        for each in (
            "default_group: {add: Portal, crowd_application: jira}",
            "default_group: {add: portal, mapping: customers}",
            f"application_access: {{grant: jira-users, application: {KEY}}}",
            "directory_order: [Agents, Customers]",
            "aggregation: {crowd_application: jira, becomes: off}",
            "mode: {user_directory: Agents, becomes: read-only}",
        ):
            found = supposing(before, file(each))
            assert found.estate is before, each
            assert found.supposed[0].is_already_so

    def test_what_it_is_in_words(self):
        assert [
            each.text
            for each in changed(
                "default_group: {remove: jira-users, crowd_application: jira}",
                "default_group: {add: portal, crowd_directory: crowd_customers}",
                f"default_group: {{add: portal, jira_application: {KEY}}}",
                "default_group: {add: portal, user_directory: Agents}",
                "default_group: {add: portal, mapping: customers}",
                f"application_access: {{grant: portal, application: {KEY}}}",
                f"application_access: {{revoke: portal, application: {KEY}}}",
                "directory_order: [Customers, Agents]",
                "aggregation: {crowd_application: jira, becomes: on}",
                "mode: {user_directory: Agents, becomes: read-write}",
            ).supposed
        ] == [
            "default group 'jira-users' removed from those of the Crowd application 'jira' for crowd_customers",
            "default group 'portal' added to those of the Crowd directory crowd_customers",
            f"default group 'portal' added to those of the Jira application {KEY}",
            "default group 'portal' added to those of Jira's user directory 'Agents'",
            "default group 'portal' added to those of the mapping customers",
            f"access to {KEY} granted to 'portal'",
            f"access to {KEY} revoked from 'portal'",
            "Jira's user directories in the order 'Customers', 'Agents'",
            "aggregation of 'jira' on",
            "mode of 'Agents' read-write",
        ]


class TestCounts:
    def test_jiras_own_count_moves_as_the_computed_one_does(self):
        assert (
            value("jira.applications", f"application_access: {{revoke: jira-users, application: {KEY}}}")[0].used == 0
        )
        assert value("jira.applications", f"application_access: {{grant: portal, application: {KEY}}}")[0].used == 3

    def test_it_is_no_less_than_nobody_and_unknown_where_it_was(self):
        told = estate().application(KEY, "jira-users", used=1)
        revoked = f"application_access: {{revoke: jira-users, application: {KEY}}}"
        assert value("jira.applications", revoked, told=told)[0].used == 0
        told = estate().application(KEY, "jira-users")
        assert value("jira.applications", revoked, told=told)[0].used is None

    def test_a_count_that_moved_says_so(self):
        granted = f"application_access: {{grant: portal, application: {KEY}}}"
        fact = changed(granted).estate.need("jira.applications")
        assert fact.source.startswith("what-if.yaml:3, supposed by --what-if (else as told by GET jira.applications)")
        assert fact.source.endswith("; seats used as they would be by what-if.yaml")

    def test_where_nobody_knows_what_costs_a_seat_nothing_is_counted(self):
        told = estate()
        del told.facts["jira.applications"]
        mode = "mode: {user_directory: Agents, becomes: read-write}"
        assert not changed(mode, told=told).estate.has("jira.applications")
        told = estate().says("jira.version", "no version")
        assert value("jira.applications", mode, told=told)[0].used == 2

    def test_before_jira_7_there_are_no_counts_to_move(self):
        told = estate().says("jira.version", "6.4").says("jira.permissions", {"USE": ("jira-users",)})
        del told.facts["jira.applications"]
        supposed = changed("mode: {user_directory: Agents, becomes: read-write}", told=told)
        assert not supposed.estate.has("jira.applications")
        assert supposed.estate.need("jira.user_directories[Agents].mode").value == DirectoryMode.READ_WRITE


class TestMistakes:
    def test_names_that_are_not_there_are_all_told_with_their_places(self):
        told = estate().application("jira-core", "core")
        assert mistakes(
            "default_group: {remove: jira-user, crowd_application: jira}",
            "default_group: {add: x, crowd_directory: crowd-custmers}",
            "default_group: {add: x, mapping: other}",
            "default_group: {add: x, user_directory: Customrs}",
            "default_group: {add: x, crowd_application: jira, directory: crowd-agents}",
            "default_group: {remove: zz, mapping: agents}",
            "application_access: {revoke: jira-users, application: jira-sofware}",
            "application_access: {revoke: x, application: jira-core}",
            "mode: {user_directory: Nobody, becomes: read-only}",
            "directory_order: [Customers]",
            "aggregation: {crowd_application: nope, becomes: on}",
            "default_group: {add: x, jira_application: jira-sofware}",
            told=told,
        ) == [
            "what-if.yaml:3:29: no such group stands there: 'jira-user', did you mean 'jira-users'?",
            "what-if.yaml:4:46: there is no directory of Crowd 'crowd_custmers', did you mean 'crowd_customers'?",
            "what-if.yaml:5:38: there is no mapping 'other'; there are 'customers', 'agents'",
            "what-if.yaml:6:45: there is no user directory of Jira 'Customrs', did you mean 'Customers'?",
            "what-if.yaml:7:65: there is no directory of 'jira' 'crowd_agents'; there is 'crowd_customers'",
            "what-if.yaml:8:29: no such group stands there: 'zz'; there is none",
            "what-if.yaml:9:59: there is no Jira application 'jira-sofware', did you mean 'jira-software'?",
            "what-if.yaml:10:34: no such group stands there: 'x'; there is 'core'",
            "what-if.yaml:11:28: there is no user directory of Jira 'Nobody'; there are 'Agents', 'Customers'",
            "what-if.yaml:12:22: 'Agents' is left out; name every user directory of Jira",
            "what-if.yaml:13:38: there is no Crowd application 'nope'; there are 'jira', 'staff'",
            "what-if.yaml:14:47: there is no Jira application 'jira-sofware', did you mean 'jira-software'?",
        ]

    def test_nothing_is_added_to_what_nobody_knows(self):
        [told] = mistakes("default_group: {add: x, user_directory: Customers}")
        assert told.startswith("what-if.yaml:3:20: what would become of it can't be said. Nothing says what ")
        assert "Declare jira.user_directories[Customers].default_groups" in told
        plain = estate().application("jira-core", "core")
        [told] = mistakes("default_group: {add: x, jira_application: jira-core}", told=plain)
        assert told.startswith("what-if.yaml:3:47: nobody says what the default groups of jira-core are;")
        forgotten = estate().forgets("crowd.applications")
        [told] = mistakes("aggregation: {crowd_application: jira, becomes: on}", told=forgotten)
        assert "no route tells crowd.applications" in told.lower()

    def test_a_crowd_application_of_several_directories_needs_one_named(self):
        told = estate().crowd_application("both", (AGENTS, CUSTOMERS)).crowd_application("none", None)
        added = "default_group: {{add: x, crowd_application: {}}}"
        assert mistakes(added.format("both"), added.format("none"), told=told) == [
            "what-if.yaml:3:20: name the 'directory' too: 'both' shows crowd_agents, crowd_customers",
            "what-if.yaml:4:20: name the 'directory' too: 'none' shows nobody knows what",
        ]

    def test_where_there_is_no_crowd_there_is_no_directory_of_it(self):
        told = EstateBuilder().customers().says("jira.applications", ())
        [said] = mistakes("default_group: {add: x, crowd_directory: crowd_customers}", told=told)
        assert said.endswith("there is no directory of Crowd 'crowd_customers'; none is known")
        two = estate().jira_directory("More", "more")
        [said] = mistakes("directory_order: [More]", told=two)
        assert said.endswith("'Agents', 'Customers' are left out; name every user directory of Jira")


class TestComparison:
    def test_what_goes_what_comes_and_what_is_answered_otherwise(self):
        found = result(
            "default_group: {remove: jira-users, crowd_application: jira}",
            f"application_access: {{revoke: jira-users, application: {KEY}}}",
            f"application_access: {{grant: portal, application: {KEY}}}",
        )
        assert [each.subject.name for each in found.vanishing if each.rule == Holds.id] == ["ana"]
        assert [each.subject.name for each in found.appearing if each.rule == Holds.id] == ["ben"]
        given = {(each.subject.name, each.mechanism) for each in found.vanishing if each.rule == DefaultGroups.id}
        assert given == {("jira-users", "crowd-application")}
        appearing = {(each.subject.name, each.mechanism) for each in found.appearing if each.rule == DefaultGroups.id}
        assert appearing == {("portal", "crowd-application"), ("portal", "crowd-directory"), ("portal", "mapping")}
        assert {each.confidence for each in found.appearing} == {Confidence.DECLARED}
        assert all(each.first_seen == "" for each in found.appearing)
        assert found.audit.applications[0].customers_holding == 1
        assert found.supposed[0].line == "what-if.yaml:3"

    def test_severity_verdict_and_waiver_make_another_answer_and_nothing_else_does(self):
        (held,) = (each for each in audit(estate().build(), RULES).findings if each.rule == Holds.id and each.path)
        before = replace(audit(estate().build(), RULES), findings=(held,))

        def told(**other: Any) -> tuple[Any, ...]:
            after = replace(before, findings=(replace(held, **other),))
            return compared(before, after, supposing(estate().build(), file()), "f").changing

        assert told(message="said otherwise", confidence=Confidence.DECLARED, evidence=()) == ()
        assert told(severity=Severity.LOW)[0].after.severity is Severity.LOW
        assert told(verdict=Verdict.PASS)[0].before == held
        waived = Waived("owner@example.org", "pilot", "2027-01-31", "waivers.yaml:3")
        assert told(waiver=waived)[0].after.waiver == waived
        passing = replace(before, findings=(replace(held, verdict=Verdict.PASS),))
        other = replace(before, findings=(replace(held, verdict=Verdict.NOT_APPLICABLE),))
        assert compared(passing, other, supposing(estate().build(), file()), "f").changing == ()
        assert compared(passing, replace(before, findings=()), supposing(estate().build(), file()), "f").vanishing == ()

    def test_what_is_undecided_is_another_answer_by_its_verdict_and_not_by_its_severity(self):
        (held,) = (each for each in audit(estate().build(), RULES).findings if each.rule == Holds.id and each.path)
        undecided = replace(held, verdict=Verdict.UNKNOWN)

        def told(after: Any) -> tuple[Any, ...]:
            one, other = (replace(audit(estate().build(), RULES), findings=(each,)) for each in (undecided, after))
            return compared(one, other, supposing(estate().build(), file()), "f").changing

        assert told(replace(undecided, severity=Severity.LOW)) == ()
        assert [each.after.verdict for each in told(replace(held, verdict=Verdict.PASS))] == [Verdict.PASS]

    @pytest.mark.parametrize("severity", [Severity.LOW, Severity.CRITICAL])
    def test_of_two_answers_to_one_question_the_failure_counts(self, severity: Severity):
        (held,) = (each for each in audit(estate().build(), RULES).findings if each.rule == Holds.id and each.path)
        held = replace(held, severity=severity)
        undecided = replace(held, verdict=Verdict.UNKNOWN, severity=Severity.HIGH)
        both = replace(audit(estate().build(), RULES), findings=(undecided, held))
        one = replace(both, findings=(held,))
        assert compared(both, one, supposing(estate().build(), file()), "f").changing == ()


SUPPOSITIONS = st.sampled_from(
    [
        "default_group: {add: x, crowd_application: jira}",
        "default_group: {remove: portal, crowd_application: jira}",
        "default_group: {add: jira-users, mapping: customers}",
        f"application_access: {{grant: portal, application: {KEY}}}",
        "directory_order: [Customers, Agents]",
        "directory_order: [Agents, Customers]",
        "aggregation: {crowd_application: jira, becomes: on}",
        "mode: {user_directory: Customers, becomes: read-write}",
    ]
)


LISTED = "jira.members[jira-users]"


def shared_name() -> EstateBuilder:
    told = estate().user("both").user("both", AGENTS, "jira-users").says(LISTED, ("ana", "both", "eva"))
    both = (DuplicateAccount(1, "Agents", is_active=True), DuplicateAccount(2, "Customers", is_active=True))
    return told.says("jira.duplicated_users", {"both": both})


@pytest.mark.parametrize(
    ("supposition", "left_out"),
    [
        ("directory_order: [Customers, Agents]", ("jira.duplicated_users", LISTED)),
        ("aggregation: {crowd_application: jira, becomes: on}", ("jira.duplicated_users", LISTED)),
        ("directory_order: [Agents, Customers]", ()),
        ("mode: {user_directory: Customers, becomes: read-write}", ()),
        (f"application_access: {{grant: portal, application: {KEY}}}", ()),
    ],
)
def test_what_jira_lists_today_is_no_proof_of_what_would_be(supposition: str, left_out: tuple[str, ...]):
    before = shared_name().build()
    supposed = supposing(before, file(supposition))
    assert supposed.left_out == left_out
    assert before.facts.keys() - supposed.estate.facts.keys() == set(left_out)


def test_an_account_that_comes_first_is_not_doubted_because_of_what_jira_lists_today():
    told = shared_name()
    assert any(found.verdict is Verdict.UNKNOWN for found in audit(told.build(), (Holds(),)).findings)
    supposed = changed("directory_order: [Customers, Agents]", told=told).estate
    assert not any(found.verdict is Verdict.UNKNOWN for found in audit(supposed, (Holds(),)).findings)


@pytest.mark.parametrize(
    ("supposition", "said"),
    [
        ("default_group: {add: portla, crowd_application: jira}", True),
        ("default_group: {add: Portal, mapping: customers}", False),
        ("default_group: {remove: portal, crowd_application: jira}", False),
        (f"application_access: {{grant: portla, application: {KEY}}}", True),
        (f"application_access: {{grant: PORTAL, application: {KEY}}}", False),
        (f"application_access: {{revoke: jira-users, application: {KEY}}}", False),
    ],
)
def test_a_group_that_no_directory_has_is_told_for_it_may_be_mistyped(supposition: str, said: bool):  # noqa: FBT001 - a case of the table
    (supposed,) = changed(supposition).supposed
    assert supposed.text.endswith(", though no directory that was read has a group of that name") is said


def test_nothing_supposed_changes_nothing():
    found = result()
    assert (found.appearing, found.vanishing, found.changing, found.supposed) == ((), (), (), ())
    assert found.audit == audit(estate().build(), RULES)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[EstateBuilder, list[str]]:
    """Draw an estate, and suppositions that say of it what is the case."""
    told = estate()
    for name in draw(st.lists(st.sampled_from(["fay", "gil", "hal"]), unique=True)):
        told.user(name, draw(st.sampled_from([AGENTS, CUSTOMERS])), draw(st.sampled_from(["", "jira-users", "portal"])))
    mode = draw(st.sampled_from([each.value for each in DirectoryMode]))
    group = draw(st.sampled_from(["jira-users", "portal", "x"]))
    is_on = draw(st.booleans())
    told.says("jira.user_directories[Customers].mode", mode).says(f"{CROWD}.default_groups", (group,))
    told.says("crowd.applications[jira].aggregate_memberships", is_on)
    so = [
        f"mode: {{user_directory: Customers, becomes: {mode}}}",
        f"default_group: {{add: {group.upper()}, crowd_application: jira}}",
        f"aggregation: {{crowd_application: jira, becomes: {'on' if is_on else 'off'}}}",
        "directory_order: [Agents, Customers]",
        f"application_access: {{grant: jira-users, application: {KEY}}}",
    ]
    return told, draw(st.lists(st.sampled_from(so), unique=True))


@given(worlds())
@settings(max_examples=25, deadline=None)
def test_what_is_so_already_and_nothing_at_all_change_nothing(world):
    told, suppositions = world
    before = told.build()
    supposed = supposing(before, file(*suppositions))
    assert supposed.estate is before
    assert all(each.is_already_so for each in supposed.supposed)
    found = compared(audit(before), audit(told.build()), supposed, "what-if.yaml")
    assert (found.appearing, found.vanishing, found.changing) == ((), (), ())
    assert found.audit == audit(before)


@given(st.lists(SUPPOSITIONS, max_size=3, unique=True))
@settings(max_examples=25, deadline=None)
def test_what_is_taken_back_changes_nothing_and_the_estate_itself_never_does(suppositions):
    before = estate().build()
    facts, snapshots = dict(before.facts), dict(before.snapshots)
    first = audit(before, RULES)
    supposed = supposing(before, file(*suppositions)).estate
    back = compared(audit(supposed, RULES), first, supposing(before, file()), "f")
    there = compared(first, audit(supposed, RULES), supposing(before, file()), "f")
    assert (before.facts, before.snapshots) == (facts, snapshots)
    assert audit(before, RULES) == first
    assert {each.id for each in there.appearing} == {each.id for each in back.vanishing}
    assert {each.id for each in there.vanishing} == {each.id for each in back.appearing}
    assert len(there.changing) == len(back.changing)


def test_a_file_that_can_not_be_read_is_a_mistake(tmp_path):
    (tmp_path / "bytes.yaml").write_bytes(b"version: 1\nsuppose: \xff")
    for name, said in (("none.yaml", "can't be read: No such file or directory"), ("bytes.yaml", "is not UTF-8")):
        with pytest.raises(ConfigurationInvalid) as invalid:
            load_what_if(tmp_path / name)
        assert said in str(invalid.value.mistakes[0])
    good = tmp_path / "good.yaml"
    good.write_text("version: 1\nsuppose: []\n")
    assert (load_what_if(good).suppositions, load_what_if(good).name) == ((), str(good))


@pytest.mark.parametrize(
    ("supposition", "said"),
    [
        (
            "mode: {user_directory: X, becomes: readwrite}",
            "3:40: unknown becomes 'readwrite', did you mean",
        ),
        (
            "{mode: , aggregation: {crowd_application: x, becomes: on}}",
            "3:6: say what is to be changed; nothing",
        ),
        ("aggregation: {crowd_application: x, becomes: true}", "3:50: 'becomes' must be 'on' or 'off', not true"),
        ("default_group: {add: x, remove: y, crowd_directory: z}", "3:20: name only one of add, remove"),
        ("default_group: {add: x}", "3:20: name one of jira_application, crowd_directory, crowd_application, "),
        (
            "default_group: {add: x, crowd_directory: z, directory: k}",
            "3:20: 'directory' stands with",
        ),
        ("{}", "3:5: name one of default_group, application_access, directory_order, aggregation, mode"),
        (
            "{directory_order: [a], mode: {user_directory: x, becomes: read-only}}",
            "3:5: name only one of",
        ),
        ("directory_order: [A, b, a]", "3:22: A, a stands twice; name each user directory once"),
        ("moode: {}", "3:5: unknown key 'moode', did you mean 'mode'?"),
    ],
)
def test_a_wrong_supposition_is_told_with_its_place(supposition: str, said: str):
    with pytest.raises(ConfigurationInvalid) as invalid:
        file(supposition)
    assert any(str(mistake).startswith(f"what-if.yaml:{said}") for mistake in invalid.value.mistakes)
