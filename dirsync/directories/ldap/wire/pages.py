"""Pages of a search over the fast path: ldap3 asks and reads the results, dirsync reads the entries.

The next page is asked for as soon as the server has told its cookie, so that it works while this page is decoded.
Touches of ldap3 what its own strategies use (`strategy.send`, `decode_response_fast`): pinned below 3 and covered by
the differential tests.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ldap3 import DEREF_NEVER, SUBTREE
from ldap3.core.exceptions import LDAPException, LDAPInvalidFilterError
from ldap3.operation.search import search_operation
from ldap3.protocol.rfc2696 import paged_search_control
from ldap3.utils.asn1 import decode_message_fast

from dirsync.directories.ldap.connection import in_words
from dirsync.directories.ldap.entry import Entry
from dirsync.directories.ldap.page_loop import LineBroken, Page, Undecodable
from dirsync.directories.ldap.wire.ber import Malformed
from dirsync.directories.ldap.wire.entries import decode_entry
from dirsync.directories.ldap.wire.frames import Frames, Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ldap3 import Connection

    from dirsync.directories.ldap.page_loop import Ask
    from dirsync.directories.ldap.searches import Search

PAGED_RESULTS = "1.2.840.113556.1.4.319"
# RFC 4511: the tags of what a server may send during a search
ENTRY, DONE, REFERENCE, INTERMEDIATE, EXTENDED = 0x64, 0x65, 0x73, 0x79, 0x78
UNSOLICITED = 0
"""Number of messages nobody asked for, such as the notice of disconnection (RFC 4511, 4.4)."""


class Stream:
    """What a bound connection sends from now on; another way of asking it must call `finish` first.

    `read_timeout` is how long each wait for data may take, in seconds.
    """

    def __init__(self, connection: Connection, page_size: int, read_timeout: float) -> None:
        self._connection = connection
        self._page_size = page_size
        self._read_timeout = read_timeout
        self._messages = Frames(self._receive).messages()
        self._asked: dict[tuple[str, bytes | None], int] = {}
        """What was asked for ahead, by search and cookie: the number of its request."""
        self._abandoned: set[int] = set()
        self.requests = 0

    def pages(self, search: Search) -> Ask:
        """Return what asks for one page after the other of a search. Raises LineBroken whatever goes wrong below."""

        def ask(cookie: bytes | None) -> Page:
            with self._broken_line_in_words():
                return self._page(search, cookie)

        return ask

    def finish(self) -> None:
        """Read what is still under way to its end, and drop it. Raises LineBroken."""
        self._abandon_others(None)
        with self._broken_line_in_words():
            while self._abandoned:
                self._must_be_abandoned(next(self._messages))

    def _abandon_others(self, wanted: tuple[str, bytes | None] | None) -> None:
        others = [asked for asked in self._asked if asked != wanted]
        self._abandoned.update(self._asked.pop(asked) for asked in others)

    @contextmanager
    def _broken_line_in_words(self) -> Iterator[None]:
        failure = ""
        try:
            yield
        except EOFError:
            failure = "the server closed the connection"
        except TimeoutError:
            failure = f"the server sent nothing for {self._read_timeout:g} s (READ_TIMEOUT)"
        except Malformed as error:
            failure = f"the server's answer is no LDAP: {error}"
        except LDAPInvalidFilterError as error:
            failure = f"the filter could not be sent: {error}"
        except (LDAPException, OSError) as error:
            failure = f"the connection broke: {in_words(error)}"
        # raised out here, so that no exception of ldap3 hangs on to it
        if failure:
            raise LineBroken(failure)

    def _page(self, search: Search, cookie: bytes | None) -> Page:
        self._abandon_others((str(search), cookie))
        number = self._asked.pop((str(search), cookie), None) or self._send(search, cookie)
        entries: list[Message] = []
        references: list[str] = []
        for message in self._messages:
            if message[0] != number:
                self._must_be_abandoned(message)
            elif message[1] == ENTRY:
                entries.append(message)
            elif message[1] == DONE:
                return self._ended(search, self._understood(message), entries, references)
            elif message[1] == REFERENCE:
                references.extend(self._understood(message)["uri"])
            elif message[1] != INTERMEDIATE:  # servers may tell how far they are (RFC 4511, 4.13)
                raise Malformed(f"a message of kind 0x{message[1]:02x} in the middle of a search")
        raise EOFError

    def _ended(
        self, search: Search, result: dict[str, Any], entries: Iterable[Message], references: Iterable[str]
    ) -> Page:
        control = (result.get("controls") or {}).get(PAGED_RESULTS)
        cookie = bytes(control["value"]["cookie"] or b"") if control else None
        if cookie and result["result"] == 0:
            self._asked[str(search), cookie] = self._send(search, cookie)
        return Page(
            code=result["result"],
            description=result["description"],
            message=result["message"],
            entries=tuple(entry_from(message) for message in entries),
            references=tuple(references),
            cookie=cookie,
        )

    def _send(self, search: Search, cookie: bytes | None) -> int:
        self.requests += 1
        connection = self._connection
        request = search_operation(
            search.base, search.filter, SUBTREE, DEREF_NEVER, list(search.attributes),
            0, 0, False, connection.auto_escape, connection.auto_encode, validator=None, check_names=False,
        )  # fmt: skip
        # critical: a server that can't page must say so instead of sending what fits
        number = int(
            connection.strategy.send("searchRequest", request, [paged_search_control(True, self._page_size, cookie)])
        )
        connection.strategy._outstanding.pop(number, None)  # noqa: SLF001 - ldap3 would keep each request for ever
        return number

    def _must_be_abandoned(self, message: Message) -> None:
        """Drop what belongs to a page nobody wants any more. Raises Malformed for anything else."""
        number, kind = message[0], message[1]
        if number == UNSOLICITED and kind == EXTENDED:
            told = self._understood(message)
            said = f"{told['description']}" + (f": {told['message']}" if told["message"] else "")
            raise Malformed(f"it gave notice of disconnection, {said}")
        if number not in self._abandoned:
            raise Malformed(f"a message that answers request {number}, which is not under way")
        if kind == DONE:
            self._abandoned.discard(number)

    def _understood(self, message: Message) -> dict[str, Any]:
        """Return what ldap3 makes of a message that is no entry. Raises Malformed."""
        try:
            decoded: dict[str, Any] = self._connection.strategy.decode_response_fast(
                decode_message_fast(  # type: ignore[no-untyped-call] # the stubs leave it open
                    message[2][message[3] : message[6]]
                )
            )
        except Exception as error:
            raise Malformed(f"a message of kind 0x{message[1]:02x} that ldap3 can't read") from error
        return decoded

    def _receive(self, most: int) -> bytes:
        socket = self._connection.socket
        if socket.gettimeout() != self._read_timeout:
            # ldap3 sets it in the system's own way (SO_RCVTIMEO), which Python can't tell from other errors
            socket.settimeout(self._read_timeout)
        return bytes(socket.recv(most))


def entry_from(message: Message) -> Entry | Undecodable:
    """Return the entry a message holds. Raises Malformed."""
    name, attributes = decode_entry(message[2], message[4], message[5])
    try:
        dn = name.decode()
    except UnicodeDecodeError:
        return Undecodable(name.decode("utf-8", "backslashreplace"), "its name is not UTF-8")
    return Entry(dn, attributes)
