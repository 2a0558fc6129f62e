"""What stands in an LDIF file, to be looked up by id, name or member: on disk, since the file may be of any size.

It lives as long as it is used, and follows what is written down to be changed, so that one change can build on another.
"""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

from dirsync.directories.ldap.attribute_names import canonical
from dirsync.directories.ldap.dn import fold_value, normal
from dirsync.directories.ldap.entry import Entry, entry_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dirsync.directories.ldap.entry import Attributes

MEMBERS = ("member", "uniquemember", "memberuid")
_TABLES = """
CREATE TABLE entries (ref TEXT PRIMARY KEY, held TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE names (kind TEXT, id TEXT, name TEXT, ref TEXT, PRIMARY KEY (kind, ref)) WITHOUT ROWID;
CREATE INDEX names_by_id ON names (kind, id);
CREATE INDEX names_by_name ON names (kind, name);
CREATE TABLE members (ref TEXT, attribute TEXT, value TEXT, PRIMARY KEY (ref, attribute, value)) WITHOUT ROWID;
CREATE INDEX members_by_value ON members (value);
"""


class LdifIndex:
    """Entries by the normal form of their names, and which of them are people or groups under which id and name."""

    def __init__(self) -> None:
        # an empty name is a file of SQLite's own, which nobody else sees and which goes when it is closed; one thread
        # may make it, another one use it and a third one close it, one after the other
        self._rows = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._rows.executescript(_TABLES)
        self._rows.execute("BEGIN")

    def close(self) -> None:
        """Let go of the file."""
        self._rows.close()

    def put(self, entry: Entry, kinds: Iterable[tuple[str, str, str]]) -> None:
        """Keep an entry and its members apart; `kinds` are (kind, id, folded name) it is known by."""
        ref = entry.ref
        held: Attributes = {name: values for name, values in entry.held.items() if name.split(";")[0] not in MEMBERS}
        self._rows.execute("INSERT OR REPLACE INTO entries VALUES (?, ?)", (ref, _written(Entry(entry.dn, held))))
        for kind, id_, name in kinds:
            self._rows.execute("INSERT OR REPLACE INTO names VALUES (?, ?, ?, ?)", (kind, id_, name, ref))
        for attribute in MEMBERS:
            for value in entry.all_values(attribute):
                self.add_member(ref, attribute, value)

    def remove(self, ref: str) -> None:
        """Forget an entry and its members."""
        for table in ("entries", "names", "members"):
            self._rows.execute(f"DELETE FROM {table} WHERE ref = ?", (ref,))  # noqa: S608 - names of our own tables

    def move(self, ref: str, new_ref: str) -> None:
        """Forget an entry, whose members stay for the one that comes in its place."""
        self._rows.execute("DELETE FROM entries WHERE ref = ?", (ref,))
        self._rows.execute("DELETE FROM names WHERE ref = ?", (ref,))
        self._rows.execute("UPDATE members SET ref = ? WHERE ref = ?", (new_ref, ref))

    def ids(self, ref: str) -> dict[str, str]:
        """Return the ids an entry is known by, as a person and as a group."""
        return dict(self._rows.execute("SELECT kind, id FROM names WHERE ref = ?", (ref,)).fetchall())

    def at(self, ref: str) -> Entry | None:
        """Find an entry by its name's normal form; it comes without members."""
        row = self._rows.execute("SELECT held FROM entries WHERE ref = ?", (ref,)).fetchone()
        return _read(row[0]) if row else None

    def with_id(self, kind: str, id_: str) -> list[Entry]:
        """Find people or groups by id."""
        return self._found("n.kind = ? AND n.id = ?", kind, id_)

    def called(self, kind: str, name: str) -> list[Entry]:
        """Find people or groups by folded name."""
        return self._found("n.kind = ? AND n.name = ?", kind, name)

    def listing(self, kind: str, values: Iterable[str]) -> Iterator[Entry]:
        """Yield the groups that list one of these members, in their normal forms."""
        for value in values:
            yield from self._found("n.kind = ? AND n.ref IN (SELECT ref FROM members WHERE value = ?)", kind, value)

    def _found(self, condition: str, *values: str) -> list[Entry]:
        question = f"SELECT e.held FROM names n JOIN entries e ON e.ref = n.ref WHERE {condition} ORDER BY n.ref"  # noqa: S608 - conditions of our own
        return [_read(held) for (held,) in self._rows.execute(question, values)]

    def lists(self, ref: str, attribute: str, value: bytes) -> bool:
        """Say whether an entry has this member."""
        asked = (ref, canonical(attribute), normal_member(attribute, value))
        return bool(
            self._rows.execute("SELECT 1 FROM members WHERE ref = ? AND attribute = ? AND value = ?", asked).fetchone()
        )

    def members(self, ref: str, attribute: str) -> int:
        """Count the members of an entry."""
        row = self._rows.execute(
            "SELECT count(*) FROM members WHERE ref = ? AND attribute = ?", (ref, canonical(attribute))
        )
        return int(row.fetchone()[0])

    def add_member(self, ref: str, attribute: str, value: bytes) -> None:
        """Give an entry a member."""
        row = (ref, canonical(attribute), normal_member(attribute, value))
        self._rows.execute("INSERT OR IGNORE INTO members VALUES (?, ?, ?)", row)

    def remove_member(self, ref: str, attribute: str, value: bytes) -> None:
        """Take a member from an entry."""
        row = (ref, canonical(attribute), normal_member(attribute, value))
        self._rows.execute("DELETE FROM members WHERE ref = ? AND attribute = ? AND value = ?", row)


def normal_member(attribute: str, value: bytes) -> str:
    """Return the form under which two members are the same: of a login, or of a name in the tree."""
    text = value.decode("utf-8", "backslashreplace")
    if canonical(attribute) == "memberuid":
        return f"login:{fold_value(text)}"
    try:
        return normal(text)
    except ValueError:
        return f"not a name:{text}"


def _written(entry: Entry) -> str:
    pairs = {name: [value.decode("latin-1") for value in _all(values)] for name, values in entry.held.items()}
    return json.dumps([entry.dn, pairs])


def _read(held: str) -> Entry:
    dn, pairs = json.loads(held)
    return entry_of(dn, ((name, [value.encode("latin-1") for value in values]) for name, values in pairs.items()))


def _all(values: bytes | list[bytes]) -> list[bytes]:
    return [values] if isinstance(values, bytes) else values
