"""Looking for one person on the whole server, whatever the Mappings' bases and filters are. Bounded, never fatal."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dirsync.directories.ldap.asking import ANYTHING, Questions
from dirsync.directories.ldap.connection import connected
from dirsync.directories.ldap.decoding import Decoder
from dirsync.directories.ldap.dialects import dialect_of
from dirsync.directories.ldap.dn import normal
from dirsync.directories.ldap.entry import Entry
from dirsync.directories.ldap.page_loop import LineBroken, SearchEnd, pages_of
from dirsync.directories.ldap.searches import searches_for
from dirsync.directories.ldap.sighting import distinguished_names, sighting_of, wanted_filter
from dirsync.directories.sightings import MOST_SIGHTINGS, Sighting, Sightings
from dirsync.errors import DirectoryUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dirsync.directories.interface import Selection
    from dirsync.directories.ldap.address import LdapConnection
    from dirsync.directories.ldap.connection import Line
    from dirsync.directories.ldap.searches import Search

NO_SUCH_OBJECT = 32


def look_up(names: Sequence[str], connection: LdapConnection, selections: Sequence[Selection]) -> Sightings:
    """Search every naming context for the names, and ask of each hit which selections it fits."""
    bounded = replace(connection, page_size=MOST_SIGHTINGS + 1)
    try:
        with connected(bounded) as bound:
            return _look(Questions(bound, bound.settings), bound, names, selections)
    except (DirectoryUnreadable, LineBroken) as error:
        return Sightings(troubles=(f"{connection.who} could not be searched for this: {error}",))


def _look(questions: Questions, line: Line, names: Sequence[str], selections: Sequence[Selection]) -> Sightings:
    root = questions.root_dse()
    decoder = Decoder(dialect_of(root), datetime.now(UTC))
    bases = root.naming_contexts or tuple(
        {normal(base): base for one in selections for base in one.user_bases}.values()
    )
    connection = line.settings
    looking = Looking(questions, connection, decoder, tuple(selections), account=line.account)
    wanted = wanted_filter(names, decoder, selections)
    probes = [replace(one, user_bases=bases, user_filter=wanted, wants_groups=False) for one in selections]
    searches = searches_for(probes, decoder)
    for name in distinguished_names(names):
        looking.ask_for(name, searches[0].attributes)
    for search in searches:
        looking.ask(search)
    found = tuple(looking.sightings())
    if len(looking.entries) > MOST_SIGHTINGS:
        looking.troubles.append(
            f"{connection.who}: more than {MOST_SIGHTINGS} entries have such a name; not all are told."
        )
    return Sightings(found, bases, tuple(looking.troubles))


@dataclass(slots=True)
class Looking:
    """One look under way."""

    questions: Questions
    connection: LdapConnection
    decoder: Decoder
    selections: tuple[Selection, ...]
    entries: dict[str, Entry] = field(default_factory=dict)
    """By normal form of the name, since naming contexts may overlap."""
    troubles: list[str] = field(default_factory=list)
    account: str = ""
    """Whom the server takes us for."""

    def ask_for(self, name: str, attributes: tuple[str, ...]) -> None:
        """Ask for the entry of one name, which most likely isn't there: that is no trouble."""
        page = self.questions.at(name, ANYTHING, attributes)
        if page.code not in {0, NO_SUCH_OBJECT}:
            self.troubles.append(f"{self.connection.who}: {name} can't be read: {page.description}.")
        self._keep(page.entries)

    def ask(self, search: Search) -> None:
        """Search until the end, or until there are more entries than a person could have."""
        end = SearchEnd()
        ask = self.questions.pages(search)
        for entries in pages_of(ask, end, self.decoder.dialect, self.account):
            self._keep(entries)
            if len(self.entries) > MOST_SIGHTINGS:
                return
        if end.failure:
            why = f"{end.failure.reason}. {end.failure.remedy}"
            self.troubles.append(
                f"{self.connection.who}: below {search.base} the search ended early: {why}{self._of_runs(search.base)}"
            )

    def _of_runs(self, base: str) -> str:
        """Return what that means for a run, where this look goes beyond what a run reads; else nothing."""
        read = {normal(one) for selection in self.selections for one in selection.user_bases}
        if normal(base) in read:
            return ""
        return (
            " This look goes beyond the bases of the mappings: a run reads these alone, and tells when one ends early."
        )

    def _keep(self, entries: Sequence[object]) -> None:
        self.entries |= {normal(entry.dn): entry for entry in entries if isinstance(entry, Entry)}

    def sightings(self) -> Iterator[Sighting]:
        """Yield what can be told of the entries found."""
        for entry in list(self.entries.values())[:MOST_SIGHTINGS]:
            yield sighting_of(entry, self.decoder, self.selections, self.matches)

    def matches(self, entry: Entry, filter_text: str) -> tuple[bool | None, str]:
        """Say whether the server finds the filter true of an entry; None, and why, where it won't say."""
        page = self.questions.at(entry.dn, filter_text)
        if page.code:
            return None, f"the server would not say whether the filter fits ({page.description})"
        return bool(page.entries), ""
