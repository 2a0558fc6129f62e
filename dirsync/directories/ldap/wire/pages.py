"""Pages of a search over the fast path.

The next page is asked for as soon as the server has told its cookie, so that it works while this page is decoded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.directories.ldap.page_loop import Page
from dirsync.directories.ldap.wire.requests import paged_results
from dirsync.directories.ldap.wire.results import PAGED_RESULTS
from dirsync.directories.ldap.wire.stream import entry_from

if TYPE_CHECKING:
    from dirsync.directories.ldap.page_loop import Ask
    from dirsync.directories.ldap.searches import Search
    from dirsync.directories.ldap.wire.frames import Message
    from dirsync.directories.ldap.wire.stream import Stream


class Pages:
    """Asks a stream page by page; another way of asking must call `forget` first."""

    def __init__(self, stream: Stream, page_size: int) -> None:
        self._stream = stream
        self._page_size = page_size
        self._asked: dict[tuple[str, bytes | None], int] = {}
        """What was asked for ahead, by search and cookie: the number of its request."""

    def of(self, search: Search, *, raw: bool = False) -> Ask:
        """Return what asks for one page after the other of a search. Raises LineBroken whatever goes wrong below.

        The entries of `raw` pages are left as they came.
        """

        def ask(cookie: bytes | None) -> Page:
            with self._stream.broken_line_in_words():
                return self._page(search, cookie, raw=raw)

        return ask

    def forget(self) -> None:
        """Want nothing more of what was asked for ahead."""
        self._forget_others(None)

    def _forget_others(self, wanted: tuple[str, bytes | None] | None) -> None:
        for asked in [asked for asked in self._asked if asked != wanted]:
            self._stream.abandon(self._asked.pop(asked))

    def _page(self, search: Search, cookie: bytes | None, *, raw: bool) -> Page:
        self._forget_others((str(search), cookie))
        number = self._asked.pop((str(search), cookie), None) or self._send(search, cookie)
        entries: list[Message] = []
        answer = self._stream.answer(number, entries.append)
        control = answer.controls.get(PAGED_RESULTS)
        next_cookie = bytes(control["cookie"] or b"") if control else None
        if next_cookie and answer.code == 0:
            self._asked[str(search), next_cookie] = self._send(search, next_cookie)
        return Page(
            code=answer.code,
            description=answer.description,
            message=answer.message,
            entries=() if raw else tuple(map(entry_from, entries)),
            references=answer.references,
            cookie=next_cookie,
            raw=tuple(entries) if raw else (),
            raw_name=entry_from(entries[0]).dn if raw and entries else "",
        )

    def _send(self, search: Search, cookie: bytes | None) -> int:
        return self._stream.send(search, paged_results(self._page_size, cookie))
