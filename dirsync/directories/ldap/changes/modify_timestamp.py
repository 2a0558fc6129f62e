"""Changes by time, for servers that offer nothing better: what was modified since, and nothing of what is gone."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from dirsync.directories.ldap.changes.containers import containers_digest
from dirsync.directories.ldap.changes.interface import Changes
from dirsync.directories.ldap.changes.position import Position, question_digest, why_not
from dirsync.directories.ldap.changes.reading import Reading
from dirsync.directories.ldap.entry import Entry
from dirsync.directories.ldap.page_loop import Failure, SearchEnd

if TYPE_CHECKING:
    from dirsync.directories.ldap.address import LdapConnection
    from dirsync.directories.ldap.asking import Questions
    from dirsync.directories.ldap.changes.interface import Receiver
    from dirsync.directories.ldap.dialects.interface import Dialect, RootDse
    from dirsync.directories.ldap.searches import Search

# RFC 4512, 3.4; an entry that was never modified has only the first at some servers
TIMES = ("createTimestamp", "modifyTimestamp")
OVERLAP = timedelta(minutes=10)
"""How far back of the last change known the next poll begins: timestamps have whole seconds, are set before the change
can be seen, and come from several clocks where there are several servers."""
# RFC 4517, 3.3.13: minutes, seconds and a fraction may be missing
_TIME = re.compile(r"(\d{10})(\d\d)?(\d\d)?(?:[.,]\d+)?(Z|[+-]\d{4})")


class ModifyTimestamp:
    """Asks any server what was changed; see `ChangeFeed`. `now` (UTC) bounds what entries from the future can do.

    Entries are known by the id attribute of the dialect, by their names where they have none.
    """

    name = "changes by modifyTimestamp"
    tells_deletions = False

    def __init__(self, settings: LdapConnection, root: RootDse, dialect: Dialect, now: datetime) -> None:
        self._settings = settings
        self._root = root
        self._dialect = dialect
        self._now = now

    def poll(
        self, questions: Questions, search: Search, position: Position | None, receiver: Receiver
    ) -> Changes | Failure:
        """See `ChangeFeed.poll`."""
        containers = containers_digest(questions, search, self._dialect, self._settings)
        if isinstance(containers, Failure):
            return containers
        asked = question_digest(self.name, self._root, self._settings, search)
        why_full = why_not(position, asked, containers)
        since = None if why_full or position is None else read_time(position.cookie)
        receiver.start_over()
        told = self._ask(questions, self._since(search, since), receiver)
        if isinstance(told, Failure):
            return told
        latest = max((time for time in (since, told) if time), default=None)
        return Changes(
            position=Position(asked, written_time(min(latest, self._now)) if latest else b"", containers),
            others_are_gone=bool(why_full),
            why_full=why_full,
            knows_deletions=bool(why_full),
        )

    def _since(self, search: Search, since: datetime | None) -> Search:
        wanted = search.filter
        if since:
            begin = written_time(since - OVERLAP).decode()
            wanted = f"(&{wanted}(|{''.join(f'({name}>={begin})' for name in TIMES)}))"
        return replace(search, filter=wanted)

    def _ask(self, questions: Questions, search: Search, receiver: Receiver) -> datetime | Failure | None:
        """Return the latest time in the answer."""
        end = SearchEnd()
        latest: datetime | None = None
        for entry_id, entry in Reading(questions, self._settings, self._dialect).entries(search, end, TIMES):
            receiver.changed(entry_id, entry)
            if isinstance(entry, Entry):
                values = (value for name in TIMES for value in entry.values(name))
                latest = max((time for time in (latest, *map(read_time, values)) if time), default=None)
        return end.failure or latest


def read_time(value: bytes) -> datetime | None:
    """Return the second of a GeneralizedTime in UTC; None for what is none."""
    found = _TIME.fullmatch(value.decode("ascii", "replace"))
    if not found:
        return None
    hour, minutes, seconds, zone = found.groups()
    text = f"{hour}{minutes or '00'}{seconds or '00'}{zone.replace('Z', '+0000')}"
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S%z").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def written_time(time: datetime) -> bytes:
    """Return a time in UTC as GeneralizedTime."""
    return time.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode()
