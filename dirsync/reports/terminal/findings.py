"""Findings: those that fail, those that could not be decided, those that somebody has accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from dirsync.model.visible import visible
from dirsync.reports.grouping import by_rule, is_failing, is_waived, shown_path
from dirsync.reports.terminal.paper import A_HANDFUL
from dirsync.reports.wording import a_few, counted, number

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from dirsync.reports.grouping import Case, RuleGroup
    from dirsync.reports.terminal.paper import Paper

    Item = Mapping[str, Any]

_SEVERITY_STYLE = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "info": "dim"}
_CASES_PER_RULE = 4


def write_failing(paper: Paper, document: Item) -> None:
    """Write what fails, rule by rule, with the proof and the remedy."""
    groups = by_rule(document, (finding for finding in document["findings"] if is_failing(finding)))
    if not groups:
        return
    applications = {seats["key"]: str(seats["name"]) for seats in document["applications"]}
    paper.heading("Failing")
    for group in groups:
        _write_rule(paper, group)
        for case in group.cases[:_CASES_PER_RULE]:
            _write_case(paper, case, applications)
        rest = group.cases[_CASES_PER_RULE:]
        if rest:
            findings = sum(len(case.findings) for case in rest)
            paper.line(f"and {counted(findings, 'finding')} more of this rule: see the report", "dim", 4)


def _write_rule(paper: Paper, group: RuleGroup) -> None:
    new = f", {number(group.new)} new" if group.new else ""
    paper.show(
        Text.assemble(
            (group.severity.upper(), _SEVERITY_STYLE[group.severity]),
            "  ",
            (visible(group.rule), "bold"),
            f"  ({group.affected}{new})",
        )
    )


def _write_case(paper: Paper, case: Case, applications: Mapping[str, str]) -> None:
    paper.line(case.message, indent=4)
    if case.path:
        paper.line(" > ".join(shown_path(case, applications)), "bold", 6)
    if case.is_several:
        paper.line(a_few([finding["subject"]["name"] for finding in case.findings], A_HANDFUL), indent=6)
    if case.remedy:
        paper.item("->", case.remedy, 6)


def write_undecided(paper: Paper, document: Item) -> None:
    """Write what could not be decided, and the cheapest way to know.

    Where a Directory could not be read it is only counted: the cause stands above, and nearly every rule follows it.
    """
    undecided = [finding for finding in document["findings"] if finding["verdict"] == "unknown"]
    told = {finding["rule"] for finding in undecided}
    silent = [rule for rule in document["rules"] if rule["state"] == "unknown" and rule["rule"] not in told]
    if not undecided and not silent:
        return
    paper.heading("Undecided")
    if not all(directory["complete"] for directory in document["directories"]):
        _write_only_counts(paper, undecided, told | {one["rule"] for one in silent})
        return
    for group in by_rule(document, undecided):
        paper.line(f"{group.rule}  ({group.affected})", "bold", 2)
        for case in group.cases[:_CASES_PER_RULE]:
            paper.line(case.message, indent=4)
            if case.first.get("missing"):
                paper.line(f"not known: {a_few(case.first['missing'], 3)}", indent=6)
            if case.remedy:
                paper.line(f"cheapest way to know: {case.remedy}", indent=6)
        rest = len(group.cases) - _CASES_PER_RULE
        if rest > 0:
            paper.line(f"and {counted(rest, 'more reason')}: see the report", "dim", 4)
    for rule in silent:
        paper.line(rule["rule"], "bold", 2)
        paper.line(rule["why"], indent=4)


def _write_only_counts(paper: Paper, undecided: Sequence[Item], rules: Collection[str]) -> None:
    findings = f"{counted(len(undecided), 'finding')} of " if undecided else ""
    paper.line(
        f"{findings}{counted(len(rules), 'rule')}: first mend what was not read whole. The report lists them.", indent=2
    )


def write_waived(paper: Paper, document: Item) -> None:
    """Write what somebody has accepted, and until when."""
    waived = [finding for finding in document["findings"] if is_waived(finding)]
    if not waived:
        return
    paper.heading("Waived")
    shown = waived[:A_HANDFUL]
    for finding in shown:
        waiver = finding["waiver"]
        paper.line(
            f"{finding['subject']['name']}: {finding['rule']}, by {waiver['owner']} until {waiver['expires']}: "
            f"{waiver['reason']}",
            indent=2,
        )
    if len(waived) > len(shown):
        paper.line(f"and {number(len(waived) - len(shown))} more", "dim", 2)
