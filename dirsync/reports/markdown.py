"""The run for a ticket or a chat: what a reader needs to decide whether to open the whole report.

Short whatever was found: lists are cut, with the number left out and the command that lists them all. Names come
from directories in which strangers may register, so every value is written by `markdown_text`.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from dirsync.model.visible import visible
from dirsync.reports.conflicts import ADVICE, alike, conflict_total, counted_by_agreement
from dirsync.reports.grouping import by_rule, is_failing, is_waived, shown_path
from dirsync.reports.wording import a_few, at_least, counted, number, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dirsync.reports.grouping import Case, RuleGroup

    Item = Mapping[str, Any]

_RULES_SHOWN = 20
_CASES_SHOWN = 5
_NAMES_SHOWN = 5
_LINES_SHOWN = 10
_LONGEST_VALUE = 1_000
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# Entities for these three and no others, as Slack wants: it reads `<!channel>` whatever stands before it (Slack,
# "Formatting text for app surfaces", https://api.slack.com/reference/surfaces/formatting).
_MEANS_SOMETHING = re.compile(r"([\\`*_{}\[\]|~$])")
_WOULD_LINK = re.compile(r"(?<!\w)[@#!](?=\w)|:(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
# Mentions, numbers of issues, addresses: made after escapes are undone, so only a character between prevents them.
_BETWEEN = "\N{ZERO WIDTH SPACE}"


class MarkdownReport:
    """CommonMark with the tables of GitHub. UTF-8."""

    name = "md"
    suffix = ".md"

    def render(self, document: Item) -> bytes:
        """Return the summary; no longer for 50,000 findings than for some dozens."""
        return ("\n".join(_lines(document)).rstrip("\n") + "\n").encode()


def markdown_text(value: str) -> str:
    """Return a value as Markdown that shows it and does nothing: no markup, no mention, no link, one line.

    An unseen space stands where a mention or a link would be made; a value over 1,000 characters is cut.
    """
    shown = visible(value)
    if len(shown) > _LONGEST_VALUE:
        shown = f"{shown[:_LONGEST_VALUE]}…"
    parted = _WOULD_LINK.sub(lambda found: found[0] + _BETWEEN, shown)
    return _MEANS_SOMETHING.sub(r"\\\1", parted).translate(_ENTITIES)


def _lines(document: Item) -> Iterator[str]:
    run = document["run"]
    text = markdown_text
    yield f"**{text(document['answer'])}**\n"
    yield (
        f"Run {text(run['id'])} ({text(run['mode'])}), finished {text(run['finished_at'])},"
        f" dirsync {text(run['version'])}, exit code {run['exit_code']}.\n"
    )
    yield from _section("Not read whole", _unread(document))
    yield from _section("Notices", [f"- {text(notice)}" for notice in run["notices"]])
    yield from _seats(document)
    yield from _findings(document)
    undecided = [f"- **{text(rule['rule'])}**: {text(rule['why'])}" for rule in _undecided(document)]
    yield from _section("Could not be decided", undecided)
    yield from _plan(document)
    yield f"Every finding as a table: `dirsync report {_in_code(run['id'])} --format csv`"


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"## {title}\n"
        yield from lines[:_LINES_SHOWN]
        if len(lines) > _LINES_SHOWN:
            yield f"- {number(len(lines) - _LINES_SHOWN)} more"
        yield ""


def _unread(document: Item) -> list[str]:
    unread = [read for read in document["directories"] if not read["complete"]]
    return [
        f"- **{markdown_text(read['name'])}**: {markdown_text(sentence(read['reason']))}"
        f" {markdown_text(sentence(read['remedy']))}".rstrip()
        for read in unread
    ]


def _seats(document: Item) -> Iterator[str]:
    if not document["applications"]:
        return
    yield "| Jira application | Seats | Used | Customers on seats | Customers at risk |"
    yield "|---|--:|--:|--:|--:|"
    for seats in document["applications"]:
        cells = (
            markdown_text(seats["name"]),
            "unlimited" if seats["is_unlimited"] else _or_unknown(seats["seats"]),
            _or_unknown(seats["used"]),
            at_least(seats["customers_holding"], is_decided=seats["customers_decided"]),
            at_least(seats["customers_at_risk"], is_decided=seats["risk_decided"]),
        )
        yield f"| {' | '.join(cells)} |"
    yield ""


def _or_unknown(value: int | None) -> str:
    return "?" if value is None else number(value)


def _findings(document: Item) -> Iterator[str]:
    summary = document["summary"]
    failing = [finding for finding in document["findings"] if is_failing(finding)]
    yield f"## {counted(len(failing), 'failing finding')}\n"
    yield f"{number(summary['new'])} new, {number(summary['resolved'])} resolved, {number(summary['waived'])} waived.\n"
    groups = by_rule(document, failing)
    names = {seats["key"]: str(seats["name"]) for seats in document["applications"]}
    for group in groups[:_RULES_SHOWN]:
        yield from _group(group, names)
    if len(groups) > _RULES_SHOWN:
        yield f"{counted(len(groups) - _RULES_SHOWN, 'more rule')} failed.\n"
    waived = [
        f"- {markdown_text(finding['rule'])}, {markdown_text(finding['subject']['name'])}:"
        f" until {markdown_text(finding['waiver']['expires'])} by {markdown_text(finding['waiver']['owner'])},"
        f" {markdown_text(finding['waiver']['reason'])}"
        for finding in document["findings"]
        if is_waived(finding)
    ]
    yield from _section("Waived", waived)


def _group(group: RuleGroup, names: Mapping[str, str]) -> Iterator[str]:
    new = f", {number(group.new)} new" if group.new else ""
    yield f"### {markdown_text(group.title)}\n"
    yield f"{markdown_text(group.severity)}, {markdown_text(group.rule)}: {markdown_text(group.affected)}{new}\n"
    for case in group.cases[:_CASES_SHOWN]:
        yield from _case(case, names)
    if len(group.cases) > _CASES_SHOWN:
        yield f"- {number(len(group.cases) - _CASES_SHOWN)} more of this rule"
    yield ""


def _case(case: Case, names: Mapping[str, str]) -> Iterator[str]:
    yield f"- **{markdown_text(sentence(case.message))}**"
    if case.path:
        yield f"  - Path: {markdown_text(' > '.join(shown_path(case, names)))}"
    if case.is_several:
        shown = ", ".join(markdown_text(each["subject"]["name"]) for each in case.findings[:_NAMES_SHOWN])
        more = len(case.findings) - _NAMES_SHOWN
        yield f"  - Who: {shown}{f' and {number(more)} more' if more > 0 else ''}"
    if case.remedy:
        yield f"  - Remedy: {markdown_text(sentence(case.remedy))}"


def _undecided(document: Item) -> list[Item]:
    return [rule for rule in document["rules"] if rule["state"] == "unknown"]


def _plan(document: Item) -> Iterator[str]:
    plan = document["plan"]
    counts = Counter(change["op"] for change in plan["changes"])
    yield from _section("Plan", [f"- {op.replace('_', ' ')}: {number(count)}" for op, count in counts.items()])
    refused = [
        f"- **{markdown_text(guard['guard'])}**: {markdown_text(guard['message'])}"
        for guard in plan["guards"]
        if guard["refused"]
    ]
    yield from _section("Refused by a guard", refused)
    yield from _conflicts(plan)
    kept = [f"- {markdown_text(name)}: {markdown_text(why)}" for name, why in plan["unappliable"].items()]
    yield from _section("Not to be applied", kept)
    results = Counter(outcome["outcome"] for outcome in document["outcomes"])
    became = [f"- {result.replace('_', ' ')}: {number(count)}" for result, count in results.items()]
    yield from _section("Outcomes", became)
    changes = {change["id"]: change for change in plan["changes"]}
    failed = [
        f"- {_named(changes.get(outcome['change']), outcome)}: {markdown_text(outcome['message'])}"
        for outcome in document["outcomes"]
        if outcome["outcome"] in ("failed", "refused")
    ]
    yield from _section("Changes that failed", failed)


def _conflicts(plan: Item) -> Iterator[str]:
    total = conflict_total(plan)
    if not total:
        return
    matters = alike(plan["conflicts"])[:_CASES_SHOWN]
    told = [
        f"- {markdown_text(a_few(one.names, _NAMES_SHOWN))} ({markdown_text(one.takers)}): {markdown_text(one.wins)}"
        for one in matters
    ]
    if left := total - sum(len(one.names) for one in matters):
        told.append(f"- {number(left)} more")
    people = f"{counted(total, 'person', 'people')} ({counted_by_agreement(plan)})"
    yield from _section(f"Taken by several mappings: {people}", [*told, f"- {markdown_text(ADVICE)}"])


def _named(change: Item | None, outcome: Item) -> str:
    if change is None:
        return markdown_text(outcome["change"])
    who = " > ".join(filter(None, (change["user"], change["child_group"], change["group"])))
    return markdown_text(f"{change['op'].replace('_', ' ')} {who} on {change['directory']}")


def _in_code(value: str) -> str:
    return visible(value).replace("`", "'")
