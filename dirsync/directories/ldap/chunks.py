"""Runs of raw entries that can be known again, so that those that did not change need not be decoded.

Where a run ends is decided by the entries themselves (some 1 in 64 ends one), not by their number: an entry that is
added or removed changes the run it is in, and all others stay as they were. What the server sends in another order, or
with values in another order, is decoded anew: slower, never wrong.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dirsync.directories.ldap.wire.frames import Message

ENDS_ONE = 63
"""An entry ends a run where these bits of its checksum are zero."""
LARGEST = 1 << 20
"""Bytes after which a run ends all the same, so that neither large entries nor unlucky ones pile up."""
_KEY_BYTES = 16

Chunk = tuple[bytes, list["Message"]]
"""Key and entries. Equal keys mean equal entries: 128 bits of BLAKE2b over all their bytes."""


class Chunks:
    """Cuts one answer into runs, across its pages."""

    def __init__(self) -> None:
        self._messages: list[Message] = []
        self._raw: list[bytes] = []
        self._size = 0

    def of(self, messages: Iterable[Message]) -> Iterator[Chunk]:
        """Yield the runs that end in these messages."""
        for message in messages:
            # what the entry is, without the number of the request it answers
            raw = message[2][message[4] : message[5]]
            self._raw.append(raw)
            self._messages.append(message)
            self._size += len(raw)
            if not crc32(raw) & ENDS_ONE or self._size > LARGEST:
                yield self._cut()

    def rest(self) -> Iterator[Chunk]:
        """Yield the run that the end of the answer ends, if there is one."""
        if self._messages:
            yield self._cut()

    def _cut(self) -> Chunk:
        # an entry's bytes begin with the lengths of its parts, so that they can't be read as those of two others
        chunk = blake2b(b"".join(self._raw), digest_size=_KEY_BYTES).digest(), self._messages
        self._messages, self._raw, self._size = [], [], 0
        return chunk
