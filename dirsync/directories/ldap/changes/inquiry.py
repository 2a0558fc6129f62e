"""Questions to one domain controller that either come to their end or stop the poll."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.directories.ldap.asking import ANYTHING
from dirsync.directories.ldap.changes.containers import containers_digest
from dirsync.directories.ldap.changes.reading import Reading
from dirsync.directories.ldap.entry import Entry
from dirsync.directories.ldap.page_loop import Failure, LineBroken, SearchEnd, broken, pages_of, refused
from dirsync.directories.ldap.searches import Kind, Search

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dirsync.directories.ldap.address import LdapConnection
    from dirsync.directories.ldap.asking import Questions
    from dirsync.directories.ldap.changes.interface import Receiver
    from dirsync.directories.ldap.dialects.interface import Dialect
    from dirsync.directories.ldap.page_loop import Undecodable

_HIDDEN = frozenset({32, 50})
"""RFC 4511, appendix A: what servers answer where an account may not see an entry."""


class EndedEarly(Exception):
    """A search did not reach its end; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


class WholeNeeded(Exception):
    """Only a full answer tells what there is; its text says why, in words for an admin."""


class Inquiry:
    """Asks over one connection. Every method raises EndedEarly."""

    def __init__(self, questions: Questions, settings: LdapConnection, dialect: Dialect) -> None:
        self._questions = questions
        self._settings = settings
        self._dialect = dialect
        self._reading = Reading(questions, settings, dialect)

    @property
    def account(self) -> str:
        """The account that asks, as it is named to an admin."""
        return self._settings.bind_dn or "the anonymous account"

    def at(self, name: str, attributes: tuple[str, ...]) -> Entry | None:
        """Return an entry by its name; None where the account does not see it."""
        try:
            page = self._questions.at(name, ANYTHING, attributes)
        except LineBroken as error:
            raise EndedEarly(broken(error)) from None
        if page.code not in _HIDDEN:
            _check(refused(page, self._dialect, self._settings.bind_dn))
        return next((entry for entry in page.entries if isinstance(entry, Entry)), None)

    def containers(self, search: Search) -> str:
        """See `containers_digest`."""
        found = containers_digest(self._questions, search, self._dialect, self._settings)
        if isinstance(found, Failure):
            raise EndedEarly(found)
        return found

    def entries(self, search: Search) -> Iterator[tuple[str, Entry | Undecodable]]:
        """See `Reading.entries`."""
        end = SearchEnd()
        yield from self._reading.entries(search, end)
        _check(end.failure)

    def first_with(self, search: Search, control: str) -> Entry | None:
        """Return one entry that a search with a control finds; None where it finds none, or the base can't be seen."""
        try:
            page = self._questions.pages_with(search, control, 1)(None)
        except LineBroken as error:
            raise EndedEarly(broken(error)) from None
        if page.code not in _HIDDEN:
            _check(refused(page, self._dialect, self._settings.bind_dn))
        return next((entry for entry in page.entries if isinstance(entry, Entry)), None)

    def entries_with(self, search: Search, control: str) -> Iterator[Entry | Undecodable]:
        """Yield the entries that a search with a control finds."""
        end = SearchEnd()
        ask = self._questions.pages_with(search, control, self._settings.page_size)
        for page in pages_of(ask, end, self._dialect, self._settings.bind_dn):
            yield from page
        _check(end.failure)

    def tell_all(self, search: Search, receiver: Receiver) -> None:
        """See `Reading.all_of`."""
        _check(self._reading.all_of(search, receiver))

    def tell_those(self, search: Search, ids: Iterable[str], receiver: Receiver) -> None:
        """See `Reading.those_of`."""
        _check(self._reading.those_of(search, ids, receiver))


def question(base: str, filter_text: str, *attributes: str) -> Search:
    """Return a search of ours, which no mapping asked for."""
    return Search(Kind.USERS, base, filter_text, attributes, ())


def _check(failure: Failure | None) -> None:
    if failure:
        raise EndedEarly(failure)
