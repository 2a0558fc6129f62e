"""Content synchronization as 389-DS has it (seen with 2.3): it tells which entries changed, and the rest must be asked.

What it sends of a changed entry lacks the operational attributes, nsAccountLock and nsUniqueId among them, and of an
entry that no longer fits the filter it sends nothing. So it is asked for the ids of all that changed below the base,
whatever the filter, and then for those of them that fit: what does not is gone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dirsync.directories.ldap.asking import ANYTHING, NO_ATTRIBUTES
from dirsync.directories.ldap.changes.content_sync import ContentSync
from dirsync.directories.ldap.changes.interface import Changes
from dirsync.directories.ldap.changes.position import Position, parse_position, question_digest, why_not
from dirsync.directories.ldap.changes.reading import MOST_IDS, Reading
from dirsync.directories.ldap.page_loop import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dirsync.directories.ldap.address import LdapConnection
    from dirsync.directories.ldap.asking import Questions
    from dirsync.directories.ldap.changes.interface import Receiver
    from dirsync.directories.ldap.dialects.interface import Dialect, RootDse
    from dirsync.directories.ldap.entry import Entry
    from dirsync.directories.ldap.page_loop import Undecodable
    from dirsync.directories.ldap.searches import Search


class ContentSync389:
    """Asks one 389-DS what changed; see `ChangeFeed`. Entries are known by nsUniqueId."""

    name = "content synchronization (RFC 4533) of ids"
    tells_deletions = True

    def __init__(self, settings: LdapConnection, root: RootDse, dialect: Dialect) -> None:
        self._settings = settings
        self._root = root
        self._dialect = dialect
        self._sync = ContentSync(settings, root, dialect)

    def poll(
        self, questions: Questions, search: Search, position: Position | None, receiver: Receiver
    ) -> Changes | Failure:
        """See `ChangeFeed.poll`."""
        asked = question_digest(self.name, self._root, self._settings, search)
        why_full = why_not(position, asked, containers="")
        # the cookie is the whole position of the feed below
        inner = None if why_full or position is None else parse_position(position.cookie.decode())
        ids = _Ids()
        everything = replace(search, filter=ANYTHING, attributes=(NO_ATTRIBUTES,))
        told = self._sync.poll(questions, everything, inner, ids)
        if isinstance(told, Failure):
            return told
        why_full = why_full or told.why_full
        if ids.are_too_many and not why_full:
            why_full = f"more than {MOST_IDS:,} entries changed"
        receiver.start_over()
        reading = Reading(questions, self._settings, self._dialect)
        if why_full:
            failure = reading.all_of(search, receiver)
        else:
            receiver.gone(ids.deleted)
            failure = reading.those_of(search, ids.altered, receiver)
        if failure:
            return failure
        return Changes(Position(asked, str(told.position).encode()), bool(why_full), why_full)


class _Ids:
    """Receives which entries changed and which are gone, and nothing else of them."""

    def __init__(self) -> None:
        self.altered: set[str] = set()
        self.deleted: set[str] = set()

    @property
    def are_too_many(self) -> bool:
        """Whether there were more than are kept."""
        return len(self.altered) + len(self.deleted) > MOST_IDS

    def start_over(self) -> None:
        """See `Receiver`."""
        self.altered.clear()
        self.deleted.clear()

    def changed(self, entry_id: str, _: Entry | Undecodable) -> None:
        """See `Receiver`."""
        self.deleted.discard(entry_id)
        if not self.are_too_many:
            self.altered.add(entry_id)

    def gone(self, entry_ids: Iterable[str]) -> None:
        """See `Receiver`."""
        for entry_id in entry_ids:
            self.altered.discard(entry_id)
            if not self.are_too_many:
                self.deleted.add(entry_id)

    def still_there(self, entry_ids: Iterable[str]) -> None:
        """See `Receiver`; nothing to do, since 389-DS never tells it."""
