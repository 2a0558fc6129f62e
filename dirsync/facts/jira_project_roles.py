"""Who acts in the roles of a project (jira-jsm.md 6)."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dirsync.errors import DirectoryUnreadable
from dirsync.facts.jira_answers import LONGEST_NUMBER, is_record_list, malformed
from dirsync.facts.jira_questions import API
from dirsync.facts.jira_refusals import accepted
from dirsync.model.products import ProjectRole

if TYPE_CHECKING:
    from dirsync.facts.jira_questions import Questions
    from dirsync.http import Answer

GROUP_ACTOR, USER_ACTOR = "atlassian-group-role-actor", "atlassian-user-role-actor"


def ask_roles(questions: Questions, project: str) -> None:
    """Ask for all roles of a project, by its key; one that is refused leaves the project's roles unknown."""
    path = f"{API}/project/{quote(project, safe='')}/role"
    questions.work_out(
        f"jira.service_projects[{project}].roles",
        f"{questions.source(path)} and each role in it",
        partial(_roles, questions, path),
        otherwise=f"declare the roles of {project} under jira.service_projects in mappings/estate.yaml",
    )


def _roles(questions: Questions, path: str) -> tuple[ProjectRole, ...]:
    numbers = _role_numbers(_seen(questions.get(path)))
    return tuple(_role(_seen(questions.get(f"{path}/{number}")), number) for number in numbers)


def _seen(answer: Answer) -> Answer:
    """Return an answer if it is a success; Jira says 404 also of what the account may not see."""
    try:
        return accepted(answer)
    except DirectoryUnreadable as problem:
        if answer.status != HTTPStatus.NOT_FOUND:
            raise
        raise DirectoryUnreadable(
            f"{problem.message} Jira says so as well where the account may not administer the project.",
            "Give this account 'Administer Projects' there.",
        ) from None


def _role_numbers(answer: Answer) -> list[int]:
    """Return the ids out of the addresses Jira gives; the addresses are not followed, they may name any host."""
    body = answer.json()
    if not isinstance(body, dict) or not all(isinstance(address, str) for address in body.values()):
        malformed(answer, "is not a list of roles with their addresses")
    numbers = [address.rpartition("/")[2] for address in body.values()]
    if not all(number.isascii() and number.isdecimal() and len(number) <= LONGEST_NUMBER for number in numbers):
        malformed(answer, "has a role whose address does not end in a number")
    return [int(number) for number in numbers]


def _role(answer: Answer, number: int) -> ProjectRole:
    body = answer.json()
    name = body.get("name") if isinstance(body, dict) else None
    if not isinstance(name, str) or body.get("id", number) != number:
        malformed(answer, "is not about this role")
    actors = body.get("actors")
    if not is_record_list(actors):
        malformed(answer, f"does not say who acts as '{name}'")
    groups, users = [], []
    for actor in actors:
        group, user = _group_of(actor), _user_of(actor)
        if group:
            groups.append(group)
        elif user:
            users.append(user)
        else:
            malformed(answer, f"has an actor of '{name}' that is neither a group nor a user")
    return ProjectRole(number, name, tuple(groups), tuple(users))


def _group_of(actor: dict[str, Any]) -> str:
    """Return the group's name: Server and Data Center write it flat, Cloud nested."""
    nested = actor.get("actorGroup")
    name = nested.get("name") if isinstance(nested, dict) else actor.get("name")
    return name if isinstance(name, str) and (nested or actor.get("type") == GROUP_ACTOR) else ""


def _user_of(actor: dict[str, Any]) -> str:
    """Return the username; Cloud has only an account id."""
    nested = actor.get("actorUser")
    name = nested.get("accountId") if isinstance(nested, dict) else actor.get("name")
    return name if isinstance(name, str) and (nested or actor.get("type") == USER_ACTOR) else ""
