"""Whom the conditions of selections leave out by groups: worked out anew with each read, for all they hold.

A group may change without any record of a person, so what came with a read does not tell whom that concerns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dirsync.model.conditions import groups_meant

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
        if meant.trouble:
            self.troubles.append(meant.trouble)
        if conditions.exclude:
            self._leave(selection, meant.exclude, "EXISTS", is_nested=conditions.is_nested)
        if conditions.include:
            self._leave(selection, meant.include, "NOT EXISTS", is_nested=conditions.is_nested)

    def _leave(self, selection: str, group_ids: Collection[str], which: str, *, is_nested: bool) -> None:
        for table in ("meant", "inside"):
            self.file.run(f"DELETE FROM {table}")
        self.file.run_each("INSERT INTO meant VALUES (?)", ((one,) for one in sorted(group_ids)))
        if is_nested:
            self.file.run(_NESTED)
        self.file.run(_INSIDE)
        for table in ("users", "hidden_users"):
            self.file.run(_THEIRS.format(table, which, table), (selection,))
