"""A user directory of Jira by REST: told from others only where there is no other one (jira-jsm.md 4.2 and 7).

No call says in which directory an account is; `/rest/crowd/latest/directory` lists the directories. Where Jira has just
one, everybody is in it. Which group is inside which one no call tells either, so the read never counts as complete:
what it shows is so, and nobody is cleared by it.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from dirsync.directories.jira.directory import GIVE_THE_DATABASE
from dirsync.errors import AnswerMalformed, NotThatProduct, ReadIncomplete, RightsMissing
from dirsync.http import HttpClient, refusal
from dirsync.model.entries import Group, MemberKind, Quarantined, User
from dirsync.model.names import fold, same
from dirsync.model.snapshot import SearchProof

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.directories.jira.directory import Reading
    from dirsync.http import Answer, Endpoint

DIRECTORIES: Final = "/rest/crowd/latest/directory"
API: Final = "/rest/api/2"
USERS_AT_ONCE: Final = 1000
"""More `user/search` does not send, whatever is asked for (jira-jsm.md 7)."""
MEMBERS_AT_ONCE: Final = 50
GROUPS_AT_ONCE: Final = 1000


def read_by_rest(into: Reading, endpoint: Endpoint) -> None:
    """Read what there is, and leave in `into.problem` why it is not the whole. Raises `DirectoryUnreadable`."""
    with HttpClient(endpoint) as http:
        try:
            into.server = endpoint.url
            _refuse_others(into, http)
            _take_users(into, http)
            if into.wants_groups:
                for name in _group_names(into, http):
                    _take_members(into, http, name)
            into.problem = into.problem or ReadIncomplete(
                f"{into.directory}: Jira's REST API does not tell which groups are inside which, so that '"
                f"{into.jira_directory}' is not known whole.",
                f"{GIVE_THE_DATABASE}.",
            )
        finally:
            into.requests = http.requests_sent


def _refuse_others(into: Reading, http: HttpClient) -> None:
    """Raise unless Jira has one user directory, and it is the one."""
    answer = http.send("GET", DIRECTORIES)
    if answer.status == HTTPStatus.FORBIDDEN:
        raise RightsMissing(
            f"{into.directory}: Jira lists its user directories to system administrators only (HTTP 403), so that "
            f"nothing says whether '{into.jira_directory}' is the only one.",
            f"{GIVE_THE_DATABASE}, or give this account the global permission 'Jira System Administrators'.",
        )
    names = [str(record.get("name", "")) for record in _records(_accepted(answer), "directories", "directory")]
    if not any(same(name, into.jira_directory) for name in names):
        there = ", ".join(f"'{name}'" for name in sorted(names)) or "none at all"
        raise NotThatProduct(
            f"{into.directory}: Jira has no user directory '{into.jira_directory}'; it has {there}.",
            f"Correct DIRSYNC_DIRECTORIES__{into.directory.upper()}__JIRA_DIRECTORY.",
        )
    if len(names) > 1:
        raise ReadIncomplete(
            f"{into.directory}: Jira has {len(names)} user directories, and its REST API does not say in which of them "
            f"an account is, so that nobody can be told to be in '{into.jira_directory}'.",
            f"{GIVE_THE_DATABASE}.",
        )


def _take_users(into: Reading, http: HttpClient) -> None:
    pages = entries = 0
    what, ends = "user/list", "HTTP 200, isLast"
    found = _listed(http)
    first = next(found, None)
    if first is None:
        what, ends = "user/search", "HTTP 200, an empty page"
        found = _searched(http)
        into.problem = ReadIncomplete(
            f"{into.directory}: this Jira has no list of all users (user/list), and its search does not say whether it "
            "shows everybody.",
            f"{GIVE_THE_DATABASE}.",
        )
    for page in found if first is None else _with_first(first, found):
        into.proofs = [SearchProof(what, pages, entries, "ended early")]
        pages += 1
        entries += len(page)
        for record in page:
            _take_user(into, record)
    into.proofs = [SearchProof(what, pages, entries, ends)]
    into.tell("users", into.users)


def _with_first(first: list[Any], others: Iterator[list[Any]]) -> Iterator[list[Any]]:
    yield first
    yield from others


def _listed(http: HttpClient) -> Iterator[list[Any]]:
    """Yield pages of everybody; none where this Jira has no such list."""
    params = {"maxResults": str(USERS_AT_ONCE)}
    seen = {""}
    while True:
        answer = http.send("GET", f"{API}/user/list", params)
        if answer.status in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED} and len(seen) == 1:
            return
        body = _accepted(answer).json()
        yield _records(answer, "values")
        is_last, cursor = body.get("isLast"), body.get("nextCursor", "")
        if is_last is True:
            return
        if is_last is not False or not isinstance(cursor, str) or cursor in seen:
            raise ReadIncomplete(
                f"{answer.question}: Jira does not say that this page is the last, and how to ask for the next.",
                "Look for a proxy or cache that drops `cursor` from the query.",
            )
        seen.add(cursor)
        params |= {"cursor": cursor}


def _searched(http: HttpClient) -> Iterator[list[Any]]:
    start = 0
    before: list[Any] = []
    while True:
        params = {"username": ".", "includeInactive": "true", "startAt": str(start), "maxResults": str(USERS_AT_ONCE)}
        answer = http.get(f"{API}/user/search", params)
        page = answer.json()
        if not isinstance(page, list):
            raise AnswerMalformed(f"{answer.question}: the answer is not a list of users.", "See Jira's log.")
        if page and page == before:
            raise ReadIncomplete(
                f"{answer.question}: Jira sent the page before once more.",
                "Look for a proxy or cache that drops `startAt` from the query.",
            )
        yield page
        if not page:
            return
        start, before = start + len(page), page


def _take_user(into: Reading, record: Any) -> None:  # noqa: ANN401 - JSON
    name, key = (record.get("name"), record.get("key")) if isinstance(record, dict) else (None, None)
    if not isinstance(name, str) or not isinstance(key, str) or not isinstance(record.get("active"), bool):
        into.spool.quarantine(Quarantined(f"user {name or 'without a name'}", "Jira did not send key, name and active"))
        return
    email, display_name = (record.get(field) for field in ("emailAddress", "displayName"))
    into.take_user(
        User(key, fold(name), name, str(email or ""), display_name=str(display_name or ""), active=record["active"])
    )


def _group_names(into: Reading, http: HttpClient) -> list[str]:
    answer = http.get(f"{API}/groups/picker", {"query": "", "maxResults": str(GROUPS_AT_ONCE)})
    names = [str(record.get("name", "")) for record in _records(answer, "groups")]
    total = answer.json().get("total")
    is_whole = isinstance(total, int) and total <= len(names)
    into.proofs.append(SearchProof("groups/picker", 1, len(names), "HTTP 200, total" if is_whole else "ended early"))
    if not is_whole:
        into.problem = ReadIncomplete(
            f"{into.directory}: Jira's group picker showed {len(names):,} of {total} groups.", f"{GIVE_THE_DATABASE}."
        )
    return names


def _take_members(into: Reading, http: HttpClient, group: str) -> None:
    """Take whoever Jira counts as a member of a group, those by way of a group inside it too."""
    group_id = fold(group)
    into.take_group(Group(group_id, group_id, group))
    start = 0
    before: list[dict[str, Any]] = []
    while True:
        params = {"groupname": group, "includeInactiveUsers": "true", "startAt": str(start)}
        answer = http.get(f"{API}/group/member", params | {"maxResults": str(MEMBERS_AT_ONCE)})
        records = _records(answer, "values")
        if records and records == before:
            raise ReadIncomplete(
                f"{answer.question}: Jira sent the page before once more.",
                "Look for a proxy or cache that drops `startAt` from the query.",
            )
        for record in records:
            into.spool.add_member(group_id, fold(str(record.get("name", ""))), MemberKind.USER)
        start, before = start + len(records), records
        if answer.json().get("isLast") is True:
            return
        if not records:
            raise ReadIncomplete(
                f"{answer.question}: Jira says that more members follow, and sends none.", "See Jira's log."
            )


def _accepted(answer: Answer) -> Answer:
    if not answer.is_success:
        raise refusal(answer)
    return answer


def _records(answer: Answer, *names: str) -> list[dict[str, Any]]:
    """Return the list of records under one of these names."""
    body = answer.json()
    records = next((body[name] for name in names if name in body), None) if isinstance(body, dict) else None
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise AnswerMalformed(f"{answer.question}: the answer has no list of {names[0]}.", "See Jira's log.")
    return records
