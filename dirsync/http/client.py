"""Asking over HTTP: one session, both time-outs, and repetitions within a budget of seconds."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urlencode, urljoin, urlsplit

import requests
import tenacity

from dirsync.errors import AnswerMalformed, DirsyncError, NotThatProduct, Unreachable
from dirsync.http.answers import Answer, Stream, refuse_errors
from dirsync.http.failures import AnswerCutOff, Failure, Repeat, bytes_that_came, failure_of
from dirsync.http.line import Line
from dirsync.http.throttle import PatienceEnded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dirsync.http.endpoint import Endpoint
    from dirsync.http.throttle import Throttle

HARMLESS = frozenset({"GET", "HEAD", "PUT", "DELETE"})
"""Methods that may be sent twice: doing it again changes nothing (RFC 9110, 9.2.2)."""
GATEWAY_TROUBLE = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT})
CHUNK = 64 * 1024
ERROR_BODY_LIMIT = 64 * 1024
BODY_LIMIT = 256 * 1024 * 1024
"""An answer that is held in memory may be this big; a page of 100,000 users is about 60 MB."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 8.0
OVERLOAD = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
NOT_ASKED = Failure(
    Unreachable,
    "was not asked any more: it waited for its turn with a server that asks for patience, and the run ends",
    "The next run looks how it is there, and goes on.",
)


@dataclass(frozen=True, slots=True)
class _Try:
    """How one try ended: with an answer (and its open response, when streaming) or a failure."""

    answer: Answer | None = None
    response: requests.Response | None = None
    failure: Failure | None = None
    repeat: Repeat = Repeat.NEVER
    wait: float = 0.0
    """Seconds the server asks to wait."""


class _BrokeOff(Exception):
    """A body ended early; says what the failure was and how much had come."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.what)
        self.failure = failure


def utc_now() -> datetime:
    """Return the time of day, aware of its zone."""
    return datetime.now(UTC)


class HttpClient:
    """Asks one endpoint. Not for several threads at once: each has a client of its own.

    `check` is shown every answer of `get`, `get_json` and `stream` and raises what it means to the product;
    `send` returns any answer, whatever its status. All of them raise `Unreachable` (as `AnswerLost` when the
    request may have been carried out), `AnswerMalformed` for broken or cut-off bodies, and `NotThatProduct`
    for redirects, which are never followed: they would carry the credentials elsewhere.
    The constructor raises `UsageInvalid` when credentials would travel in clear; `headers` go with every request.
    A `throttle` is shared by all clients of one server, so that a 429 or 503 to one of them slows them all; once it
    ends, nobody waits any longer, and `Unreachable` says so. `may_repeat_posts`: the receiver knows each POST by an id,
    so that one sent twice counts once. `sleep`, `clock` (seconds) and `now` are there for tests.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        check: Callable[[Answer], None] = refuse_errors,
        headers: Mapping[str, str] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
        throttle: Throttle | None = None,
        may_repeat_posts: bool = False,
    ) -> None:
        endpoint.refuse_plaintext()
        self.endpoint = endpoint
        self.requests_sent = 0
        self._check, self._clock, self._now = check, clock, now
        self._throttle = throttle
        self._repeatable = HARMLESS | ({"POST"} if may_repeat_posts else set())
        self._sleep = throttle.sleep if throttle else sleep
        self._line = Line(endpoint, headers or {})
        self._began = 0.0
        """When the question under way was first sent: waiting for one's turn is not held against it."""

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close its connections."""
        self.close()

    def close(self) -> None:
        """Close its connections; it may still be used and opens new ones."""
        self._line.close()

    def get(self, path: str, params: Mapping[str, str] | None = None, accept: str = "application/json") -> Answer:
        """Return an answer that `check` has accepted."""
        answer = self.send("GET", path, params, accept=accept)
        self._check(answer)
        return answer

    def get_json(self, path: str, params: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - as Answer.json
        """Return the parsed body of an answer that `check` has accepted."""
        return self.get(path, params).json()

    def send(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        body: object = None,
        accept: str = "application/json",
    ) -> Answer:
        """Send a request and return whatever answer came at last.

        `body` goes as JSON, but bytes as they are, of the type that the client's headers name; None is no body.
        """
        ended, _ = self._repeat(method, path, params, body, accept, streamed=False)
        return ended

    @contextmanager
    def stream(
        self, path: str, params: Mapping[str, str] | None = None, accept: str = "application/json"
    ) -> Iterator[Stream]:
        """Open a GET whose body is read piece by piece, once `check` has accepted its head.

        Only the opening is repeated; a body that breaks off raises while it is iterated.
        """
        answer, response = self._repeat("GET", path, params, None, accept, streamed=True)
        try:
            self._check(answer)
            yield Stream(answer, self._named_chunks(answer, response))
        finally:
            if response is not None:
                response.close()

    def _named_chunks(self, answer: Answer, response: requests.Response | None) -> Iterator[bytes]:
        try:
            yield from _chunks(response, self.endpoint) if response is not None else ()
        except _BrokeOff as broke:
            raise broke.failure.as_error(answer.question, "") from None

    def _repeat(
        self, method: str, path: str, params: Mapping[str, str] | None, body: object, accept: str, *, streamed: bool
    ) -> tuple[Answer, requests.Response | None]:
        """Try until there is an answer to keep or the budget is spent."""
        path = f"/{path.lstrip('/')}"
        question = f"{self.endpoint.name}: {method} {self.endpoint.url}{path}"
        ask = partial(self._try, method, path, params, body, accept, streamed=streamed)

        def is_worth_repeating(tried: _Try) -> bool:
            return tried.repeat is Repeat.ALWAYS or (tried.repeat is Repeat.IF_HARMLESS and method in self._repeatable)

        tried, tries = ask(is_first=True), 1
        if is_worth_repeating(tried):
            tried, tries = self._again(ask, tried, is_worth_repeating)
        seconds = self._clock() - self._began
        if tried.answer is None:
            effort = f" (tried {tries} times over {seconds:.0f} s)" if tries > 1 else ""
            failure = tried.failure or Failure(DirsyncError, "failed", "")
            raise failure.as_error(question, effort)
        return replace(tried.answer, tries=tries, seconds=seconds), tried.response

    def _again(
        self, ask: Callable[[], _Try], first: _Try, is_worth_repeating: Callable[[_Try], bool]
    ) -> tuple[_Try, int]:
        """Ask until there is an answer to keep or the budget is spent; return how it ended and the number of tries."""
        waiting = [first]

        def wait(state: tenacity.RetryCallState) -> float:
            # Not less than our own wait: Jira says Retry-After: 0 while tokens remain (jira-jsm.md 7).
            return max(growing_wait(state), _outcome(state).wait)

        def budget_is_spent(state: tenacity.RetryCallState) -> bool:
            took = self._clock() - self._began + state.upcoming_sleep
            return took > self.endpoint.retry_seconds or (self._throttle is not None and self._throttle.is_ending)

        growing_wait = tenacity.wait_exponential(multiplier=FIRST_WAIT, max=LONGEST_WAIT)
        retrying = tenacity.Retrying(
            sleep=self._sleep,
            stop=budget_is_spent,
            wait=wait,
            retry=tenacity.retry_if_result(is_worth_repeating),
            retry_error_callback=_outcome,
        )
        tried: _Try = retrying(lambda: waiting.pop() if waiting else ask())
        return tried, int(retrying.statistics["attempt_number"])

    def _try(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        body: object,
        accept: str,
        *,
        streamed: bool,
        is_first: bool = False,
    ) -> _Try:
        try:
            sent_at = self._throttle.enter() if self._throttle else 0.0
        except PatienceEnded:
            return _Try(failure=NOT_ASKED)
        self.requests_sent += 1
        if is_first:
            self._began = self._clock()
        headers = {"Accept": accept}
        data = None
        if isinstance(body, bytes):
            data = body
        elif body is not None:
            headers["Content-Type"], data = "application/json", json.dumps(body).encode()
        try:
            # %20, not +, for a space: a raw + reads as a space in Crowd (crowd-rest.md 1).
            query = f"?{urlencode(params, quote_via=quote, safe='')}" if params else ""
            response = self._line.send(method, path + query, headers, data)
        except (requests.RequestException, OSError, ValueError) as problem:
            failure = failure_of(problem, self.endpoint)
            return _Try(failure=failure, repeat=failure.repeat)
        answer = Answer(self.endpoint, method, path, response.status_code, response.headers)
        if streamed and answer.is_success:
            return _Try(answer, response)
        try:
            answer = replace(answer, body=_body(response, self.endpoint, is_error=not answer.is_success))
        except _BrokeOff as broke:
            return _Try(failure=broke.failure, repeat=broke.failure.repeat)
        finally:
            response.close()
        _refuse_redirect(answer)
        asked = _seconds_to_wait(answer.headers.get("Retry-After", ""), self._now())
        if self._throttle and answer.status in OVERLOAD:
            self._throttle.refused(sent_at, max(asked or 0.0, FIRST_WAIT))
        elif self._throttle:
            self._throttle.answered()
        return _Try(answer, repeat=_repeat_after(answer.status, asks=asked is not None), wait=asked or 0.0)


def _outcome(state: tenacity.RetryCallState) -> _Try:
    if state.outcome is None:
        raise DirsyncError("tenacity asked about a try that was never made.")
    tried: _Try = state.outcome.result()
    return tried


def _repeat_after(status: int, *, asks: bool) -> Repeat:
    if status == HTTPStatus.TOO_MANY_REQUESTS or (status == HTTPStatus.SERVICE_UNAVAILABLE and asks):
        return Repeat.ALWAYS
    return Repeat.IF_HARMLESS if status in GATEWAY_TROUBLE else Repeat.NEVER


def _seconds_to_wait(retry_after: str, now: datetime) -> float | None:
    """Return what Retry-After asks for, which is seconds or a date (RFC 9110, 10.2.3); None when it asks nothing."""
    text = retry_after.strip()
    try:
        if text.isdigit():
            return float(text)
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return max(0.0, (until if until.tzinfo else until.replace(tzinfo=UTC)).timestamp() - now.timestamp())


def _refuse_redirect(answer: Answer) -> None:
    if not HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST:
        return
    endpoint = answer.endpoint
    target = urlsplit(urljoin(f"{endpoint.url}{answer.path}", answer.headers.get("Location", "")))
    # Without query and user: they may carry sessions and names.
    shown = endpoint.scrub(f"{target.scheme}://{target.hostname}{target.path}")
    where = f"sends us on to {shown}" if "Location" in answer.headers else "sends us on to nowhere"
    what = ", which looks like a login page" if "login" in target.path.lower() else ""
    raise NotThatProduct(
        f"{answer.question} {where} (HTTP {answer.status}){what}. Redirects are not followed: "
        "they would carry the password elsewhere.",
        f"Check {endpoint.setting('URL')}: name the product itself, with the right scheme and path.",
    )


def _body(response: requests.Response, endpoint: Endpoint, *, is_error: bool) -> bytes:
    """Read a body into memory; of an error only the beginning, for nobody reads more of it."""
    body = bytearray()
    for chunk in _chunks(response, endpoint):
        body += chunk
        if is_error and len(body) >= ERROR_BODY_LIMIT:
            break
        if len(body) > BODY_LIMIT:
            what = f"answered with more than {BODY_LIMIT // 1024**2} MiB"
            raise _BrokeOff(Failure(AnswerMalformed, what, "Ask for smaller pages."))
    return bytes(body)


def _chunks(response: requests.Response, endpoint: Endpoint) -> Iterator[bytes]:
    """Yield a body, and tell how much of it came when it breaks off."""
    came = 0
    try:
        for chunk in response.iter_content(CHUNK):
            came += len(chunk)
            yield chunk
    except (requests.RequestException, OSError, ValueError) as problem:
        failure = failure_of(problem, endpoint)
        came = bytes_that_came(problem) or came
        announced = response.headers.get("Content-Length", "")
        of_all = f" of {int(announced):,}" if announced.isdecimal() and announced.isascii() else ""
        if failure.kind is AnswerCutOff:
            raise _BrokeOff(replace(failure, what=f"broke off after {came:,}{of_all} bytes")) from None
        raise _BrokeOff(replace(failure, what=f"{failure.what}, after {came:,}{of_all} bytes had come")) from None
