"""A whole listing from Crowd, page by page, with the proof that the end was reached."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dirsync.errors import ReadIncomplete
from dirsync.model.snapshot import SearchProof

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.directories.crowd.client import CrowdClient

ROUND = 50
"""A page that is short and ends at a multiple of this may be cut by a server's or proxy's own limit."""
ONLY_NAMED = frozenset({"name", "link"})
"""What Crowd shows of an entry when `expand` was not honoured (crowd-rest.md 2.1)."""


@dataclass(slots=True)
class Listing:
    """All `user` or `group` records that fit `restriction`, by pages.

    Crowd tells neither how many there are nor whether more follow: the end is a page shorter than asked for.
    An entry may come twice when something is inserted between two pages (BSERV-3947); the spool knows an
    entry by its id and takes it once. Iterating raises `ReadIncomplete` when the server repeats itself.
    """

    client: CrowdClient
    entity: str
    restriction: str
    page_size: int
    pages: int = 0
    entries: int = 0
    is_whole: bool = False
    _seen: set[bytes] = field(default_factory=set)

    def __iter__(self) -> Iterator[list[object]]:
        """Yield pages of raw records."""
        while not self.is_whole:
            records = self.client.search(self.entity, self.restriction, self.entries, self.page_size)
            if records:
                self._refuse_repetition(records)
                self._refuse_mere_names(records)
            self.pages += 1
            self.entries += len(records)
            is_short = len(records) < self.page_size
            is_suspiciously_round = bool(records) and len(records) % ROUND == 0
            self.is_whole = is_short and not is_suspiciously_round
            yield records

    def proof(self) -> SearchProof:
        """Return how the listing ended."""
        what = f"/search {self.entity} {self.restriction}".strip()
        result = "HTTP 200, a page shorter than asked for" if self.is_whole else "ended early"
        return SearchProof(what, self.pages, self.entries, result)

    def _refuse_repetition(self, records: list[object]) -> None:
        # One digest a page instead of every name, so that memory does not grow with the directory.
        names = sorted(str(record.get("name")) if isinstance(record, dict) else repr(record) for record in records)
        digest = hashlib.sha256("\0".join(names).encode(errors="surrogatepass")).digest()[:16]
        if digest in self._seen:
            raise ReadIncomplete(
                f"{self.client.endpoint.name}: Crowd sent the same {len(records):,} {self.entity}s again when asked "
                f"for those from number {self.entries:,} on, so that the rest can't be read.",
                "Look for a proxy or cache that drops `start-index` from the query, "
                f"or raise {self.client.endpoint.setting('PAGE_SIZE')} above the number of {self.entity}s.",
            )
        self._seen.add(digest)

    def _refuse_mere_names(self, records: list[object]) -> None:
        if all(isinstance(record, dict) and record.keys() <= ONLY_NAMED for record in records):
            raise ReadIncomplete(
                f"{self.client.endpoint.name}: Crowd sent only the names of its {self.entity}s, not whether they are "
                "active.",
                "Look for a proxy or cache that drops `expand` from the query.",
            )
