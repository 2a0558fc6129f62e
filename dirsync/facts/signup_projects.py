"""`jira.public_signup.projects`: the switches of all service projects, as one fact that is whole or unknown.

What Jira told comes first, what was declared fills what Jira did not tell; a project nobody speaks of must not look
as if its sign-up were off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dirsync.facts.jira_service_projects import SERVICE_PROJECTS
from dirsync.facts.jira_signup import SIGNUP_PROJECTS
from dirsync.model.facts import Fact, FactState, declared, observed, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMED_AT_MOST = 5


def signup_projects(facts: Mapping[str, Fact[Any]]) -> dict[str, Fact[Any]]:
    """Return the fact about all service projects, and a fact `jira.public_signup.projects[KEY]` for each.

    `facts` are those of all routes, what was observed before what was declared. Nothing is returned while nobody says
    which service projects there are, or nobody says anything about any of them.
    """
    listed, told = facts.get(SERVICE_PROJECTS), facts.get(SIGNUP_PROJECTS)
    if listed is None or listed.state is FactState.UNKNOWN:
        return {}
    switches: Fact[dict[str, bool]] | None = told if told and told.state is FactState.DECLARED else None
    keys = dict.fromkeys([*(project.key for project in listed.value), *(switches.value if switches else ())])
    if keys and switches is None and not any(_name(key) in facts for key in keys):
        return {}
    known = {key: _switch(key, facts, switches) for key in keys}
    return {fact.name: fact for fact in known.values()} | {SIGNUP_PROJECTS: _together(known, listed)}


def _name(key: str) -> str:
    return f"{SIGNUP_PROJECTS}[{key}]"


def _switch(key: str, facts: Mapping[str, Fact[Any]], switches: Fact[dict[str, bool]] | None) -> Fact[Any]:
    told = facts.get(_name(key), unknown(_name(key), f"nobody says whether people may sign up for {key}"))
    if told.state is FactState.UNKNOWN and switches and key in switches.value:
        return declared(told.name, switches.value[key], switches.source, switches.at)
    return told


def _together(known: Mapping[str, Fact[Any]], listed: Fact[Any]) -> Fact[Any]:
    lacking = {key: fact for key, fact in known.items() if fact.state is FactState.UNKNOWN}
    if lacking:
        named = [f"{key}: {fact.why}" for key, fact in list(lacking.items())[:NAMED_AT_MOST]]
        more = [f"and {len(lacking) - NAMED_AT_MOST:,} more"] if len(lacking) > NAMED_AT_MOST else []
        keys = ", ".join(sorted(lacking)) if not more else "all service projects"
        return unknown(
            SIGNUP_PROJECTS,
            "; ".join([*named, *more]),
            f"Declare jira.public_signup.projects for {keys} in mappings/estate.yaml.",
        )
    value = {key: fact.value for key, fact in known.items()}
    # A declaration comes first, so that whoever vouches for a part of it is named.
    by_state = sorted(known.values() or [listed], key=lambda fact: fact.state is not FactState.DECLARED)
    sources = list(dict.fromkeys(fact.source for fact in by_state))
    source = sources[0] if len(sources) == 1 else f"{sources[0]}; and {len(sources) - 1:,} more like it"
    make = declared if by_state[0].state is FactState.DECLARED else observed
    return make(SIGNUP_PROJECTS, value, source, by_state[0].at)
