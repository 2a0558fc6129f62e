"""Groups outside the part that is read, in a file: it is gone through once for each question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dirsync.directories.ldap.decoding import Decoder
from dirsync.directories.ldap.dialects.generic import GENERIC
from dirsync.directories.ldap.dn import normal
from dirsync.directories.ldap.filter import parse_filter
from dirsync.directories.ldap.outer_groups import GroupWords, words_of
from dirsync.directories.ldif_records import records
from dirsync.directories.outer_groups import OuterGroups, TooMany, Wanted, explore
from dirsync.errors import DirectoryUnreadable
from dirsync.model.names import fold
from dirsync.model.outer_groups import MOST_OUTER_GROUPS, OuterGroup

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from dirsync.directories.interface import Selection
    from dirsync.directories.ldap.entry import Entry


def look_for_groups(wanted: Wanted, directory: str, path: Path, selections: Sequence[Selection]) -> OuterGroups:
    """Go through the whole file, whatever the bases and filters are."""
    words = words_of(Decoder(GENERIC, datetime.now(UTC), name_is_id=True), selections)
    try:
        above, among = explore(FileTree(path, words), wanted)
    except TooMany:
        why = f"more than {MOST_OUTER_GROUPS} groups of {path} are around it"
        return OuterGroups(trouble=why)
    except (DirectoryUnreadable, OSError) as error:
        return OuterGroups(trouble=f"Directory {directory!r}: {path} could not be searched for it: {error}")
    return OuterGroups(above, among, f"the whole file {path}")


@dataclass(frozen=True)
class FileTree:
    """See `Tree`."""

    path: Path
    words: GroupWords

    def named(self, names: Sequence[str]) -> Iterator[tuple[str, OuterGroup, frozenset[str]]]:
        """See `Tree`."""
        wanted = {fold(name) for name in names}
        people = parse_filter(self.words.decoder.dialect.user_filter)
        for entry in self._entries():
            called = self.words.folded_names(entry)
            if called & wanted and not people.matches(entry):
                yield entry.ref, self.words.group(entry), called

    def around(self, refs: Collection[str]) -> Iterator[tuple[str, str, OuterGroup]]:
        """See `Tree`."""
        for entry in self._entries():
            for ref in sorted(self._members(entry).intersection(refs)):
                yield ref, entry.ref, self.words.group(entry)

    def groups_at(self, refs: Sequence[str]) -> Iterator[tuple[str, OuterGroup]]:
        """See `Tree`."""
        wanted, is_group = set(refs), parse_filter(self.words.decoder.dialect.group_filter)
        for entry in self._entries():
            if entry.ref in wanted and (is_group.matches(entry) or self._members(entry)):
                yield entry.ref, self.words.group(entry)

    def _members(self, entry: Entry) -> set[str]:
        return {_normal(value) for attribute in self.words.members for value in entry.all_values(attribute)} - {""}

    def _entries(self) -> Iterator[Entry]:
        with self.path.open("rb") as stream:
            for _line, entry in records(stream, str(self.path)):
                yield entry


def _normal(value: bytes) -> str:
    try:
        return normal(value.decode())
    except ValueError:
        return ""
