"""Past runs as plain data: the contract `dirsync.history/1` that `dirsync history --json` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.errors import ExitCode
from dirsync.reports.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dirsync.model.findings import OpenFinding, ResolvedFinding
    from dirsync.model.run import PastRun
    from dirsync.reports.shape.history import HistoryDocument, ReportedPastFinding, ReportedPastRun

NO_RESULT = "ended without a result, or is still under way"
MEANINGS: Mapping[int, str] = {
    ExitCode.DONE: "nothing fails, and every deciding rule was decided",
    ExitCode.UNEXPECTED: "unexpected error",
    ExitCode.INVALID: "wrong arguments, settings or mapping",
    ExitCode.UNREADABLE: "a directory could not be read, or not whole",
    ExitCode.REFUSED: "a guard refused the plan; nothing was changed",
    ExitCode.CHANGES_FAILED: "some changes failed",
    ExitCode.FINDINGS: "failing findings at or above --fail-on",
    ExitCode.CHANGES_PENDING: "changes were pending",
    ExitCode.UNDECIDED: "nothing fails, but a deciding rule could not be decided",
    ExitCode.LOCKED: "another run held the lock",
    ExitCode.INTERRUPTED: "interrupted; the journal is consistent",
}
"""What an exit code says of a run (README, "Exit codes")."""


def history_document(
    runs: Sequence[PastRun],
    total: int,
    standing: Mapping[str, OpenFinding] | None = None,
    resolved: Iterable[ResolvedFinding] = (),
) -> HistoryDocument:
    """Return the runs, in the order given, and what became of findings, as JSON-serialisable data.

    Of a run that never finished `finished_at`, `exit_code`, `complete` and `findings` are null. `changes_made`
    counts Changes that were carried out; `outcomes` tells how all of them ended. `total` is how many runs the
    store holds. `open` are the findings that failed when they were last looked at, by id, the oldest first: `is_new` if
    the newest finished run is the one that brought them. `resolved` are those of the last year that a complete audit
    no longer found, the newest first.
    """
    newest = max((run.finished_at for run in runs), default="")
    known = sorted((standing or {}).items(), key=lambda item: (item[1].first_seen, item[1].rule, item[0]))
    return {
        "schema": "dirsync.history/1",
        "total": total,
        "runs": [reported_past_run(run) for run in runs],
        "open": [
            {
                **reported_past_finding(key, one),
                "is_waived": one.is_waived,
                "is_new": bool(newest) and one.news_at == newest,
            }
            for key, one in known
        ],
        "resolved": [{**reported_past_finding(one.id, one.was), "resolved_at": one.at} for one in resolved],
    }


def reported_past_finding(finding_id: str, known: OpenFinding) -> ReportedPastFinding:
    """Return what the history keeps of a finding."""
    return {
        "id": finding_id,
        "rule": known.rule or None,
        "severity": known.severity,
        "subject": plain(known.subject),
        "mapping": known.mapping,
        "application": known.application,
        "mechanism": known.mechanism,
        "first_seen": known.first_seen,
    }


def meaning(exit_code: int | None) -> str:
    """Return what an exit code says of a run; None where it ended without one."""
    return NO_RESULT if exit_code is None else MEANINGS.get(exit_code, f"exit code {exit_code}")


def reported_past_run(run: PastRun) -> ReportedPastRun:
    """Return the numbers of one run."""
    has_ended = run.exit_code is not None
    outcomes = dict(run.summary.get("outcomes", {}))
    return {
        "id": run.id,
        "mode": run.mode,
        "started_at": run.started_at,
        "finished_at": run.finished_at or None,
        "exit_code": run.exit_code,
        "meaning": meaning(run.exit_code),
        "complete": run.is_complete if has_ended else None,
        "findings": run.summary.get("findings"),
        "applications": list(run.summary.get("applications", ())),
        "planned": run.summary.get("planned", 0),
        "changes_made": outcomes.get("done", 0),
        "outcomes": outcomes,
        "refused": list(run.summary.get("refused", ())),
    }
