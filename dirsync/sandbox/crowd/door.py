"""The way into the emulated Crowd: who calls, from where, in which format, and how answers and refusals leave."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.responses import Response, StreamingResponse

from dirsync.sandbox.crowd import bodies, xml_out
from dirsync.sandbox.crowd.calls import Answer, Call
from dirsync.sandbox.crowd.directory import compared
from dirsync.sandbox.crowd.refusals import HtmlRefusal, Refusal
from dirsync.sandbox.crowd.representation import Listing, Representation, json_pieces
from dirsync.sandbox.crowd.routes import ROUTES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping
    from threading import RLock

    from starlette.requests import Request

    from dirsync.sandbox.crowd.application import Application
    from dirsync.sandbox.crowd.routes import Handler
    from dirsync.sandbox.state import SandboxState

JSON, XML = "application/json", "application/xml"
READERS = {JSON: bodies.read_json, XML: bodies.read_xml, "text/xml": bodies.read_xml}
ACCEPTED_ON_GET = frozenset({"", JSON, XML})
"""python-crowd and atlassian-python-api send these two on every GET and work; Crowd 2.6.0 was recorded to refuse
`text/xml` on a GET with 415."""
USER_MANAGEMENT_VERSION = "1.3"
CHUNK = 64 * 1024
LONGEST_AT_ONCE = 1000
"""A longer list is sent while it is being drawn."""
WITH_TOKEN = frozenset({"session", "event"})
"""Paths that end in a token, the only thing that stands in a path."""


class NotAuthenticated(Exception):
    """The application's own name or password is wrong."""


@dataclass(frozen=True)
class CrowdDoor:
    """Answers requests to `/crowd/rest/usermanagement/{version}/{path}`."""

    state: SandboxState

    async def answer(self, request: Request) -> Response:
        """Answer one request; every way out of Crowd carries its version header."""
        body = await request.body()
        try:
            response = self._admitted(request, body)
        except NotAuthenticated:
            response = _not_authenticated()
        else:
            # A client that keeps its cookies is spared a new session, as by the real container.
            if "JSESSIONID" not in request.cookies:
                cookie = f"JSESSIONID={secrets.token_hex(16).upper()}; Path=/crowd; HttpOnly"
                response.headers["Set-Cookie"] = cookie
        response.headers["X-Embedded-Crowd-Version"] = f"Crowd/{self.state.crowd_version}"
        response.headers["X-Crowd-User-Management-Version"] = USER_MANAGEMENT_VERSION
        return response

    def _admitted(self, request: Request, body: bytes) -> Response:
        application = self._caller(request.headers.get("Authorization", ""))
        path, media_type = request.path_params["path"], ""
        try:
            _check_address(application, request)
            path, media_type = _wanted_format(path, request.headers.get("Accept", "*/*"))
            handler, token = _handler(request.method, path)
            read = _body_reader(request)
            _check_format(path, media_type)
            draw = Representation(f"{request.base_url}crowd/rest/usermanagement/1", self.state.crowd_number)
            with self.state.lock:
                call = Call(self.state, application, request.query_params, read(body) if body else {}, draw, token)
                return _response(handler(call), media_type, self.state.lock)
        except RecursionError:
            return _html_page(HtmlRefusal(400, "The body is nested too deep"))
        except HtmlRefusal as refusal:
            return _html_page(refusal)
        except Refusal as refusal:
            error = {"reason": refusal.reason, "message": refusal.message}
            return _response(Answer(refusal.status, "error", error), media_type or XML, self.state.lock)

    def _caller(self, header: str) -> Application:
        scheme, _, encoded = header.partition(" ")
        try:
            name, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise NotAuthenticated from None
        application = self.state.applications.get(compared(name))
        if scheme.lower() != "basic" or not colon or application is None:
            raise NotAuthenticated
        if not hmac.compare_digest(application.password.encode(), password.encode()):
            raise NotAuthenticated
        return application


def _check_address(application: Application, request: Request) -> None:
    address = request.client.host if request.client else ""
    if not application.accepts_calls_from(address):
        message = f'Client with address "{address}" is forbidden from making requests to the application, '
        raise HtmlRefusal(403, f"{message}{application.name}.")


def _check_format(path: str, media_type: str) -> None:
    if not media_type and path != "group/membership":
        raise HtmlRefusal(406, "Only application/json and application/xml can be produced")


def _wanted_format(path: str, accept: str) -> tuple[str, str]:
    """Return the path without `.json` or `.xml`, and the media type to answer with; empty if none is acceptable."""
    for suffix, media_type in ((".json", JSON), (".xml", XML)):
        if path.endswith(suffix):
            return path.removesuffix(suffix), media_type
    best, best_quality = "", 0.0
    for part in accept.split(","):
        wanted, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((_number(each[2:]) for each in parameters if each.startswith("q=")), 1.0)
        media_type = {"*/*": XML, "application/*": XML, "text/xml": XML, JSON: JSON, XML: XML}.get(wanted.lower(), "")
        if media_type and quality > best_quality:
            best, best_quality = media_type, quality
    return path, best


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _handler(method: str, path: str) -> tuple[Handler, str]:
    kind, _, token = path.partition("/")
    token = token if kind in WITH_TOKEN else ""
    methods = ROUTES.get(f"{kind}/{{token}}" if token else path)
    if methods is None:
        raise HtmlRefusal(404, f"Nothing is here: {path}")
    if method not in methods:
        raise HtmlRefusal(405, f"{method} is not possible here; there is {', '.join(methods)}")
    return methods[method], token


def _body_reader(request: Request) -> Any:  # noqa: ANN401 - one of READERS
    media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if request.method == "GET":
        if media_type not in ACCEPTED_ON_GET:
            raise HtmlRefusal(415, f"A GET has no body of type {media_type}")
        return lambda _: {}
    if media_type in READERS:
        return READERS[media_type]

    def refuse(_: bytes) -> Mapping[str, Any]:
        raise HtmlRefusal(415, f"A body of type {media_type or 'unknown'} can't be read")

    return refuse


def _response(answer: Answer, media_type: str, lock: RLock) -> Response:
    headers = {"Cache-Control": "no-cache, no-store, no-transform"}
    if answer.location:
        headers["Location"] = answer.location
    if answer.stream is not None:
        return StreamingResponse(_chunks(answer.stream, lock), answer.status, headers, f"{XML};charset=UTF-8")
    if not answer.root:
        # The npm client takes an answer without a type for a stranger's, but for 204, and works with Crowd.
        with_type = {} if answer.status == HTTPStatus.NO_CONTENT else {"Content-Type": media_type}
        return Response(status_code=answer.status, headers=headers | with_type)
    pieces = json_pieces(answer.data) if media_type == JSON else xml_out.document(answer.root, answer.data)
    if any(isinstance(value, Listing) and len(value) > LONGEST_AT_ONCE for value in answer.data.values()):
        return StreamingResponse(_chunks(pieces, lock), answer.status, headers, media_type)
    return Response("".join(pieces).encode(), answer.status, headers, media_type)


async def _chunks(pieces: Iterator[str], lock: RLock) -> AsyncIterator[bytes]:
    while True:
        waiting: list[str] = []
        size = 0
        with lock:
            for piece in pieces:
                waiting.append(piece)
                size += len(piece)
                if size >= CHUNK:
                    break
        if not waiting:
            return
        yield "".join(waiting).encode()


def _not_authenticated() -> Response:
    challenge = {"WWW-Authenticate": 'BASIC realm="Crowd REST Service"'}
    content_type = "text/plain;charset=UTF-8"
    return Response("Application failed to authenticate", 401, {**challenge, "Content-Type": content_type})


def _html_page(refusal: HtmlRefusal) -> Response:
    title = f"HTTP Status {refusal.status} - {HTTPStatus(refusal.status).phrase}"
    page = (
        f'<!doctype html><html lang="en"><head><title>{title}</title></head><body><h1>{title}</h1>'
        f"<p><b>Message</b> {escape(refusal.message)}</p></body></html>"
    )
    return Response(page.encode(), refusal.status, {"Content-Type": "text/html;charset=utf-8"})
