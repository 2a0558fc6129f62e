"""What refusals of Crowd's administrative REST mean: it wants a user who administers Crowd, not an application.

Nothing of an answer is quoted but Crowd's own `reason` and `message`: bodies may hold passwords.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from dirsync.errors import AnswerMalformed, DirectoryUnreadable, NotThatProduct, RightsMissing, Unreachable
from dirsync.facts.crowd_admin_records import record_of
from dirsync.facts.jira_refusals import LoginFailed

if TYPE_CHECKING:
    from dirsync.http import Answer

PRODUCT_HEADER: Final = "X-Embedded-Crowd-Version"
"""In every answer of Crowd's own (crowd-rest.md 1.1)."""
FORBIDDEN_ADDRESS: Final = re.compile(
    r'Client with address "?([^\s"]{1,60})"? is forbidden from making requests'
    r"(?: to the application, ([\w .-]{1,100}?)\.?(?:\s|$))?",
    re.IGNORECASE,
)
"""As the container's page says it (crowd-rest.md 1.1)."""


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
        return _forbidden(answer, said, who)
    if status == HTTPStatus.NOT_FOUND:
        why = "" if words else ": this version of Crowd does not serve it, or the address is not Crowd's"
        return NotThatProduct(f"{said}{why}.", f"Check {endpoint.setting('URL')}, and Crowd's version.")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        setting = endpoint.setting("RETRY_SECONDS")
        return Unreachable(f"{said}.", f"Exempt '{endpoint.username}' from rate limiting, or raise {setting}.")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unreachable(f"{said}.", "See atlassian-crowd.log, and try again later.")
    return DirectoryUnreadable(f"{said}.", "See atlassian-crowd.log for the reason.")


def _forbidden(answer: Answer, said: str, who: str) -> RightsMissing:
    """Tell a right that lacks from an address that is not let in (crowd-rest.md 1.1)."""
    endpoint = answer.endpoint
    address = FORBIDDEN_ADDRESS.search(answer.excerpt(length=2000))
    if address:
        return RightsMissing(
            f"{answer.question} answered HTTP {answer.status}: Crowd forbids this to the address {address[1]}, whoever "
            "asks.",
            f"In Crowd, add {address[1]} under Applications > {address[2] or 'crowd'} > Remote addresses.",
        )
    if answer.content_type() == "text/html":
        return RightsMissing(
            f"{said}, with a web page. That is not how Crowd refuses a user, so it may be about the address.",
            "See which addresses Crowd, its container and the proxy before it let in.",
        )
    return RightsMissing(
        f"{said}. Crowd refuses this to {who}, who has to administer Crowd.",
        f"Put '{endpoint.username}' into a group whose members administer Crowd (crowd-administrators, unless "
        "renamed).",
    )


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
