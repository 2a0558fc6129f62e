"""What a domain controller counted after a mark, told to a receiver; see `update_numbers`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from dirsync.directories.ldap.changes.inquiry import WholeNeeded, below
from dirsync.directories.ldap.changes.reading import MOST_IDS, in_parts
from dirsync.directories.ldap.changes.tombstones import LEAST_LIFETIME
from dirsync.directories.ldap.entry import Entry
from dirsync.directories.ldap.filter import escape_assertion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dirsync.directories.ldap.changes.domain_controller import Mark
    from dirsync.directories.ldap.changes.inquiry import Inquiry
    from dirsync.directories.ldap.changes.interface import Receiver
    from dirsync.directories.ldap.changes.tombstones import Tombstones
    from dirsync.directories.ldap.page_loop import Undecodable
    from dirsync.directories.ldap.searches import Search

LIST_EVERY = 60 * 60
"""Seconds after which all ids are listed although what was deleted is shown: nothing else tells what was moved to where
the account sees nothing, or ended without a trace, as entries with a time to live do."""
_NUMBER = "uSNChanged"


@dataclass(frozen=True, slots=True)
class Told:
    """How the increment was told."""

    is_list: bool
    """Whether all that is still there was told, so that all others are gone."""
    listed_at: int
    """As in `Mark`."""


class Increment:
    """The changes that concern one search. `links`: attributes asked for that name other entries."""

    def __init__(
        self, inquiry: Inquiry, search: Search, tombstones: Tombstones, context: str, links: tuple[str, ...]
    ) -> None:
        self._inquiry = inquiry
        self._search = search
        self._tombstones = tombstones
        self._context = context
        self._links = links
        self._ids = set[str]()
        """Of what is asked for anew."""

    def tell(self, before: Mark, now: int, receiver: Receiver) -> Told:
        """Tell what changed after a mark. `now` as in `Mark`. Raises EndedEarly and WholeNeeded."""
        shows_deleted = 0 <= now - before.read_at < LEAST_LIFETIME and self._tombstones.are_shown(self._search)
        deleted = self._tombstones.since(before.committed, self._search) if shows_deleted else None
        if self._links:
            self._check_nobody_lost_a_member(before, now, deleted)
        is_list = deleted is None or not 0 <= now - before.listed_at < LIST_EVERY
        names = self._note_changes(before.committed) if self._links or not is_list else []
        if self._links:
            self._note_holders(names)
        listed_at = before.listed_at
        if is_list:
            listed_at = now if self._list(before.committed, receiver) else 0
        else:
            receiver.gone(deleted or ())
        self._inquiry.tell_those(self._search, self._ids, receiver)
        return Told(is_list, listed_at)

    def _check_nobody_lost_a_member(self, before: Mark, now: int, deleted: set[str] | None) -> None:
        uncounted = f"which Active Directory does not count as a change of the entries that named it ({self._links[0]})"
        if deleted:
            raise WholeNeeded(f"{len(deleted):,} entries were deleted, each of {uncounted}")
        if not 0 <= now - before.read_at < LEAST_LIFETIME:
            raise WholeNeeded(
                f"the last read was {abs(now - before.read_at) // 3600:,} hours away, and a domain controller may "
                f"forget after two days what was deleted, {uncounted}"
            )
        if deleted is None:
            raise WholeNeeded(
                f"the account is shown nobody who was deleted, {uncounted}; to have it read by changes, "
                f"{self._tombstones.remedy}"
            )

    def _note_changes(self, since: int) -> list[str]:
        """Note all that changed, wherever it is and whether it fits or not; return the names it has now."""
        question = below(self._search, self._context, f"({_NUMBER}>={since + 1})")
        return [self._noted(entry_id, entry) for entry_id, entry in self._inquiry.entries(question)]

    def _note_holders(self, names: Iterable[str]) -> None:
        """Note what names one of these entries, which may have had other names before."""
        for some in in_parts(names):
            named = "".join(f"({link}={escape_assertion(name)})" for link in self._links for name in some)
            holding = below(self._search, self._search.base, f"(&{self._search.filter}(|{named}))")
            for entry_id, entry in self._inquiry.entries(holding):
                self._noted(entry_id, entry)

    def _list(self, since: int, receiver: Receiver) -> bool:
        """Tell what is as it was, note what is not; say whether every entry shows its number."""
        all_show = True
        question = below(self._search, self._search.base, self._search.filter, _NUMBER)
        for entry_id, entry in self._inquiry.entries(question):
            number = _number(entry)
            all_show = all_show and number is not None
            if number is None or number > since:
                self._noted(entry_id, entry)
            else:
                receiver.still_there((_checked(entry_id, entry),))
        return all_show

    def _noted(self, entry_id: str, entry: Entry | Undecodable) -> str:
        self._ids.add(_checked(entry_id, entry))
        if len(self._ids) > MOST_IDS:
            raise WholeNeeded(f"more than {MOST_IDS:,} entries changed, or do not show their {_NUMBER}")
        return entry.dn


def _checked(entry_id: str, entry: Entry | Undecodable) -> str:
    try:
        UUID(entry_id)
    except ValueError:
        raise WholeNeeded(f"{entry.dn!r} does not show its objectGUID") from None
    return entry_id


def _number(entry: Entry | Undecodable) -> int | None:
    values = entry.values(_NUMBER) if isinstance(entry, Entry) else ()
    return int(values[0]) if values else None
