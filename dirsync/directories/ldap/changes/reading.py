"""Entries with their ids, page by page: for feeds whose server does not send the ids by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dirsync.directories.ldap.entry import Entry
from dirsync.directories.ldap.page_loop import SearchEnd, pages_of
from dirsync.directories.ldap.text_forms import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dirsync.directories.ldap.address import LdapConnection
    from dirsync.directories.ldap.asking import Questions
    from dirsync.directories.ldap.dialects.interface import Dialect
    from dirsync.directories.ldap.page_loop import Undecodable
    from dirsync.directories.ldap.searches import Search


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

    def _id(self, entry: Entry | Undecodable) -> str:
        attribute = self._dialect.attributes.id
        values: Iterable[bytes] = entry.values(attribute) if isinstance(entry, Entry) else ()
        try:
            return next((text_of(attribute, value) for value in values), entry.dn)
        except ValueError:
            return entry.dn
