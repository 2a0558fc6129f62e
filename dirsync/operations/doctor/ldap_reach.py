"""How far a search gets before the server ends it: no server tells its size limit before it is met."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Final

from dirsync.directories.ldap.asking import NO_ATTRIBUTES, Questions
from dirsync.directories.ldap.page_loop import SearchEnd, pages_of
from dirsync.operations.doctor.interface import fail
from dirsync.reports.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dirsync.directories.ldap.connection import Line
    from dirsync.directories.ldap.dialects.interface import Dialect
    from dirsync.directories.ldap.page_loop import Ask, Page
    from dirsync.directories.ldap.searches import Search
    from dirsync.operations.doctor.interface import Remark

FAR_ENOUGH: Final = 1500
"""Beyond the usual limits: 500 of OpenLDAP (slapd.conf(5), sizelimit), 1000 of Active Directory (MaxPageSize)."""
LONG_ENOUGH: Final = 3.0
"""Seconds for all searches of a Directory."""


class _EnoughError(Exception):
    """The probe has seen what it wanted to see."""


def reach(name: str, line: Line, searches: Sequence[Search], dialect: Dialect, page_size: int) -> Iterator[Remark]:
    """Say which of these searches the server ends before they are whole, as far as a short look shows.

    Reads names only. Raises LineBroken where a later request finds the connection broken.
    """
    until = monotonic() + LONG_ENOUGH
    questions = Questions(line, replace(line.settings, page_size=page_size))
    for search in searches:
        end = SearchEnd()
        ask = _short(questions.pages(replace(search, attributes=(NO_ATTRIBUTES,))), end, until)
        try:
            for _ in pages_of(ask, end, dialect, line.account):
                pass
        except _EnoughError:
            continue
        if end.failure:
            how_far = counted(end.entries, "entry", "entries")
            yield fail(
                name,
                f"ends the search for {search.kind} in {search} after {how_far}, so no run reads it whole:"
                f" {end.failure.reason}.",
                end.failure.remedy,
            )


def _short(ask: Ask, end: SearchEnd, until: float) -> Ask:
    def ask_on(cookie: bytes | None) -> Page:
        if end.entries >= FAR_ENOUGH or (end.pages and monotonic() > until):
            raise _EnoughError
        return ask(cookie)

    return ask_on
