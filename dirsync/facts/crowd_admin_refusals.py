"""What refusals of Crowd's administrative REST mean: it wants a user who administers Crowd, not an application.

Nothing of an answer is quoted but Crowd's own `reason` and `message`: bodies may hold passwords.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from dirsync.errors import AnswerMalformed, DirectoryUnreadable, NotThatProduct, RightsMissing, Unreachable
from dirsync.facts.crowd_admin_records import record_of
from dirsync.facts.jira_refusals import LoginFailed

if TYPE_CHECKING:
    from dirsync.http import Answer


def accepted(answer: Answer) -> Answer:
    """Return an answer if it is a success, else raise what it means."""
    if not answer.is_success:
        raise refused(answer)
    return answer


def refused(answer: Answer, *, quotes_crowd: bool = True) -> DirectoryUnreadable:
    """Return what an error status means; what a plug-in of somebody else says is better not quoted."""
    endpoint, status = answer.endpoint, answer.status
    who = f"the user '{endpoint.username}'"
    words = _words(answer) if quotes_crowd else ""
    said = f"{answer.question} answered HTTP {status}{answer.effort}{words}"
    if status == HTTPStatus.UNAUTHORIZED:
        return LoginFailed(
            f"{said}. Crowd does not know {who} with this password. It wants a user who administers Crowd, not the "
            "name and password of a Crowd application.",
            f"Check {endpoint.setting('USERNAME')} and {endpoint.setting('PASSWORD')}.",
        )
    if status == HTTPStatus.FORBIDDEN:
        return RightsMissing(
            f"{said}. Crowd refuses this to {who}, who has to administer Crowd.",
            f"Put '{endpoint.username}' into a group whose members administer Crowd (crowd-administrators, unless "
            "renamed).",
        )
    if status == HTTPStatus.NOT_FOUND:
        why = "" if words else ": this version of Crowd does not serve it, or the address is not Crowd's"
        return NotThatProduct(f"{said}{why}.", f"Check {endpoint.setting('URL')}, and Crowd's version.")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        setting = endpoint.setting("RETRY_SECONDS")
        return Unreachable(f"{said}.", f"Exempt '{endpoint.username}' from rate limiting, or raise {setting}.")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unreachable(f"{said}.", "See atlassian-crowd.log, and try again later.")
    return DirectoryUnreadable(f"{said}.", "See atlassian-crowd.log for the reason.")


def explained_by_crowd(problem: DirectoryUnreadable, _held: Any, otherwise: str) -> tuple[str, str]:  # noqa: ANN401 - as `Questions.explain`
    """Return why a question was refused, and the cheapest way to know all the same."""
    remedy = problem.remedy
    if otherwise and not isinstance(problem, Unreachable | LoginFailed):
        remedy = f"{remedy} Or {otherwise}." if remedy else f"{otherwise[0].upper()}{otherwise[1:]}."
    return problem.message, remedy


def _words(answer: Answer) -> str:
    """Return Crowd's own reason and message, as the end of a sentence."""
    try:
        record = record_of(answer)
    except AnswerMalformed:
        return ""
    words = ": ".join(text for text in (record.text("reason"), record.text("message")) if text)
    printable = "".join(character if character.isprintable() else " " for character in words)
    return f": {answer.endpoint.scrub(printable).rstrip('.')[:300]}" if words else ""
