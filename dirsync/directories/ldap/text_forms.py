"""Values that are bytes on the line and text everywhere else: an id must look the same in every tool."""

from __future__ import annotations

from uuid import UUID

from dirsync.directories.ldap.attribute_names import canonical
from dirsync.directories.ldap.filter import escape_assertion

_GUIDS = frozenset({"objectguid", "ms-ds-consistencyguid"})
"""Of Active Directory. The first three groups of digits are stored lowest byte first ([MS-DTYP] 2.3.4.2)."""


def text_of(attribute: str, value: bytes) -> str:
    """Return the text of a value. Raises ValueError."""
    if canonical(attribute) in _GUIDS:
        return str(UUID(bytes_le=value))
    return value.decode()


def assertion_of(attribute: str, text: str) -> str:
    """Return what stands for a text in a filter on this attribute. Raises ValueError where no value has that text."""
    if canonical(attribute) in _GUIDS:
        return "".join(f"\\{byte:02x}" for byte in UUID(text).bytes_le)
    return escape_assertion(text)
