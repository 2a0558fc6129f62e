"""The routes to the facts, merged: of each fact the value of the route that is trusted most, and what the others say.

Pure: what was asked is handed in, and nobody is asked here.
"""

from __future__ import annotations

import re
from dataclasses import fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from dirsync.facts.agreement import agree
from dirsync.model.facts import DECLARED_ROUTE, Fact, FactState
from dirsync.model.names import fold
from dirsync.model.products import JiraApplication, ServiceProject

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
            by_name.setdefault(fold(fact.name), {})[route] = replace(fact, route=route.value)
    return _spelt_alike([_merged(known) for known in by_name.values()])


def spoken(route: Route, told: Mapping[str, Fact[Any]]) -> Iterator[Fact[Any]]:
    """Yield what a route told; a declaration's switches of projects one by one too, as Jira tells them."""
    yield from told.values()
    declared = told.get(SIGNUP_PROJECTS)
    if route is Route.DECLARED and declared and declared.state is not FactState.UNKNOWN:
        for key, switch in declared.value.items():
            yield replace(declared, name=f"{SIGNUP_PROJECTS}[{key}]", value=switch)


def _merged(known: Mapping[Route, Fact[Any]]) -> Fact[Any]:
    name = next(iter(known.values())).name
    order = [known[route] for route in trusted(name) if route in known]
    told = [fact for fact in order if fact.state is not FactState.UNKNOWN]
    if not told:
        return _unknown(order)
    best, others = told[0], told[1:]
    same = [other for other in others if _agree(best, other)]
    filled = _filled(best, same)
    return replace(
        filled, confirmed_by=tuple(same), contradicted_by=tuple(other for other in others if other not in same)
    )


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


def _filled(best: Fact[Any], others: Iterable[Fact[Any]]) -> Fact[Any]:
    """Return a list of applications or projects with what the best route left out of an entry, such as its seats."""
    if not isinstance(best.value, tuple) or not all(
        isinstance(part, JiraApplication | ServiceProject) for part in best.value
    ):
        return best
    fact = best
    for other in others:
        by_key = {part.key: part for part in other.value}
        parts = tuple(_with_gaps_filled(part, by_key.get(part.key)) for part in fact.value)
        if parts != fact.value:
            is_declared = FactState.DECLARED in (fact.state, other.state)
            fact = replace(
                fact,
                value=parts,
                state=FactState.DECLARED if is_declared else fact.state,
                source=f"{fact.source}; what that leaves out: {other.source}",
            )
    return fact


def _with_gaps_filled(part: Any, other: Any) -> Any:  # noqa: ANN401 - one of two dataclasses
    if other is None or part == other:
        return part
    left_out = {field.name for field in fields(part) if getattr(part, field.name) in (None, "")}
    if isinstance(part, JiraApplication) and part.seats is None and not part.is_unlimited and other.is_unlimited:
        left_out.add("is_unlimited")
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
