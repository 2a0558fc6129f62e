"""Which users each group holds, and how many members it has: what every audit walks through.

In a kept file only that is worked out again which a read concerns: the groups whose own memberships it replaced, and
elsewhere the few people it touched. A group keeps its number as long as it is there, so that whoever is in it as before
is told of in the same words as before (`laid_out.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dirsync.model.snapshot import WHOLE
from dirsync.store.spool.schema import HOLDS_GROUPS, HOLDS_PEOPLE

if TYPE_CHECKING:
    from dirsync.store.spool.file import SpoolFile

_ROWS = "(number INTEGER, user_row INTEGER, is_whole INTEGER, PRIMARY KEY (number, user_row)) WITHOUT ROWID"
_WORKING = (
    f"CREATE TEMP TABLE holds {_ROWS}",
    f"CREATE TEMP TABLE held_before {_ROWS}",
    "CREATE TEMP TABLE held_differently (user_row INTEGER PRIMARY KEY)",
)
_ALL, _RESIZED, _RETOLD = "1", "{} IN (SELECT id FROM resized)", "{} IN (SELECT id FROM retold)"
"""Which groups are meant, by the column that holds their ids."""


@dataclass(frozen=True)
class Holding:
    """Works on one file, once its people, groups and memberships are settled.

    `only` is the one selection there is. A file that is not new has tables of what was touched: `retold`, groups
    whose own memberships were replaced; `touched_refs` of people, and `touched_rows` as they were; `resized`, groups in
    which those are.
    """

    file: SpoolFile
    only: str | None

    def hold_all(self) -> None:
        """Work it out for a new file."""
        self._number(_ALL)
        # everything is walked by ref and put in order at the end: looked up one by one it takes several times as long
        self.file.run(
            f"""INSERT OR IGNORE INTO held SELECT s.number, u.rowid, u.selection = ?1
                FROM users u INDEXED BY users_ref CROSS JOIN members m INDEXED BY members_ref ON m.ref = u.ref
                CROSS JOIN sizes s ON s.group_id = m.group_id WHERE {HOLDS_PEOPLE} ORDER BY 1, 2""",
            self._whole,
        )
        self._count(_ALL)

    def hold_anew(self) -> None:
        """Work it out for those whom the read concerns; leaves the rows whose groups are others in `held_differently`.

        Rows that are gone may be among them.
        """
        for statement in _WORKING:
            self.file.run(statement)
        self.file.run("INSERT OR IGNORE INTO resized SELECT id FROM retold")
        self._number(_RESIZED)
        self._note_before()
        self._note_after()
        self.file.run(
            """INSERT OR IGNORE INTO held_differently SELECT user_row FROM
               (SELECT number, user_row FROM held_before EXCEPT SELECT number, user_row FROM holds)"""
        )
        self.file.run(
            """INSERT OR IGNORE INTO held_differently SELECT user_row FROM
               (SELECT number, user_row FROM holds EXCEPT SELECT number, user_row FROM held_before)"""
        )
        self.file.run(
            """DELETE FROM held WHERE (number, user_row) IN (SELECT number, user_row FROM
               (SELECT * FROM held_before EXCEPT SELECT * FROM holds))"""
        )
        self.file.run("INSERT INTO held SELECT * FROM (SELECT * FROM holds EXCEPT SELECT * FROM held_before)")
        self.file.run(f"DELETE FROM sizes WHERE {_RESIZED.format('group_id')} AND NOT {self._is_there}", self._whole)
        self._count(_RESIZED)

    @property
    def _whole(self) -> tuple[str]:
        return (self.only or WHOLE,)

    @property
    def _is_there(self) -> str:
        return "EXISTS (SELECT 1 FROM groups g WHERE g.id = sizes.group_id AND g.selection = ?1)"

    def _number(self, those: str) -> None:
        """Give numbers to groups that have none."""
        self.file.run(
            f"""INSERT INTO sizes (group_id) SELECT DISTINCT id FROM groups
                WHERE selection = ?1 AND {those.format("id")}
                AND NOT EXISTS (SELECT 1 FROM sizes s WHERE s.group_id = groups.id)""",
            self._whole,
        )

    def _note_before(self) -> None:
        self.file.run(
            "INSERT INTO held_before SELECT * FROM held"
            f" WHERE number IN (SELECT number FROM sizes WHERE {_RETOLD.format('group_id')})"
        )
        # by the groups and not by the rows, for which there is an index only where plans are made
        self.file.run(
            f"""INSERT OR IGNORE INTO held_before SELECT * FROM held WHERE user_row IN (SELECT row FROM touched_rows)
                AND number IN (SELECT number FROM sizes WHERE {_RESIZED.format("group_id")})"""
        )

    def _note_after(self) -> None:
        holds = f"""INSERT OR IGNORE INTO holds SELECT sizes.number, u.rowid, u.selection = ?1 FROM {{}}
            CROSS JOIN sizes ON sizes.group_id = m.group_id WHERE {HOLDS_PEOPLE} AND {self._is_there}"""
        of_groups = "retold r CROSS JOIN members m ON m.group_id = r.id CROSS JOIN users u ON u.ref = m.ref"
        of_people = "touched_refs t CROSS JOIN users u ON u.ref = t.ref CROSS JOIN members m ON m.ref = t.ref"
        self.file.run(holds.format(of_groups), self._whole)
        self.file.run(holds.format(of_people), self._whole)

    def _count(self, those: str) -> None:
        self.file.run(
            "UPDATE sizes SET members = (SELECT COALESCE(SUM(is_whole), 0) FROM held h WHERE h.number = sizes.number)"
            f" WHERE {those.format('group_id')}"
        )
        self.file.run(
            f"""INSERT INTO sizes (group_id, members) SELECT m.group_id, COUNT(DISTINCT c.id)
                FROM groups c CROSS JOIN members m ON m.ref = c.ref CROSS JOIN sizes s ON s.group_id = m.group_id
                WHERE c.selection = ?1 AND {HOLDS_GROUPS} AND {those.format("m.group_id")}
                GROUP BY m.group_id ON CONFLICT (group_id) DO UPDATE SET members = members + excluded.members""",
            self._whole,
        )
