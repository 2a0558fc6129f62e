"""What Jira's refusals mean: CAPTCHA after failed logins, login pages, a permission the account lacks."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from dirsync.errors import CredentialsRefused, DirectoryUnreadable, RightsMissing, Unreachable
from dirsync.http import refusal

if TYPE_CHECKING:
    from collections.abc import Collection

    from dirsync.http import Answer

DENIED_REASON = "X-Authentication-Denied-Reason"
LOGIN_REASON = "X-Seraph-LoginReason"
"""`AUTHENTICATED_FAILED` or `AUTHENTICATION_DENIED` when the name or password was wrong (jira-jsm.md 7)."""

ADMINISTER, SYSTEM_ADMIN = "ADMINISTER", "SYSTEM_ADMIN"
"""Keys of the global permissions 'Jira Administrators' and 'Jira System Administrators' (jira-jsm.md 2.2)."""


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
        return RightsMissing(f"{said}. Jira refuses this to {who}.", "Give it the permission to ask this.")
    if answer.status == HTTPStatus.NOT_FOUND and answer.content_type().endswith("json"):
        return DirectoryUnreadable(f"{said}.", "Look in Jira whether what is asked for here still exists.")
    return refusal(answer)


def explained(problem: DirectoryUnreadable, held: Collection[str] | None, otherwise: str) -> tuple[str, str]:
    """Return why a question was refused, and the cheapest way to know all the same.

    `held` are the global permissions of the account, None when it would not say; `otherwise` is the way round Jira.
    """
    why, remedy = problem.message, problem.remedy
    if isinstance(problem, RightsMissing):
        lacked, remedy = _rights(held)
        why = f"{why} {lacked}".strip()
    is_a_matter_of_asking = not isinstance(problem, Unreachable | LoginFailed)
    if otherwise and is_a_matter_of_asking:
        remedy = f"{remedy} Or {otherwise}." if remedy else f"{otherwise[0].upper()}{otherwise[1:]}."
    return why, remedy


def _rights(held: Collection[str] | None) -> tuple[str, str]:
    """Return what the account lacks, and what to do about it. A system administrator may what administrators may."""
    administrator = "Give it the global permission 'Jira Administrators'."
    if held is None:
        return "", administrator
    if SYSTEM_ADMIN in held:
        return (
            f"It holds {SYSTEM_ADMIN}, so something else refuses.",
            "Look for a permission in the project, an application that restricts REST, or a proxy before Jira.",
        )
    if ADMINISTER in held:
        return (
            f"It holds {ADMINISTER}, and not {SYSTEM_ADMIN}.",
            "Give it the global permission 'Jira System Administrators'.",
        )
    return f"It holds neither {ADMINISTER} nor {SYSTEM_ADMIN}.", administrator


def _words(answer: Answer) -> str:
    """Return Jira's own error messages, or the beginning of whatever else the body is.

    Jira sends `errorMessages` and `errors`, Jira Service Management one `errorMessage`.
    """
    try:
        body = json.loads(answer.body)
        one = body.get("errorMessage")
        messages = [one] if one else [*body["errorMessages"], *body.get("errors", {}).values()]
    except (ValueError, RecursionError, TypeError, KeyError, AttributeError):
        return answer.excerpt()
    line = " ".join(str(message) for message in messages)
    printable = "".join(character if character.isprintable() else " " for character in line)
    return answer.endpoint.scrub(printable).rstrip(".")[:300]
