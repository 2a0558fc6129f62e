"""Every way a request can fail on the way, as an error an admin can act on, and whether to try it again."""

from __future__ import annotations

import re
import socket
import ssl
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from requests import exceptions as failures

from dirsync.errors import AnswerMalformed, DirsyncError, NotThatProduct, Unreachable, UsageInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.http.endpoint import Endpoint


class AnswerLost(Unreachable):
    """The request left and no answer came back: it may have been carried out."""


class AnswerCutOff(AnswerMalformed):
    """The answer began and broke off: what was asked has been carried out."""


class Repeat(Enum):
    """When a failed request may be sent again."""

    NEVER = "never"
    IF_HARMLESS = "if harmless"
    """It may have acted: only where doing it twice is doing it once (GET, PUT, DELETE)."""
    ALWAYS = "always"
    """It provably did not act."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed try."""

    kind: type[DirsyncError]
    what: str
    """Reads on after `<name>: <METHOD> <URL>`."""
    remedy: str
    repeat: Repeat = Repeat.NEVER

    def as_error(self, question: str, effort: str) -> DirsyncError:
        """Return it as an error about a question, saying how often it was tried."""
        return self.kind(f"{question} {self.what}{effort}.", self.remedy)


def failure_of(problem: BaseException, endpoint: Endpoint) -> Failure:
    """Say what any exception of `requests` means to an admin.

    Its own text is never shown: it may hold the header with the token (InvalidHeader) or a proxy's password.
    """
    if isinstance(problem, failures.SSLError):
        return _tls(problem, endpoint)
    for kinds, failure in FAILURES:
        if isinstance(problem, kinds):
            return _named(failure, endpoint)
    if isinstance(problem, failures.Timeout):
        return _silence(problem, endpoint)
    if isinstance(problem, failures.ConnectionError):
        return _connection(problem, endpoint)
    what = f"failed ({type(problem).__name__})"
    return _named(Failure(Unreachable, what, "Check {URL}, and report this if it stays so."), endpoint)


FAILURES: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], Failure], ...] = (
    (
        failures.ProxyError,
        Failure(Unreachable, "could not pass the proxy", "Check HTTPS_PROXY and NO_PROXY.", Repeat.IF_HARMLESS),
    ),
    (
        failures.ConnectTimeout,
        Failure(
            Unreachable,
            "found nobody listening within {connect_timeout:g} s",
            "Check {URL} and the firewall, or raise {CONNECT_TIMEOUT}.",
            Repeat.ALWAYS,
        ),
    ),
    (failures.RetryError, Failure(Unreachable, "failed too often", "Try again later.", Repeat.IF_HARMLESS)),
    (
        failures.ChunkedEncodingError,
        Failure(AnswerCutOff, "broke off", "Try again; look for a proxy that cuts answers off.", Repeat.IF_HARMLESS),
    ),
    (
        failures.ContentDecodingError,
        Failure(AnswerMalformed, "answered in a broken compression", "Look for a proxy that repacks answers."),
    ),
    (
        failures.InvalidJSONError,
        Failure(AnswerMalformed, "answered with something that is not JSON", "Check {URL}."),
    ),
    (
        failures.TooManyRedirects,
        Failure(NotThatProduct, "answered with redirects in a circle", "Check {URL}."),
    ),
    (
        failures.InvalidHeader,
        Failure(
            UsageInvalid,
            "could not be sent: the name, password or token holds a line break or another character HTTP can't carry",
            "Check {PASSWORD} or {TOKEN} for line breaks.",
        ),
    ),
    (
        failures.InvalidProxyURL,
        Failure(UsageInvalid, "could not be sent: the proxy's URL is not one", "Correct HTTPS_PROXY or HTTP_PROXY."),
    ),
    (
        (failures.URLRequired, failures.MissingSchema, failures.InvalidSchema, failures.InvalidURL),
        Failure(UsageInvalid, "could not be sent: the URL is not one", "Correct {URL}."),
    ),
    (failures.HTTPError, Failure(Unreachable, "was answered with an error", "Look into the server's log.")),
    (
        UnicodeError,
        Failure(
            UsageInvalid,
            "could not be sent: a name in it holds half a character (a lone surrogate)",
            "Correct the name where it comes from.",
        ),
    ),
)
"""The first that fits counts. Texts name settings as `{LEAF}` and the endpoint's time-outs."""

WAITED = re.compile(r"read timeout=([0-9.]+)")
LEAVES = ("URL", "CONNECT_TIMEOUT", "READ_TIMEOUT", "PASSWORD", "TOKEN", "CA_FILE")


def _named(failure: Failure, endpoint: Endpoint) -> Failure:
    """Fill the settings' full names into a Failure's texts."""
    words: dict[str, object] = {leaf: endpoint.setting(leaf) for leaf in LEAVES}
    words |= {
        "host": endpoint.host,
        "connect_timeout": endpoint.connect_timeout,
        "read_timeout": endpoint.read_timeout,
    }
    return replace(failure, what=failure.what.format_map(words), remedy=failure.remedy.format_map(words))


def bytes_that_came(problem: BaseException) -> int | None:
    """Return how many bytes of a body had come when it broke off, where urllib3 has counted them."""
    counts = (getattr(cause, "partial", None) for cause in _causes(problem))
    return next((count for count in counts if isinstance(count, int)), None)


def _silence(problem: BaseException, endpoint: Endpoint) -> Failure:
    # During the TLS handshake urllib3 waits for the connect time-out, and calls that a read time-out too.
    waited = next(filter(None, (WAITED.search(str(cause)) for cause in _causes(problem))), None)
    return Failure(
        AnswerLost,
        f"got no answer for {waited[1] if waited else format(endpoint.read_timeout, 'g')} s",
        f"Look at the server's load, or raise {endpoint.setting('READ_TIMEOUT')}.",
        Repeat.IF_HARMLESS,
    )


def _connection(problem: BaseException, endpoint: Endpoint) -> Failure:
    causes = tuple(_causes(problem))
    url = endpoint.setting("URL")
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        what = "found nobody listening: connection refused"
        return Failure(Unreachable, what, f"Start the server, or correct host and port in {url}.", Repeat.ALWAYS)
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        what = f"could not find the host '{endpoint.host}'"
        return Failure(Unreachable, what, f"Correct the host in {url}, or look at the name service.", Repeat.ALWAYS)
    if any("Read timed out" in str(cause) or isinstance(cause, TimeoutError) for cause in causes):
        return _silence(problem, endpoint)
    return Failure(
        AnswerLost,
        "lost the connection before the answer was there",
        "Look whether the server has just been restarted, and try again.",
        Repeat.IF_HARMLESS,
    )


def _tls(problem: BaseException, endpoint: Endpoint) -> Failure:
    for cause in _causes(problem):
        if isinstance(cause, ssl.SSLCertVerificationError):
            remedy = "Renew the certificate, or use the host name it is made for."
            if cause.verify_code in UNTRUSTED:
                remedy = f"Name the authority that signed it in {endpoint.setting('CA_FILE')}."
            return Failure(Unreachable, f"does not trust the server's certificate: {cause.verify_message}", remedy)
        if isinstance(cause, ssl.SSLEOFError):
            return Failure(
                AnswerLost, "lost the TLS connection", "Look at the server, and try again.", Repeat.IF_HARMLESS
            )
    reason = next((cause.reason for cause in _causes(problem) if isinstance(cause, ssl.SSLError) and cause.reason), "")
    detail = f" ({reason.replace('_', ' ').lower()})" if reason else ""
    return Failure(
        Unreachable,
        f"could not agree on TLS{detail}",
        f"Check whether {endpoint.setting('URL')} should begin with http, and {endpoint.setting('CA_FILE')}.",
    )


UNTRUSTED = frozenset({2, 18, 19, 20, 21})
"""OpenSSL's X509_V_ERR_… codes for "no known authority signed this" (openssl-verification-options(1))."""


def _causes(problem: BaseException) -> Iterator[BaseException]:
    """Yield an exception and all that led to it; urllib3 hides the real reason several layers deep."""
    waiting, seen = [problem], set[int]()
    while waiting:
        cause = waiting.pop()
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        linked = (cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args)
        waiting += [link for link in linked if isinstance(link, BaseException)]
