"""What follows from the records of a spool, worked out for those that were touched, or for all of them.

Ids that two entries share, entries met twice, what each entry is to the whole Directory, exceptions, sizes of groups:
each of them hangs on the records of one id, or of one group, so that nobody else need be looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dirsync.model.memory import DUPLICATE_ID, in_order
from dirsync.model.snapshot import WHOLE
from dirsync.store.spool.schema import DERIVED, HOLDING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.store.spool.file import SpoolFile

_WORKING = (
    "CREATE TEMP TABLE touched_users (id TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TEMP TABLE touched_groups (id TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TEMP TABLE touched_refs (ref TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TEMP TABLE touched_aliases (alias TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TEMP TABLE resized (id TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TEMP TABLE doubtful (id TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TEMP TABLE shared (id TEXT PRIMARY KEY) WITHOUT ROWID",
)
_COPIED = {
    "users": "id, ref, username, email, first_name, last_name, display_name, active, expires, folded",
    "groups": "id, ref, name, description, email, folded",
}


@dataclass(frozen=True)
class Settling:
    """Settles one spool. `only` is the one selection there is; None where there are several, or may be.

    `first_new` is the number from which on parts are of this read.
    """

    file: SpoolFile
    exceptions: Mapping[str, str]
    only: str | None
    first_new: int
    is_new: bool
    """Whether the file holds nothing of an earlier read, so that everything is touched."""

    def settle(self) -> None:
        """Take away the records of parts that are gone, and work out what follows from what is left."""
        for statement in _WORKING:
            self.file.run(statement)
        if not self.is_new:
            self._note_what_goes()
        self._take_away()
        if not self.is_new:
            self._note_what_came()
        self._resolve_aliases()
        for table in ("groups", "users"):
            if not self.is_new:
                self._bring_back(table)
            self._part_with_doubtful(table)
            if self.only is None:
                self._copy_to_whole(table)
        for selection, other in in_order(self.exceptions):
            self._except(selection, other)
        self._size()

    def _take_away(self) -> None:
        # also in a new file, where an entry told twice has a part that was replaced within the read
        if self.file.number("SELECT EXISTS (SELECT 1 FROM gone)"):
            for table in HOLDING:
                self.file.run(f"DELETE FROM {table} WHERE part IN (SELECT number FROM gone)")
            self.file.run("DELETE FROM gone")

    def _note_what_goes(self) -> None:
        """Note whom this may concern before it is gone: afterwards nothing leads from a name to its groups."""
        self._note("part IN (SELECT number FROM gone)")

    def _note_what_came(self) -> None:
        self._note(f"part >= {self.first_new}")
        for table in ("users", "groups"):
            for place in (table, f"hidden_{table}"):
                self.file.run(
                    f"INSERT OR IGNORE INTO touched_refs SELECT ref FROM {place}"
                    f" WHERE id IN (SELECT id FROM touched_{table})"
                )
        self._note_resized()

    def _note(self, those: str) -> None:
        for table in ("users", "groups"):
            for place in (table, f"hidden_{table}"):
                self.file.run(f"INSERT OR IGNORE INTO touched_{table} SELECT id FROM {place} WHERE {those}")
                self.file.run(f"INSERT OR IGNORE INTO touched_refs SELECT ref FROM {place} WHERE {those}")
        self.file.run(f"INSERT OR IGNORE INTO touched_aliases SELECT alias FROM aliases WHERE {those}")
        self.file.run(
            f"INSERT OR IGNORE INTO touched_aliases SELECT ref FROM members WHERE kind = 'alias' AND ({those})"
        )
        self.file.run(f"INSERT OR IGNORE INTO resized SELECT group_id FROM members WHERE {those}")
        self._note_resized()

    def _note_resized(self) -> None:
        self.file.run("INSERT OR IGNORE INTO resized SELECT id FROM touched_groups")
        self.file.run(
            "INSERT OR IGNORE INTO resized SELECT m.group_id FROM touched_refs t CROSS JOIN members m ON m.ref = t.ref"
        )

    def _resolve_aliases(self) -> None:
        """Let each membership by an alias be one by ref for whoever has the alias."""
        touched = "1" if self.is_new else "alias IN (SELECT alias FROM touched_aliases)"
        resize = f"INSERT OR IGNORE INTO resized SELECT group_id FROM members WHERE alias IS NOT NULL AND {touched}"
        if not self.is_new:
            self.file.run(resize)
            self.file.run(f"DELETE FROM members WHERE alias IS NOT NULL AND {touched}")
        self.file.run(
            f"""INSERT INTO members SELECT {DERIVED}, m.group_id, a.ref, 'user', a.alias
                FROM (SELECT ref, alias FROM aliases WHERE {touched}) a
                CROSS JOIN members m ON m.ref = a.alias AND m.kind = 'alias'"""
        )
        if not self.is_new:
            self.file.run(resize)

    def _touched(self, table: str, column: str = "id") -> str:
        return "1" if self.is_new else f"{column} IN (SELECT id FROM touched_{table})"

    def _bring_back(self, table: str) -> None:
        touched = self._touched(table)
        self.file.run(f"DELETE FROM {table} WHERE part = {DERIVED} AND {touched}")
        self.file.run(f"INSERT INTO {table} SELECT * FROM hidden_{table} WHERE {touched} ORDER BY rowid")
        self.file.run(f"DELETE FROM hidden_{table} WHERE {touched}")
        self.file.run(
            f"DELETE FROM quarantined WHERE part = {DERIVED} AND is_group = ? AND {touched}", (table == "groups",)
        )

    def _part_with_doubtful(self, table: str) -> None:
        """Hide the entries that share an id, and all but the first record of an entry that was met twice."""
        self.file.run("DELETE FROM doubtful")
        self.file.run("DELETE FROM shared")
        found = self.file.run(
            f"INSERT INTO doubtful SELECT id FROM {table} WHERE {self._touched(table)} GROUP BY id HAVING COUNT(*) > 1"
        )
        if not found.rowcount:
            return
        self.file.run(
            f"INSERT INTO shared SELECT id FROM {table} WHERE id IN (SELECT id FROM doubtful)"
            " GROUP BY id HAVING MIN(ref) <> MAX(ref)"
        )
        shared = f"SELECT DISTINCT id, ref FROM {table} WHERE id IN (SELECT id FROM shared)"
        self.file.run_each(
            "INSERT INTO quarantined VALUES (?, ?, ?, ?, ?)",
            [
                (DERIVED, ref, DUPLICATE_ID.format(id=entry_id), entry_id, table == "groups")
                for entry_id, ref in self.file.rows(shared)
            ],
        )
        self._hide(
            table,
            f"""id IN (SELECT id FROM shared) OR rowid IN (SELECT record FROM (SELECT rowid AS record,
                ROW_NUMBER() OVER (PARTITION BY id, selection ORDER BY part, rowid) AS place
                FROM {table} WHERE id IN (SELECT id FROM doubtful)) WHERE place > 1)""",
        )

    def _hide(self, table: str, those: str) -> None:
        self.file.run(f"INSERT INTO hidden_{table} SELECT * FROM {table} WHERE {those} ORDER BY rowid")
        self.file.run(f"DELETE FROM {table} WHERE {those}")

    def _copy_to_whole(self, table: str) -> None:
        """Let the first selection's record of an entry stand for it in the whole Directory."""
        columns = _COPIED[table]
        self.file.run(
            f"INSERT INTO {table} (part, selection, {columns}) SELECT {DERIVED}, '{WHOLE}', {columns} FROM {table} AS r"
            f" WHERE {self._touched(table)} AND selection > '{WHOLE}' AND selection ="
            f" (SELECT selection FROM {table} WHERE id = r.id ORDER BY selection LIMIT 1)"
        )

    def _except(self, selection: str, other: str) -> None:
        those = (
            f"selection = ?1 AND {self._touched('users')}"
            " AND EXISTS (SELECT 1 FROM users o WHERE o.id = users.id AND o.selection = ?2)"
        )
        self.file.run(f"INSERT INTO hidden_users SELECT * FROM users WHERE {those}", (selection, other))
        self.file.run(f"DELETE FROM users WHERE {those}", (selection, other))

    def _size(self) -> None:
        """Count the memberships of each group, those of people and those of groups."""
        whole = (self.only or WHOLE,)
        touched = "" if self.is_new else "AND m.group_id IN (SELECT id FROM resized)"
        if self.is_new:
            self.file.run("DELETE FROM sizes")
        else:
            self.file.run("DELETE FROM sizes WHERE group_id IN (SELECT id FROM resized)")
        people = f"""SELECT m.group_id AS id, u.id AS member FROM members m
            CROSS JOIN users u ON u.ref = m.ref AND u.selection = ?1 WHERE m.kind IN ('user', 'any') {touched}"""
        self.file.run(
            f"INSERT INTO sizes SELECT id, COUNT(DISTINCT member) FROM ({people}) WHERE id IN"
            " (SELECT id FROM groups WHERE selection = ?1) GROUP BY id",
            whole,
        )
        children = f"""SELECT m.group_id AS id, c.id AS child FROM members m
            CROSS JOIN groups c ON c.ref = m.ref AND c.selection = ?1
            WHERE (m.kind = 'group' OR m.kind = 'any'
              AND NOT EXISTS (SELECT 1 FROM users u WHERE u.ref = m.ref AND u.selection = ?1)) {touched}"""
        self.file.run(
            f"""INSERT INTO sizes SELECT id, COUNT(DISTINCT child) FROM ({children}) WHERE id IN
                (SELECT id FROM groups WHERE selection = ?1) GROUP BY id
                ON CONFLICT (group_id) DO UPDATE SET members = members + excluded.members""",
            whole,
        )
