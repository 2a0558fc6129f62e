"""All routes to the facts, merged: what a product says itself comes before what somebody declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dirsync.facts.declared import declared_facts
from dirsync.facts.jira_rest import read_jira_facts
from dirsync.facts.signup_projects import signup_projects
from dirsync.http import Endpoint
from dirsync.model.facts import Fact, FactState, unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from dirsync.mapping.policy import Policy
    from dirsync.settings.models import JiraSettings

ALWAYS_ASKED = {
    "jira.version": "Set DIRSYNC_JIRA__URL, or declare jira.version in mappings/estate.yaml.",
    "jira.applications": "Set DIRSYNC_JIRA__URL and a token of a Jira administrator, or declare jira.applications"
    " in mappings/estate.yaml.",
    "jira.administrative_groups": "Set DIRSYNC_JIRA__URL and a token of a Jira administrator, or declare"
    " jira.permissions (ADMINISTER and SYSTEM_ADMIN) in mappings/estate.yaml.",
    "jira.user_directories": "Declare jira.user_directories in mappings/estate.yaml; no REST call tells them.",
    "jira.service_projects": "Set DIRSYNC_JIRA__URL and a token of a Jira administrator, or declare"
    " jira.service_projects in mappings/estate.yaml.",
    "jira.public_signup.global": "Set DIRSYNC_JIRA__URL and a token of a Jira administrator, or declare"
    " jira.public_signup in mappings/estate.yaml.",
    "jira.public_signup.projects": "Set DIRSYNC_JIRA__URL and a token of a Jira administrator, or declare"
    " jira.public_signup.projects in mappings/estate.yaml.",
    "jira.duplicated_users": "Set DIRSYNC_JIRA__URL and a token of an administrator of Jira 8.19 or later.",
    "crowd.applications": "Declare crowd.applications in mappings/estate.yaml (or 'crowd: none').",
    "crowd.directories": "Declare crowd.directories in mappings/estate.yaml (or 'crowd: none').",
}
"""Facts every audit asks for, and the cheapest way to know each."""


def gather_facts(jira: JiraSettings | None, policy: Policy, clock: Callable[[], datetime]) -> dict[str, Fact[Any]]:
    """Ask every route that is configured. Never raises for a route that fails: its facts are unknown, and say why."""
    facts: dict[str, Fact[Any]] = {
        name: unknown(name, f"no route tells {name}", remedy) for name, remedy in ALWAYS_ASKED.items()
    }
    routes: list[Mapping[str, Fact[Any]]] = [declared_facts(policy.estate, policy.shows, clock().date())]
    if jira is not None:
        routes.append(read_jira_facts(jira_endpoint(jira), clock))
    for route in routes:
        for name, fact in route.items():
            known = facts.get(name)
            if fact.state is not FactState.UNKNOWN or known is None or known.state is FactState.UNKNOWN:
                facts[name] = fact
    return facts | signup_projects(facts)


def jira_endpoint(settings: JiraSettings) -> Endpoint:
    """Return where Jira is asked, and as whom."""
    return Endpoint(
        name="jira",
        url=settings.url,
        username=settings.username,
        password=settings.password.get_secret_value() if settings.password else "",
        token=settings.token.get_secret_value() if settings.token else "",
        ca_file=settings.ca_file,
        allow_plaintext=settings.allow_plaintext,
        connect_timeout=settings.connect_timeout,
        read_timeout=settings.read_timeout,
        retry_seconds=settings.retry_seconds,
        settings_prefix="DIRSYNC_JIRA",
    )
