"""Values that are bytes on the line."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dirsync.directories.ldap.text_forms import text_of


@given(st.binary(min_size=16, max_size=16), st.sampled_from(["objectGUID", "OBJECTGUID", "mS-DS-ConsistencyGuid"]))
def test_a_guid_looks_as_it_does_in_every_tool(value: bytes, attribute: str) -> None:
    assert text_of(attribute, value) == str(UUID(bytes_le=value))


@pytest.mark.parametrize("size", [0, 15, 17])
def test_what_has_not_the_size_of_a_guid_is_none(size: int) -> None:
    with pytest.raises(ValueError, match=f"it has {size} bytes instead of 16"):
        text_of("objectGUID", b"x" * size)


def test_other_values_are_text() -> None:
    assert text_of("entryUUID", "é".encode()) == "é"
    with pytest.raises(UnicodeDecodeError):
        text_of("entryUUID", b"\xff")
