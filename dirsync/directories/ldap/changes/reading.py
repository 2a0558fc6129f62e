"""Entries with their ids, page by page, and by their ids: for feeds whose server does not send them by itself."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from dirsync.directories.ldap.entry import Entry
from dirsync.directories.ldap.page_loop import SearchEnd, pages_of
from dirsync.directories.ldap.text_forms import assertion_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dirsync.directories.ldap.address import LdapConnection
    from dirsync.directories.ldap.asking import Questions
    from dirsync.directories.ldap.changes.interface import Receiver
    from dirsync.directories.ldap.dialects.interface import Dialect
    from dirsync.directories.ldap.page_loop import Failure, Undecodable
    from dirsync.directories.ldap.searches import Search

MOST_IDS = 10_000
"""Where more entries changed, reading them all is quicker than asking for each by its id."""
AT_A_TIME = 100
"""How many ids or names one filter holds."""


class Reading:
    """Asks searches of one server to their end, by the id attribute of its dialect."""

    def __init__(self, questions: Questions, settings: LdapConnection, dialect: Dialect) -> None:
        self._questions = questions
        self._settings = settings
        self._dialect = dialect

    def entries(
        self, search: Search, end: SearchEnd, more_attributes: Iterable[str] = ()
    ) -> Iterator[tuple[str, Entry | Undecodable]]:
        """Yield entries by their ids, by their names where they have none; `end` says afterwards whether that was all.

        The id and `more_attributes` are asked for beside those of the search.
        """
        there = {name.lower() for name in search.attributes}
        needed = (self._dialect.attributes.id, *more_attributes)
        asking = replace(
            search, attributes=(*search.attributes, *(name for name in needed if name.lower() not in there))
        )
        settings = self._settings
        ask = self._questions.pages(asking)
        for page in pages_of(ask, end, self._dialect, settings.bind_dn):
            for entry in page:
                yield self._id(entry), entry

    def all_of(self, search: Search, receiver: Receiver) -> Failure | None:
        """Tell every entry of a search as changed; the Failure is that of a search that did not reach its end."""
        end = SearchEnd()
        for entry_id, entry in self.entries(search, end):
            receiver.changed(entry_id, entry)
        return end.failure

    def those_of(self, search: Search, ids: Iterable[str], receiver: Receiver) -> Failure | None:
        """Tell the entries with these ids as changed where they fit the search, and as gone where they do not.

        The Failure is that of a search that did not reach its end. Raises ValueError for what can't be an id.
        """
        attribute = self._dialect.attributes.id
        for some in in_parts(sorted(ids)):
            named = "".join(f"({attribute}={assertion_of(attribute, entry_id)})" for entry_id in some)
            fitting, end = set[str](), SearchEnd()
            for entry_id, entry in self.entries(replace(search, filter=f"(&{search.filter}(|{named}))"), end):
                fitting.add(entry_id)
                receiver.changed(entry_id, entry)
            if end.failure:
                return end.failure
            receiver.gone(entry_id for entry_id in some if entry_id not in fitting)
        return None

    def _id(self, entry: Entry | Undecodable) -> str:
        attribute = self._dialect.attributes.id
        values: Iterable[bytes] = entry.values(attribute) if isinstance(entry, Entry) else ()
        try:
            return next((text_of(attribute, value) for value in values), entry.dn)
        except ValueError:
            return entry.dn


def in_parts(texts: Iterable[str]) -> Iterator[list[str]]:
    """Yield as many as one filter holds at a time."""
    left = iter(texts)
    while part := list(islice(left, AT_A_TIME)):
        yield part
