"""A spool in a SQLite file: a Snapshot of any size in constant memory.

Rows are bound as tuples and inserted in batches (`exec_driver_sql`): building SQLAlchemy statements per record
would cost more than the read itself. The file is scratch: it is made in the run's own temporary folder (0700), has
no name while it is used, and needs no durability.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import URL, create_engine

from dirsync.model.entries import Group, MemberKind, Quarantined, User
from dirsync.model.memory import DUPLICATE_ID, in_order, why_unusable
from dirsync.model.names import fold
from dirsync.model.snapshot import WHOLE, Completeness, Counts
from dirsync.store.database import tell_failures

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sqlalchemy import Connection

BATCH = 2000

SCHEMA = (
    "PRAGMA journal_mode=OFF",
    "PRAGMA synchronous=OFF",
    "PRAGMA temp_store=FILE",
    """CREATE TABLE users (selection TEXT, id TEXT, ref TEXT, username TEXT, email TEXT, first_name TEXT,
       last_name TEXT, display_name TEXT, active INTEGER, folded TEXT, PRIMARY KEY (selection, id, ref))
       WITHOUT ROWID""",
    """CREATE TABLE groups (selection TEXT, id TEXT, ref TEXT, name TEXT, description TEXT, email TEXT, folded TEXT,
       PRIMARY KEY (selection, id, ref)) WITHOUT ROWID""",
    "CREATE TABLE members (group_id TEXT, ref TEXT, kind TEXT)",
)

EVERYONE = (
    """INSERT OR IGNORE INTO users SELECT '', id, ref, username, email, first_name, last_name, display_name,
       active, folded FROM users WHERE selection > '' ORDER BY selection""",
    """INSERT OR IGNORE INTO groups SELECT '', id, ref, name, description, email, folded FROM groups
       WHERE selection > '' ORDER BY selection""",
)

RESOLVE = (
    "CREATE INDEX users_ref ON users (ref)",
    "CREATE INDEX groups_ref ON groups (ref)",
    "CREATE INDEX users_folded ON users (selection, folded)",
    "CREATE INDEX groups_folded ON groups (selection, folded)",
    "CREATE TABLE user_members (group_id TEXT, user_id TEXT, PRIMARY KEY (group_id, user_id)) WITHOUT ROWID",
    """INSERT OR IGNORE INTO user_members SELECT m.group_id, u.id FROM members m
       CROSS JOIN users u ON u.ref = m.ref AND u.selection = ''
       CROSS JOIN groups g ON g.id = m.group_id AND g.selection = ''
       WHERE m.kind <> 'group'""",
    "CREATE INDEX user_members_user ON user_members (user_id)",
    "CREATE TABLE child_groups (group_id TEXT, child_id TEXT, PRIMARY KEY (group_id, child_id)) WITHOUT ROWID",
    """INSERT OR IGNORE INTO child_groups SELECT m.group_id, c.id FROM members m
       CROSS JOIN groups c ON c.ref = m.ref AND c.selection = ''
       CROSS JOIN groups g ON g.id = m.group_id AND g.selection = ''
       WHERE m.kind = 'group' OR (m.kind = 'any'
         AND NOT EXISTS (SELECT 1 FROM users u WHERE u.ref = m.ref AND u.selection = ''))""",
    "CREATE INDEX child_groups_child ON child_groups (child_id)",
    "DROP TABLE members",
)

# CROSS JOIN and INDEXED BY bind SQLite's planner: without statistics it would scan all users per group or name.
USER = "u.id, u.ref, u.username, u.email, u.first_name, u.last_name, u.display_name, u.active"
GROUP = "g.id, g.ref, g.name, g.description, g.email"


class SqliteSpool:
    """A Spool over one scratch file. `exceptions` maps a selection to the one whose users it must not hold."""

    def __init__(self, directory: str, path: Path, exceptions: Mapping[str, str] | None = None) -> None:
        self._directory = directory
        self._exceptions = exceptions or {}
        self._engine = create_engine(URL.create("sqlite", database=str(path)))
        remedy = "Make room there, or name a folder with more room in the environment variable TMPDIR."
        tell_failures(self._engine, f"The scratch file {path} for what {directory} holds", remedy)
        self._connection = self._engine.connect()
        for statement in SCHEMA:
            self._connection.exec_driver_sql(statement)
        # What has no name is gone when the process is, however it is killed: nobody's data stays in a temporary folder.
        path.unlink()
        self._users: list[tuple[object, ...]] = []
        self._groups: list[tuple[object, ...]] = []
        self._members: list[tuple[object, ...]] = []
        self._quarantined: dict[Quarantined, None] = {}

    def add_user(self, user: User, selection: str = WHOLE) -> None:
        """See `Spool`."""
        if self._is_usable(user):
            self._users.append((
                selection, user.id, user.ref, user.username, user.email, user.first_name, user.last_name,
                user.display_name, user.active, fold(user.username),
            ))  # fmt: skip
            if len(self._users) >= BATCH:
                self._flush()

    def add_group(self, group: Group, selection: str = WHOLE) -> None:
        """See `Spool`."""
        if self._is_usable(group):
            self._groups.append(
                (selection, group.id, group.ref, group.name, group.description, group.email, fold(group.name))
            )
            if len(self._groups) >= BATCH:
                self._flush()

    def _is_usable(self, entry: User | Group) -> bool:
        why = why_unusable(entry)
        if why:
            self.quarantine(Quarantined(entry.ref or entry.id, why, entry.id, isinstance(entry, Group)))
        return not why

    def add_member(self, group_id: str, ref: str, kind: MemberKind) -> None:
        """See `Spool`."""
        self._members.append((group_id, ref, kind.value))
        if len(self._members) >= BATCH:
            self._flush()

    def quarantine(self, entry: Quarantined) -> None:
        """See `Spool`."""
        self._quarantined[entry] = None

    def _flush(self) -> None:
        for sql, rows in (
            ("INSERT OR IGNORE INTO users VALUES (?,?,?,?,?,?,?,?,?,?)", self._users),
            ("INSERT OR IGNORE INTO groups VALUES (?,?,?,?,?,?,?)", self._groups),
            ("INSERT INTO members VALUES (?,?,?)", self._members),
        ):
            if rows:
                self._connection.exec_driver_sql(sql, rows)
                rows.clear()

    def finish(self, completeness: Completeness) -> SqliteSnapshot:
        """See `Spool`."""
        self._flush()
        self._quarantine_duplicates()
        for statement in EVERYONE:
            self._connection.exec_driver_sql(statement)
        for selection, other in in_order(self._exceptions):
            self._connection.exec_driver_sql(
                "DELETE FROM users WHERE selection = ? AND id IN (SELECT id FROM users WHERE selection = ?)",
                (selection, other),
            )
        for statement in RESOLVE:
            self._connection.exec_driver_sql(statement)
        self._connection.commit()
        return SqliteSnapshot(self._directory, completeness, tuple(self._quarantined), self._connection)

    def _quarantine_duplicates(self) -> None:
        for table in ("users", "groups"):
            duplicates = self._connection.exec_driver_sql(
                f"SELECT DISTINCT id, ref FROM {table} WHERE id IN"
                f" (SELECT id FROM {table} GROUP BY id HAVING COUNT(DISTINCT ref) > 1)"
            ).all()
            for user_id, ref in duplicates:
                self.quarantine(Quarantined(ref, DUPLICATE_ID.format(id=user_id), user_id, table == "groups"))
            for user_id in {user_id for user_id, _ in duplicates}:
                self._connection.exec_driver_sql(f"DELETE FROM {table} WHERE id = ?", (user_id,))


class SqliteSnapshot:
    """A Snapshot over one scratch file."""

    def __init__(
        self, directory: str, completeness: Completeness, quarantined: tuple[Quarantined, ...], connection: Connection
    ) -> None:
        self.directory = directory
        self.completeness = completeness
        self.quarantined = quarantined
        self._connection = connection

    def _rows(self, sql: str, *values: str) -> Iterator[tuple[str, ...]]:
        for row in self._connection.exec_driver_sql(sql, values):
            yield tuple(row)

    def _number(self, sql: str, *values: str) -> int:
        return int(self._connection.exec_driver_sql(sql, values).scalar_one())

    def counts(self, selection: str = WHOLE) -> Counts:
        """See `Snapshot`."""
        in_these = "(SELECT id FROM groups WHERE selection = ?)"
        return Counts(
            self._number("SELECT COUNT(*) FROM users WHERE selection = ?", selection),
            self._number("SELECT COUNT(*) FROM groups WHERE selection = ?", selection),
            self._number(f"SELECT COUNT(*) FROM user_members WHERE group_id IN {in_these}", selection)
            + self._number(f"SELECT COUNT(*) FROM child_groups WHERE group_id IN {in_these}", selection),
        )

    def users(self, selection: str = WHOLE) -> Iterator[User]:
        """See `Snapshot`."""
        return map(_user, self._rows(f"SELECT {USER} FROM users u WHERE selection = ? ORDER BY id", selection))

    def groups(self, selection: str = WHOLE) -> Iterator[Group]:
        """See `Snapshot`."""
        return map(_group, self._rows(f"SELECT {GROUP} FROM groups g WHERE selection = ? ORDER BY id", selection))

    def user(self, user_id: str, selection: str = WHOLE) -> User | None:
        """See `Snapshot`."""
        sql = f"SELECT {USER} FROM users u WHERE selection = ? AND id = ?"
        return next(map(_user, self._rows(sql, selection, user_id)), None)

    def user_named(self, username: str, selection: str = WHOLE) -> User | None:
        """See `Snapshot`."""
        if not _can_be_stored(username):
            return None
        sql = (
            f"SELECT {USER} FROM users u INDEXED BY users_folded WHERE selection = ? AND folded = ? ORDER BY id LIMIT 1"
        )
        return next(map(_user, self._rows(sql, selection, fold(username))), None)

    def namesakes(self, selection: str = WHOLE) -> Iterator[str]:
        """See `Snapshot`."""
        sql = "SELECT folded FROM users WHERE selection = ? GROUP BY folded HAVING COUNT(*) > 1 ORDER BY folded"
        return (row[0] for row in self._rows(sql, selection))

    def group_named(self, name: str, selection: str = WHOLE) -> Group | None:
        """See `Snapshot`."""
        if not _can_be_stored(name):
            return None
        where = "WHERE selection = ? AND folded = ? ORDER BY id LIMIT 1"
        sql = f"SELECT {GROUP} FROM groups g INDEXED BY groups_folded {where}"
        return next(map(_group, self._rows(sql, selection, fold(name))), None)

    def members(self, group_id: str, selection: str = WHOLE) -> Iterator[User]:
        """See `Snapshot`."""
        sql = (
            f"SELECT {USER} FROM user_members m CROSS JOIN users u ON u.id = m.user_id AND u.selection = ?"
            " WHERE m.group_id = ? ORDER BY u.id"
        )
        return map(_user, self._rows(sql, selection, group_id))

    def child_groups(self, group_id: str) -> Iterator[Group]:
        """See `Snapshot`."""
        sql = (
            f"SELECT {GROUP} FROM child_groups c CROSS JOIN groups g ON g.id = c.child_id AND g.selection = ''"
            " WHERE c.group_id = ? ORDER BY g.id"
        )
        return map(_group, self._rows(sql, group_id))

    def parent_groups(self, group_id: str) -> Iterator[Group]:
        """See `Snapshot`."""
        sql = (
            f"SELECT {GROUP} FROM child_groups c CROSS JOIN groups g ON g.id = c.group_id AND g.selection = ''"
            " WHERE c.child_id = ? ORDER BY g.id"
        )
        return map(_group, self._rows(sql, group_id))

    def groups_of(self, user_id: str) -> Iterator[Group]:
        """See `Snapshot`."""
        sql = (
            f"SELECT {GROUP} FROM user_members m CROSS JOIN groups g ON g.id = m.group_id AND g.selection = ''"
            " WHERE m.user_id = ? ORDER BY g.id"
        )
        return map(_group, self._rows(sql, user_id))

    def close(self) -> None:
        """See `Snapshot`."""
        self._connection.close()
        self._connection.engine.dispose()


def _can_be_stored(name: str) -> bool:
    """Say whether a name is whole characters: JSON may hold half of one, and nobody who is here is called so."""
    return not any("\ud800" <= sign <= "\udfff" for sign in name)


def _user(row: tuple[str, ...]) -> User:
    user_id, ref, username, email, first_name, last_name, display_name, active = row
    return User(user_id, ref, username, email, first_name, last_name, display_name, bool(active))


def _group(row: tuple[str, ...]) -> Group:
    return Group(*row)
