"""The service projects of the emulated Jira: their numbers, their roles, and who may see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dirsync.sandbox.crowd.directory import compared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.sandbox.jira.calls import JiraCall
    from dirsync.sandbox.jira.view import Jira
    from dirsync.sandbox.seed_jira import SeedServiceProject

SERVICE_MANAGEMENT = "jira-servicedesk"
FIRST_PROJECT = 10000
FIRST_ROLE = 10200
CUSTOMERS = "Service Desk Customers"
"""The role that Jira Service Management makes for customers (reference notes on Jira, 5.3)."""


@dataclass(frozen=True, slots=True)
class Project:
    """A service project with the numbers Jira gave it."""

    settings: SeedServiceProject
    desk: int
    """Id of the service desk, and of its portal."""
    number: int
    """Id of the project."""

    @property
    def name(self) -> str:
        """The name it is shown by."""
        return self.settings.name or self.settings.key


def has_service_management(jira: Jira) -> bool:
    """Say whether Jira Service Management is there: licensed, or with projects of its own."""
    return jira.application(SERVICE_MANAGEMENT) is not None or bool(jira.settings.service_projects)


def projects_seen(call: JiraCall) -> list[Project]:
    """Return what the caller may see: administrators all, others the projects in whose roles they act.

    Jira goes by its permission schemes, which are not imitated; by default these grant by roles.
    """
    return [project for project in _all(call.jira) if call.is_administrator or _acts_in(call, project)]


def project_seen(call: JiraCall, key: str) -> Project | None:
    """Return a project by key or number, if the caller may see it."""
    return next((each for each in projects_seen(call) if key in {each.settings.key, str(each.number)}), None)


def role_numbers(jira: Jira) -> dict[str, int]:
    """Return the numbers of all roles by name: a role belongs to Jira as a whole, and every project has it."""
    names = dict.fromkeys(name for project in jira.settings.service_projects for name in project.roles)
    return {name: FIRST_ROLE + place for place, name in enumerate(names)}


def _all(jira: Jira) -> Iterator[Project]:
    for place, settings in enumerate(jira.settings.service_projects):
        yield Project(settings, place + 1, FIRST_PROJECT + place)


def is_agent(call: JiraCall) -> bool:
    """Say whether the caller serves customers somewhere: an administrator, or in any role but the customers' own."""
    return call.is_administrator or any(_acts_in(call, project, CUSTOMERS) for project in _all(call.jira))


def _acts_in(call: JiraCall, project: Project, other_than: str = "") -> bool:
    username = compared(call.caller.name)
    groups = {compared(group) for group in call.jira.groups_of(call.caller.name)}
    return any(
        username in map(compared, role.users) or groups & set(map(compared, role.groups))
        for name, role in project.settings.roles.items()
        if name != other_than
    )
