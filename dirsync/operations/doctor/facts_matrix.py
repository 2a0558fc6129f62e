"""`dirsync doctor --facts`: which route tells which fact, what they say, and which one is believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dirsync.facts.asked import ask_routes, configured_routes
from dirsync.facts.gather import facts_from, untold
from dirsync.facts.routes import spoken
from dirsync.facts.vocabulary import vocabulary
from dirsync.model.facts import Fact, FactState
from dirsync.model.names import fold
from dirsync.model.visible import visible
from dirsync.reports.plain import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from dirsync.facts.routes import Route
    from dirsync.mapping.policy import Policy
    from dirsync.settings.models import Settings

SCHEMA: Final = "dirsync.facts/1"
SILENT: Final = "-"
"""Shown where a route does not speak of a fact."""
OTHERWISE: Final = "otherwise"
"""Shown where a route says something else than the one that is believed."""


@dataclass(frozen=True)
class FactsMatrix:
    """What each configured route told about each fact, and what came of it."""

    routes: tuple[Route, ...]
    told: Mapping[Route, Mapping[str, Fact[Any]]]
    """By route, then by the fact's folded name."""
    facts: Mapping[str, Fact[Any]]
    """By name, in the order of the names."""

    def cell(self, name: str, route: Route) -> str:
        """Return how a route speaks of a fact: a state, that it says otherwise, or that it is silent."""
        fact = self.told[route].get(fold(name))
        if fact is None:
            return SILENT
        is_denied = any(other.route == route.value for other in self.facts[name].contradicted_by)
        return OTHERWISE if is_denied else fact.state.value


def facts_matrix(settings: Settings | None, policy: Policy, clock: Callable[[], datetime]) -> FactsMatrix:
    """Ask every configured route; `settings` None asks nobody, and shows what is declared."""
    told = ask_routes(settings, policy, clock)
    known = facts_from(told)
    names = sorted({*known, *vocabulary(known)})
    facts = {name: known.get(name) or untold(name, told) for name in names}
    by_name = {route: {fold(fact.name): fact for fact in spoken(route, found)} for route, found in told.items()}
    return FactsMatrix(configured_routes(settings, policy), by_name, facts)


def matrix_document(matrix: FactsMatrix) -> dict[str, Any]:
    """Return the matrix as JSON-serialisable data; `route` is the one that is believed, empty when nobody tells."""
    return {
        "schema": SCHEMA,
        "routes": [route.value for route in matrix.routes],
        "facts": [
            {
                "fact": name,
                "state": fact.state.value,
                "value": plain(fact.value),
                "route": fact.route if fact.state is not FactState.UNKNOWN else "",
                "why": fact.why,
                "remedy": fact.remedy,
                "routes": {
                    route.value: _told(matrix.cell(name, route), matrix.told[route].get(fold(name)))
                    for route in matrix.routes
                },
            }
            for name, fact in matrix.facts.items()
        ],
    }


def _told(cell: str, fact: Fact[Any] | None) -> dict[str, Any]:
    if fact is None:
        return {"state": "silent", "agrees": True, "value": None, "source": "", "why": ""}
    return {
        "state": fact.state.value,
        "agrees": cell != OTHERWISE,
        "value": plain(fact.value),
        "source": fact.source,
        "why": fact.why,
    }


def matrix_text(matrix: FactsMatrix) -> str:
    """Return the matrix as a table, then the contradictions, then what nobody knows and the way to know it."""
    columns = ["fact", *(route.value for route in matrix.routes), "believed"]
    rows = [
        [visible(name), *(matrix.cell(name, route) for route in matrix.routes), _believed(fact)]
        for name, fact in matrix.facts.items()
    ]
    widths = [max(len(row[place]) for row in [columns, *rows]) for place in range(len(columns))]
    lines = [_line(row, widths) for row in [columns, *rows]]
    return "\n".join([*lines, *_contradictions(matrix), *_unknown(matrix)]) + "\n"


def _believed(fact: Fact[Any]) -> str:
    return SILENT if fact.state is FactState.UNKNOWN else fact.route


def _line(row: list[str], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _contradictions(matrix: FactsMatrix) -> Iterator[str]:
    for name, fact in matrix.facts.items():
        if fact.contradicted_by:
            yield ""
            yield f"{visible(name)} is told in different ways:"
            for told in (fact, *fact.confirmed_by, *fact.contradicted_by):
                yield visible(f"  {told.route}: {plain(told.value)} ({told.source})")


def _unknown(matrix: FactsMatrix) -> Iterator[str]:
    """Yield what nobody knows, with the reason; facts with one reason and one remedy together."""
    lacking: dict[tuple[str, str], list[str]] = {}
    for name, fact in matrix.facts.items():
        if fact.state is FactState.UNKNOWN:
            why = fact.why.replace(f"no route tells {name}", "no configured route tells it")
            lacking.setdefault((why, fact.remedy), []).append(name)
    if lacking:
        yield ""
        yield "Nobody tells"
    for (why, remedy), names in lacking.items():
        yield from (visible(f"  {name}") for name in names)
        yield visible(f"      {why}")
        yield visible(f"      -> {remedy}")
