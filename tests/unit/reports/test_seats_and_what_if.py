"""Seats in words, and what would be other, as people read it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from unit.reports.runs import PLAN, SEATS, TOLD_SEATS, a_run, a_what_if, audited, holding

from dirsync.model.findings import Mechanism, Severity
from dirsync.model.run import AtRisk, ChangedFinding, ComputedSeats, SeatsAfterPlan
from dirsync.reports.document import document
from dirsync.reports.html import HtmlReport
from dirsync.reports.seat_words import computed_words, plan_words, risk_words
from dirsync.reports.terminal import TerminalReport
from dirsync.reports.what_if_words import lots, seat_rows


def seats(**more: Any) -> dict[str, Any]:
    return document(audited(applications=(replace(SEATS[0], **more),)))["applications"][0]


def text(run: Any, width: int = 100) -> str:
    return " ".join(TerminalReport(width).render(document(run)).decode().split())


def page(run: Any) -> str:
    return re.sub(r"\s+", " ", HtmlReport().render(document(run)).decode())


def test_by_what_customers_are_at_risk():
    by = (AtRisk(Mechanism.JIRA_APPLICATION, 0), AtRisk(Mechanism.MAPPING, 1), AtRisk(Mechanism.CROWD_DIRECTORY, 1200))
    told = "jira-application (new accounts only), mapping (1 customer), crowd-directory (1,200 customers)"
    assert risk_words(seats(at_risk_by=by)) == told
    assert risk_words(seats()) == ""
    earlier = {key: value for key, value in seats().items() if key not in {"at_risk_by", "computed"}}
    assert (risk_words(earlier), computed_words(earlier)) == ("", "")


@pytest.mark.parametrize(
    ("computed", "used", "said"),
    [
        (None, 118, ""),
        (ComputedSeats(118, 118, {"nested": 3}, 0), 118, ""),
        (ComputedSeats(115, 118, {"unread": 3}, 0), 118,
         "Jira counts 118, the directories give 115 to 118 (3 users below a directory that was not read whole)"),
        (ComputedSeats(1_115, 1_115, {}, 3), 1_118, "Jira counts 1,118, the directories give 1,115"),
        (ComputedSeats(1, 2, {"namesakes": 1}), None,
         "Jira's own count is not known, the directories give 1 to 2 (1 user of a name that one directory has twice)"),
    ],
)  # fmt: skip
def test_what_the_directories_give_where_jira_counts_otherwise(computed, used, said):
    assert computed_words(seats(computed=computed, used=used)) == said


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (SeatsAfterPlan("k"), ""),
        (SeatsAfterPlan("k", 14, left=11), "The plan adds 14 agents in Jira Software, 3 over the tier."),
        (SeatsAfterPlan("k", 1, left=1), "The plan adds 1 agent in Jira Software."),
        (SeatsAfterPlan("k", 2, 1, 1, may_gain=1, freed=2),
         "The plan adds up to 2 agents, 1 customer and 1 other account in Jira Software, and frees 2 seats."),
        (SeatsAfterPlan("k", freed=1), "The plan frees 1 seat of Jira Software."),
    ],
)  # fmt: skip
def test_what_a_plan_does_to_seats(after, said):
    assert plan_words("Jira Software", seats(after_plan=after)["after_plan"]) == said
    answered = a_run(plan=PLAN, audit=replace(a_run().audit, applications=(replace(SEATS[0], after_plan=after),)))
    assert said in document(answered)["answer"]
    assert said in page(answered)


def test_they_stand_in_the_reports_however_narrow():
    run = audited(applications=(TOLD_SEATS,))
    for width in (60, 100):
        told = text(run, width)
        assert "Jira Software, at risk by jira-application (new accounts only), crowd-application (12,428" in told
        assert "Jira counts 118, the directories give 115 to 117" in told
    assert "Jira Software, at risk by jira-application (new accounts only)" in page(run)
    assert "Jira Software: Jira counts 118, the directories give 115 to 117" in page(run)


class TestWhatIf:
    def test_seats_stand_side_by_side(self):
        rows = seat_rows(document(a_run(what_if=a_what_if())))
        assert [(row.what, row.now, row.then, row.is_other) for row in rows] == [
            ("customers holding a seat", "3", "0", True),
            ("customers at risk", "12,428", "12,428", False),
            ("agents holding a seat", "97", "97", False),
            ("seats computed", "?", "115", True),
        ]
        assert {row.application for row in rows} == {"Jira Software"}

    def test_findings_go_come_and_are_answered_otherwise(self):
        told = {title: [(lot.rule, lot.count, lot.becomes, lot.names) for lot in found]
                for title, found in lots(document(a_run(what_if=a_what_if())))}  # fmt: skip
        held = "customer-holds-application-access"
        assert (
            told
            == {
                "Would be gone": [
                    (held, 2, "critical", "ana and bert"),
                    ("public-signup-needs-read-write", 1, "undecided", "estate"),
                ],
                "Would come": [(held, 1, "critical", "dora")],
                "Would be answered otherwise": [
                    (held, 1, "fails > fails (waived)", "pilot@example.org"),
                    ("public-signup-needs-read-write", 1, "is undecided > fails", "estate"),
                ],
            }
            or told["Would be answered otherwise"][0][3] == "pilot@example.org"
        )

    def test_another_severity_is_told_as_such(self):
        changed = ChangedFinding(holding("ana"), holding("ana", severity=Severity.LOW))
        (one,) = lots(document(a_run(what_if=replace(a_what_if(), appearing=(), vanishing=(), changing=(changed,)))))
        assert [(lot.becomes, lot.names) for lot in one[1]] == [("critical > low", "ana")]

    def test_it_is_told_on_the_terminal_and_on_the_page(self):
        run = a_run(what_if=a_what_if())
        told, shown = text(run, 120), page(run)
        for part in (
            "default group 'portal' removed from those of the Crowd directory crowd",
            "mode of 'Crowd Customers' read-only (already so)",
        ):
            assert part in told
            assert part.replace("'", "&#39;") in shown
        assert "What if (what-if.yaml)" in told
        assert "Jira Software, customers holding a seat: 3 now, 0 then" in told
        assert "agents holding a seat" not in told
        assert "Would come: - customer-holds-application-access (critical), 1: dora" in told
        assert '<section id="what-if"' in shown
        assert '<a href="#what-if">' in shown

    def test_where_nothing_would_be_other_that_is_said(self):
        same = replace(a_what_if(), appearing=(), vanishing=(), changing=(), audit=a_run().audit)
        run = a_run(what_if=same)
        assert "No number of seats would be another one. No finding would be another one." in text(run)
        assert "No finding would be another one." in page(run)
        assert document(run)["what_if"]["rules"] == []

    def test_a_run_that_did_not_ask_shows_nothing_of_it(self):
        assert document(a_run())["what_if"] is None
        assert "What if" not in text(a_run())
        assert "what-if" not in page(a_run())
        earlier = {key: value for key, value in document(a_run()).items() if key != "what_if"}
        assert b"What if" not in TerminalReport(100).render(earlier)
        assert b'id="what-if"' not in HtmlReport().render(earlier)
