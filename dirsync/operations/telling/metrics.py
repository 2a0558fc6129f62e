"""Metrics for Prometheus, as a file that node_exporter's textfile collector reads.

Written by prometheus_client: it knows the escapes, and puts the file in its place in one step. The file has mode 0644,
unlike all others: the collector runs as another account, and no label names a person.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from dirsync.errors import DirsyncError
from dirsync.model.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from prometheus_client import CollectorRegistry

    from dirsync.operations.telling.digest import Digest
    from dirsync.operations.telling.interface import Begun
    from dirsync.settings.unattended import Unattended

SETTING: Final = "DIRSYNC_METRICS_FILE"
EVERYBODY_READS: Final = 0o644
LAST_SUCCESS: Final = "dirsync_last_success_timestamp_seconds"
NOT_INSTALLED: Final = DirsyncError(
    "prometheus-client is not installed, so no metrics were written.",
    "Install dirsync-connector[metrics], or unset DIRSYNC_METRICS_FILE.",
)


class MetricsFile:
    """Writes one file when a run ends, whatever its end."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def begin(self, begun: Begun) -> None:
        """Nothing: the last run's numbers hold until this one has others."""

    def end(self, digest: Digest) -> None:
        """Replace the file. Raises `DirsyncError` where it can't be written, or prometheus_client is missing."""
        try:
            from prometheus_client import CollectorRegistry, write_to_textfile
        except ImportError:
            raise NOT_INSTALLED from None
        registry = CollectorRegistry()
        last_success = _ended_at(digest) if digest.is_success else _last_success(self._path)
        _about_the_run(registry, digest, last_success)
        if digest.report is not None:
            _about_the_estate(registry, digest.report)
        try:
            write_to_textfile(str(self._path), registry)
            self._path.chmod(EVERYBODY_READS)
        except OSError as error:
            raise DirsyncError(
                f"The metrics file {self._path} could not be written: {error.strerror or error}.",
                "See that its folder is there, has room and may be written to by this account, or name another file in "
                "DIRSYNC_METRICS_FILE.",
            ) from None


def metrics_file(settings: Unattended) -> MetricsFile | None:
    """Return the channel, if the settings ask for it."""
    return MetricsFile(settings.metrics_file) if settings.metrics_file else None


def _ended_at(digest: Digest) -> float:
    return datetime.fromisoformat(digest.ended_at).timestamp()


def _about_the_run(registry: CollectorRegistry, digest: Digest, last_success: float | None) -> None:
    from prometheus_client import Gauge

    def gauge(name: str, says: str, value: float) -> None:
        Gauge(name, says, registry=registry).set(value)

    gauge("dirsync_last_run_timestamp_seconds", "When the last run ended.", _ended_at(digest))
    if last_success is not None:
        gauge(LAST_SUCCESS, "When a run last ended with exit code 0, 10, 11 or 12.", last_success)
    gauge("dirsync_run_duration_seconds", "How long the last run took.", digest.seconds)
    gauge("dirsync_exit_code", "How the last run ended (README, Exit codes).", digest.exit_code)
    mode = Gauge("dirsync_run_mode", "What the last run was asked to do.", ["mode"], registry=registry)
    mode.labels(digest.mode).set(1)


def _about_the_estate(registry: CollectorRegistry, report: Mapping[str, Any]) -> None:
    """Write what the audit found. What could not be decided has no sample: it is not 0."""
    from prometheus_client import Gauge

    def gauge(name: str, says: str, *labels: str) -> Gauge:
        return Gauge(name, says, labels, registry=registry)

    complete = gauge("dirsync_directory_complete", "Whether a directory was read whole (1) or not (0).", "directory")
    users = gauge("dirsync_directory_users", "How many users were read.", "directory")
    for read in report["directories"]:
        complete.labels(read["name"]).set(read["complete"])
        users.labels(read["name"]).set(read["users"])
    findings = gauge("dirsync_findings", "Failing findings that nobody has accepted.", "severity")
    for severity in Severity:
        findings.labels(severity.value).set(report["summary"]["fail"][severity.value])
    for name, says in _COUNTS.items():
        gauge(f"dirsync_findings_{name}", says).set(report["summary"][name])
    _about_seats(registry, report["applications"])
    ops = {change["id"]: change["op"] for change in report["plan"]["changes"]}
    planned = gauge("dirsync_changes_planned", "Changes in the plan.", "op")
    for op, count in Counter(ops.values()).items():
        planned.labels(op).set(count)
    changes = gauge("dirsync_changes", "Changes that were tried, and what became of them.", "op", "outcome")
    tried = Counter((ops.get(outcome["change"], ""), outcome["outcome"]) for outcome in report["outcomes"])
    for (op, outcome), count in tried.items():
        changes.labels(op, outcome).set(count)
    refused = gauge("dirsync_guard_refused", "Guards that refused the plan.", "guard")
    for guard in report["plan"]["guards"]:
        if guard["refused"]:
            refused.labels(guard["guard"]).set(1)


def _about_seats(registry: CollectorRegistry, applications: list[Mapping[str, Any]]) -> None:
    from prometheus_client import Gauge

    gauges = {field: Gauge(name, says, ["application"], registry=registry) for field, (name, says) in _SEATS.items()}
    for seats in applications:
        for field, gauge in gauges.items():
            decided = _DECIDED_BY.get(field)
            if seats[field] is not None and (decided is None or seats[decided]):
                gauge.labels(seats["key"]).set(seats[field])


_COUNTS = {
    "new": "Failing findings that the run before did not have.",
    "resolved": "Findings that no longer fail.",
    "waived": "Failing findings that somebody has accepted.",
    "unknown": "Questions that could not be decided.",
}
_SEATS = {
    "customers_holding": ("dirsync_seats_held_by_customers", "Customers who hold a seat of a Jira application."),
    "customers_at_risk": ("dirsync_seats_at_risk", "Customers whom a default group would give a seat."),
    "used": ("dirsync_seats_used", "Seats in use, as Jira counts them."),
    "seats": ("dirsync_seats_limit", "Seats of the licence."),
}
_DECIDED_BY = {"customers_holding": "customers_decided", "customers_at_risk": "risk_decided"}


def _last_success(path: Path) -> float | None:
    """Return the last success that the file tells of; None where it can't be read: it is replaced anyway."""
    from prometheus_client.parser import text_string_to_metric_families

    try:
        families = list(text_string_to_metric_families(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None
    return next((sample.value for one in families for sample in one.samples if sample.name == LAST_SUCCESS), None)
