"""The workbook: every value as text, nothing that a spreadsheet would run, and whole."""

from __future__ import annotations

import io
import sys
import zipfile
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.reports.runs import CONFLICT, CONFLICTS, PLAN, a_run, audited, holding, outcomes
from unit.reports.test_csv import FORMULAS
from unit.reports.test_schema import RUNS

from dirsync.errors import UsageInvalid
from dirsync.model.findings import Subject, SubjectKind
from dirsync.model.plans import Result
from dirsync.model.visible import visible
from dirsync.reports import xlsx
from dirsync.reports.csv_report import COLUMNS
from dirsync.reports.document import document
from dirsync.reports.writer import write_reports
from dirsync.reports.xlsx import XlsxReport

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
SHEETS = ("Run", "Findings", "Seats", "Changes", "Conflicts")


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return {name: book.read(name) for name in book.namelist()}


def sheet(content: bytes, name: str) -> list[list[str]]:
    """Rows of cells, an empty one as ''."""
    found = ET.fromstring(parts(content)[f"xl/worksheets/sheet{SHEETS.index(name) + 1}.xml"])
    rows = []
    for row in found.iter(f"{MAIN}row"):
        cells = {}
        for cell in row:
            letters = cell.get("r").rstrip("0123456789")
            place = ord(letters) - 65 if len(letters) == 1 else 26 + ord(letters[1]) - 65
            cells[place] = "".join(text.text or "" for text in cell.iter() if text.tag in (f"{MAIN}t", f"{MAIN}v"))
        rows.append([cells.get(place, "") for place in range(max(cells, default=-1) + 1)])
    return rows


def named(name: str):
    return document(audited(findings=(holding(name, subject=Subject(SubjectKind.USER, name, "32770:1", "crowd")),)))


def test_whom_several_mappings_take_has_a_sheet():
    told = sheet(XlsxReport().render(document(a_run(plan=replace(PLAN, conflicts=CONFLICTS)))), "Conflicts")
    taken_by = "agents: ana of corp to crowd-agents; customers: Ana of abroad to crowd-customers"
    assert told[1:] == [["ana", "username, email", taken_by, "crowd-agents", CONFLICT.wins, CONFLICT.flips]]
    older = document(a_run(plan=PLAN))
    del older["plan"]["conflicts"]
    assert len(sheet(XlsxReport().render(older), "Conflicts")) == 1


@pytest.mark.parametrize("name", RUNS)
def test_every_kind_of_run_is_a_book_of_the_same_sheets(name):
    made = document(RUNS[name])
    content = XlsxReport().render(made)

    assert [sheet(content, each)[0][0] for each in SHEETS] == ["what", "run", "key", "id", "name"]
    assert [row[1] for row in sheet(content, "Findings")[1:]] == [finding["id"] for finding in made["findings"]]
    assert [row[0] for row in sheet(content, "Changes")[1:]] == [change["id"] for change in made["plan"]["changes"]]


def test_the_sheets_hold_what_the_report_holds():
    run = a_run(plan=PLAN, outcomes=outcomes(Result.DONE, Result.FAILED))
    content = XlsxReport().render(document(run))

    assert sheet(content, "Findings")[0] == ["run", *COLUMNS]
    assert ["exit_code", "10"] in sheet(content, "Run")
    assert ["notice", run.notices[0]] in sheet(content, "Run")
    assert sheet(content, "Seats")[1] == ["jira-core", "Jira Core", "", "", "", "0", "1", "0", "1", "0"]
    first, second, third = sheet(content, "Changes")[1:4]
    assert first[1:5] == ["create_user", "crowd-customers", "customers", "ben@example.org"]
    assert first[10:] == ["done"]
    assert second[10:] == ["failed", "HTTP 403: not permitted"]
    assert third[10:] == []


@pytest.mark.parametrize("name", [*FORMULAS, "https://evil.example.org", "mailto:a@b", "internal:Run!A1", "{=1}", "1"])
def test_what_looks_like_a_formula_link_or_number_stays_text(name):
    content = XlsxReport().render(named(name))

    assert sheet(content, "Findings")[1][7] == visible(name)
    for part, text in parts(content).items():
        assert b"<f>" not in text, part
        assert b"<hyperlink" not in text, part


@settings(max_examples=40)
@given(st.text(min_size=1))
def test_any_name_can_be_read_back_as_it_is_shown(name):
    assert sheet(XlsxReport().render(named(name)), "Findings")[1][7] == visible(name)


def test_the_same_document_gives_the_same_bytes():
    assert XlsxReport().render(document(a_run())) == XlsxReport().render(document(a_run()))


def test_a_value_larger_than_a_cell_is_cut_and_says_so():
    first = sheet(XlsxReport().render(named("a" * 32_767)), "Findings")[1][7]
    second = sheet(XlsxReport().render(named("a" * 32_768)), "Findings")[1][7]

    assert first == "a" * 32_767
    assert second == "a" * 32_766 + "…"


def test_more_rows_than_a_sheet_holds_end_with_a_word_about_it(monkeypatch):
    monkeypatch.setattr(xlsx, "_MOST_ROWS", 4)
    few = [holding(f"user-{place}") for place in range(3)]

    whole = sheet(XlsxReport().render(document(audited(findings=tuple(few)))), "Findings")
    cut = sheet(XlsxReport().render(document(audited(findings=(*few, holding("last"))))), "Findings")

    assert [row[7] for row in whole[1:]] == ["user-0", "user-1", "user-2"]
    assert [row[7] for row in cut[1:3]] == ["last", "user-0"]
    assert cut[3] == ["More rows than a sheet holds: the report in csv has all."]
    assert len(cut) == 4


def test_without_the_library_it_is_said_how_to_get_it_and_nothing_is_written(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)

    with pytest.raises(UsageInvalid, match="XlsxWriter, which is not installed") as refused:
        write_reports(document(a_run()), ("json", "xlsx"), tmp_path)

    assert refused.value.remedy == "Install it with: pip install 'dirsync-connector[excel]'"
    assert list(tmp_path.iterdir()) == []


def test_thousands_of_findings_are_all_there():
    made = document(audited(findings=(holding("ana"),)))
    made["findings"] = made["findings"] * 5_000

    assert len(sheet(XlsxReport().render(made), "Findings")) == 5_001
