"""The controls and messages of the Content Synchronization Operation (RFC 4533, 2), from and to bytes.

Every reader raises Malformed for bytes that are not exactly what the RFC says, and for marks too long to keep.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from dirsync.directories.ldap.wire.ber import (
    BOOLEAN,
    ENUMERATED,
    OCTET_STRING,
    SEQUENCE,
    SET,
    Malformed,
    element_at,
    encoded,
)

SYNC_REQUEST = "1.3.6.1.4.1.4203.1.9.1.1"
SYNC_STATE = b"1.3.6.1.4.1.4203.1.9.1.2"
SYNC_DONE = "1.3.6.1.4.1.4203.1.9.1.3"
SYNC_INFO = b"1.3.6.1.4.1.4203.1.9.1.4"
LONGEST_COOKIE = 1 << 16
"""Servers send a hundred bytes; with many providers some thousands."""
_UUID_BYTES = 16
_ELEMENT_BYTES = 2 + _UUID_BYTES
_REFRESH_ONLY = b"\x01"
_CONTROLS = 0xA0
_RESPONSE_NAME, _RESPONSE_VALUE = 0x80, 0x81
_NEW_COOKIE, _REFRESH_DELETE, _REFRESH_PRESENT, _SYNC_ID_SET = 0x80, 0xA1, 0xA2, 0xA3


class EntryState(IntEnum):
    """What a message says of its entry. Servers say `ADD` of changed entries too."""

    PRESENT = 0
    ADD = 1
    MODIFY = 2
    DELETE = 3


@dataclass(frozen=True, slots=True)
class SyncState:
    """The control of an entry."""

    state: EntryState
    uuid: bytes
    cookie: bytes | None


@dataclass(frozen=True, slots=True)
class SyncInfo:
    """What an intermediate message says; all but the cookie is empty where it speaks of something else."""

    cookie: bytes | None = None
    present: tuple[bytes, ...] = ()
    deleted: tuple[bytes, ...] = ()
    ends_present_phase: bool = False
    """Whether what was not told so far is gone, although deletions are told from here on."""


@dataclass(frozen=True, slots=True)
class SyncDone:
    """The control of the result."""

    cookie: bytes | None
    refresh_deletes: bool
    """Whether deletions were told. If not, what was told neither as changed nor as present is gone."""


def request_control(cookie: bytes) -> tuple[str, bool, bytes]:
    """Return the control that asks what changed since a cookie; for everything, if that is empty.

    Critical: a server that ignored it would send everything as if it were new, and nothing as gone.
    """
    mark = encoded(OCTET_STRING, cookie) if cookie else b""
    return SYNC_REQUEST, True, encoded(SEQUENCE, encoded(ENUMERATED, _REFRESH_ONLY) + mark)


def read_state(data: bytes, position: int, end: int) -> SyncState:
    """Return the state control among the controls at `data[position:end]`, the end of an entry's message."""
    position, stop = element_at(data, position, end, _CONTROLS)
    if stop != end:
        raise Malformed("an entry with something behind its controls")
    while position < end:
        start, position = element_at(data, position, end, SEQUENCE)
        value = _Reader(data, start, position)
        oid = value.take(OCTET_STRING)
        value.boolean(default=False)
        held = value.take(OCTET_STRING) if value.is_next(OCTET_STRING) else b""
        value.must_end()
        if oid == SYNC_STATE:
            return _state(held)
    raise Malformed("an entry without the Sync State control")


def _state(held: bytes) -> SyncState:
    value = _Reader.inside(held, SEQUENCE)
    number = value.take(ENUMERATED)
    try:
        state = EntryState(int.from_bytes(number, "big")) if len(number) == 1 else None
    except ValueError:
        state = None
    if state is None:
        raise Malformed(f"an entry in the unknown state 0x{number.hex()}")
    found = SyncState(state, value.uuid(), value.cookie())
    value.must_end()
    return found


def read_done(held: object) -> SyncDone:
    """Return the Sync Done control of a result from its value; None, where the control has none, is malformed."""
    if not isinstance(held, bytes):
        raise Malformed("a result without the Sync Done control")
    value = _Reader.inside(held, SEQUENCE)
    done = SyncDone(value.cookie(), value.boolean(default=False))
    value.must_end()
    return done


def read_info(data: bytes, position: int, end: int) -> SyncInfo:
    """Return what the content of an intermediate message says; nothing, where it is of another kind."""
    message = _Reader(data, position, end)
    name = message.take(_RESPONSE_NAME) if message.is_next(_RESPONSE_NAME) else b""
    held = message.take(_RESPONSE_VALUE) if message.is_next(_RESPONSE_VALUE) else b""
    message.must_end()
    if name != SYNC_INFO:
        return SyncInfo()
    choice = held[:1]
    tag = choice[0] if choice else -1
    if tag == _NEW_COOKIE:
        whole = _Reader(held, 0, len(held))
        info = SyncInfo(cookie=_checked(whole.take(tag)))
        whole.must_end()
        return info
    if tag not in {_REFRESH_DELETE, _REFRESH_PRESENT, _SYNC_ID_SET}:
        raise Malformed(f"a Sync Info message of the unknown kind 0x{choice.hex()}")
    value = _Reader.inside(held, tag)
    cookie = value.cookie()
    if tag != _SYNC_ID_SET:
        value.boolean(default=True)
        info = SyncInfo(cookie, ends_present_phase=tag == _REFRESH_PRESENT)
    else:
        deletes = value.boolean(default=False)
        uuids = value.uuids()
        info = SyncInfo(cookie, deleted=uuids) if deletes else SyncInfo(cookie, present=uuids)
    value.must_end()
    return info


def _checked(cookie: bytes) -> bytes:
    if len(cookie) > LONGEST_COOKIE:
        raise Malformed(f"a cookie of {len(cookie):,} bytes; the longest that is taken has {LONGEST_COOKIE:,}")
    return cookie


def _uuids_alike(held: bytes) -> tuple[bytes, ...]:
    """Return the entryUUIDs of a set whose members are all written in the shortest way, as good as all are; else none.

    A server that tells who is still there names everybody; looked at one by one that takes several times as long.
    """
    number, rest = divmod(len(held), _ELEMENT_BYTES)
    if rest or held[::_ELEMENT_BYTES] != bytes((OCTET_STRING,)) * number:
        return ()
    if held[1::_ELEMENT_BYTES] != bytes((_UUID_BYTES,)) * number:
        return ()
    return tuple(held[at : at + _UUID_BYTES] for at in range(2, len(held), _ELEMENT_BYTES))


class _Reader:
    """Takes one element after the other from `data[position:end]`."""

    def __init__(self, data: bytes, position: int, end: int) -> None:
        self._data, self._position, self._end = data, position, end

    @classmethod
    def inside(cls, data: bytes, tag: int) -> _Reader:
        """Return a reader of the one element that `data` is."""
        start, stop = element_at(data, 0, len(data), tag)
        if stop != len(data):
            raise Malformed("something behind the value of a control")
        return cls(data, start, stop)

    def is_next(self, tag: int) -> bool:
        """Say whether the next element has this tag."""
        return self._position < self._end and self._data[self._position] == tag

    def take(self, tag: int) -> bytes:
        """Return the content of the next element, which must have this tag."""
        start, self._position = element_at(self._data, self._position, self._end, tag)
        return self._data[start : self._position]

    def must_end(self) -> None:
        """Raise Malformed if something is left."""
        if self._position != self._end:
            raise Malformed("something behind the last part of a control")

    def boolean(self, *, default: bool) -> bool:
        """Take a BOOLEAN that may be left out."""
        if not self.is_next(BOOLEAN):
            return default
        held = self.take(BOOLEAN)
        if len(held) != 1:
            raise Malformed(f"a BOOLEAN of {len(held)} bytes")
        return held != b"\0"

    def cookie(self) -> bytes | None:
        """Take a cookie that may be left out."""
        return _checked(self.take(OCTET_STRING)) if self.is_next(OCTET_STRING) else None

    def uuid(self) -> bytes:
        """Take an entryUUID."""
        held = self.take(OCTET_STRING)
        if len(held) != _UUID_BYTES:
            raise Malformed(f"an entryUUID of {len(held)} bytes")
        return held

    def uuids(self) -> tuple[bytes, ...]:
        """Take a set of entryUUIDs."""
        start, self._position = element_at(self._data, self._position, self._end, SET)
        if all_alike := _uuids_alike(self._data[start : self._position]):
            return all_alike
        members = _Reader(self._data, start, self._position)
        found: list[bytes] = []
        while members.is_next(OCTET_STRING):
            found.append(members.uuid())
        members.must_end()
        return tuple(found)
