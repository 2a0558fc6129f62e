"""Which records came together, so that they can stay or go together; see `Parts`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dirsync.model.snapshot import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from dirsync.store.spool.file import SpoolFile

_BATCH = 2000
_COMMA = re.compile(",")
_TALLY = "COALESCE(SUM(entries), 0), COALESCE(SUM(users), 0), COALESCE(SUM(groups), 0), COALESCE(SUM(left_out), 0)"
_LOOSE = ""
"""The question to which nobody asks for the answer."""
_SKIPPED = 0
"""The generation of parts that no read has."""


class SqliteParts:
    """The parts of one spool. `flush` writes the records that are still to be written."""

    def __init__(self, file: SpoolFile, flush: Callable[[], None]) -> None:
        self._file = file
        self._flush = flush
        self._generation = 1 + file.number("SELECT MAX(generation) FROM parts")
        self.first_new = 1 + file.number("SELECT MAX(number) FROM parts")
        """The number from which on parts are of this read."""
        self._loose = self.first_new
        """The part of records that are added outside any part, which is read anew each time."""
        self._next = self.first_new + 1
        self._begun: list[tuple[int, str, bytes]] = []
        """The part under way, if there is one."""
        self._closed: list[tuple[int, str, bytes, int, bool, int, int, int, int]] = []
        self._wholly_kept: set[str] = set()
        self.current = self._loose
        """The part that records are added to."""
        self.takes_aliases = False
        """Whether a membership by alias was added in this read."""
        self.notes: dict[str, str] = dict(file.rows("SELECT name, note FROM notes"))  # type: ignore[arg-type] # both are TEXT

    @property
    def names_aliases(self) -> bool:
        """See `Parts`."""
        if self.takes_aliases:
            return True
        self._write()
        # two questions for the sake of those to which there is no answer: nearly no directory has any
        if not self._file.number("SELECT EXISTS (SELECT 1 FROM members WHERE kind = 'alias')"):
            return False
        kept, questions = self._kept()
        return bool(
            self._file.number(
                "SELECT EXISTS (SELECT 1 FROM members m CROSS JOIN parts p ON p.number = m.part"
                f" WHERE m.kind = 'alias' AND {kept})",
                questions,
            )
        )

    def begin(self, question: str, key: bytes) -> None:
        """See `Parts`."""
        self._begun = [(self._next, question, key)]
        self.current = self._next
        self._next += 1

    def end(self, tally: Tally, *, is_lasting: bool = True) -> None:
        """See `Parts`."""
        number, question, key = self._begun.pop()
        counts = tally.entries, tally.users, tally.groups, tally.left_out
        self._closed.append((number, question, key, self._generation, is_lasting, *counts))
        self.current = self._loose
        if len(self._closed) >= _BATCH:
            self._write()

    def resume(self, question: str, key: bytes) -> None:
        """See `Parts`."""
        self._write()
        number = self._file.number("SELECT number FROM parts WHERE question = ? AND key = ?", (question, key))
        # a part that went meanwhile must not leave records of no part behind, which nobody would ever take away
        self.current = number or self._loose

    def keep(self, question: str, key: bytes) -> Tally | None:
        """See `Parts`."""
        if self.first_new == 1:
            return None
        found = self._file.run(
            "UPDATE parts SET generation = ? WHERE question = ? AND key = ? AND is_lasting"
            " RETURNING entries, users, groups, left_out",
            (self._generation, question, key),
        ).fetchone()
        return Tally(*found) if found else None

    def keep_those(self, question: str, keys: Iterable[bytes]) -> None:
        """See `Parts`."""
        self._write()
        self._file.run_each(
            f"UPDATE parts SET generation = {self._generation} WHERE question = ? AND key = ?",
            ((question, key) for key in keys),
        )

    def keep_all(self, question: str) -> None:
        """See `Parts`."""
        self._wholly_kept.add(question)

    def drop(self, question: str, keys: Iterable[bytes]) -> None:
        """See `Parts`."""
        self._write()
        self._file.run_each("DELETE FROM parts WHERE question = ? AND key = ?", ((question, key) for key in keys))

    def start_over(self, question: str) -> None:
        """See `Parts`."""
        self._write()
        self._wholly_kept.discard(question)
        self._file.run(
            f"UPDATE parts SET generation = {_SKIPPED} WHERE question = ? AND generation = ?",
            (question, self._generation),
        )

    def tally(self, question: str) -> Tally:
        """See `Parts`."""
        self._write()
        kept, questions = self._kept()
        sql = f"SELECT {_TALLY} FROM parts p WHERE p.question = ? AND {kept}"
        return Tally(*self._file.run(sql, (question, *questions)).fetchone())

    def refs(self, question: str, key: bytes) -> frozenset[str]:
        """See `Parts`."""
        the_part = "part = (SELECT number FROM parts WHERE question = ?1 AND key = ?2)"
        tables = ("users", "hidden_users", "groups", "hidden_groups")
        sql = " UNION ".join(f"SELECT ref FROM {table} WHERE {the_part}" for table in tables)
        return frozenset(str(ref) for (ref,) in self._file.rows(sql, (question, key)))

    def named(self, question: str, ref: str) -> frozenset[bytes]:
        """See `Parts`."""
        sql = "SELECT key FROM parts WHERE question = ?1 AND number IN (SELECT part FROM {} WHERE ref = ?2)"
        found = (self._file.rows(sql.format(table), (question, ref)) for table in ("users", "hidden_users"))
        return frozenset(bytes(key) for rows in found for (key,) in rows)  # type: ignore[arg-type] # keys are bytes

    def are_above(self, refs: Collection[str]) -> bool:
        """See `Parts`."""
        self._write()
        names = " UNION ALL ".join(
            f"SELECT t.ref FROM {table} t CROSS JOIN parts p ON p.number = t.part WHERE t.part < {self.first_new}"
            for table in ("users", "groups")
        )
        return any(
            str(name)[comma.end() :] in refs
            for (name,) in self._file.rows(names)
            for comma in _COMMA.finditer(str(name))
        )

    def let_go(self) -> None:
        """Let all parts go that are not in the Snapshot."""
        self._closed.append((self._loose, _LOOSE, b"", self._generation, False, 0, 0, 0, 0))
        self._write()
        kept, questions = self._kept()
        self._file.run(f"DELETE FROM parts AS p WHERE NOT {kept}", questions)

    def note_down(self) -> None:
        """Write what the next read needs to know."""
        self._file.run("DELETE FROM notes")
        self._file.run_each("INSERT INTO notes VALUES (?, ?)", self.notes.items())

    def _kept(self) -> tuple[str, tuple[str, ...]]:
        """Return the condition that a part `p` is in the Snapshot, and its values."""
        questions = tuple(sorted(self._wholly_kept))
        marks = ", ".join("?" * len(questions))
        return f"(p.generation = {self._generation} OR p.question IN ({marks}))", questions

    def _write(self) -> None:
        self._flush()
        closed, self._closed = self._closed, []
        if closed:
            self._file.run_each("INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", closed)
