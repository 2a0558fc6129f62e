"""What a fact that nobody told says about the way to know it."""

from __future__ import annotations

import pytest

from dirsync.facts.routes import Route
from dirsync.facts.ways_to_know import to_declare, way_to_know

JIRAS_DATABASE = "Set DIRSYNC_JIRA__DATABASE_URL, or "
CROWDS_DATABASE = "Set DIRSYNC_CROWD_ADMIN__DATABASE_URL, or "
BY_REST = "Set DIRSYNC_JIRA__URL and a token of a Jira administrator, or "
ADMIN = "Set DIRSYNC_CROWD_ADMIN__URL, __USERNAME and __PASSWORD of an administrator of Crowd, or "


@pytest.mark.parametrize(
    ("name", "set_up", "route", "place"),
    [
        ("jira.permissions", JIRAS_DATABASE, Route.JIRA_DATABASE, "jira.permissions"),
        (
            "jira.user_directories[A]b].mode",
            JIRAS_DATABASE,
            Route.JIRA_DATABASE,
            "mode of 'A]b' under jira.user_directories",
        ),
        ("jira.version", BY_REST, Route.JIRA_REST, "jira.version"),
        ("jira.service_projects[HELP].roles", BY_REST, Route.JIRA_REST, "roles of 'HELP' under jira.service_projects"),
        (
            "jira.public_signup.projects[HELP]",
            BY_REST,
            Route.JIRA_REST,
            "'HELP' under jira.public_signup.projects",
        ),
        (
            "crowd.applications[jira].access_based_sync",
            ADMIN,
            Route.CROWD_ADMIN,
            "access_based_sync of 'jira' under crowd.applications",
        ),
        (
            "crowd.applications[jira].directories[d].default_groups",
            CROWDS_DATABASE,
            Route.CROWD_DATABASE,
            "default_groups of 'd' in 'jira' under crowd.applications",
        ),
        (
            "crowd.directories[D].allowed_operations",
            CROWDS_DATABASE,
            Route.CROWD_DATABASE,
            "allowed_operations of 'D' under crowd.directories",
        ),
    ],
)
def test_the_easiest_route_is_named_unless_it_was_asked_and_the_place_in_the_file(name, set_up, route, place):
    others = set(Route) - {route}
    assert way_to_know(name) == way_to_know(name, others) == f"{set_up}declare {place} in mappings/estate.yaml."
    assert way_to_know(name, [route]) == f"Declare {place} in mappings/estate.yaml."
    assert to_declare(name) == f"declare {place} in mappings/estate.yaml"


@pytest.mark.parametrize("name", ["jira.public_signup.agent_signup", "something.else"])
def test_what_no_product_tells_can_only_be_declared(name):
    assert way_to_know(name) == f"Declare {name} in mappings/estate.yaml."
