"""The decoder of entries: right where the bytes are right, and no wrong value where they are not."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ldap3.utils.asn1 import decode_message_fast
from unit.directories.wire.messages import ANA, ENTRY, element, entry, message

from dirsync.directories.ldap.attribute_names import KEYS
from dirsync.directories.ldap.wire import entries
from dirsync.directories.ldap.wire.ber import Malformed
from dirsync.directories.ldap.wire.entries import decode_entry

VALUES = st.binary(max_size=300) | st.sampled_from([b"", b"x" * 127, b"x" * 128, b"x" * 255, b"x" * 256, b"x" * 70_000])
DESCRIPTIONS = st.from_regex(rb"[a-z]{1,8}(;[a-z-]{1,5})?", fullmatch=True) | st.just(b"a" * 200)
ATTRIBUTES = st.dictionaries(DESCRIPTIONS, st.lists(VALUES, max_size=5), max_size=6)


def decoded(content: bytes) -> tuple[bytes, dict[str, list[bytes]]]:
    name, attributes = decode_entry(content, 0, len(content))
    return name, in_lists(attributes)


def in_lists(attributes: dict[str, bytes | list[bytes]]) -> dict[str, list[bytes]]:
    return {key: [held] if isinstance(held, bytes) else held for key, held in attributes.items()}


def expected(attributes: Mapping[bytes, list[bytes]]) -> dict[str, list[bytes]]:
    """Return what an entry must hold: descriptions by their keys, those that mean one attribute together."""
    merged: dict[str, list[bytes]] = {}
    for description, values in attributes.items():
        merged.setdefault(KEYS[description], []).extend(values)
    return merged


@given(name=st.binary(max_size=300), attributes=ATTRIBUTES, long_by=st.integers(0, 4), short_strings=st.booleans())
@example(name=b"", attributes={}, long_by=0, short_strings=False)
@example(name=b"uid=ana", attributes={b"member": []}, long_by=0, short_strings=False)
@example(name=b"uid=ana", attributes={b"member": []}, long_by=4, short_strings=True)
@example(name=b"uid=ana", attributes={b"a": [b""]}, long_by=1, short_strings=True)
def test_what_was_encoded_is_decoded_however_its_lengths_are_written(name, attributes, long_by, short_strings) -> None:
    content = entry(name, attributes, long_by, short_strings=short_strings)
    assert decoded(content) == (name, expected(attributes))


@pytest.mark.parametrize("long_by", [0, 4])
@pytest.mark.parametrize(
    ("values", "is_known"),
    [
        ([b""], False),
        ([b"x"], True),
        ([b"x" * 127], True),
        ([b"x" * 128], False),
        ([b"x", b"y"], False),
        ([b"", b""], False),
        ([], False),
    ],
)
def test_one_short_value_is_known_again_by_what_stands_before_it(
    monkeypatch: pytest.MonkeyPatch, long_by: int, values: list[bytes], *, is_known: bool
) -> None:
    heads = entries._Heads()
    monkeypatch.setattr(entries, "_HEADS", heads)
    content = entry(b"uid=ana", {b"sn": values}, long_by, short_strings=True)
    # from 118 bytes on, the length of what is around the value takes a second byte, unless it takes five anyway
    is_usual = long_by or len(b"".join(values)) < 118
    assert decoded(content) == decoded(content) == (b"uid=ana", {"sn": values})
    assert bool(heads) is is_known or not is_usual
    assert all(known == ("sn", len(values[0])) for known in heads.values())


def test_a_shape_that_changes_within_an_entry_is_read_all_the_same() -> None:
    long = element(0x30, element(0x04, b"uid") + element(0x31, element(0x04, b"ana"), 4), 4)
    empty = element(0x30, element(0x04, b"a") + element(0x31, b""))
    assert decoded(attribute(long, GOOD, empty))[1] == {"uid": [b"ana", b"ana"], "a": []}
    assert decoded(attribute(GOOD, long, empty))[1] == {"uid": [b"ana", b"ana"], "a": []}


def test_heads_are_not_collected_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    heads = entries._Heads()
    monkeypatch.setattr(entries._Heads, "_most", 3)
    monkeypatch.setattr(entries, "_HEADS", heads)
    many = {b"a%d" % number: [b"x"] for number in range(9)}
    for _ in range(2):
        assert decoded(entry(b"uid=ana", many))[1] == expected(many)
    assert len(heads) == 3


def test_the_second_of_two_values_is_not_taken_for_the_only_one() -> None:
    both = element(0x30, element(0x04, b"sn") + element(0x31, element(0x04, b"\x07") + element(0x04, b"value")))
    assert entries._Heads()[both[: -len(b"value")]] == ("", 0)
    assert decoded(attribute(both))[1] == {"sn": [b"\x07", b"value"]}


def test_no_head_but_that_of_one_short_value_is_taken_for_one() -> None:
    """Whatever is taken says where each of its parts ends; checked with every byte changed."""
    for long_by, around in ((0, 8), (4, 16)):
        good = entry(b"", {b"uid": [b"value"]}, long_by, short_strings=True)[-(around + 8) :]
        for place in range(around + 3):
            for byte in range(256):
                whole = good[:place] + bytes([byte]) + good[place + 1 :]
                key, size = entries._Heads()[whole[: around + 3]]
                as_entry = element(0x04, b"") + element(0x30, whole)
                if key:
                    assert decoded(as_entry) == (b"", {key: [b"value"]})
                    assert size == len(b"value")
                else:
                    # no single short value, in whatever way it may be read
                    with contextlib.suppress(Malformed):
                        assert decoded(as_entry)[1] != {"uid": [b"value"]}


@given(name=st.binary(max_size=40), attributes=ATTRIBUTES, before=st.binary(max_size=9), behind=st.binary(max_size=9))
def test_what_stands_around_an_entry_makes_no_difference(name, attributes, before, behind) -> None:
    content = entry(name, attributes)
    found, held = decode_entry(before + content + behind, len(before), len(before) + len(content))
    assert (found, in_lists(held)) == (name, expected(attributes))


@given(attributes=ATTRIBUTES, long_by=st.integers(0, 4))
def test_ldap3_reads_the_same(attributes, long_by) -> None:
    content = entry(b"uid=ana,dc=example,dc=org", attributes, long_by)
    payload = decode_message_fast(message(7, ENTRY, content))["payload"]
    theirs = {attribute[3][0][3]: [value[3] for value in attribute[3][1][3]] for attribute in payload[1][3]}
    assert decoded(content) == (payload[0][3], expected(theirs))


@given(st.binary(max_size=200))
def test_any_bytes_are_an_entry_or_malformed(content: bytes) -> None:
    try:
        name, attributes = decode_entry(content, 0, len(content))
    except Malformed:
        return
    assert name in content
    assert all(value in content for values in in_lists(attributes).values() for value in values)


@given(
    attributes=st.dictionaries(DESCRIPTIONS, st.lists(st.binary(max_size=20), max_size=3), min_size=1, max_size=4),
    position=st.integers(0, 10_000),
    byte=st.integers(0, 255),
    long_by=st.sampled_from([0, 4]),
)
def test_one_wrong_byte_never_reaches_beyond_the_entry(attributes, position: int, byte: int, long_by: int) -> None:
    content = bytearray(entry(b"uid=ana", attributes, long_by, short_strings=True))
    content[position % len(content)] = byte
    secret = b"SECRET-OF-THE-NEXT-MESSAGE" * 20
    try:
        name, found = decode_entry(bytes(content) + secret, 0, len(content))
    except Malformed:
        return
    parts = [name, *(value for values in in_lists(found).values() for value in values)]
    assert not any(b"SECRET" in part for part in parts)
    assert not any("secret" in key for key in found)
    assert sum(map(len, parts)) <= len(content)


@pytest.mark.parametrize("long_by", [0, 4])
@pytest.mark.parametrize("cut", range(len(entry(b"uid=ana", ANA))))
def test_an_entry_cut_anywhere_is_malformed(cut: int, long_by: int) -> None:
    whole = entry(b"uid=ana", ANA, long_by, short_strings=True)
    with pytest.raises(Malformed):
        decode_entry(whole[:cut], 0, cut)
    with pytest.raises(Malformed):
        decode_entry(whole, 0, cut)


@pytest.mark.parametrize("long_by", [1, 2, 3, 4])
@pytest.mark.parametrize("lie", [-1, 1])
def test_a_list_of_attributes_that_is_not_as_long_as_it_says_is_malformed(long_by: int, lie: int) -> None:
    name, listed = element(0x04, b"uid=ana"), element(0x30, GOOD * 9, long_by)
    content = name + listed
    assert decoded(content)[1] == {"uid": [b"ana"] * 9}
    length_at = len(name) + 1 + long_by
    content = content[:length_at] + bytes([content[length_at] + lie]) + content[length_at + 1 :]
    with pytest.raises(Malformed):
        decode_entry(content + b"\x00", 0, len(content))


@pytest.mark.parametrize("long_by", [1, 2, 3, 4])
def test_a_name_that_is_none_is_malformed(long_by: int) -> None:
    content = element(0x04, b"uid=ana") + element(0x30, GOOD * 9, long_by)
    with pytest.raises(Malformed, match="0x0c where 0x04 must be"):
        decode_entry(b"\x0c" + content[1:], 0, len(content))


@pytest.mark.parametrize("long_by", [1, 2, 4])
def test_a_long_name_that_looks_like_an_entry_is_a_name(long_by: int) -> None:
    inside = element(0x30, b"y" * (72 - long_by), long_by)
    # to whom takes 0x81 for a length of 129, the list of attributes begins within the name
    name = b"x" * 128 + inside[:-2]
    content = element(0x04, name, 1) + element(0x30, b"")
    assert content[2 + 0x81 : 2 + 0x81 + len(inside) - 2] == inside[:-2]
    assert decoded(content) == (name, {})


def test_a_value_that_is_longer_than_its_entry_is_malformed_even_where_more_bytes_follow() -> None:
    listed = b"\x30\x0c\x04\x03uid\x31\x05\x04\x03ana"[:-1]
    content = element(0x04, b"uid=ana") + element(0x30, listed)
    with pytest.raises(Malformed, match="longer than its entry"):
        decode_entry(content + b"a" * 20, 0, len(content))


def attribute(*parts: bytes) -> bytes:
    return element(0x04, b"uid=ana") + element(0x30, b"".join(parts))


GOOD = element(0x30, element(0x04, b"uid") + element(0x31, element(0x04, b"ana")))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "0x04 is missing"),
        (element(0x0C, b"uid=ana") + element(0x30, b""), "0x0c where 0x04 must be"),
        (element(0x04, b"uid=ana"), "0x30 is missing"),
        (attribute(GOOD) + b"\x00", "behind its attributes"),
        (attribute(element(0x31, b"")), "0x31 where 0x30 must be"),
        (attribute(element(0x30, b"")), "0x04 is missing"),
        (attribute(element(0x30, element(0x04, b"uid"))), "0x31 is missing"),
        (attribute(element(0x30, element(0x04, b"uid") + element(0x30, element(0x04, b"ana")))), "0x30 where 0x31"),
        (attribute(element(0x30, element(0x05, b"uid") + element(0x31, element(0x04, b"ana")))), "0x05 where 0x04"),
        (attribute(element(0x31, element(0x04, b"uid") + element(0x31, element(0x04, b"ana")))), "0x31 where 0x30"),
        (attribute(element(0x30, element(0x04, b"uid") + element(0x31, element(0x02, b"ana")))), "0x02 where 0x04"),
        (attribute(element(0x30, element(0x04, b"uid") + element(0x31, b"") + b"\x04\x00")), "behind its values"),
        (attribute(b"\x30\x0c\x04\x03uid\x31\x05\x04\x04ana"), "are left"),
        (attribute(b"\x30\x0c\x04\x03uid\x31\x05\x04\x02an\x04"), "are left|length is missing"),
        (attribute(b"\x30\x80\x04\x03uid\x31\x00\x00\x00"), "length of 0 bytes"),
        (attribute(b"\x30\x85\x00\x00\x00\x00\x05\x04\x01a\x31\x00"), "length of 5 bytes"),
        (attribute(b"\x30\x84\x00\x00"), "length of 4 bytes"),
    ],
)
def test_what_is_wrong_is_said(content: bytes, what: str) -> None:
    with pytest.raises(Malformed, match=what):
        decode_entry(content, 0, len(content))


def test_the_last_attribute_of_all_bytes_may_be_empty() -> None:
    content = attribute(GOOD, element(0x30, element(0x04, b"a") + element(0x31, b"")))
    assert decoded(content)[1] == {"uid": [b"ana"], "a": []}


@pytest.mark.parametrize("size", [126, 127, 128, 129, 255, 256, 65_535, 65_536])
def test_a_value_of_any_size_is_read_whole(size: int) -> None:
    value = bytes(number % 251 for number in range(size))
    assert decoded(entry(b"uid=ana", {b"photo": [value], b"uid": [b"ana"]}))[1] == {"photo": [value], "uid": [b"ana"]}


def test_a_group_of_fifty_thousand_is_read_whole() -> None:
    members = [b"uid=user%d,ou=people,dc=example,dc=org" % number for number in range(50_000)]
    assert decoded(entry(b"cn=all", {b"member": members}))[1]["member"] == members


@pytest.mark.parametrize(("one", "other"), [(b"mail", b"mail"), (b"mail", b"rfc822Mailbox"), (b"MAIL", b"mail")])
def test_an_attribute_that_comes_in_two_parts_loses_none(one: bytes, other: bytes) -> None:
    first, second = (
        element(0x30, element(0x04, d) + element(0x31, element(0x04, v))) for d, v in ((one, b"a"), (other, b"b"))
    )
    assert decoded(attribute(first, GOOD, second))[1] == {"mail": [b"a", b"b"], "uid": [b"ana"]}


def test_options_keep_values_apart() -> None:
    found = decoded(entry(b"uid=ana", {b"cn": [b"Ana"], b"CN;lang-DE": [b"Anna"], b"cn;x-b;lang-de": [b"Anne"]}))[1]
    assert found == {"cn": [b"Ana"], "cn;lang-de": [b"Anna"], "cn;lang-de;x-b": [b"Anne"]}
