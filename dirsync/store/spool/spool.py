"""Takes what a Directory reads, record by record, and writes it in batches."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING

from dirsync.errors import DirsyncError
from dirsync.model.entries import Group, MemberKind, Quarantined, User
from dirsync.model.memory import undecided, why_unusable
from dirsync.model.names import fold
from dirsync.model.snapshot import WHOLE, Completeness
from dirsync.store.spool.file import SpoolFile
from dirsync.store.spool.parts import SqliteParts
from dirsync.store.spool.schema import BEGUN, INDEXES, INDEXES_OF_PARTS, TABLES
from dirsync.store.spool.settle import Settling
from dirsync.store.spool.since import Since
from dirsync.store.spool.snapshot import SqliteSnapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from dirsync.model.conditions import GroupConditions
    from dirsync.model.snapshot import Snapshot
    from dirsync.store.spool.file import Value
    from dirsync.store.spool.kept import KeptFile

BATCH = 2000
MANY = 20
"""Members of one group from which on one statement for all of them is quicker than rows of their own."""
NUL = r"\u0000"
"""As JSON writes the sign at which SQLite would cut a text."""
_MEMBERS_TOGETHER = "INSERT INTO members SELECT ?1, ?2, value, ?3, NULL FROM json_each(?4)"
_MORE_ROOM = "Make room there, or name a folder with more room in the environment variable TMPDIR."
_FAST = ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF")
"""For a file that nobody will miss if the power goes."""


class SqliteSpool:
    """A Spool over one file: a scratch file at `path`, or one that is kept from read to read.

    `exceptions` maps a selection to the one whose users it must not hold. `only` is the selection's name where there is
    just one: what it holds is then the whole Directory. `conditions` holds each selection that leaves people out by
    attributes or groups, and those of the latter; `doubts` is asked of what was read whole, for reasons why it still
    can't be said whom they leave out.
    """

    def __init__(
        self,
        directory: str,
        path: Path,
        exceptions: Mapping[str, str] | None = None,
        only: str | None = None,
        kept: KeptFile | None = None,
        conditions: Mapping[str, GroupConditions] | None = None,
        doubts: Callable[[Snapshot], Iterable[str]] = lambda _: (),
    ) -> None:
        self._directory = directory
        self._exceptions = exceptions or {}
        self._conditions = conditions or {}
        self._doubts = doubts
        self._only = None if self._exceptions or self._conditions else only
        self._kept = kept
        self._is_new = kept is None or kept.is_new
        try:
            self._file = _opened(directory, path, kept)
            self._parts = SqliteParts(self._file, self._flush)
        except DirsyncError:
            if kept:
                kept.release()
            raise
        self.parts = self._parts if kept else None
        self._users: list[tuple[Value, ...]] = []
        self._groups: list[tuple[Value, ...]] = []
        self._members: list[tuple[Value, ...]] = []
        self._aliases: list[tuple[Value, ...]] = []
        self._quarantined: list[tuple[Value, ...]] = []

    def add_user(self, user: User, selection: str = WHOLE, expires: datetime | None = None) -> None:
        """See `Spool`."""
        if not (user.id.strip() and user.username.strip()):
            self._refuse(user)
            return
        self._users.append((
            self._parts.current, selection, user.id, user.ref, user.username, user.email, user.first_name,
            user.last_name, user.display_name, user.active, expires.timestamp() if expires else None,
            fold(user.username), user.organization,
        ))  # fmt: skip
        if len(self._users) >= BATCH:
            self._flush()

    def add_group(self, group: Group, selection: str = WHOLE) -> None:
        """See `Spool`."""
        if why_unusable(group):
            self._refuse(group)
            return
        self._groups.append((
            self._parts.current, selection, group.id, group.ref, group.name, group.description, group.email,
            fold(group.name),
        ))  # fmt: skip
        if len(self._groups) >= BATCH:
            self._flush()

    def _refuse(self, entry: User | Group) -> None:
        is_group = isinstance(entry, Group)
        self.quarantine(Quarantined(entry.ref or entry.id, why_unusable(entry), entry.id, is_group))

    def add_member(self, group_id: str, ref: str, kind: MemberKind) -> None:
        """See `Spool`."""
        if kind is MemberKind.ALIAS:
            self._parts.takes_aliases = True
        self._members.append((self._parts.current, group_id, ref, kind.value))
        if len(self._members) >= BATCH:
            self._flush()

    def add_members(self, group_id: str, refs: Iterable[str], kind: MemberKind) -> None:
        """See `Spool`."""
        if kind is MemberKind.ALIAS:
            self._parts.takes_aliases = True
        part, told, left = self._parts.current, kind.value, iter(refs)
        # by the thousand, and no group's members all at once
        while some := list(islice(left, BATCH)):
            together = json.dumps(some, ensure_ascii=False) if len(some) >= MANY else NUL
            if NUL in together:
                self._members.extend((part, group_id, ref, told) for ref in some)
                if len(self._members) >= BATCH:
                    self._flush()
            else:
                self._file.run(_MEMBERS_TOGETHER, (part, group_id, told, together))

    def add_alias(self, ref: str, alias: str) -> None:
        """See `Spool`."""
        self._aliases.append((self._parts.current, ref, alias))
        if len(self._aliases) >= BATCH:
            self._flush()

    def quarantine(self, entry: Quarantined) -> None:
        """See `Spool`."""
        self._quarantined.append((self._parts.current, entry.entry, entry.reason, entry.id, entry.is_group))
        if len(self._quarantined) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        for sql, rows in (
            ("INSERT INTO users VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", self._users),
            ("INSERT INTO groups VALUES (?,?,?,?,?,?,?,?)", self._groups),
            ("INSERT INTO members VALUES (?,?,?,?,NULL)", self._members),
            ("INSERT INTO aliases VALUES (?,?,?)", self._aliases),
            ("INSERT INTO quarantined VALUES (?,?,?,?,?)", self._quarantined),
        ):
            if rows:
                self._file.run_each(sql, rows)
                rows.clear()

    def finish(self, completeness: Completeness) -> SqliteSnapshot:
        """See `Spool`."""
        self._parts.let_go()
        self._flush()
        for statement in (*INDEXES, *(INDEXES_OF_PARTS if self._kept else ())):
            self._file.run(statement)
        settling = Settling(
            self._file, self._exceptions, self._conditions, self._only, self._parts.first_new, self._is_new
        )
        completeness = undecided(self._directory, completeness, settling.settle())
        since = Since(self._file) if self._kept else None
        if since:
            since.begin(completeness)
        told = SqliteSnapshot(
            self._directory,
            completeness,
            self._file,
            self._only,
            keep=self._keep,
            close=self._close,
            continuity=since,
        )
        if completeness.is_complete and self._conditions:
            told.completeness = undecided(self._directory, completeness, self._doubts(told))
        return told

    def abandon(self) -> None:
        """Give up what was taken; what is kept of an earlier read stays as it is."""
        self._close()

    def _keep(self) -> None:
        if self._kept and not self._kept.is_done:
            if self._kept.is_new:
                self._parts.notes[BEGUN] = str(int(self._kept.begun.timestamp()))
            self._parts.note_down()
            self._file.run("COMMIT")
            self._kept.put_in_place()

    def _close(self) -> None:
        self._file.close()
        if self._kept:
            self._kept.release()


def _opened(directory: str, path: Path, kept: KeptFile | None) -> SpoolFile:
    """Open the file, with its tables, in a transaction that is open until what was read is kept."""
    if kept:
        path = kept.path
        file = SpoolFile(path, f"The kept copy {path} of {directory}", kept.remedy, kept.discard)
    else:
        file = SpoolFile(path, f"The scratch file {path} for what {directory} holds", _MORE_ROOM)
    is_new = kept is None or kept.is_new
    file.run("PRAGMA temp_store = FILE")
    file.run("PRAGMA recursive_triggers = ON")
    for statement in _FAST if is_new else ():
        file.run(statement)
    # from now on nobody can look into it, whose lock would be in the way when all is done
    file.run("BEGIN EXCLUSIVE")
    for statement in TABLES if is_new else ():
        file.run(statement)
    if kept is None:
        # What has no name is gone when the process is, however it is killed: nobody's data stays in a temporary folder.
        path.unlink()
    return file
