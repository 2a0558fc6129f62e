"""What is put together one by one and gone through as a whole: a list, or what holds more than memory should.

A first night takes a million accounts over; pure code gathers them without knowing where they lie.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")


class Pile(Protocol[T]):
    """Takes things of one kind or a few, and gives them in the order in which they came, as often as wanted."""

    def append(self, one: T, /) -> None:
        """Put one more on it."""

    def __iter__(self) -> Iterator[T]:
        """Yield them from the first on; nothing may be appended meanwhile."""

    def __len__(self) -> int:
        """Count them."""


NewPile: TypeAlias = Callable[[], Pile[Any]]
"""Gives an empty one; `list` does for small numbers and tests."""
