"""What Jira says about itself by REST: version, applications with their groups, members, administrative groups.

Each question stands alone: what is refused leaves just its own facts unknown, with the request that was tried.
Sources: jira-jsm.md sections 1 (applicationrole), 2.4 (groups/picker), 7 (group/member, transport).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from dirsync.errors import DirectoryUnreadable, ReadIncomplete, Unreachable
from dirsync.facts.jira_answers import (
    administrative_groups_from,
    applications_from,
    members_page_from,
    version_from,
)
from dirsync.facts.jira_refusals import LoginFailed, accepted
from dirsync.http import AnswerLost, HttpClient, utc_now
from dirsync.model.facts import Fact, observed, unknown
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from dirsync.http import Answer, Endpoint
    from dirsync.model.products import JiraApplication

API = "/rest/api/2"
VERSION = "jira.version"
APPLICATIONS = "jira.applications"
ADMINISTRATIVE_GROUPS = "jira.administrative_groups"
FIRST_WITH_APPLICATIONS = 7
"""Before Jira 7 there are no application roles, and the permissions decide (jira-jsm.md 2.1)."""
MEMBERS_ASKED_FOR = 50
"""Jira's own cap for a page of group members (jira-jsm.md 7)."""
GROUPS_ASKED_FOR = 1000


def read_jira_facts(endpoint: Endpoint, clock: Callable[[], datetime] = utc_now) -> dict[str, Fact[Any]]:
    """Return the facts Jira tells, by name; unknown ones say why and which request was refused.

    `jira.version`, `jira.applications` (a tuple of `JiraApplication`), `jira.administrative_groups` (names),
    and for each group of each application `jira.members[GROUP]` (names of active users, subgroups included).
    Raises `UsageInvalid` only, for settings that can't be followed.
    """
    if not endpoint.settings_prefix:
        endpoint = replace(endpoint, settings_prefix="DIRSYNC_JIRA")
    with HttpClient(endpoint) as http:
        questions = _Questions(http, clock)
        questions.ask_version()
        questions.ask_applications()
        questions.ask_members()
        questions.ask_administrative_groups()
        return questions.facts


@dataclass(slots=True)
class _Questions:
    """One round of questions, and the facts so far."""

    http: HttpClient
    clock: Callable[[], datetime]
    facts: dict[str, Fact[Any]] = field(default_factory=dict)
    end: DirectoryUnreadable | None = None
    """Why nothing more is asked: nobody there, or a login that fails, for failures add up to a CAPTCHA."""

    def ask_version(self) -> None:
        self._ask(VERSION, f"{API}/serverInfo", {}, lambda answer: version_from(accepted(answer)))

    def ask_applications(self) -> None:
        self._ask(APPLICATIONS, f"{API}/applicationrole", {}, self._applications)

    def _applications(self, answer: Answer) -> tuple[JiraApplication, ...]:
        if answer.status == HTTPStatus.NOT_FOUND and _major(self.facts[VERSION].value) < FIRST_WITH_APPLICATIONS:
            return ()
        return applications_from(accepted(answer))

    def ask_members(self) -> None:
        """Ask for the members of every group of every application, each group once however it is spelt."""
        applications: tuple[JiraApplication, ...] = self.facts[APPLICATIONS].value or ()
        first_spelling: dict[str, Fact[Any]] = {}
        for group in dict.fromkeys(group for application in applications for group in application.groups):
            name = f"jira.members[{group}]"
            if fold(group) in first_spelling:
                self.facts[name] = replace(first_spelling[fold(group)], name=name)
                continue
            self._ask_members_of(group, name)
            first_spelling[fold(group)] = self.facts[name]

    def _ask_members_of(self, group: str, name: str) -> None:
        path, params = f"{API}/group/member", {"groupname": group, "includeInactiveUsers": "false"}
        source = self._source(path, params)
        names: dict[str, str] = {}
        seen: set[str] = set()
        start, is_last = 0, False
        try:
            while not is_last:
                asked = params | {"startAt": str(start), "maxResults": str(MEMBERS_ASKED_FOR)}
                page = members_page_from(accepted(self._get(path, asked)), start)
                is_repetition = page.records > 0 and page.everybody <= seen
                if is_repetition or (page.records == 0 and not page.is_last):
                    raise ReadIncomplete(
                        f"{source}: Jira says that more members follow number {start:,}, and sends no new ones.",
                        "Look for a proxy or cache that drops `startAt` from the query.",
                    )
                seen |= page.everybody
                names |= {fold(username): username for username in page.names}
                start, is_last = start + page.records, page.is_last
        except DirectoryUnreadable as problem:
            self._leave_open(name, source, problem)
        else:
            self.facts[name] = observed(name, tuple(names.values()), source, self._now())

    def ask_administrative_groups(self) -> None:
        params = {"query": "", "maxResults": str(GROUPS_ASKED_FOR)}
        self._ask(
            ADMINISTRATIVE_GROUPS,
            f"{API}/groups/picker",
            params,
            lambda answer: administrative_groups_from(accepted(answer)),
        )

    def _ask(self, name: str, path: str, params: Mapping[str, str], value_from: Callable[[Answer], object]) -> None:
        source = self._source(path, params)
        try:
            answer = self._get(path, params)
            value = value_from(answer)
        except DirectoryUnreadable as problem:
            self._leave_open(name, source, problem)
        else:
            if not answer.is_success:
                source += f" (HTTP {answer.status}: Jira {self.facts[VERSION].value} has no application roles)"
            self.facts[name] = observed(name, value, source, self._now())

    def _get(self, path: str, params: Mapping[str, str]) -> Answer:
        if self.end is not None:
            raise self.end
        try:
            return self.http.send("GET", path, params)
        except Unreachable as problem:
            # A lost answer may be the fault of this one question; nobody there at all is not.
            self.end = None if isinstance(problem, AnswerLost) else problem
            raise

    def _leave_open(self, name: str, source: str, problem: DirectoryUnreadable) -> None:
        if isinstance(problem, LoginFailed):
            self.end = problem
        self.facts[name] = replace(unknown(name, problem.message, problem.remedy), source=source)

    def _source(self, path: str, params: Mapping[str, str] | None = None) -> str:
        query = f"?{urlencode(params, quote_via=quote)}" if params else ""
        return f"GET {self.http.endpoint.url}{path}{query}"

    def _now(self) -> str:
        return self.clock().astimezone(UTC).isoformat(timespec="seconds")


def _major(version: object) -> int:
    """Return the first number of a version; a version nobody knows counts as a new one."""
    first = str(version or "").partition(".")[0]
    return int(first) if first.isdecimal() and first.isascii() else FIRST_WITH_APPLICATIONS
