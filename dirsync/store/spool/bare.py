"""People as bare rows with the groups that hold them, for a plan that looks at everybody and has to do with few."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from dirsync.store.spool.file import places
from dirsync.store.spool.schema import HELD_BY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from dirsync.model.snapshot import BareUser
    from dirsync.store.spool.file import SpoolFile

MANY = 0.02
"""Of all rows: whoever has asked for so many by id is about to ask for most. To lay a row out takes half as long as to
look for it where it is; to find it then takes half of that again."""
_MARK = "(SELECT group_concat(h.number) FROM held h INDEXED BY held_by WHERE h.user_row = u.rowid)"
"""Which groups hold a user directly: their numbers, with commas between them. Read from the index alone."""
_LAID_OUT = (
    # what lies there is found in one place of the file; else there is one more in each of two indexes
    """CREATE TEMP TABLE laid_out (id TEXT PRIMARY KEY, ref, username, email, first_name, last_name, display_name,
       active, organization, mark) WITHOUT ROWID""",
    "PRAGMA temp.cache_size = -8192",
)


class BareUsers:
    """Answers for one file. `columns` is the SQL of a user's fields; rows are given as SQLite gives them."""

    def __init__(self, file: SpoolFile, columns: str) -> None:
        self._file = file
        self._told = f"SELECT {columns}, {_MARK}"
        self._asked = 0
        self._laid_out: str | None = None
        """The selection whose people have been laid out by id."""

    def by_id(self, selection: str) -> Iterator[BareUser]:
        """Yield everybody of a selection."""
        return self._file.rows(self._by_id(), (selection,))  # type: ignore[return-value] # as they were added; 0 is False

    def among(self, user_ids: Collection[str], selection: str) -> Iterator[BareUser]:
        """Yield those of some ids."""
        values: tuple[str, ...] = ()
        self._asked += len(user_ids)
        if self._laid_out is None and self._asked > MANY * self._file.number("SELECT MAX(rowid) FROM users"):
            self._lay_out(selection)
        if self._laid_out == selection:
            sql = "SELECT * FROM laid_out WHERE id IN ({})"
        else:
            self._file.run(HELD_BY)
            sql = f"{self._told} FROM users u INDEXED BY users_id WHERE u.selection = ?1 AND u.id IN ({{}})"
            values = (selection,)
        for those, batch in places(user_ids, after=len(values)):
            yield from self._file.rows(sql.format(those), (*values, *batch))  # type: ignore[misc] # as above

    def groups_marked(self, mark: str | None) -> Collection[str]:
        """Return the ids of the groups behind a mark."""
        return [self._numbers[number] for number in mark.split(",")] if mark else ()

    def _by_id(self) -> str:
        self._file.run(HELD_BY)
        # marked in the order of the rows, in which the index of groups is too, and only then sorted
        return f"{self._told} FROM users u NOT INDEXED WHERE u.selection = ?1 ORDER BY u.id"

    def _lay_out(self, selection: str) -> None:
        for statement in _LAID_OUT:
            self._file.run(statement)
        self._file.run(f"INSERT INTO laid_out {self._by_id()}", (selection,))
        self._laid_out = selection

    @cached_property
    def _numbers(self) -> Mapping[str, str]:
        rows = self._file.rows("SELECT number, group_id FROM sizes")
        return {str(number): str(group_id) for number, group_id in rows}
