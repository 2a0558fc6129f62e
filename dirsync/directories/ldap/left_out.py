"""How many of a search's entries may be of no use before the whole answer is doubted."""

from __future__ import annotations

from dataclasses import dataclass, field

from dirsync.directories.ldap.page_loop import Failure

MOST_LEFT_OUT_SHARE = 0.10
"""A few bad entries are a few mistakes. A tenth of a directory is one: an attribute that may not be read any more, or
that the mapping misspells. Whoever is left out by it can't be told from whoever is gone."""
MOST_LEFT_OUT = 20
"""In a small directory a tenth is soon reached by mistakes that each have a cause of their own."""
_NAMED = 5


@dataclass(slots=True)
class LeftOut:
    """Counts the entries of one search that were left out; only the first few are kept, with the reason."""

    count: int = 0
    _first: list[str] = field(default_factory=list)
    _last: str = ""

    def note(self, name: str, reason: str) -> None:
        """Count an entry, once although several selections may have no use for it in a row."""
        if name == self._last:
            return
        self._last = name
        self.count += 1
        if len(self._first) < _NAMED:
            self._first.append(f"{name} ({reason})")

    def failure(self, entries: int, account: str) -> Failure | None:
        """Return why an answer of so many entries is doubted; None where what was left out is little enough."""
        if self.count <= MOST_LEFT_OUT or self.count <= entries * MOST_LEFT_OUT_SHARE:
            return None
        named = "; ".join([*self._first, f"and {self.count - len(self._first)} more"])
        return Failure(
            f"{self.count} of {entries} entries can't be used: {named}",
            f"Give {account or 'the anonymous account'} the right to read these attributes, or name in the mapping "
            "the ones that everybody has.",
        )
