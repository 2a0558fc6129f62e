"""All routes to the facts, merged: what a product says itself comes before what somebody declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dirsync.facts.asked import ask_routes
from dirsync.facts.declared import declaration_fact
from dirsync.facts.jira_signup import SIGNUP_PROJECTS
from dirsync.facts.routes import merged
from dirsync.facts.signup_projects import signup_projects
from dirsync.facts.vocabulary import vocabulary
from dirsync.facts.ways_to_know import way_to_know
from dirsync.model.facts import Fact, unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

    from dirsync.facts.routes import Route
    from dirsync.mapping.policy import Policy
    from dirsync.settings.models import Settings

JIRA_REST = "Set DIRSYNC_JIRA__URL and a token of a Jira administrator"
JIRA_DATABASE = "Set DIRSYNC_JIRA__DATABASE_URL"
CROWD_DATABASE = "Set DIRSYNC_CROWD_ADMIN__DATABASE_URL"
OR_NONE = " (or 'crowd: none')."
ALWAYS_ASKED = {
    "jira.version": "Set DIRSYNC_JIRA__URL, or declare jira.version in mappings/estate.yaml.",
    "jira.applications": f"{JIRA_REST}, or declare jira.applications in mappings/estate.yaml.",
    "jira.administrative_groups": f"{JIRA_REST}, or declare jira.permissions (ADMINISTER and SYSTEM_ADMIN) in"
    " mappings/estate.yaml.",
    "jira.user_directories": f"{JIRA_DATABASE}, or declare jira.user_directories in mappings/estate.yaml; no REST call"
    " tells them.",
    "jira.service_projects": f"{JIRA_REST}, or declare jira.service_projects in mappings/estate.yaml.",
    "jira.public_signup.global": f"{JIRA_REST}, or declare jira.public_signup.global in mappings/estate.yaml.",
    "jira.public_signup.projects": f"{JIRA_REST}, or declare jira.public_signup.projects in mappings/estate.yaml.",
    "jira.duplicated_users": "Set DIRSYNC_JIRA__URL and a token of an administrator of Jira 8.19 or later.",
    "crowd.applications": f"{CROWD_DATABASE}, or declare crowd.applications in mappings/estate.yaml{OR_NONE}",
    "crowd.directories": f"{CROWD_DATABASE}, or declare crowd.directories in mappings/estate.yaml{OR_NONE}",
}
"""Facts every audit asks for, and the cheapest way to know each."""


def gather_facts(settings: Settings | None, policy: Policy, clock: Callable[[], datetime]) -> dict[str, Fact[Any]]:
    """Ask every route that is configured. Never raises for a route that fails: its facts are unknown, and say why."""
    return facts_from(ask_routes(settings, policy, clock)) | declaration_fact(policy.estate)


def facts_from(told: Mapping[Route, Mapping[str, Fact[Any]]]) -> dict[str, Fact[Any]]:
    """Return one fact of what the routes told, or did not tell, about each name."""
    facts = {name: unknown(name, f"no route tells {name}", remedy) for name, remedy in ALWAYS_ASKED.items()}
    known: dict[str, Fact[Any]] = {**facts, **merged(told)}
    known |= signup_projects(known)
    return {name: untold(name, told) for name in vocabulary(known) if _is_alone(name)} | known


def untold(name: str, asked: Collection[Route]) -> Fact[None]:
    """Return a fact that none of the routes that were asked spoke of."""
    return unknown(name, f"no route tells {name}", way_to_know(name, asked))


def _is_alone(name: str) -> bool:
    """Say whether a fact may be missing by itself; switches of projects are put together, and tell what they lack."""
    return not name.startswith(f"{SIGNUP_PROJECTS}[")
