"""People as bare rows with the groups that hold them, for a plan that looks at everybody and has to do with few."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from dirsync.store.spool.file import places
from dirsync.store.spool.laid_out import MARK, LaidOut
from dirsync.store.spool.schema import HELD_BY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from dirsync.model.snapshot import BareUser
    from dirsync.store.spool.file import SpoolFile

MANY = 0.02
"""Of all rows: whoever has asked for so many by id is about to ask for most. To lay a row out takes half as long as to
look for it where it is; to find it then takes half of that again."""


class BareUsers:
    """Answers for one file. `columns` is the SQL of a user's fields; rows are given as SQLite gives them.

    `is_lasting`: what is laid out once serves the nights to come.
    """

    def __init__(self, file: SpoolFile, columns: str, *, is_lasting: bool) -> None:
        self._file = file
        self._columns = columns
        self._is_lasting = is_lasting
        self._laid_out = LaidOut(file)
        self._asked = 0

    def by_id(self, selection: str) -> Iterator[BareUser]:
        """Yield everybody of a selection."""
        if self._is_lasting and not self._laid_out.has(selection):
            self._laid_out.lay_out(selection)
        if self._laid_out.has(selection):
            sql = f"SELECT {self._columns}, u.mark FROM laid_out u WHERE u.selection = ?1 ORDER BY u.id"
        else:
            self._file.run(HELD_BY)
            sql = f"SELECT {self._columns}, {MARK} FROM users u NOT INDEXED WHERE u.selection = ?1 ORDER BY u.id"
        return self._file.rows(sql, (selection,))  # type: ignore[return-value] # as they were added; 0 is False

    def among(self, user_ids: Collection[str], selection: str) -> Iterator[BareUser]:
        """Yield those of some ids."""
        self._asked += len(user_ids)
        is_there = self._laid_out.has(selection)
        if not is_there and self._asked > MANY * self._file.number("SELECT MAX(rowid) FROM users"):
            self._laid_out.lay_out(selection)
            is_there = True
        if is_there:
            sql = f"SELECT {self._columns}, u.mark FROM laid_out u WHERE u.selection = ?1 AND u.id IN ({{}})"
        else:
            self._file.run(HELD_BY)
            users = "users u INDEXED BY users_id"
            sql = f"SELECT {self._columns}, {MARK} FROM {users} WHERE u.selection = ?1 AND u.id IN ({{}})"
        for those, batch in places(user_ids, after=1):
            yield from self._file.rows(sql.format(those), (selection, *batch))  # type: ignore[misc] # as above

    def groups_marked(self, mark: str | None) -> Collection[str]:
        """Return the ids of the groups behind a mark."""
        return [self._numbers[number] for number in mark.split(",")] if mark else ()

    @cached_property
    def _numbers(self) -> Mapping[str, str]:
        rows = self._file.rows("SELECT number, group_id FROM sizes")
        return {str(number): str(group_id) for number, group_id in rows}
