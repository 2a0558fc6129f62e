"""Entries with others below them that no feed counts among the containers, such as a group with people in it.

Whoever renames one renames all that is below it, and no feed says a word about those (`changes.containers`). So they
are looked at before each poll: one that is not there any more, or is another entry by now, means a full answer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dirsync.directories.ldap.asking import ANYTHING
from dirsync.directories.ldap.entry import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.directories.ldap.asking import Questions

MOST = 200
"""Questions of one entry each, in every poll; with more such parents a full answer is quicker."""
# RFC 4519, 2: what names an organizational unit, organization, domain component, country, locality, state
_USUAL = ("ou=", "o=", "dc=", "c=", "l=", "st=")
_FIRST = re.compile(r"(?:[^,\\]|\\.)*,")


class Parents:
    """The parents of entries, by their normal names. `known` holds the ids they had at the last read."""

    def __init__(self, questions: Questions, id_attribute: str, known: Mapping[str, str]) -> None:
        self._questions = questions
        self._id_attribute = id_attribute
        self._known = known
        self._met: set[str] = set()

    def note(self, ref: str) -> None:
        """Note the parent of an entry that is new or changed."""
        first = _FIRST.match(ref)
        parent = ref[first.end() :] if first else ""
        if parent and not parent.startswith(_USUAL):
            self._met.add(parent)

    def have_moved(self) -> bool:
        """Say whether one of the last read is gone, or another by now. Raises LineBroken."""
        return any(self._id(name) != entry_id for name, entry_id in self._known.items())

    def start_over(self) -> None:
        """Forget what was noted."""
        self._met.clear()

    def found(self, *, with_known: bool) -> dict[str, str] | None:
        """Return those that the account is shown, with their ids; None for too many. Raises LineBroken."""
        names = self._met | set(self._known if with_known else ())
        if len(names) > MOST:
            return None
        seen = {name: self._id(name) for name in sorted(names)}
        return {name: entry_id for name, entry_id in seen.items() if entry_id}

    def _id(self, name: str) -> str:
        entries = self._questions.at(name, ANYTHING, (self._id_attribute,)).entries
        values = entries[0].values(self._id_attribute) if entries and isinstance(entries[0], Entry) else ()
        return values[0].hex() if values else ""
