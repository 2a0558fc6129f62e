"""Versions of products as numbers that compare; what products write behind the numbers says nothing of their order."""

from __future__ import annotations

import re
from typing import Final

_NUMBERS: Final = re.compile(r"\s*v?([0-9]{1,9}(?:\.[0-9]{1,9})*)(?![0-9])")
"""No product has a number of more digits, and Python takes no text of more than 4,300 for one (`int`)."""


def version_numbers(version: str) -> tuple[int, ...]:
    """Return the numbers a version begins with: (10, 3, 0) for 10.3.0-QR-20240101; none for what is no version."""
    found = _NUMBERS.match(version)
    return tuple(map(int, found[1].split("."))) if found else ()


def is_before(version: str | None, first: tuple[int, ...]) -> bool:
    """Say whether a version is older than `first`; one that nobody knows, or that is none, is not."""
    numbers = version_numbers(version or "")[: len(first)]
    return bool(numbers) and numbers < first
