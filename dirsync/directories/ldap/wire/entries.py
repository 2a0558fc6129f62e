"""SearchResultEntry (RFC 4511, 4.5.2) from bytes to a name and its attributes' values, and nothing decoded twice.

    SearchResultEntry ::= [APPLICATION 4] SEQUENCE { objectName LDAPDN, attributes SEQUENCE OF
        SEQUENCE { type AttributeDescription, vals SET OF value OCTET STRING } }

Nearly every attribute has one short value. All that stands before that value (the type, and all the lengths) is then
one of a few hundred heads that come again and again: one slice and one look-up tell the attribute's key and where its
value ends. Whatever is no such head goes to `_attribute`, which looks at each length before it follows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.directories.ldap.attribute_names import KEYS
from dirsync.directories.ldap.entry import add_values
from dirsync.directories.ldap.wire.ber import OCTET_STRING, SEQUENCE, SET, SHORT, Malformed, element_at

if TYPE_CHECKING:
    from dirsync.directories.ldap.entry import Attributes

_SHORTEST = (3, 8)
"""Where the length of the type stands in a head, and the size of the head without its type: 30 l 04 l … 31 l 04 l."""
_LONGEST = (7, 16)
"""The same where constructed values have lengths of four bytes, as Active Directory writes them."""
_ONE_BYTE, _TWO_BYTES, _FOUR_BYTES = 0x81, 0x82, 0x84
"""Lengths in the long form: how many bytes of length follow (X.690, 8.1.3.5)."""
_NONE = "", 0


class _Heads(dict[bytes, tuple[str, int]]):
    """For what stands before an attribute's only value: the key of the attribute, and the size of the value.

    Each head is looked at length by length when it is met first; after that, equal bytes mean the same.
    """

    _most = 10_000
    """A few dozen attributes times the sizes of their values; a server that makes up types must not fill the memory."""

    def __missing__(self, head: bytes) -> tuple[str, int]:
        """Look closely at a head that was not met before; one that is none has the key of no attribute."""
        size = head[-1] if head else 0
        # What has several values, or long ones, comes here each time. An empty one does, too: where the data ends
        # right behind it, a slice cut off there would be taken for all that was asked for.
        if not 0 < size <= SHORT or head[-3:] != bytes((size + 2, OCTET_STRING, size)):
            return _NONE
        end = len(head) + size
        try:
            start, stops_at = element_at(head, 0, end, SEQUENCE)
            start, type_ends = element_at(head, start, stops_at, OCTET_STRING)
            values, values_end = element_at(head, type_ends, stops_at, SET)
            value = element_at(head, values, values_end, OCTET_STRING)
        except (Malformed, IndexError):
            return _NONE
        if value != (len(head), end):
            return _NONE
        known = KEYS[head[start:type_ends]], size
        if len(self) < self._most:
            self[head] = known
        return known


_HEADS = _Heads()


def decode_entry(data: bytes, position: int, end: int) -> tuple[bytes, Attributes]:
    """Return the name and the attributes of the entry whose content is `data[position:end]`. Raises Malformed."""
    name, position = _name(data, position, end)
    attributes: Attributes = {}
    heads = _HEADS
    at, around = _LONGEST if data[position + 1 : position + 2] == b"\x84" else _SHORTEST
    while position < end:
        try:
            value_at = position + around + data[position + at]
        except IndexError:  # fewer bytes are left than a head has
            value_at = position
        key, size = heads[data[position:value_at]]
        if key and key not in attributes:
            position = value_at + size
            attributes[key] = data[value_at:position]
        else:
            position = _attribute(data, position, end, attributes)
    if position > end:
        raise Malformed("an attribute that is longer than its entry")
    return name, attributes


def _name(data: bytes, position: int, end: int) -> tuple[bytes, int]:
    """Return the name, and where the first attribute begins; nothing may stand behind the last one."""
    start, stop = position + 2, position + 2 + data[position + 1] if position + 1 < end else end
    if stop + 4 <= end and stop - start <= SHORT and data[position] == OCTET_STRING and data[stop] == SEQUENCE:
        # the usual shapes: a short name, and a list of attributes whose length takes one byte, two, or four
        form = data[stop + 1]
        if form == _ONE_BYTE and stop + 3 + data[stop + 2] == end:
            return data[start:stop], stop + 3
        if form == _TWO_BYTES and stop + 4 + (data[stop + 2] << 8 | data[stop + 3]) == end:
            return data[start:stop], stop + 4
        if form == _FOUR_BYTES and stop + 6 + int.from_bytes(data[stop + 2 : stop + 6], "big") == end:
            return data[start:stop], stop + 6
    start, stop = element_at(data, position, end, OCTET_STRING)
    first, behind = element_at(data, stop, end, SEQUENCE)
    if behind != end:
        raise Malformed("an entry with something behind its attributes")
    return data[start:stop], first


def _attribute(data: bytes, position: int, end: int, attributes: Attributes) -> int:
    """Take an attribute of any shape, and return the position after it. Raises Malformed."""
    start, behind = element_at(data, position, end, SEQUENCE)
    start, stop = element_at(data, start, behind, OCTET_STRING)
    description = data[start:stop]
    position, stop = element_at(data, stop, behind, SET)
    if stop != behind:
        raise Malformed("an attribute with something behind its values")
    values: list[bytes] = []
    while position < behind:
        # the long form and what is wrong are rare even where there are 50,000 values
        length = data[position + 1] if position + 1 < behind else SHORT + 1
        stop = position + 2 + length
        if length > SHORT or stop > behind or data[position] != OCTET_STRING:
            start, stop = element_at(data, position, behind, OCTET_STRING)
            values.append(data[start:stop])
        else:
            values.append(data[position + 2 : stop])
        position = stop
    add_values(attributes, KEYS[description], values)
    return behind
