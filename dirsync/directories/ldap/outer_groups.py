"""Groups outside the part that is read, on a server: what a few searches over its naming contexts tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from dirsync.directories.ldap.asking import Questions
from dirsync.directories.ldap.connection import connected
from dirsync.directories.ldap.decoding import Decoder, EntryUnusable, naming_text
from dirsync.directories.ldap.dialects import dialect_of
from dirsync.directories.ldap.entry import Entry
from dirsync.directories.ldap.filter import escape_assertion
from dirsync.directories.ldap.look_up import NO_SUCH_OBJECT
from dirsync.directories.ldap.page_loop import LineBroken, SearchEnd, pages_of
from dirsync.directories.ldap.searches import Kind, Search
from dirsync.directories.ldap.text_forms import assertion_of
from dirsync.directories.outer_groups import OuterGroups, TooMany, Wanted, explore
from dirsync.errors import DirectoryUnreadable
from dirsync.model.names import fold
from dirsync.model.outer_groups import MOST_OUTER_GROUPS, OuterGroup

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from dirsync.directories.interface import GroupAttributes, Selection
    from dirsync.directories.ldap.address import LdapConnection
    from dirsync.directories.ldap.connection import Line

BY_NAME = "memberuid"
"""Lists people by name (RFC 2307, 2.2), so never a group."""


INVALID_DN = 34
"""Of a member that is listed by something else than a name of an entry (RFC 4511, appendix A)."""


FEW = 50
"""So many entries are asked for one by one; for more it is cheaper to have the names of all groups told."""


class SearchEndedEarly(Exception):
    """A search told less than all."""


def look_for_groups(wanted: Wanted, connection: LdapConnection, selections: Sequence[Selection]) -> OuterGroups:
    """Search every naming context, as the account sees it."""
    try:
        with connected(connection) as line:
            tree = tree_of(line, selections)
            above, among = explore(tree, wanted)
    except TooMany:
        why = f"more than {MOST_OUTER_GROUPS} groups of {connection.who} are around it"
        return OuterGroups(trouble=why)
    except (DirectoryUnreadable, LineBroken, SearchEndedEarly) as error:
        return OuterGroups(trouble=f"{connection.who} could not be searched for it: {error}")
    return OuterGroups(above, among, f"{connection.url}, {' and '.join(tree.bases)}, as {line.account or 'anonymous'}")


@dataclass(frozen=True)
class GroupWords:
    """How entries of one Directory tell that they are groups, for entries at hand and for filters alike."""

    decoder: Decoder
    meanings: tuple[GroupAttributes, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The attributes that hold a group's name."""
        return tuple(dict.fromkeys(meaning.name for meaning in self.meanings))

    @cached_property
    def members(self) -> tuple[str, ...]:
        """The attributes that list members by their DNs."""
        found = dict.fromkeys(member for meaning in self.meanings for member in meaning.member)
        return tuple(member for member in found if member.lower() != BY_NAME)

    def group(self, entry: Entry) -> OuterGroup:
        """Return an entry as a group, called as a read would call it; one without any name is called by its DN."""
        texts = (_readable(entry, attribute) for attribute in self.names)
        return OuterGroup(next((text for text in texts if text), entry.dn), entry.dn)

    def folded_names(self, entry: Entry) -> frozenset[str]:
        """Return all that a group is called: which of several names counts elsewhere, nobody tells."""
        values = (value for attribute in self.names for value in entry.all_values(attribute))
        return frozenset({fold(value.decode("utf-8", "replace")) for value in values} | {fold(self.group(entry).name)})


def words_of(decoder: Decoder, selections: Sequence[Selection]) -> GroupWords:
    """Return the words that the selections read groups by, and the dialect's own where none does."""
    meanings = [decoder.group_meaning(one.group_attributes) for one in selections if one.wants_groups]
    return GroupWords(decoder, tuple(meanings) or (decoder.dialect.group_attributes,))


def tree_of(line: Line, selections: Sequence[Selection]) -> ServerTree:
    """Return the whole of a server. Raises `SearchEndedEarly` where it does not tell what the whole is."""
    questions = Questions(line, line.settings)
    root = questions.root_dse()
    if not root.naming_contexts:
        raise SearchEndedEarly("it does not tell its naming contexts")
    decoder = Decoder(dialect_of(root), datetime.now(UTC))
    return ServerTree(questions, root.naming_contexts, words_of(decoder, selections), line.account)


@dataclass(frozen=True)
class ServerTree:
    """See `Tree`."""

    questions: Questions
    bases: tuple[str, ...]
    words: GroupWords
    account: str

    def named(self, names: Sequence[str]) -> Iterator[tuple[str, OuterGroup, frozenset[str]]]:
        """See `Tree`. People are called so too, and are none."""
        told = "".join(
            f"({attribute}={assertion_of(attribute, name)})" for attribute in self.words.names for name in names
        )
        people = self.words.decoder.dialect.user_filter
        for entry in self._entries(f"(&(|{told})(!{people}))"):
            yield entry.ref, self.words.group(entry), self.words.folded_names(entry)

    def around(self, refs: Collection[str]) -> Iterator[tuple[str, str, OuterGroup]]:
        """See `Tree`. One search for each entry: what comes back need not list its members, which may be many."""
        for ref in sorted(refs):
            value = escape_assertion(ref)
            told = "".join(f"({attribute}={value})" for attribute in self.words.members)
            yield from ((ref, entry.ref, self.words.group(entry)) for entry in self._entries(f"(|{told})"))

    def groups_at(self, refs: Sequence[str]) -> Iterator[tuple[str, OuterGroup]]:
        """See `Tree`. An entry that isn't there is no group: servers keep names of what is long gone."""
        listing = "".join(f"({attribute}=*)" for attribute in self.words.members)
        groups = f"(|{self.words.decoder.dialect.group_filter}{listing})"
        if len(refs) > FEW:
            wanted = frozenset(refs)
            yield from ((entry.ref, self.words.group(entry)) for entry in self._entries(groups) if entry.ref in wanted)
            return
        for ref in refs:
            page = self.questions.at(ref, groups, self.words.names)
            if page.code not in {0, NO_SUCH_OBJECT, INVALID_DN}:
                raise SearchEndedEarly(f"{ref} can't be read: {page.description}")
            yield from ((ref, self.words.group(entry)) for entry in page.entries if isinstance(entry, Entry))

    def _entries(self, search_filter: str) -> Iterator[Entry]:
        for base in self.bases:
            search = Search(Kind.GROUPS, base, search_filter, self.words.names, ())
            end = SearchEnd()
            for page in pages_of(self.questions.pages(search), end, self.words.decoder.dialect, self.account):
                yield from (entry for entry in page if isinstance(entry, Entry))
            if end.failure and end.failure.code != NO_SUCH_OBJECT:
                raise SearchEndedEarly(f"below {base} the search ended early: {end.failure.reason}")


def _readable(entry: Entry, attribute: str) -> str:
    try:
        return naming_text(entry, attribute)
    except EntryUnusable:
        return ""
