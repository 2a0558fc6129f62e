"""Whether OpenLDAP holds back entries, since it takes its own state for an older one than it is (seen with 2.5).

The mark of its state (contextCSN) is in memory, and written down when slapd ends in order or at a syncprov-checkpoint.
A slapd that was killed begins again with the older mark. Until the next change it then answers every content
synchronization without the entries that are newer than that, and with success: they look as if they were not there.

An entry that was deleted between that mark and the end leaves nothing that could be asked for, and whoever had read up
to that very mark never hears of it: that is seen when everything is read again (FULL_EVERY).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from dirsync.directories.ldap.changes.reading import Reading
from dirsync.directories.ldap.dn import is_below, normal
from dirsync.directories.ldap.entry import Entry
from dirsync.directories.ldap.page_loop import Failure, SearchEnd

if TYPE_CHECKING:
    from dirsync.directories.ldap.address import LdapConnection
    from dirsync.directories.ldap.asking import Questions
    from dirsync.directories.ldap.dialects.interface import Dialect, RootDse
    from dirsync.directories.ldap.searches import Search

ENTRY_CSN = "entryCSN"
# a change sequence number as OpenLDAP writes it: time, count, number of the server, modification
_CSN = re.compile(r"\d{14}\.\d{6}Z#[0-9a-f]{6}#([0-9a-f]{3})#[0-9a-f]{6}")
_SERVER = re.compile(r"(?:^|,)sid=([0-9a-f]{3})")
_ALONE = "000"
"""The number of a server that was given none."""


def mark_of(cookie: bytes) -> str:
    """Return how far the changes made at the server itself are told: its own CSN in a cookie; empty where it has none.

    Those that it got from other servers it marks in its database as they come.
    """
    text = cookie.decode("ascii", "replace")
    said = _SERVER.search(text)
    server = said[1] if said else _ALONE
    return next((found[0] for found in _CSN.finditer(text) if found[1] == server), "")


def newest_withheld(
    questions: Questions, settings: LdapConnection, dialect: Dialect, root: RootDse, search: Search, cookie: bytes
) -> str | Failure:
    """Return the newest CSN behind the cookie's mark that an entry of the database has; empty where none is newer.

    What is found was written since, or is held back: a cookie asked for after this tells which. The Failure is that of
    a search that did not reach its end.
    """
    mark = mark_of(cookie)
    if not mark:
        return ""
    asked = normal(search.base)
    base = max((one for one in root.naming_contexts if is_below(asked, normal(one))), key=len, default=search.base)
    # whatever the search: what was moved or changed so that it no longer fits is held back like any other
    newer = replace(search, base=base, filter=f"({ENTRY_CSN}>={mark})", attributes=(ENTRY_CSN,))
    end = SearchEnd()
    newest, server = mark, mark.split("#")[2]
    for _, entry in Reading(questions, settings, dialect).entries(newer, end):
        values = entry.values(ENTRY_CSN) if isinstance(entry, Entry) else ()
        for csn in (value.decode("ascii", "replace") for value in values):
            found = _CSN.fullmatch(csn)
            if found and found[1] == server:
                newest = max(newest, csn)
    return end.failure or (newest if newest > mark else "")


def held_back(newest: str, cookie: bytes) -> Failure:
    """Return why a content synchronization must not be believed."""
    return Failure(
        f"the server takes its state for that of {mark_of(cookie)} (contextCSN) and holds back what is newer, though "
        f"an entry is of {newest} (entryCSN), as after a crash",
        "It ends with the next change in that directory. Have slapd write its state down more often: "
        "syncprov-checkpoint 100 10.",
    )
