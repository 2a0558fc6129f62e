"""People who came again as they went, or nearly so: their rows stay where they are.

One changed entry replaces the part it came in, sixty others with it. Where a person's name in the tree is the same,
nothing else hangs on the row but what it says; to take it away and put it back would count all their groups anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from dirsync.store.spool.file import SpoolFile

_SAYS: Final = (
    *("username", "email", "first_name", "last_name", "display_name", "active", "expires", "folded", "organization"),
)
_SAME: Final = " AND ".join(f"o.{name} IS n.{name}" for name in _SAYS)


@dataclass(frozen=True)
class Staying:
    """Works on one file, before anything is taken away.

    `first_new` is the number from which on parts are of this read. `has_one_selection`: no row was made of another one,
    and none is left out, so that a row may say something else without concerning any other.
    """

    file: SpoolFile
    first_new: int
    has_one_selection: bool

    def settle(self) -> None:
        """Give rows of parts that go the part in which they came again; notes them in `staying`.

        Who says something else now is noted in `altered`, by id. Whoever has a record that is hidden is left alone:
        which of several counts is decided with all of them.
        """
        self.file.run("CREATE TEMP TABLE staying (old INTEGER PRIMARY KEY, new INTEGER, is_same INTEGER)")
        self.file.run("CREATE TEMP TABLE altered (id TEXT PRIMARY KEY) WITHOUT ROWID")
        self.file.run(
            f"""INSERT INTO staying SELECT o.rowid, n.rowid, {_SAME}
                FROM (SELECT MIN(rowid) AS came FROM users INDEXED BY users_part WHERE part >= ?1
                    GROUP BY id, selection)
                CROSS JOIN users n ON n.rowid = came
                CROSS JOIN users o INDEXED BY users_id ON o.id = n.id AND o.selection = n.selection
                WHERE o.part IN (SELECT number FROM gone) AND o.ref = n.ref
                AND n.id NOT IN (SELECT id FROM hidden_users)""",
            (self.first_new,),
        )
        if not self.has_one_selection:
            self.file.run("DELETE FROM staying WHERE NOT is_same")
        self.file.run(
            "INSERT INTO altered SELECT id FROM users WHERE rowid IN (SELECT old FROM staying WHERE NOT is_same)"
        )
        self.file.run(
            f"""UPDATE users SET ({", ".join(_SAYS)}) = (SELECT {", ".join(f"n.{name}" for name in _SAYS)}
                FROM staying s CROSS JOIN users n ON n.rowid = s.new WHERE s.old = users.rowid)
                WHERE rowid IN (SELECT old FROM staying WHERE NOT is_same)"""
        )
        self.file.run(
            """UPDATE users SET part = (SELECT n.part FROM staying s CROSS JOIN users n ON n.rowid = s.new
               WHERE s.old = users.rowid) WHERE rowid IN (SELECT old FROM staying)"""
        )
        self.file.run("DELETE FROM users WHERE rowid IN (SELECT new FROM staying)")
