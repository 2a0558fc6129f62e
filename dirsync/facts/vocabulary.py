"""Every fact that `mappings/estate.yaml` has a word for, for the directories and applications that are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dirsync.model.facts import FactState
from dirsync.model.products import DirectoryType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dirsync.model.facts import Fact

WHOLE: Final = (
    *("jira.version", "jira.permissions", "jira.administrative_groups", "jira.applications", "jira.user_directories"),
    *("jira.service_projects", "jira.public_signup.global", "jira.public_signup.projects"),
    *("jira.public_signup.agent_signup", "crowd.applications", "crowd.directories"),
)
OF_USER_DIRECTORY: Final = ("mode", "active")
FROM_LDAP: Final = frozenset({DirectoryType.LDAP, DirectoryType.CONNECTOR, DirectoryType.DELEGATING})
"""Types of Jira user directory with default groups of their own."""
OF_SERVICE_PROJECT: Final = ("roles", "permissions")
OF_CROWD_APPLICATION: Final = ("aggregate_memberships", "access_based_sync")
OF_MAPPED_DIRECTORY: Final = (
    *("allow_all_to_authenticate", "authorised_groups", "default_groups", "directory_default_groups"),
    *("allowed_operations", "directory_allowed_operations"),
)
OF_CROWD_DIRECTORY: Final = ("default_groups", "allowed_operations")


def vocabulary(facts: Mapping[str, Fact[Any]]) -> Iterator[str]:
    """Yield the names of all facts that could be told about what is known to be there; `facts` are the merged ones."""
    yield from WHOLE
    for directory in _value(facts, "jira.user_directories"):
        start = f"jira.user_directories[{directory.name}]"
        yield from (f"{start}.{leaf}" for leaf in OF_USER_DIRECTORY)
        if directory.type in FROM_LDAP:
            yield f"{start}.default_groups"
    for project in _value(facts, "jira.service_projects"):
        yield from (f"jira.service_projects[{project.key}].{leaf}" for leaf in OF_SERVICE_PROJECT)
        yield f"jira.public_signup.projects[{project.key}]"
    for application in _value(facts, "crowd.applications"):
        start = f"crowd.applications[{application.name}]"
        yield from (f"{start}.{leaf}" for leaf in OF_CROWD_APPLICATION)
        for shown in dict.fromkeys(application.directories or ()):
            yield from (f"{start}.directories[{shown}].{leaf}" for leaf in OF_MAPPED_DIRECTORY)
    for directory in _value(facts, "crowd.directories"):
        yield from (f"crowd.directories[{directory.name}].{leaf}" for leaf in OF_CROWD_DIRECTORY)


def _value(facts: Mapping[str, Fact[Any]], name: str) -> tuple[Any, ...]:
    fact = facts.get(name)
    return fact.value if fact and fact.state is not FactState.UNKNOWN else ()
