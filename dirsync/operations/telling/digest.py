"""A run in a few lines and numbers: what every channel tells, with names or without."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from dirsync import __version__
from dirsync.errors import ExitCode
from dirsync.model.findings import Verdict
from dirsync.model.plans import Result
from dirsync.model.visible import visible
from dirsync.reports.wording import at_least, counted, in_words, number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

SCHEMA: Final = "dirsync.digest/1"
MEANINGS: Final[Mapping[int, str]] = {
    ExitCode.DONE: "all is well",
    ExitCode.UNEXPECTED: "unexpected error",
    ExitCode.INVALID: "wrong arguments, settings or mapping",
    ExitCode.UNREADABLE: "a directory could not be read, or not whole",
    ExitCode.REFUSED: "a guard refused the plan; nothing was changed",
    ExitCode.CHANGES_FAILED: "some changes failed",
    ExitCode.FINDINGS: "failing findings",
    ExitCode.CHANGES_PENDING: "changes are pending",
    ExitCode.UNDECIDED: "something could not be decided",
    ExitCode.LOCKED: "another run holds the lock",
    ExitCode.INTERRUPTED: "interrupted",
}
SUCCESSES: Final = frozenset({ExitCode.DONE, ExitCode.FINDINGS, ExitCode.CHANGES_PENDING, ExitCode.UNDECIDED})
"""The job did its work; what it found out is the business of the report (`reports.md` 8)."""
_BROKE_OFF = frozenset({ExitCode.UNEXPECTED, ExitCode.INVALID, ExitCode.UNREADABLE, ExitCode.REFUSED})
_FAILED = frozenset({Result.FAILED, Result.REFUSED})
_NAMED = 5
"""So many findings and failures stand in a digest by name; the report has all of them."""
_LONGEST = 300
# Chats make a mention or a link of these, and names come from directories in which strangers may register.
_WOULD_ACT = re.compile(r"(?<!\w)[@#!](?=\w)|:(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
_BETWEEN = "\N{ZERO WIDTH SPACE}"


@dataclass(frozen=True, slots=True)
class Digest:
    """How a run went. `report` is its document (`dirsync.report/1`), None where it broke off before there was one."""

    run: str
    mode: str
    started_at: str
    """ISO 8601 in UTC."""
    seconds: float
    exit_code: int
    report: Mapping[str, Any] | None = None
    error: str = ""
    """What ended it, in an admin's words; may name people."""
    conceal: Callable[[str], str] = str
    """Takes secrets out of whatever is told: servers repeat in their errors what they were sent."""

    @property
    def ended_at(self) -> str:
        """When it ended, ISO 8601 in UTC."""
        return (datetime.fromisoformat(self.started_at) + timedelta(seconds=self.seconds)).isoformat()

    @property
    def is_success(self) -> bool:
        """Say whether the job did its work, whatever it found."""
        return self.exit_code in SUCCESSES

    @property
    def is_news(self) -> bool:
        """Say whether somebody should be told: findings came or went, a refusal, failed changes, nothing could be read.

        An interruption and a lock that is held are somebody's own doing, and no news.
        """
        if self.exit_code in _BROKE_OFF or self.report is None:
            return self.exit_code in _BROKE_OFF
        summary = self.report["summary"]
        return bool(summary["new"] or summary["resolved"] or self._failed() or self._refused() or self._unread())

    def title(self) -> str:
        """Return one line without any name of a person."""
        what = MEANINGS.get(self.exit_code, "unknown exit code")
        return f"dirsync {self.mode}: {what} (exit code {self.exit_code})"

    def lines(self, *, is_redacted: bool) -> list[str]:
        """Return the digest for people, without the title; redacted it has counts and the settings' own names."""
        told = [f"Run {self.run}, {self.seconds:.0f} s."]
        if self.report is not None:
            told += self._counts(self.report)
        named = [] if is_redacted else self._names()
        return [self.conceal(line) for line in (*told, *(harmless(self.conceal(line)) for line in named))]

    def document(self, *, is_redacted: bool) -> dict[str, Any]:
        """Return the digest for machines (`dirsync.digest/1`); redacted without `details`."""
        told: dict[str, Any] = {
            "schema": SCHEMA,
            "run": {
                "id": self.run,
                "mode": self.mode,
                "version": __version__,
                "started_at": self.started_at,
                "ended_at": self.ended_at,
                "seconds": round(self.seconds, 3),
                "exit_code": self.exit_code,
                "meaning": MEANINGS.get(self.exit_code, ""),
                "success": self.is_success,
                "news": self.is_news,
            },
        }
        report = self.report
        if report is not None:
            told |= {
                "findings": {**report["summary"]},
                "applications": [{name: seats[name] for name in ("key", *_SEATS)} for seats in report["applications"]],
                "directories": [
                    {name: read[name] for name in ("name", "complete", "users", "groups")}
                    for read in report["directories"]
                ],
                "outcomes": dict(Counter(outcome["outcome"] for outcome in report["outcomes"])),
                "refused": [guard["guard"] for guard in self._refused()],
            }
        if not is_redacted:
            told["details"] = self._details()
        concealed: dict[str, Any] = _each_text(told, self.conceal)
        return concealed

    def _counts(self, report: Mapping[str, Any]) -> Iterator[str]:
        summary = report["summary"]
        failing = [f"{number(count)} {severity}" for severity, count in summary["fail"].items() if count]
        others = [f"{number(summary[name])} {name}" for name in _OTHERS if summary[name]]
        yield f"Findings: {', '.join([*(failing or ['none fails']), *others])}."
        for seats in report["applications"]:
            holding = at_least(seats["customers_holding"], is_decided=seats["customers_decided"])
            risk = at_least(seats["customers_at_risk"], is_decided=seats["risk_decided"])
            yield f"{seats['name']}: {holding} customers hold a seat, {risk} at risk."
        if outcomes := Counter(outcome["outcome"] for outcome in report["outcomes"]):
            told = [f"{number(count)} {name.replace('_', ' ')}" for name, count in sorted(outcomes.items())]
            yield f"Changes: {', '.join(told)}."
        if guards := sorted({guard["guard"] for guard in self._refused()}):
            yield f"Refused by {in_words(guards)}: nothing was changed."
        if unread := [read["name"] for read in self._unread()]:
            yield f"Not read whole: {in_words(unread)}."

    def _names(self) -> Iterator[str]:
        details = self._details()
        if self.error:
            yield self.error
        if details["new"]:
            yield f"New: {counted(details['new_total'], 'finding')}."
        for found in details["new"]:
            yield f"{found['severity'].upper()} {found['rule']}: {found['subject']}"
        yield from details["refusals"]
        yield from details["failed"]

    def _details(self) -> dict[str, Any]:
        report = self.report or {"answer": "", "findings": (), "resolved": ()}
        new = [found for found in report["findings"] if found["verdict"] == Verdict.FAIL and found["is_new"]]
        return {
            "answer": report["answer"],
            "error": self.error,
            "new_total": len(new),
            "new": [
                {
                    "id": found["id"],
                    "rule": found["rule"],
                    "severity": found["severity"],
                    "subject": found["subject"]["name"],
                    "application": found["application"],
                }
                for found in new[:_NAMED]
            ],
            "resolved": list(report["resolved"]),
            "refusals": [guard["message"] for guard in self._refused()][:_NAMED],
            "failed": [outcome["message"] for outcome in self._failed() if outcome["message"]][:_NAMED],
        }

    def _refused(self) -> list[Mapping[str, Any]]:
        guards = self.report["plan"]["guards"] if self.report else ()
        return [guard for guard in guards if guard["refused"]]

    def _failed(self) -> list[Mapping[str, Any]]:
        outcomes = self.report["outcomes"] if self.report else ()
        return [outcome for outcome in outcomes if outcome["outcome"] in _FAILED]

    def _unread(self) -> list[Mapping[str, Any]]:
        reads = self.report["directories"] if self.report else ()
        return [read for read in reads if not read["complete"]]


_OTHERS = ("new", "resolved", "waived", "unknown")
_SEATS = ("seats", "used", "customers_holding", "customers_decided", "customers_at_risk", "risk_decided")


def _each_text(told: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - whatever JSON holds
    if isinstance(told, dict):
        return {name: _each_text(value, change) for name, value in told.items()}
    if isinstance(told, list):
        return [_each_text(value, change) for value in told]
    return change(told) if isinstance(told, str) else told


def harmless(text: str) -> str:
    """Return text as one line that mentions nobody and links nowhere, cut where it is very long."""
    shown = visible(text)
    if len(shown) > _LONGEST:
        shown = f"{shown[:_LONGEST]}…"
    return _WOULD_ACT.sub(lambda found: found[0] + _BETWEEN, shown)
