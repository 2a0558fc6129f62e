"""Jira Service Management's organisations as questions and requests; reading and writing share it (jira-jsm.md 5.1)."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NoReturn, Self
from urllib.parse import quote

from dirsync.errors import AnswerMalformed, ReadIncomplete, RightsMissing
from dirsync.http import HttpClient, refusal
from dirsync.model.entries import User
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.http import Answer, Endpoint

API = "/rest/servicedeskapi"
OPT_IN = {"X-ExperimentalApi": "opt-in"}
"""Organisations are an experimental part of the interface: without this header Jira does not answer."""
AT_ONCE = 50
"""Jira's own default for a page; it may send fewer."""
MOST_PAGES = 20_000
AGENT = "SERVICEDESK_AGENT"
"""The project permission that makes an agent. To anybody else Jira shows only the organisations they belong to, as if
there were no others (Atlassian's description of GET organization)."""
PROXY = "See what stands between dirsync and Jira."


@dataclass(frozen=True, slots=True)
class Desk:
    """A service project, by the id of its service desk."""

    number: str
    key: str


class OrganizationsClient:
    """Asks Jira about organisations. Not for several threads at once.

    Raises the `DirectoryUnreadable` that fits; `send` returns any answer, whatever its status.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._http = HttpClient(endpoint, headers=OPT_IN)

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

    def require_agent(self) -> None:
        """Raise `RightsMissing` unless this account is an agent: only then are all organisations listed."""
        answer = self._http.get("/rest/api/2/mypermissions", {"permissions": AGENT})
        body = answer.json()
        known = body.get("permissions") if isinstance(body, dict) else None
        held = known.get(AGENT) if isinstance(known, dict) else None
        if not isinstance(held, dict) or held.get("havePermission") is not True:
            raise RightsMissing(
                f"{answer.question}: {who(self.endpoint)} is no agent of any service project, and to such an account "
                "Jira lists only the organisations it belongs to itself, so that they are not known whole.",
                "Give it a seat of Jira Service Management and the role 'Service Desk Team' in each of these service "
                "projects; to create and remove organisations it must also be a Jira administrator.",
            )

    def organizations(self) -> Iterator[tuple[str, str]]:
        """Yield (id, name) of every organisation."""
        for record in self._all(f"{API}/organization", "organisations", "id"):
            yield _text(record, "id"), _text(record, "name")

    def people_in(self, organization: str) -> Iterator[User]:
        """Yield the accounts in an organisation."""
        path = f"{API}/organization/{quote(organization, safe='')}/user"
        for record in self._all(path, "people", "key"):
            yield _user(path, record)

    def desks(self) -> Iterator[Desk]:
        """Yield the service projects that this account may see."""
        for record in self._all(f"{API}/servicedesk", "service projects", "id"):
            yield Desk(_text(record, "id"), _text(record, "projectKey"))

    def organizations_of(self, desk: Desk) -> Iterator[str]:
        """Yield the ids of the organisations that a service project serves."""
        path = f"{API}/servicedesk/{quote(desk.number, safe='')}/organization"
        return (_text(record, "id") for record in self._all(path, "organisations", "id"))

    def account(self, username: str = "", key: str = "") -> User | None:
        """Find an account by Jira's key, which stays over a rename, or by name; None where Jira has none of these."""
        asked = {"key": key} if key else {"username": username}
        answer = self._http.send("GET", "/rest/api/2/user", asked)
        if answer.status == HTTPStatus.NOT_FOUND and answer.content_type().endswith("json"):
            return None
        if not answer.is_success:
            raise refusal(answer)
        record = answer.json()
        if not isinstance(record, dict):
            _malformed(answer.question, "is no account")
        found = _user(answer.question, record)
        is_the_one = found.id == key if key else fold(found.username) == fold(username)
        # a proxy that drops the question must not put somebody else into an organisation
        return found if is_the_one else _malformed(answer.question, "is about another account than was asked for")

    def send(self, method: str, path: str, body: object = None) -> Answer:
        """Send a request below `/rest/servicedeskapi`."""
        return self._http.send(method, f"{API}/{path}", body=body)

    def _all(self, path: str, what: str, told_apart_by: str) -> Iterator[dict[str, Any]]:
        """Yield the records of a list, page by page to its end. Raises `ReadIncomplete` where it has none."""
        start, seen = 0, set[str]()
        for _ in range(MOST_PAGES):
            answer = self._http.get(path, {"start": str(start), "limit": str(AT_ONCE)})
            records, is_last = _page(answer, what)
            ids = {_text(record, told_apart_by) for record in records}
            if (records and ids <= seen) or (not records and not is_last):
                raise ReadIncomplete(
                    f"{answer.question}: Jira says that more {what} follow number {start:,}, and sends no new ones.",
                    "Look for a proxy or cache that drops `start` from the query.",
                )
            seen = ids
            yield from records
            start += len(records)
            if is_last:
                return
        raise ReadIncomplete(f"{path}: Jira says after {MOST_PAGES:,} pages that more {what} follow.", PROXY)


def who(endpoint: Endpoint) -> str:
    """Return whom Jira takes dirsync for, for messages."""
    return f"the account '{endpoint.username}'" if endpoint.username else "the account of this token"


def _page(answer: Answer, what: str) -> tuple[list[dict[str, Any]], bool]:
    body = answer.json()
    records = body.get("values") if isinstance(body, dict) else None
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        _malformed(answer.question, f"is not a page of {what}")
    if not isinstance(body.get("isLastPage"), bool):
        _malformed(answer.question, f"does not say whether more {what} follow")
    if body.get("size", len(records)) != len(records):
        _malformed(answer.question, f"promises {body['size']} {what} and holds {len(records):,}")
    return records, body["isLastPage"]


def _text(record: dict[str, Any], name: str) -> str:
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        _malformed("Jira", f"has a record without '{name}'")
    return str(value)


def _user(where: str, record: dict[str, Any]) -> User:
    if not isinstance(record.get("active"), bool):
        _malformed(where, "has an account that does not say whether it is active")
    name = _text(record, "name")
    email, display_name = (str(record.get(field) or "") for field in ("emailAddress", "displayName"))
    key = _text(record, "key")
    return User(key, fold(name), name, email, display_name=display_name, active=record["active"])


def _malformed(question: str, what: str) -> NoReturn:
    raise AnswerMalformed(f"{question}: the answer {what}.", PROXY)
