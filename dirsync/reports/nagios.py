"""One line for Nagios, Icinga and their kin: a state, the answer, and performance data.

Format and ranges: Monitoring Plugins Development Guidelines, sections 2.5 (ranges) and 2.6 ("Performance data",
https://www.monitoring-plugins.org/doc/guidelines.html#AEN200). The line is for a passive check or a wrapper: the exit
codes of dirsync stay those of dirsync.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dirsync.errors import ExitCode
from dirsync.model.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Item = Mapping[str, Any]

_STATES: Mapping[int, str] = {
    ExitCode.DONE: "OK",
    ExitCode.CHANGES_PENDING: "WARNING",
    ExitCode.REFUSED: "WARNING",
    ExitCode.FINDINGS: "CRITICAL",
    ExitCode.CHANGES_FAILED: "CRITICAL",
    ExitCode.UNEXPECTED: "CRITICAL",
}
"""Every other exit code means that the question was not answered, which Nagios calls UNKNOWN."""
_ZERO_OR_CRITICAL = ";;0;0"
# no warning range, critical outside of 0 to 0, the smallest value is 0
_FROM_ZERO = ";;;0"
_HURTS = ("critical", "high")
_NOT_FOR_LABELS = re.compile(r"[^A-Za-z0-9_.-]+")


class NagiosReport:
    """UTF-8, one line with a line feed."""

    name = "nagios"
    suffix = ".nagios"

    def render(self, document: Item) -> bytes:
        """Return the line. A name can't end it or begin the performance data."""
        state = _STATES.get(document["run"]["exit_code"], "UNKNOWN")
        # `|` is where the performance data begin
        answer = visible(document["answer"]).replace("|", "\N{BROKEN BAR}")
        return f"DIRSYNC {state} - {answer} | {' '.join(_performance(document))}\n".encode()


def _performance(document: Item) -> Iterator[str]:
    summary = document["summary"]
    for severity, count in summary["fail"].items():
        yield f"{_label('fail_' + severity)}={count}{_ZERO_OR_CRITICAL if severity in _HURTS else _FROM_ZERO}"
    for name in ("unknown", "new", "resolved", "waived"):
        yield f"{_label(name)}={summary[name]}{_FROM_ZERO}"
    for seats in document["applications"]:
        if seats["customers_decided"]:
            yield f"{_label(seats['key'] + '_customers')}={seats['customers_holding']}{_ZERO_OR_CRITICAL}"
        if seats["used"] is not None:
            most = "" if seats["seats"] is None else f";{seats['seats']}"
            yield f"{_label(seats['key'] + '_used')}={seats['used']}{_FROM_ZERO}{most}"
    directories = document["directories"]
    unread = sum(not read["complete"] for read in directories)
    yield f"{_label('directories_incomplete')}={unread}{_ZERO_OR_CRITICAL};{len(directories)}"
    run = document["run"]
    seconds = datetime.fromisoformat(run["finished_at"]) - datetime.fromisoformat(run["started_at"])
    yield f"{_label('duration')}={seconds.total_seconds():.3f}s{_FROM_ZERO}"


def _label(name: str) -> str:
    return f"'{_NOT_FOR_LABELS.sub('_', name)}'"
