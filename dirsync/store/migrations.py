"""What turns the tables of an older dirsync into today's, one step per version.

A step names tables and columns itself instead of importing them: it must go on meaning what it meant when they
change again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import text

from dirsync.store.summaries import summary_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection


def _add_summaries(connection: Connection) -> None:
    """Give every finished run its summary. One document at a time: all of them may be gigabytes."""
    connection.execute(text("ALTER TABLE runs ADD COLUMN summary TEXT"))
    ids = connection.execute(text("SELECT id FROM runs WHERE document IS NOT NULL")).scalars().all()
    for run in ids:
        document = connection.execute(text("SELECT document FROM runs WHERE id = :id"), {"id": run}).scalar_one()
        summary = json.dumps(summary_of(json.loads(document)), sort_keys=True)
        connection.execute(text("UPDATE runs SET summary = :summary WHERE id = :id"), {"summary": summary, "id": run})


def _number_runs(connection: Connection) -> None:
    """Give old runs numbers in the order in which the clock says they began; nothing else is known of them."""
    connection.execute(text("ALTER TABLE runs ADD COLUMN number INTEGER"))
    ids = connection.execute(text("SELECT id FROM runs ORDER BY started_at, id")).scalars().all()
    for number, run in enumerate(ids, 1):
        connection.execute(text("UPDATE runs SET number = :number WHERE id = :id"), {"number": number, "id": run})
    connection.execute(text("CREATE INDEX ix_runs_number ON runs (number)"))


def _know_the_rules_of_findings(connection: Connection) -> None:
    """Make room for each finding's rule and for whether it is waived; the next audit fills both in."""
    connection.execute(text("ALTER TABLE findings ADD COLUMN rule VARCHAR"))
    connection.execute(text("ALTER TABLE findings ADD COLUMN is_waived BOOLEAN"))


def _know_what_findings_are_about(connection: Connection) -> None:
    """Make room for what each finding is about and for when it was resolved; the next audit fills both in."""
    for column in ("told TEXT", "news_at VARCHAR", "resolved_at VARCHAR"):
        connection.execute(text(f"ALTER TABLE findings ADD COLUMN {column}"))


def _keep_images(connection: Connection) -> None:
    """Make room for how things were before each Change; of older ones nobody knows."""
    connection.execute(text("ALTER TABLE journal ADD COLUMN image TEXT"))


def _put_links_in_the_order_of_people(connection: Connection) -> None:
    """Make the tables of links anew, each in the order of its primary key, that of memberships by person first."""
    member_key = 'directory, mapping, source_id, "group"'
    if connection.dialect.name == "postgresql":
        connection.execute(text("ALTER TABLE member_links DROP CONSTRAINT member_links_pkey"))
        connection.execute(text(f"ALTER TABLE member_links ADD PRIMARY KEY ({member_key})"))
        return
    user_key = "directory, mapping, source_id"
    others = "target_id, username, missed, missed_at, is_deactivated"
    keys = ", ".join(f"{name} VARCHAR NOT NULL" for name in user_key.split(", "))
    person = "target_id VARCHAR NOT NULL, username VARCHAR NOT NULL, missed INTEGER NOT NULL"
    person = f"{person}, missed_at VARCHAR NOT NULL, is_deactivated BOOLEAN NOT NULL"
    for table, columns, names, key in (
        ("user_links", f"{keys}, {person}", f"{user_key}, {others}", user_key),
        ("member_links", f'{keys}, "group" VARCHAR NOT NULL', member_key, member_key),
    ):
        connection.execute(text(f"ALTER TABLE {table} RENAME TO old_{table}"))
        connection.execute(text(f"CREATE TABLE {table} ({columns}, PRIMARY KEY ({key})) WITHOUT ROWID"))
        everything = f"SELECT {names} FROM old_{table} ORDER BY {key}"  # noqa: S608 - names of our own
        connection.execute(text(f"INSERT INTO {table} ({names}) {everything}"))
        connection.execute(text(f"DROP TABLE old_{table}"))
    connection.execute(text("CREATE INDEX user_links_target ON user_links (directory, target_id)"))


MIGRATIONS: Mapping[int, Callable[[Connection], None]] = {
    1: _add_summaries,
    2: _number_runs,
    3: _know_the_rules_of_findings,
    4: _know_what_findings_are_about,
    5: _keep_images,
    6: _put_links_in_the_order_of_people,
}
"""The step that leads away from each version."""
