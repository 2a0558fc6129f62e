"""Who is taken by several mappings, in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dirsync.reports.conflicts import AGREEMENT_WORDS, conflict_total
from dirsync.reports.terminal.paper import A_HANDFUL
from dirsync.reports.wording import counted, in_words, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.reports.terminal.paper import Paper


def write_conflicts(paper: Paper, document: Mapping[str, Any]) -> None:
    """Write how many people several mappings take, and of the first ones who wins; nothing where there is nobody."""
    plan = document["plan"]
    total = conflict_total(plan)
    if not total:
        return
    counts = plan["conflict_counts"]
    by = in_words([f"{number(counts[key])} by {words}" for key, words in AGREEMENT_WORDS.items() if counts[key]])
    paper.heading(f"Taken by several mappings: {counted(total, 'person', 'people')} ({by})")
    for conflict in plan["conflicts"][:A_HANDFUL]:
        takers = in_words(list(dict.fromkeys(claim["mapping"] for claim in conflict["claims"])))
        paper.line(f"{conflict['name']} ({takers}): {conflict['wins']}", "yellow", 2)
    if total > A_HANDFUL:
        paper.line(f"and {number(total - A_HANDFUL)} more: see the report", "dim", 2)
