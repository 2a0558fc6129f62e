"""Whom the conditions of selections leave out by groups: worked out anew with each read, for all they hold.

A group may change without any record of a person, so what came with a read does not tell whom that concerns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dirsync.model.conditions import groups_meant, left_out_inside
from dirsync.model.entries import Quarantined
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from dirsync.model.conditions import GroupConditions
    from dirsync.store.spool.file import SpoolFile

_WORKING = (
    "CREATE TEMP TABLE leaving (selection TEXT, id TEXT, PRIMARY KEY (selection, id)) WITHOUT ROWID",
    "CREATE TEMP TABLE meant (id TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TEMP TABLE inside (ref TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TEMP TABLE coming (id TEXT PRIMARY KEY) WITHOUT ROWID",
)
_NESTED = """INSERT OR IGNORE INTO meant
    WITH RECURSIVE below (id) AS (SELECT id FROM meant UNION SELECT c.id
        FROM below b CROSS JOIN members m ON m.group_id = b.id CROSS JOIN groups c ON c.ref = m.ref
        WHERE m.kind = 'group' OR m.kind = 'any' AND NOT EXISTS (SELECT 1 FROM users x WHERE x.ref = m.ref))
    SELECT id FROM below"""
_INSIDE = """INSERT OR IGNORE INTO inside SELECT m.ref FROM meant t CROSS JOIN members m ON m.group_id = t.id
    WHERE m.kind IN ('user', 'any')"""
_THEIRS = """INSERT OR IGNORE INTO leaving SELECT ?1, id FROM {} WHERE selection = ?1
    AND {} (SELECT 1 FROM inside i WHERE i.ref = {}.ref)"""
_IS_MEANT = "SELECT EXISTS (SELECT 1 FROM meant WHERE id = ?)"
_IS_INSIDE = """SELECT EXISTS (SELECT 1 FROM meant t CROSS JOIN members m ON m.group_id = t.id
    WHERE m.ref IN (?, ?) AND m.kind IN ('group', 'any'))"""


@dataclass
class Choosing:
    """Works out the table `left_out` of one spool, once its groups and memberships are settled."""

    file: SpoolFile
    conditions: Mapping[str, GroupConditions]
    troubles: list[str] = field(default_factory=list)
    """Why it can't be said whom a selection includes or excludes."""

    def work_out(self) -> str:
        """Fill the table, and return the SQL for the ids of those for whom it says something else now; '' for none."""
        if not self.conditions:
            return ""
        for statement in _WORKING:
            self.file.run(statement)
        for selection, conditions in sorted(self.conditions.items()):
            if conditions:
                self._choose(selection, conditions)
        for one, other in (("leaving", "left_out"), ("left_out", "leaving")):
            self.file.run(
                f"INSERT OR IGNORE INTO coming SELECT id FROM (SELECT * FROM {one} EXCEPT SELECT * FROM {other})"
            )
        self.file.run("DELETE FROM left_out")
        self.file.run("INSERT INTO left_out SELECT * FROM leaving")
        return "SELECT id FROM coming"

    def _choose(self, selection: str, conditions: GroupConditions) -> None:
        names = self.file.rows("SELECT id, name FROM groups WHERE selection = ?", (selection,))
        # an entry that was met twice is hidden once, and there all the same
        there = "SELECT 1 FROM groups g WHERE g.id = hidden_groups.id AND g.selection = hidden_groups.selection"
        hidden = self.file.rows(
            f"SELECT name FROM hidden_groups WHERE selection = ? AND NOT EXISTS ({there})", (selection,)
        )
        meant = groups_meant(
            selection,
            conditions,
            ((str(group_id), str(name)) for group_id, name in names),
            (str(name) for (name,) in hidden),
        )
        unread = ""
        for stated, group_ids, which in (
            (conditions.exclude, meant.exclude, "EXISTS"),
            (conditions.include, meant.include, "NOT EXISTS"),
        ):
            if stated:
                self._leave(selection, group_ids, which, is_nested=conditions.is_nested)
                unread = unread or self._unread(selection, conditions)
        if trouble := meant.trouble or unread:
            self.troubles.append(trouble)

    def _unread(self, selection: str, conditions: GroupConditions) -> str:
        """Return what is not known of the groups in the table `meant`, or in one of them."""

        def is_inside(one: Quarantined) -> bool:
            is_meant = bool(self.file.number(_IS_MEANT, (one.id,)))
            refs = (one.entry, fold(one.entry))
            return is_meant or (conditions.is_nested and bool(self.file.number(_IS_INSIDE, refs)))

        rows = self.file.rows("SELECT entry, reason, id FROM quarantined WHERE is_group")
        entries = [Quarantined(str(entry), str(reason), str(entry_id)) for entry, reason, entry_id in rows]
        return left_out_inside(selection, conditions, entries, is_inside)

    def _leave(self, selection: str, group_ids: Collection[str], which: str, *, is_nested: bool) -> None:
        for table in ("meant", "inside"):
            self.file.run(f"DELETE FROM {table}")
        self.file.run_each("INSERT INTO meant VALUES (?)", ((one,) for one in sorted(group_ids)))
        if is_nested:
            self.file.run(_NESTED)
        self.file.run(_INSIDE)
        for table in ("users", "hidden_users"):
            self.file.run(_THEIRS.format(table, which, table), (selection,))
