"""SearchResultEntry (RFC 4511, 4.5.2) from bytes to a name and its attributes' values, and nothing decoded twice.

    SearchResultEntry ::= [APPLICATION 4] SEQUENCE { objectName LDAPDN, attributes SEQUENCE OF
        SEQUENCE { type AttributeDescription, vals SET OF value OCTET STRING } }

Nearly every attribute has one short value, so that its first four bytes say how all its lengths must be written. The
loop compares; whatever is not just so goes to `_attribute`, which looks at each length before it follows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.directories.ldap.attribute_names import KEYS
from dirsync.directories.ldap.entry import add_values
from dirsync.directories.ldap.wire.ber import OCTET_STRING, SEQUENCE, SET, SHORT, Malformed, element_at

if TYPE_CHECKING:
    from dirsync.directories.ldap.entry import Attributes


class _PlainAttributes(dict[bytes, tuple[int, int, bytes]]):
    """For the first four bytes of an attribute, what follows if it has one short value.

    These bytes are SEQUENCE, its length, OCTET STRING, its length; they tell where the type ends, where the
    attribute ends, and which four bytes must stand between type and value: SET and OCTET STRING of the right lengths.
    Not more than 128 x 128 of them are well-formed, and a directory has a few dozen.
    """

    def __missing__(self, head: bytes) -> tuple[int, int, bytes]:
        """Work out what must follow a head that was not met before."""
        if len(head) < len("head") or (head[0], head[2]) != (SEQUENCE, OCTET_STRING) or head[1] > SHORT:
            return _NOT_PLAIN
        to_type_end, to_end = 4 + head[3], 2 + head[1]
        of_value = to_end - to_type_end - 4
        if of_value < 0:
            return _NOT_PLAIN
        known = self[head] = (to_type_end, to_end, bytes((SET, of_value + 2, OCTET_STRING, of_value)))
        return known


_ONE_BYTE, _TWO_BYTES = 0x81, 0x82
"""Lengths in the long form: how many bytes of length follow (X.690, 8.1.3.5)."""
_NOT_PLAIN = (0, 0, b"no slice of four bytes")
_PLAIN = _PlainAttributes()


def decode_entry(data: bytes, position: int, end: int) -> tuple[bytes, Attributes]:
    """Return the name and the attributes of the entry whose content is `data[position:end]`. Raises Malformed."""
    name, position = _head(data, position, end)
    attributes: Attributes = {}
    keys, plain = KEYS, _PLAIN
    while position < end:
        to_type_end, to_end, head_of_values = plain[data[position : position + 4]]
        type_ends = position + to_type_end
        behind = position + to_end
        if (
            data[type_ends : type_ends + 4] == head_of_values
            and behind <= end
            and (key := keys[data[position + 4 : type_ends]]) not in attributes
        ):
            attributes[key] = data[type_ends + 4 : behind]
            position = behind
        else:
            position = _attribute(data, position, end, attributes)
    return name, attributes


def _head(data: bytes, position: int, end: int) -> tuple[bytes, int]:
    """Return the name, and where the first attribute begins; nothing may stand behind the last one."""
    start, stop = position + 2, position + 2 + data[position + 1] if position + 1 < end else end
    # the usual shape: a short name, and a list of attributes whose length takes two bytes behind 0x82, or one
    if stop + 4 <= end and stop - start <= SHORT and data[position] == OCTET_STRING and data[stop] == SEQUENCE:
        form = data[stop + 1]
        if form == _TWO_BYTES and stop + 4 + (data[stop + 2] << 8 | data[stop + 3]) == end:
            return data[start:stop], stop + 4
        if form == _ONE_BYTE and stop + 3 + data[stop + 2] == end:
            return data[start:stop], stop + 3
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
