"""The people whom several mappings take, as reports tell of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dirsync.model.conflicts import Agreement

if TYPE_CHECKING:
    from collections.abc import Mapping

AGREEMENT_WORDS: Mapping[str, str] = {
    Agreement.ID: "id",
    Agreement.USERNAME: "username",
    Agreement.EMAIL: "e-mail address",
}


def conflict_total(plan: Mapping[str, Any]) -> int:
    """Return how many there are, listed or not; 0 for a run of a version that did not tell."""
    return sum(plan.get("conflict_counts", {}).values())
