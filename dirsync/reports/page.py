"""What the HTML page shows, ready to be written down: sections, counts, bars and values in words. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from dirsync.errors import ExitCode
from dirsync.reports.accepted import acceptances, lapsed
from dirsync.reports.changes import by_target, missed_changes, outcome_counts
from dirsync.reports.conflicts import ADVICE, AGREEMENT_WORDS, conflict_total
from dirsync.reports.grouping import by_rule, is_failing
from dirsync.reports.news import news
from dirsync.reports.room import room_for, share
from dirsync.reports.trend import HEIGHT, WIDTH, trend
from dirsync.reports.what_if_words import lots, seat_rows
from dirsync.reports.wording import counted, number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Item = Mapping[str, Any]

ROWS_PER_STEP = 500
"""Changes of one kind shown in full; the JSON report lists every one."""
CHANGES = 5_000
"""Changes shown in full on the whole page."""
ROWS_PER_LIST = 200
NAMES_PER_ACCEPTANCE = 50

_LONG_STATEMENT = 170
_EXIT_MEANINGS = {
    ExitCode.DONE: "done; nothing fails",
    ExitCode.UNEXPECTED: "unexpected error",
    ExitCode.INVALID: "wrong arguments, settings or mapping",
    ExitCode.UNREADABLE: "a directory could not be read, or not whole",
    ExitCode.REFUSED: "a guard refused the plan; nothing was changed",
    ExitCode.CHANGES_FAILED: "some changes failed",
    ExitCode.FINDINGS: "failing findings",
    ExitCode.CHANGES_PENDING: "changes are pending",
    ExitCode.UNDECIDED: "nothing fails, but a seat question could not be decided",
    ExitCode.LOCKED: "another run held the lock",
    ExitCode.INTERRUPTED: "interrupted; the journal is consistent",
}
MODES = {
    "audit": "Audit",
    "plan": "Audit and plan",
    "apply": "Reviewed plan applied",
    "sync": "Nightly sync",
    "rehearsal": "Rehearsal of the nightly sync",
    "undo": "Run taken back",
    "undo-plan": "Plan to take a run back",
}


@dataclass(frozen=True)
class Segment:
    """One part of a bar, in hundredths of its width."""

    kind: str
    start: float
    width: float


def page(document: Item) -> dict[str, Any]:
    """Return everything the template names, besides the document itself."""
    findings = document["findings"]
    undecided = [finding for finding in findings if finding["verdict"] == "unknown"]
    told = {finding["rule"] for finding in undecided}
    rules = document["rules"]
    failing = by_rule(document, (finding for finding in findings if is_failing(finding)))
    unknown = by_rule(document, undecided)
    targets = by_target(document["plan"])
    undecided_in_silence = [rule for rule in rules if rule["state"] == "unknown" and rule["rule"] not in told]
    return {
        "d": document,
        "has_long_statement": len(document["answer_parts"]["statement"]) > _LONG_STATEMENT,
        "exit_meaning": _EXIT_MEANINGS.get(document["run"]["exit_code"], "unknown to this version"),
        "mode": MODES.get(document["run"]["mode"], document["run"]["mode"]),
        "incomplete": [directory for directory in document["directories"] if not directory["complete"]],
        "failing": failing,
        "room": room_for((*failing, *unknown)),
        "rows_per_list": ROWS_PER_LIST,
        "news": news(document, failing),
        "trend": trend(document),
        "trend_size": (WIDTH, HEIGHT),
        "new": [finding for finding in findings if is_failing(finding) and finding["is_new"]],
        "undecided": unknown,
        "undecided_count": len(undecided) + len(undecided_in_silence),
        "undecided_in_silence": undecided_in_silence,
        "accepted": acceptances(findings),
        "lapsed": lapsed(findings),
        "names_per_acceptance": NAMES_PER_ACCEPTANCE,
        "passed": by_rule(document, (finding for finding in findings if finding["verdict"] == "pass")),
        "not_applicable": [rule for rule in rules if rule["state"] == "not_applicable"],
        "targets": targets,
        "changes_per_step": min(
            ROWS_PER_STEP, share((len(step.changes) for target in targets for step in target.steps), CHANGES)
        ),
        "elsewhere": _elsewhere(document),
        "outcome_counts": outcome_counts(document),
        "missed": missed_changes(document),
        "fact_counts": {
            state: sum(fact["state"] == state for fact in document["facts"])
            for state in ("observed", "declared", "unknown")
        },
        "application_names": {seats["key"]: seats["name"] for seats in document["applications"]},
        "conflict_advice": ADVICE,
        "conflict_total": conflict_total(document["plan"]),
        "agreement_words": AGREEMENT_WORDS,
        "rows_per_step": ROWS_PER_STEP,
        "what_if": document.get("what_if"),
        "what_if_rows": seat_rows(document) if document.get("what_if") else [],
        "what_if_lots": lots(document) if document.get("what_if") else [],
    }


def _elsewhere(document: Item) -> Callable[[str, str], str]:
    """Return what says which report has what the page leaves out, and how to get it; a what-if is not stored."""

    def told(name: str, has: str) -> str:
        how = "" if document.get("what_if") else f": dirsync report {document['run']['id']} --format {name}"
        return f"The {name.upper()} report of this run {has}{how}."

    return told


def seat_bar(seats: Item) -> list[Segment]:
    """Return how the used seats divide into agents, customers and others, and what is left; empty if not known."""
    if seats["used"] is None:
        return []
    limit = seats["used"] if seats["is_unlimited"] or seats["seats"] is None else seats["seats"]
    customers, agents = seats["customers_holding"], seats["agents_holding"]
    # Somebody who is in both audiences, or whom Jira counts elsewhere, must not make the bar longer than the truth.
    others = max(seats["used"] - customers - agents, 0)
    whole = max(limit, customers + agents + others, 1)
    parts = (("customers", customers), ("agents", agents), ("others", others))
    edges = [0.0]
    for _, part in parts:
        edges.append(edges[-1] + 100 * part / whole)
    return [
        Segment(kind, round(start, 2), round(end - start, 2))
        for (kind, _), (start, end) in zip(parts, pairwise(edges), strict=True)
        if end > start
    ]


def when(moment: str) -> str:
    """Return `22 November 2026, 02:15:07 UTC`; what is not ISO 8601 comes back as it is."""
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    if len(moment) <= len("2026-11-22"):
        return f"{parsed.day} {parsed:%B %Y}"
    if parsed.tzinfo is None:
        return f"{parsed.day} {parsed:%B %Y, %H:%M:%S}"
    parsed = parsed.astimezone(UTC)
    return f"{parsed.day} {parsed:%B %Y, %H:%M:%S} UTC"


def local_time(moment: str) -> str:
    """Return `03:15:07 (UTC+01:00)`, with the day where that is another one in UTC; what has no offset as it is.

    Empty where the clock shows UTC itself, which is told already.
    """
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    if parsed.tzinfo is None:
        return moment
    if not parsed.utcoffset():
        return ""
    offset = f"(UTC{moment[-6:]})"
    is_same_day = parsed.date() == parsed.astimezone(UTC).date()
    return f"{parsed:%H:%M:%S} {offset}" if is_same_day else f"{parsed.day} {parsed:%B, %H:%M:%S} {offset}"


def duration(started_at: str, finished_at: str) -> str:
    """Return `14 s` or `3 min 20 s`; empty when either moment is not known."""
    try:
        seconds = round((datetime.fromisoformat(finished_at) - datetime.fromisoformat(started_at)).total_seconds())
    except (ValueError, TypeError):
        return ""
    minutes, rest = divmod(seconds, 60)
    return f"{number(minutes)} min {rest} s" if minutes else f"{rest} s"


def days_left(expires: str, finished_at: str) -> str:
    """Return how long a waiver still holds, seen from the end of the run. An unreadable date counts as lapsed."""
    try:
        days = (date.fromisoformat(expires[:10]) - date.fromisoformat(finished_at[:10])).days
    except ValueError:
        return "no readable date"
    if days < 0:
        return f"expired {counted(-days, 'day')} ago"
    return f"{counted(days, 'day')} left"


def fact_value(value: object) -> list[str]:
    """Return a fact's value as lines; absence and emptiness are said, as they mean different things."""
    if isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value):
        return [_inline(item) for item in value]
    if isinstance(value, dict):
        return [f"{key}: {_inline(item)}" for key, item in value.items()] or ["none"]
    return [_inline(value)]


def paragraphs(text: str, rule: str = "") -> list[tuple[str, list[str]]]:
    """Split a rule's page into ("text", [paragraph]) and ("list", [items]); its Markdown is no more than that.

    A head that begins with the rule's id is left out: the report says id, severity and title itself.
    """
    blocks: list[tuple[str, list[str]]] = []
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in block.splitlines() if line.strip()]
        if lines and rule and lines[0] == rule:
            continue
        if lines and lines[0].startswith(("- ", "* ")):
            items: list[str] = []
            for line in lines:
                if line.startswith(("- ", "* ")):
                    items.append(line[2:])
                else:
                    items[-1] += f" {line}"
            blocks.append(("list", items))
        elif lines:
            blocks.append(("text", [" ".join(lines)]))
    return blocks


def _inline(value: object) -> str:
    match value:
        case None:
            return "not told"
        case bool():
            return "yes" if value else "no"
        case dict():
            told = [f"{key} {_inline(item)}" for key, item in value.items() if item not in (None, "")]
            return "; ".join(told) or "nothing told"
        case list():
            told = [f"({_inline(item)})" if isinstance(item, dict) else _inline(item) for item in value]
            return ", ".join(told) or "none (an empty list)"
        case _:
            return str(value) or "(empty)"
