"""What a domain controller counted after a mark, told to a receiver; see `update_numbers`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from dirsync.directories.ldap.changes.inquiry import WholeNeeded, question
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

    def tell(self, before: Mark, now: int, receiver: Receiver) -> Told:
        """Tell what changed after a mark. `now` as in `Mark`. Raises EndedEarly and WholeNeeded."""
        deleted = self._tombstones.since(before.committed) if self._tombstones.are_shown() else None
        if self._links:
            self._check_nobody_lost_a_member(before, now, deleted)
        is_list = deleted is None or not 0 <= now - before.listed_at < LIST_EVERY
        changed = self._changed_anywhere(before.committed) if self._links or not is_list else None
        if self._links and changed is None:
            raise WholeNeeded(f"more than {MOST_IDS:,} entries changed")
        if deleted is None or changed is None or is_list:
            all_show = self._tell_list(before.committed, receiver)
            told = Told(is_list=True, listed_at=now if all_show else 0)
        else:
            fitting = self._tell_changed(before.committed, receiver)
            receiver.gone(entry_id for entry_id in (*deleted, *changed) if entry_id not in fitting)
            told = Told(is_list=False, listed_at=before.listed_at)
        if self._links and changed:
            self._tell_holders(changed.values(), receiver)
        return told

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

    def _changed_anywhere(self, since: int) -> dict[str, str] | None:
        """Return the name of each entry that changed, wherever it is and whether it fits or not, by id.

        None where they are too many to be kept.
        """
        found: dict[str, str] = {}
        for entry_id, entry in self._inquiry.entries(question(self._context, f"({_NUMBER}>={since + 1})")):
            _check(entry_id, entry)
            found[entry_id] = entry.dn
            if len(found) > MOST_IDS:
                return None
        return found

    def _tell_changed(self, since: int, receiver: Receiver) -> set[str]:
        """Tell what changed and fits; return the ids."""
        fitting = set[str]()
        for entry_id, entry in self._inquiry.entries(self._search_for(f"({_NUMBER}>={since + 1})")):
            fitting.add(entry_id)
            receiver.changed(entry_id, entry)
        return fitting

    def _tell_list(self, since: int, receiver: Receiver) -> bool:
        """Tell all that fits: what changed, and the ids of the rest. Say whether every entry shows its number."""
        hiding = set[str]()
        for entry_id, entry in self._inquiry.entries(question(self._search.base, self._search.filter, _NUMBER)):
            _check(entry_id, entry)
            number = _number(entry)
            if number is None:
                hiding.add(entry_id)
                if len(hiding) > MOST_IDS:
                    raise WholeNeeded(f"more than {MOST_IDS:,} entries do not show their {_NUMBER}")
            elif number <= since:
                receiver.still_there((entry_id,))
        self._inquiry.tell_all(self._search_for(f"({_NUMBER}>={since + 1})"), receiver)
        self._inquiry.tell_those(self._search, hiding, receiver)
        return not hiding

    def _tell_holders(self, names: Iterable[str], receiver: Receiver) -> None:
        """Tell what names one of these entries, which may have had other names before."""
        for some in in_parts(names):
            named = "".join(f"({link}={escape_assertion(name)})" for link in self._links for name in some)
            self._inquiry.tell_all(self._search_for(f"(|{named})"), receiver)

    def _search_for(self, condition: str) -> Search:
        return replace(self._search, filter=f"(&{self._search.filter}{condition})")


def _check(entry_id: str, entry: Entry | Undecodable) -> None:
    """Raise WholeNeeded where an entry goes by its name, having no id."""
    try:
        UUID(entry_id)
    except ValueError:
        raise WholeNeeded(f"{entry.dn!r} does not show its objectGUID") from None


def _number(entry: Entry | Undecodable) -> int | None:
    values = entry.values(_NUMBER) if isinstance(entry, Entry) else ()
    return int(values[0]) if values else None
