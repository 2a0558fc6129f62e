"""The routes to the facts, merged: of each fact the value of the route that is trusted most, and what the others say.

Pure: what was asked is handed in, and nobody is asked here.
"""

from __future__ import annotations

import re
from dataclasses import fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from dirsync.facts.agreement import agree
from dirsync.model.facts import DECLARED_ROUTE, Fact, FactState, unknown
from dirsync.model.names import fold
from dirsync.model.products import CrowdApplication, JiraApplication, JiraDirectory, ServiceProject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


class Route(StrEnum):
    """A way to facts. The order is that of trust: a database tells what is set, REST what its account may see."""

    JIRA_DATABASE = "jira-database"
    CROWD_DATABASE = "crowd-database"
    JIRA_REST = "jira-rest"
    CROWD_ADMIN = "crowd-admin"
    CROWD_PLUGIN = "crowd-plugin"
    DECLARED = DECLARED_ROUTE


IN_ORDER: Final = tuple(Route)
REST_FIRST: Final = (Route.JIRA_REST, *(route for route in IN_ORDER if route is not Route.JIRA_REST))
REST_KNOWS_BETTER: Final = re.compile(
    r"jira\.(version|applications|public_signup\..*|service_projects\[.*\]\.(roles|open_access))"
)
"""Of these REST tells more than the database: seats and names as people write them, usernames, documented switches."""
NAMED: Final = {
    "jira.user_directories": "jira.user_directories[",
    "crowd.applications": "crowd.applications[",
    "crowd.directories": "crowd.directories[",
}
"""Facts whose parts have leaves by name, and how the names of the leaves begin."""
FILLED: Final = (JiraApplication, JiraDirectory, ServiceProject, CrowdApplication)
"""Parts of lists of which routes may leave something out."""
SIGNUP_PROJECTS: Final = "jira.public_signup.projects"


def trusted(name: str) -> Sequence[Route]:
    """Return the routes to a fact, the one trusted most first."""
    return REST_FIRST if REST_KNOWS_BETTER.fullmatch(name) else IN_ORDER


def merged(told: Mapping[Route, Mapping[str, Fact[Any]]]) -> dict[str, Fact[Any]]:
    """Return one fact for each name that any route knows; its `route` says which one told it.

    Names of directories and applications inside a fact's name compare as the products compare them, and are spelt as
    the list they belong to spells them.
    """
    by_name: dict[str, dict[Route, Fact[Any]]] = {}
    for route in IN_ORDER:
        for fact in spoken(route, told.get(route, {})):
            there = by_name.setdefault(fold(fact.name), {})
            there[route] = replace(_of_one_name(there.get(route), fact), route=route.value)
    return _spelt_alike([_merged(known) for known in by_name.values()])


def spoken(route: Route, told: Mapping[str, Fact[Any]]) -> Iterator[Fact[Any]]:
    """Yield what a route told; a declaration's switches of projects one by one too, as Jira tells them."""
    yield from told.values()
    declared = told.get(SIGNUP_PROJECTS)
    if route is Route.DECLARED and declared and declared.state is not FactState.UNKNOWN:
        for key, switch in declared.value.items():
            yield replace(declared, name=f"{SIGNUP_PROJECTS}[{key}]", value=switch)


def _of_one_name(one: Fact[Any] | None, other: Fact[Any]) -> Fact[Any]:
    """Return a fact, or nothing known where a route told two whose names are one name to everybody else."""
    if one is None or one.name == other.name:
        return other
    if one.state == other.state and agree(one.name, one.value, other.value):
        return one
    return unknown(
        one.name,
        f"'{one.name}' and '{other.name}' are one name to dirsync, which compares without case, and say different "
        "things",
        "Rename one of the two.",
    )


def _merged(known: Mapping[Route, Fact[Any]]) -> Fact[Any]:
    name = next(iter(known.values())).name
    order = [known[route] for route in trusted(name) if route in known]
    told = [fact for fact in order if fact.state is not FactState.UNKNOWN]
    if not told:
        return _unknown(order)
    best, same, contradicting = told[0], list[Fact[Any]](), list[Fact[Any]]()
    for other in told[1:]:
        # What one route filled in, the next one may contradict.
        (same if _agree(best, other) else contradicting).append(other)
        best = _filled(best, other)
    return replace(best, confirmed_by=tuple(same), contradicted_by=tuple(contradicting))


def _agree(one: Fact[Any], other: Fact[Any]) -> bool:
    return agree(one.name, one.value, other.value, frozenset({one.route, other.route}))


def _unknown(order: Sequence[Fact[Any]]) -> Fact[Any]:
    """Return what no route knows. Products that were asked say why better than a declaration past its day.

    So does a product better than a plug-in that it may not have.
    """
    products = [fact for fact in order if fact.route not in {Route.DECLARED, Route.CROWD_PLUGIN}]
    asked = products or list(order[:1])
    if len(asked) == 1:
        return asked[0]
    why = " ".join(f"{fact.why.rstrip('.')}." for fact in asked)
    return replace(asked[0], why=why, remedy=" ".join(dict.fromkeys(fact.remedy for fact in asked if fact.remedy)))


def _filled(fact: Fact[Any], other: Fact[Any]) -> Fact[Any]:
    """Return a list of applications, directories or projects with what its route left out of an entry, as its seats.

    Entry by entry: a list that names other entries may still be right about this one.
    """
    if not isinstance(fact.value, tuple) or not all(isinstance(part, FILLED) for part in fact.value):
        return fact
    by_key = {_key(part): part for part in other.value if isinstance(part, FILLED)}
    parts = tuple(
        _with_gaps_filled(part, alike)
        if (alike := by_key.get(_key(part))) and agree(fact.name, (part,), (alike,))
        else part
        for part in fact.value
    )
    if parts == fact.value:
        return fact
    is_declared = FactState.DECLARED in (fact.state, other.state)
    return replace(
        fact,
        value=parts,
        state=FactState.DECLARED if is_declared else fact.state,
        source=f"{fact.source}; what that leaves out: {other.source}",
    )


def _key(part: JiraApplication | JiraDirectory | ServiceProject | CrowdApplication) -> str:
    return fold(part.name) if isinstance(part, CrowdApplication | JiraDirectory) else part.key


def _with_gaps_filled(part: Any, other: Any) -> Any:  # noqa: ANN401 - one of four dataclasses
    if part == other:
        return part
    left_out = {field.name for field in fields(part) if getattr(part, field.name) in (None, "")}
    if isinstance(part, JiraDirectory):
        # Which Directory shows it is one statement, and the route has looked at the declaration for that itself.
        left_out &= {"crowd_application"}
    if isinstance(part, JiraApplication) and part.seats is None and other.is_unlimited:
        left_out.add("is_unlimited")
    if isinstance(part, CrowdApplication):
        # What it shows is one statement: names of one route beside keys of another would be none.
        shown = {"directories", "crowd_directories", "unattributed"}
        left_out = left_out | shown if part.directories is None else left_out - shown
    return replace(part, **{name: getattr(other, name) for name in left_out if getattr(other, name) not in (None, "")})


def _spelt_alike(facts: Iterable[Fact[Any]]) -> dict[str, Fact[Any]]:
    """Return the facts by name, leaves named as the list of their directories or applications names them."""
    by_name = {fact.name: fact for fact in facts}
    for structure, start in NAMED.items():
        fact = by_name.get(structure)
        if fact is None or fact.state is FactState.UNKNOWN:
            continue
        for part in fact.value:
            _respell(by_name, f"{start}{part.name}]")
    return by_name


def _respell(by_name: dict[str, Fact[Any]], right: str) -> None:
    folded = fold(right)
    for name in list(by_name):
        start, bracket, rest = name.partition("]")
        if bracket and start + bracket != right and fold(start + bracket) == folded:
            fact = by_name.pop(name)
            by_name[f"{right}{rest}"] = replace(fact, name=f"{right}{rest}")
