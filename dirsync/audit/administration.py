"""Which groups administer Jira: those with one of its two administrative global permissions, however that is known.

Jira's group picker labels them, its database lists them by permission, and a person may declare the permissions
("Managing global permissions", adminjiraserver0917; jira-jsm.md 2.3 and 2.4). What one of these tells is enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dirsync.audit.access import SeatPaths
from dirsync.audit.licences import ADMINISTRATION, ADMINISTRATIVE, Licences, granted
from dirsync.model.facts import FactState, MissingFact, unknown
from dirsync.model.names import fold
from dirsync.model.products import JiraApplication

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.model.estate import Estate
    from dirsync.model.facts import Fact

LABELLED: Final = "jira.administrative_groups"
PERMITTED: Final = "jira.permissions"
WHERE: Final = "Jira administration > System > Global permissions"
"""The screen on which the permissions are granted."""


@dataclass(frozen=True, slots=True)
class Administration:
    """The groups that administer Jira, each once and sorted by name, and what says so."""

    groups: tuple[str, ...]
    facts: tuple[Fact[Any], ...]
    gaps: tuple[Fact[Any], ...] = ()
    """Permissions nobody told: more groups may administer Jira."""


def administration(estate: Estate) -> Administration:
    """Return who administers Jira by any route. Raises `MissingFact` when no route tells."""
    labelled, permitted = (estate.need(name) if estate.has(name) else None for name in (LABELLED, PERMITTED))
    told = {key.upper() for key in permitted.value} if permitted else set()
    if told.isdisjoint(ADMINISTRATIVE):
        estate.need(LABELLED)
    by_label = {fold(name): name for name in labelled.value} if labelled else {}
    by_permission = {fold(name): name for name in granted(permitted.value, ADMINISTRATIVE)} if permitted else {}
    groups = {**by_permission, **by_label}
    facts = [
        fact
        for fact, alone in ((labelled, by_label), (permitted, by_permission))
        if fact and alone.keys() == groups.keys()
    ]
    is_listed_whole = any(fact and fact.state is FactState.OBSERVED for fact in (labelled, permitted))
    return Administration(
        tuple(groups[folded] for folded in sorted(groups)),
        tuple(facts[:1]) or tuple(fact for fact in (labelled, permitted) if fact),
        () if is_listed_whole else tuple(_gaps(told)),
    )


def administration_paths(estate: Estate) -> SeatPaths | Fact[Any]:
    """Return the ways from a group to the administration of Jira, or the fact that is missing to know them."""
    try:
        known = administration(estate)
    except MissingFact as missing:
        return missing.fact
    return SeatPaths(estate, Licences((JiraApplication(ADMINISTRATION, known.groups),), known.facts, gaps=known.gaps))


def _gaps(told: set[str]) -> Iterator[Fact[None]]:
    """Yield what a declaration left out; a Jira that was asked leaves out what no group holds."""
    for key in ADMINISTRATIVE:
        if key not in told:
            yield unknown(
                f"{PERMITTED}[{key}]",
                f"nobody says which groups hold {key}, which administers Jira",
                f"Declare it under {PERMITTED} in mappings/estate.yaml ({key}: [] if no group holds it).",
            )
