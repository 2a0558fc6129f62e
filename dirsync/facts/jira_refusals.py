"""What Jira's refusals mean: CAPTCHA after failed logins, login pages, a missing administrator permission."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from dirsync.errors import CredentialsRefused, DirectoryUnreadable, RightsMissing
from dirsync.http import refusal

if TYPE_CHECKING:
    from dirsync.http import Answer

DENIED_REASON = "X-Authentication-Denied-Reason"
LOGIN_REASON = "X-Seraph-LoginReason"
"""`AUTHENTICATED_FAILED` or `AUTHENTICATION_DENIED` when the name or password was wrong (jira-jsm.md 7)."""


class LoginFailed(CredentialsRefused):
    """The login itself failed, or a CAPTCHA stands before it; every further request would fail as well."""


def accepted(answer: Answer) -> Answer:
    """Return an answer of Jira if it is a success, else raise what it means."""
    if not answer.is_success:
        raise _refusal(answer)
    return answer


def _refusal(answer: Answer) -> DirectoryUnreadable:
    endpoint = answer.endpoint
    who = f"the account '{endpoint.username}'" if endpoint.username else "the account of this token"
    words = _words(answer)
    said = f"{answer.question} answered HTTP {answer.status}" + (f": {words}" if words else "")
    if "captcha" in answer.headers.get(DENIED_REASON, "").lower():
        return LoginFailed(
            f"{said}. Jira demands a CAPTCHA from {who} after failed logins.",
            "Log in to Jira once with a browser as this account and solve it, or let an administrator reset its "
            "failed login count; check the password in the settings first.",
        )
    if answer.status == HTTPStatus.UNAUTHORIZED:
        secret = endpoint.setting("TOKEN") if endpoint.token else endpoint.setting("PASSWORD")
        kind = LoginFailed if "AUTHENTICAT" in answer.headers.get(LOGIN_REASON, "") else CredentialsRefused
        return kind(f"{said}. Jira does not know {who} with this secret.", f"Check {secret}.")
    if answer.status == HTTPStatus.FORBIDDEN:
        return RightsMissing(
            f"{said}. Jira refuses this to {who}.",
            "Give it the global permission 'Jira Administrators', or declare the fact in mappings/estate.yaml.",
        )
    if answer.status == HTTPStatus.NOT_FOUND and answer.content_type().endswith("json"):
        return DirectoryUnreadable(f"{said}.", "Look in Jira whether what is asked for here still exists.")
    return refusal(answer)


def _words(answer: Answer) -> str:
    """Return Jira's own error messages, or the beginning of whatever else the body is."""
    try:
        body = json.loads(answer.body)
        messages = [*body["errorMessages"], *body.get("errors", {}).values()]
    except (ValueError, RecursionError, TypeError, KeyError, AttributeError):
        return answer.excerpt()
    line = " ".join(str(message) for message in messages)
    printable = "".join(character if character.isprintable() else " " for character in line)
    return answer.endpoint.scrub(printable).rstrip(".")[:300]
