"""Ask page by page until the server itself says that this was all; anything else ends the search as incomplete.

Servers end early in many ways, and ldap3's own `paged_search` takes each of them for the end of the directory. The
rules here: the paging control is critical and must come back; only result code 0 counts; a reference left by the
server means that entries live elsewhere; no page may come twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dirsync.directories.ldap.dialects.interface import CHECK_THE_LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.directories.ldap.dialects.interface import Dialect
    from dirsync.directories.ldap.entry import Entry
    from dirsync.directories.ldap.wire.frames import Message

MOST_ENTRIES = 50_000_000
"""More than any directory holds: a server that still goes on is sending circles."""
MOST_EMPTY_PAGES = 1000
"""Servers may answer with empty pages while they look for the next match (RFC 2696, 3), but not for ever."""


@dataclass(frozen=True, slots=True)
class Undecodable:
    """An entry whose name is not UTF-8; `dn` is readable all the same."""

    dn: str
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of the server. `cookie` is None when the paging control did not come back."""

    code: int
    description: str
    message: str
    entries: tuple[Entry | Undecodable, ...]
    references: tuple[str, ...]
    cookie: bytes | None
    raw: tuple[Message, ...] = ()
    """The entries, where nobody has decoded them yet."""
    raw_name: str = ""
    """What the first of those is called."""

    @property
    def size(self) -> int:
        """How many entries came, decoded or not."""
        return len(self.entries) + len(self.raw)

    @property
    def first_name(self) -> str:
        """What the first entry is called; empty where none came."""
        return self.entries[0].dn if self.entries else self.raw_name


class LineBroken(Exception):
    """The connection is of no more use: closed, reset, timed out, or no LDAP any more."""


Ask = Callable[[bytes | None], Page]
"""Ask for the next page: None for the first one, then the cookie of the last. Raises LineBroken."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a search did not reach its end."""

    reason: str
    remedy: str
    code: int | None = None
    """The server's result code; None when it was not the server that ended it."""
    line_is_broken: bool = False


@dataclass(slots=True)
class SearchEnd:
    """How far a search got; final once `pages_of` is exhausted."""

    pages: int = 0
    entries: int = 0
    result: str = "not tried"
    failure: Failure | None = None


def pages_of(ask: Ask, end: SearchEnd, dialect: Dialect, bind_dn: str) -> Iterator[tuple[Entry | Undecodable, ...]]:
    """Yield the entries of each page; `end` says afterwards whether that was all, and if not, why."""
    return (page.entries for page in _to_the_end(ask, end, dialect, bind_dn))


def raw_pages_of(ask: Ask, end: SearchEnd, dialect: Dialect, bind_dn: str) -> Iterator[tuple[Message, ...]]:
    """As `pages_of`, of pages that nobody has decoded."""
    return (page.raw for page in _to_the_end(ask, end, dialect, bind_dn))


def _to_the_end(ask: Ask, end: SearchEnd, dialect: Dialect, bind_dn: str) -> Iterator[Page]:
    cookie: bytes | None = None
    first_names: set[str] = set()
    empty_pages = 0
    while True:
        try:
            page = ask(cookie)
        except LineBroken as error:
            end.result = "connection lost"
            end.failure = broken(error, dialect.hang_up_remedy.format(bind_dn=_named(bind_dn)))
            return
        end.pages += 1
        end.entries += page.size
        end.result = page.description
        # what came with a failing page was really sent, and shows what would be added
        yield page
        end.failure = (
            refused(page, dialect, bind_dn)
            or referred(page, dialect)
            or _not_paged(page)
            or _in_circles(page, cookie, first_names)
        )
        if page.size:
            first_names.add(page.first_name)
        empty_pages = 0 if page.size else empty_pages + 1
        if not end.failure and (empty_pages > MOST_EMPTY_PAGES or end.entries > MOST_ENTRIES):
            end.failure = Failure("the server never comes to an end", "Have the server's paging looked into.")
        if end.failure or not page.cookie:
            return
        cookie = page.cookie


def broken(error: LineBroken, remedy: str = CHECK_THE_LINE) -> Failure:
    """Return the failure of a search whose connection broke."""
    return Failure(str(error), remedy, None, True)


def refused(page: Page, dialect: Dialect, bind_dn: str) -> Failure | None:
    """Return why the server ended a search with anything but success, and what its administrator can do about it."""
    if page.code == 0:
        return None
    said = page.description + (f": {page.message}" if page.message else "")
    who = _named(bind_dn)
    limit = {TIME_LIMIT: dialect.time_limit, SIZE_LIMIT: dialect.size_limit}.get(page.code)
    if limit:
        return Failure(f"the server ended it with {said} ({limit.name})", limit.remedy.format(bind_dn=who), page.code)
    remedy = dialect.remedies.get(page.code) or _REMEDIES.get(page.code, "See the server's log for its reason.")
    return Failure(f"the server ended it with {said}", remedy.format(bind_dn=who), page.code)


def _named(bind_dn: str) -> str:
    return bind_dn or "the anonymous account"


def referred(page: Page, dialect: Dialect) -> Failure | None:
    """Return which entries the server left to another one; those a family always leaves are no failure."""
    left = [url for url in page.references if not dialect.expects_reference(url)]
    if not left:
        return None
    return Failure(
        f"it leaves entries to another server ({left[0]}), and references are never followed: they would take "
        "the password along",
        "Name that server as a Directory of its own, or choose a base or filter that holds no reference.",
    )


def _not_paged(page: Page) -> Failure | None:
    if page.cookie is not None:
        return None
    return Failure("the server did not say whether there are more pages", "It must support paged results (RFC 2696).")


def _in_circles(page: Page, asked_with: bytes | None, first_names: set[str]) -> Failure | None:
    """Detect a page met before. A cookie alone proves nothing: 389-DS names a whole search by one and the same."""
    stands_still = bool(page.cookie) and page.cookie == asked_with
    repeated = page.first_name in first_names if page.size else stands_still
    if not repeated:
        return None
    return Failure("the server sent the same page twice", "Have the server's paging looked into, or change PAGE_SIZE.")


# RFC 4511, appendix A
TIME_LIMIT, SIZE_LIMIT = 3, 4
RIGHTS = frozenset({8, 13, 48, 50})
_REMEDIES = {
    1: "The page's cookie may have expired: run again; see the server's log if it stays.",
    2: "The server rejects the question itself; see its log.",
    10: "Use the server that holds this base: referrals are never followed.",
    11: "Have the server's administrative limits raised for {bind_dn}.",
    12: "The server must support paged results (RFC 2696), and allow them to {bind_dn}.",
    18: "The filter compares an attribute in a way the server does not know.",
    32: "Check the base for typing errors, and that {bind_dn} may see it: servers hide what an account may not read.",
    34: "Check the base: the server does not take it for a name.",
    50: "Give {bind_dn} the right to search and read below this base.",
    51: "The server is busy: run again later.",
    52: "The server is shutting down or can't reach its data: run again later.",
    53: "The server is not willing, e.g. because the page's cookie died with another search; see its log.",
}
