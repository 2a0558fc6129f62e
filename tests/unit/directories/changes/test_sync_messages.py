"""The messages of content synchronization: right where the bytes are right, and malformed where they are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder
from unit.directories.changes.sync_bytes import (
    INFO,
    STATE,
    control,
    done_value,
    id_set,
    info,
    maybe,
    state_controls,
    state_value,
    truth,
)
from unit.directories.wire.messages import element

from dirsync.directories.ldap.changes.sync_messages import (
    LONGEST_COOKIE,
    SYNC_REQUEST,
    EntryState,
    SyncDone,
    SyncInfo,
    SyncState,
    read_done,
    read_info,
    read_state,
    request_control,
)
from dirsync.directories.ldap.wire.ber import Malformed

UUID = bytes(range(16))
UUIDS = st.binary(min_size=16, max_size=16)
COOKIES = st.none() | st.binary(max_size=300)
FLAGS = st.none() | st.booleans()


def state_in(data: bytes) -> SyncState:
    return read_state(data, 0, len(data))


def info_in(data: bytes) -> SyncInfo:
    return read_info(data, 0, len(data))


@given(cookie=st.binary(max_size=70_000))
def test_another_decoder_reads_the_request(cookie: bytes) -> None:
    oid, critical, value = request_control(cookie)
    decoded, rest = decoder.decode(value)
    assert (oid, critical, rest) == (SYNC_REQUEST, True, b"")
    assert int(decoded[0]) == 1
    assert [bytes(decoded[at]) for at in range(1, len(decoded))] == ([cookie] if cookie else [])


@given(state=st.sampled_from(EntryState), uuid=UUIDS, cookie=COOKIES, around=st.binary(max_size=5))
def test_the_state_of_an_entry_is_found_among_its_controls(state, uuid, cookie, around: bytes) -> None:
    controls = state_controls(state, uuid, cookie)
    data = around + controls + around
    assert read_state(data, len(around), len(around) + len(controls)) == SyncState(state, uuid, cookie)


@given(cookie=COOKIES, deletes=FLAGS)
def test_the_end_is_read(cookie, deletes) -> None:
    assert read_done(done_value(cookie, deletes)) == SyncDone(cookie, bool(deletes))


@given(uuids=st.lists(UUIDS, max_size=200), cookie=COOKIES, deletes=FLAGS)
def test_a_set_of_ids_is_of_those_gone_or_of_those_still_there(uuids, cookie, deletes) -> None:
    found = info_in(info(id_set(uuids, deletes, cookie)))
    assert found == (SyncInfo(cookie, deleted=tuple(uuids)) if deletes else SyncInfo(cookie, present=tuple(uuids)))


@given(cookie=COOKIES, is_done=FLAGS)
def test_the_ends_of_phases_are_told_apart(cookie, is_done) -> None:
    parts = maybe(0x04, cookie) + truth(is_done)
    assert info_in(info(element(0xA1, parts))) == SyncInfo(cookie)
    assert info_in(info(element(0xA2, parts))) == SyncInfo(cookie, ends_present_phase=True)


def test_a_new_cookie_and_messages_of_other_kinds_are_understood() -> None:
    assert info_in(info(element(0x80, b"rid=1"))) == SyncInfo(b"rid=1")
    assert info_in(info(b"whatever", b"1.2.3")) == SyncInfo()
    assert info_in(b"") == SyncInfo()
    assert info_in(element(0x81, b"no name")) == SyncInfo()


@pytest.mark.parametrize(
    ("read", "data", "what"),
    [
        (state_in, b"", "0xa0 is missing"),
        (state_in, element(0xA0, b""), "without the Sync State control"),
        (state_in, element(0xA0, control(b"1.2.3", b"x")), "without the Sync State control"),
        (state_in, state_controls(1, UUID) + b"\0", "behind its controls"),
        (state_in, state_controls(1, UUID[:15]), "entryUUID of 15 bytes"),
        (state_in, state_controls(1, UUID + b"x"), "entryUUID of 17 bytes"),
        (state_in, state_controls(4, UUID), "unknown state 0x04"),
        (state_in, element(0xA0, control(STATE, state_value(1, UUID) + b"\0")), "behind the value of a control"),
        (state_in, element(0xA0, control(STATE, b"")), "0x30 is missing"),
        (state_in, element(0xA0, element(0x30, element(0x04, STATE))), "0x30 is missing"),
        (state_in, element(0xA0, element(0x30, element(0x04, STATE) + b"\x05\0")), "behind the last part"),
        (
            state_in,
            element(0xA0, control(STATE, element(0x30, element(0x0A, b"\0\1") + element(0x04, UUID)))),
            "unknown state 0x0001",
        ),
        (
            state_in,
            element(0xA0, control(STATE, element(0x30, element(0x0A, b"\1") + element(0x04, UUID) + b"\5\0"))),
            "behind the last part",
        ),
        (read_done, None, "without the Sync Done control"),
        (read_done, b"", "0x30 is missing"),
        (read_done, done_value(b"c", True) + b"\0", "behind the value"),
        (read_done, element(0x30, element(0x01, b"")), "BOOLEAN of 0 bytes"),
        (read_done, element(0x30, element(0x01, b"\0\0")), "BOOLEAN of 2 bytes"),
        (read_done, element(0x30, element(0x05, b"")), "behind the last part"),
        (read_done, done_value(b"c" * (LONGEST_COOKIE + 1)), "cookie of 65,537 bytes"),
        (info_in, element(0x80, INFO), "unknown kind 0x"),
        (info_in, info(b""), "unknown kind 0x"),
        (info_in, info(element(0xA4, b"")), "unknown kind 0xa4"),
        (info_in, info(element(0xA3, b"")), "0x31 is missing"),
        (info_in, info(id_set([b"short"])), "entryUUID of 5 bytes"),
        (info_in, info(element(0xA3, element(0x31, element(0x02, UUID)))), "behind the last part"),
        (info_in, info(element(0xA3, element(0x31, b"") + b"\5\0")), "behind the last part"),
        (info_in, info(element(0xA1, b"\5\0")), "behind the last part"),
        (info_in, info(element(0x80, b"c") + b"\0"), "behind the last part"),
        (info_in, info(element(0x80, b"c" * (LONGEST_COOKIE + 1))), "cookie of 65,537 bytes"),
        (info_in, info(b"", b"1.2.3") + b"\0", "behind the last part"),
    ],
)
def test_whatever_else_is_malformed_and_says_so(read: Callable[[object], object], data: object, what: str) -> None:
    with pytest.raises(Malformed, match=what):
        read(data)


def test_the_longest_cookie_is_taken() -> None:
    assert read_done(done_value(b"c" * LONGEST_COOKIE)).cookie == b"c" * LONGEST_COOKIE


GOOD = [
    (state_in, state_controls(2, UUID, b"cookie")),
    (read_done, done_value(b"cookie", True)),
    (info_in, info(id_set([UUID, UUID], True, b"cookie"))),
    (info_in, info(element(0xA2, maybe(0x04, b"cookie") + truth(False)))),
]


@given(data=st.binary(max_size=120))
def test_any_bytes_are_a_message_or_malformed(data: bytes) -> None:
    for read in (state_in, read_done, info_in, lambda some: info_in(info(some))):
        try:
            read(data)
        except Malformed:
            continue


@given(good=st.sampled_from(GOOD), position=st.integers(0, 500), byte=st.integers(0, 255), cut=st.integers(0, 3))
def test_a_wrong_byte_or_a_cut_is_no_other_error(good, position: int, byte: int, cut: int) -> None:
    read, data = good
    broken = bytearray(data)
    broken[position % len(data)] = byte
    try:
        read(bytes(broken[: len(broken) - cut]))
    except Malformed:
        return


@pytest.mark.parametrize(("read", "data"), GOOD)
def test_a_message_cut_anywhere_is_malformed(read, data: bytes) -> None:
    # all but the info message, where nothing at all is a message of another kind
    for end in range(1, len(data)):
        # an intermediate message that ends after its name, or before it, is whole by itself
        if read is info_in and end == len(element(0x80, INFO)):
            continue
        with pytest.raises(Malformed):
            read(data[:end])
