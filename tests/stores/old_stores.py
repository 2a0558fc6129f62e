"""Stores as dirsync made them when it had no alembic: version 1 as it was made, the steps that led from there to
version 7, and version 7 as it was made at once. None of it is taken from the code that is tested.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, text

LAST = 7
VERSION_1 = """
CREATE TABLE dirsync_store (version INTEGER NOT NULL, PRIMARY KEY (version));
CREATE TABLE runs (
    id VARCHAR NOT NULL, started_at VARCHAR NOT NULL, finished_at VARCHAR, mode VARCHAR NOT NULL, exit_code INTEGER,
    is_complete BOOLEAN NOT NULL, document TEXT, PRIMARY KEY (id)
);
CREATE INDEX ix_runs_started_at ON runs (started_at);
CREATE TABLE reads (
    directory VARCHAR NOT NULL, read_at VARCHAR NOT NULL, users INTEGER NOT NULL, groups INTEGER NOT NULL,
    PRIMARY KEY (directory)
);
CREATE TABLE findings (id VARCHAR NOT NULL, first_seen VARCHAR NOT NULL, is_open BOOLEAN NOT NULL, PRIMARY KEY (id));
CREATE TABLE user_links (
    directory VARCHAR NOT NULL, mapping VARCHAR NOT NULL, source_id VARCHAR NOT NULL, target_id VARCHAR NOT NULL,
    username VARCHAR NOT NULL, missed INTEGER NOT NULL, missed_at VARCHAR NOT NULL, is_deactivated BOOLEAN NOT NULL,
    PRIMARY KEY (directory, mapping, source_id)
);
CREATE INDEX user_links_target ON user_links (directory, target_id);
CREATE TABLE member_links (
    directory VARCHAR NOT NULL, mapping VARCHAR NOT NULL, "group" VARCHAR NOT NULL, source_id VARCHAR NOT NULL,
    PRIMARY KEY (directory, mapping, "group", source_id)
);
CREATE TABLE group_links (
    directory VARCHAR NOT NULL, mapping VARCHAR NOT NULL, "group" VARCHAR NOT NULL,
    PRIMARY KEY (directory, mapping, "group")
);
CREATE TABLE journal (
    run VARCHAR NOT NULL, position INTEGER NOT NULL, change_id VARCHAR NOT NULL, change TEXT NOT NULL,
    intended_at VARCHAR NOT NULL, result VARCHAR, message TEXT, at VARCHAR, target_id VARCHAR,
    PRIMARY KEY (run, position)
);
CREATE INDEX ix_journal_result ON journal (result)
"""
STEPS = {
    1: "ALTER TABLE runs ADD COLUMN summary TEXT",
    2: "ALTER TABLE runs ADD COLUMN number INTEGER; CREATE INDEX ix_runs_number ON runs (number)",
    3: "ALTER TABLE findings ADD COLUMN rule VARCHAR; ALTER TABLE findings ADD COLUMN is_waived BOOLEAN",
    4: """ALTER TABLE findings ADD COLUMN told TEXT; ALTER TABLE findings ADD COLUMN news_at VARCHAR;
          ALTER TABLE findings ADD COLUMN resolved_at VARCHAR""",
    5: "ALTER TABLE journal ADD COLUMN image TEXT",
}
BY_PERSON = {
    "postgresql": """
ALTER TABLE member_links DROP CONSTRAINT member_links_pkey;
ALTER TABLE member_links ADD PRIMARY KEY (directory, mapping, source_id, "group")
""",
    "sqlite": """
DROP TABLE user_links;
DROP TABLE member_links;
CREATE TABLE user_links (
    directory VARCHAR NOT NULL, mapping VARCHAR NOT NULL, source_id VARCHAR NOT NULL, target_id VARCHAR NOT NULL,
    username VARCHAR NOT NULL, missed INTEGER NOT NULL, missed_at VARCHAR NOT NULL, is_deactivated BOOLEAN NOT NULL,
    PRIMARY KEY (directory, mapping, source_id)
) WITHOUT ROWID;
CREATE TABLE member_links (
    directory VARCHAR NOT NULL, mapping VARCHAR NOT NULL, source_id VARCHAR NOT NULL, "group" VARCHAR NOT NULL,
    PRIMARY KEY (directory, mapping, source_id, "group")
) WITHOUT ROWID;
CREATE INDEX user_links_target ON user_links (directory, target_id)
""",
}

SEATS = {"key": "jira-software", "name": "Jira Software", "seats": 10, "used": 4, "customers_holding": 3,
         "customers_at_risk": 14, "customers_decided": True, "risk_decided": False}  # fmt: skip
DOCUMENT = json.dumps({"run": {"finished_at": "2026-11-20T01:05:00+00:00"}, "applications": [SEATS]})
SUMMARY = {"findings": None, "applications": [SEATS], "planned": 0, "outcomes": {}, "refused": []}
RUN = {"mode": "sync", "is_complete": True}
FINDING = {"first_seen": "2026-11-01"}
PERSON = {"directory": "crowd", "mapping": "customers", "missed": 1, "missed_at": "2026-11-19", "is_deactivated": True}
CHANGE = {"run": "r1", "change": "{}", "intended_at": "2026-11-20T01:01:00+00:00", "change_id": "c"}
ROWS: dict[str, list[dict[str, Any]]] = {
    "runs": [
        {"id": "r1", "started_at": "2026-11-20T01:00:00+00:00", "finished_at": "x", "exit_code": 10, **RUN,
         "document": DOCUMENT, "summary": json.dumps(SUMMARY, sort_keys=True), "number": 1},
        {"id": "r2", "started_at": "2026-11-21T01:00:00+00:00", "finished_at": None, "exit_code": None, **RUN,
         "document": None, "summary": None, "number": 2},
    ],
    "reads": [{"directory": "corp", "read_at": "2026-11-20", "users": 12, "groups": 3}],
    "findings": [
        {"id": "f1", **FINDING, "is_open": True, "rule": "masked-seat", "is_waived": False, "told": None,
         "news_at": "2026-11-02", "resolved_at": None},
        {"id": "f2", **FINDING, "is_open": False, "rule": "masked-seat", "is_waived": False, "told": "{}",
         "news_at": "2026-11-02", "resolved_at": "2026-11-12"},
    ],
    "user_links": [
        {**PERSON, "source_id": "é", "target_id": "key 1", "username": "ana"},
        {**PERSON, "source_id": "Z\x01\x02", "target_id": "key 2", "username": "\x01"},
    ],
    "member_links": [
        {"directory": "crowd", "mapping": "customers", "source_id": "é", "group": group} for group in ("portal", "\x01")
    ],
    "group_links": [{"directory": "crowd", "mapping": "customers", "group": "portal"}],
    "journal": [
        {**CHANGE, "position": 0, "result": "done", "message": "made", "at": "2026-11-20", "target_id": "key \x01",
         "image": '{"links": [], "groups": []}'},
        {**CHANGE, "position": 1, "result": None, "message": None, "at": None, "target_id": None, "image": None},
    ],
}  # fmt: skip
"""Rows for every table as version 7 has it; an older one has fewer columns."""
SINCE = {"summary": 2, "number": 3, "rule": 4, "is_waived": 4, "told": 5, "news_at": 5, "resolved_at": 5, "image": 6}
"""Column to the version in which it came."""


def make_old(connection: Connection, version: int) -> None:
    """Make a store of a version in an empty database, with rows in every table."""
    dialect = connection.dialect.name
    _run(connection, VERSION_1)
    for older in range(1, version):
        _run(connection, STEPS.get(older) or BY_PERSON[dialect])
    connection.execute(text("INSERT INTO dirsync_store VALUES (:version)"), {"version": version})
    for table, rows in rows_of(version).items():
        for row in rows:
            names = ", ".join(f'"{name}"' for name in row)
            values = ", ".join(f":{name}" for name in row)
            connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)


def rows_of(version: int) -> dict[str, list[dict[str, Any]]]:
    """Return what `make_old` puts into each table, in the order of `found`."""
    rows = {table: sorted((_known(row, version) for row in held), key=_by_key) for table, held in ROWS.items()}
    if version < SINCE["resolved_at"]:
        rows["findings"] = [row for row in rows["findings"] if row["is_open"]]  # only since then resolved ones stay
    return rows


def _known(row: dict[str, Any], version: int) -> dict[str, Any]:
    return {name: value for name, value in row.items() if SINCE.get(name, 1) <= version}


def found(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Return what is in each table, as the database itself has it, sorted."""
    held = {table: connection.execute(text(f"SELECT * FROM {table}")).mappings().all() for table in ROWS}
    return {table: sorted(({**row} for row in rows), key=_by_key) for table, rows in held.items()}


def _by_key(row: dict[str, Any]) -> tuple[Any, ...]:
    return (*(row.get(name) or "" for name in ("id", "source_id", "group")), row.get("position", 0))


def _run(connection: Connection, script: str) -> None:
    for statement in script.split(";"):
        connection.execute(text(statement))
