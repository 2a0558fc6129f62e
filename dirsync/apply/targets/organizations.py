"""Organisations of Jira Service Management as a Target: through `/rest/servicedeskapi` (jira-jsm.md 5.1)."""

from __future__ import annotations

from datetime import UTC
from http import HTTPStatus
from typing import TYPE_CHECKING

from dirsync.apply.targets.endings import Ending, already, failed, refused
from dirsync.directories.jira.organizations_client import OrganizationsClient, who
from dirsync.errors import (
    AnswerMalformed,
    CredentialsRefused,
    DirectoryUnreadable,
    NotThatProduct,
    RightsMissing,
    Unreachable,
)
from dirsync.http import AnswerLost, refusal, utc_now
from dirsync.model.names import fold
from dirsync.model.organizations import ORGANIZATIONS, service_project_of
from dirsync.model.plans import Change, Op, Outcome, Result

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from dirsync.directories.jira.organizations_client import Desk
    from dirsync.http import Answer

NOBODY_CAN_GO_ON = (Unreachable, CredentialsRefused, RightsMissing, NotThatProduct)
"""What stops every further Change too."""
POST_TRIES = 4
"""As in Crowd: a server that fails now and then may strike one Change more than once."""


class OrganizationsTarget:
    """Implements `dirsync.model.plans.Target`. Not for several threads at once.

    Jira does not say whether a membership or a link was there already, so these end as done. Before somebody is put in
    or taken out, Jira is asked what the account of the Change's `user_id` is called now. The Outcome of a new
    organisation has its id as `target_id`.
    """

    def __init__(self, jira: OrganizationsClient, clock: Callable[[], datetime] = utc_now) -> None:
        self.directory = ORGANIZATIONS
        self._jira, self._clock = jira, clock
        self._ids: dict[str, set[str]] | None = None
        self._desks: dict[str, Desk] | None = None
        self._carries_out: dict[Op, Callable[[Change], Ending]] = {
            Op.CREATE_ORGANIZATION: self._create,
            Op.LINK_ORGANIZATION: self._link,
            Op.ADD_TO_ORGANIZATION: self._add,
            Op.REMOVE_FROM_ORGANIZATION: self._take_out,
            Op.UNLINK_ORGANIZATION: self._unlink,
            Op.REMOVE_ORGANIZATION: self._remove,
        }

    def close(self) -> None:
        """Close the connections to Jira."""
        self._jira.close()

    def carry_out(self, change: Change) -> Outcome:
        """See `Target`."""
        try:
            ending = self._carries_out[change.op](change)
        except NOBODY_CAN_GO_ON:
            raise
        except DirectoryUnreadable as error:
            ending = failed(str(error))
        at = self._clock().astimezone(UTC).isoformat(timespec="seconds")
        return Outcome(change.id, ending.result, ending.message, at, ending.target_id)

    def _known(self) -> dict[str, set[str]]:
        """Return the ids of all organisations by folded name, as they were when first asked and made since."""
        if self._ids is None:
            self._ids = self._listed()
        return self._ids

    def _listed(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for number, name in self._jira.organizations():
            found.setdefault(fold(name), set()).add(number)
        return found

    def _listed_after(self, change: Change) -> dict[str, set[str]]:
        """Look whether it was made. Raises `Unreachable`, so that the next run settles whose it is."""
        try:
            return self._listed()
        except DirectoryUnreadable as error:
            raise Unreachable(
                f"Jira may have made organisation '{change.group}' without saying so, and a look at it failed: "
                f"{error.message}",
                error.remedy,
            ) from error

    def _create(self, change: Change) -> Ending:
        """Make an organisation. Names are not unique, so Jira is looked at before a lost request is sent again."""
        folded = fold(change.group)
        before = self._known().get(folded, set())
        if before:
            return self._there(change, before)
        ending = failed("")
        for _ in range(POST_TRIES):
            ending, may_have_acted = self._send(change, "POST", "organization", {"name": change.group})
            if ending.result is Result.DONE:
                self._known()[folded] = {ending.target_id}
                return ending
            if not may_have_acted:
                return ending
            self._ids = self._listed_after(change)
            if made := self._ids.get(folded):
                there = self._there(change, made)
                is_ours = there.result is Result.ALREADY_SO
                message = "the answer was lost, but Jira shows that it was done"
                return Ending(Result.DONE, message, there.target_id) if is_ours else there
        return ending

    def _there(self, change: Change, numbers: set[str]) -> Ending:
        if len(numbers) == 1:
            return already("the organisation was already there", min(numbers))
        ids = ", ".join(sorted(numbers))
        return failed(
            f"Jira has several organisations '{change.group}' by now (ids {ids}). Rename or remove all but one."
        )

    def _number(self, change: Change) -> str:
        """Return the id of the organisation, also of one that was made in this run; empty where nobody can say."""
        numbers = {change.group_id} if change.group_id else self._known().get(fold(change.group), set())
        return min(numbers) if len(numbers) == 1 else ""

    def _link(self, change: Change) -> Ending:
        return self._serve(change, "POST")

    def _unlink(self, change: Change) -> Ending:
        return self._serve(change, "DELETE")

    def _serve(self, change: Change, method: str) -> Ending:
        if self._desks is None:
            self._desks = {fold(desk.key): desk for desk in self._jira.desks()}
        key = service_project_of(change)
        desk, number = self._desks.get(fold(key)), self._number(change)
        if desk is None:
            return failed(f"Jira has no service project {key}, or {who(self._jira.endpoint)} may not see it.")
        if not number:
            return failed(f"Jira has no organisation '{change.group}' that could be told from others.")
        return self._again(change, method, f"servicedesk/{desk.number}/organization", {"organizationId": int(number)})

    def _add(self, change: Change) -> Ending:
        return self._member(change, "POST")

    def _take_out(self, change: Change) -> Ending:
        return self._member(change, "DELETE")

    def _member(self, change: Change, method: str) -> Ending:
        account = self._jira.account(change.user, change.user_id)
        if account is None and method == "DELETE":
            return already("Jira has no such account any more")
        if account is None:
            return failed(f"Jira has no account '{change.user}' (key {change.user_id}) any more.")
        number = self._number(change)
        if not number:
            return failed(f"Jira has no organisation '{change.group}' that could be told from others.")
        return self._again(change, method, f"organization/{number}/user", {"usernames": [account.username]})

    def _remove(self, change: Change) -> Ending:
        return self._again(change, "DELETE", f"organization/{change.group_id}")

    def _again(self, change: Change, method: str, path: str, body: object = None) -> Ending:
        """Send what may be sent twice without harm, until there is an answer."""
        ending = failed("")
        for _ in range(POST_TRIES if method == "POST" else 1):
            ending, may_have_acted = self._send(change, method, path, body)
            if not may_have_acted:
                break
        return ending

    def _send(self, change: Change, method: str, path: str, body: object = None) -> tuple[Ending, bool]:
        """Send a request; return how the Change ended, and whether it may have acted though nobody knows."""
        try:
            answer = self._jira.send(method, path, body)
            made = _made(answer) if change.op is Op.CREATE_ORGANIZATION and answer.is_success else ""
        except (AnswerLost, AnswerMalformed) as lost:
            return failed(str(lost)), True
        if answer.is_success:
            return Ending(Result.DONE, target_id=made), False
        if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS}:
            raise refusal(answer)
        if answer.status == HTTPStatus.NOT_FOUND and method == "DELETE" and answer.content_type().endswith("json"):
            return already("it was already gone"), False
        words = f"Jira did not {change.op.replace('_', ' ')} '{change.user or change.group}' (HTTP {answer.status}): "
        words += answer.excerpt() or "no reason given"
        if answer.status == HTTPStatus.FORBIDDEN:
            return refused(f"{words}. {_rights(change, self._jira)}"), False
        return failed(words), answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _made(answer: Answer) -> str:
    """Return the id of a new organisation. Raises `AnswerMalformed`, after which it is looked for."""
    body = answer.json()
    number = str(body.get("id", "")) if isinstance(body, dict) else ""
    if not number.isdecimal():
        raise AnswerMalformed(f"{answer.question}: the answer does not name the new organisation's id.", "")
    return number


def _rights(change: Change, jira: OrganizationsClient) -> str:
    if change.op is Op.REMOVE_ORGANIZATION:
        return f"To remove one, {who(jira.endpoint)} must be a Jira administrator and an agent."
    return (
        f"Make {who(jira.endpoint)} an agent of the service project; where organisations are left to administrators "
        "(Applications > Jira Service Management > Configuration > Organisations), a Jira administrator too."
    )
