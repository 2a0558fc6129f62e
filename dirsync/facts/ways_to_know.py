"""How to know a fact that nobody told: the route that tells it, or the place in `mappings/estate.yaml` for it.

Pure. docs/facts.md, "Where facts come from", says which route tells what; `tests/integration/every_fact` proves it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from dirsync.facts.routes import Route

if TYPE_CHECKING:
    from collections.abc import Collection

SET_UP: Final = {
    Route.JIRA_DATABASE: "set DIRSYNC_JIRA__DATABASE_URL",
    Route.CROWD_DATABASE: "set DIRSYNC_CROWD_ADMIN__DATABASE_URL",
    Route.JIRA_REST: "set DIRSYNC_JIRA__URL and a token of a Jira administrator",
    Route.CROWD_ADMIN: "set DIRSYNC_CROWD_ADMIN__URL, __USERNAME and __PASSWORD of an administrator of Crowd",
}
FILE: Final = "mappings/estate.yaml"
_PARTS: Final = (
    (r"jira\.user_directories\[(.+)\]\.(\w+)", "{1} of '{0}' under jira.user_directories"),
    (r"jira\.service_projects\[(.+)\]\.(\w+)", "{1} of '{0}' under jira.service_projects"),
    (r"jira\.public_signup\.projects\[(.+)\]", "'{0}' under jira.public_signup.projects"),
    (r"crowd\.applications\[(.+)\]\.directories\[(.+)\]\.(\w+)", "{2} of '{1}' in '{0}' under crowd.applications"),
    (r"crowd\.applications\[(.+)\]\.(\w+)", "{1} of '{0}' under crowd.applications"),
    (r"crowd\.directories\[(.+)\]\.(\w+)", "{1} of '{0}' under crowd.directories"),
)
"""Names of facts that stand below an entry, and how to find the key in the file."""
_ROUTES: Final = (
    (r"jira\.(permissions|user_directories.*)", Route.JIRA_DATABASE),
    (r"jira\.public_signup\.agent_signup", None),
    (r"jira\..*", Route.JIRA_REST),
    (r"crowd\.applications\[[^]]+\]\.\w+", Route.CROWD_ADMIN),
    (r"crowd\..*", Route.CROWD_DATABASE),
)
"""Names of facts, and the route that is easiest to set up of those that tell them; None where no product does."""


def to_declare(name: str) -> str:
    """Return what to do to declare a fact, to be read after "or"."""
    if name == "jira.administrative_groups":
        return f"declare jira.permissions (ADMINISTER and SYSTEM_ADMIN) in {FILE}"
    for pattern, place in _PARTS:
        if found := re.fullmatch(pattern, name):
            return f"declare {place.format(*found.groups())} in {FILE}"
    return f"declare {name} in {FILE}"


def way_to_know(name: str, asked: Collection[Route] = ()) -> str:
    """Return the cheapest way to know a fact; `asked` are the routes that were asked already, and did not tell it."""
    route = next((route for pattern, route in _ROUTES if re.fullmatch(pattern, name)), None)
    set_up = SET_UP[route] if route and route not in asked else ""
    way = f"{set_up}, or {to_declare(name)}" if set_up else to_declare(name)
    return f"{way[0].upper()}{way[1:]}."
