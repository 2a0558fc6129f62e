"""Changes by uSNChanged: what Active Directory counted since, on the domain controller that answers.

It takes no right to replicate. What is gone is told in one of two ways: by what was deleted (`tombstones`), with what
changed so that it no longer fits; and, where the account is not shown that, and once an hour anyway, by a list of the
ids of all that fits, which also tells what was moved to where the account sees nothing.

Entries that name others (groups their members) are told only where the account is shown what was deleted, and are read
whole when something was: nothing else tells which groups lost a member (`counted`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dirsync.directories.ldap.changes.counted import links_asked_for
from dirsync.directories.ldap.changes.domain_controller import Mark, answering, check_mark, read_mark
from dirsync.directories.ldap.changes.inquiry import EndedEarly, Inquiry, WholeNeeded
from dirsync.directories.ldap.changes.interface import Changes
from dirsync.directories.ldap.changes.number_increment import Increment
from dirsync.directories.ldap.changes.position import Position, question_digest, why_not
from dirsync.directories.ldap.changes.tombstones import Tombstones
from dirsync.directories.ldap.dn import is_below, normal

if TYPE_CHECKING:
    from datetime import datetime

    from dirsync.directories.ldap.address import LdapConnection
    from dirsync.directories.ldap.asking import Questions
    from dirsync.directories.ldap.changes.interface import Receiver
    from dirsync.directories.ldap.dialects.interface import Dialect, RootDse
    from dirsync.directories.ldap.page_loop import Failure
    from dirsync.directories.ldap.searches import Search


@dataclass(frozen=True, slots=True)
class _Start:
    """What is known before the first entry is asked for."""

    position: Position
    """Where a full answer leads."""
    mark: Mark
    context: str
    """The naming context that holds the base."""
    links: tuple[str, ...]


class UpdateNumbers:
    """Asks one domain controller what changed; see `ChangeFeed`. `now` is in UTC.

    Entries are known by objectGUID.
    """

    name = "changes by uSNChanged"
    tells_deletions = True

    def __init__(self, settings: LdapConnection, root: RootDse, dialect: Dialect, now: datetime) -> None:
        self._settings = settings
        self._root = root
        self._dialect = dialect
        self._now = int(now.timestamp())

    def poll(
        self, questions: Questions, search: Search, position: Position | None, receiver: Receiver
    ) -> Changes | Failure:
        """See `ChangeFeed.poll`."""
        inquiry = Inquiry(questions, self._settings, self._dialect)
        asked = question_digest(self.name, self._root, self._settings, search)
        try:
            try:
                start = self._start(inquiry, search, asked)
            except WholeNeeded as reason:
                return _whole(inquiry, search, Position(asked, b""), str(reason), receiver)
            try:
                return self._increment(inquiry, search, position, start, receiver)
            except WholeNeeded as reason:
                return _whole(inquiry, search, start.position, str(reason), receiver)
        except EndedEarly as ended:
            return ended.failure

    def _start(self, inquiry: Inquiry, search: Search, asked: str) -> _Start:
        context = self._context(search.base)
        controller = answering(inquiry)
        links = links_asked_for(inquiry, search, controller.schema)
        # the names that others end in: of whatever may be a member, too
        containers = inquiry.containers(replace(search, base=context) if links else search)
        mark = Mark(controller.name, controller.id, controller.database, controller.committed, self._now)
        return _Start(Position(asked, bytes(mark), containers), mark, context, links)

    def _increment(
        self, inquiry: Inquiry, search: Search, position: Position | None, start: _Start, receiver: Receiver
    ) -> Changes:
        why = why_not(position, start.position.asked, start.position.containers)
        if why or position is None:
            raise WholeNeeded(why)
        before = read_mark(position.cookie)
        check_mark(before, start.mark)
        tombstones = Tombstones(inquiry, self._root, start.context)
        receiver.start_over()
        told = Increment(inquiry, search, tombstones, start.context, start.links).tell(before, self._now, receiver)
        mark = replace(start.mark, listed_at=told.listed_at)
        return Changes(replace(start.position, cookie=bytes(mark)), others_are_gone=told.is_list)

    def _context(self, base: str) -> str:
        """Return the innermost naming context that holds a base. Raises WholeNeeded."""
        name = normal(base)
        holding = [context for context in self._root.naming_contexts if is_below(name, normal(context))]
        if not holding:
            raise WholeNeeded(f"the domain controller does not say which part of the domain holds {base or 'the root'}")
        return max(holding, key=len)


def _whole(inquiry: Inquiry, search: Search, position: Position, reason: str, receiver: Receiver) -> Changes:
    receiver.start_over()
    inquiry.tell_all(search, receiver)
    return Changes(position, others_are_gone=True, why_full=reason)
