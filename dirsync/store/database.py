"""The store's tables, and their version."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, String, Table, Text

from dirsync.store.texts import Name, Prose

VERSION = 9
"""Of the tables below, and the revision in `migrations.versions` that leads to it. An older store is migrated, one of a
later version refused, not guessed at."""

METADATA = MetaData()

STORE_VERSION = Table("dirsync_store", METADATA, Column("version", Integer, primary_key=True, autoincrement=False))

RUNS = Table(
    "runs",
    METADATA,
    Column("id", String, primary_key=True),
    Column("started_at", String, nullable=False, index=True),
    Column("finished_at", String),
    Column("mode", String, nullable=False),
    Column("exit_code", Integer),
    Column("is_complete", Boolean, nullable=False, default=False),
    Column("document", Text),
    Column("summary", Text),
    Column("number", Integer, index=True),
)

READS = Table(
    "reads",
    METADATA,
    Column("directory", String, primary_key=True),
    Column("read_at", String, nullable=False),
    Column("users", Integer, nullable=False),
    Column("groups", Integer, nullable=False),
)

FINDINGS = Table(
    "findings",
    METADATA,
    Column("id", String, primary_key=True),
    Column("first_seen", String, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("rule", String),
    Column("is_waived", Boolean),
    Column("told", Text),
    Column("news_at", String),
    Column("resolved_at", String),
)

USER_LINKS = Table(
    "user_links",
    METADATA,
    Column("directory", Name, primary_key=True),
    Column("mapping", Name, primary_key=True),
    Column("source_id", Name, primary_key=True),
    Column("target_id", Name, nullable=False),
    Column("username", Name, nullable=False),
    Column("missed", Integer, nullable=False, default=0),
    Column("missed_at", String, nullable=False, default=""),
    Column("is_deactivated", Boolean, nullable=False, default=False),
    Index("user_links_target", "directory", "target_id"),
    sqlite_with_rowid=False,
)
"""This and the next lie in the order of the people, in which every plan walks through them."""

MEMBER_LINKS = Table(
    "member_links",
    METADATA,
    Column("directory", Name, primary_key=True),
    Column("mapping", Name, primary_key=True),
    Column("source_id", Name, primary_key=True),
    Column("group", Name, primary_key=True),
    sqlite_with_rowid=False,
)

GROUP_LINKS = Table(
    "group_links",
    METADATA,
    Column("directory", Name, primary_key=True),
    Column("mapping", Name, primary_key=True),
    Column("group", Name, primary_key=True),
)

LINK_STATES = Table(
    "link_states",
    METADATA,
    Column("directory", Name, primary_key=True),
    Column("mapping", Name, primary_key=True),
    Column("state", String, nullable=False),
)
"""A name for what each Mapping's links on a target are: another one with every transaction that writes any of them."""

JOURNAL = Table(
    "journal",
    METADATA,
    Column("run", String, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("change_id", String, nullable=False),
    Column("change", Text, nullable=False),
    Column("intended_at", String, nullable=False),
    Column("result", String, index=True),
    Column("message", Prose),
    Column("at", String),
    Column("target_id", Name),
    Column("image", Text),
)
