"""What the run history adds to a redacted document: numbers of past runs, and what resolved findings were about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dirsync.reports.history import meaning
from dirsync.reports.redacted_words import moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.reports.redacted_words import Words

    Item = Mapping[str, Any]

_NUMBERS = ("id", "mode", "exit_code", "complete", "planned", "changes_made")


def redacted_history(document: Item, words: Words) -> dict[str, Any]:
    """Return `history` and `resolved_findings`; empty in a document of an earlier version, which has neither."""
    return {
        "history": [_run(run) for run in document.get("history", ())],
        "resolved_findings": [_resolved(finding, words) for finding in document.get("resolved_findings", ())],
    }


def _run(run: Item) -> dict[str, Any]:
    return {
        **{name: run[name] for name in _NUMBERS},
        "started_at": moment(run["started_at"]),
        "finished_at": moment(run["finished_at"]),
        "meaning": meaning(run["exit_code"]),
        "findings": run["findings"] and dict(run["findings"]),
        "applications": [dict(seats) for seats in run["applications"]],
        "outcomes": dict(run["outcomes"]),
        "refused": list(run["refused"]),
    }


def _resolved(finding: Item, words: Words) -> dict[str, Any]:
    return {
        "id": words.pseudonyms.digest(finding["id"]),
        **{name: finding[name] for name in ("rule", "severity", "mechanism")},
        "subject": words.subject(finding["subject"]) if finding["subject"] else None,
        "mapping": words.place(finding["mapping"]),
        "application": finding["application"] if finding["application"] in words.applications else "",
        "first_seen": moment(finding["first_seen"]),
    }
