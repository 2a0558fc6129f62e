"""What parts and notes of a Crowd application are called from read to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

TOKEN: Final = "event token"
DIRECTORIES: Final = "directories of Crowd"
PROVED: Final = "number of users proved"
"""When, in seconds of Unix time."""
MEMBERSHIPS: Final = "memberships"


def question_of(entity: str, restriction: str, names: Sequence[str]) -> str:
    """Return what the users or groups of these Selections are an answer to."""
    return repr((entity, restriction, tuple(names)))


def unusable(entity: str) -> str:
    """Return what entries that were left out are an answer to."""
    return f"unusable {entity}s"
