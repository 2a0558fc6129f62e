"""The document on a terminal, for an admin at 8 a.m.: the answer, what limits it, what to do about it."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from dirsync.model.visible import visible
from dirsync.reports.changes import by_target, change_phrase, missed_changes, outcome_counts
from dirsync.reports.grouping import by_rule, is_failing, is_waived, shown_path
from dirsync.reports.wording import a_few, at_least, counted, number, without_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dirsync.reports.grouping import Case, RuleGroup

    Item = Mapping[str, Any]

_SEVERITY_STYLE = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "info": "dim"}
_SEAT_COLUMNS = ("Used", "Limit", "Left", "Customers", "At risk", "Agents")
_A_HANDFUL = 5
_CASES_PER_RULE = 4
_MISSED_CHANGES = 10
_TABLE_WIDTH = 66
"""Columns that the table of seats takes with a short name; below, its cells would be cut into letters."""


class TerminalReport:
    """Plain text of the given width; with colour only when asked for."""

    name = "terminal"
    suffix = ".txt"

    def __init__(self, width: int = 80, *, is_coloured: bool = False, files: Sequence[str] = ()) -> None:
        self.width = width
        self.is_coloured = is_coloured
        self.files = tuple(files)
        """Where the other reports of this run lie; named in the last lines."""

    def render(self, document: Mapping[str, Any]) -> bytes:
        """Return the text in UTF-8. Names can't do anything to the terminal; see `visible`."""
        paper = StringIO()
        console = Console(
            file=paper,
            width=self.width,
            force_terminal=self.is_coloured,
            color_system="standard" if self.is_coloured else None,
            no_color=not self.is_coloured,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
            _environ={},  # the caller has judged the terminal; the variables must not overrule it
        )
        _Page(console, document).write(document, self.files)
        return "\n".join(line.rstrip() for line in paper.getvalue().splitlines()).encode() + b"\n"


class _Page:
    def __init__(self, console: Console, document: Item) -> None:
        self._console = console
        self._applications = {seats["key"]: str(seats["name"]) for seats in document["applications"]}

    def write(self, document: Item, files: Sequence[str]) -> None:
        self._line(document["answer"], "bold")
        self._incomplete(document)
        self._notices(document)
        self._seats(document)
        self._failing(document)
        self._undecided(document)
        self._waived(document)
        self._plan(document)
        self._guards(document)
        self._outcomes(document)
        self._closing(document, files)

    def _line(self, text: str, style: str = "", indent: int = 0) -> None:
        self._console.print(Padding(Text(visible(text), style=style), (0, 0, 0, indent)))

    def _item(self, marker: str, text: str, indent: int) -> None:
        """Write a text that hangs behind its marker."""
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_row(Text(marker), Text(visible(text), overflow="fold"))
        self._console.print(Padding(grid, (0, 0, 0, indent)))

    def _heading(self, title: str, style: str = "bold") -> None:
        self._console.print()
        self._line(title, style)

    def _incomplete(self, document: Item) -> None:
        incomplete = [directory for directory in document["directories"] if not directory["complete"]]
        if not incomplete:
            return
        self._heading("NOT READ WHOLE: what follows is not the whole truth", "bold red")
        for directory in incomplete:
            read = f"{counted(directory['users'], 'user')} and {counted(directory['groups'], 'group')} before it ended"
            why = without_name(directory["reason"], directory["name"])
            self._line(f"{directory['name']}: {why} ({read})", "red", 2)
            if directory.get("remedy"):
                self._item("->", directory["remedy"], 4)

    def _notices(self, document: Item) -> None:
        quarantined = [
            (directory["name"], directory["quarantined"])
            for directory in document["directories"]
            if directory.get("quarantined")
        ]
        notices = document["run"].get("notices", ())
        if not notices and not quarantined:
            return
        self._heading("Please note")
        for notice in notices:
            self._item("-", notice, 2)
        for name, entries in quarantined:
            few = a_few([f"{entry['entry']} ({entry['reason']})" for entry in entries], 3)
            left_out = counted(len(entries), "entry", "entries")
            self._item("-", f"{left_out} of {name} left out: {few}", 2)

    def _seats(self, document: Item) -> None:
        if not document["applications"]:
            return
        self._heading("Seats")
        if self._console.width < _TABLE_WIDTH:
            for seats in document["applications"]:
                cells = zip(_SEAT_COLUMNS, _seat_cells(seats), strict=True)
                self._line(f"{seats['name']}: {', '.join(f'{name.lower()} {cell}' for name, cell in cells)}", indent=2)
            return
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=True, header_style="dim")
        table.add_column("Jira application", overflow="fold")
        for column in _SEAT_COLUMNS:
            table.add_column(column, justify="right")
        for seats in document["applications"]:
            table.add_row(Text(visible(seats["name"])), *_seat_cells(seats))
        self._console.print(Padding(table, (0, 0, 0, 2)))

    def _failing(self, document: Item) -> None:
        groups = by_rule(document, (finding for finding in document["findings"] if is_failing(finding)))
        if not groups:
            return
        self._heading("Failing")
        for group in groups:
            self._rule(group)
            for case in group.cases[:_CASES_PER_RULE]:
                self._case(case)
            rest = group.cases[_CASES_PER_RULE:]
            if rest:
                findings = sum(len(case.findings) for case in rest)
                self._line(f"and {counted(findings, 'finding')} more of this rule: see the report", "dim", 4)

    def _rule(self, group: RuleGroup) -> None:
        new = f", {number(group.new)} new" if group.new else ""
        self._console.print(
            Padding(
                Text.assemble(
                    (group.severity.upper(), _SEVERITY_STYLE[group.severity]),
                    "  ",
                    (visible(group.rule), "bold"),
                    f"  ({group.affected}{new})",
                ),
                (0, 0, 0, 2),
            )
        )

    def _case(self, case: Case) -> None:
        self._line(case.message, indent=4)
        if case.path:
            self._line(" > ".join(shown_path(case, self._applications)), "bold", 6)
        if case.is_several:
            self._line(a_few([finding["subject"]["name"] for finding in case.findings], _A_HANDFUL), indent=6)
        if case.remedy:
            self._item("->", case.remedy, 6)

    def _undecided(self, document: Item) -> None:
        undecided = [finding for finding in document["findings"] if finding["verdict"] == "unknown"]
        told = {finding["rule"] for finding in undecided}
        silent = [rule for rule in document["rules"] if rule["state"] == "unknown" and rule["rule"] not in told]
        if not undecided and not silent:
            return
        self._heading("Undecided")
        for group in by_rule(document, undecided):
            self._line(f"{group.rule}  ({group.affected})", "bold", 2)
            for case in group.cases[:_CASES_PER_RULE]:
                self._line(case.message, indent=4)
                if case.first.get("missing"):
                    self._line(f"not known: {a_few(case.first['missing'], 3)}", indent=6)
                if case.remedy:
                    self._line(f"cheapest way to know: {case.remedy}", indent=6)
            rest = len(group.cases) - _CASES_PER_RULE
            if rest > 0:
                self._line(f"and {counted(rest, 'more reason')}: see the report", "dim", 4)
        for rule in silent:
            self._line(rule["rule"], "bold", 2)
            self._line(rule["why"], indent=4)

    def _waived(self, document: Item) -> None:
        waived = [finding for finding in document["findings"] if is_waived(finding)]
        if not waived:
            return
        self._heading("Waived")
        shown = waived[:_A_HANDFUL]
        for finding in shown:
            waiver = finding["waiver"]
            self._line(
                f"{finding['subject']['name']}: {finding['rule']}, by {waiver['owner']} until {waiver['expires']}: "
                f"{waiver['reason']}",
                indent=2,
            )
        if len(waived) > len(shown):
            self._line(f"and {number(len(waived) - len(shown))} more", "dim", 2)

    def _plan(self, document: Item) -> None:
        plan = document["plan"]
        if plan["digest"] is None or not (plan["changes"] or plan["unappliable"] or plan.get("obstacles")):
            return
        self._heading(f"Plan {plan['digest']}: {counted(len(plan['changes']), 'change')}")
        for target in by_target(plan):
            self._line(f"{target.directory}  ({counted(target.count, 'change')})", "bold", 2)
            if target.unappliable:
                self._line(f"not appliable: {target.unappliable}", "red", 4)
            for step in target.steps:
                title = f"{step.title} {step.group}" if step.group else step.title
                self._line(f"{title}: {a_few(step.names, _A_HANDFUL)}", "red" if step.takes_away else "", 4)
        obstacles = plan.get("obstacles", ())
        for obstacle in obstacles[:_A_HANDFUL]:
            self._line(f"left out: {obstacle['name']} ({obstacle['mapping']}): {obstacle['reason']}", "yellow", 2)
        if len(obstacles) > _A_HANDFUL:
            self._line(f"and {number(len(obstacles) - _A_HANDFUL)} more left out: see the report", "dim", 2)

    def _guards(self, document: Item) -> None:
        refusals = [guard for guard in document["plan"]["guards"] if guard["refused"]]
        if not refusals:
            return
        self._heading("REFUSED: nothing was changed", "bold red")
        for guard in refusals:
            self._line(f"{guard['guard']}: {guard['message']}", indent=2)

    def _outcomes(self, document: Item) -> None:
        if not document["outcomes"]:
            return
        counts = ", ".join(f"{number(count)} {words}" for words, count in outcome_counts(document))
        self._heading(f"Outcomes: {counts}")
        missed = missed_changes(document)
        for outcome, change in missed[:_MISSED_CHANGES]:
            what = change_phrase(change) if change else f"change {outcome['change']}"
            reason = f": {outcome['message']}" if outcome["message"] else ""
            self._line(f"{outcome['outcome'].replace('_', ' ')}: {what}{reason}", "red", 2)
        if len(missed) > _MISSED_CHANGES:
            self._line(f"and {number(len(missed) - _MISSED_CHANGES)} more: see the report", "dim", 2)

    def _closing(self, document: Item, files: Sequence[str]) -> None:
        summary, run = document["summary"], document["run"]
        passed = sum(summary["pass"].values())
        self._console.print()
        parts = [f"{number(sum(summary['fail'].values()))} failing"]
        if summary["new"] or summary["resolved"]:
            parts.append(f"{number(summary['new'])} new, {number(summary['resolved'])} resolved")
        parts += [
            f"{number(summary['unknown'])} undecided",
            f"{number(summary['waived'])} waived",
            f"{number(passed)} passed ({number(summary['pass']['declared'])} resting on declarations)",
        ]
        self._line("; ".join(parts), "dim")
        read = ", ".join(
            f"{directory['name']} {counted(directory['users'], 'user')}" for directory in document["directories"]
        )
        is_whole = all(directory["complete"] for directory in document["directories"])
        how = "Read whole" if read and is_whole else "Read"
        self._line(f"Run {run['id']} ({run['mode']}, dirsync {run['version']}). {how}: {read or 'nothing'}.", "dim")
        for file in files:
            # A path broken over two lines can't be copied or clicked.
            self._console.print(Text(visible(f"Report: {file}"), no_wrap=True, overflow="ignore"), soft_wrap=True)


def _seat_cells(seats: Item) -> tuple[Text, ...]:
    """Return the cells of `_SEAT_COLUMNS`."""
    return (
        Text(_told(seats["used"])),
        Text("none" if seats.get("is_unlimited") else _told(seats["seats"])),
        Text(_told(seats["remaining"])),
        Text(
            at_least(seats["customers_holding"], is_decided=seats.get("customers_decided", True)),
            "bold red" if seats["customers_holding"] else "",
        ),
        Text(
            at_least(seats["customers_at_risk"], is_decided=seats.get("risk_decided", True)),
            "red" if seats["customers_at_risk"] else "",
        ),
        Text(number(seats["agents_holding"])),
    )


def _told(value: int | None) -> str:
    return "?" if value is None else number(value)
