"""`dirsync doctor --rights`: the least right that each route asks for, and the rules that are lost here without it."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

from dirsync.audit.rules import RULES
from dirsync.facts.asked import ask_routes, configured_routes
from dirsync.facts.gather import facts_from
from dirsync.facts.routes import Route
from dirsync.model.visible import visible
from dirsync.operations.doctor.silenced import rules_lost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from dirsync.mapping.policy import Policy
    from dirsync.model.facts import Fact
    from dirsync.settings.models import Settings

SCHEMA: Final = "dirsync.rights/1"
OF_DIRECTORIES: Final[Mapping[str, str]] = {
    "ldap": "read and search below the bases: the immutable id, the attributes of the mappings, whole groups; in pages"
    " without an end",
    "crowd": "an application of its own with that one directory, and this machine under its Remote addresses",
    "ldif": "read the file",
    "jira": "SELECT on the columns that 'dirsync doctor --grants jira' prints, people included",
}
"""By kind of Directory, for reading it; writing to a target takes more (docs/security.md, "Rights to write")."""
OF_ROUTES: Final[Mapping[Route, str]] = {
    Route.JIRA_DATABASE: "SELECT on the columns that 'dirsync doctor --grants jira' prints",
    Route.CROWD_DATABASE: "SELECT on the columns that 'dirsync doctor --grants crowd' prints",
    Route.JIRA_REST: "global permission Jira Administrators; Administer Projects in the service projects",
    Route.CROWD_ADMIN: "a user in a group that administers Crowd, and this machine under Remote addresses",
    Route.CROWD_PLUGIN: "the same user, where the plug-in is installed",
    Route.DECLARED: "none: mappings/estate.yaml is dirsync's own",
}
_NOT_ASKED: Final = "not asked offline"


@dataclass(frozen=True, slots=True)
class Right:
    """One row: what is read, by which route, with which least right, and what is lost without it."""

    route: str
    """The name of a Directory, or a Route."""
    right: str
    is_configured: bool
    lost: tuple[str, ...] | None
    """Ids of rules in the order of the catalogue that lack something then which they have now; None: nobody asked."""


def rights(
    settings: Settings, policy: Policy, kinds: Mapping[str, str], clock: Callable[[], datetime], *, is_offline: bool
) -> tuple[Right, ...]:
    """Return a row for each Directory that the mappings read, then one for each route to the facts.

    What is lost is found by asking every rule about made-up people with the facts as they are told today, once with
    the route and once without.
    """
    read = sorted({name for people in policy.populations() for name in (people.source, people.directory) if name})
    if is_offline:
        there = configured_routes(settings, policy)
        rows = [Right(name, OF_DIRECTORIES.get(kinds.get(name, ""), ""), True, None) for name in read]
        return (*rows, *(Right(route.value, OF_ROUTES[route], route in there, None) for route in Route))
    told = ask_routes(settings, policy, clock)
    known = facts_from(told)
    today = clock().date()
    already = rules_lost(policy, known, kinds, today)

    def more(facts: Mapping[str, Fact[Any]], unread: str = "") -> tuple[str, ...]:
        found = rules_lost(policy, facts, kinds, today, frozenset({unread} - {""})) - already
        lacking = {rule for rule, _ in found}
        return tuple(rule.id for rule in RULES if rule.id in lacking)

    there = configured_routes(settings, policy)
    rows = [Right(name, OF_DIRECTORIES.get(kinds.get(name, ""), ""), True, more(known, name)) for name in read]
    for route in Route:
        others = {other: facts for other, facts in told.items() if other is not route}
        rows.append(
            Right(route.value, OF_ROUTES[route], route in there, more(facts_from(others)) if route in there else ())
        )
    return tuple(rows)


def rights_document(rows: tuple[Right, ...]) -> dict[str, Any]:
    """Return the rows as JSON-serialisable data; `lost` is null where nobody was asked."""
    return {
        "schema": SCHEMA,
        "rights": [
            {
                "route": row.route,
                "right": row.right,
                "configured": row.is_configured,
                "lost": None if row.lost is None else list(row.lost),
            }
            for row in rows
        ],
    }


def rights_text(rows: tuple[Right, ...], width: int) -> str:
    """Return the rows as text, each with its right and what is lost below it."""
    return "\n".join(line for row in rows for line in _lines(row, width)) + "\n"


def _lines(row: Right, width: int) -> Iterator[str]:
    yield visible(row.route) + ("" if row.is_configured else " (not set up)")
    yield _wrapped("  right  ", row.right, width)
    if row.is_configured:
        yield _wrapped("  lost   ", _lost(row), width)


def _lost(row: Right) -> str:
    if row.lost is None:
        return f"{_NOT_ASKED}."
    if not row.lost:
        return "no rule that another route or a declaration does not decide as well."
    return f"{len(row.lost)} of {len(RULES)} rules: {', '.join(row.lost)}."


def _wrapped(start: str, text: str, width: int) -> str:
    return fill(
        text,
        width,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_long_words=False,
        break_on_hyphens=False,
    )
