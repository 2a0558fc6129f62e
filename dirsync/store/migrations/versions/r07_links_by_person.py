"""Put the links in the order of people: the key of memberships begins with the person.

On SQLite each table lies in the order of its key.
"""

from __future__ import annotations

from alembic import op

revision = "7"
down_revision = "6"
LOSES = ""

PERSON = "directory, mapping, source_id"
PEOPLE = f"{PERSON}, target_id, username, missed, missed_at, is_deactivated"
MEMBERSHIP = f'{PERSON}, "group"'
BY_GROUP = 'directory, mapping, "group", source_id'
KEY_COLUMNS = "directory VARCHAR NOT NULL, mapping VARCHAR NOT NULL, source_id VARCHAR NOT NULL"
PERSON_COLUMNS = (
    f"{KEY_COLUMNS}, target_id VARCHAR NOT NULL, username VARCHAR NOT NULL, missed INTEGER NOT NULL, "
    "missed_at VARCHAR NOT NULL, is_deactivated BOOLEAN NOT NULL"
)
MEMBER_COLUMNS = f'{KEY_COLUMNS}, "group" VARCHAR NOT NULL'


def upgrade() -> None:
    """Make the tables anew where a table can lie in the order of its key; else change the key only."""
    _arrange(MEMBERSHIP, " WITHOUT ROWID")


def downgrade() -> None:
    """Put them back into the order of their making."""
    _arrange(BY_GROUP, "")


def _arrange(key: str, kind: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE member_links DROP CONSTRAINT member_links_pkey")
        op.execute(f"ALTER TABLE member_links ADD PRIMARY KEY ({key})")
        return
    for table, columns, names, its_key in (
        ("user_links", PERSON_COLUMNS, PEOPLE, PERSON),
        ("member_links", MEMBER_COLUMNS, MEMBERSHIP, key),
    ):
        op.execute(f"ALTER TABLE {table} RENAME TO old_{table}")
        op.execute(f"CREATE TABLE {table} ({columns}, PRIMARY KEY ({its_key})){kind}")
        everything = f"SELECT {names} FROM old_{table} ORDER BY {its_key}"
        op.execute(f"INSERT INTO {table} ({names}) {everything}")
        op.execute(f"DROP TABLE old_{table}")
    op.execute("CREATE INDEX user_links_target ON user_links (directory, target_id)")
