"""Values that are bytes on the line and text everywhere else: an id must look the same in every tool."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from dirsync.directories.ldap.attribute_names import canonical
from dirsync.directories.ldap.filter import escape_assertion

if TYPE_CHECKING:
    from collections.abc import Callable

_GUID_SIZE = 16
_GUIDS = frozenset({"objectguid", "ms-ds-consistencyguid"})
"""Of Active Directory. The first three groups of digits are stored lowest byte first ([MS-DTYP] 2.3.4.2)."""


def text_of(attribute: str, value: bytes) -> str:
    """Return the text of a value. Raises ValueError."""
    return text_reader(attribute)(value)


def text_reader(attribute: str) -> Callable[[bytes], str]:
    """Return what gives the text of this attribute's values, and raises ValueError for those that have none."""
    return _guid_text if canonical(attribute) in _GUIDS else bytes.decode


def _guid_text(value: bytes) -> str:
    """Return what `str(UUID(bytes_le=value))` is, in a third of the time: Active Directory has one in each entry."""
    if len(value) != _GUID_SIZE:
        raise ValueError(f"it has {len(value)} bytes instead of {_GUID_SIZE}")
    rest = value[8:].hex()
    return f"{value[3::-1].hex()}-{value[5:3:-1].hex()}-{value[7:5:-1].hex()}-{rest[:4]}-{rest[4:]}"


def assertion_of(attribute: str, text: str) -> str:
    """Return what stands for a text in a filter on this attribute. Raises ValueError where no value has that text."""
    if canonical(attribute) in _GUIDS:
        return "".join(f"\\{byte:02x}" for byte in UUID(text).bytes_le)
    return escape_assertion(text)
