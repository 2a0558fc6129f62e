"""The last runs in numbers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from dirsync.model.findings import Severity
from dirsync.model.plans import Result
from dirsync.model.run import Mode
from dirsync.plan.guards import GUARDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dirsync.model.run import PastRun

RUNS: Final = 20
"""So many are told, the newest."""
_APPLICATIONS = frozenset({"jira-core", "jira-software", "jira-servicedesk"})
_COUNTS = ("unknown", "new", "resolved", "waived")
_SEATS = ("seats", "used", "customers_holding", "customers_at_risk", "customers_decided", "risk_decided")


def past_runs(runs: Iterable[PastRun]) -> list[dict[str, Any]]:
    """Return what may be told of each run: no name stands in it, not even one that a product knows."""
    return [_run(one) for one in runs]


def _run(run: PastRun) -> dict[str, Any]:
    findings = run.summary.get("findings") or {}
    guards = {guard.name for guard in GUARDS}
    return {
        "id": run.id,
        "mode": run.mode if run.mode in set(Mode) else "",
        "seconds": _seconds(run.started_at, run.finished_at),
        "exit_code": run.exit_code,
        "is_complete": run.is_complete,
        "fail": _numbers(findings.get("fail") or {}, tuple(Severity)),
        **_numbers(findings, _COUNTS),
        "planned": _number(run.summary.get("planned")),
        "outcomes": _numbers(run.summary.get("outcomes") or {}, tuple(Result)),
        "refused": [name for name in run.summary.get("refused") or () if name in guards],
        "applications": [
            {"key": one.get("key") if one.get("key") in _APPLICATIONS else "another", **_numbers(one, _SEATS)}
            for one in run.summary.get("applications") or ()
        ],
    }


def _seconds(begun: str, ended: str) -> float | None:
    """Return how long it took; None for a run that never finished."""
    try:
        return round((datetime.fromisoformat(ended) - datetime.fromisoformat(begun)).total_seconds(), 1)
    except (ValueError, TypeError):
        return None


def _numbers(given: Mapping[str, Any], names: Iterable[str]) -> dict[str, int | float | None]:
    return {str(name): _number(given[name]) for name in names if name in given}


def _number(value: object) -> int | float | None:
    return value if isinstance(value, (int, float)) else None
