"""One place that sends a search and hands out what answers it: ldap3 asks and reads the results, dirsync the entries.

Touches of ldap3 what its own strategies use (`strategy.send`, `decode_response_fast`): pinned below 3 and covered by
the differential tests.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ldap3.core.exceptions import LDAPException, LDAPInvalidFilterError, LDAPSocketOpenError
from ldap3.utils.asn1 import decode_message_fast

from dirsync.directories.ldap.connection import in_words
from dirsync.directories.ldap.entry import Entry
from dirsync.directories.ldap.page_loop import LineBroken, Undecodable
from dirsync.directories.ldap.wire.ber import Malformed
from dirsync.directories.ldap.wire.entries import decode_entry
from dirsync.directories.ldap.wire.frames import Frames, Message
from dirsync.directories.ldap.wire.requests import search_request
from dirsync.directories.ldap.wire.results import check_done

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ldap3 import Connection

    from dirsync.directories.ldap.searches import Search
    from dirsync.directories.ldap.wire.requests import Control

# RFC 4511: the tags of what a server may send during a search
ENTRY, DONE, REFERENCE, INTERMEDIATE, EXTENDED = 0x64, 0x65, 0x73, 0x79, 0x78
UNSOLICITED = 0
"""Number of messages nobody asked for, such as the notice of disconnection (RFC 4511, 4.4)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How a search ended; its entries were handed out before."""

    code: int
    description: str
    message: str
    references: tuple[str, ...]
    controls: dict[str, Any]
    """Values of the controls by OID, as ldap3 makes them: bytes for those it does not know."""


def _drop(_: Message) -> None:
    """Servers may tell how far they are (RFC 4511, 4.13); most who ask don't care."""


class Stream:
    """What a bound connection sends from now on; another way of asking it must call `finish` first.

    `read_timeout` is how long each wait for data may take, in seconds.
    """

    def __init__(self, connection: Connection, read_timeout: float) -> None:
        self._connection = connection
        self._read_timeout = read_timeout
        self._frames = Frames(self._receive)
        self._messages = self._frames.messages()
        self._abandoned: set[int] = set()
        self.requests = 0

    def send(self, search: Search, control: Control) -> int:
        """Ask with a control, and return the number that the messages answering it bear."""
        self.requests += 1
        connection = self._connection
        if not connection.listening:
            raise LDAPSocketOpenError("it was closed before")
        number = int(connection.server.next_message_id())
        connection.socket.sendall(search_request(number, search, control))
        return number

    def answer(
        self, number: int, take: Callable[[Message], None], take_intermediate: Callable[[Message], None] = _drop
    ) -> Answer:
        """Hand out the entries that answer a request, to its end.

        Raises Malformed, EOFError, and whatever the takers raise; then the rest of the answer is dropped.
        """
        try:
            return self._to_the_end(number, take, take_intermediate)
        except BaseException:
            self.abandon(number)
            raise

    def abandon(self, number: int) -> None:
        """Drop whatever still answers a request."""
        self._abandoned.add(number)

    def finish(self) -> None:
        """Read what is abandoned to its end. Raises LineBroken."""
        with self.broken_line_in_words():
            if self._abandoned:
                self._drop_abandoned()

    @contextmanager
    def broken_line_in_words(self) -> Iterator[None]:
        """Turn whatever goes wrong below into a LineBroken that says so."""
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

    def _to_the_end(
        self, number: int, take: Callable[[Message], None], take_intermediate: Callable[[Message], None]
    ) -> Answer:
        references: list[str] = []
        for message in self._messages:
            if message[0] != number:
                self._must_be_abandoned(message)
            elif message[1] == ENTRY:
                take(message)
                for another in self._frames.more_like(message):
                    take(another)
            elif message[1] == DONE:
                return self._ended(message, references)
            elif message[1] == REFERENCE:
                references.extend(self._understood(message)["uri"])
            elif message[1] == INTERMEDIATE:
                take_intermediate(message)
            else:
                raise Malformed(f"a message of kind 0x{message[1]:02x} in the middle of a search")
        raise EOFError

    def _drop_abandoned(self) -> None:
        for message in self._messages:
            self._must_be_abandoned(message)
            if not self._abandoned:
                return
        raise EOFError  # a line that broke before gives no more messages

    def _ended(self, message: Message, references: list[str]) -> Answer:
        check_done(message)
        result = self._understood(message)
        controls = {oid: control["value"] for oid, control in (result.get("controls") or {}).items()}
        return Answer(result["result"], result["description"], result["message"], tuple(references), controls)

    def _must_be_abandoned(self, message: Message) -> None:
        """Drop what belongs to a search nobody wants any more. Raises Malformed for anything else."""
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
