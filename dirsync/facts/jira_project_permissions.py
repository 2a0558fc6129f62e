"""What the permission scheme of a project grants to groups and roles (jira-jsm.md 2.3).

Shape of a grant: Jira's REST API, permissionscheme ("holder object").
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dirsync.facts.jira_answers import is_record_list, malformed
from dirsync.facts.jira_questions import API
from dirsync.facts.jira_refusals import accepted
from dirsync.model.products import ProjectPermission

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dirsync.facts.jira_questions import Questions
    from dirsync.http import Answer
    from dirsync.model.products import ProjectRole

GROUP, ROLE = "group", "projectRole"
"""Types of holders that are told; anyone, single users and fields of an issue are no group."""


def ask_permissions(questions: Questions, project: str) -> None:
    """Ask what the permission scheme of a project grants, by its key; after its roles, whose names it needs."""
    roles: tuple[ProjectRole, ...] = questions.value(f"jira.service_projects[{project}].roles") or ()
    names = {str(role.id): role.name for role in roles}
    questions.ask(
        f"{API}/project/{quote(project, safe='')}/permissionscheme",
        {"expand": "permissions"},
        {f"jira.service_projects[{project}].permissions": partial(_permissions, names)},
        otherwise=f"declare the permissions of {project} under jira.service_projects in mappings/estate.yaml",
    )


def _permissions(names: Mapping[str, str], answer: Answer) -> tuple[ProjectPermission, ...]:
    body = accepted(answer).json()
    grants = body.get("permissions") if isinstance(body, dict) else None
    if not is_record_list(grants):
        malformed(answer, "does not say what the permission scheme grants")
    return held_by(names_of(names, *_grant(answer, grant)) for grant in grants)


def names_of(names: Mapping[str, str], permission: str, kind: str, parameter: str) -> tuple[str, str, str]:
    """Return a grant with the role's name for its number, where that is known."""
    return permission, kind, names.get(parameter, parameter) if kind == ROLE else parameter


def held_by(grants: Iterable[tuple[str, str, str]]) -> tuple[ProjectPermission, ...]:
    """Return of (permission, kind of holder, holder) the groups and roles by permission, sorted."""
    holders: dict[str, dict[str, set[str]]] = defaultdict(lambda: {GROUP: set(), ROLE: set()})
    for permission, kind, holder in grants:
        # a grant to a group that has no name is one to anyone
        if kind in {GROUP, ROLE} and holder:
            holders[permission][kind].add(holder)
    return tuple(
        ProjectPermission(permission, tuple(sorted(held[GROUP])), tuple(sorted(held[ROLE])))
        for permission, held in sorted(holders.items())
    )


def _grant(answer: Answer, grant: dict[str, Any]) -> tuple[str, str, str]:
    """Return the permission, the kind of its holder and the holder; Cloud has a group's id beside its name."""
    permission, told = grant.get("permission"), grant.get("holder")
    holder = told if isinstance(told, dict) else {}
    kind, parameter = holder.get("type"), holder.get("parameter")
    if not isinstance(permission, str) or not isinstance(kind, str):
        malformed(answer, "has a grant without its permission or its holder")
    if kind == ROLE and not parameter:
        malformed(answer, f"grants {permission} to a role without saying which")
    return permission, kind, "" if parameter is None else str(parameter)
