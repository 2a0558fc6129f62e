"""What is planned, what a guard refused, and what became of the changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dirsync.reports.changes import by_target, change_phrase, missed_changes, outcome_counts, taken_over
from dirsync.reports.terminal.paper import A_HANDFUL
from dirsync.reports.wording import a_few, counted, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.reports.terminal.paper import Paper

    Item = Mapping[str, Any]

_MISSED_CHANGES = 10


def write_plan(paper: Paper, document: Item) -> None:
    """Write what would change in each target, and who is left out."""
    plan = document["plan"]
    told = ("changes", "unappliable", "obstacles", "adopted")
    if plan["digest"] is None or not any(plan.get(part) for part in told):
        return
    paper.heading(f"Plan {plan['digest']}: {counted(len(plan['changes']), 'change')}")
    for target in by_target(plan):
        paper.line(f"{target.directory}  ({counted(target.count, 'change')})", "bold", 2)
        if target.unappliable:
            paper.line(f"not appliable: {target.unappliable}", "red", 4)
        for step in target.steps:
            title = f"{step.title} {step.group}" if step.group else step.title
            paper.line(f"{title}: {a_few(step.names, A_HANDFUL)}", "red" if step.takes_away else "", 4)
    for taken in taken_over(plan):
        adopts = f"adopt {counted(taken.accounts, 'account')} of {taken.directory} for {taken.mapping}"
        names = a_few(taken.names, A_HANDFUL, taken.accounts)
        paper.line(f"{adopts}, there before dirsync: {names}", "yellow", 2)
    obstacles = plan.get("obstacles", ())
    for obstacle in obstacles[:A_HANDFUL]:
        paper.line(f"left out: {obstacle['name']} ({obstacle['mapping']}): {obstacle['reason']}", "yellow", 2)
    if len(obstacles) > A_HANDFUL:
        paper.line(f"and {number(len(obstacles) - A_HANDFUL)} more left out: see the report", "dim", 2)


def write_guards(paper: Paper, document: Item) -> None:
    """Write the refusals."""
    refusals = [guard for guard in document["plan"]["guards"] if guard["refused"]]
    if not refusals:
        return
    paper.heading("REFUSED: nothing was changed", "bold red")
    for guard in refusals:
        paper.line(f"{guard['guard']}: {guard['message']}", indent=2)


def write_outcomes(paper: Paper, document: Item) -> None:
    """Write what became of the changes, and which were missed."""
    if not document["outcomes"]:
        return
    counts = ", ".join(f"{number(count)} {words}" for words, count in outcome_counts(document))
    paper.heading(f"Outcomes: {counts}")
    missed = missed_changes(document)
    for outcome, change in missed[:_MISSED_CHANGES]:
        what = change_phrase(change) if change else f"change {outcome['change']}"
        reason = f": {outcome['message']}" if outcome["message"] else ""
        paper.line(f"{outcome['outcome'].replace('_', ' ')}: {what}{reason}", "red", 2)
    if len(missed) > _MISSED_CHANGES:
        paper.line(f"and {number(len(missed) - _MISSED_CHANGES)} more: see the report", "dim", 2)
