"""The summary for a ticket: short whatever was found, and names that do nothing in it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.reports.runs import (
    CONFLICT,
    PLAN,
    REFUSING_GUARD,
    WAIVED,
    a_run,
    audited,
    default_group,
    holding,
    outcomes,
)
from unit.reports.test_schema import FULL, RUNS

from dirsync.model.conflicts import Agreement, Conflicts
from dirsync.model.findings import Mechanism, RuleState, Subject, SubjectKind, Verdict
from dirsync.model.plans import Outcome, Result
from dirsync.reports.document import document
from dirsync.reports.markdown import MarkdownReport, markdown_text

HOSTILE = {
    "<script>alert(1)</script>": "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<!channel>": "&lt;!\u200bchannel&gt;",
    "&lt;": "&amp;lt;",
    "a|b": r"a\|b",
    "`code`": r"\`code\`",
    "[x](javascript:1)": r"\[x\](javascript:1)",
    "![x](y)": r"!\[x\](y)",
    "**a** _b_ ~~c~~ $d$ {e}": r"\*\*a\*\* \_b\_ \~\~c\~\~ \$d\$ \{e\}",
    "@all (@team) ana@example.org": "@\u200ball (@\u200bteam) ana@example.org",
    "#12 and !34": "#\u200b12 and !\u200b34",
    "https://evil.example.org": "https:\u200b//evil.example.org",
    "WWW.example.org": "WWW\u200b.example.org",
    "a\\": "a\\\\",
    "a\n# b": r"a\\n# b",
    "\u202ebad": r"\\u202ebad",
}


def rendered(run) -> str:
    return MarkdownReport().render(document(run)).decode()


def test_a_run_looks_like_this(snapshot):
    assert rendered(replace(FULL, audit=a_run().audit)) == snapshot


def test_a_run_without_anything_looks_like_this(snapshot):
    assert rendered(audited(findings=(), rules=(), audiences=(), applications=())) == snapshot


@pytest.mark.parametrize("name", RUNS)
def test_every_kind_of_run_is_told_with_its_answer(name):
    assert rendered(RUNS[name]).startswith(f"**{markdown_text(document(RUNS[name])['answer'])}**\n\nRun ")


@pytest.mark.parametrize(("value", "shown"), HOSTILE.items())
def test_what_would_mean_something_is_only_shown(value, shown):
    assert markdown_text(value) == shown


@given(st.text())
def test_a_value_is_one_line_without_any_markup_left(value):
    shown = markdown_text(value)

    assert len(shown.splitlines()) <= 1
    assert not re.search(r"[<>|`*_\[\]{}~$]", re.sub(r"\\[\\`*_{}\[\]|~$]", "", shown))
    assert not re.search(r"(?<!\w)@\w|://|www\.", shown, re.IGNORECASE)


def test_a_long_value_is_cut():
    assert markdown_text("a" * 1_000) == "a" * 1_000
    assert markdown_text("a" * 1_001) == "a" * 1_000 + "…"


def test_a_directory_not_read_whole_stands_first():
    told = rendered(RUNS["cut short"])

    assert "## Not read whole\n\n- **corp**: " in told
    assert told.index("## Not read whole") < told.index("## Notices")


def test_names_are_cut_with_their_number():
    told = rendered(audited(findings=tuple(holding(f"user-{place}") for place in range(7))))

    assert "  - Who: user-0, user-1, user-2, user-3, user-4 and 2 more\n" in told
    assert " more" not in rendered(audited(findings=tuple(holding(f"user-{place}") for place in range(5))))


def test_ways_of_a_rule_are_cut_with_their_number():
    groups = tuple(
        replace(default_group("portal", Mechanism.MAPPING), path=("portal", f"group-{place}")) for place in range(7)
    )

    assert "\n- 2 more of this rule\n" in rendered(audited(findings=groups))
    assert "of this rule" not in rendered(audited(findings=groups[:5]))


def test_rules_are_cut_with_their_number():
    rules = tuple(RuleState(f"rule-{place}", f"Title {place}", Verdict.FAIL, "", False) for place in range(22))
    findings = tuple(replace(holding("ana"), rule=rule.rule) for rule in rules)

    assert "\n2 more rules failed.\n" in rendered(audited(findings=findings, rules=rules))
    assert "more rule" not in rendered(audited(findings=findings[:20], rules=rules[:20]))


def test_a_list_is_cut_with_its_number():
    ten = rendered(a_run(notices=tuple(f"notice {place}" for place in range(10))))
    twelve = rendered(a_run(notices=tuple(f"notice {place}" for place in range(12))))

    assert "- notice 9\n\n" in ten
    assert "- notice 9\n- 2 more\n\n" in twelve


def test_whom_several_mappings_take_is_told_by_matter_and_cut_with_its_number():
    counts = {Agreement.ID: 9, Agreement.EMAIL: 1}
    listed = [replace(CONFLICT, name=f"ana{place}", wins=f"Wins {place % 6}.") for place in range(8)]
    text = rendered(a_run(plan=replace(PLAN, conflicts=Conflicts(counts, tuple(listed)))))
    assert "## Taken by several mappings: 10 people (9 by id and 1 by e-mail address)\n\n" in text
    assert "- ana0 and ana6 (agents and customers): Wins 0.\n" in text
    assert "- ana4 (agents and customers): Wins 4.\n- 3 more\n- If that is not meant, let all of these" in text
    hostile = Conflicts({Agreement.ID: 1}, (replace(CONFLICT, name="@all"),))
    assert "- @\u200ball (agents" in rendered(a_run(plan=replace(PLAN, conflicts=hostile)))
    assert "Taken by several" not in rendered(a_run(plan=PLAN))


def test_a_guard_that_refused_and_changes_that_failed_are_told():
    told = rendered(
        a_run(plan=PLAN, refusals=(REFUSING_GUARD,), outcomes=outcomes(Result.DONE, Result.FAILED, Result.REFUSED))
    )

    assert "## Refused by a guard\n\n- **max\\_member\\_removals**: 61 of 140" in told
    assert "- rename user c.old on crowd-customers: HTTP 403: not permitted\n" in told
    assert "- update user dora on crowd-customers: HTTP 403: not permitted\n" in told
    assert "create user ben" not in told


def test_an_outcome_of_a_change_the_plan_does_not_hold_is_told_by_its_id():
    told = rendered(a_run(plan=None, outcomes=(Outcome("0123abcd", Result.FAILED, "gone", ""),)))

    assert "- 0123abcd: gone\n" in told


def test_a_remedy_and_a_path_are_left_out_where_there_are_none():
    told = rendered(audited(findings=(replace(holding("ana"), path=(), remedy=""),)))

    assert "Path:" not in told
    assert "Remedy:" not in told


def test_a_hostile_name_is_harmless_wherever_it_stands():
    bad = "</a><b>|@all`"
    waived = replace(
        WAIVED, subject=Subject(SubjectKind.USER, bad, "1", bad), waiver=replace(WAIVED.waiver, reason=bad, owner=bad)
    )
    finding = replace(
        holding(bad), subject=Subject(SubjectKind.USER, bad, "1", bad), message=bad, remedy=bad, path=(bad,)
    )
    told = rendered(replace(audited(findings=(finding, waived)), id=bad, notices=(bad,)))
    shown = told.rsplit("\n", 2)[0]

    assert "<b>" not in shown
    assert "@all" not in shown
    assert told.splitlines()[-1] == "Every finding as a table: `dirsync report </a><b>|@all' --format csv`"


def test_fifty_thousand_findings_make_it_no_longer():
    made = document(audited(findings=(holding("ana"),)))
    (one,) = made["findings"]
    made["findings"] = [{**one, "subject": {**one["subject"], "name": f"user-{place}"}} for place in range(50_000)]

    assert len(MarkdownReport().render(made)) < 10_000
