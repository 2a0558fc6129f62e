"""Which service projects Jira Service Management has (jira-jsm.md 5.1), and what is asked about each."""

from __future__ import annotations

import re
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from dirsync.errors import NotThatProduct, ReadIncomplete
from dirsync.facts.jira_answers import LONGEST_NUMBER, is_record_list, malformed, version_from
from dirsync.facts.jira_pages import Page, all_records
from dirsync.facts.jira_project_permissions import ask_permissions
from dirsync.facts.jira_project_roles import ask_roles
from dirsync.facts.jira_questions import APPLICATIONS, Limit, Noted
from dirsync.facts.jira_refusals import accepted
from dirsync.facts.jira_signup import ask_signup
from dirsync.facts.routes import Route
from dirsync.facts.ways_to_know import SET_UP
from dirsync.model.products import ServiceProject

if TYPE_CHECKING:
    from dirsync.facts.jira_questions import Questions
    from dirsync.http import Answer
    from dirsync.model.products import JiraApplication

SERVICE_PROJECTS: Final = "jira.service_projects"
SERVICE_MANAGEMENT_VERSION: Final = "jira.service_management_version"
SERVICE_MANAGEMENT: Final = "jira-servicedesk"
"""Jira Service Management kept the key it had as Jira Service Desk (jira-jsm.md 1.2)."""
API: Final = "/rest/servicedeskapi"
ASKED_FOR = 50
"""Jira's own default for a page (jira-jsm.md 5.1); it may send fewer."""
MOST_ASKED = 500
"""So many projects are asked for their roles and their permissions: that is a request for each role of each project,
some ten for a project. Sign-up, which is one request for each and decides about seats, is asked of all."""


def ask_service_projects(questions: Questions) -> None:
    """Ask for all service projects, then for the roles, the permissions and the sign-up of each."""
    questions.work_out(
        SERVICE_PROJECTS,
        questions.source(f"{API}/servicedesk"),
        partial(_service_projects, questions),
        otherwise="declare jira.service_projects in mappings/estate.yaml ('[]' if there is none)",
    )
    projects: tuple[ServiceProject, ...] | None = questions.value(SERVICE_PROJECTS)
    if projects == ():
        return
    versions = {SERVICE_MANAGEMENT_VERSION: lambda answer: version_from(accepted(answer))}
    questions.ask(f"{API}/info", {}, versions)
    keys = [project.key for project in projects or ()]
    # One kind after the other: where Jira answers the one and not the other, only the other is given up.
    beyond = Limit(
        MOST_ASKED,
        f"Jira has {len(keys):,} service projects, and over REST the roles and permissions of no more than the first "
        f"{MOST_ASKED:,} are asked for.",
        f"{SET_UP[Route.JIRA_DATABASE][0].upper()}{SET_UP[Route.JIRA_DATABASE][1:]}: it tells them all at once.",
    )
    questions.one_by_one(keys, partial(ask_roles, questions), beyond)
    questions.one_by_one(keys, partial(ask_permissions, questions), beyond)
    questions.one_by_one(keys, partial(ask_signup, questions))


def _service_projects(questions: Questions) -> Noted:
    first = _desks(questions, 0)
    if first.status == HTTPStatus.NOT_FOUND:
        return _without_service_management(questions, first)

    def page_from(start: int) -> Page[ServiceProject]:
        return _page(accepted(_desks(questions, start) if start else first))

    projects = all_records(page_from, questions.source(f"{API}/servicedesk"), "service projects", "start")
    if not projects:
        raise ReadIncomplete(
            f"{first.question}: Jira lists no service project. It lists those only that this account may see, so that "
            "proves nothing.",
            "Let this account see the service projects.",
        )
    return Noted(tuple(projects.values()), "those this account may see")


def _desks(questions: Questions, start: int) -> Answer:
    return questions.get(f"{API}/servicedesk", {"start": str(start), "limit": str(ASKED_FOR)})


def _without_service_management(questions: Questions, answer: Answer) -> Noted:
    """Take a 404 for "no service project" only where Jira's own list of applications says why.

    Before Jira 7 that list is empty by nature and says nothing.
    """
    applications: tuple[JiraApplication, ...] | None = questions.value(APPLICATIONS)
    if applications and SERVICE_MANAGEMENT not in {application.key for application in applications}:
        return Noted((), f"HTTP {answer.status}: Jira has no application {SERVICE_MANAGEMENT}")
    why = f"though Jira has the application {SERVICE_MANAGEMENT}" if applications else "and nothing says why"
    raise NotThatProduct(
        f"{answer.question} answered HTTP {answer.status}, {why}.",
        "Look in Jira (Manage apps) whether Jira Service Management is installed and switched on.",
    )


def _page(answer: Answer) -> Page[ServiceProject]:
    body = answer.json()
    desks = body.get("values") if isinstance(body, dict) else None
    if not is_record_list(desks):
        malformed(answer, "is not a page of service projects")
    if not isinstance(body.get("isLastPage"), bool):
        malformed(answer, "does not say whether more service projects follow")
    projects = [_project(answer, desk) for desk in desks]
    return Page({project.key: project for project in projects}, len(projects), body["isLastPage"])


def _project(answer: Answer, desk: dict[str, Any]) -> ServiceProject:
    key, name, number = desk.get("projectKey"), desk.get("projectName"), str(desk.get("id", ""))
    if not isinstance(key, str) or not re.fullmatch(r"\w+", key):
        malformed(answer, "has a service project without a key")
    is_number = number.isdecimal() and len(number) <= LONGEST_NUMBER
    return ServiceProject(key, name if isinstance(name, str) else "", int(number) if is_number else None)
