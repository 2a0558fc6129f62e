"""Stores of every version, on both databases: upgraded, taken back and upgraded again, and nothing is lost that the
step does not say.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from servers.postgresql import PostgreSql
from sqlalchemy import Engine, create_engine, inspect, text
from stores.old_stores import LAST, SINCE, SUMMARY, found, make_old, rows_of

from dirsync.errors import LockHeld, UsageInvalid
from dirsync.model.links import GroupLink, MemberLink, UserLink
from dirsync.store.address import store_address
from dirsync.store.database import METADATA, STORE_VERSION, VERSION
from dirsync.store.migrations import OLDEST
from dirsync.store.migrations.moving import bring_up, take_back
from dirsync.store.store import Store

HELD = [UserLink("crowd", "customers", "nul \x00", "key 3", "eva"), MemberLink("crowd", "customers", "e", "a\x00b")]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'dirsync.db'}"
    server: PostgreSql = request.getfixturevalue("postgresql")
    return server.store_url()


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    made = create_engine(url)
    yield made
    made.dispose()


def old_store(engine: Engine, version: int) -> None:
    with engine.begin() as connection:
        make_old(connection, version)


def looked(engine: Engine) -> dict[str, Any]:
    """Return all rows, and close the connection: an open one is nobody's use of the store."""
    with engine.connect() as connection:
        rows = found(connection)
        assert connection.execute(text("SELECT count(*) FROM dirsync_store")).scalar() == 1
        rows["version"] = connection.execute(text("SELECT version FROM dirsync_store")).scalar()
    for run in rows["runs"]:
        if run.get("summary"):
            run["summary"] = json.loads(run["summary"])
    engine.dispose()
    return rows


def expected(version: int, engine: Engine) -> dict[str, Any]:
    """Return the rows of a store of that version once it is of today's."""
    rows: dict[str, Any] = rows_of(version)
    for table, held in rows.items():
        for row in held:
            row |= {name: None for name, since in SINCE.items() if since > version and name in COLUMNS[table]}
            if engine.dialect.name == "postgresql" and table in {"user_links", "member_links", "journal"}:
                row |= {name: value.replace("\x01", "\x01\x02") for name, value in row.items() if _is_name(name, value)}
    for number, run in enumerate(rows["runs"], 1):
        run["number"] = number
        run["summary"] = SUMMARY if run["document"] else None
    return {**rows, "version": VERSION}


COLUMNS = {table.name: {column.name for column in table.columns} for table in METADATA.sorted_tables}


def _is_name(name: str, value: object) -> bool:
    return name in {"source_id", "target_id", "username", "group"} and isinstance(value, str)


def differences(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        told = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), METADATA)
        keys = {name: inspect(connection).get_pk_constraint(name)["constrained_columns"] for name in COLUMNS}
    engine.dispose()
    wanted = {table.name: [column.name for column in table.primary_key] for table in METADATA.sorted_tables}
    # in the order of its key a table is walked through; alembic does not compare keys
    return [*told, *(name for name in COLUMNS if keys[name] != wanted[name])]


def collations(engine: Engine) -> dict[tuple[str, str], str]:
    """Return how each column sorts, where it is not as the database does."""
    asked = "SELECT table_name, column_name, collation_name FROM information_schema.columns WHERE collation_name <> ''"
    with engine.connect() as connection:
        rows = connection.execute(text(f"{asked} AND table_schema = current_schema()")).all()
    engine.dispose()
    return {(table, column): collation for table, column, collation in rows}


@pytest.mark.parametrize("version", range(OLDEST, LAST + 1))
def test_a_store_of_each_version_is_taken_over_taken_back_and_taken_over_again(
    url: str, engine: Engine, version: int
) -> None:
    old_store(engine, version)
    before = looked(engine)
    Store(url).close()
    assert looked(engine) == expected(version, engine)
    assert differences(engine) == []
    for older in range(VERSION - 1, version - 1, -1):
        assert take_back(store_address(url), older) == older
    assert looked(engine) == before
    Store(url).close()
    assert looked(engine) == expected(version, engine)
    assert differences(engine) == []


def test_a_new_store_is_what_all_steps_make(url: str, engine: Engine, postgresql: PostgreSql, tmp_path) -> None:
    Store(url).close()
    assert differences(engine) == []
    is_postgresql = engine.dialect.name == "postgresql"
    other_url = postgresql.store_url() if is_postgresql else f"sqlite:///{tmp_path / 'old.db'}"
    other = create_engine(other_url)
    old_store(other, OLDEST)
    Store(other_url).close()
    if is_postgresql:
        assert collations(engine) == collations(other)
        assert set(collations(engine).values()) == {"C"}
        assert len(collations(engine)) == 15
    else:
        asked = text("SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite%'")
        with engine.connect() as new, other.connect() as old:
            assert set(new.execute(asked).all()) == set(old.execute(asked).all())
    other.dispose()


def test_going_all_the_way_back_takes_the_tables_away(url: str, engine: Engine) -> None:
    Store(url).close()
    take_back(store_address(url), OLDEST)
    with engine.begin() as connection:
        assert set(inspect(connection).get_table_names()) == set(COLUMNS) - {"link_states"}
        assert "number" not in {column["name"] for column in inspect(connection).get_columns("runs")}


def test_what_an_older_version_can_t_hold_is_lost_as_told_and_nothing_else(url: str, engine: Engine) -> None:
    store = Store(url)
    kept = [UserLink("crowd", "customers", "\x01", "key 1", "ana"), GroupLink("crowd", "customers", "all")]
    store.runs.remember_links([*HELD, *kept], ())
    store.close()
    take_back(store_address(url), LAST)
    rows = looked(engine)
    is_postgresql = engine.dialect.name == "postgresql"
    assert [row["source_id"] for row in rows["user_links"]] == (["\x01"] if is_postgresql else ["\x01", "nul \x00"])
    assert len(rows["member_links"]) == (0 if is_postgresql else 1)
    store = Store(url)
    with store.links() as links:
        assert set(links.users("crowd", "customers")) == {*kept[:1], *(() if is_postgresql else HELD[:1])}
    store.close()


OPEN = "import sys; from dirsync.store.store import Store; Store(sys.argv[1]).close()"


def opening(url: str, code: str = OPEN, *more: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code, url, *more], stderr=subprocess.PIPE)


def test_many_processes_may_upgrade_at_once(url: str, engine: Engine) -> None:
    old_store(engine, OLDEST)
    engine.dispose()
    processes = [opening(url) for _ in range(4)]
    assert [(one.communicate(timeout=120)[1].decode(), one.returncode) for one in processes] == [("", 0)] * 4
    assert looked(engine) == expected(OLDEST, engine)


def test_many_processes_may_make_a_store_at_once(url: str, engine: Engine) -> None:
    processes = [opening(url) for _ in range(4)]
    assert [(one.communicate(timeout=120)[1].decode(), one.returncode) for one in processes] == [("", 0)] * 4
    assert looked(engine)["version"] == VERSION


KILLED = """
import os, signal, sys
from sqlalchemy import Engine, event
from dirsync.store.store import Store

left = int(sys.argv[2])

@event.listens_for(Engine, "after_cursor_execute")
def count(connection, cursor, statement, *_):
    global left
    if statement.startswith(("ALTER", "UPDATE", "CREATE", "INSERT", "DROP")):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

Store(sys.argv[1])
"""


@pytest.mark.parametrize("at", [1, 6, 14, 20])
def test_an_upgrade_that_is_killed_leaves_the_store_as_it_was(url: str, engine: Engine, at: int) -> None:
    old_store(engine, OLDEST)
    before = looked(engine)
    process = opening(url, KILLED, str(at))
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL
    assert looked(engine) == before
    Store(url).close()
    assert looked(engine) == expected(OLDEST, engine)


def test_a_step_that_fails_leaves_the_store_as_it_was(url: str, engine: Engine) -> None:
    old_store(engine, OLDEST)
    with engine.begin() as connection:
        connection.execute(text("UPDATE runs SET document = 'no JSON' WHERE id = 'r1'"))
    before = looked(engine)
    with pytest.raises(ValueError, match="Expecting value"):
        Store(url)
    assert looked(engine) == before


@pytest.mark.parametrize("version", [VERSION + 1, 0])
def test_a_store_of_a_later_version_is_refused_and_left(url: str, engine: Engine, version: int) -> None:
    Store(url).close()
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {STORE_VERSION.name} SET version = {version}"))
    with pytest.raises(UsageInvalid, match=f"is of version {version}; this dirsync works with version {VERSION}."):
        Store(url)
    assert bring_up(store_address(url), 0) == version, "and nobody tries"


HOLD = """
import sys
from dirsync.store.store import Store
store = Store(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def in_use(postgresql: PostgreSql) -> Iterator[tuple[str, Callable[[], None]]]:
    """A store that another process works with, and how that process is killed."""
    url = postgresql.store_url()
    with subprocess.Popen([sys.executable, "-c", HOLD, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        yield url, other.kill
        other.kill()


def test_a_store_in_use_on_another_host_is_not_changed(
    in_use: tuple[str, Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, kill = in_use
    monkeypatch.setattr("dirsync.store.migrations.moving.PATIENCE", 1)
    Store(url).close()  # using it together is what it is for
    with pytest.raises(LockHeld, match="can't be changed: another dirsync works with it"):
        take_back(store_address(url), LAST)
    kill()
    monkeypatch.undo()
    assert take_back(store_address(url), LAST) == LAST


def test_two_stores_in_one_database_know_nothing_of_each_other(postgresql: PostgreSql) -> None:
    url = postgresql.store_url()
    engine = create_engine(url)
    urls = [f"{url}&options=-csearch_path%3D{schema}" for schema in ("one", "two")]
    with engine.begin() as connection:
        for schema in ("one", "two"):
            connection.execute(text(f"CREATE SCHEMA {schema}"))
    engine.dispose()
    one, two = map(Store, urls)
    one.runs.begin("r1", "sync", "2026-11-20")
    assert (one.runs.count(), two.runs.count()) == (1, 0)
    two.close()
    assert take_back(store_address(urls[1]), LAST) == LAST, "while the other is in use"
    one.close()
