"""Groups whose members a server gives in parts: the rest is asked for, part by part, until the server says that was it.

Active Directory gives no more than MaxValRange values of an attribute at once, and calls them `member;range=0-1499`
([MS-ADTS] 3.1.1.3.1.3.3). The rest is read when the search for the groups has ended: a question in between would
lose the pages under way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dirsync.directories.ldap.attribute_names import split_description
from dirsync.directories.ldap.entry import Entry
from dirsync.directories.ldap.page_loop import Failure, LineBroken

if TYPE_CHECKING:
    from collections.abc import Callable

    from dirsync.directories.ldap.dialects.interface import Dialect
    from dirsync.directories.ldap.entry import Range
    from dirsync.directories.ldap.intake import Intake
    from dirsync.directories.ldap.page_loop import Page
    from dirsync.directories.ldap.searches import Search

_MOST_BEGINNINGS = 4
"""How often a group is begun anew because it changed meanwhile."""

_UNSEEN_CHANGES = "whether it changes while it is read can't be told, so a member might be overlooked"


@dataclass(frozen=True, slots=True)
class _Open:
    """A group of which not all members were given."""

    dn: str
    ids: frozenset[str]
    version: bytes
    attribute: str
    next: int
    part: bytes


class PartlyGiven:
    """The groups of one search that were given in part.

    `ask` reads attributes of one entry by its name; `resume` is told in which part of the answer the group came.
    """

    def __init__(
        self,
        search: Search,
        intake: Intake,
        dialect: Dialect,
        ask: Callable[[str, tuple[str, ...]], Page],
        resume: Callable[[bytes], None] | None = None,
    ) -> None:
        self._search = search
        self._resume = resume
        self._intake = intake
        self._dialect = dialect
        self._ask = ask
        self._open: list[_Open] = []

    def note(self, group: Entry, ids: frozenset[str], part: bytes = b"") -> bool:
        """Remember where to go on, if need be, with a group that was taken under these ids; return whether it need."""
        unfinished = group.unfinished_ranges()
        for given in unfinished if ids else ():
            follows = given.last + 1 if given.first == 0 and given.last is not None else 0
            self._open.append(_Open(group.dn, ids, self._version(group), given.attribute, follows, part))
        return bool(unfinished)

    def start_over(self) -> None:
        """Forget the groups noted so far: the parts they came in are not in the answer any more."""
        self._open.clear()

    def complete(self) -> Failure | None:
        """Take the members that are still to come; say why where that can't be done."""
        for group in self._open:
            if self._resume:
                self._resume(group.part)
            try:
                why = self._complete(group) if group.version or not group.next else _UNSEEN_CHANGES
            except LineBroken as error:
                return Failure(str(error), "Check the server's log and the line to it, then run again.", None, True)
            if why:
                limit = self._dialect.values_limit
                return Failure(
                    f"of {group.dn} it gave only a part of {group.attribute} ({limit.name}): {why}", limit.remedy
                )
        return None

    def _complete(self, group: _Open) -> str:
        """Return why a group can't be completed, or an empty string.

        Values have numbers, and move up when one before them is taken out: a group that changed is begun anew.
        Who was taken out in between may stay a member until the next run, but nobody is overlooked.
        """
        version, following = group.version, group.next
        beginnings = 1
        while True:
            page = self._ask(group.dn, self._attributes(group.attribute, following))
            entry = page.entries[0] if page.entries else None
            if page.code or not isinstance(entry, Entry):
                return f"asked for the rest, it answered {page.description} without the entry"
            if self._version(entry) != version:
                version, following = self._version(entry), 0
                beginnings += 1
                if beginnings > _MOST_BEGINNINGS:
                    return "it changed again and again while it was read"
                continue
            if not self._intake.take_more_members(entry, self._search.selections, group.ids):
                return "another group has its name by now"
            given = next((one for one in entry.ranges() if one.attribute == group.attribute), None)
            if given is None:
                return "" if entry.values(group.attribute) else f"asked for values from {following}, it gave none"
            if not _goes_on(given, following):
                return f"asked for values from {following}, it gave {given}"
            if given.last is None:
                return ""
            following = given.last + 1

    def _attributes(self, attribute: str, first: int) -> tuple[str, ...]:
        others = (name for name in self._search.attributes if split_description(name)[0] != attribute)
        return (*others, f"{attribute};range={first}-*")

    def _version(self, entry: Entry) -> bytes:
        return next(iter(entry.values(self._dialect.version_attribute)), b"")


def _goes_on(given: Range, first: int) -> bool:
    return given.first == first and (given.last is None or given.last >= first)
