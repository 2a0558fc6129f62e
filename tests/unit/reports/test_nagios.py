"""The line for a monitoring system: one state, one line, numbers that can be drawn."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.reports.runs import CORP, CUT_SHORT, SEATS, a_run, audited
from unit.reports.test_schema import RUNS

from dirsync.errors import ExitCode
from dirsync.reports.document import document
from dirsync.reports.nagios import NagiosReport

PERFORMANCE = re.compile(r"'[A-Za-z0-9_.-]+'=[0-9.]+s?(;[0-9:.]*){0,4}( |$)")
STATES = {
    ExitCode.DONE: "OK",
    ExitCode.UNEXPECTED: "CRITICAL",
    ExitCode.INVALID: "UNKNOWN",
    ExitCode.UNREADABLE: "UNKNOWN",
    ExitCode.REFUSED: "WARNING",
    ExitCode.CHANGES_FAILED: "CRITICAL",
    ExitCode.FINDINGS: "CRITICAL",
    ExitCode.CHANGES_PENDING: "WARNING",
    ExitCode.UNDECIDED: "UNKNOWN",
    ExitCode.LOCKED: "UNKNOWN",
    ExitCode.INTERRUPTED: "UNKNOWN",
}


def line(run) -> str:
    return NagiosReport().render(document(run)).decode()


def numbers(run) -> dict[str, str]:
    performance = line(run).split(" | ")[1]
    return {name.strip("'"): value for name, value in (each.split("=") for each in performance.split())}


def test_it_tells_the_answer_and_the_numbers():
    assert line(a_run()) == (
        f"DIRSYNC CRITICAL - {document(a_run())['answer']} |"
        " 'fail_critical'=3;;0;0 'fail_high'=2;;0;0 'fail_medium'=0;;;0 'fail_low'=0;;;0 'fail_info'=0;;;0"
        " 'unknown'=1;;;0 'new'=1;;;0 'resolved'=1;;;0 'waived'=1;;;0"
        " 'jira-core_customers'=0;;0;0 'jira-servicedesk_customers'=0;;0;0 'jira-servicedesk_used'=20;;;0;25"
        " 'jira-software_customers'=3;;0;0 'jira-software_used'=118;;;0;150"
        " 'directories_incomplete'=0;;0;0;2 'duration'=20.000s;;;0\n"
    )


@pytest.mark.parametrize("code", ExitCode)
def test_each_exit_code_has_its_state(code):
    assert line(a_run(exit_code=code)).startswith(f"DIRSYNC {STATES[code]} - ")


@pytest.mark.parametrize("name", RUNS)
def test_every_kind_of_run_is_one_line_with_numbers_as_the_guidelines_want_them(name):
    told = line(RUNS[name])

    assert told.count("\n") == told.count("|") == 1
    left = PERFORMANCE.sub("", told.split(" | ")[1].rstrip("\n"))
    assert left == ""


def test_customers_on_seats_are_no_number_while_that_is_not_decided():
    seats = replace(SEATS[0], customers_decided=False)

    assert not [name for name in numbers(audited(applications=(seats,))) if name.endswith("_customers")]


def test_an_unlimited_licence_has_no_largest_value():
    seats = replace(SEATS[0], is_unlimited=True, seats=None)

    assert numbers(audited(applications=(seats,)))[f"{SEATS[0].key}_used"] == f"{SEATS[0].used};;;0"


def test_a_directory_that_was_not_read_whole_is_counted():
    assert numbers(a_run(directories=(replace(CORP, completeness=CUT_SHORT),)))["directories_incomplete"] == "1;;0;0;1"


@given(st.text(), st.text(min_size=1))
def test_no_name_can_end_the_line_or_begin_the_numbers(answer, key):
    made = {**document(audited(applications=(replace(SEATS[0], key=key),))), "answer": answer}

    told = NagiosReport().render(made).decode()

    assert told.count("\n") == told.count("|") == 1
    assert len(told.splitlines()) == 1
    assert PERFORMANCE.sub("", told.split(" | ")[-1].rstrip("\n")) == ""
