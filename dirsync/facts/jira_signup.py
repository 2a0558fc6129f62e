"""Whether customers may sign up by themselves, in all of Jira and in each service project (jira-jsm.md 5.2).

The question is not documented: its fields are known from other people's clients, its address may be missing.
"""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from dirsync.errors import NotThatProduct
from dirsync.facts.jira_answers import malformed
from dirsync.facts.jira_refusals import accepted
from dirsync.facts.routes import Route
from dirsync.facts.ways_to_know import SET_UP, to_declare

if TYPE_CHECKING:
    from dirsync.facts.jira_questions import Questions
    from dirsync.http import Answer

SIGNUP_GLOBAL: Final = "jira.public_signup.global"
SIGNUP_PROJECTS: Final = "jira.public_signup.projects"


def ask_signup(questions: Questions, project: str) -> None:
    """Ask for the customer permissions of a project, by its key; the global switch is taken from the first answer."""
    fields = {
        f"{SIGNUP_PROJECTS}[{project}]": "serviceDeskPublicSignup",
        f"jira.service_projects[{project}].open_access": "serviceDeskOpenAccess",
        f"jira.service_projects[{project}].customer_role_misconfigured": "customerRoleMisconfigured",
    }
    if questions.value(SIGNUP_GLOBAL) is None:
        fields[SIGNUP_GLOBAL] = "globalPublicSignup"
    questions.ask(
        f"/rest/servicedesk/1/servicedesk/{quote(project, safe='')}/settings/requestsecurity",
        {},
        {name: partial(_switch, field) for name, field in fields.items()},
        otherwise={name: _other_way(name) for name in fields},
    )


def _other_way(name: str) -> str:
    if name.endswith(".open_access"):
        return SET_UP[Route.JIRA_DATABASE]
    if name.endswith(".customer_role_misconfigured"):
        return "look in Jira under Project settings > Customer permissions, which warns of it"
    return to_declare(name)


def _switch(field: str, answer: Answer) -> bool:
    if answer.status == HTTPStatus.NOT_FOUND:
        raise NotThatProduct(f"{answer.question} answered HTTP {answer.status}: not every Jira has this address.")
    body = accepted(answer).json()
    switch = body.get(field) if isinstance(body, dict) else None
    if not isinstance(switch, bool):
        malformed(answer, f"does not say '{field}'")
    return switch
