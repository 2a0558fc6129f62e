"""Past runs as a table, as a list where the terminal is narrow, and as data."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dirsync.errors import ExitCode
from dirsync.model.findings import Mechanism, OpenFinding, ResolvedFinding, Severity, Subject, SubjectKind
from dirsync.model.run import PastRun
from dirsync.reports.history import MEANINGS, history_document
from dirsync.reports.history_text import history_text

NO_FAILURE = {"critical": 0, "high": 0, "medium": 0, "low": 0, "info": 0}


def summary(held: int = 0, at_risk: int = 0, *, name: str = "Jira Software", **more: Any) -> dict[str, Any]:
    seats = {
        "key": "jira-software", "name": name, "seats": 10, "used": 4, "customers_holding": held,
        "customers_at_risk": at_risk, "customers_decided": True, "risk_decided": True,
    }  # fmt: skip
    findings = {"fail": NO_FAILURE | more.pop("fail", {}), "unknown": 0, "new": 0, "resolved": 0, "waived": 0}
    findings |= {key: more.pop(key) for key in list(more) if key in findings}
    return {"findings": findings, "applications": [seats | more.pop("seats", {})], "planned": 0, "outcomes": {},
            "refused": []} | more  # fmt: skip


def past(day: int, code: int | None = 0, mode: str = "sync", **values: Any) -> PastRun:
    at = f"2026-11-{day:02}T01:00:00+00:00"
    is_complete = values.pop("is_complete", True)
    content = values.pop("content", None)
    if code is None:
        return PastRun(f"r{day}", mode, at, "", None, is_complete=False, summary={})
    return PastRun(f"r{day}", mode, at, at, code, is_complete, summary(**values) if content is None else content)


def text(*runs: PastRun, width: int = 80, zone: Any = UTC, total: int = 0, is_ascii: bool = False) -> str:
    return history_text(history_document(runs, total or len(runs)), width, zone, is_ascii=is_ascii)


def test_an_empty_store_says_so() -> None:
    assert text() == "The store holds no run yet. Run 'dirsync audit' first.\n"


def test_each_run_is_a_line_and_the_words_it_uses_are_explained() -> None:
    shown = text(
        past(22, None),
        past(21, 10, held=3, at_risk=14, fail={"critical": 2, "high": 5}, new=3, resolved=1, waived=2),
        past(20, 5, is_complete=False, outcomes={"done": 1204, "failed": 1}),
        past(19, 0, "audit"),
    )
    assert shown.splitlines() == [
        "Runs, newest first; local time 2026 (UTC+00:00)",
        "Run  Started      Mode   Result       Whole  Failing  New  Gone  Waived  Changes",
        "r22  11-22 01:00  sync   no result",
        "r21  11-21 01:00  sync   10 findings  yes    2C 5H      3     1       2        0",
        "r20  11-20 01:00  sync   5 failed     NO     none       0     0       0    1,204",
        "r19  11-19 01:00  audit  0 done       yes    none       0     0       0        0",
        "",
        "  0 done: nothing fails, and every deciding rule was decided",
        "  5 failed: some changes failed",
        "  10 findings: failing findings at or above --fail-on",
        "  no result: ended without a result, or is still under way",
        "  Failing: C critical, H high; waived ones apart",
        "  Run: the end of its id; 'dirsync report' and 'dirsync undo' take it",
        "",
        "Findings that fail, without waived ones; oldest first",
        "  critical 2  ▁▁█",
        "  high     5  ▁▁█",
        "  all      7  ▁▁█",
        "",
        "Seats that customers hold, and customers at risk of one; oldest first",
        "  Jira Software",
        "    held now     3  ▁▁█",
        "    at risk now 14  ▁▁█",
        "  2026-11-21 01:00  Jira Software: held 0 -> 3, at risk 0 -> 14",
    ]


def test_runs_of_two_years_are_told_with_their_year() -> None:
    new_year = PastRun("x-0a1b2c", "sync", "2027-01-01T01:00:00+00:00", "", None, is_complete=False, summary={})
    shown = text(new_year, past(30))
    assert "0a1b2c 2027-01-01 01:00 sync" in shown
    assert "r30    2026-11-30 01:00 sync" in shown
    assert "local time (UTC+00:00)" in shown


def test_a_run_is_called_by_the_end_of_its_id_unless_another_ends_alike() -> None:
    def called(name: str) -> PastRun:
        return PastRun(name, "sync", "2026-11-20T01:00:00+00:00", "", None, is_complete=False, summary={})

    assert "\n7f3a21  11-20" in text(called("20261120T010000Z-7f3a21"), called("20261119T010000Z-000000"))
    both = text(called("20261120T010000Z-7f3a21"), called("20261119T010000Z-7f3a21"), width=120)
    assert "20261120T010000Z-7f3a21  11-20" in both
    assert "20261119T010000Z-7f3a21  11-20" in both


def test_findings_are_drawn_by_severity_and_only_those_that_were_met() -> None:
    shown = text(past(22, fail={"high": 1}), past(21, fail={"high": 4}), past(20), past(19, None))
    assert "Findings that fail, without waived ones; oldest first\n  high 1  ▁█▃\n\n" in shown
    assert "Findings that fail" not in text(past(22, fail={"high": 1}))
    assert "Findings that fail" not in text(past(22), past(21))


def test_where_bars_cannot_be_spelled_digits_stand_for_them() -> None:
    shown = text(past(22, held=3), past(21, held=9, fail={"low": 1}), past(20), is_ascii=True)
    assert "    held now    3  093" in shown
    assert "  low 0  090" in shown
    assert "  0 is nothing, 9 the highest of the line" in shown
    assert shown.isascii()
    assert "0 is nothing" not in text(past(22, held=3), past(21))
    assert "0 is nothing" not in text(past(22, None), is_ascii=True)


def test_every_exit_code_has_a_short_and_a_long_meaning() -> None:
    assert set(MEANINGS) == set(ExitCode)
    shown = text(*(past(1 + place, code) for place, code in enumerate(ExitCode)))
    assert all(f"  {int(code)} " in shown for code in ExitCode)


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_it_fits_the_terminal_whatever_the_runs_were(width: int) -> None:
    everything = past(
        20, 130, "rehearsal", held=10_000, at_risk=123_456, name="Jira Service Management " * 4,
        fail=dict.fromkeys(NO_FAILURE, 10_000), new=99_999, resolved=99_999, waived=99_999,
        outcomes={"done": 1_000_000},
    )  # fmt: skip
    lines = text(everything, past(19), past(18, None), width=width, zone=ZoneInfo("Asia/Kolkata")).splitlines()
    assert max(map(len, lines)) <= width
    assert "10,000C" in " ".join(lines)


def test_a_narrow_terminal_gets_a_list() -> None:
    lines = text(past(21, 10, fail={"high": 1}, new=1), width=60).splitlines()
    assert lines[:2] == ["Runs, newest first; local time (UTC+00:00)", "2026-11-21 01:00 sync, run r21"]
    assert " ".join(line.strip() for line in lines[2:4]).startswith(
        "10 findings; whole yes, failing 1H, new 1, gone 0, waived 0, changes 0"
    )


def test_where_the_clocks_were_changed_each_line_says_its_offset() -> None:
    shown = text(
        PastRun("b", "sync", "2026-10-26T01:00:00+00:00", "", None, is_complete=False, summary={}),
        PastRun("a", "sync", "2026-10-24T01:00:00+00:00", "", None, is_complete=False, summary={}),
        zone=ZoneInfo("Europe/Berlin"),
    )
    assert "b   10-26 02:00+01:00 sync" in shown
    assert "a   10-24 03:00+02:00 sync" in shown
    assert "local time 2026\n" in shown


def test_where_they_were_not_the_offset_is_said_once() -> None:
    shown = text(past(20), past(19), zone=timezone(-timedelta(hours=3, minutes=30)))
    assert "local time 2026 (UTC-03:30)" in shown
    assert "  11-19 21:30 " in shown


def test_what_could_not_be_decided_is_marked_in_the_seats() -> None:
    undecided = {"customers_decided": False, "risk_decided": False}
    shown = text(past(21, 12, held=3, seats=undecided), past(20, held=3))
    assert "held now    3+" in shown
    assert "at risk now  ?" in shown
    assert "held 3 -> 3+, at risk 0 -> ?" in shown


def test_nothing_but_zero_looks_like_zero_and_the_highest_of_many_shows() -> None:
    assert "1,000  ▁▂█" in text(past(21, held=1000), past(20, held=1), past(19))
    peak = [past(1 + n % 28, held=int(n == 51)) for n in range(90)]
    bars = next(line for line in text(*peak).splitlines() if "held now" in line).split()[-1]
    assert len(bars) == 30
    assert bars.count("█") == 1


def test_the_ten_newest_changes_of_seats_are_told_and_the_rest_counted() -> None:
    shown = text(*(past(28 - n, held=n % 2) for n in range(14)))
    assert shown.count(" -> ") == 10
    assert "2026-11-28 01:00  Jira Software" in shown
    assert "and 3 earlier changes: see --json" in shown


def test_runs_that_are_not_shown_are_counted() -> None:
    assert "The newest 1 of 5,000 runs; --last N shows more." in text(past(20), total=5000)
    assert "--last" not in text(past(20), total=1)


def test_a_name_from_jira_can_do_nothing_to_the_terminal() -> None:
    assert "\x1b" not in text(past(20, name="\x1b[2J"), past(19, name="\x1b[2J", held=1))


def test_an_application_nobody_has_any_more_keeps_its_own_line() -> None:
    other = {"seats": {"key": "jira-servicedesk", "name": "Jira Service Management"}}
    shown = text(past(21, held=2), past(20, held=1, **other))
    assert "  Jira Service Management\n    held now    1  █" in shown
    assert "  Jira Software\n    held now    2  █" in shown


def test_the_data_of_a_run_tells_what_is_not_known_as_null() -> None:
    document = history_document([past(22, None), past(21, 3, is_complete=False, outcomes={"done": 2, "failed": 1})], 9)
    assert document["schema"] == "dirsync.history/1"
    assert document["total"] == 9
    unfinished, failed = document["runs"]
    assert unfinished | {"id": "", "started_at": ""} == {
        "id": "", "mode": "sync", "started_at": "", "finished_at": None, "exit_code": None,
        "meaning": "ended without a result, or is still under way", "complete": None, "findings": None,
        "applications": [], "planned": 0, "changes_made": 0, "outcomes": {}, "refused": [],
    }  # fmt: skip
    assert failed["meaning"] == "a directory could not be read, or not whole"
    assert (failed["complete"], failed["changes_made"]) == (False, 2)
    assert failed["outcomes"] == {"done": 2, "failed": 1}
    assert failed["applications"][0]["customers_at_risk"] == 0


def test_an_older_run_without_numbers_is_shown_all_the_same() -> None:
    bare = past(20, content={"findings": None, "applications": []})
    assert "r20  11-20 01:00  sync  0 done" in text(bare)
    assert "Seats that" not in text(bare)


ANA = Subject(SubjectKind.USER, "ana", "id-ana", "portal")


def standing(day: int, rule: str = "a-rule", **fields: Any) -> OpenFinding:
    at = f"2026-11-{day:02}T01:00:00+00:00"
    return OpenFinding(at, rule, **{"subject": ANA, "severity": Severity.HIGH, "news_at": at, **fields})


def told(*found: OpenFinding, resolved: tuple[ResolvedFinding, ...] = ()) -> list[str]:
    known = {f"f{number}": one for number, one in enumerate(found)}
    document = history_document((past(20), past(19)), 2, known, resolved)
    return history_text(document, 100, UTC).split("\n\n", 3)[-1].splitlines()


def test_findings_that_stand_are_told_by_rule_the_worst_first() -> None:
    found = (
        standing(1),
        standing(20),
        standing(2, is_waived=True),
        standing(20, is_waived=True),
        standing(3, "b-rule", severity=Severity.CRITICAL),
        OpenFinding("2026-11-04T01:00:00+00:00"),
    )
    assert told(*found)[1:] == [
        "  critical b-rule: 1 still open; first seen 2026-11-03",
        "  high a-rule: 1 new, 1 still open, 2 waived; the oldest first seen 2026-11-01",
        "  of a rule that was not kept: 1 still open; first seen 2026-11-04",
    ]


def test_what_was_resolved_is_told_by_name_with_how_long_it_stood() -> None:
    gone = tuple(
        ResolvedFinding(f"g{day}", f"2026-11-{day:02}T02:00:00+00:00", standing(1)) for day in range(20, 8, -1)
    )
    older = ResolvedFinding("x", "2026-11-08T02:00:00+00:00", OpenFinding("2026-11-01T01:00:00+00:00"))
    itself = standing(1, subject=Subject(SubjectKind.DIRECTORY, "portal", directory="portal"))
    lines = told(resolved=(ResolvedFinding("y", "2026-11-21T02:00:00+00:00", itself), *gone, older))
    assert lines[0] == "Resolved, as complete audits saw it, newest first"
    assert lines[1] == "  2026-11-21  a-rule: directory portal (stood since 2026-11-01)"
    assert lines[2] == "  2026-11-20  a-rule: user ana in portal (stood since 2026-11-01)"
    assert lines[-1] == "  and 4 earlier ones: see --json"
    alone = told(resolved=(older,))
    assert alone[1] == "  2026-11-08  of a rule that was not kept: of an older dirsync (stood since 2026-11-01)"


def test_findings_as_data_say_what_each_is_about_and_whether_the_newest_run_brought_it() -> None:
    known = {"new": standing(20), "old": standing(1, is_waived=True), "older": OpenFinding("2026-10-01")}
    gone = ResolvedFinding("gone", "2026-11-20T02:00:00+00:00", standing(1, mechanism=Mechanism.MAPPING))
    document = history_document((past(20), past(19)), 2, known, (gone,))
    assert [one["id"] for one in document["open"]] == ["older", "old", "new"]
    assert [one["is_new"] for one in document["open"]] == [False, False, True]
    assert [one["is_waived"] for one in document["open"]] == [False, True, False]
    assert [one["rule"] for one in document["open"]] == [None, "a-rule", "a-rule"]
    assert document["open"][0]["subject"] is None
    assert document["resolved"] == [
        {
            "id": "gone", "rule": "a-rule", "severity": "high", "mapping": "", "application": "",
            "mechanism": "mapping",
            "subject": {"kind": "user", "name": "ana", "id": "id-ana", "directory": "portal"},
            "first_seen": "2026-11-01T01:00:00+00:00", "resolved_at": "2026-11-20T02:00:00+00:00",
        }
    ]  # fmt: skip
    assert not history_document((past(20, None),), 1, {"f": standing(20, news_at="")})["open"][0]["is_new"]
