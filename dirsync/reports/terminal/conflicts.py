"""Who is taken by several mappings, in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dirsync.reports.conflicts import ADVICE, alike, conflict_total, counted_by_agreement
from dirsync.reports.terminal.paper import A_HANDFUL
from dirsync.reports.wording import a_few, counted, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.reports.terminal.paper import Paper


def write_conflicts(paper: Paper, document: Mapping[str, Any]) -> None:
    """Write how many people several mappings take, who wins, and what to do; nothing where there is nobody."""
    plan = document["plan"]
    total = conflict_total(plan)
    if not total:
        return
    paper.heading(f"Taken by several mappings: {counted(total, 'person', 'people')} ({counted_by_agreement(plan)})")
    shown = alike(plan["conflicts"])[:A_HANDFUL]
    for one in shown:
        paper.line(f"{a_few(one.names, A_HANDFUL)} ({one.takers}): {one.wins}", "yellow", 2)
    if left := total - sum(len(one.names) for one in shown):
        paper.line(f"and {number(left)} more: see the report", "dim", 2)
    paper.line(f"-> {ADVICE}", "", 2)
