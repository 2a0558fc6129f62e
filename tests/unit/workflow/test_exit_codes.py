from dataclasses import replace
from typing import Any

import pytest

from dirsync.errors import ExitCode
from dirsync.model.findings import Finding, RuleState, Severity, Subject, SubjectKind, Verdict, Waived
from dirsync.model.plans import Change, Op, Outcome, Plan, Refusal, Result
from dirsync.model.run import AuditResult, DirectoryRead
from dirsync.model.snapshot import Completeness, Counts
from dirsync.workflow.exit_codes import exit_code
from dirsync.workflow.job import FailOn

DECIDING, OTHER = "customer-holds-application-access", "audiences-share-a-directory"


def finding(verdict: Verdict, severity: Severity = Severity.HIGH, rule: str = DECIDING, **more: Any) -> Finding:
    return Finding(rule, verdict, severity, Subject(SubjectKind.USER, "ana", "id-ana"), "why", **more)


def read(reason: str = "") -> DirectoryRead:
    return DirectoryRead("corp", "ldap", Completeness(not reason, reason), Counts(1, 1, 1))


CHANGE = Change(Op.CREATE_USER, "crowd_customers", "customers", "ana")
FAILED: dict[str, Any] = {"outcomes": [Outcome("1", Result.DONE), Outcome("2", Result.FAILED)]}
UNREADABLE: dict[str, Any] = {"reads": [read(), read("size limit of 500")]}
REFUSED: dict[str, Any] = {"refusals": [Refusal("protected", False, "fine"), Refusal("removals", True, "too many")]}
FINDINGS: dict[str, Any] = {"findings": [finding(Verdict.PASS), finding(Verdict.FAIL)]}
UNDECIDED: dict[str, Any] = {"findings": [finding(Verdict.UNKNOWN)]}
PENDING: dict[str, Any] = {"plan": Plan((CHANGE,)), "checks_for_changes": True}
BOTH: dict[str, Any] = {"findings": [finding(Verdict.FAIL), finding(Verdict.UNKNOWN)]}


def code(**given: Any) -> ExitCode:
    rules = tuple(
        RuleState(rule, rule, Verdict.PASS, "", decides_seats=decides)
        for rule, decides in ((DECIDING, True), (OTHER, False))
    )
    return exit_code(
        given.get("reads", [read()]),
        AuditResult(tuple(given.get("findings", ())), rules),
        given.get("plan"),
        given.get("refusals", ()),
        given.get("outcomes", ()),
        given.get("fail_on", FailOn()),
        checks_for_changes=given.get("checks_for_changes", False),
    )


def test_a_run_in_which_nothing_is_wrong_ends_with_0() -> None:
    assert code() == ExitCode.DONE
    assert code(outcomes=[Outcome("1", Result.DONE), Outcome("2", Result.ALREADY_SO)]) == 0


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        (5, FAILED | UNREADABLE | REFUSED | BOTH | PENDING),
        (3, UNREADABLE | REFUSED | BOTH | PENDING),
        (4, REFUSED | BOTH | PENDING),
        (10, BOTH | PENDING),
        (12, UNDECIDED | PENDING),
        (11, PENDING),
        (5, FAILED),
        (3, UNREADABLE),
        (4, REFUSED),
        (10, FINDINGS),
        (12, UNDECIDED),
    ],
)
def test_the_first_that_applies_of_5_3_4_10_12_11_is_the_exit_code(expected: int, given: dict[str, Any]) -> None:
    assert code(**given) == expected


@pytest.mark.parametrize("result", [Result.FAILED, Result.REFUSED, Result.NOT_TRIED])
def test_whatever_was_planned_and_not_done_is_a_failure(result: Result) -> None:
    assert code(outcomes=[Outcome("1", result)]) == ExitCode.CHANGES_FAILED


def test_pending_changes_matter_only_to_those_who_ask() -> None:
    assert code(plan=Plan((CHANGE,))) == ExitCode.DONE
    assert code(plan=Plan(), checks_for_changes=True) == ExitCode.DONE
    assert code(plan=None, checks_for_changes=True) == ExitCode.DONE


@pytest.mark.parametrize("threshold", Severity)
@pytest.mark.parametrize("severity", Severity)
def test_findings_count_from_the_threshold_up(severity: Severity, threshold: Severity) -> None:
    found = code(findings=[finding(Verdict.FAIL, severity)], fail_on=FailOn(threshold))
    assert (found == ExitCode.FINDINGS) is (severity.rank >= threshold.rank)


def test_a_waived_finding_does_not_count() -> None:
    waived = finding(Verdict.FAIL, waiver=Waived("owner@example.org", "pilot", "2027-01-31", "waivers.yaml:3"))
    assert code(findings=[waived]) == ExitCode.DONE


@pytest.mark.parametrize(("is_new", "expected"), [(True, ExitCode.FINDINGS), (False, ExitCode.DONE)])
def test_only_new_findings_count_where_that_is_asked(*, is_new: bool, expected: ExitCode) -> None:
    known = replace(finding(Verdict.FAIL), is_new=is_new)
    assert code(findings=[known], fail_on=FailOn(only_new=True)) == expected


def test_an_undecided_rule_that_decides_no_seat_leaves_the_code_alone() -> None:
    assert code(findings=[finding(Verdict.UNKNOWN, rule=OTHER)]) == ExitCode.DONE


def test_a_failure_too_small_to_count_does_not_hide_what_is_undecided() -> None:
    findings = [finding(Verdict.FAIL, Severity.LOW), finding(Verdict.UNKNOWN)]
    assert code(findings=findings) == ExitCode.UNDECIDED
