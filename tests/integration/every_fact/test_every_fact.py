"""Every fact in the vocabulary of estate.yaml: observed by each route that tells it, declared, and unknown.

A fact that is new in the vocabulary and not in the table fails by its name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from integration.every_fact.conftest import clock, policy

from dirsync.facts.asked import ask_routes
from dirsync.facts.gather import facts_from, gather_facts, untold
from dirsync.facts.routes import Route
from dirsync.facts.vocabulary import vocabulary
from dirsync.model.facts import Fact, FactState

pytestmark = pytest.mark.server
JIRA_REST, JIRA_DATABASE = Route.JIRA_REST, Route.JIRA_DATABASE
ADMIN, PLUGIN, CROWD_DATABASE = Route.CROWD_ADMIN, Route.CROWD_PLUGIN, Route.CROWD_DATABASE
BY_JIRA = frozenset({JIRA_REST, JIRA_DATABASE})
BY_CROWD = frozenset({ADMIN, PLUGIN, CROWD_DATABASE})
NO_ROUTE = frozenset[Route]()
"""The switches of all projects are put together from what routes tell of each one. Whether Jira's login page makes
users no documented interface tells (jira-jsm.md, rule S-07), so that it can only be declared."""

APPLICATION = {"key": "jira-software", "groups": ["jira-users"]}
DIRECTORY = {"name": "Staff", "type": "ldap", "mode": "read-only"}
SHOWS = {"name": "jira", "directories": [{"directory": "customers"}]}


@dataclass(frozen=True)
class Known:
    """How a fact can be known."""

    routes: frozenset[Route]
    """The routes that tell it."""
    written: Any
    """What somebody writes into estate.yaml for it."""
    name: str = ""
    """Of a leaf, the whole name of one in BASE."""


EVERY: dict[str, Known] = {
    "jira.version": Known(BY_JIRA, "9.12"),
    "jira.permissions": Known(frozenset({JIRA_DATABASE}), {"ADMINISTER": ["a"], "SYSTEM_ADMIN": ["a"]}),
    "jira.administrative_groups": Known(BY_JIRA, {"ADMINISTER": ["a"], "SYSTEM_ADMIN": ["a"]}),
    "jira.applications": Known(BY_JIRA, [APPLICATION]),
    "jira.user_directories": Known(frozenset({JIRA_DATABASE}), [DIRECTORY]),
    "jira.user_directories[].mode": Known(
        frozenset({JIRA_DATABASE}), "read-write", "jira.user_directories[Partners].mode"
    ),
    "jira.user_directories[].active": Known(
        frozenset({JIRA_DATABASE}), False, "jira.user_directories[Partners].active"
    ),
    "jira.user_directories[].default_groups": Known(
        frozenset({JIRA_DATABASE}), ["x"], "jira.user_directories[Partners].default_groups"
    ),
    "jira.service_projects": Known(BY_JIRA, [{"key": "HELP"}]),
    "jira.service_projects[].roles": Known(
        BY_JIRA, {"Service Desk Customers": {"groups": ["portal"]}}, "jira.service_projects[HELP].roles"
    ),
    "jira.service_projects[].permissions": Known(
        BY_JIRA, {"BROWSE_PROJECTS": {"groups": ["portal"]}}, "jira.service_projects[HELP].permissions"
    ),
    "jira.public_signup.global": Known(frozenset({JIRA_REST}), True),
    "jira.public_signup.projects": Known(NO_ROUTE, {"HELP": True}),
    "jira.public_signup.projects[]": Known(BY_JIRA, True, "jira.public_signup.projects[HELP]"),
    "jira.public_signup.agent_signup": Known(NO_ROUTE, False),
    "crowd.applications": Known(BY_CROWD, [SHOWS]),
    "crowd.applications[].aggregate_memberships": Known(
        BY_CROWD, True, "crowd.applications[jira].aggregate_memberships"
    ),
    "crowd.applications[].access_based_sync": Known(BY_CROWD, False, "crowd.applications[jira].access_based_sync"),
    **{
        f"crowd.applications[].directories[].{leaf}": Known(
            routes, written, f"crowd.applications[jira].directories[customers].{leaf}"
        )
        for leaf, routes, written in (
            ("allow_all_to_authenticate", BY_CROWD, False),
            ("authorised_groups", BY_CROWD, ["portal"]),
            ("default_groups", BY_CROWD - {ADMIN}, ["portal"]),
            ("directory_default_groups", frozenset({CROWD_DATABASE}), []),
            ("allowed_operations", BY_CROWD, ["CREATE_USER"]),
            ("directory_allowed_operations", BY_CROWD, ["CREATE_USER"]),
        )
    },
    "crowd.directories": Known(BY_CROWD, [{"name": "Customers"}]),
    "crowd.directories[].default_groups": Known(
        frozenset({CROWD_DATABASE}), ["portal"], "crowd.directories[Customers].default_groups"
    ),
    "crowd.directories[].allowed_operations": Known(
        BY_CROWD, ["UPDATE_USER"], "crowd.directories[Customers].allowed_operations"
    ),
}
BASE = {
    "jira.user_directories": [{"name": "Staff", "type": "ldap"}, {"name": "Partners", "type": "delegating"}],
    "jira.service_projects": [{"key": "HELP"}],
    "crowd.applications": [{"name": "wiki", "directories": []}, SHOWS],
    "crowd.directories": [{"name": "Customers"}],
}
"""Lists that say nothing of what stands in them but the names."""
OF_REST = {"jira.public_signup.projects"}
BELOW_AN_ENTRY = re.compile(r"(\w+) of '([^']+)'(?: in '([^']+)')? under (\S+)")
OF_A_PROJECT = re.compile(r"'(\w+)' under (\S+)")


def kind(name: str) -> str:
    return re.sub(r"\[[^]]*\]", "[]", name)


def name_of(pattern: str) -> str:
    return EVERY[pattern].name or pattern


def declaring(sections: Mapping[str, Any]) -> str:
    """Return a file with values at paths such as `jira.public_signup.global`; JSON is YAML too."""
    document: dict[str, Any] = {
        "version": 1,
        "declared": {"by": "owner@example.org", "on": "2026-11-01", "valid_until": "2027-11-01"},
    }
    for path, value in sections.items():
        *above, key = path.split(".")
        part = document
        for name in above:
            part = part.setdefault(name, {})
        part[key] = value
    return json.dumps(document, indent=1)


def following(remedy: str, written: Any) -> str:
    """Return BASE with what a remedy says to declare; it fails where that can't be understood."""
    advice = re.search(r"[Dd]eclare (.+?) in mappings/estate\.yaml", remedy)
    assert advice, remedy
    place = re.sub(r" \([^)]*\)", "", advice[1])
    sections = json.loads(json.dumps(BASE))
    if entry := BELOW_AN_ENTRY.fullmatch(place):
        key, name, within, path = entry.groups()
        entries = next(known["directories"] for known in sections[path] if known["name"] == within) if within else None
        if entries is None:
            entries = sections[path]
        [found] = [known for known in entries if name in {known.get("name"), known.get("key"), known.get("directory")}]
        found[key] = written
    elif project := OF_A_PROJECT.fullmatch(place):
        sections[project[2]] = {project[1]: written}
    else:
        assert re.fullmatch(r"[\w.]+", place), remedy
        sections[place] = written
    return declaring(sections)


def told_by_nobody(pattern: str) -> Fact[Any]:
    """Return the fact where nobody was asked, and of lists only the names are declared."""
    name = name_of(pattern)
    sections = {path: value for path, value in BASE.items() if name != path and name.startswith(path)}
    known = gather_facts(None, policy(declaring(sections) if sections else None), clock)
    return known.get(name) or untold(name, ())


@pytest.fixture(scope="module")
def told(all_may_be_asked) -> dict[Route, dict[str, Fact[Any]]]:
    return ask_routes(all_may_be_asked, policy(), clock)


def test_the_table_names_every_fact_that_there_is_a_word_for(told):
    known = facts_from(told)
    assert {kind(name) for name in vocabulary(known)} == set(EVERY)
    declared = gather_facts(None, policy(declaring(BASE)), clock)
    assert {kind(name) for name in vocabulary(declared)} == set(EVERY)


@pytest.mark.parametrize("pattern", EVERY)
def test_a_fact_is_observed_by_each_route_that_tells_it_and_by_no_other(told, pattern):
    seen = {
        route: [fact for name, fact in facts.items() if kind(name) == pattern and fact.state is FactState.OBSERVED]
        for route, facts in told.items()
    }
    assert {route for route, facts in seen.items() if facts} == EVERY[pattern].routes
    for facts in seen.values():
        assert all(fact.value is not None and fact.source and fact.at for fact in facts)
    if pattern == "jira.public_signup.agent_signup":
        return
    # By REST alone: the two Jiras of this test have other projects each, and the database can't tell of one of its own.
    one_jira = {route: facts for route, facts in told.items() if route is not JIRA_DATABASE or pattern not in OF_REST}
    merged = [fact for name, fact in facts_from(one_jira).items() if kind(name) == pattern]
    assert any(fact.state is FactState.OBSERVED for fact in merged)


@pytest.mark.parametrize("pattern", EVERY)
def test_a_fact_that_nobody_tells_says_why_and_what_it_says_to_declare_is_then_declared(pattern):
    name = name_of(pattern)
    fact = told_by_nobody(pattern)
    if name != "jira.user_directories[Partners].active":  # left out means true
        assert fact.state is FactState.UNKNOWN
        assert fact.why == f"no route tells {name}"
    else:
        fact = untold(name, ())
    routes = EVERY[pattern].routes
    for route in (JIRA_DATABASE, CROWD_DATABASE):
        product = "JIRA" if route is JIRA_DATABASE else "CROWD_ADMIN"
        is_named = f"DIRSYNC_{product}__DATABASE_URL" in fact.remedy
        assert not is_named or route in routes, "the way it names tells it"
    text = following(fact.remedy, EVERY[pattern].written)
    declared = gather_facts(None, policy(text), clock)[name]
    assert declared.state is FactState.DECLARED
    line = int(declared.source.partition(":")[2].partition(",")[0])
    told_there = {"jira.administrative_groups": "permissions", "jira.public_signup.projects[HELP]": "projects"}
    key = told_there.get(name, name.rpartition(".")[2])
    assert f'"{key}"' in text.splitlines()[line - 1]
    assert declared.at == "2026-11-01"
    plain = json.loads(json.dumps(EVERY[pattern].written))
    if isinstance(plain, (str, bool)):
        assert declared.value == plain
    elif isinstance(plain, list) and all(isinstance(part, str) for part in plain):
        assert list(declared.value) == plain
    else:
        assert declared.value, "a structure with something in it"


def test_a_declaration_past_its_day_leaves_each_fact_unknown_with_its_line(told):
    for pattern, known in EVERY.items():
        text = following(untold(name_of(pattern), ()).remedy, known.written).replace("2027-11-01", "2026-11-19")
        fact = gather_facts(None, policy(text), clock).get(name_of(pattern))
        assert fact is None or fact.state is FactState.UNKNOWN, pattern
        assert fact is None or (fact.why and fact.remedy), pattern


@pytest.fixture(scope="module")
def refused(nothing_is_allowed) -> dict[Route, dict[str, Fact[Any]]]:
    return ask_routes(nothing_is_allowed[0], policy(), clock)


@pytest.mark.parametrize("route", [route for route in Route if route is not Route.DECLARED])
def test_a_route_that_refuses_leaves_its_facts_unknown_with_the_right_that_lacks(refused, route):
    lists = {pattern for pattern, known in EVERY.items() if route in known.routes and "[" not in pattern}
    tells_anybody = {"jira.version"} if route is JIRA_REST else set()
    hangs_on_projects = {"jira.public_signup.global"}
    for name in lists - tells_anybody - hangs_on_projects:
        fact = refused[route][name]
        assert fact.state is FactState.UNKNOWN, name
        assert fact.why, name
        assert re.search(r"GRANT SELECT|global permission|administer Crowd|Let this account see", fact.remedy), name
        assert "mappings/estate.yaml" in fact.remedy, name


@pytest.mark.parametrize("pattern", [pattern for pattern in EVERY if "[" not in pattern])
def test_what_a_refusal_says_to_declare_is_then_declared_though_the_route_still_refuses(
    nothing_is_allowed, refused, pattern
):
    told = {route: facts[pattern] for route, facts in refused.items() if pattern in facts}
    for route, fact in told.items():
        if fact.state is FactState.UNKNOWN:
            text = following(fact.remedy, EVERY[pattern].written)
            declared = gather_facts(None, policy(text), clock)[pattern]
            assert (route, declared.state) == (route, FactState.DECLARED)


def test_the_grants_that_refusals_name_make_everything_known_that_a_database_tells(nothing_is_allowed):
    settings, *accounts = nothing_is_allowed
    for _ in range(12):
        refused = ask_routes(settings, policy(), clock)
        wanted = {account: set[str]() for account in accounts}
        for route, account in zip((JIRA_DATABASE, CROWD_DATABASE), accounts, strict=True):
            for fact in refused[route].values():
                wanted[account].update(re.findall(r"GRANT SELECT .+?;", f"{fact.remedy} {fact.source}"))
        if not any(wanted.values()):
            break
        for account, statements in wanted.items():
            account.given("\n".join(sorted(statements)))
    else:
        pytest.fail(f"the same grants are named again and again: {wanted}")
    for route in (JIRA_DATABASE, CROWD_DATABASE):
        seen = {kind(name) for name, fact in refused[route].items() if fact.state is FactState.OBSERVED}
        assert {pattern for pattern, known in EVERY.items() if route in known.routes} <= seen
