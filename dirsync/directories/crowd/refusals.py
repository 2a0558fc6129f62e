"""What Crowd's errors mean (crowd-rest.md 1.1): its own 401, the two kinds of 403, and pages that are not its own."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from xml.parsers import expat

from dirsync.directories.crowd.guarded_xml import guarded_parser
from dirsync.errors import (
    AnswerMalformed,
    CredentialsRefused,
    DirectoryUnreadable,
    NotThatProduct,
    RightsMissing,
    Unreachable,
)
from dirsync.http import GATEWAY_TROUBLE, Answer, AnswerLost, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

PRODUCT_HEADER = "X-Embedded-Crowd-Version"
APPLICATION_REFUSED = "Application failed to authenticate"
FORBIDDEN_ADDRESS = re.compile(
    r'Client with address "?(?P<address>[^\s"]{1,60})"? is forbidden from making requests', re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class CrowdError:
    """Crowd's own error body. `reason` is data: new versions have new ones; empty when there was no such body."""

    reason: str = ""
    message: str = ""


def crowd_error(answer: Answer) -> CrowdError:
    """Return the `<error>` or JSON error in an answer; an empty one for anything else, such as an HTML page."""
    content_type = answer.content_type()
    if content_type.endswith("json"):
        return _from_json(answer)
    return _from_xml(answer) if content_type.endswith("xml") else CrowdError()


def _from_json(answer: Answer) -> CrowdError:
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return CrowdError()
    if not isinstance(body, dict):
        return CrowdError()
    return CrowdError(_shown(answer, body.get("reason")), _shown(answer, body.get("message")))


def _from_xml(answer: Answer) -> CrowdError:
    texts: dict[str, str] = {}
    inside: list[str] = []

    def text(said: str) -> None:
        if inside:
            texts[inside[-1]] = texts.get(inside[-1], "") + said

    parser = guarded_parser(answer.question)
    parser.StartElementHandler = lambda name, _attributes: inside.append(name)
    parser.EndElementHandler = lambda _name: inside.pop()
    parser.CharacterDataHandler = text
    try:
        parser.Parse(answer.body, True)
    except (expat.ExpatError, AnswerMalformed):
        return CrowdError()
    return CrowdError(_shown(answer, texts.get("reason")), _shown(answer, texts.get("message")))


def _shown(answer: Answer, text: object) -> str:
    """Return a server's words as one harmless line: no control characters, no secrets, not endless."""
    if not isinstance(text, str):
        return ""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return answer.endpoint.scrub(" ".join(printable.split()))[:500]


def refuse_errors_of_crowd(answer: Answer) -> None:
    """Raise what an answer means, unless it is Crowd's and a success."""
    refuse_strangers(answer)
    if not answer.is_success:
        raise refusal_of_crowd(answer)


def refuse_strangers(answer: Answer) -> None:
    """Raise unless Crowd itself has answered, and knows the application.

    Every answer of Crowd carries its header, so that its absence shows a proxy, a login page or a wrong URL.
    What stops every further question is raised here too: the application's password, its address.
    """
    address = _forbidden_address(answer)
    if address:
        raise _address_refused(answer, address)
    if answer.status == HTTPStatus.UNAUTHORIZED and _is_from_crowd(answer):
        raise _application_refused(answer)
    if _is_from_crowd(answer):
        return
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        # A proxy says so while Crowd is down or overloaded behind it; whether Crowd has acted, it does not say.
        problem = refusal(answer)
        raise AnswerLost(problem.message, problem.remedy) if answer.status in GATEWAY_TROUBLE else problem
    excerpt = answer.excerpt()
    raise NotThatProduct(
        f"{answer.question} answered HTTP {answer.status} without the header {PRODUCT_HEADER}, so this is not Crowd"
        + (f": {excerpt}" if excerpt else "."),
        f"Check {answer.endpoint.setting('URL')}: it ends where Crowd's path ends, as in "
        "https://crowd.example.com/crowd, and no login page or proxy may stand before it.",
    )


def _is_from_crowd(answer: Answer) -> bool:
    is_its_401 = answer.status == HTTPStatus.UNAUTHORIZED and APPLICATION_REFUSED in answer.excerpt()
    return PRODUCT_HEADER in answer.headers or is_its_401


def _forbidden_address(answer: Answer) -> str:
    if answer.status != HTTPStatus.FORBIDDEN:
        return ""
    # A container's page repeats the sentence in several places, after a long style sheet.
    found = FORBIDDEN_ADDRESS.search(answer.excerpt(length=2000))
    return found["address"] if found else ""


def _address_refused(answer: Answer, address: str) -> RightsMissing:
    application = answer.endpoint.username
    return RightsMissing(
        f"{answer.question}: Crowd forbids the application '{application}' to ask from the address {address}.",
        f"In Crowd, add {address} under Applications > {application} > Remote addresses.",
    )


def _application_refused(answer: Answer) -> CredentialsRefused:
    endpoint = answer.endpoint
    return CredentialsRefused(
        f"{answer.question}: Crowd does not know the application '{endpoint.username}' with this password. "
        "It wants the name and password of a Crowd application, not those of a user.",
        f"Check {endpoint.setting('APPLICATION')} and {endpoint.setting('PASSWORD')} against Crowd's "
        "Applications page; a new password there takes effect at once.",
    )


def refusal_of_crowd(answer: Answer) -> DirectoryUnreadable:
    """Return what an error status of Crowd means to somebody who wanted to read."""
    error = crowd_error(answer)
    said = f"{answer.question} answered HTTP {answer.status}{answer.effort}"
    words = f"{error.reason}: {error.message}" if error.message else error.reason
    said += f": {words or answer.excerpt()}".rstrip(": ")
    maker = MAKERS.get(answer.status, _other)
    return maker(answer, error, said)


def _forbidden(answer: Answer, error: CrowdError, said: str) -> DirectoryUnreadable:
    if not error.reason:
        return RightsMissing(
            said,
            "Look for a proxy that forbids this, and at the application's Remote addresses and Active flag in Crowd.",
        )
    return RightsMissing(
        said, f"In Crowd, look at the rights of the application '{answer.endpoint.username}' ({error.reason})."
    )


def _bad_question(answer: Answer, error: CrowdError, said: str) -> DirectoryUnreadable:
    del answer, error
    return DirectoryUnreadable(
        said, "If the mapping has a filter for this directory, it must be in Crowd's query language: active=true."
    )


def _not_there(answer: Answer, error: CrowdError, said: str) -> DirectoryUnreadable:
    del error
    return NotThatProduct(said, f"This needs Crowd 2.3 or later; check also {answer.endpoint.setting('URL')}.")


def _wrong_type(answer: Answer, error: CrowdError, said: str) -> DirectoryUnreadable:
    del answer, error
    return DirectoryUnreadable(said, "Look for a proxy that adds or changes the Content-Type of requests.")


def _too_many(answer: Answer, error: CrowdError, said: str) -> DirectoryUnreadable:
    del error, said
    return refusal(answer)


def _other(answer: Answer, error: CrowdError, said: str) -> DirectoryUnreadable:
    del error
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        kind = DirectoryUnreadable if answer.status == HTTPStatus.INTERNAL_SERVER_ERROR else Unreachable
        return kind(
            said, "Crowd, or a directory behind it, failed: see atlassian-crowd.log, and test the directory in Crowd."
        )
    return DirectoryUnreadable(said, "See atlassian-crowd.log for the reason.")


MAKERS: dict[int, Callable[[Answer, CrowdError, str], DirectoryUnreadable]] = {
    HTTPStatus.BAD_REQUEST: _bad_question,
    HTTPStatus.FORBIDDEN: _forbidden,
    HTTPStatus.NOT_FOUND: _not_there,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: _wrong_type,
    HTTPStatus.TOO_MANY_REQUESTS: _too_many,
}
