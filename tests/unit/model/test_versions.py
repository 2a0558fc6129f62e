"""Versions as products write them, and as somebody could write them to do harm."""

from __future__ import annotations

import pytest

from dirsync.model.versions import is_before, version_numbers

MANY_DIGITS = "9" * 5000
"""More than Python turns into a number."""


@pytest.mark.parametrize(
    ("version", "numbers"),
    [
        ("9.12", (9, 12)),
        ("9.12.8", (9, 12, 8)),
        (" v10.3.0", (10, 3, 0)),
        ("10.3.0-QR-20240101", (10, 3, 0)),
        ("8.19.0-m0001", (8, 19, 0)),
        ("6.4.14#64029", (6, 4, 14)),
        ("7", (7,)),
        ("7.", (7,)),
        ("9.x", (9,)),
        ("", ()),
        ("next", ()),
        (".5", ()),
        ("\u0669.12", ()),
        (MANY_DIGITS, ()),
        (f"9.{MANY_DIGITS}", (9,)),
    ],
)
def test_the_numbers_a_version_begins_with_are_taken_and_nothing_else(version: str, numbers: tuple[int, ...]):
    assert version_numbers(version) == numbers


@pytest.mark.parametrize(
    ("version", "first", "expected"),
    [
        ("8.18.9", (8, 19), True),
        ("8.19.0", (8, 19), False),
        ("8.5-SNAPSHOT", (8, 19), True),
        ("9.12", (8, 19), False),
        ("10.3.0-QR-20240101", (8, 19), False),
        ("6.4.14", (7,), True),
        ("7.0.0", (7,), False),
        (None, (7,), False),
        ("", (7,), False),
        ("next", (7,), False),
        (MANY_DIGITS, (7,), False),
    ],
)
def test_what_is_no_version_is_before_none(version: str | None, first: tuple[int, ...], *, expected: bool):
    assert is_before(version, first) is expected
