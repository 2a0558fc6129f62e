"""The terminal report is readable at 8 a.m. and can't be repainted by a name."""

import re
from dataclasses import replace

import pytest
from rich.cells import cell_len
from unit.reports.runs import (
    CONFLICT,
    CONFLICTS,
    CONTENT_GUARD,
    CORP,
    CROWD,
    CUT_SHORT,
    PLAN,
    REFUSING_GUARD,
    SEATS,
    UNDECIDED_SIGNUP,
    WAIVED,
    a_run,
    audited,
    holding,
    outcomes,
)

from dirsync.errors import ExitCode
from dirsync.model.conflicts import Agreement, Conflicts
from dirsync.model.estate import Audience
from dirsync.model.facts import Evidence
from dirsync.model.findings import Subject, SubjectKind
from dirsync.model.plans import Plan, Result
from dirsync.model.run import AudienceCount, AuditResult, Mode
from dirsync.reports.document import document
from dirsync.reports.terminal import TerminalReport


def text_of(run, **options):
    return TerminalReport(**options).render(document(run)).decode()


def as_one_line(text):
    return " ".join(text.split())


def test_a_night_in_full(snapshot):
    run = a_run(
        mode=Mode.SYNC,
        exit_code=ExitCode.CHANGES_FAILED,
        plan=PLAN,
        refusals=(CONTENT_GUARD,),
        outcomes=outcomes(*[Result.DONE] * 3, Result.FAILED, Result.REFUSED, Result.NOT_TRIED),
    )

    assert text_of(run, files=("/srv/reports/dirsync-20261122.html",)) == snapshot


def test_a_refused_plan_on_an_incomplete_read(snapshot):
    run = a_run(
        mode=Mode.SYNC,
        directories=(replace(CORP, completeness=CUT_SHORT), CROWD),
        plan=replace(PLAN, unappliable={"crowd-customers": "corp was not read whole"}),
        refusals=(REFUSING_GUARD,),
    )

    assert text_of(run) == snapshot


def test_a_clean_estate_is_told_in_a_few_lines(snapshot):
    run = a_run(
        exit_code=ExitCode.DONE,
        notices=(),
        resolved=(),
        facts=(),
        directories=(CORP,),
        audit=replace(
            a_run().audit,
            findings=a_run().audit.findings[:1],
            rules=(),
            unmapped_users=0,
            applications=SEATS[1:2],
            audiences=(AudienceCount(Audience.CUSTOMERS, "customers", 41, 40, 40, 0),),
        ),
    )

    assert text_of(run) == snapshot


def test_the_first_line_is_the_answer():
    assert text_of(a_run()).startswith("3 of 12,431 customers hold a paid seat;")


def test_where_a_directory_was_not_read_whole_the_undecided_is_counted_and_not_listed():
    several = tuple(
        replace(UNDECIDED_SIGNUP, subject=Subject(SubjectKind.USER, f"person {n}", id=str(n)), message=f"Who is {n}?")
        for n in range(250)
    )
    run = audited(findings=several)
    assert "Who is 1?" in text_of(run)
    ended = replace(CORP, completeness=replace(CORP.completeness, is_complete=False, reason="No answer."))
    text = text_of(replace(run, directories=(CROWD, ended)))
    assert re.search(r"250 findings of \d+ rules?: first mend what was not read whole\.", text)
    assert "Who is" not in text


def test_an_incomplete_directory_stands_above_every_finding():
    text = text_of(a_run(directories=(replace(CORP, completeness=CUT_SHORT),)))

    assert text.index("NOT READ WHOLE") < text.index("Seats") < text.index("Failing")


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_the_terminal(width):
    run = a_run(mode=Mode.SYNC, plan=PLAN, outcomes=outcomes(Result.FAILED), refusals=(REFUSING_GUARD,))

    assert max(cell_len(line) for line in text_of(run, width=width).splitlines()) <= width


def test_a_narrow_terminal_tells_the_seats_in_lines_of_whole_words():
    text = as_one_line(text_of(a_run(), width=40))

    assert "Jira Software: used 118, limit 150, left 32, customers 3, at risk 12,428, agents 97" in text


def test_without_a_terminal_there_is_not_one_colour_code(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")

    assert "\x1b" not in text_of(a_run())


def test_with_a_terminal_failures_are_red():
    assert re.search(r"\x1b\[1;31mCRITICAL", text_of(a_run(), is_coloured=True))


HOSTILE = "\x1b[2J\x1b]0;owned\x07\u202eevil\r\n0 findings [bold]all fine[/bold] :smile:"


def test_a_hostile_name_is_shown_and_not_obeyed():
    finding = holding(
        HOSTILE,
        subject=Subject(SubjectKind.USER, HOSTILE, "1", "crowd-customers"),
        evidence=(Evidence(HOSTILE, HOSTILE, HOSTILE),),
        remedy=f"Take {HOSTILE} out.",
    )
    plan = replace(PLAN, changes=tuple(replace(change, user=HOSTILE, group=HOSTILE) for change in PLAN.changes))
    run = audited(findings=(finding, holding("ana")))
    run = replace(run, plan=plan, notices=(HOSTILE,), refusals=(replace(REFUSING_GUARD, message=HOSTILE),))

    text = text_of(run)

    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert not any(line.startswith("0 findings") for line in text.splitlines())
    assert r"\x1b[2J" in as_one_line(text)
    assert r"\u202eevil\r\n0 findings [bold]all fine[/bold] :smile:" in as_one_line(text)


def test_a_thousand_people_stay_a_handful_of_names():
    text = text_of(audited(findings=tuple(holding(f"customer-{place:04}") for place in range(1000))))

    assert "and 995 more" in as_one_line(text)
    assert len(text.splitlines()) < 40


def test_many_ways_are_cut_and_the_rest_is_counted():
    ways = tuple(holding(f"c{place}", path=(f"c{place}", f"g{place}", "jira-software")) for place in range(9))

    assert "and 5 findings more of this rule: see the report" in text_of(audited(findings=ways))


def test_the_path_of_a_report_is_never_broken():
    path = "/srv/" + "a-long-folder/" * 12 + "dirsync.html"

    assert f"Report: {path}\n" in text_of(a_run(), files=(path,))


def test_a_run_that_read_nothing_still_renders():
    text = text_of(a_run(directories=(), audit=AuditResult(), facts=(), notices=(), resolved=()))

    assert "Read: nothing." in text


def test_many_missed_changes_are_cut_and_counted():
    run = a_run(mode=Mode.SYNC, plan=PLAN, outcomes=outcomes(*[Result.FAILED] * 14))

    assert "and 4 more: see the report" in text_of(run)


def test_a_rule_left_undecided_without_a_finding_is_told_with_its_reason():
    text = text_of(audited(findings=()))

    assert "public-signup-needs-read-write\n    the mode of Jira's directory 'Crowd Customers' is not known" in text


def test_more_waivers_obstacles_and_reasons_than_a_handful_are_counted():
    waived = tuple(
        replace(WAIVED, subject=Subject(SubjectKind.USER, f"pilot-{place}", str(place))) for place in range(7)
    )
    open_questions = tuple(
        replace(
            UNDECIDED_SIGNUP, message=f"Reason {place}.", subject=Subject(SubjectKind.PROJECT, f"P{place}"), missing=()
        )
        for place in range(6)
    )
    plan = replace(PLAN, obstacles=PLAN.obstacles * 8)

    text = text_of(replace(audited(findings=waived + open_questions), plan=plan))

    assert "\n  and 2 more\n" in text
    assert "and 2 more reasons: see the report" in text
    assert "and 3 more left out: see the report" in text


def test_whom_several_mappings_take_is_counted_by_kind_and_the_first_are_named():
    counts = {Agreement.ID: 1200, Agreement.EMAIL: 1}
    others = tuple(replace(CONFLICT, name=f"bob-{place}", wins=f"Wins {place}.") for place in range(6))
    listed = (*(replace(CONFLICT, name=f"ana-{place}") for place in range(8)), *others)
    text = as_one_line(text_of(a_run(plan=replace(PLAN, conflicts=Conflicts(counts, listed)))))

    assert "Taken by several mappings: 1,201 people (1,200 by id and 1 by e-mail address)" in text
    alike = (
        "ana-0, ana-1, ana-2, ana-3, ana-4 and 3 more (agents and customers): Mapping 'agents' answers on crowd-agents."
    )
    assert alike in text
    assert "bob-3 (agents and customers): Wins 3." in text
    assert "bob-4" not in text
    assert " and 1,189 more: see the report -> If that is not meant, let all of these mappings but one" in text


def test_one_person_whom_several_mappings_take_is_told_also_where_nothing_is_to_be_changed():
    text = text_of(a_run(plan=Plan(conflicts=CONFLICTS)))

    assert "\n\nTaken by several mappings: 1 person (1 by username)\n" in text
    assert "more: see the report" not in text


def test_where_nobody_is_taken_by_several_mappings_nothing_is_said():
    assert "Taken by several mappings" not in text_of(a_run(plan=PLAN))
    assert "Taken by several mappings" not in text_of(a_run(plan=None))
