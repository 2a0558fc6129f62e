"""Every configured route to the facts, asked: what each of them told, not merged yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dirsync.facts.crowd_admin import read_crowd_admin_facts
from dirsync.facts.crowd_admin_attribution import CrowdView
from dirsync.facts.crowd_plugin import read_crowd_plugin_facts
from dirsync.facts.declared import declared_facts
from dirsync.facts.jira_attribution import jira_attribution
from dirsync.facts.jira_rest import read_jira_facts
from dirsync.facts.routes import Route
from dirsync.settings.models import CrowdSettings
from dirsync.settings.products import CROWD_ADMIN, JIRA, database_address, product_endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from dirsync.mapping.policy import Policy
    from dirsync.model.facts import Fact
    from dirsync.settings.models import CrowdAdminSettings, JiraSettings, Settings

Facts = dict[str, "Fact[Any]"]


def configured_routes(settings: Settings | None, policy: Policy) -> tuple[Route, ...]:
    """Return the routes that are there to be asked, in the order of trust."""
    jira, crowd = (settings.jira, settings.crowd_admin) if settings else (None, None)
    there = {
        Route.JIRA_DATABASE: jira and jira.database_url,
        Route.JIRA_REST: jira and jira.url,
        Route.CROWD_DATABASE: crowd and crowd.database_url,
        Route.CROWD_ADMIN: crowd and crowd.url,
        Route.CROWD_PLUGIN: crowd and crowd.url,
        Route.DECLARED: policy.estate,
    }
    return tuple(route for route in Route if there[route])


def ask_routes(settings: Settings | None, policy: Policy, clock: Callable[[], datetime]) -> dict[Route, Facts]:
    """Ask every route that is configured. Never raises for a route that fails: its facts are unknown, and say why.

    What is declared is looked at first, because it may say which Directory shows what a product sees.
    """
    ours = [view.application for view in crowd_views(settings)] if settings else []
    declared = declared_facts(policy.estate, policy.shows, clock().date(), ours)
    told: dict[Route, Facts] = {Route.DECLARED: declared} if policy.estate else {}
    if settings and settings.jira:
        told |= _jira(settings, settings.jira, policy, declared, clock)
    if settings and settings.crowd_admin:
        told |= _crowd(settings, settings.crowd_admin, declared, clock)
    return told


def _jira(
    settings: Settings,
    jira: JiraSettings,
    policy: Policy,
    declared: Mapping[str, Fact[Any]],
    clock: Callable[[], datetime],
) -> dict[Route, Facts]:
    told: dict[Route, Facts] = {}
    if jira.url:
        told[Route.JIRA_REST] = read_jira_facts(product_endpoint(JIRA, jira), clock)
    if address := database_address(JIRA, jira):
        from dirsync.facts.jira_database import read_jira_database_facts

        who = jira_attribution(settings.directories, policy, declared)
        told[Route.JIRA_DATABASE] = read_jira_database_facts(address, who, clock)
    return told


def _crowd(
    settings: Settings, crowd: CrowdAdminSettings, declared: Mapping[str, Fact[Any]], clock: Callable[[], datetime]
) -> dict[Route, Facts]:
    told: dict[Route, Facts] = {}
    views = crowd_views(settings)
    if crowd.url:
        endpoint = product_endpoint(CROWD_ADMIN, crowd)
        told[Route.CROWD_ADMIN] = read_crowd_admin_facts(endpoint, clock, views, declared)
        told[Route.CROWD_PLUGIN] = read_crowd_plugin_facts(endpoint, clock, views, declared)
    if address := database_address(CROWD_ADMIN, crowd):
        from dirsync.facts.crowd_database import read_crowd_database_facts

        only_one = {view.url for view in views} if len({view.url for view in views}) == 1 else {""}
        url = crowd.url or only_one.pop()
        told[Route.CROWD_DATABASE] = read_crowd_database_facts(address, views, declared, url, clock)
    return told


def crowd_views(settings: Settings) -> tuple[CrowdView, ...]:
    """Return the Directories of kind crowd, each with the Crowd application it is read through."""
    return tuple(
        CrowdView(key, known.application, known.url)
        for key, known in sorted(settings.directories.items())
        if isinstance(known, CrowdSettings)
    )
