"""People laid out by id beside the groups that hold them, so that a plan of everybody reads one table from end to end.

What is laid out stays in a kept file, and a read renews those it concerns: whoever was touched, and whoever came into a
group or left one. Of a million people that is a handful in most nights, and all are never sorted again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dirsync.store.spool.schema import HELD_BY

if TYPE_CHECKING:
    from dirsync.store.spool.file import SpoolFile

MOST: Final = 3
"""Where one in so many is concerned, everything is laid out anew when somebody asks: in order, that is quicker."""
MARK: Final = "(SELECT group_concat(h.number) FROM held h INDEXED BY held_by WHERE h.user_row = u.rowid)"
"""Which groups hold a user `u` directly: their numbers, with commas between them. Read from the index alone."""
_ROWS = f"""INSERT INTO laid_out SELECT u.selection, u.id, u.ref, u.username, u.email, u.first_name, u.last_name,
    u.display_name, u.active, u.expires, u.organization, {MARK} FROM users u"""


class LaidOut:
    """What is laid out in one file."""

    def __init__(self, file: SpoolFile) -> None:
        self._file = file

    def has(self, selection: str) -> bool:
        """Say whether the people of a selection are."""
        sql = "SELECT EXISTS (SELECT 1 FROM laid_selections WHERE selection = ?)"
        return bool(self._file.number(sql, (selection,)))

    def lay_out(self, selection: str) -> None:
        """Lay out the people of a selection."""
        self._file.run(HELD_BY)
        # marked in the order of the rows, in which the index of groups is too, and only then sorted
        self._file.run(f"{_ROWS} NOT INDEXED WHERE u.selection = ?1 ORDER BY u.id", (selection,))
        self._file.run("INSERT INTO laid_selections VALUES (?)", (selection,))

    def renew(self) -> None:
        """Lay those out anew whom a read concerns (`concerned`)."""
        if not self._file.number("SELECT EXISTS (SELECT 1 FROM laid_selections)"):
            return
        concerned = self._file.number("SELECT COUNT(*) FROM concerned")
        if concerned * MOST > self._file.number("SELECT MAX(rowid) FROM users"):
            self._file.run("DELETE FROM laid_selections")
            self._file.run("DELETE FROM laid_out")
        elif concerned:
            self._file.run(
                """DELETE FROM laid_out WHERE selection IN (SELECT selection FROM laid_selections)
                   AND id IN (SELECT id FROM concerned)"""
            )
            self._file.run(
                f"""{_ROWS} INDEXED BY users_id WHERE u.id IN (SELECT id FROM concerned)
                    AND u.selection IN (SELECT selection FROM laid_selections)"""
            )
