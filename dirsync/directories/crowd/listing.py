"""A whole listing from Crowd, page by page, with the proof that the end was reached."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dirsync.errors import ReadIncomplete
from dirsync.model.names import fold
from dirsync.model.snapshot import SearchProof

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.directories.crowd.client import CrowdClient

ROUND = 50
"""A page that is short and ends at a multiple of this may be cut by a server's or proxy's own limit."""
OVERLAP = 1
"""Entries of a page that the next one is asked to begin with."""
MOST_STEPS_BACK = 20
ONLY_NAMED = frozenset({"name", "link"})
"""What Crowd shows of an entry when `expand` was not honoured (crowd-rest.md 2.1)."""


@dataclass(slots=True)
class Listing:
    """All `user` or `group` records that fit `restriction`, by pages.

    Crowd tells neither how many there are nor whether more follow: the end is a page shorter than asked for.
    Each page begins with the last entry of the one before: where that is not there, something went meanwhile, what
    follows has moved up, and the pages before are asked for again, for somebody would be passed over. An entry may
    come twice when something is inserted between two pages (BSERV-3947). Iterating raises `ReadIncomplete` when the
    server repeats itself, and when more goes than can be read.
    """

    client: CrowdClient
    entity: str
    restriction: str
    page_size: int
    pages: int = 0
    entries: int = 0
    is_whole: bool = False
    _seen: set[bytes] = field(default_factory=set)
    _steps_back: int = 0

    def __iter__(self) -> Iterator[list[object]]:
        """Yield pages of raw records, without those at the beginning that were in the page before."""
        # Pages of one entry can't overlap: the next one would be the same.
        overlap = OVERLAP if self.page_size > OVERLAP else 0
        start, before, is_again = 0, list[str](), False
        while not self.is_whole:
            records = self.client.search(self.entity, self.restriction, start, self.page_size)
            names = [_identity(record) for record in records]
            if start and overlap and set(before).isdisjoint(names):
                start, is_again = self._step_back(start), True
                continue
            if records:
                self._refuse_mere_names(records)
            if records and not is_again:
                self._refuse_repetition(start, names)
            known = set(before)
            new = [record for record, name in zip(records, names, strict=True) if name not in known]
            self.pages += 1
            self.entries += len(new)
            is_short = len(records) < self.page_size
            is_suspiciously_round = bool(records) and len(records) % ROUND == 0
            self.is_whole = is_short and not is_suspiciously_round
            start, before, is_again = start + len(records) - overlap, names, False
            yield new

    def _step_back(self, start: int) -> int:
        """Return where to ask again, for what was to be the first entry has moved up or is gone."""
        self._steps_back += 1
        if self._steps_back > MOST_STEPS_BACK:
            raise ReadIncomplete(
                f"{self.client.endpoint.name}: {self.entity}s vanish from Crowd faster than they can be read: after "
                f"{MOST_STEPS_BACK} beginnings anew somebody may still have been passed over.",
                f"Read again when nothing is deleted in Crowd, or raise {self.client.endpoint.setting('PAGE_SIZE')}.",
            )
        return max(0, start - self.page_size + OVERLAP)

    def proof(self) -> SearchProof:
        """Return how the listing ended."""
        what = f"/search {self.entity} {self.restriction}".strip()
        result = "HTTP 200, a page shorter than asked for" if self.is_whole else "ended early"
        return SearchProof(what, self.pages, self.entries, result)

    def _refuse_repetition(self, start: int, names: list[str]) -> None:
        # One digest a page instead of every name, so that memory does not grow with the directory.
        digest = hashlib.sha256("\0".join(sorted(names)).encode(errors="surrogatepass")).digest()[:16]
        if digest in self._seen:
            raise ReadIncomplete(
                f"{self.client.endpoint.name}: Crowd sent the same {len(names):,} {self.entity}s again when asked "
                f"for those from number {start:,} on, so that the rest can't be read.",
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


def _identity(record: object) -> str:
    return str(record.get("key") or fold(str(record.get("name")))) if isinstance(record, dict) else repr(record)
