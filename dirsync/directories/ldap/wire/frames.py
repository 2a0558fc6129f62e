"""The stream of a connection, cut into LDAP messages; of each only its number, its kind and its place are looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.directories.ldap.wire.ber import INTEGER, SEQUENCE, SHORT, Malformed, integer_at, length_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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

    def messages(self) -> Iterator[Message]:
        """Yield messages as they come. Raises Malformed for what is no LDAP, EOFError when the server hangs up."""
        data, position = b"", 0
        while True:
            try:
                message = _in_place(data, position)
            except IndexError:  # looked past the last byte that came
                message = None
            if message is None:
                end = self._end_of_message(data, position)
                if end is None or end > len(data):
                    data, position = self._with_more(data[position:], end and end - position), 0
                    continue
                message = _looked_at(data, position, end)
            yield message
            position = message[-1]

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
