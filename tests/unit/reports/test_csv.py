"""The table of findings: whole, exact, and harmless in a spreadsheet whatever people call themselves."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.reports.runs import AT, WAIVED, a_run, audited, default_group, holding

from dirsync.model.findings import Mechanism, Severity, Subject, SubjectKind
from dirsync.reports.csv_report import COLUMNS, CsvReport, RawCsvReport, may_start_formula
from dirsync.reports.document import document

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
FORMULAS = [
    "=cmd|'/c calc'!A1",
    "+1+cmd",
    "-2+3",
    "@SUM(A1)",
    "  =1+1",
    "\u00a0\u3000=1",  # spaces of other kinds
    "\ufeff\u200b=1",  # unseen characters
    "\tx",
    "\rx",
    "\nx",
    " \tx",
    "\0=1",
    "\0",
    "\N{FULLWIDTH EQUALS SIGN}1",
    "\N{FULLWIDTH PLUS SIGN}1",
    "\N{FULLWIDTH HYPHEN-MINUS}1",
    "\N{FULLWIDTH COMMERCIAL AT}x",
    "\N{SMALL EQUALS SIGN}1",
]
HARMLESS = ["", " ", "ana", " ana", "a=b", "a\n=b", "'=1", "1", "(-1)", "…", "ana@example.org", "\u202eana"]


def rows(content: bytes, encoding: str = "utf-8") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(encoding), newline="")))


def named(name: str):
    return document(audited(findings=(holding(name, subject=Subject(SubjectKind.USER, name, "32770:1", "crowd")),)))


def test_a_finding_is_one_row_with_everything_a_reviewer_filters_by():
    finding = default_group(
        "portal",
        Mechanism.CROWD_DIRECTORY,
        subject=Subject(SubjectKind.GROUP, "portal", "g:1", "crowd-customers"),
        waiver=WAIVED.waiver,
        missing=("jira.version", "jira.applications"),
        count=3,
        first_seen=AT,
        is_new=True,
    )
    first, second = finding.evidence[:2]

    (row,) = rows(RawCsvReport().render(document(audited(findings=(finding,)))))

    assert row == {
        "run": "20261122T021501Z-7f3a",
        "finding": finding.id,
        "rule": "customer-default-group-grants-application-access",
        "verdict": "fail",
        "severity": "high",
        "confidence": "declared",
        "subject_kind": "group",
        "subject_name": "portal",
        "subject_id": "g:1",
        "subject_directory": "crowd-customers",
        "mapping": "customers",
        "application": "jira-software",
        "mechanism": "crowd-directory",
        "path": "portal > jira-users > jira-software",
        "message": finding.message,
        "remedy": finding.remedy,
        "evidence": f"{first.source} ({first.at}): {first.value} | {second.source} ({second.at}): {second.value}",
        "missing": "jira.version | jira.applications",
        "count": "3",
        "waiver_owner": "maria.koch@example.org",
        "waiver_reason": "pilot until go-live, ITSM-812",
        "waiver_expires": "2027-01-31",
        "first_seen": AT,
        "is_new": "true",
    }


def test_what_a_finding_has_not_is_an_empty_cell():
    finding = replace(holding("ana"), evidence=(), path=())

    (row,) = rows(RawCsvReport().render(document(audited(findings=(finding,)))))

    empty = {name for name, value in row.items() if value == ""}
    assert empty == {"mechanism", "path", "evidence", "missing", "waiver_owner", "waiver_reason", "waiver_expires"}
    assert row["is_new"] == "false"


def test_evidence_without_a_moment_has_no_empty_brackets():
    seen = {row["rule"]: row["evidence"] for row in rows(RawCsvReport().render(document(a_run())))}

    assert seen["audiences-share-a-directory"] == "mappings/customers.yaml:3: audience: customers"


def test_the_rows_stand_in_the_order_of_the_report_and_none_is_left_out():
    made = document(a_run())

    assert [row["finding"] for row in rows(CsvReport().render(made), "utf-8-sig")] == [
        finding["id"] for finding in made["findings"]
    ]


def test_a_run_without_findings_is_a_header_alone():
    made = document(audited(findings=()))

    assert RawCsvReport().render(made) == (",".join(f'"{name}"' for name in ("run", *COLUMNS)) + "\r\n").encode()


def test_every_cell_is_quoted_and_lines_end_as_the_standard_says():
    content = RawCsvReport().render(named("ana")).decode()
    header, line, rest = content.split("\r\n")

    assert rest == ""
    assert '""' not in header
    assert (line[0], line[-1], line.count('","')) == ('"', '"', len(COLUMNS))


def test_only_the_one_for_spreadsheets_has_a_byte_order_mark():
    made = document(a_run())

    assert CsvReport().render(made).startswith(BYTE_ORDER_MARK)
    assert RawCsvReport().render(made).startswith(b'"run"')


@pytest.mark.parametrize("name", FORMULAS)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe_and_only_there(name):
    made = named(name)

    (safe,) = rows(CsvReport().render(made), "utf-8-sig")
    (raw,) = rows(RawCsvReport().render(made))

    assert raw["subject_name"] == name
    assert safe["subject_name"] == f"'{name}"
    assert safe["path"] == f"'{raw['path']}"
    assert safe["message"] == raw["message"]


@pytest.mark.parametrize("name", HARMLESS)
def test_what_a_spreadsheet_only_shows_stays_as_it_is(name):
    assert not may_start_formula(name)
    (safe,) = rows(CsvReport().render(named(name)), "utf-8-sig")

    assert safe["subject_name"] == name


def test_no_value_from_outside_can_begin_a_formula_in_any_column():
    hostile = "=1"
    waiver = replace(WAIVED.waiver, owner=hostile, reason=hostile, expires=hostile)
    finding = replace(
        WAIVED,
        rule=hostile,
        subject=Subject(SubjectKind.USER, hostile, hostile, hostile),
        mapping=hostile,
        application=hostile,
        message=hostile,
        remedy=hostile,
        path=(hostile, "b"),
        evidence=tuple(replace(seen, source=hostile) for seen in WAIVED.evidence),
        missing=(hostile,),
        first_seen=hostile,
        waiver=waiver,
    )
    made = document(replace(audited(findings=(finding,)), id=hostile))

    (row,) = rows(CsvReport().render(made), "utf-8-sig")

    assert [name for name, value in row.items() if value.startswith("=")] == []
    assert sum(value.startswith("'=") for value in row.values()) == 16


def test_half_a_character_is_written_as_an_escape_instead_of_ending_the_report():
    (row,) = rows(RawCsvReport().render(named("a\udcff")))

    assert row["subject_name"] == "a\\udcff"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_machine_reads_back_what_was_written_and_a_spreadsheet_the_same_or_with_an_apostrophe(name):
    made = named(name)

    (raw,) = rows(RawCsvReport().render(made))
    (safe,) = rows(CsvReport().render(made), "utf-8-sig")

    assert raw["subject_name"] == name
    assert safe["subject_name"] == (f"'{name}" if may_start_formula(name) else name)
    assert safe["subject_name"].lstrip()[:1] not in set("=+-@\uff1d\uff0b\uff0d\uff20")
    assert safe["subject_name"][:1] not in set("\t\r\n\0")


def test_fifty_thousand_findings_are_no_trouble():
    finding = document(audited(findings=(holding("ana", severity=Severity.HIGH),)))
    (one,) = finding["findings"]
    finding["findings"] = [one] * 50_000

    assert RawCsvReport().render(finding).count(b"\r\n") == 50_001
