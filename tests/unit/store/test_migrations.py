"""A store that an older dirsync made: brought up to date whole, or left exactly as it was."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
from stores.old_stores import VERSION_1

from dirsync.errors import UsageInvalid
from dirsync.model.findings import OpenFinding
from dirsync.store.database import VERSION
from dirsync.store.migrations import OLDEST, versions
from dirsync.store.migrations.moving import what_is_lost
from dirsync.store.store import Store

ALREADY_THERE = """
INSERT INTO dirsync_store VALUES (1);
INSERT INTO findings VALUES ('f1', '2026-11-01', 1);
"""

SEATS = {"key": "jira-software", "name": "Jira Software", "seats": 10, "used": 4, "remaining": 6,
         "customers_holding": 3, "customers_at_risk": 14, "customers_decided": True, "risk_decided": False}  # fmt: skip
DOCUMENT = {
    "run": {"finished_at": "2026-11-20T01:05:00+00:00", "exit_code": 10},
    "answer": "3 of 14 customers",
    "summary": {"fail": {"critical": 1, "high": 2}, "unknown": 4, "pass": {"proved": 9}, "new": 5, "resolved": 6,
                "waived": 7},
    "applications": [SEATS],
    "plan": {"changes": [{}, {}, {}], "guards": [{"guard": "removals", "refused": True, "message": ""},
                                                {"guard": "moves", "refused": False, "message": ""}]},
    "outcomes": [{"outcome": "done"}, {"outcome": "done"}, {"outcome": "failed"}],
}  # fmt: skip
SUMMARY = {
    "findings": {"fail": {"critical": 1, "high": 2}, "unknown": 4, "new": 5, "resolved": 6, "waived": 7},
    "applications": [{name: value for name, value in SEATS.items() if name != "remaining"}],
    "planned": 3,
    "outcomes": {"done": 2, "failed": 1},
    "refused": ["removals"],
}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "dirsync.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(f"{VERSION_1};{ALREADY_THERE}")
        run = "INSERT INTO runs VALUES (?, ?, ?, 'sync', ?, ?, ?)"
        finished = DOCUMENT["run"]["finished_at"]
        connection.execute(run, ("r1", "2026-11-20T01:00:00+00:00", finished, 10, 1, json.dumps(DOCUMENT)))
        connection.execute(run, ("r2", "2026-11-21T01:00:00+00:00", None, None, 0, None))
        connection.execute(run, ("r3", "2026-11-22T01:00:00+00:00", "x", 0, 1, json.dumps({"answer": "of long ago"})))
    return path


def rows(path: Path, question: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(question).fetchall()


def test_every_version_has_a_step_that_leads_to_it_and_says_what_going_back_costs() -> None:
    steps = [import_module(f"{versions.__name__}.{one.name}") for one in iter_modules(versions.__path__)]
    assert [step.revision for step in steps] == [str(number) for number in range(OLDEST, VERSION + 1)]
    assert [step.down_revision for step in steps] == [None, *(step.revision for step in steps[:-1])]
    assert {type(step.LOSES) for step in steps} == {str}
    assert what_is_lost(VERSION, VERSION) == []
    assert what_is_lost(6, 3) == [steps[5].LOSES, steps[4].LOSES, steps[3].LOSES], "the newest first"
    assert what_is_lost(7, 6) == what_is_lost(2, 1) == []


def test_an_old_store_keeps_all_it_held_and_its_runs_get_their_numbers(old: Path) -> None:
    store = Store(f"sqlite:///{old}")
    history = {run.id: run for run in store.runs.history(9)}
    assert list(history) == ["r3", "r2", "r1"]
    assert history["r1"].summary == SUMMARY
    assert (history["r1"].exit_code, history["r1"].is_complete) == (10, True)
    assert (history["r2"].summary, history["r2"].exit_code, history["r2"].finished_at) == ({}, None, "")
    assert history["r3"].summary["findings"] is None
    assert store.runs.document("r1") == DOCUMENT
    assert store.runs.open_findings() == {"f1": OpenFinding("2026-11-01")}
    store.close()
    assert rows(old, "SELECT version FROM dirsync_store") == [(VERSION,)]


def test_a_migrated_store_goes_on_like_a_new_one(old: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{old}"
    Store(url).close()
    store = Store(url)
    store.runs.begin("r4", "audit", "2026-11-23T01:00:00+00:00")
    store.runs.finish("r4", DOCUMENT, is_complete=True)
    assert store.runs.history(1)[0].summary == SUMMARY
    assert store.runs.count() == 4
    store.close()
    new = tmp_path / "new.db"
    Store(f"sqlite:///{new}").close()
    for table in ("runs", "findings", "journal"):
        columns = f"SELECT name, type FROM pragma_table_info('{table}') ORDER BY name"
        assert rows(old, columns) == rows(new, columns)


def test_links_are_put_in_the_order_of_people_and_none_is_lost(old: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(old)) as connection, connection:
        person = "INSERT INTO user_links VALUES ('crowd', 'customers', ?, ?, ?, ?, ?, ?)"
        connection.executemany(person, [("s2", "t1", "ben", 1, "2026-11-19", 1), ("s1", "t2", "ana", 0, "", 0)])
        membership = (
            "INSERT INTO member_links (directory, mapping, \"group\", source_id) VALUES ('crowd', 'customers', ?, ?)"
        )
        connection.executemany(membership, [("b", "s1"), ("a", "s2"), ("a", "s1")])
    store = Store(f"sqlite:///{old}")
    with store.links() as links:
        assert list(links.bare_users("crowd", "customers")) == [
            ("s1", "t2", "ana", 0, "", False),
            ("s2", "t1", "ben", 1, "2026-11-19", True),
        ]
        assert list(links.groups_by_person("crowd", "customers")) == [("s1", "a\nb"), ("s2", "a")]
        assert [owner.username for owner in links.owners("crowd", ["t1"])] == ["ben"]
    store.close()
    new = tmp_path / "new.db"
    Store(f"sqlite:///{new}").close()
    for table in ("user_links", "member_links"):
        for made_of in (f"pragma_table_info('{table}')", f"pragma_index_list('{table}')"):
            assert rows(old, f"SELECT name FROM {made_of}") == rows(new, f"SELECT name FROM {made_of}")
        parts = f"SELECT name, pk FROM pragma_table_info('{table}')"
        assert rows(old, parts) == rows(new, parts)
        assert rows(old, f"SELECT wr FROM pragma_table_list('{table}')") == [(1,)], "in that order on the disk too"


def test_a_migration_that_fails_leaves_the_old_store_as_it_was(old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection, connection:
        connection.execute("UPDATE runs SET document = 'no JSON' WHERE id = 'r3'")
    with pytest.raises(ValueError, match="Expecting value"):
        Store(f"sqlite:///{old}")
    assert rows(old, "SELECT version FROM dirsync_store") == [(1,)]
    assert rows(old, "SELECT name FROM pragma_table_info('runs') WHERE name = 'summary'") == []


def test_many_processes_may_migrate_a_store_at_once(old: Path) -> None:
    code = f"from dirsync.store.store import Store; Store('sqlite:///{old}').close()"
    opening = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(4)]
    ended = [(process.communicate(timeout=60)[1].decode(), process.returncode) for process in opening]
    assert ended == [("", 0)] * 4
    assert rows(old, "SELECT version FROM dirsync_store") == [(VERSION,)]


def test_a_store_of_today_is_opened_without_alembic(old: Path) -> None:
    code = (
        "import sys; from dirsync.store.store import Store; Store(sys.argv[1]).close(); "
        "print(*sorted({'alembic', 'mako', 'psycopg'} & set(sys.modules)))"
    )
    for imported in ("alembic mako", ""):
        done = subprocess.run(
            [sys.executable, "-c", code, f"sqlite:///{old}"], capture_output=True, text=True, check=True, timeout=60
        )
        assert done.stdout.strip() == imported


def test_a_store_of_a_later_version_is_still_refused(old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection, connection:
        connection.execute(f"UPDATE dirsync_store SET version = {VERSION + 1}")
    with pytest.raises(UsageInvalid, match=f"is of version {VERSION + 1}"):
        Store(f"sqlite:///{old}")
