"""What came back, whole (`Answer`) or as a stream (`Stream`), and what an error status means by itself."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from dirsync.errors import (
    AnswerMalformed,
    CredentialsRefused,
    DirectoryUnreadable,
    NotThatProduct,
    RightsMissing,
    Unreachable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dirsync.http.endpoint import Endpoint

EXCERPT_LENGTH = 200
MARKUP = re.compile(r"<(script|style)\b.*?(</\1\s*>|$)|<[^>]*>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `headers` compare without case; `body` is empty while it is still streaming."""

    endpoint: Endpoint
    method: str
    path: str
    """Below the endpoint's URL, without the query."""
    status: int
    headers: Mapping[str, str]
    body: bytes = field(default=b"", repr=False)
    tries: int = 1
    seconds: float = 0.0

    @property
    def question(self) -> str:
        """Who was asked what, for messages: `customers: GET https://crowd.example.org/crowd/rest/…`."""
        return f"{self.endpoint.name}: {self.method} {self.endpoint.url}{self.path}"

    @property
    def is_success(self) -> bool:
        """Say whether the status is 2xx."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def effort(self) -> str:
        """How often it was tried, when more than once."""
        return f" (tried {self.tries} times over {self.seconds:.0f} s)" if self.tries > 1 else ""

    def content_type(self) -> str:
        """Return the media type in lower case, without parameters."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:  # noqa: ANN401 - JSON is what the server sends; the caller checks its shape
        """Return the parsed body; raise `NotThatProduct` for a web page, `AnswerMalformed` for broken JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            if self.content_type() == "text/html":
                raise NotThatProduct(
                    f"{self.question} answered with a web page instead of JSON: {self.excerpt()}",
                    f"Check {self.endpoint.setting('URL')}: this looks like a login page or a proxy.",
                ) from None
            what = "too deeply nested" if isinstance(error, RecursionError) else f"not whole JSON ({error})"
            raise AnswerMalformed(
                f"{self.question}: the answer of {len(self.body):,} bytes is {what}.",
                "Try again; if it stays so, look for a proxy that cuts answers off.",
            ) from None

    def excerpt(self, length: int = EXCERPT_LENGTH) -> str:
        """Return the beginning of the body as one line of harmless text, without markup and secrets."""
        # Cut before the markup is removed, so that a huge error page costs nothing.
        text = self.body[: 50 * length].decode("utf-8", errors="replace")
        plain = html.unescape(MARKUP.sub(" ", text)) if "<" in text else text
        # A hostile page must not steer the admin's terminal.
        printable = "".join(character if character.isprintable() else " " for character in plain)
        return self.endpoint.scrub(" ".join(printable.split()))[:length]


class Stream:
    """An answer whose body is still coming; iterate to get it in pieces. Its head is an `Answer` without body.

    Iterating raises `AnswerCutOff` when the body ends early and `AnswerLost` when the line falls silent.
    """

    def __init__(self, head: Answer, chunks: Iterator[bytes]) -> None:
        self.head = head
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        """Yield the body's bytes as they come."""
        return self._chunks


def refuse_errors(answer: Answer) -> None:
    """Raise what `refusal` makes of an answer, unless it is a success."""
    if not answer.is_success:
        raise refusal(answer)


def refusal(answer: Answer) -> DirectoryUnreadable:
    """Return what an error status says by itself, whatever the product."""
    endpoint, status = answer.endpoint, answer.status
    said = f"{answer.question} answered HTTP {status}{answer.effort}"
    excerpt = answer.excerpt()
    said += f": {excerpt}" if excerpt else "."
    kinds: dict[int, tuple[type[DirectoryUnreadable], str]] = {
        HTTPStatus.UNAUTHORIZED: (CredentialsRefused, "Check the name and the password or token in the settings."),
        HTTPStatus.FORBIDDEN: (RightsMissing, "Give this account the right to ask that."),
        HTTPStatus.NOT_FOUND: (NotThatProduct, f"Check {endpoint.setting('URL')}, and the product's version."),
        HTTPStatus.PROXY_AUTHENTICATION_REQUIRED: (
            Unreachable,
            "Give HTTPS_PROXY a name and password, or set NO_PROXY.",
        ),
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE: (DirectoryUnreadable, "Look for a proxy that changes request headers."),
        HTTPStatus.TOO_MANY_REQUESTS: (Unreachable, _patience(answer)),
    }
    if status in kinds:
        kind, remedy = kinds[status]
        return kind(said, remedy)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unreachable(said, "The server failed at this; look into its log, and try again later.")
    return DirectoryUnreadable(said, "Look into the server's log for the reason.")


def _patience(answer: Answer) -> str:
    asked = answer.headers.get("Retry-After", "")
    wanted = f"It asks to wait until {asked} (Retry-After). " if asked and not asked.isdigit() else ""
    wanted = f"It asks to wait {asked} s (Retry-After). " if asked.isdigit() else wanted
    return f"{wanted}Exempt this account from rate limiting, or raise {answer.endpoint.setting('RETRY_SECONDS')}."
