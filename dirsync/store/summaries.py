"""What the history shows of a run: a few numbers, kept beside its document so that no document need be parsed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_COUNTED = ("unknown", "new", "resolved", "waived")
_SEATS = (
    *("key", "name", "seats", "used"),
    *("customers_holding", "customers_at_risk", "customers_decided", "risk_decided"),
)


def summary_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the numbers of a report document; what an older document does not have is None or left out.

    `findings` (failing ones by severity, waived apart; the four counts), `applications` (seats held by customers
    and at risk), `planned` (Changes in the plan), `outcomes` (how many Changes ended how), `refused` (guards).
    """
    summary = document.get("summary")
    plan = document.get("plan") or {}
    return {
        "findings": {"fail": summary["fail"], **{name: summary[name] for name in _COUNTED}} if summary else None,
        "applications": [{name: seats.get(name) for name in _SEATS} for seats in document.get("applications", ())],
        "planned": len(plan.get("changes", ())),
        "outcomes": dict(Counter(outcome["outcome"] for outcome in document.get("outcomes", ()))),
        "refused": [guard["guard"] for guard in plan.get("guards", ()) if guard["refused"]],
    }
