"""Who is in the groups that grant access to Jira applications, as Jira itself counts them (jira-jsm.md 7)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from dirsync.facts.jira_answers import is_record_list, malformed, whole_number
from dirsync.facts.jira_pages import Page, all_records
from dirsync.facts.jira_questions import API, APPLICATIONS
from dirsync.facts.jira_refusals import accepted
from dirsync.model.names import fold

if TYPE_CHECKING:
    from dirsync.facts.jira_questions import Questions
    from dirsync.http import Answer
    from dirsync.model.facts import Fact
    from dirsync.model.products import JiraApplication

PATH = f"{API}/group/member"
ASKED_FOR = 50
"""Jira's own cap for a page of group members (jira-jsm.md 7)."""


def ask_members(questions: Questions) -> None:
    """Ask for the members of every group of every application, each group once however it is spelt."""
    applications: tuple[JiraApplication, ...] = questions.value(APPLICATIONS) or ()
    spellings: dict[str, list[str]] = {}
    for group in dict.fromkeys(group for application in applications for group in application.groups):
        spellings.setdefault(fold(group), []).append(group)
    questions.one_by_one(spellings.values(), partial(_ask_about, questions))


def _ask_about(questions: Questions, spellings: list[str]) -> None:
    group, *others = spellings
    name, params = f"jira.members[{group}]", {"groupname": group, "includeInactiveUsers": "false"}
    source = questions.source(PATH, params)
    questions.work_out(name, source, partial(_names, questions, params, source))
    told: Fact[Any] = questions.facts[name]
    for other in others:
        questions.facts[f"jira.members[{other}]"] = replace(told, name=f"jira.members[{other}]")


def _names(questions: Questions, params: dict[str, str], source: str) -> tuple[str, ...]:
    def page_from(start: int) -> Page[bool]:
        asked = params | {"startAt": str(start), "maxResults": str(ASKED_FOR)}
        answer = questions.get(PATH, asked)
        if start == 0 and _says_there_is_no_such_group(answer):
            return Page({}, 0, is_last=True)
        return _page(accepted(answer), start)

    everybody = all_records(page_from, source, "members", "startAt")
    return tuple({fold(name): name for name, is_active in everybody.items() if is_active}.values())


def _says_there_is_no_such_group(answer: Answer) -> bool:
    """Say whether Jira itself says so (404 with its own error messages): a group that isn't there has no members.

    An application may name a group that no directory has yet (jira-jsm.md 1.2, L-12). A 404 of anybody else, such as
    a proxy, tells nothing.
    """
    if answer.status != HTTPStatus.NOT_FOUND or not answer.content_type().endswith("json"):
        return False
    body = answer.json()
    return isinstance(body, dict) and bool(body.get("errorMessages"))


def _page(answer: Answer, start: int) -> Page[bool]:
    """Return one page, by username whether somebody is active."""
    body = answer.json()
    records = body.get("values") if isinstance(body, dict) else None
    if not is_record_list(records):
        malformed(answer, "is not a page of members")
    if not all(isinstance(record.get("name"), str) for record in records):
        malformed(answer, "has a member without a username")
    total, is_last = whole_number(body.get("total")), body.get("isLast")
    if not isinstance(is_last, bool):
        if total is None:
            malformed(answer, "does not say whether more members follow")
        is_last = start + len(records) >= total
    # Asked for active ones only; a Jira that sends all the same must not make them look like seats.
    return Page({record["name"]: record.get("active") is not False for record in records}, len(records), is_last)
