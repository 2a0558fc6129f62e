"""A Snapshot over a spool's file."""

from __future__ import annotations

import json
from datetime import datetime
from operator import itemgetter
from typing import TYPE_CHECKING

from dirsync.model.entries import Group, Quarantined, User
from dirsync.model.names import fold
from dirsync.model.snapshot import WHOLE, Completeness, Counts
from dirsync.store.spool.bare import BareUsers
from dirsync.store.spool.file import FOLD, places
from dirsync.store.spool.schema import HELD_BY, HOLDS_GROUPS, HOLDS_PEOPLE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from dirsync.model.addresses import Addresses
    from dirsync.model.snapshot import BareUser
    from dirsync.store.spool.file import SpoolFile, Value
    from dirsync.store.spool.since import Since

_GROUP = "g.id, g.ref, g.name, g.description, g.email"


class SqliteSnapshot:
    """See `Snapshot`. `only` is the one selection there is; None where WHOLE has rows of its own.

    CROSS JOIN and INDEXED BY bind SQLite's planner: without statistics it would scan all users per group or name.
    """

    def __init__(
        self,
        directory: str,
        completeness: Completeness,
        file: SpoolFile,
        only: str | None,
        keep: Callable[[], None],
        close: Callable[[], None],
        continuity: Since | None,
    ) -> None:
        self.directory = directory
        self.completeness = completeness
        self.continuity = continuity
        self._file = file
        self._only = only
        self._keep = keep
        self._close = close
        self._active = _active(completeness)
        self._counts: dict[str, Counts] = {}
        self._user = f"u.id, u.ref, u.username, u.email, u.first_name, u.last_name, u.display_name, {self._active}"
        self._user += ", u.organization"
        self._bare = BareUsers(file, self._user, is_lasting=continuity is not None)
        self.quarantined = tuple(
            dict.fromkeys(
                Quarantined(str(entry), str(reason), str(entry_id), bool(is_group))
                for entry, reason, entry_id, is_group in file.rows(
                    "SELECT entry, reason, id, is_group FROM quarantined ORDER BY part < 0, rowid"
                )
            )
        )

    def counts(self, selection: str = WHOLE) -> Counts:
        """See `Snapshot`. Each finding tells how much was read, so they are counted once."""
        if selection not in self._counts:
            self._counts[selection] = self._counted(selection)
        return self._counts[selection]

    def _counted(self, selection: str) -> Counts:
        those = (self._rows_of(selection),)
        return Counts(
            self._file.number("SELECT COUNT(*) FROM users WHERE selection = ?", those),
            self._file.number("SELECT COUNT(*) FROM groups WHERE selection = ?", those),
            self._file.number(
                "SELECT SUM(s.members) FROM groups g CROSS JOIN sizes s ON s.group_id = g.id WHERE g.selection = ?",
                those,
            ),
        )

    def active_users(self, selection: str = WHOLE) -> int:
        """See `Snapshot`."""
        sql = f"SELECT COUNT(*) FROM users u WHERE u.selection = ? AND {self._active}"
        return self._file.number(sql, (self._rows_of(selection),))

    def users(self, selection: str = WHOLE) -> Iterator[User]:
        """See `Snapshot`."""
        # sorted on the way: in the order of an index, each row would be looked up in another page of the file
        return self._users("FROM users u NOT INDEXED WHERE u.selection = ?1 ORDER BY u.id", selection)

    def groups(self, selection: str = WHOLE) -> Iterator[Group]:
        """See `Snapshot`."""
        return self._groups("FROM groups g WHERE g.selection = ?1 ORDER BY g.id", selection)

    def user(self, user_id: str, selection: str = WHOLE) -> User | None:
        """See `Snapshot`."""
        return next(self._users("FROM users u WHERE u.id = ?2 AND u.selection = ?1", selection, user_id), None)

    def user_named(self, username: str, selection: str = WHOLE) -> User | None:
        """See `Snapshot`."""
        if not _can_be_stored(username):
            return None
        found = "FROM users u INDEXED BY users_folded WHERE u.folded = ?2 AND u.selection = ?1 ORDER BY u.id LIMIT 1"
        return next(self._users(found, selection, fold(username)), None)

    def users_among(self, user_ids: Collection[str], selection: str = WHOLE) -> Iterator[User]:
        """See `Snapshot`."""
        found = "FROM users u INDEXED BY users_id WHERE u.id IN ({}) AND u.selection = ?1"
        return self._users_of_each(found, user_ids, selection)

    def users_named_among(self, usernames: Collection[str], selection: str = WHOLE) -> Iterator[User]:
        """See `Snapshot`."""
        found = "FROM users u INDEXED BY users_folded WHERE u.folded IN ({}) AND u.selection = ?1"
        names = {fold(username) for username in usernames if _can_be_stored(username)}
        return iter(sorted(self._users_of_each(found, names, selection), key=itemgetter(0)))

    def users_named(self, username: str, selection: str = WHOLE) -> Iterator[User]:
        """See `Snapshot`."""
        if not _can_be_stored(username):
            return iter(())
        found = "FROM users u INDEXED BY users_folded WHERE u.folded = ?2 AND u.selection = ?1 ORDER BY u.id"
        return self._users(found, selection, fold(username))

    def usernames(self, selection: str = WHOLE) -> Iterator[str]:
        """See `Snapshot`."""
        sql = "SELECT folded FROM users INDEXED BY users_folded WHERE selection = ? ORDER BY folded"
        return map(itemgetter(0), self._file.rows(sql, (self._rows_of(selection),)))

    def namesakes(self, selection: str = WHOLE) -> Iterator[str]:
        """See `Snapshot`."""
        sql = (
            "SELECT folded FROM users INDEXED BY users_folded WHERE selection = ? GROUP BY folded HAVING COUNT(*) > 1"
            " ORDER BY folded"
        )
        return (str(folded) for (folded,) in self._file.rows(sql, (self._rows_of(selection),)))

    def addresses(self, selection: str = WHOLE) -> Iterator[tuple[str, str, str]]:
        """See `Snapshot`. Sorted by SQLite, in a temporary file where there are many."""
        sql = (
            f"SELECT {_FOLDED_EMAIL} AS address, u.folded, u.id FROM users u WHERE u.selection = ? AND {self._active}"
            f" AND {_HAS_EMAIL} ORDER BY address, u.folded, u.id"
        )
        return self._file.rows(sql, (self._rows_of(selection),))  # type: ignore[return-value] # as they were added

    def users_at(self, addresses: Addresses, selection: str = WHOLE) -> Iterator[User]:
        """See `Snapshot`. SQLite picks those that may be it, so that Python looks at few."""
        endings = " ".join(f"OR u.email LIKE ?{number}" for number, _ in enumerate(addresses.endings, 4))
        may_be = f"""FROM users u WHERE u.selection = ?1 AND {self._active} AND (
            u.email GLOB '*[^!-~]*' OR {_HAS_NUL} OR lower(u.email) IN (SELECT value FROM json_each(?2))
            OR substr(lower(u.email), 1, instr(u.email, '@') - 1) IN (SELECT value FROM json_each(?3)) {endings}
            ) ORDER BY +u.id"""
        whole, mailboxes = json.dumps([*addresses.whole]), json.dumps([*addresses.mailboxes])
        endings_at = (f"%{ending}@%" for ending in addresses.endings)
        found = self._users(may_be, selection, whole, mailboxes, *endings_at)
        return (user for user in found if addresses.has(user.email))

    def group_named(self, name: str, selection: str = WHOLE) -> Group | None:
        """See `Snapshot`."""
        if not _can_be_stored(name):
            return None
        found = "FROM groups g INDEXED BY groups_folded WHERE g.folded = ?2 AND g.selection = ?1 ORDER BY g.id LIMIT 1"
        return next(self._groups(found, selection, fold(name)), None)

    def members(self, group_id: str, selection: str = WHOLE) -> Iterator[User]:
        """See `Snapshot`."""
        return self._users(f"FROM {_HELD} WHERE s.group_id = ?2 ORDER BY u.id", selection, group_id)

    def accounts_in(self, group_id: str, selection: str = WHOLE) -> Iterator[tuple[str, bool]]:
        """See `Snapshot`."""
        sql = f"SELECT u.id, {self._active} FROM {_HELD} WHERE s.group_id = ?2"
        return self._file.rows(sql, (self._rows_of(selection), group_id))  # type: ignore[return-value] # 0 and 1 are as good as False and True

    def accounts_in_any(self, group_ids: Sequence[str], selection: str = WHOLE) -> Iterator[tuple[str, bool, int]]:
        """See `Snapshot`."""
        sql = f"SELECT u.id, {self._active}, f.place FROM {_FIRST}"
        return self._file.rows(sql, (self._rows_of(selection), json.dumps(list(group_ids))))  # type: ignore[return-value] # as above

    def members_of_any(self, group_ids: Sequence[str], selection: str = WHOLE) -> Iterator[tuple[User, int]]:
        """See `Snapshot`."""
        sql = f"SELECT {self._user}, f.place FROM {_FIRST} ORDER BY f.place, u.id"
        for *row, place in self._file.rows(sql, (self._rows_of(selection), json.dumps(list(group_ids)))):
            yield _as_user(row), int(place)  # type: ignore[arg-type] # a place is a number

    def child_groups(self, group_id: str) -> Iterator[Group]:
        """See `Snapshot`."""
        return self._groups(
            f"FROM (SELECT DISTINCT ref FROM members m WHERE group_id = ?2 AND {HOLDS_GROUPS} AND {_IS_GROUP}) m"
            " CROSS JOIN groups g ON g.ref = m.ref AND g.selection = ?1 ORDER BY g.id",
            WHOLE,
            group_id,
            self._rows_of(WHOLE),
        )

    def strangers(self, group_id: str) -> Iterator[str]:
        """See `Snapshot`."""
        sql = f"""SELECT DISTINCT m.ref FROM members m WHERE m.group_id = ?2 AND m.kind <> 'alias' AND {_IS_GROUP}
            AND NOT EXISTS (SELECT 1 FROM users u WHERE u.ref = m.ref AND u.selection = ?1)
            AND NOT EXISTS (SELECT 1 FROM groups g WHERE g.ref = m.ref AND g.selection = ?1) ORDER BY m.ref"""
        whole = self._rows_of(WHOLE)
        return (str(ref) for (ref,) in self._file.rows(sql, (whole, group_id, whole)))

    def nestings(self) -> Iterator[tuple[str, str]]:
        """See `Snapshot`."""
        sql = f"""SELECT DISTINCT m.group_id, c.id FROM groups c CROSS JOIN members m ON m.ref = c.ref
            CROSS JOIN groups p ON p.id = m.group_id AND p.selection = ?1
            WHERE c.selection = ?1 AND {HOLDS_GROUPS} ORDER BY m.group_id, c.id"""
        return self._file.rows(sql, (self._rows_of(WHOLE),))  # type: ignore[return-value] # as they were added

    def parent_groups(self, group_id: str) -> Iterator[Group]:
        """See `Snapshot`."""
        return self._groups(
            f"""FROM (SELECT DISTINCT m.group_id AS id FROM groups c CROSS JOIN members m ON m.ref = c.ref
                WHERE c.id = ?2 AND c.selection = ?1 AND {HOLDS_GROUPS}) p
                CROSS JOIN groups g ON g.id = p.id AND g.selection = ?1 ORDER BY g.id""",
            WHOLE,
            group_id,
        )

    def groups_of(self, user_id: str) -> Iterator[Group]:
        """See `Snapshot`."""
        return self._groups(
            f"""FROM (SELECT DISTINCT m.group_id AS id FROM users u CROSS JOIN members m ON m.ref = u.ref
               WHERE u.id = ?2 AND u.selection = ?1 AND {HOLDS_PEOPLE}) p
               CROSS JOIN groups g ON g.id = p.id AND g.selection = ?1 ORDER BY g.id""",
            WHOLE,
            user_id,
        )

    def memberships_of(self, user_ids: Collection[str], selection: str = WHOLE) -> Iterator[tuple[str, str]]:
        """See `Snapshot`."""
        self._file.run(HELD_BY)
        sql = """SELECT u.id, s.group_id FROM users u INDEXED BY users_id
            CROSS JOIN held h INDEXED BY held_by ON h.user_row = u.rowid CROSS JOIN sizes s ON s.number = h.number
            WHERE u.id IN ({}) AND u.selection = ?1"""
        for those, batch in places(user_ids, after=1):
            yield from self._file.rows(sql.format(those), (self._rows_of(selection), *batch))  # type: ignore[misc] # as they were added

    def bare_users(self, selection: str = WHOLE) -> Iterator[BareUser]:
        """See `Snapshot`."""
        return self._bare.by_id(self._rows_of(selection))

    def bare_users_among(self, user_ids: Collection[str], selection: str = WHOLE) -> Iterator[BareUser]:
        """See `Snapshot`."""
        return self._bare.among(user_ids, self._rows_of(selection))

    def groups_marked(self, mark: str | None) -> Collection[str]:
        """See `Snapshot`."""
        return self._bare.groups_marked(mark)

    def keep(self) -> None:
        """See `Snapshot`."""
        self._keep()

    def close(self) -> None:
        """See `Snapshot`."""
        self._close()

    def _rows_of(self, selection: str) -> str:
        return self._only if selection == WHOLE and self._only is not None else selection

    def _users(self, sql: str, selection: str, *values: Value) -> Iterator[User]:
        return map(_as_user, self._file.rows(f"SELECT {self._user} {sql}", (self._rows_of(selection), *values)))

    def _users_of_each(self, sql: str, wanted: Collection[str], selection: str) -> Iterator[User]:
        for those, batch in places(wanted, after=1):
            yield from self._users(sql.format(those), selection, *batch)

    def _groups(self, sql: str, selection: str, *values: Value) -> Iterator[Group]:
        for row in self._file.rows(f"SELECT {_GROUP} {sql}", (self._rows_of(selection), *values)):
            yield Group(*row)  # type: ignore[arg-type] # as they were added


_HAS_NUL = "instr(u.email, char(0))"
"""What stands behind such a sign neither GLOB nor `lower` sees."""
_FOLDED_EMAIL = f"CASE WHEN u.email GLOB '*[^!-@[-~]*' OR {_HAS_NUL} THEN {FOLD}(u.email) ELSE u.email END"
"""Called is Python only for what folding may change: anything but ASCII without spaces and capitals."""
_HAS_EMAIL = f"(u.email GLOB '*[!-@[-~]*' OR {FOLD}(u.email) <> '')"
"""Folding leaves something of it. Told by its first sign as a rule, where the folded form would be made twice."""
_HELD = """sizes s CROSS JOIN held h ON h.number = s.number
    CROSS JOIN users u ON u.rowid = h.user_row AND u.selection = ?1"""
_FIRST = """(SELECT h.user_row AS user_row, MIN(j.key) AS place FROM json_each(?2) j
    CROSS JOIN sizes s ON s.group_id = j.value CROSS JOIN held h ON h.number = s.number GROUP BY h.user_row) f
    CROSS JOIN users u ON u.rowid = f.user_row AND u.selection = ?1"""
"""The groups are given as JSON, for SQLite binds no lists. The rows come sorted, so that users are looked up in the
order in which they lie in the file."""
_IS_GROUP = "EXISTS (SELECT 1 FROM groups x WHERE x.id = ?2 AND x.selection = ?3)"
"""There is a group of that id: of one that was left out, nothing is told."""


def _as_user(row: Sequence[Value]) -> User:
    user_id, ref, username, email, first_name, last_name, display_name, active, organization = row
    return User(user_id, ref, username, email, first_name, last_name, display_name, bool(active), organization)  # type: ignore[arg-type] # as they were added


def _active(completeness: Completeness) -> str:
    """Return the SQL of whether a user is active at the time of the read, whenever its record was made."""
    if not completeness.read_at:
        return "u.active"
    now = datetime.fromisoformat(completeness.read_at).timestamp()
    return f"u.active AND (u.expires IS NULL OR u.expires > {now!r})"


def _can_be_stored(name: str) -> bool:
    """Say whether a name is whole characters: JSON may hold half of one, and nobody who is here is called so."""
    return not any("\ud800" <= sign <= "\udfff" for sign in name)
