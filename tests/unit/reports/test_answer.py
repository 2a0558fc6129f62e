"""The answer is honest about what it rests on, and reads as English."""

from dataclasses import replace

import pytest
from unit.reports.runs import (
    CHANGES,
    CORP,
    CROWD,
    CUT_SHORT,
    FACTS,
    PLAN,
    REFUSING_GUARD,
    RULES,
    UNDECIDED_SIGNUP,
    a_run,
    audited,
    default_group,
    holding,
    outcomes,
)

from dirsync.errors import ExitCode
from dirsync.model.estate import Audience
from dirsync.model.facts import declared
from dirsync.model.findings import Finding, Mechanism, RuleState, Severity, Subject, SubjectKind, Verdict
from dirsync.model.plans import Plan, Result
from dirsync.model.run import AudienceCount, AuditResult, DirectoryRead, Mode, Run
from dirsync.model.snapshot import Completeness, Counts
from dirsync.reports.answer import answer

SEAT_RULE = "customer-holds-application-access"
GROUP_RULE = "customer-default-group-grants-application-access"


def customers(users: int, holding_a_seat: int = 0, judged: int | None = None, active: int | None = None):
    active = users if active is None else active
    judged = active if judged is None else judged
    return (AudienceCount(Audience.CUSTOMERS, "customers", users, active, judged, holding_a_seat),)


def decided(rule: str) -> RuleState:
    return RuleState(rule, "", Verdict.PASS, "", decides_seats=True)


def undecided(rule: str, why: str = "group 'jira-users' could not be read: HTTP 403.") -> RuleState:
    return RuleState(rule, "", Verdict.UNKNOWN, why, decides_seats=True)


def bare(**audit: object) -> Run:
    parts = {"audiences": customers(41), "rules": (decided(SEAT_RULE), decided(GROUP_RULE))}
    return a_run(audit=AuditResult(**(parts | audit)), facts=())


def test_it_names_seats_default_groups_and_what_the_numbers_leave_out():
    assert str(answer(a_run())) == (
        "3 of 12,431 customers hold a paid seat; 2 default groups would give one to every new customer. "
        "The rule public-signup-needs-read-write could not be decided. "
        "(310 accounts in no mapping, 1 of them with a paid seat; 3 facts declared by maria.koch@example.org; "
        "1 finding waived)"
    )


@pytest.mark.parametrize(
    ("users", "held", "expected"),
    [
        (41, 0, "0 of 41 customers hold a paid seat."),
        (41, 1, "1 of 41 customers holds a paid seat."),
        (1, 1, "1 of 1 customer holds a paid seat."),
        (1, 0, "0 of 1 customer holds a paid seat."),
        (1_000_000, 20_000, "20,000 of 1,000,000 customers hold a paid seat."),
        (0, 0, "There are no customers yet."),
    ],
)
def test_numbers_are_grouped_and_verbs_agree(users, held, expected):
    assert str(answer(bare(audiences=customers(users, held)))) == expected


def test_one_default_group_is_singular_and_counts_once_for_two_mechanisms():
    findings = (default_group("portal", Mechanism.MAPPING), default_group("Portal", Mechanism.CROWD_APPLICATION))

    assert "; 1 default group would give one to every new customer." in str(answer(bare(findings=findings)))


def test_a_waived_default_group_is_not_counted_as_open_but_is_mentioned():
    waived = default_group("portal", Mechanism.MAPPING, waiver=a_run().audit.findings[-1].waiver)

    assert str(answer(bare(findings=(waived,)))) == "0 of 41 customers hold a paid seat. (1 finding waived)"


def test_what_could_not_be_decided_is_never_told_as_zero():
    said = str(answer(bare(audiences=customers(41, judged=0), rules=(undecided(SEAT_RULE), decided(GROUP_RULE)))))

    assert said == (
        "It can't be said whether any of 41 customers holds a paid seat: "
        "group 'jira-users' could not be read: HTTP 403."
    )


def test_where_there_is_nobody_to_count_no_number_is_told():
    told = str(answer(bare(audiences=customers(0), rules=(undecided(SEAT_RULE), decided(GROUP_RULE)))))

    assert told.startswith("It can't be said whether any customer holds a paid seat")


def test_a_part_that_could_not_be_decided_is_counted():
    said = str(answer(bare(audiences=customers(41, judged=29), rules=(undecided(SEAT_RULE), decided(GROUP_RULE)))))

    assert said.startswith("It can't be said whether 12 of 41 customers hold a paid seat: group")


def test_inactive_customers_take_no_seat_and_are_no_open_question():
    people = customers(41, judged=28, active=30)

    said = str(answer(bare(audiences=people, rules=(undecided(SEAT_RULE, ""), decided(GROUP_RULE)))))

    assert said == "It can't be said whether 2 of 41 customers hold a paid seat."


def test_proven_seats_are_a_lower_bound_when_others_are_undecided():
    people = customers(41, holding_a_seat=3, judged=29)
    said = str(answer(bare(audiences=people, rules=(undecided(SEAT_RULE, ""), decided(GROUP_RULE)))))

    assert said == "At least 3 of 41 customers hold a paid seat; for 12 more it can't be said."


def test_an_undecided_finding_counts_even_when_the_rule_also_fails_elsewhere():
    open_question = holding("dora", verdict=Verdict.UNKNOWN, message="Group 'x' was not read.")
    people = customers(41, holding_a_seat=1, judged=40)
    rules = (RuleState(SEAT_RULE, "", Verdict.FAIL, "", decides_seats=True), decided(GROUP_RULE))

    said = str(answer(bare(audiences=people, findings=(holding("ana"), open_question), rules=rules)))

    assert said == "At least 1 of 41 customers holds a paid seat; for 1 more it can't be said: Group 'x' was not read."


def test_undecided_default_groups_are_said_next_to_proven_ones():
    said = str(
        answer(
            bare(
                findings=(default_group("portal", Mechanism.MAPPING),),
                rules=(decided(SEAT_RULE), undecided(GROUP_RULE, "nobody told Crowd's default groups")),
            )
        )
    )

    assert said == (
        "0 of 41 customers hold a paid seat; 1 default group would give one to every new customer; "
        "it can't be said whether any other default group would give one to new customers: "
        "nobody told Crowd's default groups."
    )


def test_an_incomplete_directory_is_said_first():
    run = a_run(directories=(CROWD, replace(CORP, completeness=CUT_SHORT)))

    assert str(answer(run)).startswith(
        "Directory corp was not read whole: the server's size limit of 500 (olcSizeLimit) ended the search of "
        "ou=people,dc=example,dc=org. 3 of 12,431"
    )


def test_customers_that_could_not_be_read_are_not_called_absent():
    run = a_run(directories=(replace(CORP, completeness=CUT_SHORT),), audit=AuditResult(), facts=())

    assert answer(run).statement == "It can't be said whether customers hold a paid seat: they could not be read."


def test_without_a_customers_mapping_it_says_that_nobody_asked():
    assert "was not asked" in answer(a_run(audit=AuditResult())).statement


def test_a_refused_plan_says_so_before_the_seats_and_promises_no_change():
    said = str(answer(a_run(mode=Mode.SYNC, exit_code=ExitCode.REFUSED, plan=PLAN, refusals=(REFUSING_GUARD,))))

    assert said.startswith("The guard max_member_removals refused the plan: nothing was changed. 3 of 12,431")
    assert "pending" not in said


def test_several_guards_are_all_named():
    other = replace(REFUSING_GUARD, guard="protect_users")

    said = str(answer(a_run(plan=PLAN, refusals=(REFUSING_GUARD, other, other))))

    assert said.startswith("2 guards (max_member_removals and protect_users) refused the plan")


@pytest.mark.parametrize(
    ("mode", "results", "expected"),
    [
        (Mode.SYNC, [Result.DONE] * 12, "Applied 12 changes."),
        (Mode.SYNC, [Result.DONE], "Applied 1 change."),
        (Mode.SYNC, [Result.DONE, Result.ALREADY_SO], "Applied 2 changes (1 found done already)."),
        (Mode.APPLY, [Result.DONE, Result.FAILED], "Applied 1 of 2 changes; 1 failed."),
        (
            Mode.APPLY,
            [Result.DONE, Result.FAILED, Result.REFUSED, Result.REFUSED, Result.NOT_TRIED],
            "Applied 1 of 5 changes; 1 failed, 2 were refused by the target and 1 was not tried.",
        ),
        (Mode.REHEARSAL, [Result.DONE] * 3, "3 changes would be made."),
    ],
)
def test_outcomes_are_summed_up(mode, results, expected):
    assert answer(a_run(mode=mode, plan=PLAN, outcomes=outcomes(*results))).further[-1] == expected


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (Mode.PLAN, "47 changes are pending."),
        (Mode.REHEARSAL, "47 changes would be made."),
        (Mode.SYNC, "47 changes were planned and not made."),
    ],
)
def test_changes_that_were_not_made_are_not_called_applied(mode, expected):
    assert answer(a_run(mode=mode, plan=PLAN)).further[-1] == expected


def test_one_pending_change_is_singular():
    assert answer(a_run(mode=Mode.PLAN, plan=Plan(CHANGES[:1]))).further[-1] == "1 change is pending."


def test_an_empty_plan_says_that_there_is_nothing_to_change():
    assert answer(a_run(mode=Mode.SYNC, plan=Plan())).further[-1] == "Nothing to change."


def test_an_audit_says_nothing_about_changes():
    assert "change" not in str(answer(a_run(plan=None)))


def test_changes_of_a_target_that_may_not_be_written_wait_and_are_not_pending():
    plan = replace(PLAN, unappliable={"crowd-customers": "corp was not read whole"})

    assert answer(a_run(mode=Mode.PLAN, plan=plan)).further[-2:] == (
        "1 change is pending.",
        "Nothing may be written to crowd-customers: 46 changes wait.",
    )


def failing(severity: Severity, name: str) -> Finding:
    subject = Subject(SubjectKind.DIRECTORY, name)
    return Finding("audiences-share-a-directory", Verdict.FAIL, severity, subject, "shared")


@pytest.mark.parametrize(
    ("severities", "expected"),
    [
        ([Severity.CRITICAL], "1 other finding fails, of severity critical."),
        ([Severity.HIGH, Severity.LOW, Severity.LOW], "3 other findings fail, 1 of them high."),
        ([Severity.LOW, Severity.MEDIUM], "2 other findings fail, none above medium."),
        ([Severity.LOW, Severity.LOW], "2 other findings fail, all of severity low."),
    ],
)
def test_clean_seats_do_not_hide_other_failures(severities, expected):
    findings = tuple(failing(severity, str(place)) for place, severity in enumerate(severities))

    assert answer(bare(findings=findings)).further == (expected,)


def test_undecided_sign_up_is_named_even_when_nothing_fails():
    assert answer(bare(findings=(UNDECIDED_SIGNUP,), rules=RULES)).further == (
        "The rule public-signup-needs-read-write could not be decided.",
    )


def test_declarations_without_a_name_are_still_counted():
    facts = (declared("jira.version", "9.12", "mappings/estate.yaml:3", "2026-11-20"),)

    assert answer(a_run(facts=facts)).aside[1] == "1 fact declared by the mappings' authors"


def test_each_declaring_person_is_named_once():
    other = replace(FACTS[2], source="mappings/estate.yaml:2, declared by jo.lee@example.org on 2026-11-20")

    assert answer(a_run(facts=(*FACTS, other, other))).aside[1] == (
        "5 facts declared by jo.lee@example.org and maria.koch@example.org"
    )


def test_the_answer_of_a_stored_run_is_the_same_text():
    assert str(answer(audited())) == str(answer(a_run()))


@pytest.mark.parametrize("said", ["corp: ", "Directory 'corp': ", ""])
def test_a_directory_that_was_not_read_whole_is_named_once(said: str) -> None:
    read = DirectoryRead(
        "corp", "ldap", Completeness(is_complete=False, reason=f"{said}size limit of 500"), Counts(0, 0, 0)
    )
    assert str(answer(a_run(directories=(read,)))).startswith("Directory corp was not read whole: size limit of 500.")
