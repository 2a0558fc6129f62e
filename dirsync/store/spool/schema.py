"""The tables of a spool.

A record belongs to a part (`parts.number`). What a selection must not show (a shared id, an entry met twice, an
exception) is moved to a `hidden_` table of the same columns instead of being deleted, so that it can come back when
its reason is gone. Rows of part DERIVED are not read but worked out.
"""

from __future__ import annotations

VERSION = 6
"""Of these tables and of what they mean; a kept file of another version is not built on."""
DERIVED = -1
BEGUN = "begun"
"""The note of when the file was begun, in seconds of Unix time; Directories choose other names for theirs."""

_USERS = """part INTEGER, selection TEXT, id TEXT, ref TEXT, username TEXT, email TEXT, first_name TEXT, last_name TEXT,
    display_name TEXT, active INTEGER, expires REAL, folded TEXT, organization TEXT"""
_GROUPS = "part INTEGER, selection TEXT, id TEXT, ref TEXT, name TEXT, description TEXT, email TEXT, folded TEXT"

TABLES = (
    f"CREATE TABLE users ({_USERS})",
    f"CREATE TABLE hidden_users ({_USERS})",
    f"CREATE TABLE groups ({_GROUPS})",
    f"CREATE TABLE hidden_groups ({_GROUPS})",
    # by an alias: a row of that kind as it was read, and for whoever it means a derived row by ref that names it
    "CREATE TABLE members (part INTEGER, group_id TEXT, ref TEXT, kind TEXT, alias TEXT)",
    # whom the conditions of a selection leave out by groups, as it was worked out last
    "CREATE TABLE left_out (selection TEXT, id TEXT, PRIMARY KEY (selection, id)) WITHOUT ROWID",
    "CREATE TABLE aliases (part INTEGER, ref TEXT, alias TEXT)",
    "CREATE TABLE quarantined (part INTEGER, entry TEXT, reason TEXT, id TEXT, is_group INTEGER)",
    "CREATE TABLE sizes (number INTEGER PRIMARY KEY, group_id TEXT UNIQUE, members INTEGER)",
    # which rows of users are in which group, by `sizes.number`: what every audit walks through
    """CREATE TABLE held (number INTEGER, user_row INTEGER, is_whole INTEGER, PRIMARY KEY (number, user_row))
       WITHOUT ROWID""",
    # people by id, with their groups; see `laid_out.py`
    """CREATE TABLE laid_out (selection TEXT, id TEXT, ref TEXT, username TEXT, email TEXT, first_name TEXT,
       last_name TEXT, display_name TEXT, active INTEGER, expires REAL, organization TEXT, mark TEXT,
       PRIMARY KEY (selection, id)) WITHOUT ROWID""",
    "CREATE TABLE laid_selections (selection TEXT PRIMARY KEY) WITHOUT ROWID",
    # see `since.py`; `read_at` and `users.expires` are seconds of Unix time
    "CREATE TABLE states (number INTEGER PRIMARY KEY, name TEXT, read_at REAL)",
    "CREATE TABLE renewed (id TEXT PRIMARY KEY, state INTEGER) WITHOUT ROWID",
    "CREATE TABLE rest (about TEXT)",
    "CREATE TABLE restless (source TEXT, id TEXT, PRIMARY KEY (source, id)) WITHOUT ROWID",
    """CREATE TABLE parts (number INTEGER PRIMARY KEY, question TEXT, key BLOB, generation INTEGER, is_lasting INTEGER,
       entries INTEGER, users INTEGER, groups INTEGER, left_out INTEGER, UNIQUE (question, key))""",
    "CREATE TABLE gone (number INTEGER)",
    # also told of what REPLACE takes away, as PRAGMA recursive_triggers is on
    "CREATE TRIGGER parts_gone AFTER DELETE ON parts BEGIN INSERT INTO gone VALUES (OLD.number); END",
    "CREATE TABLE notes (name TEXT PRIMARY KEY, note TEXT) WITHOUT ROWID",
)

HOLDING = ("users", "hidden_users", "groups", "hidden_groups", "members", "aliases", "quarantined")
"""The tables whose rows belong to parts."""

INDEXES = (
    "CREATE INDEX IF NOT EXISTS users_id ON users (id, selection)",
    "CREATE INDEX IF NOT EXISTS users_ref ON users (ref, selection)",
    "CREATE INDEX IF NOT EXISTS users_folded ON users (folded, selection)",
    "CREATE INDEX IF NOT EXISTS users_expires ON users (expires) WHERE expires IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS groups_id ON groups (id, selection)",
    "CREATE INDEX IF NOT EXISTS groups_ref ON groups (ref)",
    "CREATE INDEX IF NOT EXISTS groups_folded ON groups (folded, selection)",
    "CREATE INDEX IF NOT EXISTS members_group ON members (group_id)",
    # whole, so that users and memberships can be walked side by side by ref, without looking up a row
    "CREATE INDEX IF NOT EXISTS members_ref ON members (ref, group_id, kind)",
    "CREATE INDEX IF NOT EXISTS members_alias ON members (alias) WHERE alias IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS aliases_alias ON aliases (alias)",
)
INDEXES_OF_PARTS = tuple(f"CREATE INDEX IF NOT EXISTS {table}_part ON {table} (part)" for table in HOLDING)
"""Needed only where parts go one by one."""

HELD_BY = "CREATE INDEX IF NOT EXISTS held_by ON held (user_row, number)"
"""Made when somebody first asks who is in which groups by the thousand: only plans do."""

HOLDS_PEOPLE = "m.kind IN ('user', 'any')"
"""Whether a membership `m` is one of people."""
HOLDS_GROUPS = """(m.kind = 'group' OR m.kind = 'any'
    AND NOT EXISTS (SELECT 1 FROM users x WHERE x.ref = m.ref AND x.selection = ?1))"""
"""Whether it is one of groups: one that may mean a group means one where no user has that ref (?1: see WHOLE)."""
