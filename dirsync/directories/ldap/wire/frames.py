"""The stream of a connection, cut into LDAP messages; of each only its number, its kind and its place are looked at.

LDAPMessage ::= SEQUENCE { messageID INTEGER, protocolOp CHOICE { ... }, controls [0] Controls OPTIONAL }
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from struct import Struct, error
from typing import TYPE_CHECKING

from dirsync.directories.ldap.wire.ber import INTEGER, SEQUENCE, SHORT, Malformed, encoded_number, integer_at, length_at

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_ONCE = 1 << 18
"""Bytes asked of the socket at a time."""
LARGEST_MESSAGE = 1 << 30
"""A group with ten million members; a server that announces more would only fill the memory."""
_LONGEST_HEADER = 6
"""Tag and length of a message, where the length has its most bytes."""

Message = tuple[int, int, bytes, int, int, int, int]
"""(number, kind, data, start, content, stop, end): `data[start:end]` is the whole message, `data[content:stop]` what
its operation holds, and between `stop` and `end` stand controls. `kind` is the operation's tag, such as 0x64 for a
SearchResultEntry. A plain tuple, since one is made for each entry of the directory."""


class Frames:
    """Cuts what `receive` gives into messages.

    A message larger than what arrives at a time is collected in pieces and joined once, so that a group of a
    million members costs no more than its size.
    """

    def __init__(self, receive: Callable[[int], bytes], largest: int = LARGEST_MESSAGE) -> None:
        self._receive = receive
        self._largest = largest
        self._data = b""
        self._position = 0

    def messages(self) -> Iterator[Message]:
        """Yield messages as they come. Raises Malformed for what is no LDAP, EOFError when the server hangs up."""
        while True:
            data, position = self._data, self._position
            try:
                message = _in_place(data, position)
            except IndexError:  # looked past the last byte that came
                message = None
            if message is None:
                end = self._end_of_message(data, position)
                if end is None or end > len(data):
                    self._data = self._with_more(data[position:], end and end - position)
                    self._position = 0
                    continue
                message = _looked_at(data, position, end)
            self._position = message[-1]
            yield message

    def more_like(self, message: Message) -> list[Message]:
        """Return the messages behind the last one yielded that answer the same request and are of the same kind.

        Only those that are here already, whole and written in the usual way; `messages` goes on behind them. It is
        the same check as that of a message alone, with one look at all its lengths, and costs less than half of it.
        """
        number, kind = message[:2]
        found: list[Message] = []
        data, start, size = self._data, self._position, len(self._data)
        head = _number_and_kind(number, kind)
        layouts, take = _layouts(len(head)), found.append
        try:
            while start < size:
                form = data[start + 1]
                tag_and_form, unpack, to_body, to_content = layouts[form]
                first_two, length, head_here, form_inside, length_inside = unpack(data, start)
                end = start + to_body + length
                content = start + to_content
                stop = content + length_inside
                if head_here != head or form_inside != form or first_two != tag_and_form or not stop <= end <= size:
                    break
                take((number, kind, data, start, content, stop, end))
                start = end
        except (IndexError, KeyError, error):
            pass  # cut off, or written in another way: `messages` tells
        self._position = start
        return found

    def _with_more(self, rest: bytes, wanted: int | None) -> bytes:
        """Return the rest with what arrives next: some bytes, or all up to the `wanted` size."""
        pieces, have = [rest], len(rest)
        while True:
            piece = self._receive(AT_ONCE)
            if not piece:
                raise EOFError
            pieces.append(piece)
            have += len(piece)
            if wanted is None or have >= wanted:
                return b"".join(pieces)

    def _end_of_message(self, data: bytes, position: int) -> int | None:
        """Return where the message at `position` ends, or None while its header has not come whole."""
        left = len(data) - position
        if left and data[position] != SEQUENCE:
            raise Malformed(f"a message that begins with 0x{data[position]:02x}")
        if left < 2:  # noqa: PLR2004 - a tag and the first byte of a length
            return None
        first = data[position + 1]
        if first <= SHORT:
            return position + 2 + first
        behind = position + 2 + (first & SHORT)
        if not position + 2 < behind <= position + _LONGEST_HEADER:
            raise Malformed(f"a length of {first & SHORT} bytes")
        if behind > len(data):
            return None
        length = int.from_bytes(data[position + 2 : behind], "big")
        if length > self._largest:
            raise Malformed(f"a message of {length:,} bytes; the largest that is taken has {self._largest:,}")
        return behind + length


def _number_and_kind(number: int, kind: int) -> bytes:
    """Return what stands between the length of a message and that of its operation, in the shortest way."""
    return encoded_number(number) + bytes((kind,))


_Layout = tuple[int, Callable[[bytes, int], tuple[int, int, bytes, int, int]], int, int]
"""Of a message whose two lengths are written in one form: its first two bytes, what reads tag and form, length,
number and kind, form and length of the operation; the way to the body, and to the content of the operation."""


@lru_cache(maxsize=8)
def _layouts(size: int) -> dict[int, _Layout]:
    """Return the layout for each form of length (X.690, 8.1.3.5), where number and kind take `size` bytes.

    Servers write the shortest form, Active Directory that of four bytes.
    """
    return {
        SHORT + 1 + count: (
            SEQUENCE << 8 | SHORT + 1 + count,
            Struct(f">H{code}{size}sB{code}").unpack_from,
            2 + count,
            2 + count + size + 1 + count,
        )
        for count, code in ((1, "B"), (2, "H"), (4, "I"))
    }


def _in_place(data: bytes, start: int) -> Message | None:
    """Return a message of the usual shape that has come whole; None for any other, which is then looked at closely."""
    first = data[start + 1]
    body = start + 2
    if first > SHORT:
        body += first & SHORT
        first = int.from_bytes(data[start + 2 : body], "big")
    end = body + first
    kind_at = body + 2 + data[body + 1]
    length = data[kind_at + 1]
    content = kind_at + 2
    if length > SHORT:
        content += length & SHORT
        length = int.from_bytes(data[kind_at + 2 : content], "big")
    stop = content + length
    if (
        stop <= end <= len(data)
        and kind_at <= body + _LONGEST_HEADER
        and content - kind_at <= _LONGEST_HEADER
        and body - start <= _LONGEST_HEADER
        and data[start] == SEQUENCE
        and data[body] == INTEGER
        and data[body + 2] <= SHORT
    ):
        return int.from_bytes(data[body + 2 : kind_at], "big"), data[kind_at], data, start, content, stop, end
    return None


def _looked_at(data: bytes, start: int, end: int) -> Message:
    first = data[start + 1]
    number, kind_at = integer_at(data, start + 2 + (first & SHORT if first > SHORT else 0), end)
    if kind_at >= end:
        raise Malformed("a message without an operation")
    length, content = length_at(data, kind_at + 1, end)
    return number, data[kind_at], data, start, content, content + length, end
