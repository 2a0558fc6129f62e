"""The stream of a connection: the same messages in whatever pieces they arrive."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.directories.wire.messages import ANA, DONE, ENTRY, element, entry, message

from dirsync.directories.ldap.wire.ber import Malformed
from dirsync.directories.ldap.wire.frames import Frames, Message

ENTRIES = [entry(b"uid=%d" % number, {b"cn": [b"x" * number]}) for number in (0, 1, 60, 70, 200, 300, 66_000)]
STREAM = [message(number, ENTRY, content) for number, content in enumerate(ENTRIES, 126)]


def pieces_of(stream: bytes, sizes: list[int]):
    position = 0

    def receive(most: int) -> bytes:
        nonlocal position
        size = min(sizes.pop(0) if sizes else most, most)
        piece = stream[position : position + size]
        position += size
        return piece

    return receive


def whole(stream: bytes, sizes: list[int] | None = None, **options: int) -> list[tuple[int, int, bytes]]:
    """Return number, kind and content of all messages up to the end of the stream."""
    messages = Frames(pieces_of(stream, sizes or []), **options).messages()
    found = []
    with contextlib.suppress(EOFError):
        while True:
            number, kind, data, _, content, stop, _ = next(messages)
            found.append((number, kind, data[content:stop]))
    return found


EXPECTED = [(number, ENTRY, content) for number, content in enumerate(ENTRIES, 126)]


@given(st.lists(st.integers(1, 400) | st.sampled_from([1, 2, 3, 4, 5, 6, 66_000]), max_size=300))
def test_it_makes_no_difference_in_which_pieces_messages_arrive(sizes: list[int]) -> None:
    assert whole(b"".join(STREAM), sizes) == EXPECTED


KINDS = st.sampled_from([ENTRY, ENTRY, ENTRY, DONE, 0x73])
NUMBERS = st.sampled_from([1, 1, 1, 127, 128, 300, 70_000])
CONTROLS = st.sampled_from([b"", b"", element(0xA0, b"\x30\x00")])
CONTENTS = st.sampled_from([*ENTRIES, b"", b"x" * 250, b"x" * 252])
MESSAGES = st.lists(st.builds(message, NUMBERS, KINDS, CONTENTS, CONTROLS, st.sampled_from([0, 0, 1, 2, 3, 4])))


def by_and_by(stream: bytes, sizes: list[int]) -> list[Message]:
    """Return all messages, those that are alike taken at once."""
    frames = Frames(pieces_of(stream, sizes))
    found = []
    with contextlib.suppress(EOFError):
        for one in frames.messages():
            found += [one, *frames.more_like(one)]
    return found


def one_by_one(stream: bytes, sizes: list[int]) -> list[Message]:
    found = []
    with contextlib.suppress(EOFError):
        found.extend(Frames(pieces_of(stream, sizes)).messages())
    return found


def parts(messages: list[Message]) -> list[tuple[int, int, bytes, bytes, bytes]]:
    return [
        (number, kind, data[start:end], data[content:stop], data[stop:end])
        for number, kind, data, start, content, stop, end in messages
    ]


@given(MESSAGES, st.lists(st.integers(1, 900)))
def test_messages_that_are_alike_are_the_same_when_they_are_taken_at_once(messages: list[bytes], sizes) -> None:
    stream = b"".join(messages)
    assert parts(by_and_by(stream, list(sizes))) == parts(one_by_one(stream, list(sizes)))


@pytest.mark.parametrize("long_by", [0, 1, 2, 4])
@pytest.mark.parametrize("number", [7, 300, 40_000])
@pytest.mark.parametrize("controls", [b"", element(0xA0, b"\x30\x00")])
def test_all_that_are_alike_and_have_come_whole_are_taken_at_once(number: int, long_by: int, controls: bytes) -> None:
    raw = message(number, ENTRY, entry(b"uid=ana", {b"description": [b"x" * 140]}), controls, long_by)
    frames = Frames(pieces_of(raw * 5 + raw[:-1], []))
    first = next(frames.messages())
    assert len(frames.more_like(first)) == 4
    assert frames.more_like(first) == []


@pytest.mark.parametrize("long_by", [1, 2, 4])
@pytest.mark.parametrize("controls", [b"", element(0xA0, b"")])
def test_one_wrong_byte_makes_no_other_messages_at_once_than_one_by_one(long_by: int, controls: bytes) -> None:
    raw = message(300, ENTRY, entry(b"uid=ana", {b"description": [b"x" * 140]}), controls, long_by)
    for place in range(24):
        for byte in range(256):
            stream = raw + raw[:place] + bytes([byte]) + raw[place + 1 :] + raw
            assert outcome(by_and_by, stream) == outcome(one_by_one, stream)


def outcome(way: Callable[[bytes, list[int]], list[Message]], stream: bytes) -> object:
    try:
        return parts(way(stream, []))
    except Malformed as error:
        return str(error)


def test_byte_by_byte() -> None:
    small = b"".join(STREAM[:5])
    assert whole(small, [1] * len(small)) == EXPECTED[:5]


@pytest.mark.parametrize("long_by", range(5))
def test_lengths_may_be_written_in_any_form(long_by: int) -> None:
    assert whole(message(5, ENTRY, ENTRIES[1], long_by=long_by)) == [(5, ENTRY, ENTRIES[1])]


@pytest.mark.parametrize("number", [0, 1, 127, 128, 255, 256, 2**31 - 1])
def test_every_number_a_message_may_have_is_read(number: int) -> None:
    assert whole(message(number, DONE, b"")) == [(number, DONE, b"")]


def test_controls_stand_behind_the_operation() -> None:
    controls = element(0xA0, b"\x30\x00")
    raw = message(5, ENTRY, ENTRIES[1], controls)
    frames = Frames(pieces_of(raw, [])).messages()
    number, _, data, start, content, stop, end = next(frames)
    assert (number, data[content:stop], data[stop:end], data[start:end]) == (5, ENTRIES[1], controls, raw)


@pytest.mark.parametrize(
    ("stream", "what"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "begins with 0x48"),
        (b"\x16", "begins with 0x16"),
        (b"\x30\x80\x02\x01\x01\x64\x00\x00\x00", "length of 0 bytes"),
        (b"\x30\x85\x00\x00\x00\x00\x05\x02\x01\x01\x64\x00", "length of 5 bytes"),
        (b"\x30\xff", "length of 127 bytes"),
        (b"\x30\x00", "0x02 is missing"),
        (b"\x30\x03\x02\x01\x05", "without an operation"),
        (b"\x30\x02\x02\x00", "number that is none"),
        (b"\x30\x05\x02\x01\xff\x65\x00", "number that is none"),
        (b"\x30\x05\x04\x01\x05\x65\x00", "0x04 where 0x02 must be"),
        (b"\x30\x05\x02\x01\x05\x65\x01", "are left"),
        (b"\x30\x04\x02\x01\x05\x65", "length is missing"),
        (b"\x30\x06\x02\x07\x05\x65\x00\x00", "are left"),
    ],
)
def test_what_is_no_ldap_is_said(stream: bytes, what: str) -> None:
    with pytest.raises(Malformed, match=what):
        next(Frames(pieces_of(stream, [])).messages())


def test_a_message_that_is_too_large_is_refused_before_it_comes() -> None:
    asked: list[int] = []

    def receive(most: int) -> bytes:
        asked.append(most)
        return b"\x30\x84\x40\x00\x00\x01"

    with pytest.raises(Malformed, match="1,073,741,825 bytes; the largest that is taken has 1,073,741,824"):
        next(Frames(receive).messages())
    assert len(asked) == 1


def test_a_message_of_just_the_largest_size_is_taken() -> None:
    raw = message(5, ENTRY, ENTRIES[4])
    size = len(raw) - 3
    assert whole(raw, [10], largest=size) == [(5, ENTRY, ENTRIES[4])]
    with pytest.raises(Malformed, match="largest"):
        next(Frames(pieces_of(raw, [10]), largest=size - 1).messages())


@given(st.binary(max_size=300), st.lists(st.integers(1, 50), max_size=20))
def test_any_bytes_are_messages_malformed_or_the_end(stream: bytes, sizes: list[int]) -> None:
    try:
        for *_, data, start, content, stop, end in Frames(pieces_of(stream, sizes)).messages():
            assert start < content <= stop <= end <= len(data)
    except (Malformed, EOFError):
        return


@given(cut=st.integers(0, 400))
def test_a_stream_cut_anywhere_gives_what_came_whole_and_then_ends(cut: int) -> None:
    stream = message(1, ENTRY, entry(b"uid=ana", ANA)) * 3
    found = whole(stream[:cut])
    assert len(found) == min(cut, len(stream)) // (len(stream) // 3)


def test_a_large_message_is_joined_once() -> None:
    raw = message(5, ENTRY, entry(b"cn=all", {b"member": [b"x" * 100] * 20_000}))
    assert whole(raw, [1000] * (len(raw) // 1000)) == [
        (5, ENTRY, raw[len(raw) - len(entry(b"cn=all", {b"member": [b"x" * 100] * 20_000})) :])
    ]
