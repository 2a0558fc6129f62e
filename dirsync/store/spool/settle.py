"""What follows from the records of a spool, worked out for those that were touched, or for all of them.

Ids that two entries share, entries met twice, what each entry is to the whole Directory, exceptions, sizes of groups:
each of them hangs on the records of one id, or of one group, so that nobody else need be looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dirsync.model.memory import DUPLICATE_ID, in_order
from dirsync.model.snapshot import WHOLE
from dirsync.store.spool.choosing import Choosing
from dirsync.store.spool.holding import Holding
from dirsync.store.spool.laid_out import LaidOut
from dirsync.store.spool.schema import DERIVED, HOLDING
from dirsync.store.spool.since import Since
from dirsync.store.spool.staying import Staying

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dirsync.model.conditions import GroupConditions
    from dirsync.store.spool.file import SpoolFile

_WORKING = (
    "CREATE TEMP TABLE touched_users (id TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TEMP TABLE touched_groups (id TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TEMP TABLE touched_refs (ref TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TEMP TABLE touched_aliases (alias TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TEMP TABLE touched_rows (row INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE resized (id TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TEMP TABLE retold (id TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TEMP TABLE doubtful (id TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TEMP TABLE shared (id TEXT PRIMARY KEY) WITHOUT ROWID",
)
_COPIED = {
    "users": "id, ref, username, email, first_name, last_name, display_name, active, expires, folded, organization",
    "groups": "id, ref, name, description, email, folded",
}


@dataclass(frozen=True)
class Settling:
    """Settles one spool. `only` is the one selection there is; None where there are several, or may be.

    `first_new` is the number from which on parts are of this read.
    """

    file: SpoolFile
    exceptions: Mapping[str, str]
    conditions: Mapping[str, GroupConditions]
    only: str | None
    first_new: int
    is_new: bool
    """Whether the file holds nothing of an earlier read, so that everything is touched."""

    def settle(self) -> list[str]:
        """Take away the records of parts that are gone, and work out what follows from what is left.

        Returns why it can't be said whom a selection includes or excludes.
        """
        for statement in _WORKING:
            self.file.run(statement)
        if not self.is_new:
            Staying(self.file, self.first_new, has_one_selection=self.only is not None).settle()
            self._note_what_goes()
        self._take_away()
        if not self.is_new:
            self._note_what_came()
        self._resolve_aliases()
        self._settle("groups")
        choosing = Choosing(self.file, self.conditions)
        changed = choosing.work_out()
        if not self.is_new:
            if changed:
                self._note_changed(changed)
            self._note_rows()
        self._settle("users")
        for selection in sorted(self.conditions):
            self._leave_out(selection)
        for selection, other in in_order(self.exceptions):
            self._except(selection, other)
        self._hold()
        return choosing.troubles

    def _settle(self, table: str) -> None:
        if not self.is_new:
            self._bring_back(table)
        self._part_with_doubtful(table)
        if self.only is None:
            self._copy_to_whole(table)

    def _note_changed(self, those: str) -> None:
        """Note people whose own records are as they were, though they come or go by their groups."""
        self.file.run(f"INSERT OR IGNORE INTO touched_users {those}")
        for place in ("users", "hidden_users"):
            self.file.run(
                f"INSERT OR IGNORE INTO touched_refs SELECT ref FROM {place} WHERE id IN (SELECT id FROM touched_users)"
            )
        self._note_resized()

    def _take_away(self) -> None:
        # also in a new file, where an entry told twice has a part that was replaced within the read
        if self.file.number("SELECT EXISTS (SELECT 1 FROM gone)"):
            for table in HOLDING:
                self.file.run(f"DELETE FROM {table} WHERE part IN (SELECT number FROM gone)")
            self.file.run("DELETE FROM gone")

    def _note_what_goes(self) -> None:
        """Note whom this may concern before it is gone: afterwards nothing leads from a name to its groups."""
        self._note("part IN (SELECT number FROM gone)")
        self._note_rows()

    def _note_what_came(self) -> None:
        self._note(f"part >= {self.first_new}", "rowid NOT IN (SELECT old FROM staying)")
        for table in ("users", "groups"):
            for place in (table, f"hidden_{table}"):
                self.file.run(
                    f"INSERT OR IGNORE INTO touched_refs SELECT ref FROM {place}"
                    f" WHERE id IN (SELECT id FROM touched_{table})"
                )
        self._note_resized()

    def _note(self, those: str, of_users: str = "1") -> None:
        for table in ("users", "groups"):
            for place in (table, f"hidden_{table}"):
                wanted = f"{those} AND {of_users}" if place == "users" else those
                self.file.run(f"INSERT OR IGNORE INTO touched_{table} SELECT id FROM {place} WHERE {wanted}")
                self.file.run(f"INSERT OR IGNORE INTO touched_refs SELECT ref FROM {place} WHERE {wanted}")
        self.file.run(f"INSERT OR IGNORE INTO touched_aliases SELECT alias FROM aliases WHERE {those}")
        self.file.run(
            f"INSERT OR IGNORE INTO touched_aliases SELECT ref FROM members WHERE kind = 'alias' AND ({those})"
        )
        self.file.run(f"INSERT OR IGNORE INTO retold SELECT group_id FROM members WHERE {those}")
        self._note_resized()

    def _note_rows(self) -> None:
        """Note the rows of people by the names under which groups hold them, before any of them is made anew."""
        self.file.run(
            "INSERT OR IGNORE INTO touched_rows SELECT rowid FROM users WHERE ref IN (SELECT ref FROM touched_refs)"
        )

    def _note_resized(self) -> None:
        self.file.run("INSERT OR IGNORE INTO retold SELECT id FROM touched_groups")
        self.file.run(
            "INSERT OR IGNORE INTO resized SELECT m.group_id FROM touched_refs t CROSS JOIN members m ON m.ref = t.ref"
        )

    def _resolve_aliases(self) -> None:
        """Let each membership by an alias be one by ref for whoever has the alias."""
        touched = "1" if self.is_new else "alias IN (SELECT alias FROM touched_aliases)"
        retell = f"INSERT OR IGNORE INTO retold SELECT group_id FROM members WHERE alias IS NOT NULL AND {touched}"
        if not self.is_new:
            self.file.run(retell)
            self.file.run(f"DELETE FROM members WHERE alias IS NOT NULL AND {touched}")
        self.file.run(
            f"""INSERT INTO members SELECT {DERIVED}, m.group_id, a.ref, 'user', a.alias
                FROM (SELECT ref, alias FROM aliases WHERE {touched}) a
                CROSS JOIN members m ON m.ref = a.alias AND m.kind = 'alias'"""
        )
        if not self.is_new:
            self.file.run(retell)

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

    def _leave_out(self, selection: str) -> None:
        """Hide whom the groups of a selection's conditions leave out; the whole Directory goes on showing them."""
        those = (
            f"selection = ?1 AND {self._touched('users')}"
            " AND EXISTS (SELECT 1 FROM left_out l WHERE l.selection = ?1 AND l.id = users.id)"
        )
        self._hide_what_counts(those, (selection,))

    def _except(self, selection: str, other: str) -> None:
        those = (
            f"selection = ?1 AND {self._touched('users')}"
            " AND EXISTS (SELECT 1 FROM users o WHERE o.id = users.id AND o.selection = ?2)"
        )
        self._hide_what_counts(those, (selection, other))

    def _hide_what_counts(self, those: str, values: Sequence[str]) -> None:
        """Hide users before any other records of theirs, so that they come back before them and count again."""
        columns = f"part, selection, {_COPIED['users']}"
        before = "(SELECT MIN(0, COALESCE(MIN(rowid), 0)) FROM hidden_users) - ROW_NUMBER() OVER ()"
        self.file.run(
            f"INSERT INTO hidden_users (rowid, {columns}) SELECT {before}, {columns} FROM users WHERE {those}", values
        )
        self.file.run(f"DELETE FROM users WHERE {those}", values)

    def _hold(self) -> None:
        holding = Holding(self.file, self.only)
        if self.is_new:
            holding.hold_all()
        else:
            holding.hold_anew()
            self._note_concerned()
            Since(self.file).note_renewed()
            LaidOut(self.file).renew()

    def _note_concerned(self) -> None:
        """Note all of whom the read may have made others: who was touched, altered, or is in other groups."""
        self.file.run("CREATE TEMP TABLE concerned (id TEXT PRIMARY KEY) WITHOUT ROWID")
        self.file.run(
            """INSERT OR IGNORE INTO concerned SELECT id FROM touched_users UNION ALL SELECT id FROM altered UNION ALL
               SELECT id FROM users WHERE rowid IN (SELECT user_row FROM held_differently)"""
        )
