"""What Jira says about itself by REST, as one round of questions; `read_jira_facts` is their order.

Sources: jira-jsm.md sections 1 (applicationrole), 2.3 (mypermissions), 3.3 (duplicated users), 7 (transport); the
other questions have modules of their own.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from dirsync.errors import NotThatProduct, ReadIncomplete
from dirsync.facts.jira_answers import (
    account_permissions_from,
    applications_from,
    duplicated_users_from,
    version_from,
)
from dirsync.facts.jira_group_labels import ask_group_labels
from dirsync.facts.jira_members import ask_members
from dirsync.facts.jira_questions import ACCOUNT_PERMISSIONS, API, APPLICATIONS, VERSION, Noted, Questions
from dirsync.facts.jira_refusals import accepted
from dirsync.facts.jira_service_projects import ask_service_projects
from dirsync.http import HttpClient, utc_now
from dirsync.model.versions import is_before

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from dirsync.http import Answer, Endpoint
    from dirsync.model.facts import Fact
    from dirsync.model.products import DuplicateAccount, JiraApplication

DUPLICATED_USERS: Final = "jira.duplicated_users"
FIRST_WITH_APPLICATIONS = (7,)
"""Before Jira 7 there are no application roles, and the permissions decide (jira-jsm.md 2.1)."""
FIRST_WITH_DUPLICATES = (8, 19)
"""The first Jira that lists duplicate accounts (jira-jsm.md 3.3)."""
OPT_IN = {"X-ExperimentalApi": "opt-in"}
"""Jira Service Management wants it for what it calls experimental (jira-jsm.md 5.1); Jira takes no notice."""


def read_jira_facts(endpoint: Endpoint, clock: Callable[[], datetime] = utc_now) -> dict[str, Fact[Any]]:
    """Return the facts Jira tells, by name; unknown ones say why and which request was refused.

    - `jira.version`; `jira.account_permissions`: keys of the global permissions this account holds
    - `jira.applications`: a tuple of `JiraApplication`; for each group of each `jira.members[GROUP]`: names of
      active users, subgroups included
    - `jira.administrative_groups` and `jira.groups_with_access`: names of groups
    - `jira.duplicated_users`: username to a tuple of `DuplicateAccount`
    - `jira.service_projects`: a tuple of `ServiceProject`, its leaves and `jira.service_management_version`
    - `jira.public_signup.global` and `jira.public_signup.projects[KEY]`: on or off

    Raises `UsageInvalid` only, for settings that can't be followed.
    """
    if not endpoint.settings_prefix:
        endpoint = replace(endpoint, settings_prefix="DIRSYNC_JIRA")
    with HttpClient(endpoint, headers=OPT_IN) as http:
        questions = Questions(http, clock)
        _ask_about_itself(questions)
        ask_members(questions)
        ask_group_labels(questions)
        _ask_duplicated_users(questions)
        ask_service_projects(questions)
        return questions.facts


def _ask_about_itself(questions: Questions) -> None:
    questions.ask(
        f"{API}/serverInfo",
        {},
        {VERSION: lambda answer: version_from(accepted(answer))},
        otherwise="declare jira.version in mappings/estate.yaml",
    )
    # Before the questions that may be refused, so that their refusals can name the permission that lacks.
    permissions = {ACCOUNT_PERMISSIONS: lambda answer: account_permissions_from(accepted(answer))}
    questions.ask(f"{API}/mypermissions", {}, permissions)
    questions.ask(
        f"{API}/applicationrole",
        {},
        {APPLICATIONS: lambda answer: _applications(questions, answer)},
        otherwise="declare jira.applications in mappings/estate.yaml",
    )


def _applications(questions: Questions, answer: Answer) -> tuple[JiraApplication, ...] | Noted:
    version = questions.value(VERSION)
    if answer.status == HTTPStatus.NOT_FOUND and is_before(version, FIRST_WITH_APPLICATIONS):
        return Noted((), f"HTTP {answer.status}: Jira {version} has no application roles")
    applications = applications_from(accepted(answer))
    if not applications and not is_before(version, FIRST_WITH_APPLICATIONS):
        # Each Jira since 7 has at least the application it is licensed for; "none" would clear everybody of a seat.
        raise ReadIncomplete(
            f"{answer.question} lists no application, though every Jira since 7 has one.",
            "See under Jira administration > Applications > Application access which there are.",
        )
    return applications


def _ask_duplicated_users(questions: Questions) -> None:
    reading = {DUPLICATED_USERS: lambda answer: _duplicated_users(questions, answer)}
    questions.ask(f"{API}/user/duplicated/list", {}, reading)


def _duplicated_users(questions: Questions, answer: Answer) -> dict[str, tuple[DuplicateAccount, ...]]:
    version = questions.value(VERSION)
    if answer.status == HTTPStatus.NOT_FOUND and (version is None or is_before(version, FIRST_WITH_DUPLICATES)):
        this = f"this is {version}" if version else "which version this is, it did not say"
        raise NotThatProduct(
            f"{answer.question} answered HTTP {answer.status}: Jira lists duplicate accounts from 8.19 on, and {this}.",
            "Upgrade Jira to know accounts in directories that dirsync does not read.",
        )
    return duplicated_users_from(accepted(answer))
