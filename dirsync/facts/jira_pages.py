"""Lists that a product sends page by page: read to the end, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from dirsync.errors import ReadIncomplete

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")
MOST_PAGES = 20_000
"""Of a hundred entries each, more than any Jira or Crowd has of anything that is asked for here."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page. `size` counts the records as sent, which is how far the next page starts behind this one."""

    records: Mapping[str, T]
    """By what tells them apart."""
    size: int
    is_last: bool


def all_records(
    page_from: Callable[[int], Page[T]], source: str, what: str, start_is_named: str, product: str = "Jira"
) -> dict[str, T]:
    """Return the records of all pages; `page_from` gets the number of the first record wanted.

    A server may send less than was asked for. Raises `ReadIncomplete` when it promises more and brings nothing new,
    and when it never comes to an end.
    """
    records: dict[str, T] = {}
    start = 0
    for _ in range(MOST_PAGES):
        page = page_from(start)
        is_repetition = page.size > 0 and page.records.keys() <= records.keys()
        if is_repetition or (page.size == 0 and not page.is_last):
            raise ReadIncomplete(
                f"{source}: {product} says that more {what} follow number {start:,}, and sends no new ones.",
                f"Look for a proxy or cache that drops `{start_is_named}` from the query.",
            )
        records |= page.records
        start += page.size
        if page.is_last:
            return records
    raise ReadIncomplete(
        f"{source}: {product} says after {MOST_PAGES:,} pages with {len(records):,} {what} that more follow.",
        f"Look for a proxy that makes up answers; {product} itself comes to an end.",
    )
