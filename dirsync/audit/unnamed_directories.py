"""Jira's user directories of which nobody says whose people they show, so that they may be anybody's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dirsync.audit.signup import unresolved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dirsync.model.estate import Estate
    from dirsync.model.facts import Fact
    from dirsync.model.products import JiraDirectory


def unnamed(estate: Estate, concerns: Callable[[JiraDirectory], bool]) -> Iterator[Fact[Any]]:
    """Yield what is missing to say whose people the user directories show that concern the question at hand.

    One that is not active shows nobody. Raises `MissingFact` when nobody lists Jira's user directories.
    """
    open_names = {
        f"jira.user_directories[{known.name}].directory"
        for known in estate.jira_directories()
        if concerns(known) and _may_be_active(estate, known)
    }
    for fact in unresolved(estate):
        if fact.name in open_names:
            yield fact


def _may_be_active(estate: Estate, known: JiraDirectory) -> bool:
    active = f"jira.user_directories[{known.name}].active"
    return not estate.has(active) or bool(estate.need(active).value)
