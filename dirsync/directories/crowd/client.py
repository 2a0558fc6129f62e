"""Crowd's `usermanagement` as questions and requests; reading and writing share it."""

from __future__ import annotations

import time
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from dirsync.directories.crowd.memberships import Membership, read_memberships
from dirsync.directories.crowd.refusals import (
    PRODUCT_HEADER,
    refusal_of_crowd,
    refuse_errors_of_crowd,
    refuse_strangers,
)
from dirsync.errors import AnswerMalformed
from dirsync.http import HttpClient
from dirsync.model.names import same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dirsync.http import Answer, Endpoint, Throttle

BASE = "/rest/usermanagement/1"


class CrowdClient:
    """Asks Crowd as one Crowd application. Not for several threads at once.

    Every answer is proved to be Crowd's own before anything is concluded from it: a proxy's 404 must never
    read as "this user is gone". Raises the `DirectoryUnreadable` that fits, with Crowd's remedy.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        throttle: Throttle | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.product = ""
        """`Crowd/5.1.0`, once it has answered."""
        self._http = HttpClient(endpoint, check=self._accept, sleep=sleep, clock=clock, throttle=throttle)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close its connections."""
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    @property
    def requests_sent(self) -> int:
        """How many requests have left, repetitions included."""
        return self._http.requests_sent

    @property
    def server(self) -> str:
        """What answered, for the proof of a read."""
        return f"{self.product} at {self.endpoint.url}" if self.product else self.endpoint.url

    def _accept(self, answer: Answer) -> None:
        refuse_errors_of_crowd(answer)
        self._note(answer)

    def _note(self, answer: Answer) -> None:
        version = answer.headers.get(PRODUCT_HEADER, "")
        self.product = "".join(character for character in version if character.isprintable())[:80]

    def search(self, entity: str, restriction: str, start: int, size: int) -> list[object]:
        """Return one page of `user` or `group` records, each in full.

        `restriction` is Crowd's query language; empty asks for all.
        """
        params = {
            "entity-type": entity,
            "expand": entity,
            "start-index": str(start),
            # Left out, it would be 1000, and what is beyond would be missing without a word (crowd-rest.md 3).
            "max-results": str(size),
        }
        if restriction:
            params["restriction"] = restriction
        answer = self._http.get(f"{BASE}/search", params)
        body = answer.json()
        # Crowd 6's published sample has the singular; every recording has the plural (crowd-rest.md 2.4).
        records = (
            next((body[key] for key in (f"{entity}s", entity) if key in body), None) if isinstance(body, dict) else None
        )
        if not isinstance(records, list):
            raise AnswerMalformed(
                f"{answer.question}: the answer has no list of {entity}s.", "See what stands between dirsync and Crowd."
            )
        return records

    @contextmanager
    def memberships(self) -> Iterator[Iterator[Membership]]:
        """Open the stream of all direct memberships; iterating raises `AnswerMalformed` when it is not whole."""
        # Crowd serves this in XML only, whatever is asked for (CWD-3280).
        with self._http.stream(f"{BASE}/group/membership", accept="application/xml") as stream:
            yield read_memberships(stream, stream.head.question)

    def events(self, token: str = "") -> Answer:
        """Ask what has happened since a token; without one, only for the token of now. Whatever the status."""
        return self.send("GET", f"/event/{quote(token, safe='')}" if token else "/event")

    def user(self, username: str) -> dict[str, Any] | None:
        """Return a user by name, None when there is none."""
        return self._find("/user", {"username": username})

    def user_with_key(self, key: str) -> dict[str, Any] | None:
        """Return a user by key, whatever the name is now; None also where Crowd is too old to look for keys."""
        answer = self.send("GET", "/user", {"key": key})
        return self._record(answer) if answer.is_success else None

    def group(self, name: str) -> dict[str, Any] | None:
        """Return a group by name, None when there is none."""
        return self._find("/group", {"groupname": name})

    def has_member(self, path: str, params: Mapping[str, str], member: str) -> bool:
        """Say whether a direct membership is there, asked as `/group/user/direct?groupname=…&username=…`."""
        answer = self.send("GET", path, params)
        if answer.status == HTTPStatus.NOT_FOUND:
            return False
        if not answer.is_success:
            raise refusal_of_crowd(answer)
        body = answer.json()
        # One record; a server that doesn't know this kind of question sends the list of all members.
        records = [body, *body.get("users", ()), *body.get("groups", ())] if isinstance(body, dict) else []
        return any(isinstance(record, dict) and same(str(record.get("name", "")), member) for record in records)

    def send(self, method: str, path: str, params: Mapping[str, str] | None = None, body: object = None) -> Answer:
        """Send a request and return Crowd's own answer, whatever its status, unless nothing can be asked any more."""
        answer = self._http.send(method, BASE + path, params, body)
        refuse_strangers(answer)
        self._note(answer)
        return answer

    def _find(self, path: str, params: Mapping[str, str]) -> dict[str, Any] | None:
        answer = self.send("GET", path, params)
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        if not answer.is_success:
            raise refusal_of_crowd(answer)
        return self._record(answer)

    def _record(self, answer: Answer) -> dict[str, Any]:
        record = answer.json()
        if not isinstance(record, dict) or not isinstance(record.get("name"), str):
            raise AnswerMalformed(f"{answer.question}: the answer names nobody.", "See atlassian-crowd.log.")
        return record
